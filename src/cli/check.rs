//! `watop check`: what is wrong with the set-up and how to mend it.

use super::failure::Failure;
use super::output::{Data, Tone};
use super::receive::labels;
use super::watch::check_screen;
use super::window::{Moment, Window, now};
use super::{Common, ENV, ReceiveArgs, captured};
use crate::config::layers::{Loaded, check_exposure, load};
use crate::config::units::format_size;
use crate::config::{Config, Screen, default_file, is_private};
use crate::event::clean::clean;
use crate::forward::{Route, check_loops};
use crate::journal::operator::Operator;
use crate::journal::{Reader, directory};
use crate::notify::Target;
use crate::notify::terminal::Terminal;
use crate::tui::theme::{Depth, Shelf};
use clap::{Args, ValueEnum};
use std::io::{ErrorKind, IsTerminal, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Say what is wrong with the set-up and how to mend it
///
/// Looks at configuration, secrets (by their labels), port, disk, journal and terminal, changes nothing and disturbs no
/// running receiver. Exit code 1 when something must be mended, or the request does not verify.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  watop check
  watop check --listen 0.0.0.0:8787
  watop check --rules --since 7d            when each rule would have fired
  watop check --request captured.http     why its signature does not match
  watop check --request capture.ndjson    each request of a capture, also a HAR file or a curl command
  watop check --refused 17
  watop check --print-config > ~/.config/watop/config.toml")]
pub(super) struct Check {
    /// Print the default configuration, commented, and nothing else
    #[arg(long)]
    print_config: bool,
    /// Replay the journal and say when each rule would have fired, and nothing else
    #[arg(long, conflicts_with_all = ["print_config", "request", "refused"])]
    rules: bool,
    #[command(flatten)]
    window: Window,
    /// How what the rules would have done is written
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "rules")]
    format: Format,
    /// Explain whether this captured request verifies, and which secret, algorithm, scheme or spelling of the body would have
    /// matched: header lines (Name: value), an empty line and the body to the byte; a capture or lines of one; an HTTP Archive
    /// (HAR); a curl command
    #[arg(long, value_name = "FILE", conflicts_with_all = ["print_config", "refused"])]
    request: Option<PathBuf>,
    /// The same for an entry of the refused list, with the secrets of now
    #[arg(long, value_name = "N", conflicts_with = "print_config")]
    refused: Option<u64>,
    #[command(flatten)]
    receive: ReceiveArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Ndjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One line of the answer.
struct Finding {
    verdict: Verdict,
    about: &'static str,
    text: String,
}

fn ok(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Ok, about, text: text.into() }
}

fn warn(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Warn, about, text: text.into() }
}

fn fail(about: &'static str, text: impl Into<String>) -> Finding {
    Finding { verdict: Verdict::Fail, about, text: text.into() }
}

pub(super) fn run(common: &Common, args: Check, before: ReceiveArgs) -> Result<(), Failure> {
    match (&args.request, args.refused) {
        (Some(file), _) => return captured::file(common, file),
        (None, Some(n)) => return captured::refused(common, n),
        (None, None) => {}
    }
    let mut out = Data::new(common.color);
    if args.print_config {
        out.bytes(default_file().as_bytes())?;
        return Ok(out.flush()?);
    }
    let receive = args.receive.or(before);
    if args.rules {
        let bounds = args.window.bounds(Moment::All, now())?;
        let config = load(&common.flags_with(&receive), ENV)?.config;
        return super::rules::check(&mut out, &config, bounds, args.format == Format::Ndjson);
    }
    if args.window.is_given() {
        return Err(Failure::usage("--since and --until go with --rules"));
    }
    let mut findings = Vec::new();
    match load(&common.flags_with(&receive), ENV) {
        Ok(loaded) => {
            let config = &loaded.config;
            findings.push(configuration(&loaded));
            findings.extend(secrets(&loaded, receive.allow_unsigned));
            findings.push(port(config.receiver.listen));
            findings.extend(config.forward.iter().map(|route| forward(route, config.receiver.listen)));
            findings.extend(disk(config));
            findings.push(journal(&config.data_dir));
            findings.extend(rules(config));
            findings.extend(failed_notices(&config.data_dir));
            findings.extend(check_screen(&config.screen).err().map(|error| fail("screen", error)));
            findings.extend(themes(&config.screen));
        }
        Err(error) => findings.push(fail("configuration", error.to_string())),
    }
    findings.extend(terminal());
    for Finding { verdict, about, text } in &findings {
        let word = match verdict {
            Verdict::Ok => out.paint(Tone::Good, "ok  "),
            Verdict::Warn => out.paint(Tone::Warning, "warn"),
            Verdict::Fail => out.paint(Tone::Bad, "fail"),
        };
        out.line(&format!("{word}  {about:13}  {text}"))?;
    }
    out.flush()?;
    match findings.iter().any(|finding| finding.verdict == Verdict::Fail) {
        true => Err(Failure::told()),
        false => Ok(()),
    }
}

fn configuration(loaded: &Loaded) -> Finding {
    match &loaded.file {
        Some(file) if file.exists() => ok("configuration", format!("{}", file.display())),
        Some(file) => ok("configuration", format!("defaults; {} does not exist, which is fine", file.display())),
        None => ok("configuration", "defaults"),
    }
}

fn secrets(loaded: &Loaded, allow_unsigned: bool) -> Vec<Finding> {
    let signing = &loaded.config.signing;
    let mut findings = Vec::new();
    match check_exposure(&loaded.config, allow_unsigned) {
        Err(error) => findings.push(fail("secrets", error.to_string())),
        Ok(()) if signing.any() => findings.push(ok("secrets", labels(signing))),
        Ok(()) => findings.push(warn(
            "secrets",
            "none: every post is taken unverified, and a tunnel makes loopback public; \
             set WATOP_NXCLOUD_SECRET or WATOP_META_APP_SECRET",
        )),
    }
    for file in loaded.secret_files.iter().filter(|file| !is_private(file)) {
        let file = file.display();
        findings.push(warn("secrets", format!("others can read {file}; chmod 600 {file}")));
    }
    if !signing.meta.is_empty() && signing.verify_token.is_none() {
        findings.push(warn(
            "handshake",
            "no verify token: Meta's check of the URL is answered 404; set WATOP_META_VERIFY_TOKEN",
        ));
    }
    findings
}

/// Whom the receiver could not tell the last time.
fn failed_notices(dir: &Path) -> Vec<Finding> {
    let failed = Operator::open_read_only(dir).and_then(|operator| operator.failed_notices());
    failed.unwrap_or_default().iter().map(|notice| warn("notices", notice.worded())).collect()
}

/// Says where requests go on to, and refuses to send them in a circle.
fn forward(route: &Route, listen: SocketAddr) -> Finding {
    if let Err(error) = check_loops(std::slice::from_ref(route), listen) {
        return fail("forward", error);
    }
    let kinds: Vec<_> = route.kinds.iter().map(|kind| kind.as_str()).collect();
    let which = if kinds.is_empty() { "everything".to_owned() } else { kinds.join(", ") };
    let filtered = if route.filter.is_some() { ", filtered" } else { "" };
    ok("forward", format!("{which}{filtered} to {}", route.to))
}

/// Binds the address for a moment. When it is taken, asks whether a receiver answers there.
fn port(listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => ok("port", format!("{listen} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_healthy(listen) => {
            ok("port", format!("{listen} is in use by a receiver that says it is healthy"))
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            fail("port", format!("{listen} is in use by another program; stop it or choose another --listen"))
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            fail("port", format!("{listen} needs privileges; choose a port from 1024 on"))
        }
        Err(error) => fail("port", format!("{listen}: {error}; choose an address of this machine")),
    }
}

/// Whether a `GET /healthz` is answered with 200.
fn is_healthy(at: SocketAddr) -> bool {
    const PATIENCE: Duration = Duration::from_secs(1);
    let ask = || {
        let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).map(|()| status)
    };
    ask().is_ok_and(|status: [u8; 12]| status == *b"HTTP/1.1 200")
}

fn disk(config: &Config) -> Vec<Finding> {
    let dir = &config.data_dir;
    let Some(existing) = dir.ancestors().find(|dir| dir.is_dir()) else {
        return vec![fail("disk", format!("{} is not on any disk; choose another --data-dir", dir.display()))];
    };
    let mut findings = Vec::new();
    if !is_writable(existing) {
        let problem =
            format!("{} cannot be written; mend its permissions or choose another --data-dir", existing.display());
        findings.push(fail("disk", problem));
    }
    if let Some(name) = directory::file_system(existing) {
        let problem = format!("{} is on {name}, a network file system; choose a local --data-dir", existing.display());
        findings.push(fail("disk", problem));
    }
    let wanted = config.journal.min_free;
    findings.push(match directory::free(existing) {
        Some(free) if free < wanted => warn(
            "disk",
            format!(
                "{} free, less than min_free ({}): the oldest requests are removed; free some space",
                approximate(free),
                format_size(wanted)
            ),
        ),
        Some(free) => ok("disk", format!("{}, {} free", dir.display(), approximate(free))),
        None => ok("disk", dir.display().to_string()),
    });
    findings
}

fn is_writable(dir: &Path) -> bool {
    #[cfg(unix)]
    return rustix::fs::access(dir, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    return std::fs::metadata(dir).is_ok_and(|dir| !dir.permissions().readonly());
}

fn approximate(size: u64) -> String {
    match size {
        0..1_048_576 => format!("{} KiB", size >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", size >> 20),
        _ => format!("{:.1} GiB", size as f64 / f64::from(1 << 30)),
    }
}

fn journal(dir: &Path) -> Finding {
    match Reader::open(dir).and_then(|reader| reader.stats()) {
        Ok(stats) => match stats.start {
            Some(start) => {
                let (events, bytes) = (stats.last_seq, approximate(stats.bytes));
                ok("journal", format!("{events} events so far, kept since {}, {bytes}", start.rfc3339()))
            }
            None => ok("journal", "empty"),
        },
        Err(error) => fail("journal", error.to_string()),
    }
}

/// The user's own themes: those that are wrong by file and line.
fn themes(screen: &Screen) -> Vec<Finding> {
    let shelf = Shelf::new(screen.themes.clone());
    let own = shelf.own();
    let wrong: Vec<_> = own.iter().filter_map(|name| shelf.load(name, Depth::True, false).err()).collect();
    match (&screen.themes, own.is_empty(), wrong.is_empty()) {
        (Some(directory), false, true) => {
            vec![ok("themes", format!("{} in {}", own.join(", "), directory.display()))]
        }
        _ => wrong.into_iter().map(|error| warn("themes", error.to_string())).collect(),
    }
}

/// What is watched for, and whether those who are told can be.
fn rules(config: &Config) -> Vec<Finding> {
    let mut targets: Vec<&Target> = Vec::new();
    for target in config.rules.0.iter().flat_map(|setting| &setting.notify) {
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let names: Vec<String> = targets.iter().map(|target| clean(&target.to_string()).into_owned()).collect();
    let count = config.rules.0.len();
    let told = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    let mut findings = vec![ok("rules", format!("{count} in force; told: {told}"))];
    for target in &targets {
        match target {
            Target::Command(program) if !is_program(program) => {
                let program = program.display();
                findings.push(fail("notices", format!("{program} cannot be run: chmod +x it, or mend notify")));
            }
            Target::Desktop => {
                let doubt = Terminal::of(|name| std::env::var(name).ok()).doubt();
                findings.extend(doubt.map(|doubt| warn("notices", format!("desktop: {doubt}"))));
            }
            _ => {}
        }
    }
    // Without a journal nobody was told anything yet.
    let told = Operator::open_read_only(&config.data_dir).and_then(|operator| operator.notices()).unwrap_or_default();
    let failing =
        told.into_iter().filter(|state| targets.iter().any(|target| target.to_string() == state.target.as_str()));
    findings.extend(failing.filter_map(|state| {
        let failure = state.failure?;
        Some(warn("notices", clean(&format!("{}: {failure}, at {}", state.target, state.at.rfc3339())).into_owned()))
    }));
    findings
}

fn is_program(path: &Path) -> bool {
    #[cfg(unix)]
    return path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok();
    #[cfg(not(unix))]
    return path.is_file();
}

fn terminal() -> Vec<Finding> {
    if !std::io::stdout().is_terminal() {
        return vec![warn("terminal", "stdout is no terminal: use watop serve, report and events here")];
    }
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let mut findings = Vec::new();
    match crossterm::terminal::size() {
        Ok((columns, rows)) if columns < 40 || rows < 12 => {
            findings.push(warn("terminal", format!("{columns}×{rows} is too small for the screen, which needs 40×12")));
        }
        Ok((columns, rows)) => findings.push(ok("terminal", format!("{} {columns}×{rows}", variable("TERM")))),
        Err(error) => findings.push(warn("terminal", format!("its size is unknown: {error}"))),
    }
    if matches!(variable("TERM").as_str(), "" | "dumb") {
        findings.push(warn("terminal", "TERM names no terminal that can be drawn on"));
    }
    let colours = match supports_color::on(supports_color::Stream::Stdout) {
        Some(level) if level.has_16m => "24-bit",
        Some(level) if level.has_256 => "256",
        Some(_) => "16",
        None => "none (NO_COLOR, or the terminal has none)",
    };
    findings.push(ok("colours", colours));
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable).into_iter().find(|value| !value.is_empty());
    let locale = locale.unwrap_or_default().to_lowercase();
    if cfg!(unix) && !locale.contains("utf-8") && !locale.contains("utf8") {
        findings.push(warn("locale", "not UTF-8: set LANG=C.UTF-8, or ascii = true in [screen]"));
    }
    findings
}
