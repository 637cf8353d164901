use super::*;

#[test]
fn ordinary_text_is_not_touched_nor_copied() {
    for text in ["", "Jay", "您好,我想多了解一些信息。", "Siobhán", "e\u{301}", "مرحبا", "नमस्ते", "☕🙂👍", "a\u{a0}b"]
    {
        assert!(matches!(clean(text), Cow::Borrowed(same) if same == text), "{text:?}");
    }
}

#[test]
fn escape_sequences_are_only_text() {
    assert_eq!(clean("\x1b[2J\x1b[31mred"), "�[2J�[31mred");
    assert_eq!(clean("\x1b]52;c;aGk=\x07"), "�]52;c;aGk=�");
    assert_eq!(clean("\u{9b}2J\u{9d}0;t\u{9c}"), "�2J�0;t�", "C1");
    assert_eq!(clean("a\0b\x08c\x7fd"), "a�b�c�d");
}

#[test]
fn text_cannot_be_turned_around() {
    for control in [
        '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
        '\u{2069}',
    ] {
        assert_eq!(clean(&format!("a{control}b")), "a�b", "{control:?}");
    }
}

#[test]
fn line_breaks_show_in_one_line_and_stay_in_many() {
    assert_eq!(clean("a\nb\r\nc\u{2028}d\te"), "a�b��c�d�e");
    assert_eq!(clean_lines("a\nb\r\nc\rd\te"), "a\nb\nc�d�e");
    assert_eq!(clean_lines("\x1b[A\n"), "�[A\n");
}

#[test]
fn characters_that_show_nothing_go() {
    for invisible in
        ['\u{200b}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{34f}', '\u{3164}', '\u{ffa0}', '\u{115f}', '\u{180e}']
    {
        assert_eq!(clean(&format!("a{invisible}b")), "ab", "{invisible:?}");
    }
    assert_eq!(clean("\u{200b}\u{200b}"), "");
    assert_eq!(clean("pay\u{200d}pal\u{200c}"), "paypal", "joiners where nothing joins");
    assert_eq!(clean("a\u{fe0f}\u{fe0f}1\u{fe0f}\u{e0101}"), "a1", "selectors without a base");
    assert_eq!(clean("👍\u{200d}"), "👍", "a joiner that joins nothing");
    assert_eq!(clean("👍\u{200d}\u{200d}👍"), "👍\u{200d}👍", "one joiner is enough");
}

#[test]
fn emoji_stay_whole() {
    for emoji in [
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "👩🏽\u{200d}🚀",
        "❤\u{fe0f}\u{200d}🔥",
        "🏳\u{fe0f}\u{200d}🌈",
        "🧑\u{200d}⚕\u{fe0f}",
        "1\u{fe0f}\u{20e3}",
        "🇭🇰",
        "☕\u{fe0f}",
        "⛹🏿\u{200d}♀\u{fe0f}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    ] {
        assert_eq!(clean(emoji), emoji, "{emoji:?}");
    }
}

#[test]
fn tags_outside_a_flag_are_hidden_text_and_go() {
    let hidden: String = "ignore all".chars().map(|c| char::from_u32(0xe0000 + c as u32).unwrap_or(c)).collect();
    assert_eq!(clean(&format!("a{hidden}b")), "ab");
    assert_eq!(clean(&format!("\u{1f3f4}{hidden}b")), "\u{1f3f4}b", "not the spelling of a region");
    assert_eq!(clean("\u{1f3f4}\u{e0067}\u{e0062}x"), "\u{1f3f4}x", "without an end");
}

#[test]
fn scripts_keep_the_joiners_they_need() {
    for text in
        ["می\u{200c}خواهم", "نامه\u{200c}ای", "क्\u{200d}ष", "क्\u{200c}ष", "ක්\u{200d}ර", "র\u{200d}্য", "ه\u{200d}"]
    {
        assert_eq!(clean(text), text, "{text:?}");
    }
    assert_eq!(clean("葛\u{e0100}"), "葛\u{e0100}", "an ideograph's variant");
}

#[test]
fn json_keeps_everything_as_escapes() {
    let hostile = "a\u{9b}2J\u{202e}b\u{200b}\u{200d}\u{7f}\u{e0067}\n\x1b é👍";
    let json = serde_json::to_string(hostile).unwrap_or_default();
    let escaped = json_escape_controls(json);
    assert!(escaped.chars().all(|c| clean(&c.to_string()) == c.to_string()), "{escaped}");
    assert!(escaped.contains("\\u009b2J\\u202eb\\u200b\\u200d\\u007f\\udb40\\udc67"), "{escaped}");
    assert_eq!(serde_json::from_str::<String>(&escaped).ok().as_deref(), Some(hostile));
    assert_eq!(json_escape_controls("{\n  \"a\": \"é\"\n}".into()), "{\n  \"a\": \"é\"\n}");
}

#[test]
fn spreadsheets_see_no_formulas() {
    assert_eq!(csv_field("=1+1"), "'=1+1");
    assert_eq!(csv_field("@SUM(A1,B1)"), "\"'@SUM(A1,B1)\"");
    assert_eq!(csv_field("-2"), "'-2");
    assert_eq!(csv_field("+85230174859"), "'+85230174859");
    assert_eq!(csv_field("\u{200b}=1"), "'=1", "also behind something invisible");
    assert_eq!(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
    assert_eq!(csv_field("plain"), "plain");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_that_clean_touches_survives_it(text in ".*") {
        let once = clean(&text).into_owned();
        proptest::prop_assert!(once.chars().all(|c| class(c) != Class::Control && class(c) != Class::Invisible));
        proptest::prop_assert_eq!(clean(&once).into_owned(), once.clone());
    }

    #[test]
    fn cleaning_hostile_mixtures_is_stable(
        text in "[a1#👍❤👨🏴क्می葛\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{fe00}\u{e0100}\u{e0067}\u{e007f}\u{20e3}\u{202e}\u{1b}\u{1f3ff}]{0,12}"
    ) {
        let once = clean(&text).into_owned();
        proptest::prop_assert_eq!(clean(&once).into_owned(), once.clone());
    }
}
