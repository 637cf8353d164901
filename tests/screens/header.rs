//! The truth about watop itself: what the first rows say in each state it can be in.

use crate::stage::{Dress, Stage};
use crate::world::{NOW, World};
use std::fmt::Write as _;
use watop::config::Lang;
use watop::event::Millis;
use watop::journal::operator::NoticeState;
use watop::journal::{Gauges, Health, Holder};
use watop::receiver::Vitals;
use watop::source::Feed;
use watop::tui::panes::{Intake, Watched};
use watop::tui::store::Answer;

const MINUTE: i64 = 60_000;

/// A state, and how it comes about.
type State = (&'static str, fn(&mut Stage));

const STATES: [State; 12] = [
    ("live", |_| {}),
    ("paused", |stage| {
        stage.press(" ");
        stage.now = Millis(NOW.0 + 207_000);
    }),
    ("time travel", |stage| stage.press("{")),
    ("past retention", |stage| {
        stage.press("{");
        kept(stage, Vec::new(), Some(Millis(NOW.0 - 20 * MINUTE)));
    }),
    ("gap", |stage| kept(stage, vec![(Millis(NOW.0 - 10 * MINUTE), Millis(NOW.0 - 8 * MINUTE - 15_000))], None)),
    ("silence", |stage| {
        stage.now = Millis(NOW.0 + 250_000);
        stage.app.time_passed(NOW, stage.now);
    }),
    ("cannot store", |stage| {
        let since = Millis(NOW.0 - 76_000);
        stage.app.health(Health::Failing { reason: "disk full".to_owned(), since, refused: 1_212 });
        let gauges = Gauges { waiting: 4_096, ..Gauges::default() };
        stage.app.vitals(Vitals { gauges, ..Vitals::default() });
    }),
    ("slow disk", |stage| {
        let gauges = Gauges { waiting: 300, ..Gauges::default() };
        stage.app.vitals(Vitals { ack_us: Some((90_000, 480_000)), gauges, ..Vitals::default() });
    }),
    ("behind", |stage| {
        let batch = std::sync::Arc::new(watop::journal::Batch { page: 0, requests: Vec::new(), events: Vec::new() });
        stage.app.feed(Feed::History { batch, done: 43, total: 100 }, NOW);
    }),
    ("retry", |stage| stage.app.feed(Feed::Lost("disk I/O error".to_owned()), NOW)),
    ("a target takes nothing", |stage| {
        beside(stage, 1, Vec::new());
    }),
    ("a notice fails", |stage| {
        let failure = Some("ended with exit status: 3: no route to pager".to_owned());
        beside(stage, 0, vec![NoticeState { target: "command:/etc/watop/page-me".into(), at: NOW, failure }]);
    }),
];

fn beside(stage: &mut Stage, down: usize, untold: Vec<NoticeState>) {
    stage.app.answered(Answer::Alerts { acknowledged: Vec::new(), rules: Vec::new(), down, untold }, NOW);
}

fn kept(stage: &mut Stage, gaps: Vec<(Millis, Millis)>, kept_from: Option<Millis>) {
    stage.app.answered(Answer::Gaps { gaps, kept_from }, NOW);
}

#[test]
fn the_first_rows_in_every_state() {
    let world = World::of_an_incident();
    let file = || Watched::File("incident.ndjson".to_owned());
    let watching = |watched| Intake::watching(watched, NOW);
    let intakes = [
        ("unverified", Intake { schemes: Vec::new(), ..world.intake.clone() }, None),
        ("watching, a writer", watching(Watched::Journal(Some(Holder { pid: Some(4_112) }))), None),
        ("watching, nobody writes", watching(Watched::Journal(None)), None),
        ("file", watching(file()), Some(None)),
        ("file, damaged", watching(file()), Some(Some("line 7: cut off".to_owned()))),
    ];
    for lang in Lang::ALL {
        let mut sheet = String::new();
        for size in [(120, 36), (80, 24), (40, 12)] {
            for (name, into) in STATES {
                let mut stage = Stage::new(&world, lang, size);
                into(&mut stage);
                add(&mut sheet, name, &mut stage);
            }
            for (name, intake, ended) in &intakes {
                let mut stage = Stage::new(&world.with_intake(intake.clone()), lang, size);
                ended.iter().for_each(|damage| stage.app.feed(Feed::Ended(damage.clone()), NOW));
                add(&mut sheet, name, &mut stage);
            }
        }
        insta::assert_snapshot!(format!("header-states-{}", lang.name()), sheet);
    }
}

fn add(sheet: &mut String, name: &str, stage: &mut Stage) {
    let (width, _) = stage.size();
    let text = crate::sheet::text(&stage.shown(Dress::Dark));
    let rows = if width < 70 { 2 } else { 4 };
    let _ = writeln!(sheet, "{name}");
    text.lines().take(rows).for_each(|row| _ = writeln!(sheet, "{}", row.trim_end()));
}
