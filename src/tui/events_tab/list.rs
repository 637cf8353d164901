//! The rows of the list: a slice of the journal, read backwards and forwards as it is looked at, fed live at its end.

use super::columns::Column;
use super::row::Row;
use crate::event::{Event, Millis};
use crate::journal::Batch;
use crate::monitor::view::Span;
use crate::query::Filter;
use crate::tui::store::{Edge, Rows, RowsJob};
use std::collections::VecDeque;
use std::sync::Arc;

/// Rows held at most; the journal has the others.
const HELD: usize = 20_000;

/// Where a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Begin {
    /// At the start of the window.
    Start,
    /// At its end.
    #[default]
    End,
    /// At a time within it.
    At(Millis),
}

/// A slice of the events in the window, oldest first.
#[derive(Debug)]
pub(super) struct List {
    rows: VecDeque<Row>,
    /// The columns whose values the rows hold.
    columns: Arc<[&'static Column]>,
    /// Which list an answer must be for.
    generation: u64,
    /// The list starts anew: rows of an older generation stay to look at until the first answer.
    stale: bool,
    /// Where to begin.
    begin: Begin,
    /// The pages read; `None` until the first answer.
    pages: Option<(u64, u64)>,
    /// Whether everything up to the newest page is here.
    pub attached: bool,
    /// Whether everything from the start of the window is here.
    pub whole: bool,
    /// Events that the filter left out.
    pub hidden: u64,
    /// How far back was read.
    pub reached: Option<Millis>,
    /// Whether a job is under way.
    pub reading: bool,
    /// Whether no older rows are wanted: the user gave them up.
    pub stopped: bool,
}

impl Default for List {
    fn default() -> Self {
        Self::new(Column::default_choice().into())
    }
}

impl List {
    fn new(columns: Arc<[&'static Column]>) -> Self {
        Self {
            rows: VecDeque::new(),
            columns,
            generation: 0,
            stale: false,
            begin: Begin::End,
            pages: None,
            attached: false,
            whole: false,
            hidden: 0,
            reached: None,
            reading: false,
            stopped: false,
        }
    }

    /// The columns whose values the rows hold.
    pub(super) fn columns(&self) -> &Arc<[&'static Column]> {
        &self.columns
    }

    /// Chooses other columns: the rows are read again.
    pub(super) fn choose(&mut self, columns: Vec<&'static Column>, begin: Begin) {
        self.restart(begin);
        // The values of the rows that are here belong to the columns of before.
        self.rows.clear();
        self.columns = columns.into();
    }

    /// The rows.
    pub(super) fn rows(&self) -> &VecDeque<Row> {
        &self.rows
    }

    /// Where the row of `seq` is, or would be.
    pub(super) fn position(&self, seq: u64) -> usize {
        self.rows.partition_point(|row| row.seq < seq)
    }

    /// Whether no more rows are held: those at the other end go when more are read.
    pub(super) fn full(&self) -> bool {
        self.rows.len() >= HELD
    }

    /// Starts anew. What is on the screen stays there until the first answer comes.
    pub(super) fn restart(&mut self, begin: Begin) {
        *self = Self {
            rows: std::mem::take(&mut self.rows),
            generation: self.generation + 1,
            stale: true,
            begin,
            ..Self::new(Arc::clone(&self.columns))
        };
    }

    /// The next thing to read, if anything is wanted: `older` and `newer` say which ends are looked at.
    pub(super) fn job(
        &mut self,
        span: Span,
        filter: &Arc<Filter>,
        now: Millis,
        older: bool,
        newer: bool,
    ) -> Option<RowsJob> {
        if self.reading {
            return None;
        }
        let from = match self.pages {
            None => match self.begin {
                Begin::Start => Edge::Start,
                Begin::At(at) => Edge::At(at),
                Begin::End => Edge::End,
            },
            Some((_, newest)) if newer && !self.attached => Edge::After(newest),
            Some((oldest, _)) if older && !self.whole => Edge::Before(oldest),
            Some(_) => return None,
        };
        self.reading = true;
        let (filter, columns) = (Arc::clone(filter), Arc::clone(&self.columns));
        Some(RowsJob { generation: self.generation, from, span, filter, columns, now })
    }

    /// Takes in what a job found.
    pub(super) fn answered(&mut self, found: Rows) {
        if found.generation != self.generation {
            return;
        }
        self.reading = false;
        if std::mem::take(&mut self.stale) {
            self.rows.clear();
        }
        self.hidden += found.hidden;
        match found.from {
            Edge::Start | Edge::At(_) | Edge::After(_) => {
                self.whole |= found.from == Edge::Start;
                let oldest = self.pages.map_or(found.began + 1, |(oldest, _)| oldest);
                self.pages = Some((oldest, found.page));
                self.attached = found.end;
                self.append(found.rows);
            }
            Edge::Before(_) | Edge::End => {
                self.attached |= self.pages.is_none();
                let newest = self.pages.map_or(found.began.saturating_sub(1), |(_, newest)| newest);
                self.pages = Some((found.page, newest));
                self.whole = found.end;
                self.reached = found.reached.or(self.reached);
                self.prepend(found.rows);
            }
        }
    }

    /// Takes in a live batch when it continues the list; otherwise the list is read on from the journal.
    pub(super) fn live(&mut self, batch: &Batch, span: Span, filter: &Filter, now: Millis) {
        let Some((oldest, newest)) = self.pages.filter(|_| self.attached && !self.stale) else { return };
        let later = batch.requests.first().is_some_and(|request| request.received_at >= span.to);
        if batch.page <= newest || later {
            return;
        }
        if batch.page > newest + 1 || filter.needs_body() {
            self.attached = false;
            return;
        }
        self.pages = Some((oldest, batch.page));
        let events = batch.events.iter().filter(|event| event.amends.is_none() && span.contains(event.received_at));
        let (shown, hidden): (Vec<&Event>, Vec<&Event>) = events.partition(|event| filter.matches(event, &[], now));
        self.hidden += hidden.len() as u64;
        let columns = Arc::clone(&self.columns);
        self.append(shown.into_iter().map(|event| Row::new(event, batch.page, &columns)));
    }

    /// The window begins later now.
    pub(super) fn drop_before(&mut self, from: Millis) {
        while self.rows.front().is_some_and(|row| row.received_at < from) {
            self.rows.pop_front();
        }
    }

    fn append(&mut self, rows: impl IntoIterator<Item = Row>) {
        let last = self.rows.back().map_or(0, |row| row.seq);
        self.rows.extend(rows.into_iter().filter(|row| row.seq > last));
        if self.rows.len() > HELD {
            self.rows.drain(..self.rows.len() - HELD);
            self.whole = false;
            if let (Some(first), Some((oldest, _))) = (self.rows.front(), &mut self.pages) {
                // Its page may have lost some of its rows: it would be read again, leaving out what is here already.
                *oldest = first.page + 1;
            }
        }
    }

    fn prepend(&mut self, rows: Vec<Row>) {
        let first = self.rows.front().map_or(u64::MAX, |row| row.seq);
        for row in rows.into_iter().rev().filter(|row| row.seq < first) {
            self.rows.push_front(row);
        }
        if self.rows.len() > HELD {
            self.rows.truncate(HELD);
            self.attached = false;
            if let (Some(last), Some((_, newest))) = (self.rows.back(), &mut self.pages) {
                *newest = last.page - 1; // the same at the other end
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Text;
    use crate::tui::theme::{Glyph, Role};

    const SPAN: Span = Span { from: Millis(0), to: Millis(i64::MAX) };

    fn everything() -> Arc<Filter> {
        Arc::new(Filter::parse("").unwrap())
    }

    fn row(page: u64) -> Row {
        let text = Text::default;
        Row {
            seq: page,
            request: page,
            page,
            received_at: Millis(page as i64),
            sign: (Glyph::Sent, Role::Muted),
            r#type: "".into(),
            kind: crate::event::Kind::Status,
            word: text(),
            who: text(),
            what: text(),
            values: Box::default(),
            leads: None,
        }
    }

    /// Answers a job on a journal of `last` pages with one event each, 500 at a time.
    fn read(job: &RowsJob, last: u64) -> Rows {
        let (began, back) = match job.from {
            Edge::Start => (0, false),
            Edge::At(at) => (at.0 as u64 - 1, false),
            Edge::End => (last + 1, true),
            Edge::Before(page) => (page, true),
            Edge::After(page) => (page, false),
        };
        let pages = if back { began.saturating_sub(500).max(1)..began } else { began + 1..(began + 501).min(last + 1) };
        let page = if back { pages.start } else { pages.end - 1 };
        let end = if back { pages.start == 1 } else { pages.end == last + 1 };
        let rows = pages.map(row).collect();
        Rows { generation: job.generation, from: job.from, rows, hidden: 0, began, page, reached: None, end }
    }

    fn read_all(list: &mut List, last: u64, older: bool, newer: bool, until: impl Fn(&List) -> bool) {
        while !until(list) {
            let job = list.job(SPAN, &everything(), Millis(0), older, newer).expect("there is more to read");
            list.answered(read(&job, last));
        }
    }

    fn ordered(list: &List) -> bool {
        list.rows().iter().zip(list.rows().iter().skip(1)).all(|(a, b)| a.seq + 1 == b.seq)
    }

    #[test]
    fn however_far_it_is_scrolled_the_list_has_no_hole_no_repetition_and_a_bound() {
        let last = 3 * HELD as u64;
        let mut list = List::default();
        read_all(&mut list, last, true, false, |list| list.whole);
        assert!(ordered(&list) && list.rows().len() == HELD);
        assert_eq!(list.rows().front().map(|row| row.seq), Some(1));
        assert!(!list.attached, "the newest rows had to go");
        read_all(&mut list, last, false, true, |list| list.attached);
        assert!(ordered(&list) && list.rows().len() == HELD);
        assert_eq!(list.rows().back().map(|row| row.seq), Some(last));
        assert!(!list.whole);
    }

    #[test]
    fn it_can_begin_at_the_start_of_the_window() {
        let mut list = List::default();
        list.restart(Begin::Start);
        read_all(&mut list, 1_200, true, true, |list| list.attached);
        assert!(list.whole && ordered(&list) && list.rows().len() == 1_200);
    }

    #[test]
    fn it_can_begin_anywhere_and_be_read_both_ways() {
        let mut list = List::default();
        list.restart(Begin::At(Millis(700)));
        read_all(&mut list, 1_200, true, true, |list| list.attached && list.whole);
        assert!(ordered(&list) && list.rows().len() == 1_200);
    }

    #[test]
    fn an_answer_for_a_list_that_was_left_is_thrown_away() {
        let mut list = List::default();
        let job = list.job(SPAN, &everything(), Millis(0), true, true).unwrap();
        list.restart(Begin::End);
        list.answered(read(&job, 10));
        assert!(list.rows().is_empty());
        assert!(list.job(SPAN, &everything(), Millis(0), true, true).is_some(), "the new list is read all the same");
    }

    #[test]
    fn a_live_batch_that_does_not_follow_is_read_from_the_journal_instead() {
        let mut list = List::default();
        read_all(&mut list, 10, true, true, |list| list.whole);
        let batch = Batch { page: 12, requests: Vec::new(), events: Vec::new() };
        list.live(&batch, SPAN, &everything(), Millis(0));
        let job = list.job(SPAN, &everything(), Millis(0), false, true).unwrap();
        assert_eq!(job.from, Edge::After(10));
    }
}
