//! `watop man`: the manual page.

use super::failure::Failure;
use super::output::{Colour, Data};
use clap::Args;

/// Print the manual page, of watop or of one subcommand
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop man > ~/.local/share/man/man1/watop.1
  watop man report | man -l -")]
pub(super) struct Man {
    /// The subcommand [default: watop itself]
    command: Option<String>,
}

pub(super) fn run(args: &Man) -> Result<(), Failure> {
    let mut command = super::command();
    command.build();
    let page = match &args.command {
        None => command,
        Some(name) => {
            let known: Vec<_> = command.get_subcommands().map(|known| known.get_name().to_owned()).collect();
            let unknown = || Failure::usage(format!("there is no command {name}; known: {}", known.join(", ")));
            command.find_subcommand(name).cloned().ok_or_else(unknown)?
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text).map_err(|error| Failure::failed(error.to_string()))?;
    let mut out = Data::new(Colour::Never);
    out.bytes(&text)?;
    Ok(out.flush()?)
}
