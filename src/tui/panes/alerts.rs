//! What the platform said about templates and accounts, the worst first.

mod account;
mod selected;
mod template;

use super::data::quiet;
use super::layout::{split_columns, split_rows};
use super::list::List;
use super::{Pane, Place, Size, View};
use crate::event::Severity;
use crate::event::clean::clean;
use crate::monitor::view::Alert;
use crate::tui::lang::say;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{Column, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame};
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
    By,
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
    let about = view.data.zoom.about.as_ref();
    let story = about.and_then(|about| about.template.as_ref());
    let Parts { list: area, selected, template, account } = Parts::of(at, view.size, story.is_some());
    let inner = frame::draw(buffer, area, view.look, Pane::Alerts.name(view.look.lang), totals(view), at.focused);
    if alerts.is_empty() {
        let what = view.pick("nothing about templates or accounts yet", "还没有模板或账户的消息");
        let hint = view.pick(
            "paused templates, falling quality, restrictions stand here",
            "模板暂停、质量下降、账户受限会显示在这里",
        );
        return super::draw_empty(buffer, inner, view, what, hint);
    }
    let columns = columns(view, at.zoomed);
    let mut table = Table::new(view.look, &columns, alerts.len());
    list.place(&mut table, inner.height, at.focused);
    table.draw(buffer, inner, |row, column, width| {
        alerts.get(row).map_or_else(|| view.words(), |alert| cell(view, alert, column, width))
    });
    let Some(alert) = alerts.get(list.row()) else { return };
    if let Some(area) = selected {
        selected::draw(buffer, area, view, alert);
    }
    if let (Some(area), Some(story)) = (template, story) {
        template::draw(buffer, area, view, story);
    }
    if let Some(area) = account {
        account::draw(buffer, area, view, alert, about);
    }
}

/// Where the pieces of the pane are.
struct Parts {
    list: Rect,
    /// The alert under the cursor.
    selected: Option<Rect>,
    /// Its template over time.
    template: Option<Rect>,
    /// Its account.
    account: Option<Rect>,
}

/// Rows of one alert in full below the list, where there is no room beside it.
const DETAIL: u16 = 10;
/// Rows from which on everything about an alert is shown.
const EVERYTHING: u16 = 26;
/// Rows of the pieces on a low screen: the list, and its alert's template over time.
const FEW_LISTED: u16 = 7;
const FEW_SELECTED: u16 = 6;
const FEW_OVER_TIME: u16 = 7;

impl Parts {
    /// An alert about no template leaves the lower row to the account, so that the list stays as it is while the cursor moves.
    fn of(at: Place, size: Size, template: bool) -> Self {
        if !at.zoomed || at.area.height < FEW_LISTED + FEW_SELECTED + FEW_OVER_TIME {
            let (list, selected) = at.with_detail(DETAIL);
            return Self { list, selected, template: None, account: None };
        }
        if size < Size::Normal || at.area.height < EVERYTHING {
            let (list, below) = split_rows(at.area, at.area.height - FEW_SELECTED - FEW_OVER_TIME);
            let (selected, over_time) = split_rows(below, if template { FEW_SELECTED } else { below.height });
            let template = Some(over_time).filter(|_| template);
            return Self { list, selected: Some(selected), template, account: None };
        }
        let left = at.area.width - (at.area.width * 3 / 8).clamp(44, 64);
        let (above, below) = split_rows(at.area, at.area.height * 9 / 16);
        let (list, selected) = split_columns(above, left);
        let (template, account) = split_columns(below, if template { left } else { 0 });
        Self { list, selected: Some(selected), template: Some(template), account: Some(account) }
    }
}

/// Columns of the template over time in the room of the zoomed pane; 0 when it is not seen.
pub(super) fn trend_columns(area: Rect, size: Size) -> usize {
    let at = Place { area, focused: true, zoomed: true };
    Parts::of(at, size, true).template.map_or(0, template::columns)
}

fn totals<'a>(view: &View<'a>) -> Vec<Words<'a>> {
    let (critical, warnings, acknowledged) = view.data.alert_counts();
    let (criticals, warned) = (critical, warnings);
    let [critical, warnings, acknowledged] = [critical, warnings, acknowledged].map(format::thousands);
    let critical_words = say!(view.look, "{critical} critical", "{critical} 严重");
    let critical = if criticals > 0 {
        view.words().bold(Role::Failed, critical_words)
    } else {
        view.words().muted(critical_words)
    };
    let role = if warned > 0 { Role::Warn } else { Role::Muted };
    let plural = if warned == 1 { "" } else { "s" };
    let short =
        critical.clone().muted(" · ").role(role, say!(view.look, "{warnings} warning{plural}", "{warnings} 警告"));
    let long = short.clone().muted(say!(view.look, " · {acknowledged} acknowledged", " · {acknowledged} 已确认"));
    let totals = if view.size >= Size::Normal { vec![long, short, critical] } else { vec![short, critical] };
    let listed = view.data.alerts.len() as u64;
    super::one_of_four(view, Pane::Alerts, super::filtered(view, listed, |unfiltered| unfiltered.alerts, totals))
}

fn columns(view: &View<'_>, zoomed: bool) -> Vec<Column<Col>> {
    let severity = Column::text(Col::Severity, "", 1);
    let what = Column::text(Col::What, view.pick("what", "事项"), 18);
    if zoomed {
        // Who acknowledged takes room only once somebody did.
        let by = Column::text(Col::By, view.pick("by", "确认人"), 6);
        let by = view.data.alerts.iter().any(|alert| alert.acknowledgement.is_some()).then_some(by);
        let columns = [
            severity,
            Column::text(Col::Since, view.pick("since", "起于"), 7),
            what,
            Column::text(Col::Subject, view.pick("subject", "对象"), 18).grows(),
            Column::text(Col::Detail, view.pick("cause", "原因"), 24).after(2).grows().goes(1),
            Column::text(Col::Number, view.pick("number", "号码"), 8),
            Column::text(Col::State, view.pick("status", "状态"), 8),
        ];
        return columns.into_iter().chain(by).collect();
    }
    match view.size {
        Size::One | Size::Narrow => vec![severity, Column::text(Col::All, "", 10).grows()],
        Size::Normal | Size::Wide => vec![
            severity,
            what,
            Column::text(Col::Subject, view.pick("subject", "对象"), 12).grows(),
            Column::text(Col::Number, view.pick("number", "号码"), 8),
            Column::text(Col::State, "", view.look.lang.pick(3, 4)),
            Column::number(Col::Age, view.pick("age", "已过"), 5),
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
            _ if quiet => words.muted(terms::alert(view.look, alert)),
            Severity::Critical => words.strong(terms::alert(view.look, alert)),
            _ => words.value(terms::alert(view.look, alert)),
        },
        Col::Subject if quiet => words.muted(terms::alert_title(view.look, alert)),
        Col::Subject => words.text(terms::alert_title(view.look, alert)),
        Col::Detail => words.muted(terms::alert_cause(view.look, alert)),
        Col::Number => match &alert.number {
            Some(number) if width < 13 => {
                words.muted(format::phone(&view.look.phone(number), view.look.glyph(Glyph::Cut)))
            }
            Some(number) => words.muted(view.look.phone(number)),
            None => words.nothing(),
        },
        Col::State => match state(view, alert, width > 4) {
            "" if width > 4 && alert.severity >= Severity::Warning => words.muted(view.pick("open", "未处理")),
            "" if width > 4 => words.nothing(),
            state => words.muted(state),
        },
        Col::Since => words.muted(format::since(alert.at, view.data.scope.as_of, view.zone, view.look.lang)),
        Col::Age => words.muted(age()),
        Col::By => match &alert.acknowledgement {
            Some(by) => words.muted(clean(&by.who)),
            None => words,
        },
        Col::All => {
            let what = if quiet {
                words.muted(terms::alert(view.look, alert))
            } else {
                words.value(terms::alert(view.look, alert))
            };
            let end = match state(view, alert, false) {
                "" => format!("  {:>4}", age()),
                state => format!("  {state} {:>4}", age()),
            };
            let room = width.saturating_sub(cut::width(&end));
            what.muted(" ").muted(terms::alert_title(view.look, alert)).to(room).muted(end)
        }
    }
}

/// Why nobody needs to look at it any more, in a short word unless there is `room`.
fn state(view: &View<'_>, alert: &Alert, room: bool) -> &'static str {
    if alert.acknowledged {
        view.pick("ack", "确认")
    } else if alert.superseded_by.is_some() {
        view.pick("old", "过时")
    } else if alert.resolved_at.is_some() {
        view.pick(if room { "resolved" } else { "end" }, if room { "已恢复" } else { "恢复" })
    } else {
        ""
    }
}
