//! How many colours a terminal has, and the nearest of them.

use ratatui::style::Color;

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None, or `NO_COLOR` is set.
    None,
    /// The sixteen of the terminal's own palette.
    Sixteen,
    /// The fixed cube and greys.
    Indexed,
    /// All.
    True,
}

impl Depth {
    /// What the environment says of standard output (`NO_COLOR`, `COLORTERM`, `TERM`).
    pub fn detect() -> Self {
        match supports_color::on(supports_color::Stream::Stdout) {
            None => Self::None,
            Some(level) if level.has_16m => Self::True,
            Some(level) if level.has_256 => Self::Indexed,
            Some(_) => Self::Sixteen,
        }
    }

    /// The nearest colour that the terminal has.
    pub(super) fn nearest(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::None, _) => Color::Reset,
            (Self::True, _) => colour,
            (Self::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_indexed([r, g, b])),
            (Self::Sixteen, Color::Rgb(r, g, b)) => nearest_of_sixteen([r, g, b]),
            (_, named) => named,
        }
    }
}

/// Levels of the 6×6×6 cube.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The usual values of the sixteen, in the order of their numbers.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// Number of the nearest colour of the cube or the grey ramp. The first sixteen are left out: users change them.
fn nearest_indexed(wanted: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|number| distance(indexed(*number), wanted)).unwrap_or(16)
}

/// The value of an indexed colour from 16 on.
fn indexed(number: u8) -> [u8; 3] {
    let level = |step: u8| CUBE.get(usize::from(step % 6)).copied().unwrap_or_default();
    match number.saturating_sub(16) {
        grey @ 216.. => [8 + (grey - 216) * 10; 3],
        cell => [level(cell / 36), level(cell / 6), level(cell)],
    }
}

fn nearest_of_sixteen(wanted: [u8; 3]) -> Color {
    let nearest = SIXTEEN.iter().min_by_key(|(_, value)| distance(*value, wanted));
    nearest.map_or(Color::Reset, |(colour, _)| *colour)
}

/// Squared distance, weighted by how much the eye sees of each channel ("redmean").
fn distance(a: [u8; 3], b: [u8; 3]) -> i32 {
    let [dr, dg, db] = [0, 1, 2].map(|i: usize| i32::from(a[i]) - i32::from(b[i]));
    let mean_red = (i32::from(a[0]) + i32::from(b[0])) / 2;
    (((512 + mean_red) * dr * dr) >> 8) + 4 * dg * dg + (((767 - mean_red) * db * db) >> 8)
}

/// A colour by `#rrggbb`, by one of the terminal's sixteen names, or `reset`.
pub(super) fn parse(text: &str) -> Option<Color> {
    if let Some(digits) = text.strip_prefix('#') {
        let mut channels = [0; 3];
        hex::decode_to_slice(digits, &mut channels).ok()?;
        return Some(Color::Rgb(channels[0], channels[1], channels[2]));
    }
    Some(match text {
        "reset" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright_black" => Color::DarkGray,
        "bright_red" => Color::LightRed,
        "bright_green" => Color::LightGreen,
        "bright_yellow" => Color::LightYellow,
        "bright_blue" => Color::LightBlue,
        "bright_magenta" => Color::LightMagenta,
        "bright_cyan" => Color::LightCyan,
        "bright_white" => Color::White,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_cube_and_grey_values_map_to_themselves() {
        assert_eq!(nearest_indexed([0, 0, 0]), 16);
        assert_eq!(nearest_indexed([255, 95, 95]), 203);
        assert_eq!(nearest_indexed([8, 8, 8]), 232);
        assert_eq!(nearest_indexed([238, 238, 238]), 255);
    }

    #[test]
    fn failure_stays_red_and_good_stays_green_with_few_colours() {
        assert!(matches!(Depth::Sixteen.nearest(Color::Rgb(0xb9, 0x1c, 0x1c)), Color::Red | Color::LightRed));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(0x14, 0xa0, 0x2e)), Color::Green);
        assert_eq!(Depth::None.nearest(Color::Rgb(1, 2, 3)), Color::Reset);
    }
}
