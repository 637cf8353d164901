//! `watop completions`: completion scripts for shells.

use super::failure::Failure;
use super::output::{Colour, Data};
use clap::Args;
use clap_complete::Shell;

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop completions bash > ~/.local/share/bash-completion/completions/watop
  watop completions zsh > ~/.zfunc/_watop
  watop completions fish > ~/.config/fish/completions/watop.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "watop", &mut script);
    let mut out = Data::new(Colour::Never);
    out.bytes(&script)?;
    Ok(out.flush()?)
}
