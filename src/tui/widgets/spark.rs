//! Small trends within a row of a table.

use crate::tui::look::Look;

/// Levels a small trend uses, so that the trends of neighbouring rows do not touch.
const LEVELS: f64 = 6.0;

/// A trend in `cells` cells, scaled for itself: its greatest value takes the highest of six levels, but never a value below
/// `floor`, so that 1 and 2 do not look like a peak.
pub fn trend(values: &[u64], cells: usize, floor: f64, look: &Look) -> String {
    let values = spread(values, cells);
    let top = values.iter().copied().fold(floor, f64::max);
    let signs = look.levels();
    let level = |value: f64| (value / top * (LEVELS - 1.0)).round() as usize;
    values.iter().filter_map(|value| signs.get(level(*value))).copied().collect()
}

/// The values spread evenly over `cells` cells: each cell is the mean of what lies in it, in values per slice.
fn spread(values: &[u64], cells: usize) -> Vec<f64> {
    let step = values.len() as f64 / cells as f64;
    let part = |cell: usize| {
        let (from, to) = (cell as f64 * step, (cell + 1) as f64 * step);
        let overlap = |at: usize| (to.min(at as f64 + 1.0) - from.max(at as f64)).max(0.0);
        values.iter().enumerate().map(|(at, value)| *value as f64 * overlap(at)).sum::<f64>() / step
    };
    if values.is_empty() { Vec::new() } else { (0..cells).map(part).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn the_peak_takes_six_of_eight_levels() {
        assert_eq!(trend(&[0, 20, 40, 60, 80, 100], 6, 10.0, &Look::new(crate::tui::theme::Theme::dark())), "▁▂▃▄▅▆");
    }

    #[test]
    fn a_few_do_not_look_like_a_peak() {
        assert_eq!(trend(&[0, 1, 2, 1], 4, 20.0, &Look::new(crate::tui::theme::Theme::dark())), "▁▁▂▁");
    }

    #[test]
    fn slices_are_spread_over_fewer_or_more_cells_without_losing_their_height() {
        assert_eq!(spread(&[2, 4, 6, 8], 2), [3.0, 7.0]);
        assert_eq!(spread(&[2, 4], 4), [2.0, 2.0, 4.0, 4.0]);
        let odd = spread(&[3; 15], 8);
        assert!(odd.iter().all(|value| (value - 3.0).abs() < 1e-9), "{odd:?}");
        assert_eq!(trend(&[], 8, 1.0, &Look::new(crate::tui::theme::Theme::dark())), "");
    }

    #[test]
    fn ascii_levels() {
        let look = Look::new(crate::tui::theme::Theme::load("mono", Depth::True, true).unwrap());
        assert_eq!(trend(&[0, 50, 100], 3, 1.0, &look), "_-+");
    }
}
