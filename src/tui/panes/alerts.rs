//! What the platform said about templates and accounts, the worst first.

use super::data::quiet;
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
    // One more for who acknowledged it.
    let cared_for = alerts.get(list.row()).is_some_and(|alert| alert.acknowledgement.is_some());
    let (area, below) = at.with_detail(DETAIL + u16::from(cared_for));
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
    if let (Some(below), Some(alert)) = (below, alerts.get(list.row())) {
        draw_detail(buffer, below, view, alert);
    }
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
    super::one_of_four(view, Pane::Alerts, totals)
}

fn columns(view: &View<'_>, zoomed: bool) -> Vec<Column<Col>> {
    let severity = Column::text(Col::Severity, "", 1);
    let what = Column::text(Col::What, view.pick("what", "事项"), 18);
    if zoomed {
        return vec![
            severity,
            Column::text(Col::Since, view.pick("since", "起于"), 6),
            what.after(2),
            Column::text(Col::Subject, view.pick("subject", "对象"), 22).after(2).grows(),
            Column::text(Col::Detail, view.pick("cause", "原因"), 12).after(2).grows().goes(1),
            Column::text(Col::Number, view.pick("number", "号码"), 13).after(2).goes(2),
            Column::text(Col::State, view.pick("state", "状态"), view.look.lang.pick(5, 6)).after(2),
            Column::number(Col::Age, view.pick("age", "已过"), 4),
        ];
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
        Col::State => match state(view, alert) {
            "" if width > 4 && alert.severity >= Severity::Warning => words.muted(view.pick("open", "未处理")),
            "" if width > 4 => words.nothing(),
            state => words.muted(state),
        },
        Col::Since => words.muted(format::since(alert.at, view.data.scope.as_of, view.zone, view.look.lang)),
        Col::Age => words.muted(age()),
        Col::All => {
            let what = if quiet {
                words.muted(terms::alert(view.look, alert))
            } else {
                words.value(terms::alert(view.look, alert))
            };
            let end = match state(view, alert) {
                "" => format!("  {:>4}", age()),
                state => format!("  {state} {:>4}", age()),
            };
            let room = width.saturating_sub(cut::width(&end));
            what.muted(" ").muted(terms::alert_title(view.look, alert)).to(room).muted(end)
        }
    }
}

/// Why nobody needs to look at it any more.
fn state(view: &View<'_>, alert: &Alert) -> &'static str {
    if alert.acknowledged {
        view.pick("ack", "确认")
    } else if alert.superseded_by.is_some() {
        view.pick("old", "过时")
    } else if alert.resolved_at.is_some() {
        view.pick("end", "恢复")
    } else {
        ""
    }
}

/// Rows of one alert in full, below the zoomed table.
const DETAIL: u16 = 6;

fn draw_detail(buffer: &mut Buffer, area: Rect, view: &View<'_>, alert: &Alert) {
    let (role, glyph) = sign(alert.severity);
    let severity = terms::severity(view.look, alert.severity);
    let totals = vec![view.words().glyph(role, glyph).muted(format!(" {severity}"))];
    let inner = frame::draw(buffer, area, view.look, view.pick("Selected", "所选"), totals, false);
    let times = [alert.at, alert.last_at].map(|at| format::clock(at, view.zone));
    let age = format::age(view.age(alert.at));
    let day = format::day(alert.at, view.zone, view.look.lang);
    let (since, last) = (&times[0], &times[1]);
    let label = |en, zh| view.words().muted(view.pick(en, zh)).to(9);
    let about = |en, zh| view.words().muted("   ").muted(view.pick(en, zh)).muted(" ");
    let lines = [
        label("what", "事项")
            .strong(terms::alert(view.look, alert))
            .then(about("about", "关于").value(terms::alert_title(view.look, alert))),
        label("cause", "原因").value(terms::alert_cause(view.look, alert)),
        label("subject", "对象")
            .value(terms::alert_subject(view.look, alert))
            .then(about("kind", "类型").value(clean(&alert.kind))),
        label("since", "起于").value(format!("{day} {since}")).muted(say!(
            view.look,
            ", {age} ago; last said {last}",
            "，{age} 前；最近收到 {last}"
        )),
    ];
    let after = alert.acknowledgement.iter().map(|by| {
        let at = format::since(by.at, view.data.scope.as_of, view.zone, view.look.lang);
        let who = view.words().muted(view.pick("by", "确认人")).to(9).value(clean(&by.who)).muted(format!(" {at}  "));
        who.value(view.look.words(&by.note))
    });
    for (line, y) in lines.into_iter().chain(after).zip(inner.top()..inner.bottom()) {
        line.draw(buffer, inner.x, y, inner.width);
    }
}
