//! The screen as lines, for screen readers and terminals that can do no more: nothing is drawn over, one line says one change, and
//! commands are typed as lines.

mod answers;

use super::command::{self, Command, Known};
use super::keymap::Keymap;
use super::lang::say;
use super::look::Look;
use super::period::{Period, minute, next_minute};
use super::terms::sentence;
use super::widgets::format;
use super::{Action, Clock, Start, Word};
use crate::event::clean::clean;
use crate::event::{Millis, Text};
use crate::journal::Health;
use crate::monitor::view::{Level, Scope};
use crate::monitor::{Monitor, Settings};
use crate::source::Feed;
use jiff::tz::TimeZone;
use std::collections::HashSet;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use tokio::sync::mpsc;

/// Everything lines are made from.
struct Plain {
    look: Look,
    masker: crate::event::mask::Masker,
    monitor: Monitor,
    /// How it counts.
    settings: Settings,
    zone: TimeZone,
    keymap: Keymap,
    period: Period,
    number: Option<Text>,
    dir: PathBuf,
    clock: Clock,
    /// History has been read: from now on changes are told.
    caught_up: bool,
    told: Told,
}

/// Everything that comes in.
struct Sources {
    feed: mpsc::Receiver<Feed>,
    health: tokio::sync::watch::Receiver<Health>,
    vitals: Box<dyn Fn() -> crate::receiver::Vitals + Send>,
    words: mpsc::Receiver<Word>,
    typed: mpsc::Receiver<String>,
}

/// What was told, so that only changes are.
#[derive(Default)]
struct Told {
    verdict: Option<(Level, Option<i64>)>,
    codes: HashSet<Option<i64>>,
    alerts: HashSet<Text>,
    refused: u64,
    events: u64,
    failing: bool,
}

/// Tells changes and answers commands until the user leaves or the process is asked to end. Blocks; must not be called from inside
/// an async runtime.
///
/// # Errors
/// A key binding or a theme that is wrong, in words for the user; or the process cannot be prepared.
pub(super) fn run(start: Start, look: Look, keymap: Keymap) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot start: {error}");
    let (lines, typed) = mpsc::channel(16);
    std::thread::Builder::new().name("lines".into()).spawn(move || read(&lines)).map_err(failed)?;
    let plain = Plain {
        look,
        masker: start.masker,
        monitor: Monitor::new(start.settings),
        settings: start.settings,
        zone: TimeZone::system(),
        keymap,
        period: Period::default(),
        number: None,
        dir: start.data_dir,
        clock: start.clock,
        caught_up: false,
        told: Told::default(),
    };
    let address = start.intake.address.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    // An error means that nobody reads any more: there is nobody to tell.
    let sources = Sources { feed: start.feed, health: start.health, vitals: start.vitals, words: start.words, typed };
    let _ = runtime.block_on(plain.tell(sources, address));
    // The thread that reads lines may wait in a read for ever; it ends with the process.
    runtime.shutdown_background();
    Ok(())
}

fn read(lines: &mpsc::Sender<String>) {
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        if lines.blocking_send(line).is_err() {
            return;
        }
    }
}

/// One line, at once: whoever listens must not wait for a full buffer.
fn say_line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", clean(text))?;
    out.flush()
}

impl Plain {
    async fn tell(mut self, from: Sources, address: String) -> io::Result<()> {
        let Sources { mut feed, mut health, vitals, mut words, mut typed } = from;
        say_line(&say!(
            self.look,
            "watop: receiving at {address}; type help and Enter for the commands",
            "watop:接收地址 {address};输入 help 并回车查看命令"
        ))?;
        let (mut feeding, mut typing) = (true, true);
        let mut end = std::pin::pin!(asked_to_end());
        self.told.refused = vitals().refused;
        loop {
            let turn = next_minute(self.now());
            let wait = std::time::Duration::from_millis(u64::try_from(turn.0 - self.now().0).unwrap_or(0));
            tokio::select! {
                () = &mut end => return Ok(()),
                fed = feed.recv(), if feeding => match fed {
                    Some(fed) => self.feed(fed)?,
                    None => feeding = false,
                },
                line = typed.recv(), if typing => match line {
                    Some(line) => if self.answer(&line)? { return Ok(()) },
                    None => typing = false,
                },
                Some(word) = words.recv() => {
                    if let Word::Say(say) = word {
                        say_line(say(self.look.lang).text())?;
                    }
                }
                changed = health.changed() => {
                    if changed.is_ok() {
                        let health = health.borrow_and_update().clone();
                        self.health(&health)?;
                    }
                }
                () = tokio::time::sleep(wait) => self.minute(turn, &vitals())?,
            }
        }
    }

    /// Takes in events; with live ones, what is new is told.
    fn feed(&mut self, feed: Feed) -> io::Result<()> {
        match feed {
            Feed::History { batch, .. } => self.monitor.fold_batch(&batch),
            Feed::Rewritten => {
                (self.monitor, self.caught_up) = (Monitor::new(self.settings), false);
                say_line(self.look.lang.pick("the journal was changed: read again", "日志已更改:重新读取"))?;
            }
            Feed::CaughtUp => {
                self.caught_up = true;
                self.remember();
                self.verdict()?;
            }
            Feed::Live(batch) => {
                self.monitor.fold_batch(&batch);
                if self.caught_up {
                    self.told.events += batch.events.len() as u64;
                    self.changes()?;
                }
            }
            Feed::Ended(damage) => {
                let damage = damage.unwrap_or_default();
                say_line(&say!(self.look, "end of the source {damage}", "数据源已结束 {damage}"))?;
            }
            Feed::Writer(_) => {}
            Feed::Lost(why) => {
                say_line(&say!(self.look, "source lost: {why}; trying again", "数据源中断:{why};正在重试"))?
            }
        }
        Ok(())
    }

    /// What history holds is not news.
    fn remember(&mut self) {
        let scope = self.scope();
        self.told.codes = self.monitor.failures(&scope).into_iter().map(|failure| failure.code).collect();
        self.told.alerts = self.monitor.alerts(&scope).into_iter().map(|alert| alert.id).collect();
    }

    fn changes(&mut self) -> io::Result<()> {
        let scope = self.scope();
        for failure in self.monitor.failures(&scope) {
            if self.told.codes.insert(failure.code) {
                let code = failure.code.map_or_else(|| "-".to_owned(), |code| code.to_string());
                let (short, messages) = (clean(&failure.short), format::thousands(failure.messages));
                self.line(&say!(
                    self.look,
                    "new failure code {code} {short}: {messages} messages",
                    "新失败代码 {code} {short}:{messages} 条消息"
                ))?;
            }
        }
        for alert in self.monitor.alerts(&scope) {
            if self.told.alerts.insert(alert.id.clone()) {
                self.line(&answers::alert(&self.look, &alert))?;
            }
        }
        self.verdict()
    }

    /// The verdict, when it is another one.
    fn verdict(&mut self) -> io::Result<()> {
        let verdict = self.monitor.verdict(&self.scope());
        let now = (verdict.level, verdict.code());
        if self.told.verdict == Some(now) {
            return Ok(());
        }
        self.told.verdict = Some(now);
        self.line(&answers::verdict(self))
    }

    fn health(&mut self, health: &Health) -> io::Result<()> {
        let failing = matches!(health, Health::Failing { .. });
        if std::mem::replace(&mut self.told.failing, failing) == failing {
            return Ok(());
        }
        match health {
            Health::Failing { reason, .. } => self.line(&say!(
                self.look,
                "trouble: cannot store, senders get 503: {reason}",
                "故障:无法存储,发送方收到 503:{reason}"
            )),
            Health::Writable => self.line(self.look.lang.pick("storing again", "已恢复存储")),
        }
    }

    /// A minute is over: what came in it, when something did.
    fn minute(&mut self, turn: Millis, vitals: &crate::receiver::Vitals) -> io::Result<()> {
        let refused = vitals.refused.saturating_sub(self.told.refused);
        let events = std::mem::take(&mut self.told.events);
        self.told.refused = vitals.refused;
        if events > 0 || refused > 0 {
            let last = Scope {
                span: crate::monitor::view::Span { from: Millis(turn.0 - 60_000), to: minute(turn) },
                ..self.scope()
            };
            let failed = format::thousands(self.monitor.funnel(&last).outcomes.failed);
            let (events, refused) = (format::thousands(events), format::thousands(refused));
            self.line(&say!(
                self.look,
                "last minute: {events} events, {failed} failed, {refused} refused",
                "上一分钟:{events} 个事件,{failed} 条失败,{refused} 个被拒"
            ))?;
        }
        if self.caught_up { self.changes() } else { Ok(()) }
    }

    /// A line with its time.
    fn line(&self, text: &str) -> io::Result<()> {
        say_line(&format!("{} {text}", format::clock(self.now(), &self.zone)))
    }

    /// What time it is for the view.
    fn now(&self) -> Millis {
        (self.clock)()
    }

    fn scope(&self) -> Scope {
        let start = self.monitor.extent().map(|(first, _)| first);
        Scope { number: self.number.clone(), ..self.period.scope(self.now(), start) }
    }

    /// Answers a typed line. Says whether the user leaves.
    fn answer(&mut self, line: &str) -> io::Result<bool> {
        let (name, argument) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let argument = argument.trim();
        let said = match name {
            "" => return Ok(false),
            "status" => answers::status(self),
            "failures" => answers::failures(self),
            "conversations" => answers::conversations(self),
            "alerts" => answers::alerts(self),
            "open" => answers::open(self, argument),
            "events" => answers::events(self, argument),
            "help" => answers::help(&self.look),
            _ => return self.command(line),
        };
        said.iter().try_for_each(|line| say_line(line))?;
        Ok(false)
    }

    /// The commands of the screen that make sense here too.
    fn command(&mut self, line: &str) -> io::Result<bool> {
        let all = Period { window: super::period::Window::All, end: None };
        let all = all.scope(self.now(), self.monitor.extent().map(|(first, _)| first));
        let numbers = self.monitor.number_names(&all);
        // What only completes a line is not needed: nothing is completed here.
        let known = Known {
            now: self.now(),
            zone: &self.zone,
            themes: Vec::new(),
            numbers: &numbers,
            alerts: &[],
            orders: Vec::new(),
            file: String::new(),
            keys: &self.keymap,
        };
        let end = self.period.end;
        match command::parse(line, &known) {
            Ok(Command::Act(Action::Quit)) => return Ok(true),
            Ok(Command::Act(Action::Mask)) => {
                self.look.masker = if self.look.masker.is_none() { Some(self.masker.clone()) } else { None };
            }
            Ok(Command::Act(Action::Now)) => self.period.end = None,
            Ok(Command::Window(window)) => self.period = Period { window, end },
            Ok(Command::Between(from, to)) => self.period = Period::between(from, to, self.now()),
            Ok(Command::GoTo(at)) => self.period = self.period.around(at, self.now()),
            Ok(Command::Number(number)) => self.number = number,
            Ok(Command::Lang(lang)) => self.look.lang = lang,
            Ok(_) => {
                say_line(
                    self.look.lang.pick("this is for the drawn screen; type help", "此命令仅用于图形界面;请输入 help"),
                )?;
                return Ok(false);
            }
            Err(mistake) => {
                say_line(&sentence(self.look.lang, &mistake.message))?;
                return Ok(false);
            }
        }
        answers::status(self).iter().take(1).try_for_each(|line| say_line(line))?;
        Ok(false)
    }
}

/// Waits until the process is asked to end.
#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (term, hup) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    let (Ok(mut term), Ok(mut hup)) = (term, hup) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = hup.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}
