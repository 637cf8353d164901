//! Going to a row: a time, a failure, a mark.

use super::list::Begin;
use super::{EventsTab, Seek};
use crate::query::Filter;
use crate::tui::page::Outcome;
use crate::tui::widgets::table;

impl EventsTab {
    /// To a row: read from there, when it is not here.
    pub(super) fn seek(&mut self, seek: Seek) {
        self.held = true;
        let rows = self.list.rows();
        let begins_before = |at| self.list.whole || rows.front().is_some_and(|row| row.received_at < at);
        let (at, here, begin) = match seek {
            Seek::First => (0, self.list.whole, Begin::Start),
            Seek::Time(time) => {
                let at = rows.partition_point(|row| row.received_at < time);
                (at, begins_before(time) && at < rows.len(), Begin::At(time))
            }
            Seek::Event(seq) => {
                let at = self.list.position(seq);
                let is_there = rows.get(at).is_some_and(|row| row.seq == seq);
                (at, is_there, Begin::At(self.marks.time(seq).unwrap_or_default()))
            }
        };
        if here || self.seeking == Some(seek) {
            self.seeking = None;
            self.selected = rows.get(at).or(rows.back()).map(|row| row.seq);
            let first = table::scroll(self.first_row(), at, rows.len(), self.room.max(1));
            let first = if seek == Seek::First { 0 } else { first };
            self.top = rows.get(first).map(|row| row.seq);
        } else {
            self.list.restart(begin);
            self.seeking = Some(seek);
        }
    }

    /// To the next row of the list, or the one before, that is a failure.
    pub(super) fn go_to_failure(&mut self, back: bool) -> Outcome {
        let rows = self.list.rows();
        let at = self.selected.map_or(rows.len(), |seq| self.list.position(seq));
        let found = if back {
            rows.iter().take(at).rev().find(|row| row.failed())
        } else {
            rows.iter().skip(at + 1).find(|row| row.failed())
        };
        let Some(found) = found.map(|row| row.seq) else { return Outcome::Ignored };
        self.seek(Seek::Event(found));
        Outcome::Changed
    }

    pub(super) fn go_to_mark(&mut self, back: bool) -> Outcome {
        let Some(found) = self.marks.beside(self.selected, back) else { return Outcome::Ignored };
        self.seek(Seek::Event(found));
        Outcome::Changed
    }

    /// Marks the event under the cursor, or takes its mark away.
    pub(super) fn mark(&mut self) -> Outcome {
        let row = self.selected.and_then(|seq| self.row(seq));
        let Some((seq, at)) = row.map(|row| (row.seq, row.received_at)) else { return Outcome::Ignored };
        self.marks.toggle(seq, at);
        Outcome::Changed
    }

    /// Lists the marked events alone, as a filter that is shown: what can be done with a filter can be done with them.
    pub(super) fn only_marked(&mut self) -> Outcome {
        let marked = self.marks.all();
        let terms: Vec<String> = marked.iter().map(|seq| format!("seq:{seq}")).collect();
        let filter = terms.join(" or ");
        if marked.is_empty() {
            return Outcome::Ignored;
        }
        if Filter::parse(&filter).is_err() {
            let count = marked.len();
            return Outcome::Refuse(
                format!("{count} marks are too many for a filter; watop export --marked writes them all"),
                format!("{count} 个标记超出过滤条件的长度;可用 watop export --marked 导出全部"),
            );
        }
        self.filter(&filter);
        Outcome::Changed
    }
}
