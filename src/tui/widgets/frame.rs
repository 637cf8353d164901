//! The border of a pane: its name on the left, scope and totals on the right, both in the frame.

use super::cut;
use super::words::Words;
use crate::tui::look::Look;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the border and returns the room for text: inside the frame, and a blank away from it on both sides.
///
/// `totals` are the same totals in ever shorter words, the longest first: the first that fits is drawn.
pub fn draw(buffer: &mut Buffer, area: Rect, look: &Look, name: &str, totals: Vec<Words<'_>>, focused: bool) -> Rect {
    let area = area.intersection(buffer.area);
    if area.width < 4 || area.height < 2 {
        return Rect::new(area.x, area.y, 0, 0);
    }
    let set = look.frame(focused);
    let style = look.frame_style(focused);
    let (left, right, bottom) = (area.left(), area.right() - 1, area.bottom() - 1);
    for x in left..=right {
        buffer[(x, area.top())].set_symbol(set.horizontal_top).set_style(style);
        buffer[(x, bottom)].set_symbol(set.horizontal_bottom).set_style(style);
    }
    for y in area.top()..=bottom {
        buffer[(left, y)].set_symbol(set.vertical_left).set_style(style);
        buffer[(right, y)].set_symbol(set.vertical_right).set_style(style);
    }
    for (x, y, corner) in [
        (left, area.top(), set.top_left),
        (right, area.top(), set.top_right),
        (left, bottom, set.bottom_left),
        (right, bottom, set.bottom_right),
    ] {
        buffer[(x, y)].set_symbol(corner);
    }

    let title = Words::new(look).role(Role::Muted, " ").styled(look.title_style(focused), name).role(Role::Muted, " ");
    title.draw(buffer, left + 1, area.top(), area.width - 2);
    // Frame, name and its blanks, a bit of frame, totals and their blanks, a bit of frame, frame.
    let room = usize::from(area.width).saturating_sub(cut::width(name) + 8);
    if let Some(totals) = totals.into_iter().find(|totals| !totals.is_empty() && totals.width() <= room) {
        let totals = Words::new(look).role(Role::Muted, " ").then(totals).role(Role::Muted, " ");
        totals.draw_right(buffer, right - 1, area.top(), area.width - 4);
    }
    inner(area)
}

/// The room for text in a frame.
pub fn inner(area: Rect) -> Rect {
    let (width, height) = (area.width.saturating_sub(4), area.height.saturating_sub(2));
    Rect::new(area.x.saturating_add(2), area.y.saturating_add(1), width, height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    fn lines(width: u16, look: &Look, totals: &[&str], focused: bool) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 3));
        let totals = totals.iter().map(|text| Words::new(look).muted(*text)).collect();
        draw(&mut buffer, Rect::new(0, 0, width, 3), look, "Delivery", totals, focused);
        let rows = buffer.content.chunks(width.into());
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
    }

    #[test]
    fn name_left_totals_right() {
        assert_eq!(
            lines(34, &Look::new(crate::tui::theme::Theme::dark()), &["cohort 15 m"], false),
            [
                "╭ Delivery ──────── cohort 15 m ─╮",
                "│                                │",
                "╰────────────────────────────────╯"
            ]
        );
        assert_eq!(lines(14, &Look::new(crate::tui::theme::Theme::dark()), &[], true)[0], "┏ Delivery ━━┓");
    }

    #[test]
    fn the_longest_totals_that_fit_are_shown_and_none_when_none_fits() {
        let words = ["cohort 15 m, long", "15 m"];
        assert_eq!(
            lines(22, &Look::new(crate::tui::theme::Theme::dark()), &words, false)[0],
            "╭ Delivery ── 15 m ─╮".replace("──", "───")
        );
        assert_eq!(lines(16, &Look::new(crate::tui::theme::Theme::dark()), &words, false)[0], "╭ Delivery ────╮");
    }

    #[test]
    fn ascii_twins() {
        let look = Look::new(crate::tui::theme::Theme::load("mono", Depth::True, true).unwrap());
        assert_eq!(lines(14, &look, &[], true)[0], "+ Delivery ==+");
        assert_eq!(lines(14, &look, &[], false)[1], "|            |");
    }

    #[test]
    fn an_area_too_small_for_a_frame_draws_nothing() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 3));
        let inner = draw(
            &mut buffer,
            Rect::new(0, 0, 3, 3),
            &Look::new(crate::tui::theme::Theme::dark()),
            "x",
            Vec::new(),
            false,
        );
        assert_eq!((inner.width, inner.height), (0, 0));
    }
}
