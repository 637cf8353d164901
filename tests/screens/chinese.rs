//! Nothing is left in English on a Chinese screen.
//!
//! What strangers wrote is put into Greek letters before it is posted, so that every Latin word on the screen is the program's
//! own, or a word of the wire. The latter are listed here, one by one: a text that was forgotten is none of them.

use crate::stage::{Dress, Stage};
use crate::world::World;
use crate::{PAGES, SIZES};
use ratatui::buffer::Buffer;
use serde_json::Value;
use std::collections::BTreeSet;
use watop::config::{Algorithm, Lang};
use watop::event::{Detail, KeySecret, Origin, decode};
use watop::receiver::signature::{sign_meta, sign_nxcloud};
use watop::receiver::{Finding, examine};
use watop::tui::events_tab::columns::COLUMNS;
use watop::tui::terms;

/// Names of products, protocols, formats and keys, and the names of tabs that are formats.
const EVERYWHERE: &str = "watop nxcloud meta Meta NXCloud WhatsApp WABA HTTP JSON UTC CNY USD ASCII http webhook hook demo dark \
    Tab Enter Esc Space Ctrl Shift Up Down json";

/// What else may stand on a page: names that are typed there, paths into a body, what the examples' unreadable texts hold.
const THERE: [(&str, &str); 9] = [
    ("events", "statuses messages"),
    ("events-columns", "statuses messages"),
    ("events-filter", "status failed code statuses messages"),
    ("events-wrong-filter", "status failed coed code statuses messages"),
    ("failed-messages", "outcome status failed code kind"),
    ("messages", "outcome status failed code kind"),
    ("message", "kind status"),
    ("thread", "from statuses messages xxxx"),
    ("zoomed-conversations", "KFC"),
];

/// Pages that show requests as they came, also below something: there everything of the wire stands.
const RAW: [&str; 7] = ["events-raw-body", "message-raw", "refused", "forward", "help", "palette", "command"];

/// The program's own words in capitals. Others in capitals are values of the wire: `PAUSED`, `YELLOW`.
const OURS: [&str; 12] =
    ["LIVE", "READY", "BEHIND", "RETRY", "WATCH", "FILE", "UNVERIFIED", "TROUBLE", "BLIND", "THEME", "DAMAGED", "OK"];

/// Filters that are wrong in every way there is.
const WRONG_FILTERS: &[&str] = &[
    "or",
    "a:b or",
    "status:failed and",
    "not",
    "-",
    "()",
    "(status:failed",
    ")",
    "\"\"",
    "\"open",
    "status:",
    "title:~x",
    "title:~/x",
    "title:~/[/",
    "status:fialed",
    "kind:zzzzzzz",
    "code:x",
    "lag:x",
    "title<3",
    "value.a<x",
    "coed:1",
    "zzzzzz:1",
    "status=failed",
    "status!=failed",
    "status\"x\"",
    ":x",
    "failed",
    "status",
    "131026",
    "85230174859",
    "wamid.1",
    "hello",
    "value.[0]:x",
    "value.a[x]:1",
    "value.a[0:1",
];

/// Commands that are wrong in every way there is.
const WRONG_COMMANDS: &[&str] = &[
    "",
    "zoom in",
    "windwo",
    "zzzzzzz",
    "window",
    "window 6x",
    "from",
    "from 14:00 to 13:00",
    "goto soon",
    "number 1",
    "number 0",
    "theme drak",
    "theme zzzzzzz",
    "lang fr",
    "filter coed:1",
    "export",
];

/// A body whose words of strangers are in Greek letters has no Latin word that somebody could take for one of ours.
#[test]
fn no_english_is_left() {
    let world = World::with_bodies(|body| in_greek(&body));
    let mut left = BTreeSet::new();
    for size in SIZES {
        let mut stage = Stage::new(&world, Lang::Zh, size);
        for (name, keys) in PAGES.into_iter().filter(|(name, _)| !RAW.contains(name)) {
            stage.go_home();
            stage.press(keys);
            let there = THERE.into_iter().find(|(page, _)| *page == name).map_or("", |(_, words)| words);
            let columns = COLUMNS.iter().map(|column| column.name).filter(|_| name == "events-columns");
            let known: Vec<&str> =
                EVERYWHERE.split_whitespace().chain(there.split_whitespace()).chain(columns).collect();
            left.extend(english(&stage.shown(Dress::Dark), &known).map(|word| format!("{name}: {word}")));
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn no_mistake_is_explained_in_english() {
    let world = World::empty();
    let mut stage = Stage::new(&world, Lang::Zh, (200, 60));
    let mut left = BTreeSet::new();
    let fields = watop::query::FIELDS.iter().map(|field| field.name);
    let names = fields
        .chain(watop::query::FIELDS.iter().flat_map(|field| words(field.example)))
        .chain(COMMAND_WORDS.split_whitespace());
    let names: Vec<&str> = names.chain(EVERYWHERE.split_whitespace()).collect();
    let prompts = [("2/\u{15}", WRONG_FILTERS), ("6:", WRONG_COMMANDS)];
    for (prompt, wrong) in prompts.into_iter().flat_map(|(prompt, all)| all.iter().map(move |wrong| (prompt, *wrong))) {
        stage.go_home();
        stage.press(prompt);
        stage.press(wrong);
        stage.press("\n");
        let known: Vec<&str> = names.iter().copied().chain(words(wrong)).collect();
        left.extend(english(&stage.shown(Dress::Dark), &known).map(|word| format!("{wrong}: {word}")));
        stage.press("\u{1b}");
    }
    assert!(left.is_empty(), "{left:#?}");
}

/// Names and values that explanations of filters and commands give as examples.
const COMMAND_WORDS: &str = "all now overview costs txt csv FILE window value statuses errors not other unrecognised sent delivered read \
    played deleted warning";

#[test]
fn no_refusal_is_explained_in_english() {
    let signing = crate::world::secrets().signing();
    let now = crate::world::NOW;
    let body = r#"{"a": "\u00e9/é", "b": [1]}"#.to_owned();
    let nxcloud = |body: &str, key: &str, action: &str, secret: &str, algorithm| {
        sign_nxcloud(body.as_bytes(), secret.as_bytes(), key, action, now.0, algorithm)
    };
    let right = nxcloud(&body, "fme2na3k", "dr", "nxcloud's", Algorithm::Md5);
    let sha = nxcloud(&body, "fme2na3k", "dr", "nxcloud's", Algorithm::Sha256);
    let without = |headers: &[(&'static str, String)], name: &str| {
        headers.iter().filter(|(known, _)| *known != name).cloned().collect::<Vec<_>>()
    };
    let with = |headers: &[(&'static str, String)], name: &'static str, value: &str| {
        [without(headers, name), vec![(name, value.to_owned())]].concat()
    };
    let (hub, keyed) = sign_meta(&body.clone().into(), b"meta's");
    let digits = keyed.trim_start_matches("sha256=");
    let by_nxcloud = sign_meta(&body.clone().into(), b"nxcloud's").1;
    let sign = |headers: &[(&'static str, String)]| headers.iter().find(|(name, _)| *name == "sign").unwrap().1.clone();
    let cases = [
        (vec![], body.clone()),
        (vec![("x-hub-signature", "sha1=00".to_owned())], body.clone()),
        (without(&right, "ts"), body.clone()),
        (with(&right, "ts", "soon"), body.clone()),
        (with(&right, "accessKey", "another"), body.clone()),
        (with(&right, "action", "mt"), body.clone()),
        (with(&right, "algorithm", "crc"), body.clone()),
        (with(&right, "algorithm", "sha256"), body.clone()),
        (without(&sha, "algorithm"), body.clone()),
        ([right.clone(), right.clone()].concat(), body.clone()),
        (nxcloud(&body, "another", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (nxcloud(&body, "fme2na3k", "dr", "another", Algorithm::Md5), body.clone()),
        (nxcloud("", "fme2na3k", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (right.clone(), format!("{body}\n")),
        (nxcloud(&format!("{body}\n"), "fme2na3k", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (nxcloud(&format!("{body}\r\n"), "fme2na3k", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (nxcloud(r#"{"a":"\u00e9/é","b":[1]}"#, "fme2na3k", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (
            nxcloud("{\n  \"a\": \"é/é\",\n  \"b\": [\n    1\n  ]\n}", "fme2na3k", "dr", "nxcloud's", Algorithm::Md5),
            body.clone(),
        ),
        (nxcloud(r#"{"a":"\u00e9\/\u00e9","b":[1]}"#, "fme2na3k", "dr", "nxcloud's", Algorithm::Md5), body.clone()),
        (with(&right, "sign", digits), body.clone()),
        (vec![(hub, digits.to_owned())], body.clone()),
        (vec![(hub, by_nxcloud)], body.clone()),
        (vec![(hub, "sha256=zz".to_owned())], body.clone()),
        (vec![(hub, keyed.clone())], format!("{body} ")),
        (vec![(hub, keyed.clone()), (hub, keyed.clone())], body.clone()),
        (with(&without(&right, "sign"), hub, &sign(&right)), body.clone()),
        (vec![(hub, keyed.clone())], "x".repeat(70_000)),
    ];
    let mut left = BTreeSet::new();
    for (headers, body) in cases {
        let headers: Vec<_> = headers.into_iter().map(|(name, value)| (name.into(), value.into_bytes())).collect();
        if let Finding::Wrong { message, explanation } =
            examine(&signing, &headers, body.as_bytes(), Some(now)).unwrap()
        {
            left.extend(untranslated(&message));
            left.extend(untranslated(&explanation));
            left.extend(untranslated(&format!("{message}; {explanation}")));
        }
    }
    for distance in ["30 s", "12 min"] {
        left.extend(untranslated(&format!(
            "correctly signed, {distance} old: if retries keep their ts, set ts_tolerance = off"
        )));
        left.extend(untranslated(&format!(
            "correctly signed, {distance} ahead of this clock: compare this machine's clock with the sender's"
        )));
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn no_unreadable_body_is_explained_in_english() {
    let bodies = [
        "",
        "{",
        "[]",
        "5",
        "\"x",
        "{}",
        "{\"a\":1}}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 2}",
        "[1 2]",
        "[01]",
        "[1.]",
        "\"\\u12\"",
        "\"\\x\"",
        "\"\u{1}\"",
        "{\"statuses\":[1,{},{\"id\":\"a\"}]}",
        "{\"messages\":[{}]}",
        "{\"statuses\":5}",
        "{\"entry\":[]}",
        "{\"entry\":[{}]}",
        "{\"entry\":[{\"changes\":[]}]}",
        "{\"entry\":[{\"changes\":[{},{\"field\":\"messages\"},{\"value\":{}},{\"field\":\"messages\",\"value\":5}]}]}",
        "{\"field\":\"messages\",\"value\":{}}",
    ];
    let origin = Origin { received_at: crate::world::NOW, verified: None };
    let events = bodies.iter().flat_map(|body| decode(body.as_bytes(), &origin, &KeySecret([0; 16])));
    let reasons = events.filter_map(|event| match event.detail {
        Detail::Unrecognised(what) => Some(what.reason.to_string()),
        _ => None,
    });
    let left: BTreeSet<_> = reasons.filter_map(|reason| untranslated(&reason)).collect();
    assert!(left.is_empty(), "{left:#?}");
}

/// A sentence of the program that has English in it when it is said in Chinese.
fn untranslated(sentence: &str) -> Option<String> {
    const KNOWN: &str = "NXCloud Meta JSON ASCII LF CR X-Hub-Signature X-Hub-Signature-256 SHA-1 accessKey bizType action sign algorithm \
        algorithms nxcloud meta secret app demo md5 sha256 ts ts_tolerance off ahead value field entry changes change statuses status \
        messages errors id send mtsend min array";
    let said = terms::sentence(Lang::Zh, sentence);
    let known: Vec<_> = KNOWN.split(|c: char| !c.is_ascii_alphabetic() && c != '_').collect();
    words(&said).any(|word| !known.contains(&word)).then(|| format!("{sentence}: {said}"))
}

/// Words of a screen that are neither `known`, cut or whole, nor in capitals and not ours.
fn english<'b>(buffer: &'b Buffer, known: &'b [&str]) -> impl Iterator<Item = String> {
    let text = crate::sheet::text(buffer);
    let is_known = |word: &&str| {
        let of_the_wire = word.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !OURS.contains(word);
        of_the_wire || known.iter().any(|known| known.starts_with(word))
    };
    words(&text).filter(|word| !is_known(word)).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Words of three letters and more.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphabetic() && c != '_').filter(|word| word.len() > 2)
}

/// A body in which every word of strangers is in Greek letters: keys stay, values that name states and kinds, and those in capitals.
fn in_greek(body: &[u8]) -> bytes::Bytes {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            put("", &mut value);
            value.to_string().into()
        }
        Err(_) => bytes::Bytes::copy_from_slice(body),
    }
}

fn put(key: &str, value: &mut Value) {
    const STATES: [&str; 9] =
        ["object", "field", "messaging_product", "status", "type", "category", "currency", "pricing_model", "event"];
    match value {
        Value::String(text) if !STATES.contains(&key) && text.contains(|c: char| c.is_ascii_lowercase()) => {
            *text = text.chars().map(greek).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(key, item)),
        Value::Object(items) => items.iter_mut().for_each(|(key, item)| put(key, item)),
        _ => {}
    }
}

fn greek(c: char) -> char {
    match c {
        'a'..='z' | 'A'..='Z' => {
            char::from_u32(u32::from(c.to_ascii_lowercase()) - u32::from('a') + 0x3b1).unwrap_or(c)
        }
        other => other,
    }
}
