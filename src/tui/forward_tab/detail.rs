//! Both sides of one attempt: what was sent, and what came back.

use super::table::status_words;
use super::{Focus, ForwardTab};
use crate::capture;
use crate::event::Text;
use crate::event::clean::{clean, clean_lines};
use crate::journal::operator::Attempt;
use crate::tui::areas::Spot;
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms::sentence;
use crate::tui::theme::Role;
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border};
use crate::tui::wrap::wrap;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::borrow::Cow;

/// Bytes of a body that are shown here; the events of the request have all of it.
const SHOWN: usize = 4096;

type Line = (Role, String);

impl ForwardTab {
    /// What was sent.
    pub(super) fn draw_request(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Focus::Detail as usize));
        let look = ctx.look;
        let request = self.current().map(|(_, attempt)| attempt.request);
        let number = request.map(format::thousands).unwrap_or_default();
        let title = say!(look, "Request {number}", "请求 {number}");
        let raw = self.raw.as_ref().filter(|(shown, _)| Some(*shown) == request).map(|(_, raw)| raw);
        let totals = match raw {
            Some(Some(raw)) => {
                let bytes = format::thousands(raw.body.len() as u64);
                vec![Words::new(look).muted(say!(look, "{bytes} bytes", "{bytes} 字节"))]
            }
            _ => Vec::new(),
        };
        let inner = border::draw(buffer, area, look, &title, totals, self.focus == Focus::Detail);
        let lines = match raw {
            Some(Some(raw)) => {
                let masked = look.masker.as_ref().map(|masker| capture::masked(raw, masker));
                let headers = &masked.as_ref().unwrap_or(raw).headers;
                let headers = headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value)));
                both(headers, &raw.body, look, inner.width.into())
            }
            Some(None) => {
                let gone = look.lang.pick("no longer in the journal", "日志中已不存在");
                vec![(Role::Muted, gone.to_owned())]
            }
            None => Vec::new(),
        };
        draw_lines(buffer, inner, look, &lines, self.scrolled);
    }

    /// What came back.
    pub(super) fn draw_answer(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        ctx.look.areas.add(area, Spot::Pane(Focus::Detail as usize));
        let look = ctx.look;
        let title = look.lang.pick("Answer", "应答");
        let Some((_, attempt)) = self.current() else {
            border::draw(buffer, area, look, title, Vec::new(), false);
            return;
        };
        let took = format::latency(u64::from(attempt.took_ms) * 1000);
        let totals = status_words(Words::new(look), attempt).muted(say!(look, " in {took}", " 耗时 {took}"));
        let inner = border::draw(buffer, area, look, title, vec![totals], self.focus == Focus::Detail);
        let width = usize::from(inner.width);
        let mut lines: Vec<Line> = Vec::new();
        let target = clean(&attempt.target);
        let (number, origin) = (attempt.attempt, attempt.origin.as_str());
        let about = say!(look, "try {number} ({origin}) to {target}", "第 {number} 次 ({origin}) 发往 {target}");
        lines.extend(wrap(&about, width).into_iter().map(|line| (Role::Muted, line)));
        if let Some(error) = &attempt.error {
            lines.extend(wrap(&clean(&sentence(look.lang, error)), width).into_iter().map(|line| (Role::Failed, line)));
        }
        if attempt.given_up {
            let given_up = look.lang.pick("given up: it is not tried again", "已放弃:不再重试");
            lines.push((Role::Failed, given_up.to_owned()));
        }
        let headers = attempt.headers.iter().map(|(name, value)| match &look.masker {
            Some(masker) => (name.as_str(), capture::masked_header(name, value, masker)),
            None => (name.as_str(), value.as_str().into()),
        });
        lines.extend(both(headers, &attempt.body, look, width));
        if attempt.length > attempt.body.len() as u64 {
            let (kept, all) = (format::thousands(attempt.body.len() as u64), format::thousands(attempt.length));
            let kept = say!(look, "the first {kept} of {all} bytes are kept", "仅保留 {all} 字节中的前 {kept} 字节");
            lines.push((Role::Muted, kept));
        }
        self.scrolled = self.scrolled.min(lines.len().saturating_sub(usize::from(inner.height)));
        draw_lines(buffer, inner, look, &lines, self.scrolled);
    }
}

/// An attempt as it may be shown.
pub(super) fn shown<'t>(attempt: &'t Attempt, look: &Look) -> Cow<'t, Attempt> {
    let Some(masker) = &look.masker else { return Cow::Borrowed(attempt) };
    let masked = |(name, value): &(Text, String)| {
        let value = capture::masked_header(name, value, masker).into_owned();
        (name.clone(), value)
    };
    Cow::Owned(Attempt {
        headers: attempt.headers.iter().map(masked).collect(),
        body: shown_body(&attempt.body, look).into_bytes(),
        ..attempt.clone()
    })
}

/// A body as it may be shown. With the privacy key on it is a text of strangers like any other.
pub(super) fn shown_body(body: &[u8], look: &Look) -> String {
    let text = String::from_utf8_lossy(body);
    if look.masker.is_some() { look.words(&text).into_owned() } else { clean_lines(&text).into_owned() }
}

/// Headers, a blank line, and the beginning of the body.
fn both<'h>(
    headers: impl Iterator<Item = (&'h str, Cow<'h, str>)>,
    body: &[u8],
    look: &Look,
    width: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        let line = format!("{}: {}", clean(name), clean(&value));
        lines.extend(wrap(&line, width).into_iter().map(|line| (Role::Muted, line)));
    }
    lines.push((Role::Muted, String::new()));
    for line in shown_body(body.get(..SHOWN).unwrap_or(body), look).lines() {
        lines.extend(wrap(line, width).into_iter().map(|line| (Role::Text, line)));
    }
    lines
}

fn draw_lines(buffer: &mut Buffer, inner: Rect, look: &Look, lines: &[Line], scrolled: usize) {
    let top = scrolled.min(lines.len().saturating_sub(usize::from(inner.height)));
    for ((role, line), y) in lines.iter().skip(top).zip(inner.top()..inner.bottom()) {
        Words::new(look).role(*role, line.as_str()).draw(buffer, inner.x, y, inner.width);
    }
}
