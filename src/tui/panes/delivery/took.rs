//! How long messages took from one stage to the next, counted between round edges.

use crate::monitor::view::{Latency, Stretch};
use crate::tui::areas::Spot;
use crate::tui::panes::View;
use crate::tui::panes::data::Listing;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::{format, frame, table};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Rows of one box: frame, bins, percentiles.
pub(super) const ROWS: u16 = 2 + BINS as u16 + 1;
const BINS: usize = 7;
/// Cells left and right of a bar: the bin, the count, the share.
const LABEL: u16 = 10;
const FIGURES: u16 = 18;
/// Cells of a box from which on the counts stand beside the shares.
const WITH_COUNTS: u16 = 44;

/// The edges between the bins of a stretch, in seconds.
pub(in crate::tui::panes) fn edges(stretch: Stretch) -> [u64; BINS - 1] {
    match stretch {
        Stretch::Deliver => [1, 2, 4, 8, 16, 60],
        // Each edge is one between two bins of the histogram, so that what is counted is what the filter of a bin selects.
        Stretch::Read => [8, 16, 30, 60, 120, 240],
    }
}

fn labels(stretch: Stretch) -> [&'static str; BINS] {
    match stretch {
        Stretch::Deliver => ["<1 s", "1 s", "2–3 s", "4–7 s", "8–15 s", "16–59 s", "≥1 m"],
        Stretch::Read => ["<8 s", "8–15 s", "16–29 s", "30–59 s", "1–2 m", "2–4 m", "≥4 m"],
    }
}

/// What a stretch is called, in English and in Chinese.
pub(in crate::tui::panes) fn name(stretch: Stretch) -> (&'static str, &'static str) {
    match stretch {
        Stretch::Deliver => ("Sent to delivered", "发送到送达"),
        Stretch::Read => ("Delivered to read", "送达到已读"),
    }
}

/// What a bin is called.
pub(in crate::tui::panes) fn label(stretch: Stretch, bin: usize) -> &'static str {
    labels(stretch).get(bin).copied().unwrap_or_default()
}

/// Selects the messages of a bin.
pub(in crate::tui::panes) fn filter(stretch: Stretch, bin: usize) -> String {
    let field = match stretch {
        Stretch::Deliver => "deliver_s",
        Stretch::Read => "read_s",
    };
    let edges = edges(stretch);
    match (bin.checked_sub(1).and_then(|at| edges.get(at)), edges.get(bin)) {
        (Some(from), Some(to)) => format!("{field}>={from} {field}<{to}"),
        (Some(from), None) => format!("{field}>={from}"),
        (None, Some(to)) => format!("{field}<{to}"),
        (None, None) => format!("{field}>=0"),
    }
}

/// Draws the box of one stretch. With `which`, it is one of several of which only one is seen.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    view: &View<'_>,
    stretch: Stretch,
    (counts, latency): (&[u64], &Latency),
    cursor: Option<usize>,
    which: Option<(usize, usize)>,
) {
    let counted = view.words().muted(format!("n {}", format::thousands(latency.count)));
    let totals = match which {
        None => vec![counted],
        Some((at, all)) => {
            let of = view.words().muted(" · ").strong(at.to_string()).muted(format!("/{all}"));
            vec![counted.clone().then(of), counted]
        }
    };
    let (en, zh) = name(stretch);
    let listing = match stretch {
        Stretch::Deliver => Listing::Deliver,
        Stretch::Read => Listing::Read,
    };
    view.look.areas.add(area, listing.spot());
    let inner = frame::draw(buffer, area, view.look, view.pick(en, zh), totals, cursor.is_some());
    let (all, most) = (counts.iter().sum::<u64>(), counts.iter().copied().max().unwrap_or(0));
    let figures = if area.width < WITH_COUNTS { FIGURES / 2 } else { FIGURES };
    let room = usize::from(inner.width.saturating_sub(LABEL + figures));
    let bins = labels(stretch).into_iter().zip(counts);
    for ((at, (label, count)), y) in bins.enumerate().zip(inner.top()..inner.bottom().saturating_sub(1)) {
        view.look.areas.add(Rect { y, height: 1, ..inner }, Spot::Row(at));
        if cursor == Some(at) {
            table::mark(buffer, inner, y, view.look, true);
        }
        view.words().muted(label).draw_right(buffer, inner.x + LABEL - 2, y, LABEL - 2);
        let cells = (*count as f64 / most.max(1) as f64 * room as f64).round() as usize;
        let cells = if *count > 0 { cells.max(1) } else { 0 };
        let bar = view.look.glyph(Glyph::BarDelivered).repeat(cells);
        view.words().role(Role::Delivered, bar).draw(buffer, inner.x + LABEL, y, room as u16);
        let share = (all > 0).then(|| format::percent(*count as f64 / all as f64));
        let end = inner.right();
        view.words().muted(share.unwrap_or_else(|| "–".to_owned())).draw_right(buffer, end, y, 8);
        if area.width >= WITH_COUNTS {
            view.words().value(format::thousands(*count)).draw_right(buffer, end.saturating_sub(8), y, 9);
        }
    }
    let Some(y) = inner.bottom().checked_sub(1).filter(|y| *y >= inner.top()) else { return };
    let percentiles = |gap: &'static str| {
        [("", "p50 ", latency.p50), (gap, "p95 ", latency.p95), (gap, "p99 ", latency.p99)]
            .into_iter()
            .fold(view.words(), |words, (gap, name, seconds)| {
                words.muted(gap).muted(name).value_or_nothing(super::seconds(seconds))
            })
    };
    let wide = percentiles("   ");
    let line = if wide.width() <= inner.width.into() { wide } else { percentiles(" ") };
    line.draw(buffer, inner.x, y, inner.width);
}
