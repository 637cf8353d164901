//! The alert under the cursor in full: what, whom, why, since and until when, what it hit, and the wire's own words.

use super::{sign, state};
use crate::event::Millis;
use crate::event::clean::clean;
use crate::monitor::view::{About, AboutTemplate, Alert};
use crate::tui::lang::say;
use crate::tui::panes::View;
use crate::tui::terms;
use crate::tui::theme::Glyph;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format, frame};
use crate::tui::wrap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows in which what the list says already is left out.
const FEW: u16 = 5;
/// Cells of a label, and of a box from which on facts stand in two columns.
const LABEL: usize = 10;
const TWO_COLUMNS: u16 = 70;
/// Longest code and time that a text is searched for.
const SAID: usize = 40;

/// Draws the box.
pub(super) fn draw(buffer: &mut Buffer, area: Rect, view: &View<'_>, alert: &Alert) {
    let (role, glyph) = sign(alert.severity);
    let severity = terms::severity(view.look, alert.severity);
    let totals = vec![view.words().glyph(role, glyph).muted(format!(" {severity}"))];
    let inner = frame::draw(buffer, area, view.look, view.pick("Selected", "所选"), totals, false);
    let columns = if inner.width >= TWO_COLUMNS { 2 } else { 1 };
    let width = inner.width / columns;
    let text = terms::alert_cause(view.look, alert);
    let (cause, quote) = parts(&text, usize::from(width).saturating_sub(LABEL + 1));
    let mut facts = facts(view, alert, cause);
    if inner.height < FEW {
        facts.drain(..2);
    }
    let rows = facts.len().div_ceil(columns.into()).clamp(1, usize::from(inner.height).max(1));
    for (at, fact) in facts.into_iter().enumerate() {
        let (column, row) = ((at / rows) as u16, (at % rows) as u16);
        if column < columns && row < inner.height {
            fact.draw(buffer, inner.x + column * width, inner.y + row, width.saturating_sub(columns - 1));
        }
    }
    let Some(quote) = quote else { return };
    // A blank row before the quotation, where the facts leave one.
    let below = rows as u16 + u16::from(rows + 2 < usize::from(inner.height));
    let room = usize::from(inner.height.saturating_sub(below));
    let mut lines = wrap::wrap(&format!("“{quote}”"), inner.width.into());
    if lines.len() > room {
        lines.truncate(room);
        if let Some(last) = lines.last_mut() {
            let cut = view.look.glyph(Glyph::Cut);
            *last = format!("{}{cut}", cut::head(last, usize::from(inner.width).saturating_sub(1)));
        }
    }
    for (line, y) in lines.into_iter().zip(inner.y + below..) {
        view.words().text(line).draw(buffer, inner.x, y, inner.width);
    }
}

/// What of a cause is a line of its own, and what is a quotation: the text after a code, or what is too long for a line.
fn parts(text: &str, room: usize) -> (Option<&str>, Option<&str>) {
    match text.split_once(": ") {
        _ if text.is_empty() => (None, None),
        Some((code, said)) if code.len() <= SAID && !code.contains(' ') => (Some(code), Some(said)),
        _ if cut::width(text) > room => (None, Some(text)),
        _ => (Some(text), None),
    }
}

/// What is known, the most important first; nothing that is not known.
fn facts<'a>(view: &View<'a>, alert: &'a Alert, cause: Option<&str>) -> Vec<Words<'a>> {
    let about = view.data.zoom.about.as_ref().filter(|about| about.id == alert.id);
    let template = about.and_then(|about| about.template.as_ref());
    let label = |en, zh| view.words().muted(view.pick(en, zh)).to(LABEL);
    let cut = view.look.glyph(Glyph::Cut);
    let id = template.and_then(|template| template.id.as_ref());
    let waba = about.and_then(|about: &About| about.waba.as_ref());
    let facts = [
        Some(label("what", "事项").strong(terms::alert(view.look, alert))),
        Some(label("subject", "对象").value(terms::alert_title(view.look, alert))),
        id.map(|id| label("template", "模板").value(cut::middle(&clean(id), 24, cut).into_owned())),
        alert.number.as_ref().map(|number| label("number", "号码").value(view.look.phone(number))),
        waba.map(|waba| label("account", "账户").muted("WABA ").value(cut::middle(&clean(waba), 20, cut).into_owned())),
        cause.map(|cause| label("cause", "原因").value(cause.to_owned())),
        Some(label("since", "起于").then(moment(view, alert.at)).muted({
            let age = format::age(view.age(alert.at));
            say!(view.look, ", {age} ago", "，{age} 前")
        })),
        until(&clean(&alert.detail), alert.at).map(|until| match until {
            Until::At(at) => {
                label("until", "至").then(moment(view, at)).muted(view.pick(", said in the text", "，文本所述"))
            }
            Until::Said(said) => label("until", "至").value(said),
        }),
        alert.resolved_at.map(|at| label(state(view, alert, true), state(view, alert, true)).then(moment(view, at))),
        about.and_then(|about| about.before.as_ref()).map(|before| {
            let what = label("before it", "此前").value(terms::alert(view.look, before));
            what.muted(", ").then(moment(view, before.at))
        }),
        template.map(|template| label("failed", "失败").then(hits(view, alert, template))),
        alert.acknowledgement.as_ref().map(|by| {
            let who = label("by", "确认人").value(clean(&by.who));
            let note = view.look.words(&by.note);
            if note.is_empty() { who.muted(" ").then(moment(view, by.at)) } else { who.muted(": ").text(note) }
        }),
    ];
    facts.into_iter().flatten().collect()
}

/// A clock time, after the day when that is not today.
fn moment<'a>(view: &View<'a>, at: Millis) -> Words<'a> {
    let day = |at| format::day(at, view.data.scope.as_of, view.zone, view.look.lang);
    let today = day(view.data.scope.as_of);
    let day = Some(day(at)).filter(|day| *day != today).map_or_else(String::new, |day| format!("{day} "));
    view.words().value(format!("{day}{}", format::clock(at, view.zone)))
}

/// Messages that failed because of the template since the alert.
fn hits<'a>(view: &View<'a>, alert: &Alert, template: &AboutTemplate) -> Words<'a> {
    let window = &view.data.window;
    let within = if alert.at < view.data.scope.span.from {
        say!(view.look, " in {window}", "（{window} 内）")
    } else {
        String::new()
    };
    let [named, unnamed] = [template.named, template.unnamed].map(format::thousands);
    let words = view.words();
    let words = match (template.named, template.unnamed) {
        (0, 0) => words.muted(view.pick("no message", "没有消息")),
        (_, 0) => words.value(named).muted(view.pick(" messages, naming it", " 条消息，指明模板")),
        (0, _) => words.value(unnamed).muted(view.pick(" messages, naming none", " 条消息，未指明")),
        _ => words
            .value(named)
            .muted(view.pick(" name it, ", " 条指明，"))
            .value(unnamed)
            .muted(view.pick(" name none", " 条未指明")),
    };
    words.muted(within)
}

/// Until when something lasts.
#[derive(Debug, PartialEq)]
enum Until {
    At(Millis),
    /// In words that are no known time.
    Said(String),
}

/// Until when a text says that it lasts: a time as in `until Mar 12 at 9:19 AM UTC because …` or in RFC 3339, else its words.
fn until(text: &str, at: Millis) -> Option<Until> {
    let said = text.rsplit_once("until ")?.1;
    let ends = [" because", ". ", ", ", "; ", " · "].iter().filter_map(|end| said.find(end)).min();
    let said = said.split_at(ends.unwrap_or(said.len())).0.trim_end_matches('.').trim();
    if said.len() > SAID || !said.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some(time(said, at).map_or_else(|| Until::Said(said.to_owned()), Until::At))
}

fn time(said: &str, at: Millis) -> Option<Millis> {
    if let Ok(time) = said.parse::<Timestamp>() {
        return Some(Millis(time.as_millisecond()));
    }
    let said = said.strip_suffix(" UTC")?;
    let year = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(at.0).ok()?).year();
    let in_year = |year: i16| {
        let time = DateTime::strptime("%Y %b %d at %I:%M %p", format!("{year} {said}")).ok()?;
        Some(Millis(TimeZone::UTC.to_timestamp(time).ok()?.as_millisecond()))
    };
    // No year is said: over its turn it is the next.
    in_year(year).filter(|time| *time >= at).or_else(|| in_year(year + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_when_is_read_from_the_text_and_its_words_are_kept_when_they_are_no_time() {
        let at = Millis(1_773_296_342_000);
        let paused = |until: &str| super::until(&format!("PAUSED: paused until {until}"), at);
        let utc = Some(Until::At(Millis(1_773_307_140_000)));
        assert_eq!(paused("Mar 12 at 9:19 AM UTC because it continued to have issues."), utc);
        assert_eq!(paused("2026-03-12T09:19:00Z, announced"), utc);
        assert_eq!(paused("Jan 2 at 9:00 AM UTC"), Some(Until::At(Millis(1_798_880_400_000))), "of the next year");
        assert_eq!(paused("12/03 9 o'clock"), Some(Until::Said("12/03 9 o'clock".to_owned())));
        assert_eq!(paused("further notice"), None);
        assert_eq!(super::until("low quality", at), None);
    }

    #[test]
    fn the_text_after_a_code_is_quoted_and_so_is_what_is_too_long() {
        assert_eq!(parts("FIRST_PAUSE: it has", 30), (Some("FIRST_PAUSE"), Some("it has")));
        assert_eq!(parts("GREEN → YELLOW", 30), (Some("GREEN → YELLOW"), None));
        assert_eq!(parts("a sentence of many words", 10), (None, Some("a sentence of many words")));
        assert_eq!(parts("", 10), (None, None));
    }
}
