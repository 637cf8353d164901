//! The command line: one file per subcommand.

use std::process::ExitCode;

/// Parses the arguments and runs a command.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
