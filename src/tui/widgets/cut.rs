//! Text by display cells and whole graphemes.

use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// Display width in cells, as the buffer counts them.
pub fn width(text: &str) -> usize {
    match simple(text) {
        Some(count) => count,
        None => text.graphemes(true).map(cells).sum(),
    }
}

/// The number of characters, if each is one grapheme in one cell whatever stands beside it: printable ASCII, and what bars,
/// charts and frames are made of. Most of a screen is; it needs no segmentation.
pub(super) fn simple(text: &str) -> Option<usize> {
    let is_simple = |c: char| matches!(c, ' '..='~' | '·' | '–' | '…' | '\u{2500}'..='\u{259f}');
    text.chars().try_fold(0, |count, c| is_simple(c).then_some(count + 1))
}

/// The text, cut at its end to `room` cells with `mark` as the last of them when it is wider.
pub fn cut<'t>(text: &'t str, room: usize, mark: &str) -> Cow<'t, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    match room.checked_sub(width(mark)) {
        Some(room) => Cow::Owned(format!("{}{mark}", head(text, room).trim_end())),
        None => Cow::Borrowed(""),
    }
}

/// The text, cut in its middle to `room` cells when it is wider: for ids, whose ends tell them apart.
pub fn middle<'t>(text: &'t str, room: usize, mark: &str) -> Cow<'t, str> {
    if fits(text, room) {
        return Cow::Borrowed(text);
    }
    match room.checked_sub(width(mark)) {
        Some(room) => Cow::Owned(format!("{}{mark}{}", head(text, room - room / 3), tail(text, room / 3))),
        None => Cow::Borrowed(""),
    }
}

/// The longest beginning of whole graphemes in at most `room` cells.
pub fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    let end = text.grapheme_indices(true).find_map(|(at, grapheme)| {
        used += cells(grapheme);
        (used > room).then_some(at)
    });
    end.map_or(text, |end| text.split_at(end).0)
}

/// The longest end of whole graphemes in at most `room` cells.
pub fn tail(text: &str, room: usize) -> &str {
    let mut used = 0;
    let start = text.grapheme_indices(true).rev().find_map(|(at, grapheme)| {
        used += cells(grapheme);
        (used > room).then_some(at + grapheme.len())
    });
    start.map_or(text, |start| text.split_at(start).1)
}

fn fits(text: &str, room: usize) -> bool {
    text.len() <= room || head(text, room).len() == text.len()
}

/// Cells of one grapheme; a control character takes none, because the buffer leaves it out.
fn cells(grapheme: &str) -> usize {
    if grapheme.contains(char::is_control) { 0 } else { usize::from(grapheme.cell_width()) }
}

#[cfg(test)]
pub(in crate::tui) mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    /// Text that breaks a careless screen: wide, joined, combining, right to left, flags, keycaps, halfwidth, conjuncts.
    pub(in crate::tui) const HARD: [&str; 16] = [
        "plain ASCII text",
        "您好,我想多了解一些信息。",
        "한국어 テキスト ﾊﾝｶｸ ﾃﾞｰﾀ",
        "👨‍👩‍👧‍👦 family 👩🏽‍🚀",
        "🇭🇰🇩🇪🏴󠁧󠁢󠁥󠁮󠁧󠁿 flags",
        "e\u{301}a\u{308}o\u{302}\u{323} combining",
        "Z͑ͫa͚̣l͙g̞o͑ stacked",
        "שלום עולם",
        "مرحبا بالعالم",
        "mixed שלום abc مرحبا 123",
        "क्षत्रिय ज्ञान हिन्दी",
        "☕🙂 ❤️ 1️⃣ ⚠️",
        "ｆｕｌｌｗｉｄｔｈ",
        "\u{301}starts with a mark",
        "ไทย ที่นี่",
        "�[31m after cleaning �",
    ];

    #[test]
    fn the_width_is_what_the_buffer_uses() {
        for text in HARD {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 1));
            let (end, _) = buffer.set_stringn(0, 0, text, 80, Style::default());
            assert_eq!(width(text), usize::from(end), "{text}");
        }
    }

    #[test]
    fn what_is_called_simple_needs_no_segmentation() {
        for c in (' '..='~').chain(['·', '–', '…']).chain('\u{2500}'..='\u{259f}') {
            let text = format!("{c}{c}x{c}");
            assert_eq!(simple(&text), Some(4));
            assert_eq!(text.graphemes(true).map(cells).collect::<Vec<_>>(), [1; 4], "{c:?}");
        }
        assert_eq!(simple("e\u{301}"), None);
        assert_eq!(simple("a\tb"), None);
    }

    #[test]
    fn a_cut_never_takes_more_room_than_given_and_never_splits_a_grapheme() {
        for text in HARD {
            for room in 0..40 {
                for shown in [cut(text, room, "…"), middle(text, room, "…")] {
                    assert!(width(&shown) <= room, "{text:?} in {room}: {shown:?}");
                    let graphemes: Vec<_> = text.graphemes(true).collect();
                    let whole = shown.graphemes(true).all(|shown| shown == "…" || graphemes.contains(&shown));
                    assert!(whole, "{text:?} in {room}: {shown:?}");
                }
            }
        }
    }

    #[test]
    fn text_that_fits_is_left_alone() {
        for text in HARD {
            assert_eq!(cut(text, width(text), "…"), text);
            assert_eq!(middle(text, width(text), "…"), text);
        }
    }

    #[test]
    fn cut_text_ends_with_the_mark_and_ids_keep_both_ends() {
        assert_eq!(cut("您好,我想多了解", 8, "…"), "您好,我…");
        assert_eq!(cut("rule: failed > 5 %", 15, "…"), "rule: failed >…");
        assert_eq!(cut("abc", 0, "…"), "");
        assert_eq!(middle("wamid.807ff7e5aaaabbbb2444", 17, "…"), "wamid.807ff…b2444");
    }
}
