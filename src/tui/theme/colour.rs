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

    /// The nearest colour that the terminal has and that keeps its contrast on `grounds`: what it has of it there, but no more
    /// than words need. The nearest of all where there is none.
    pub(super) fn nearest(self, colour: Color, grounds: &[OnGround]) -> Color {
        match (self, colour) {
            (Self::None, _) => Color::Reset,
            (Self::Indexed, Color::Rgb(r, g, b)) => {
                let cells = (16..=255).map(|number| (Color::Indexed(number), indexed(number)));
                readable([r, g, b], grounds, 4.5, cells)
            }
            (Self::Sixteen, Color::Rgb(r, g, b)) => {
                // A pale red is nearer to grey than to red, but red is what it means.
                let wanted = hue([r, g, b]);
                let like = SIXTEEN.into_iter().filter(|(_, value)| hue(*value).is_some() == wanted.is_some());
                readable([r, g, b], grounds, 3.0, like)
            }
            _ => colour,
        }
    }
}

/// Red, green and blue.
pub(super) type Value = [u8; 3];

/// A ground as the theme means it, and as the terminal shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnGround {
    pub(super) meant: Value,
    pub(super) shown: Value,
}

/// The nearest of `colours` that keeps the contrast of `wanted` on `grounds`, up to `enough`.
fn readable(wanted: Value, grounds: &[OnGround], enough: f64, colours: impl Iterator<Item = (Color, Value)>) -> Color {
    let needed = |ground: &OnGround| contrast(wanted, ground.meant).min(enough);
    let keeps = |value| grounds.iter().all(|ground| contrast(value, ground.shown) >= needed(ground));
    let nearest =
        colours.min_by_key(|(_, value)| (!keeps(*value), hues_apart(*value, wanted), distance(*value, wanted)));
    nearest.map_or(Color::Reset, |(colour, _)| colour)
}

/// Degrees on the circle of hues; none for what looks grey.
fn hue(value: Value) -> Option<i32> {
    let [r, g, b] = value.map(i32::from);
    let most = r.max(g).max(b);
    let chroma = most - r.min(g).min(b);
    if chroma < 48 {
        return None;
    }
    Some(match most {
        most if most == r => (60 * (g - b) / chroma).rem_euclid(360),
        most if most == g => 120 + 60 * (b - r) / chroma,
        _ => 240 + 60 * (r - g) / chroma,
    })
}

/// How far two colours are apart on the circle of hues, in steps too small to matter.
fn hues_apart(a: Value, b: Value) -> i32 {
    let (Some(a), Some(b)) = (hue(a), hue(b)) else { return 0 };
    let apart = (a - b).rem_euclid(360);
    apart.min(360 - apart) / 30
}

/// The value of a colour, the usual one where the terminal chooses it; none of the terminal's own ink and ground.
pub(super) fn value(colour: Color) -> Option<Value> {
    match colour {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(number @ 16..) => Some(indexed(number)),
        named => SIXTEEN.iter().find(|(known, _)| *known == named).map(|(_, value)| *value),
    }
}

/// Light of each channel.
pub(super) fn linear(colour: Value) -> [f64; 3] {
    colour.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// Contrast of two colours as WCAG defines it, from 1 to 21.
pub(super) fn contrast(a: Value, b: Value) -> f64 {
    let luminance = |colour| {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
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

/// The value of an indexed colour from 16 on: the cube and the grey ramp. The first sixteen are left out: users change them.
fn indexed(number: u8) -> [u8; 3] {
    let level = |step: u8| CUBE.get(usize::from(step % 6)).copied().unwrap_or_default();
    match number.saturating_sub(16) {
        grey @ 216.. => [8 + (grey - 216) * 10; 3],
        cell => [level(cell / 36), level(cell / 6), level(cell)],
    }
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

    fn on(value: Value) -> [OnGround; 1] {
        [OnGround { meant: value, shown: value }]
    }

    #[test]
    fn exact_cube_and_grey_values_map_to_themselves() {
        for (value, number) in [([0, 0, 0], 16), ([255, 95, 95], 203), ([8, 8, 8], 232), ([238, 238, 238], 255)] {
            let [r, g, b] = value;
            assert_eq!(Depth::Indexed.nearest(Color::Rgb(r, g, b), &[]), Color::Indexed(number));
        }
    }

    #[test]
    fn failure_stays_red_and_good_stays_green_with_few_colours() {
        let light = on([255; 3]);
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(0xb9, 0x1c, 0x1c), &light), Color::Red);
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(0x14, 0xa0, 0x2e), &on([0; 3])), Color::Green);
        assert_eq!(Depth::None.nearest(Color::Rgb(1, 2, 3), &[]), Color::Reset);
    }

    #[test]
    fn a_colour_that_would_be_too_near_its_ground_is_passed_over() {
        let grey = Color::Rgb(0x6e, 0x76, 0x81);
        let on_black = Depth::Sixteen.nearest(grey, &on([0; 3]));
        let on_grey = Depth::Sixteen.nearest(Color::Rgb(0xf0, 0xf0, 0xf0), &on([0xff; 3]));
        assert_eq!((on_black, on_grey), (Color::DarkGray, Color::Gray));
        assert!(contrast(value(Depth::Indexed.nearest(grey, &on([0; 3]))).unwrap(), [0, 0, 0]) >= 4.4);
    }
}
