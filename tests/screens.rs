//! The whole program on a screen, one picture per page and language: every tab, every page that can be opened from one, and
//! what is laid over them, at four sizes and in two themes.
//!
//! A snapshot shows each size in the dark theme; below it, where they differ in more than the twins of glyphs, the rows that the
//! mono theme draws with ASCII glyphs; and for one size, which role each stretch of each row is drawn in. After a change that is
//! meant, rewrite them and look at what changed before it is committed:
//!
//! ```text
//! INSTA_UPDATE=always cargo test --test screens && git diff tests
//! ```

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "screens/chinese.rs"]
mod chinese;
#[path = "screens/header.rs"]
mod header;
#[path = "screens/opens.rs"]
mod opens;
#[path = "screens/pages.rs"]
mod pages;
#[path = "screens/sheet.rs"]
mod sheet;
#[path = "screens/stage.rs"]
mod stage;
#[path = "screens/world.rs"]
mod world;

use sheet::Sheet;
use stage::Stage;
use watop::config::Lang;
use world::World;

/// Width and height.
const SIZES: [(u16, u16); 4] = [(120, 36), (80, 24), (200, 60), (40, 12)];

/// Whether the roles are written down: they are the same in every language, and at every size.
fn has_roles(lang: Lang, size: (u16, u16)) -> bool {
    lang == Lang::En && size == SIZES[0]
}

/// Every page: its name, and the keys that lead to it from the overview.
const PAGES: [(&str, &str); 24] = [
    ("overview", ""),
    ("zoomed-failures", "z"),
    ("zoomed-conversations", "\tz"),
    ("zoomed-alerts", "\t\tz"),
    ("zoomed-delivery", "\t\t\tz"),
    ("changes", "v"),
    ("failed-messages", "\n"),
    ("paused", " "),
    ("past", "{"),
    ("events", "2"),
    ("events-raw-body", "2k\nl"),
    ("events-columns", "2C"),
    ("events-filter", "2/\u{15}status:failed code:1310"),
    ("events-wrong-filter", "2/\u{15}status:failed coed:1"),
    ("messages", "3"),
    ("message", "\n\n"),
    ("message-raw", "\n\nr"),
    ("refused", "4"),
    ("forward", "5"),
    ("costs", "6"),
    ("help", "4?"),
    ("palette", "4\u{10}"),
    ("command", "4:window "),
    // The customer of the protocol's examples. Last, for window and filter stay.
    ("thread", "2/\u{15}from:852xxxx705\n]kc"),
];

#[test]
fn every_page_in_english() {
    every_page(Lang::En);
}

#[test]
fn every_page_in_chinese() {
    every_page(Lang::Zh);
}

fn every_page(lang: Lang) {
    let world = World::of_an_incident();
    let mut stages = SIZES.map(|size| Stage::new(&world, lang, size));
    for (name, keys) in PAGES {
        let mut sheet = Sheet::default();
        for stage in &mut stages {
            stage.go_home();
            stage.press(keys);
            sheet.add(stage, has_roles(lang, stage.size()));
        }
        insta::assert_snapshot!(format!("{name}-{}", lang.name()), sheet.text());
    }
}

#[test]
fn before_the_first_event() {
    let world = World::empty();
    for lang in Lang::ALL {
        let mut sheet = Sheet::default();
        for size in SIZES {
            sheet.add(&mut Stage::new(&world, lang, size), has_roles(lang, size));
        }
        insta::assert_snapshot!(format!("first-run-{}", lang.name()), sheet.text());
    }
}
