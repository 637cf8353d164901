//! The command line: one file per subcommand. Only this module prints, through [`output`]: data on stdout, diagnostics on
//! stderr.

mod accept;
mod bundle;
mod captured;
mod check;
mod completions;
mod demo;
mod events;
mod explain;
mod export;
mod failure;
mod forget;
mod forward;
mod import;
mod keys;
mod man;
mod marked;
mod mask;
mod message;
mod output;
mod receive;
mod refused;
mod replay;
mod report;
mod reread;
mod rules;
mod send;
mod serve;
mod target;
mod theme;
mod watch;
mod window;

use crate::config::layers::{Env, Flags, Loaded, load};
use crate::config::units::{parse_listen, parse_path};
use crate::config::{self, Lang};
use crate::forward::Address;
use clap::{Args, CommandFactory as _, Parser, Subcommand};
use failure::Failure;
use output::Colour;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  watop demo                                      look around on simulated traffic
  WATOP_META_APP_SECRET=… watop                   receive Meta webhooks on 127.0.0.1:8787/webhook and watch them
  watop --forward http://127.0.0.1:3000/hook      the same, and hand each request on to your handler
  watop watch incident.ndjson                     look into a capture file, or another process's journal
  watop serve --listen 127.0.0.1:0                receive without a screen, on any free port
  watop report --since 24h                        what happened in the last day
  watop events --follow --filter 'status:failed'  failures as they arrive
  watop export --since 2h --output incident.ndjson
                                                  keep what arrived; watop import reads it back
  watop message ID                                one message's story
  watop explain 131049                            what an error code means and what to do
  watop check                                     what is wrong with the set-up and how to mend it
  watop theme light                               how a theme looks here

Exit codes: 0 fine, 1 failed, 2 usage or configuration.";

/// "top" for WhatsApp Business traffic.
///
/// Receives the webhooks of the NXCloud and Meta platforms, verifies their signatures, keeps them durably and shows them live
/// in the terminal. Without a subcommand it receives and watches at once.
#[derive(Debug, Parser)]
#[command(name = "watop", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    receive: ReceiveArgs,
    #[command(flatten)]
    screen: ScreenArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Watch(watch::Watch),
    Report(report::ReportArgs),
    Events(events::Events),
    Message(message::MessageArgs),
    Explain(explain::Explain),
    Send(send::Send),
    Refused(refused::RefusedArgs),
    Forget(forget::Forget),
    Reread(reread::RereadArgs),
    Export(export::Export),
    Import(import::Import),
    Bundle(bundle::BundleArgs),
    Forward(forward::ForwardArgs),
    Replay(replay::ReplayArgs),
    Check(check::Check),
    Theme(theme::ThemeArgs),
    Keys(keys::Keys),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What every command takes.
#[derive(Debug, Args)]
struct Common {
    /// Configuration file [default: watop/config.toml in the platform's configuration directory]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Common options")]
    config: Option<PathBuf>,
    /// Where the journal is kept [default: watop in the platform's state directory]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Common options")]
    data_dir: Option<PathBuf>,
    /// Colour on stdout; auto means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Common options")]
    color: Colour,
}

/// What every command takes that receives.
#[derive(Debug, Args)]
struct ReceiveArgs {
    /// Listen on this address; port 0 picks a free one [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR", value_parser = parse_listen)]
    listen: Option<SocketAddr>,
    /// Take posts at this path [default: /webhook]
    #[arg(long, value_name = "PATH", value_parser = parse_path)]
    path: Option<String>,
    /// Send every request on to this URL, byte for byte; may stand more than once, see [[forward]] in the configuration
    #[arg(long, value_name = "URL")]
    forward: Vec<Address>,
    /// Allow an address beyond loopback without any signature secret
    #[arg(long)]
    allow_unsigned: bool,
}

/// What every command takes that draws.
#[derive(Debug, Default, Args)]
struct ScreenArgs {
    /// Language of the screen: en or zh [default: the locale's]
    #[arg(long, value_name = "LANG", value_parser = lang, help_heading = "Screen options")]
    lang: Option<Lang>,
    /// Start with phones, names, texts and ids masked
    #[arg(long, help_heading = "Screen options")]
    mask: bool,
    /// Ignore how the screen was left the last time
    #[arg(long, help_heading = "Screen options")]
    fresh: bool,
    /// Lines in place of a drawn screen: one per change, commands typed as lines; for screen readers and simple terminals
    #[arg(long, help_heading = "Screen options")]
    plain_screen: bool,
}

fn lang(name: &str) -> Result<Lang, String> {
    Lang::named(name).ok_or_else(|| "write en or zh".to_owned())
}

impl ScreenArgs {
    /// Lays what was asked for over what is configured.
    fn lay_over(&self, screen: &mut config::Screen) {
        screen.lang = self.lang.or(screen.lang);
        screen.mask |= self.mask;
        screen.fresh |= self.fresh;
        screen.lang_asked |= self.lang.is_some();
        screen.plain |= self.plain_screen || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    }
}

impl Common {
    /// Resolves the configuration for a command that does not receive.
    fn load(&self) -> Result<Loaded, Failure> {
        Ok(load(&self.flags(), ENV)?)
    }

    fn flags(&self) -> Flags {
        Flags { config: self.config.clone(), data_dir: self.data_dir.clone(), ..Flags::default() }
    }

    /// The same for one that does.
    fn flags_with(&self, receive: &ReceiveArgs) -> Flags {
        Flags { listen: receive.listen, path: receive.path.clone(), forward: receive.forward.clone(), ..self.flags() }
    }
}

impl ReceiveArgs {
    /// Options that stand before the subcommand count as if they stood behind it.
    fn or(self, before: Self) -> Self {
        Self {
            listen: self.listen.or(before.listen),
            path: self.path.or(before.path),
            forward: before.forward.into_iter().chain(self.forward).collect(),
            allow_unsigned: self.allow_unsigned || before.allow_unsigned,
        }
    }

    fn any(&self) -> bool {
        self.listen.is_some() || self.path.is_some() || !self.forward.is_empty() || self.allow_unsigned
    }
}

/// The process's own environment.
const ENV: Env<'static> = &|name| std::env::var_os(name);

/// The whole command line, for documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Parses the arguments, runs a command and gives the exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                output::diagnostic(message);
            }
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let Cli { common, receive, screen, command } = cli;
    let receives = matches!(command, None | Some(Command::Serve(_) | Command::Check(_)));
    if receive.any() && !receives {
        let message = "--listen, --path, --forward and --allow-unsigned are for watop, watop serve and watop check";
        return Err(Failure::usage(message));
    }
    match command {
        None => watch::run(&common, &receive, &screen),
        Some(Command::Demo(args)) => demo::run(&args, screen),
        Some(Command::Watch(args)) => watch::watch(&common, args, &screen),
        Some(Command::Serve(args)) => serve::run(&common, &args.receive.or(receive)),
        Some(Command::Report(args)) => report::run(&common, &args),
        Some(Command::Events(args)) => events::run(&common, &args),
        Some(Command::Message(args)) => message::run(&common, &args),
        Some(Command::Explain(args)) => explain::run(&common, &args),
        Some(Command::Send(args)) => send::run(&common, &args),
        Some(Command::Refused(args)) => refused::run(&common, &args),
        Some(Command::Forget(args)) => forget::run(&common, &args),
        Some(Command::Reread(args)) => reread::run(&common, &args),
        Some(Command::Export(args)) => export::run(&common, &args),
        Some(Command::Import(args)) => import::run(&common, &args),
        Some(Command::Bundle(args)) => bundle::run(&common, &args),
        Some(Command::Forward(args)) => forward::run(&common, &args),
        Some(Command::Replay(args)) => replay::run(&common, &args),
        Some(Command::Theme(args)) => theme::run(&common, &args),
        Some(Command::Check(args)) => check::run(&common, args, receive),
        Some(Command::Keys(args)) => keys::run(&common, &args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Man(args)) => man::run(&args),
    }
}
