//! What can be typed into the command bar: every action by its name, and commands that take something. The palette offers the
//! same.

use super::action::Action;
use super::keymap::Keymap;
use super::lang::Lang;
use super::look::Look;
use super::moment;
use super::order::Order;
use super::period::Window;
use super::place::Tab;
use super::widgets::format;
use crate::event::{Millis, Text};
use crate::query::{Filter, duration, suggest};
use jiff::tz::TimeZone;
use std::ops::Range;
use std::path::PathBuf;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// An action.
    Act(Action),
    /// A window of this length.
    Window(Window),
    /// The window from one time to another.
    Between(Millis, Millis),
    /// The window around a time.
    GoTo(Millis),
    /// The window around the next alert, or the one before.
    Alert {
        /// The next one.
        later: bool,
    },
    /// Only what this expression finds.
    Filter(String),
    /// One business number, or all.
    Number(Option<Text>),
    /// The list in this order.
    Sort(Order),
    /// A theme by its name.
    Theme(String),
    /// A language.
    Lang(Lang),
    /// What is shown, to a file; over an old one only when asked for.
    Export {
        /// The file.
        file: PathBuf,
        /// Whether an old file may be replaced.
        replace: bool,
    },
}

/// What commands are read and completed with.
pub struct Known<'a> {
    /// The time now.
    pub now: Millis,
    /// Zone of clock times.
    pub zone: &'a TimeZone,
    /// Names of the themes.
    pub themes: Vec<&'a str>,
    /// Business numbers that were seen.
    pub numbers: &'a [Text],
    /// When alerts were, the newest first.
    pub alerts: &'a [Millis],
    /// How what is looked at can be sorted.
    pub orders: Vec<Order>,
    /// A name for a file with what is shown, without its ending.
    pub file: String,
    /// The keys, to be shown beside the commands.
    pub keys: &'a Keymap,
}

/// Why a line is no command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Bytes of the line that are wrong.
    pub span: Range<usize>,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// A command that takes something.
pub struct Verb {
    /// What it is called.
    pub name: &'static str,
    /// What it takes, for a reader.
    pub takes: &'static str,
    words: (&'static str, &'static str),
    /// What it may be completed with.
    values: fn(&Known<'_>) -> Vec<String>,
    read: fn(&str, &Known<'_>) -> Result<Command, Wrong>,
}

/// Why what follows a command's name is wrong, and which bytes of it when not all.
struct Wrong {
    span: Option<Range<usize>>,
    message: String,
}

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Self { span: None, message }
    }
}

impl Verb {
    /// What it does, in a few words.
    pub fn words(&self, lang: Lang) -> &'static str {
        lang.pick(self.words.0, self.words.1)
    }
}

/// Every command that takes something.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "window",
        takes: "6h",
        words: ("window of this length", "窗口长度"),
        values: |_| Window::ALL.iter().map(|window| window.name()).collect(),
        read: window,
    },
    Verb {
        name: "from",
        takes: "14:00 to 15:00",
        words: ("window from one time to another", "从某时刻到某时刻的窗口"),
        values: hours,
        read: between,
    },
    Verb {
        name: "goto",
        takes: "14:19",
        words: ("window around a time", "某时刻前后的窗口"),
        values: moments,
        read: |text, known| Ok(Command::GoTo(time(text, known)?)),
    },
    Verb {
        name: "alert",
        takes: "next or previous",
        words: ("window around the next alert, or the one before", "下一个或上一个告警前后的窗口"),
        values: |_| ["next", "previous"].map(str::to_owned).to_vec(),
        read: |text, _| match text {
            "next" => Ok(Command::Alert { later: true }),
            "previous" => Ok(Command::Alert { later: false }),
            _ => Err("write next or previous".to_owned().into()),
        },
    },
    Verb {
        name: "filter",
        takes: "status:failed",
        words: ("events that an expression finds", "表达式选中的事件"),
        values: |_| crate::query::FIELDS.iter().map(|field| format!("{}:", field.name)).collect(),
        read: |text, _| match Filter::parse(text) {
            Ok(_) => Ok(Command::Filter(text.to_owned())),
            Err(error) => Err(Wrong { span: Some(error.span), message: error.message }),
        },
    },
    Verb {
        name: "number",
        takes: "852… or all",
        words: ("one business number, or all", "某个商业号码或全部"),
        values: |known| known.numbers.iter().map(Text::to_string).chain(["all".to_owned()]).collect(),
        read: number,
    },
    Verb {
        name: "tab",
        takes: "messages or 3",
        words: ("this tab, by name or number", "按名称或编号切换标签页"),
        values: |_| Tab::ALL.iter().map(|tab| tab.name().to_owned()).collect(),
        read: tab,
    },
    Verb {
        name: "sort",
        takes: "COLUMN, asc or desc",
        words: ("by this column, either way round", "按此列排序,可升降"),
        values: |known| Order::names(&known.orders),
        read: |text, known| Ok(Command::Sort(Order::named(text, &known.orders)?)),
    },
    Verb {
        name: "theme",
        takes: "light",
        words: ("this theme", "此主题"),
        values: |known| known.themes.iter().map(|theme| (*theme).to_owned()).collect(),
        read: theme,
    },
    Verb {
        name: "lang",
        takes: "en or zh",
        words: ("this language", "此语言"),
        values: |_| Lang::ALL.iter().map(|lang| lang.name().to_owned()).collect(),
        read: |text, _| Lang::named(text).map(Command::Lang).ok_or_else(|| "write en or zh".to_owned().into()),
    },
    Verb {
        name: "export",
        takes: "FILE.txt, .csv or .ndjson",
        words: ("what is shown, to a file", "将所示内容写入文件"),
        values: files,
        read: |text, _| file(text, false),
    },
    Verb {
        name: "export!",
        takes: "FILE",
        words: ("the same over an old file", "同上,覆盖旧文件"),
        values: files,
        read: |text, _| file(text, true),
    },
];

/// Other names of actions, for fingers that know them from elsewhere.
const ALIASES: &[(&str, Action)] = &[("q", Action::Quit), ("quit!", Action::Quit), ("h", Action::Help)];

/// Reads a line.
///
/// # Errors
/// Where it is wrong, and what to write instead.
pub fn parse(line: &str, known: &Known<'_>) -> Result<Command, Mistake> {
    let start = line.len() - line.trim_start().len();
    let trimmed = line.trim();
    let (name, argument) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
    let at_name = start..start + name.len();
    let argument = argument.trim();
    let wrong = |span: Range<usize>, message: String| Err(Mistake { span, message });
    if name.is_empty() {
        return wrong(0..line.len(), "write a command; Tab completes, Esc leaves".to_owned());
    }
    if let Some(verb) = VERBS.iter().find(|verb| verb.name == name && !(argument.is_empty() && is_action(name))) {
        let begin = line.find(argument).filter(|_| !argument.is_empty()).unwrap_or(line.len());
        let span = begin..begin + argument.len();
        return match argument {
            "" => wrong(at_name, format!("{name} needs something, such as {name} {}", verb.takes)),
            _ => (verb.read)(argument, known).map_err(|Wrong { span: within, message }| {
                let span = within.map_or(span, |within| begin + within.start..begin + within.end);
                Mistake { span, message }
            }),
        };
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, action)| *action);
    match Action::named(name).or(alias) {
        Some(action) if argument.is_empty() => Ok(Command::Act(action)),
        Some(_) => wrong(start + name.len()..line.len(), format!("{name} takes nothing")),
        None => {
            let names = Action::ALL.iter().map(|action| action.name()).chain(VERBS.iter().map(|verb| verb.name));
            let meant = suggest::closest(name, names);
            let meant = meant.map_or_else(String::new, |meant| format!(", did you mean {meant}?"));
            wrong(at_name, format!("there is no command {name}{meant}"))
        }
    }
}

fn is_action(name: &str) -> bool {
    Action::named(name).is_some()
}

/// Something that a line can be completed to, or the palette offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The whole line.
    pub line: String,
    /// What it does, in a few words.
    pub words: &'static str,
    /// What it takes still.
    pub takes: &'static str,
    /// The key that does the same.
    pub key: String,
}

impl Offer {
    /// The line as it may be shown: a number is somebody's.
    pub fn shown(&self, look: &Look) -> String {
        match self.line.strip_prefix("number ") {
            Some(number) if !matches!(number, "" | "all") => format!("number {}", look.phone(number)),
            _ => self.line.clone(),
        }
    }
}

/// What `line` can be completed to: names of commands, then what the command takes.
pub fn completions(line: &str, known: &Known<'_>, lang: Lang) -> Vec<Offer> {
    let line = line.trim_start();
    let Some((name, argument)) = line.split_once(' ') else {
        return offers(known, lang).into_iter().filter(|offer| offer.line.starts_with(line)).collect();
    };
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else { return Vec::new() };
    // Of a filter, the last word is completed.
    let (kept, typed) = argument.rsplit_once(' ').filter(|_| verb.name == "filter").unwrap_or(("", argument));
    let values = (verb.values)(known).into_iter().filter(|value| value.starts_with(typed));
    let gap = if kept.is_empty() { "" } else { " " };
    let line = |value: String| Offer {
        line: format!("{name} {kept}{gap}{value}"),
        words: verb.words(lang),
        takes: "",
        key: String::new(),
    };
    values.map(line).collect()
}

/// Every command by its name: actions in the order of the help, then those that take something.
fn offers(known: &Known<'_>, lang: Lang) -> Vec<Offer> {
    let action = |action: &Action| of_action(*action, known, lang);
    let verb = |verb: &Verb| Offer {
        line: verb.name.to_owned(),
        words: verb.words(lang),
        takes: verb.takes,
        key: String::new(),
    };
    let verbs = VERBS.iter().filter(|verb| !is_action(verb.name));
    Action::ALL.iter().map(action).chain(verbs.map(verb)).collect()
}

fn of_action(action: Action, known: &Known<'_>, lang: Lang) -> Offer {
    let key = known.keys.key(action).map(ToString::to_string).unwrap_or_default();
    Offer { line: action.name().to_owned(), words: action.words(lang), takes: "", key }
}

/// What the palette offers: the actions that do something now, then commands with each value they are known to take, then those
/// that take something else.
pub fn palette(valid: &[Action], known: &Known<'_>, lang: Lang) -> Vec<Offer> {
    let mut offers: Vec<_> = Action::ALL
        .iter()
        .filter(|action| valid.contains(action))
        .map(|action| of_action(*action, known, lang))
        .collect();
    for verb in VERBS {
        let values = (verb.values)(known);
        let whole =
            values.iter().filter(|value| !value.ends_with(':')).map(|value| (format!("{} {value}", verb.name), ""));
        let bare = [(format!("{} ", verb.name), verb.takes)];
        let key = String::new;
        let offer = |(line, takes)| Offer { line, words: verb.words(lang), takes, key: key() };
        offers.extend(bare.into_iter().chain(whole).map(offer));
    }
    offers
}

fn window(text: &str, _: &Known<'_>) -> Result<Command, Wrong> {
    if text == "all" {
        return Ok(Command::Window(Window::All));
    }
    let wrong = || "write a length such as 15m, 6h or 7d, at least 1m, or all".to_owned();
    let length = duration::parse(&text.replace(' ', "")).ok_or_else(wrong)?;
    match u32::try_from(length.as_secs() / 60) {
        Ok(minutes @ 1..) => Ok(Command::Window(Window::of_minutes(minutes))),
        _ => Err(wrong().into()),
    }
}

/// The last whole hours, each as a window.
fn hours(known: &Known<'_>) -> Vec<String> {
    let hour = 3_600_000;
    let begin = known.now.0.div_euclid(hour) * hour;
    let clock = |at: i64| format::hour_minute(Millis(at), known.zone);
    let past = (1..=3).map(|ago| begin - ago * hour);
    let so_far = std::iter::once(format!("{} to now", clock(begin)));
    so_far.chain(past.map(|from| format!("{} to {}", clock(from), clock(from + hour)))).collect()
}

/// When the last alerts were, and some times ago.
fn moments(known: &Known<'_>) -> Vec<String> {
    let today = |at: &&Millis| known.now.0 - at.0 < 86_400_000;
    let alerts = known.alerts.iter().filter(today).map(|at| format::clock(*at, known.zone));
    let mut moments: Vec<String> = alerts.take(5).chain(["15m", "1h", "6h", "1d"].map(str::to_owned)).collect();
    moments.dedup();
    moments
}

/// A file for each format.
fn files(known: &Known<'_>) -> Vec<String> {
    ["txt", "csv", "ndjson"].map(|format| format!("{}.{format}", known.file)).to_vec()
}

fn time(text: &str, known: &Known<'_>) -> Result<Millis, String> {
    moment::parse(text, known.now, known.zone).ok_or_else(|| format!("{text} is no time; write {}", moment::FORMS))
}

fn between(text: &str, known: &Known<'_>) -> Result<Command, Wrong> {
    let (from, to) = text.split_once(" to ").unwrap_or((text, "now"));
    let (from, to) = (time(from, known)?, time(to, known)?);
    if from >= to {
        return Err("the window is empty: its end must be later than its start".to_owned().into());
    }
    Ok(Command::Between(from, to))
}

fn number(text: &str, known: &Known<'_>) -> Result<Command, Wrong> {
    if text == "all" {
        return Ok(Command::Number(None));
    }
    let bare = text.strip_prefix('+').unwrap_or(text);
    let mut found = known.numbers.iter().filter(|number| number.strip_prefix('+').unwrap_or(number).starts_with(bare));
    match (found.next(), found.next()) {
        (Some(number), None) => Ok(Command::Number(Some(number.clone()))),
        (Some(first), Some(_)) if *first == bare => Ok(Command::Number(Some(first.clone()))),
        (Some(_), Some(_)) => Err("several numbers begin like this; write more of it".to_owned().into()),
        (None, _) => Err("no event came for a number that begins like this; Tab lists those that did, or write all"
            .to_owned()
            .into()),
    }
}

fn tab(text: &str, _: &Known<'_>) -> Result<Command, Wrong> {
    let begins = |tab: &&Tab| tab.name().starts_with(text) || tab.number().to_string() == text;
    let mut found = Tab::ALL.iter().filter(begins);
    match (found.next(), found.next()) {
        (Some(tab), None) => Ok(Command::Act(tab.action())),
        _ => {
            let names = Tab::ALL.map(Tab::name).join(", ");
            Err(format!("write 1 to {} or a name: {names}", Tab::ALL.len()).into())
        }
    }
}

fn theme(text: &str, known: &Known<'_>) -> Result<Command, Wrong> {
    if known.themes.contains(&text) {
        return Ok(Command::Theme(text.to_owned()));
    }
    let meant = suggest::closest(text, known.themes.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!(", did you mean {meant}?"));
    Err(format!("there is no theme {text} here{meant}").into())
}

fn file(text: &str, replace: bool) -> Result<Command, Wrong> {
    let home = std::env::home_dir();
    let file = match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    };
    Ok(Command::Export { file, replace })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::order::Direction;

    /// 2026-03-12 14:32:07 in UTC.
    const NOW: Millis = Millis(1_773_325_927_000);

    const MOST: Order = Order { column: "messages", direction: Direction::Descending };
    const LEAST: Order = Order { column: "messages", direction: Direction::Ascending };

    fn with<T>(ask: impl FnOnce(&Known<'_>) -> T) -> T {
        let keys = Keymap::new(&[]).unwrap();
        let numbers = ["85230174859", "85230174000", "16693334444"].map(Text::from);
        ask(&Known {
            now: NOW,
            zone: &TimeZone::UTC,
            themes: vec!["dark", "light"],
            numbers: &numbers,
            alerts: &[Millis(NOW.0 - 600_000), Millis(NOW.0 - 90_000_000)],
            orders: vec![MOST, LEAST],
            file: "watop-events-1432".to_owned(),
            keys: &keys,
        })
    }

    fn read(line: &str) -> Result<Command, Mistake> {
        with(|known| parse(line, known))
    }

    #[test]
    fn every_action_can_be_typed_by_its_name() {
        for action in Action::ALL {
            assert_eq!(read(action.name()), Ok(Command::Act(*action)));
        }
        assert_eq!(read(" q "), Ok(Command::Act(Action::Quit)));
    }

    #[test]
    fn commands_take_what_follows_their_name() {
        assert_eq!(read("window 6h"), Ok(Command::Window(Window::Hours6)));
        assert_eq!(read("window 90m"), Ok(Command::Window(Window::Minutes(90))));
        let at = |minutes: i64| Millis(NOW.0 - 7_000 - minutes * 60_000);
        assert_eq!(read("from 14:00 to 14:30"), Ok(Command::Between(at(32), at(2))));
        assert_eq!(read("from 14:00"), Ok(Command::Between(at(32), NOW)));
        assert_eq!(read("goto 14:19"), Ok(Command::GoTo(at(13))));
        assert_eq!(read("filter status:failed code:1"), Ok(Command::Filter("status:failed code:1".to_owned())));
        assert_eq!(read("number +1669"), Ok(Command::Number(Some("16693334444".into()))));
        assert_eq!(read("number all"), Ok(Command::Number(None)));
        assert_eq!(read("theme light"), Ok(Command::Theme("light".to_owned())));
        for tab in ["tab 3", "tab messages", "tab mess"] {
            assert_eq!(read(tab), Ok(Command::Act(Action::Messages)), "{tab}");
        }
        assert_eq!(read("sort messages"), Ok(Command::Sort(MOST)));
        assert_eq!(read("sort messages asc"), Ok(Command::Sort(LEAST)));
        assert_eq!(read("sort"), Ok(Command::Act(Action::Sort)), "by the next column");
        assert_eq!(read("alert previous"), Ok(Command::Alert { later: false }));
        assert_eq!(read("lang zh"), Ok(Command::Lang(Lang::Zh)));
        let file = PathBuf::from("a.csv");
        assert_eq!(read("export a.csv"), Ok(Command::Export { file: file.clone(), replace: false }));
        assert_eq!(read("export! a.csv"), Ok(Command::Export { file, replace: true }));
    }

    #[test]
    fn mistakes_say_where_and_what_to_write() {
        for (line, span, says) in [
            ("windwo 6h", 0..6, "did you mean window?"),
            ("window 6x", 7..9, "write a length"),
            ("window", 0..6, "such as window 6h"),
            ("from 14:00 to 13:00", 5..19, "later than its start"),
            ("goto soon", 5..9, "soon is no time"),
            ("filter coed:1", 7..11, "code"),
            ("number 8523", 7..11, "several numbers"),
            ("alert soon", 6..10, "next or previous"),
            ("theme lihgt", 6..11, "did you mean light?"),
            ("tab 9", 4..5, "write 1 to 6 or a name: overview, events"),
            ("sort size", 5..9, "size is no column that sorts; write messages"),
            ("zoom in", 4..7, "zoom takes nothing"),
            ("", 0..0, "write a command"),
        ] {
            let mistake = read(line).unwrap_err();
            assert!(mistake.message.contains(says), "{line}: {}", mistake.message);
            assert_eq!(mistake.span, span, "{line}");
        }
    }

    #[test]
    fn names_and_values_are_completed() {
        let lines = |line: &str| -> Vec<String> {
            with(|known| completions(line, known, Lang::En)).into_iter().map(|offer| offer.line).collect()
        };
        assert_eq!(lines("win"), ["window"]);
        assert_eq!(lines("theme l"), ["theme light"]);
        assert_eq!(lines("number 8"), ["number 85230174859", "number 85230174000"]);
        assert_eq!(lines("filter status:failed co"), ["filter status:failed code:"]);
        assert_eq!(lines("alert n"), ["alert next"]);
        assert_eq!(lines("tab c"), ["tab costs"]);
        assert_eq!(lines("sort m"), ["sort messages", "sort messages desc", "sort messages asc"]);
        assert_eq!(lines("sort messages a"), ["sort messages asc"]);
        assert_eq!(lines("goto 14"), ["goto 14:22:07"], "the alert of today");
        assert_eq!(lines("from 13"), ["from 13:00 to 14:00"]);
        assert_eq!(lines("export w").len(), 3);
        assert!(lines("nothing").is_empty());
    }

    #[test]
    fn everything_the_palette_offers_whole_is_a_command() {
        with(|known| {
            let offers = palette(Action::ALL, known, Lang::Zh);
            for offer in offers.iter().filter(|offer| offer.takes.is_empty()) {
                assert!(parse(&offer.line, known).is_ok(), "{}", offer.line);
            }
            for verb in VERBS {
                assert!(offers.iter().any(|offer| offer.line.starts_with(verb.name)), "{}", verb.name);
            }
        });
    }
}
