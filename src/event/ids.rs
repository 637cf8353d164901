//! Ids and phones for narrow places, cut in the middle.
//!
//! Base64 message ids contain the customer's phone number in clear (PROTOCOL §7.24). Cutting them is for space, not for
//! privacy: where phones are masked, ids must be masked too (see [`super::mask`]).

use std::borrow::Cow;

/// A message id: `wamid.807ff7e5…2444`.
pub fn short_id(id: &str) -> Cow<'_, str> {
    cut(id, 14, 4)
}

/// A phone: `852…859`. A leading `+` is dropped.
pub fn short_phone(phone: &str) -> Cow<'_, str> {
    cut(phone.strip_prefix('+').unwrap_or(phone), 3, 3)
}

/// The first `head` and last `tail` characters, where that is shorter than the whole.
fn cut(text: &str, head: usize, tail: usize) -> Cow<'_, str> {
    let characters = text.chars().count();
    if characters <= head + tail + 1 {
        return Cow::Borrowed(text);
    }
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(characters - tail).collect();
    Cow::Owned(format!("{begin}…{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_ids_are_cut_in_the_middle() {
        assert_eq!(short_id("wamid.807ff7e5026d4a4xxxx532a244232444"), "wamid.807ff7e5…2444");
        assert_eq!(short_id("ID"), "ID");
        assert_eq!(short_id("1234567890123456789"), "1234567890123456789", "as long as the cut form");
    }

    #[test]
    fn phones_keep_both_ends() {
        assert_eq!(short_phone("+85230174859"), "852…859");
        assert_eq!(short_phone("852xxxx705"), "852…705");
        assert_eq!(short_phone("牛肉面牛肉面牛肉面"), "牛肉面…牛肉面", "by characters, not bytes");
    }
}
