//! What the platform said about templates and accounts, the worst first.

use super::data::quiet;
use super::list::List;
use super::{Pane, Place, Size, View};
use crate::event::Severity;
use crate::event::clean::clean;
use crate::monitor::view::Alert;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

#[derive(Clone, Copy)]
enum Col {
    Severity,
    What,
    Subject,
    Detail,
    Number,
    State,
    Since,
    Age,
    /// Everything but the severity, on a narrow screen: the state takes room only where there is one.
    All,
}

/// Role and sign of a severity.
pub(super) fn sign(severity: Severity) -> (Role, Glyph) {
    match severity {
        Severity::Critical => (Role::Failed, Glyph::Critical),
        Severity::Warning => (Role::Warn, Glyph::Warning),
        Severity::Good => (Role::Ok, Glyph::Good),
        Severity::Info => (Role::Muted, Glyph::Info),
    }
}

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, at: Place, view: &View<'_>, list: &mut List) {
    let alerts = &view.data.alerts;
    let (area, below) = at.with_detail(DETAIL);
    let inner = frame::draw(buffer, area, view.look, Pane::Alerts.name(), totals(view), at.focused);
    if alerts.is_empty() {
        let hint = "paused templates, falling quality, restrictions stand here";
        return super::draw_empty(buffer, inner, view, "nothing about templates or accounts yet", hint);
    }
    let columns = columns(view, at.zoomed);
    let mut table = Table::new(view.look, &columns, alerts.len());
    list.place(&mut table, inner.height, at.focused);
    table.draw(buffer, inner, |row, column, width| {
        alerts.get(row).map_or_else(|| view.words(), |alert| cell(view, alert, column, width))
    });
    if let (Some(below), Some(alert)) = (below, alerts.get(list.row())) {
        draw_detail(buffer, below, view, alert);
    }
}

fn totals<'a>(view: &View<'a>) -> Vec<Words<'a>> {
    let (critical, warnings, acknowledged) = view.data.alert_counts();
    let plural = if warnings == 1 { "" } else { "s" };
    let critical_words = format!("{} critical", format::thousands(critical));
    let critical =
        if critical > 0 { view.words().bold(Role::Failed, critical_words) } else { view.words().muted(critical_words) };
    let role = if warnings > 0 { Role::Warn } else { Role::Muted };
    let short = critical.clone().muted(" · ").role(role, format!("{} warning{plural}", format::thousands(warnings)));
    let long = short.clone().muted(format!(" · {} acknowledged", format::thousands(acknowledged)));
    let totals = if view.size >= Size::Normal { vec![long, short, critical] } else { vec![short, critical] };
    super::one_of_four(view, Pane::Alerts, totals)
}

fn columns(view: &View<'_>, zoomed: bool) -> Vec<Column<Col>> {
    let severity = Column::text(Col::Severity, "", 1);
    let what = Column::text(Col::What, "what", 18);
    if zoomed {
        return vec![
            severity,
            Column::text(Col::Since, "since", 6),
            what.after(2),
            Column::text(Col::Subject, "subject", 22).after(2).grows(),
            Column::text(Col::Detail, "cause", 12).after(2).grows().goes(1),
            Column::text(Col::Number, "number", 13).after(2).goes(2),
            Column::text(Col::State, "state", 5).after(2),
            Column::number(Col::Age, "age", 4),
        ];
    }
    match view.size {
        Size::One | Size::Narrow => vec![severity, Column::text(Col::All, "", 10).grows()],
        Size::Normal | Size::Wide => vec![
            severity,
            what,
            Column::text(Col::Subject, "subject", 12).grows(),
            Column::text(Col::Number, "number", 8),
            Column::text(Col::State, "", 3),
            Column::number(Col::Age, "age", 5),
        ],
    }
}

fn cell<'a>(view: &View<'a>, alert: &'a Alert, column: Col, width: usize) -> Words<'a> {
    let quiet = quiet(alert);
    let words = view.words();
    let age = || format::age(view.age(alert.at));
    match column {
        Col::Severity => {
            let (role, glyph) = sign(alert.severity);
            match alert.severity {
                _ if quiet => words.glyph(Role::Faint, glyph),
                Severity::Critical => words.bold(role, view.look.glyph(glyph)),
                _ => words.glyph(role, glyph),
            }
        }
        Col::What => match alert.severity {
            _ if quiet => words.muted(clean(&alert.what)),
            Severity::Critical => words.strong(clean(&alert.what)),
            _ => words.value(clean(&alert.what)),
        },
        Col::Subject if quiet => words.muted(clean(&alert.title)),
        Col::Subject => words.text(clean(&alert.title)),
        Col::Detail => words.muted(clean(&alert.detail)),
        Col::Number => match &alert.number {
            Some(number) if width < 13 => words.muted(format::phone(&clean(number), view.look.glyph(Glyph::Cut))),
            Some(number) => words.muted(clean(number)),
            None => words.nothing(),
        },
        Col::State => match state(alert) {
            "" if width > 3 && alert.severity >= Severity::Warning => words.muted("open"),
            "" if width > 3 => words.nothing(),
            state => words.muted(state),
        },
        Col::Since => words.muted(format::since(alert.at, view.data.scope.as_of, view.zone)),
        Col::Age => words.muted(age()),
        Col::All => {
            let what = if quiet { words.muted(clean(&alert.what)) } else { words.value(clean(&alert.what)) };
            let end = match state(alert) {
                "" => format!("  {:>4}", age()),
                state => format!("  {state} {:>4}", age()),
            };
            let room = width.saturating_sub(end.len());
            what.muted(" ").muted(clean(&alert.title)).to(room).muted(end)
        }
    }
}

/// Why nobody needs to look at it any more.
fn state(alert: &Alert) -> &'static str {
    if alert.acknowledged {
        "ack"
    } else if alert.superseded_by.is_some() {
        "old"
    } else {
        ""
    }
}

/// Rows of one alert in full, below the zoomed table.
const DETAIL: u16 = 6;

fn draw_detail(buffer: &mut Buffer, area: Rect, view: &View<'_>, alert: &Alert) {
    let (role, glyph) = sign(alert.severity);
    let severity = match alert.severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Good => "good",
        Severity::Info => "info",
    };
    let totals = vec![view.words().glyph(role, glyph).muted(format!(" {severity}"))];
    let inner = frame::draw(buffer, area, view.look, "Selected", totals, false);
    let times = [alert.at, alert.last_at].map(|at| format::clock(at, view.zone));
    let age = format::age(view.age(alert.at));
    let day = format::day(alert.at, view.zone);
    let lines = [
        view.words().muted("what     ").strong(clean(&alert.what)).muted("   about ").value(clean(&alert.title)),
        view.words().muted("cause    ").value(clean(&alert.detail)),
        view.words().muted("subject  ").value(clean(&alert.subject)).muted("   kind ").value(clean(&alert.kind)),
        view.words()
            .muted("since    ")
            .value(format!("{day} {}", times[0]))
            .muted(format!(", {age} ago; last said {}", times[1])),
    ];
    for (line, y) in lines.into_iter().zip(inner.top()..inner.bottom()) {
        line.draw(buffer, inner.x, y, inner.width);
    }
}
