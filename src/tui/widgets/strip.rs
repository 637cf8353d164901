//! One line of segments, of which the least important go first when it is narrow.

use super::words::Words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A part of a strip that is drawn whole or not at all.
#[derive(Debug, Clone)]
pub struct Segment<'a> {
    /// What is drawn.
    pub words: Words<'a>,
    /// The segments with the greatest `goes` go first; those with 0 never.
    pub goes: u8,
}

impl<'a> Segment<'a> {
    /// A segment that goes as `goes` says.
    pub fn new(goes: u8, words: Words<'a>) -> Self {
        Self { words, goes }
    }
}

/// Cells that all segments need, `gap` cells between them.
pub fn needs(left: &[Segment<'_>], right: &[Segment<'_>], gap: usize) -> usize {
    let widths = left.iter().chain(right).map(|segment| segment.words.width() + gap);
    widths.sum::<usize>().saturating_sub(gap)
}

/// Draws `left` from the left and `right` up to the right end of the first row of `area`, `gap` cells between segments.
/// Among equals the later segment goes first. What stays although it does not fit is cut at the end.
pub fn draw<'a>(buffer: &mut Buffer, area: Rect, gap: u16, mut left: Vec<Segment<'a>>, mut right: Vec<Segment<'a>>) {
    for side in [&mut left, &mut right] {
        side.retain(|segment| !segment.words.is_empty());
    }
    while needs(&left, &right, gap.into()) > usize::from(area.width) {
        let worst = left.iter().chain(&right).map(|segment| segment.goes).max().unwrap_or(0);
        if worst == 0 {
            break;
        }
        let from = if right.iter().any(|segment| segment.goes == worst) { &mut right } else { &mut left };
        if let Some(at) = from.iter().rposition(|segment| segment.goes == worst) {
            from.remove(at);
        }
    }
    let mut end = area.right();
    for segment in right.into_iter().rev() {
        let width = (segment.words.width() as u16).min(end.saturating_sub(area.left()));
        segment.words.draw_right(buffer, end, area.y, width);
        end = end.saturating_sub(width + gap);
    }
    let mut x = area.left();
    for segment in left {
        x = segment.words.draw(buffer, x, area.y, end.saturating_sub(x)) + gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::look::Look;

    fn shown(width: u16) -> String {
        let look = Look::new(crate::tui::theme::Theme::dark());
        let words = |text: &'static str| Words::new(&look).text(text);
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let left = vec![Segment::new(0, words("LIVE")), Segment::new(2, words("address"))];
        let right = vec![Segment::new(1, words("ev")), Segment::new(3, words("lag"))];
        draw(&mut buffer, Rect::new(0, 0, width, 1), 2, left, right);
        buffer.content.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn what_matters_least_goes_first() {
        assert_eq!(shown(26), "LIVE  address      ev  lag");
        assert_eq!(shown(21), "LIVE  address      ev");
        assert_eq!(shown(16), "LIVE          ev");
        assert_eq!(shown(7), "LIVE   ");
        assert_eq!(shown(3), "LI…");
    }
}
