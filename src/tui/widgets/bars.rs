//! Horizontal bars: one stage of a funnel, and shares that sum to a whole.

use super::words::Words;
use crate::tui::look::Look;
use crate::tui::theme::{Glyph, Role};

/// A bar of `part` in `whole` over `cells` cells, in half steps, on its track. Something is never drawn as nothing, and a part
/// never as the whole.
pub fn funnel<'t>(look: &'t Look, cells: usize, part: u64, whole: u64, role: Role) -> Words<'t> {
    if cells == 0 {
        return Words::new(look);
    }
    let all = 2 * cells;
    let halves = if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * all as f64).round() };
    let halves = match halves as usize {
        0 if part > 0 => 1,
        halves if halves >= all && part < whole => all - 1,
        halves => halves.min(all),
    };
    let (full, half) = (halves / 2, halves % 2);
    Words::new(look)
        .role(role, look.glyph(Glyph::FunnelFull).repeat(full))
        .role(role, look.glyph(Glyph::FunnelHalf).repeat(half))
        .role(Role::Grid, look.glyph(Glyph::FunnelTrack).repeat(cells - full - half))
}

/// A bar of shares over `cells` cells, each with its sign and role: whole cells by largest remainder, at least one for each
/// share that is not zero.
pub fn shares<'t>(look: &'t Look, cells: usize, shares: &[(u64, Glyph, Role)]) -> Words<'t> {
    let counts: Vec<u64> = shares.iter().map(|(count, ..)| *count).collect();
    let parts = apportion(&counts, cells);
    if parts.iter().all(|part| *part == 0) {
        return Words::new(look).role(Role::Grid, look.glyph(Glyph::FunnelTrack).repeat(cells));
    }
    shares
        .iter()
        .zip(parts)
        .fold(Words::new(look), |words, ((_, glyph, role), cells)| words.role(*role, look.glyph(*glyph).repeat(cells)))
}

/// Splits `cells` among `counts` by largest remainder, at least one for each that is not zero while there are cells enough.
fn apportion(counts: &[u64], cells: usize) -> Vec<usize> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return vec![0; counts.len()];
    }
    let exact: Vec<f64> = counts.iter().map(|count| *count as f64 * cells as f64 / total as f64).collect();
    let mut parts: Vec<usize> = exact.iter().map(|exact| exact.floor() as usize).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    for at in by_remainder.into_iter().take(cells.saturating_sub(parts.iter().sum())) {
        parts[at] += 1;
    }
    for at in 0..counts.len() {
        if counts[at] > 0 && parts[at] == 0 {
            let Some(widest) = (0..parts.len()).max_by_key(|at| parts[*at]).filter(|widest| parts[*widest] > 1) else {
                break;
            };
            parts[widest] -= 1;
            parts[at] = 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    fn shown(words: Words<'_>) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        words.draw(&mut buffer, 0, 0, 40);
        buffer.content.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()
    }

    fn stage(part: u64, whole: u64) -> String {
        shown(funnel(&Look::new(crate::tui::theme::Theme::dark()), 8, part, whole, Role::Read))
    }

    #[test]
    fn a_stage_has_half_steps() {
        assert_eq!(stage(100, 100), "━━━━━━━━");
        assert_eq!(stage(50, 100), "━━━━────");
        assert_eq!(stage(44, 100), "━━━╸────");
        assert_eq!(stage(0, 100), "────────");
        assert_eq!(stage(0, 0), "────────");
    }

    #[test]
    fn little_is_not_drawn_as_nothing_nor_almost_all_as_all() {
        assert_eq!(stage(1, 1_000_000), "╸───────");
        assert_eq!(stage(999_999, 1_000_000), "━━━━━━━╸");
    }

    #[test]
    fn shares_fill_the_bar_exactly_and_every_share_is_seen() {
        for counts in [[22_745, 20_534, 2_510, 850], [1, 1_000_000, 1, 1], [0, 0, 0, 7], [5, 5, 5, 5], [1, 1, 1, 1]] {
            for cells in 4..60 {
                let parts = apportion(&counts, cells);
                assert_eq!(parts.iter().sum::<usize>(), cells, "{counts:?} in {cells}");
                let seen = counts.iter().zip(&parts).all(|(count, part)| (*count > 0) == (*part > 0));
                assert!(seen, "{counts:?} in {cells}: {parts:?}");
            }
        }
    }

    #[test]
    fn the_nearest_whole_cells_are_taken() {
        assert_eq!(apportion(&[22_745, 20_534, 2_510, 850], 52), [25, 23, 3, 1]);
        assert_eq!(apportion(&[0, 0], 5), [0, 0]);
    }
}
