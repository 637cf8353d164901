//! The terminal's clipboard, by OSC 52.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What to write so that the terminal puts `text` into its clipboard. Inside tmux it is wrapped, so that tmux hands it on to the
/// terminal around it.
pub(super) fn sequence(text: &str, tmux: bool) -> String {
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    if tmux { format!("\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")) } else { plain }
}

#[cfg(test)]
mod tests {
    use super::sequence;

    #[test]
    fn text_is_encoded_and_wrapped_inside_tmux() {
        assert_eq!(sequence("hi\x1b", false), "\x1b]52;c;aGkb\x07");
        assert_eq!(sequence("hi", true), "\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }
}
