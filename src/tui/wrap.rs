//! Breaking long text into lines.

use super::widgets::cut;

/// At most the first `most` characters: what strangers wrote may be megabytes long, and no screen shows that.
pub(super) fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.split_at(end).0)
}

/// Breaks a line between words into lines of at most `width` cells; a word that is wider is broken between its graphemes. Blanks
/// inside a line that fits are kept, so that aligned text stays aligned; those at its end would only not fit.
pub(super) fn wrap(line: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let bare = cut::width(word.trim_end());
        if used > 0 && used + bare > width {
            lines.push(String::new());
            used = 0;
        }
        let mut rest = word;
        loop {
            let piece = cut::head(rest, width);
            if piece.len() >= rest.trim_end().len() {
                break;
            }
            append(&mut lines, piece);
            lines.push(String::new());
            rest = rest.split_at(piece.len()).1;
        }
        append(&mut lines, rest);
        used += cut::width(rest);
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// Breaks a line wherever it is full, so that it can be read as it stands: lines of at most `width` cells.
pub(super) fn fill(line: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut rest = line;
    loop {
        let (piece, after) = rest.split_at(cut::head(rest, width).len());
        if piece.is_empty() || after.is_empty() {
            lines.push(rest.to_owned());
            return lines;
        }
        lines.push(piece.to_owned());
        rest = after;
    }
}

fn append(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("tried    bytes", 20), ["tried    bytes"]);
        assert_eq!(wrap("", 9), [""]);
    }

    #[test]
    fn what_is_shown_as_it_stands_is_broken_where_a_line_is_full() {
        assert_eq!(fill("one two three four", 9), ["one two t", "hree four"]);
        assert_eq!(fill("", 9), [""]);
        assert_eq!(fill("您好您好您好", 9), ["您好您好", "您好"]);
    }

    #[test]
    fn a_huge_line_is_broken_in_linear_time() {
        let lines = wrap(&"x".repeat(4 << 20), 50);
        assert_eq!(lines.len(), (4usize << 20).div_ceil(50));
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken_between_graphemes() {
        assert_eq!(wrap("wamid.HBgNODYxNz", 10), ["wamid.HBgN", "ODYxNz"]);
        for line in wrap("您好我想多了解一些信息 👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 9)
        {
            assert!(cut::width(line.trim_end()) <= 9, "{line}");
        }
    }
}
