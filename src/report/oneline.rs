//! The state of things in one short line, for a shell prompt or a status bar.

use crate::monitor::figures::{percent, rate, short_duration, thousands};
use crate::monitor::view::{Funnel, Level};

/// What the line is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// How it is.
    pub level: Level,
    /// The verdict in a few words.
    pub short: String,
    /// What became of the messages of the window.
    pub funnel: Funnel,
    /// Events per second in the last seconds.
    pub events_per_s: f64,
    /// Alerts that ask for attention.
    pub alerts: u64,
    /// Requests refused in the window.
    pub refused: u64,
    /// Seconds since the last request; `None` when there was none.
    pub last_s: Option<i64>,
}

impl Status {
    /// A glyph for the level, and the words behind it.
    pub fn parts(&self) -> (&'static str, String) {
        let glyph = match self.level {
            Level::Ready => "○",
            Level::Ok => "✓",
            Level::Watch => "!",
            Level::Trouble => "✖",
            Level::Blind => "?",
        };
        let mut parts = Vec::new();
        match (self.level, self.last_s) {
            (Level::Ready, _) | (_, None) => return (glyph, "no events yet".to_owned()),
            (Level::Ok, Some(last)) if last > 60 => parts.push(format!("last event {} ago", short_duration(last))),
            (Level::Ok, _) => parts.push(format!("{}/s", rate(self.events_per_s))),
            _ => parts.push(self.short.clone()),
        }
        let settled = self.funnel.settled().map(|settled| format!("settled {}", percent(settled)));
        // The verdict of a watch may have said it already.
        parts.extend(settled.filter(|settled| parts.first().is_none_or(|said| !said.starts_with(settled.as_str()))));
        let counts = [("failed", self.funnel.outcomes.failed), ("alerts", self.alerts), ("refused", self.refused)];
        let some = counts.into_iter().filter(|(_, count)| *count > 0);
        parts.extend(some.map(|(name, count)| format!("{name} {}", thousands(count))));
        (glyph, parts.join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::view::Outcomes;

    #[test]
    fn one_line_says_how_it_is_and_only_what_there_is() {
        let funnel =
            Funnel { delivered: 98, outcomes: Outcomes { failed: 2, ..Outcomes::default() }, ..Funnel::default() };
        let short = "settled 98.0 %".to_owned();
        let calm =
            Status { level: Level::Ok, short, funnel, events_per_s: 2.5, alerts: 0, refused: 0, last_s: Some(3) };
        assert_eq!(calm.parts(), ("✓", "2.5/s · settled 98.0 % · failed 2".into()));
        let idle = Status { last_s: Some(300), refused: 4, ..calm.clone() };
        assert_eq!(idle.parts().1, "last event 5 m ago · settled 98.0 % · failed 2 · refused 4");
        let short = "settled 98.0 % usual 99.9 %".to_owned();
        let watch = Status { level: Level::Watch, short, ..calm.clone() };
        assert_eq!(watch.parts(), ("!", "settled 98.0 % usual 99.9 % · failed 2".into()), "nothing is said twice");
        let short = "132015 2,239 msgs since 14:19".to_owned();
        let trouble = Status { level: Level::Trouble, short, alerts: 1, ..calm.clone() };
        assert_eq!(
            trouble.parts(),
            ("✖", "132015 2,239 msgs since 14:19 · settled 98.0 % · failed 2 · alerts 1".into())
        );
        let empty = Status { level: Level::Ready, last_s: None, ..calm };
        assert_eq!(empty.parts(), ("○", "no events yet".into()));
    }
}
