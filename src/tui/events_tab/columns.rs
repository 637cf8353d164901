//! The columns of the list: which there are, which are shown, and what they say of an event.

use crate::event::{Event, Kind, Millis, ndjson};
use crate::tui::lang::Lang;

/// A column. The keys of `watop events --format ndjson` are columns under the same names; `who`, `what` and `lag` are summaries.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, for the chooser and for whoever keeps the choice.
    pub name: &'static str,
    /// The word over it where that is not its name: English and Chinese.
    head: (&'static str, &'static str),
    /// Least width in cells.
    pub(super) width: u16,
    /// Whether it takes what is left.
    pub(super) grows: bool,
    /// What its values are.
    pub(super) holds: Holds,
}

/// What the values of a column are: how they are drawn, cut and masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Time,
    Sign,
    Phone,
    Person,
    /// The customer's number, or what a notice is about.
    Who,
    /// What the event says: a customer's own words are masked.
    What,
    /// Text of a customer, where the event is one.
    Words,
    Id,
    Number,
    Plain,
}

const fn column(name: &'static str, zh: &'static str, width: u16, holds: Holds) -> Column {
    Column { name, head: (name, zh), width, grows: false, holds }
}

const fn growing(name: &'static str, zh: &'static str, width: u16, holds: Holds) -> Column {
    Column { grows: true, ..column(name, zh, width, holds) }
}

/// Every column, in the order of the chooser.
pub static COLUMNS: [Column; 29] = [
    Column { head: ("received", "接收"), ..column("received_at", "", 12, Holds::Time) },
    Column { head: ("provider", "平台时间"), ..column("provider_at", "", 8, Holds::Time) },
    column("lag", "延迟", 7, Holds::Number),
    column("kind", "类型", 12, Holds::Sign),
    column("who", "对象", 10, Holds::Who),
    growing("what", "内容", 16, Holds::What),
    column("number", "商户号码", 12, Holds::Phone),
    column("customer", "客户", 12, Holds::Phone),
    column("name", "姓名", 14, Holds::Person),
    column("status", "状态", 9, Holds::Plain),
    column("code", "代码", 6, Holds::Number),
    column("codes", "代码组", 13, Holds::Plain),
    Column { head: ("wrapper", "平台代码"), ..column("platform_code", "", 8, Holds::Number) },
    growing("title", "标题", 18, Holds::Plain),
    column("type", "消息类型", 11, Holds::Plain),
    growing("text", "文本", 18, Holds::Words),
    column("tag", "标签", 14, Holds::Plain),
    column("template", "模板", 16, Holds::Plain),
    column("category", "类别", 14, Holds::Plain),
    column("costs", "费用", 28, Holds::Plain),
    Column { head: ("message id", "消息 ID"), ..column("message_id", "", 20, Holds::Id) },
    Column { head: ("meta id", "Meta ID"), ..column("meta_message_id", "", 20, Holds::Id) },
    column("field", "字段", 24, Holds::Plain),
    column("event", "事件", 14, Holds::Plain),
    column("subject", "主体", 24, Holds::Plain),
    column("seq", "序号", 11, Holds::Number),
    column("request", "请求", 11, Holds::Number),
    column("scheme", "方案", 7, Holds::Plain),
    column("secret", "密钥", 10, Holds::Plain),
];

/// Those shown until others are chosen.
const DEFAULT: [&str; 5] = ["received_at", "kind", "number", "who", "what"];

impl Column {
    /// The column called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        COLUMNS.iter().find(|column| column.name == name)
    }

    /// The columns shown until others are chosen.
    pub(super) fn default_choice() -> Vec<&'static Self> {
        DEFAULT.into_iter().filter_map(Self::named).collect()
    }

    /// The word over it.
    pub(super) fn head(&self, lang: Lang) -> &'static str {
        lang.pick(self.head.0, self.head.1)
    }

    /// When it goes where there is no room: `what` and `kind` never do.
    pub(super) fn goes(&self) -> u8 {
        match self.name {
            "kind" | "what" | "who" => 0,
            "received_at" => 1,
            "number" => 3,
            _ => 2,
        }
    }

    /// What it says of an event; empty where the event does not have it.
    pub(super) fn value(&self, event: &Event) -> String {
        match self.name {
            // Held by every row.
            "received_at" | "kind" | "who" | "what" => String::new(),
            "number" => event.number.as_deref().unwrap_or_default().to_owned(),
            "customer" => event.customer.as_deref().unwrap_or_default().to_owned(),
            "name" => event.name.as_deref().unwrap_or_default().to_owned(),
            "provider_at" => event.provider_at.map_or_else(String::new, |at| at.0.to_string()),
            "lag" => match event.provider_at {
                Some(at) => (event.received_at.0.saturating_sub(Millis::from(at).0) / 1000).to_string(),
                None => String::new(),
            },
            name => ndjson::value(event, name).unwrap_or_default(),
        }
    }
}

/// Whether an event's text is a customer's own.
pub(super) fn is_theirs(kind: Kind) -> bool {
    matches!(kind, Kind::Inbound | Kind::Other)
}

/// Choosing the columns: all of them in a list, those that are shown first and in their order.
#[derive(Debug)]
pub(super) struct Chooser {
    /// Every column; the first `shown` of them are shown.
    pub order: Vec<&'static Column>,
    /// How many are shown.
    pub shown: usize,
    /// The row under the cursor.
    pub row: usize,
}

impl Chooser {
    /// Begins with the columns that are shown.
    pub(super) fn new(chosen: &[&'static Column]) -> Self {
        let others = COLUMNS.iter().filter(|column| !chosen.contains(column));
        Self { order: chosen.iter().copied().chain(others).collect(), shown: chosen.len(), row: 0 }
    }

    /// The columns chosen.
    pub(super) fn chosen(&self) -> Vec<&'static Column> {
        self.order.iter().take(self.shown).copied().collect()
    }

    /// Moves the cursor.
    pub(super) fn step(&mut self, by: isize) {
        self.row = self.row.saturating_add_signed(by).min(self.order.len() - 1);
    }

    /// Shows the column under the cursor, after the others; or no longer. The last one stays.
    pub(super) fn toggle(&mut self) {
        if self.row < self.shown && self.shown > 1 {
            self.shown -= 1;
            let column = self.order.remove(self.row);
            self.order.insert(self.shown, column);
        } else if self.row >= self.shown {
            let column = self.order.remove(self.row);
            self.order.insert(self.shown, column);
            self.row = self.shown;
            self.shown += 1;
        }
    }

    /// Moves the column under the cursor among those shown.
    pub(super) fn shift(&mut self, by: isize) {
        let to = self.row.saturating_add_signed(by);
        if self.row < self.shown && to < self.shown {
            self.order.swap(self.row, to);
            self.row = to;
        }
    }

    /// Those of the beginning again.
    pub(super) fn reset(&mut self) {
        *self = Self::new(&Column::default_choice());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chooser: &Chooser) -> Vec<&'static str> {
        chooser.chosen().iter().map(|column| column.name).collect()
    }

    #[test]
    fn columns_are_shown_hidden_and_moved_and_one_always_stays() {
        let mut chooser = Chooser::new(&Column::default_choice());
        assert_eq!(names(&chooser), DEFAULT);
        chooser.step(5);
        chooser.toggle();
        assert_eq!(names(&chooser), ["received_at", "kind", "number", "who", "what", "provider_at"]);
        chooser.shift(-1);
        chooser.shift(-1);
        assert_eq!(names(&chooser), ["received_at", "kind", "number", "provider_at", "who", "what"]);
        for _ in 0..9 {
            chooser.row = 0;
            chooser.toggle();
        }
        assert_eq!(names(&chooser), ["what"]);
        chooser.shift(-1);
        chooser.shift(1);
        chooser.reset();
        assert_eq!(names(&chooser), DEFAULT);
    }

    #[test]
    fn every_key_of_an_exported_event_is_a_column() {
        let origin = crate::event::Origin { received_at: Millis(0), verified: None };
        let event = crate::event::decode(b"[]", &origin, &crate::event::KeySecret([0; 16])).remove(0);
        let line: serde_json::Value = serde_json::from_str(&ndjson::to_ndjson(&event)).unwrap();
        for key in line.as_object().unwrap().keys() {
            assert!(Column::named(key).is_some(), "{key}");
        }
    }
}
