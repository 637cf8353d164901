//! The overview at the sizes it is made for, calm and in an incident, drawn from hand-made values.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "screen_overview/values.rs"]
mod values;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::{Color, Modifier};
use values::{MINUTE, Screen, ago, calm, conversation, funnel, incident, listed};
use watop::config::Lang;
use watop::event::Millis;
use watop::journal::Health;
use watop::monitor::view::{
    Activity, Common, ConversationPage, Failure, Finding, Funnel, Group, Level, Outcomes, Rates, Span, Verdict,
};
use watop::source::thread::Who;
use watop::tui::action::Action;
use watop::tui::look::Look;
use watop::tui::page::Outcome;
use watop::tui::panes::{OverviewData, Size};
use watop::tui::place::{Open, Place};
use watop::tui::theme::{Depth, Role, Theme};
use watop::tui::title::Title;

/// What a reader sees, line by line.
fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            x += symbol.cell_width().max(1);
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// The line that holds `words`.
fn line(buffer: &Buffer, words: &str) -> String {
    let text = text(buffer);
    let found = text.lines().find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("{words:?} stands nowhere in\n{text}")).to_owned()
}

fn act(screen: &mut Screen, actions: &[Action], data: &OverviewData) -> Outcome {
    let mut outcome = Outcome::Ignored;
    for action in actions {
        outcome = screen.grid.act(*action, data, Size::Normal);
    }
    outcome
}

fn opened(outcome: Outcome) -> (String, String) {
    match outcome {
        Outcome::Open(Open { place: Place::Events { filter } | Place::Messages { filter }, title, .. }) => {
            (filter, title.shown(&Look::new(Theme::load("mono", Depth::True, false).unwrap())))
        }
        other => panic!("nothing was opened: {other:?}"),
    }
}

const SIZES: [(u16, u16); 4] = [(120, 36), (80, 24), (200, 60), (40, 12)];

#[test]
fn the_calm_overview_at_each_size() {
    for (width, height) in SIZES {
        let buffer = Screen::new("mono", false).draw(width, height, &calm());
        insta::assert_snapshot!(format!("calm-{width}x{height}"), text(&buffer));
    }
}

#[test]
fn the_overview_in_an_incident_at_each_size() {
    for (width, height) in SIZES {
        let buffer = Screen::new("mono", false).draw(width, height, &incident());
        insta::assert_snapshot!(format!("incident-{width}x{height}"), text(&buffer));
    }
}

#[test]
fn the_dark_theme_differs_from_mono_in_the_signs_of_bars_alone() {
    let (dark, mono) =
        (Screen::new("dark", false).draw(120, 36, &incident()), Screen::new("mono", false).draw(120, 36, &incident()));
    let bars = |text: String| text.replace(['▓', '■'], "█");
    let differing = text(&dark).lines().zip(text(&mono).lines()).filter(|(dark, mono)| dark != mono).count();
    assert_eq!(bars(text(&dark)).lines().count(), 33);
    assert_eq!(differing, 2, "the outcome bar and its legend");
}

#[test]
fn every_pane_zooms() {
    let mut data = incident();
    let minute = |at: i64| Millis(data.scope.span.from.0 + at * MINUTE);
    let slice = |at: u64| {
        let outcomes =
            Outcomes { read: 1_400 - at * 50, delivered: 1_200, failed: 80 + at * 9, waiting: 220, silent: 3 };
        funnel(2_903 - at * 41, 2_800, outcomes)
    };
    let span = |at: i64| Span { from: minute(at), to: minute(at + 1) };
    data.cohorts = (0..15).map(|at| (span(at as i64), slice(at))).collect();
    for (name, tabs) in [("delivery", 3), ("failures", 0), ("conversations", 1), ("alerts", 2)] {
        let mut screen = Screen::new("mono", false);
        act(&mut screen, &vec![Action::NextPane; tabs], &data);
        assert_eq!(act(&mut screen, &[Action::Zoom], &data), Outcome::Changed);
        insta::assert_snapshot!(format!("zoomed-{name}-120x36"), text(&screen.draw(120, 36, &data)));
        assert_eq!(act(&mut screen, &[Action::Back], &data), Outcome::Changed);
        assert_eq!(act(&mut screen, &[Action::Back], &data), Outcome::Ignored, "not zoomed any more");
    }
}

#[test]
fn before_the_first_event_the_screen_says_where_to_post_and_who_may() {
    let data = OverviewData { extent: None, ..calm() };
    let mut screen = Screen::new("mono", false);
    insta::assert_snapshot!("first-run-120x36", text(&screen.draw(120, 36, &data)));
    insta::assert_snapshot!("first-run-80x24", text(&screen.draw(80, 24, &data)));
    screen.intake.schemes.clear();
    let unverified = text(&screen.draw(120, 36, &data));
    assert!(unverified.contains("! WATCH") && unverified.contains("no secret is configured"), "{unverified}");
}

#[test]
fn a_calm_screen_has_no_bold_red_and_an_incident_has() {
    let theme = Theme::load("dark", Depth::True, false).unwrap();
    let red = theme.style(Role::Failed).fg.unwrap();
    let bold_red = |data: &OverviewData| {
        let buffer = Screen::new("dark", false).draw(120, 36, data);
        let loud = buffer.content.iter().filter(|cell| cell.fg == red && cell.modifier.contains(Modifier::BOLD));
        loud.map(|cell| cell.symbol().to_owned()).collect::<String>()
    };
    assert_eq!(bold_red(&calm()), "");
    let loud = bold_red(&incident());
    for words in ["✖ TROUBLE", "132015", "▲×4", "3,205", "3 critical", "✖ 14:19 template paused"] {
        assert!(loud.contains(words), "{words} is not in {loud}");
    }
}

#[test]
fn mono_uses_no_colour() {
    for (width, height) in SIZES {
        let buffer = Screen::new("mono", false).draw(width, height, &incident());
        let coloured = buffer.content.iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert!(!coloured, "{width}x{height}");
    }
}

#[test]
fn ascii_glyphs_leave_nothing_else_than_the_text_of_strangers() {
    let mut data = incident();
    data.conversations = ConversationPage::default();
    data.alerts.retain(|alert| alert.title.is_ascii());
    data.verdict = Verdict { level: data.verdict.level, ..Verdict::default() };
    for (width, height) in SIZES {
        for zoomed in [false, true] {
            let mut screen = Screen::new("mono", true);
            if zoomed {
                act(&mut screen, &[Action::Zoom], &data);
            }
            let text = text(&screen.draw(width, height, &data));
            let foreign: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
            assert!(foreign.is_empty(), "{width}x{height}: {foreign:?}\n{text}");
        }
    }
}

/// Names and texts made to break a screen.
const HOSTILE: [&str; 14] = [
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;aGVsbG8=\x07clipboard",
    "\u{9b}31m C1 \u{90}dcs\u{9c}",
    "a\r\nb\tc\x08\x08\x08",
    "\u{202e}txt.exe\u{202c} \u{2066}x\u{2069}",
    "zero\u{200b}width\u{feff}\u{2060}\u{ad}",
    "👨‍👩‍👧‍👦👩🏽‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿 family and flag and so on",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "שלום עולם مرحبا بالعالم",
    "क्षत्रिय ज्ञान हिन्दी ไทยที่นี่",
    "ｆｕｌｌｗｉｄｔｈ한국어ﾊﾝｶｸﾃﾞｰﾀ",
    "❤️☕️1️⃣⚠️🇭🇰🇩🇪",
    "\u{301}\u{301}only marks",
    "",
];

#[test]
fn hostile_text_changes_nothing_beside_itself() {
    for (width, height) in SIZES {
        for (zoomed, tabs) in [(false, 0), (true, 0), (true, 1), (true, 2), (true, 3)] {
            let draw = |data: &OverviewData| {
                let mut screen = Screen::new("dark", false);
                act(&mut screen, &vec![Action::NextPane; tabs], data);
                if zoomed {
                    act(&mut screen, &[Action::Zoom], data);
                }
                screen.draw(width, height, data)
            };
            let clean = draw(&incident());
            for hostile in HOSTILE {
                let buffer = draw(&with_text(incident(), hostile));
                for (cell, expected) in buffer.content.iter().zip(&clean.content) {
                    let symbol = cell.symbol();
                    assert!(
                        !symbol
                            .contains(|c: char| c.is_control()
                                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')),
                        "{symbol:?}"
                    );
                    if "╭╮╰╯│┏┓┗┛┃".contains(expected.symbol()) {
                        assert_eq!(symbol, expected.symbol(), "{hostile:?} at {width}x{height}\n{}", text(&buffer));
                    }
                }
            }
        }
    }
}

/// The same values with every text of strangers replaced.
fn with_text(mut data: OverviewData, hostile: &str) -> OverviewData {
    for conversation in &mut data.conversations.rows {
        conversation.name = Some(hostile.into());
        conversation.customer = Some(hostile.into());
        conversation.preview = hostile.into();
        conversation.number = Some(hostile.into());
    }
    for alert in &mut data.alerts {
        (alert.what, alert.title, alert.detail) = (hostile.into(), hostile.into(), hostile.into());
        alert.number = Some(hostile.into());
    }
    for failure in &mut data.failures {
        failure.short = hostile.to_owned();
        failure.wire_title = Some(hostile.into());
        failure.wire_details = Some((hostile.into(), 1));
    }
    for number in &mut data.numbers {
        number.number = Some(hostile.into());
    }
    if let Finding::Outbreak(outbreak) = &mut data.verdict.finding {
        outbreak.failure.short = hostile.to_owned();
        outbreak.failure.code = None;
        let text = Some(hostile.into());
        outbreak.common = Common {
            tag: text.clone(),
            number: text.clone(),
            category: text.clone(),
            country: text.clone(),
            template: text,
        };
    }
    for group in &mut data.zoom.groups {
        group.value = Group::Named(hostile.into());
    }
    for row in &mut data.zoom.hit.rows {
        row.value = Group::Named(hostile.into());
    }
    for template in &mut data.zoom.hit.templates {
        template.0 = Group::Named(hostile.into());
    }
    for mark in &mut data.activity.marks {
        mark.2 = hostile.into();
    }
    data
}

#[test]
fn no_size_and_no_state_makes_drawing_panic() {
    let empty = OverviewData {
        funnel: Funnel::default(),
        numbers: Vec::new(),
        failures: Vec::new(),
        conversations: ConversationPage::default(),
        alerts: Vec::new(),
        activity: Activity::default(),
        ..calm()
    };
    let first = OverviewData { extent: None, ..empty.clone() };
    for data in [calm(), incident(), empty, first] {
        for (tabs, zoomed) in [(0, false), (0, true), (1, true), (2, true), (3, true)] {
            let mut screen = Screen::new("dark", false);
            act(&mut screen, &vec![Action::NextPane; tabs], &data);
            if zoomed {
                act(&mut screen, &[Action::Zoom], &data);
            }
            for width in (1..230).step_by(19) {
                for height in (4..70).step_by(5) {
                    screen.draw(width, height, &data);
                }
            }
        }
    }
}

#[test]
fn empty_panes_say_what_would_stand_there() {
    let empty = OverviewData {
        funnel: Funnel::default(),
        numbers: Vec::new(),
        failures: Vec::new(),
        conversations: ConversationPage::default(),
        alerts: Vec::new(),
        ..calm()
    };
    let buffer = Screen::new("mono", false).draw(120, 36, &empty);
    for words in [
        "no message began in this window",
        "no failure in this window",
        "nobody wrote in the last 24 h",
        "nothing about templates or accounts yet",
    ] {
        line(&buffer, words);
    }
}

#[test]
fn the_cursor_stays_on_its_code_when_others_pass_it() {
    let mut screen = Screen::new("mono", false);
    let calm = calm();
    screen.draw(120, 36, &calm);
    act(&mut screen, &[Action::Down, Action::Down], &calm);
    assert!(line(&screen.draw(120, 36, &calm), "24 h window over").contains("▌131047"));
    let incident = incident();
    let moved = line(&screen.draw(120, 36, &incident), "24 h window over");
    assert!(moved.contains("▌131047"), "{moved}");
    assert_eq!(opened(act(&mut screen, &[Action::Open], &incident)).0, "code:131047 outcome:failed");
}

#[test]
fn until_it_is_moved_the_cursor_is_on_the_worst() {
    let mut screen = Screen::new("mono", false);
    assert!(line(&screen.draw(120, 36, &calm()), "Undeliverable").contains("▌131026"));
    assert!(line(&screen.draw(120, 36, &incident()), "Template paused  template").contains("▌132015"));
}

#[test]
fn the_cursor_scrolls_and_is_always_seen() {
    let mut data = calm();
    let many = (0..1_000).map(|at| conversation(&format!("N{at}"), &format!("8521{at:07}"), "hello", 1_400, false));
    data.conversations = listed(many.collect());
    let mut screen = Screen::new("mono", false);
    act(&mut screen, &[Action::NextPane], &data);
    screen.draw(120, 36, &data);
    for (action, name) in
        [(Action::PageDown, "N8 "), (Action::Last, "N999"), (Action::Up, "N998"), (Action::First, "N0 ")]
    {
        act(&mut screen, &[action], &data);
        let line = line(&screen.draw(120, 36, &data), name);
        assert!(line.contains('▌'), "after {action:?}: {line}");
    }
}

#[test]
fn tab_goes_round_the_panes_both_ways() {
    let data = calm();
    let mut screen = Screen::new("mono", false);
    for name in ["Failures by code", "Conversations", "Alerts", "Delivery", "Failures by code"] {
        assert!(line(&screen.draw(120, 36, &data), &format!("┏ {name} ━")).contains('┓'));
        act(&mut screen, &[Action::NextPane], &data);
    }
    act(&mut screen, &[Action::PreviousPane, Action::PreviousPane], &data);
    line(&screen.draw(120, 36, &data), "┏ Delivery ━");
}

#[test]
fn every_number_opens_as_a_filter_that_parses() {
    let mut data = incident();
    data.failures.insert(0, Failure { code: None, ..data.failures[0].clone() });
    data.conversations.rows.insert(0, conversation("Masked", "852xxxx*05 \"x\\", "hi", 30, true));
    data.conversations.rows[1].number = None;
    data.zoom.groups[1].value = Group::Unnamed;
    for (tabs, zoomed) in [(0, false), (1, false), (2, false), (3, false), (3, true)] {
        let mut screen = Screen::new("mono", false);
        act(&mut screen, &vec![Action::NextPane; tabs], &data);
        if zoomed {
            act(&mut screen, &[Action::Zoom], &data);
        }
        screen.draw(120, 36, &data);
        let mut row = 0;
        loop {
            let outcome = act(&mut screen, &[Action::Open], &data);
            if !matches!(outcome, Outcome::Open(Open { place: Place::Thread(_), .. })) {
                let (filter, title) = opened(outcome);
                watop::query::Filter::parse_for_messages(&filter)
                    .unwrap_or_else(|error| panic!("{}", error.with_caret(&filter)));
                assert!(!title.is_empty());
            }
            let before = row;
            if act(&mut screen, &[Action::Down], &data) == Outcome::Ignored {
                break;
            }
            row += 1;
            assert!(row < 60, "row {before}");
        }
    }
}

#[test]
fn what_enter_opens() {
    let data = incident();
    let open = |actions: &[Action]| {
        let mut screen = Screen::new("mono", false);
        screen.draw(120, 36, &data);
        let actions: Vec<_> = actions.iter().copied().chain([Action::Open]).collect();
        opened(act(&mut screen, &actions, &data))
    };
    let words = |(filter, title): (String, String)| format!("{filter} | {title}");
    assert_eq!(words(open(&[])), "code:132015 outcome:failed | 132015 Template paused");
    let mut screen = Screen::new("mono", false);
    screen.draw(120, 36, &data);
    let who = Who { number: Some("85230174859".into()), customer: "34600111012".into() };
    let thread = Open::at(Place::Thread(who), Title::new().person("Ana").phone("34600111012"));
    assert_eq!(act(&mut screen, &[Action::NextPane, Action::Open], &data), Outcome::Open(thread));
    assert_eq!(
        words(open(&[Action::NextPane, Action::NextPane, Action::Down])),
        "kind:template subject:\"301336674511624 en_US\" | template paused order_update en_US"
    );
    let delivery = [Action::PreviousPane, Action::Down, Action::Down, Action::Down];
    assert_eq!(words(open(&delivery)), "(status:read or status:played) | read");
}

#[test]
fn who_is_hit_takes_the_focus_and_opens_its_messages() {
    let data = incident();
    let mut screen = Screen::new("mono", false);
    act(&mut screen, &[Action::Zoom, Action::NextPane], &data);
    let shown = screen.draw(120, 36, &data);
    line(&shown, "┏ Who is hit");
    let hit = &data.zoom.hit.rows[0];
    let (filter, title) = opened(act(&mut screen, &[Action::Open], &data));
    let term = hit.dimension.selects(&hit.value).unwrap();
    assert_eq!(filter, format!("code:{} outcome:failed {term}", data.zoom.code.unwrap().unwrap()));
    assert!(!title.is_empty());
    act(&mut screen, &[Action::Back], &data);
    line(&screen.draw(120, 36, &data), "┏ Failures by code");
    act(&mut screen, &[Action::NextPane, Action::NextPane], &data);
    line(&screen.draw(120, 36, &data), "┏ Conversations");
}

#[test]
fn a_scope_of_one_number_stays_in_what_is_opened() {
    let mut data = incident();
    data.scope.number = Some("85230174859".into());
    let mut screen = Screen::new("mono", false);
    screen.draw(120, 36, &data);
    assert_eq!(opened(act(&mut screen, &[Action::Open], &data)).0, "code:132015 outcome:failed number:85230174859");
}

#[test]
fn only_what_can_be_done_is_offered() {
    let data = incident();
    let mut screen = Screen::new("mono", false);
    screen.draw(120, 36, &data);
    let offered = |screen: &Screen, data: &OverviewData, size| screen.grid.actions(data, size);
    let normal = offered(&screen, &data, Size::Normal);
    assert!(
        [Action::NextPane, Action::Open, Action::Zoom, Action::Explain, Action::Down]
            .iter()
            .all(|action| normal.contains(action))
    );
    assert!(!normal.contains(&Action::Back));
    assert!(!offered(&screen, &data, Size::One).contains(&Action::Zoom), "the one pane has the screen anyway");
    let empty = OverviewData { failures: Vec::new(), verdict: Verdict::default(), ..data.clone() };
    let without = offered(&screen, &empty, Size::Normal);
    assert!(
        [Action::Open, Action::Down, Action::Explain].iter().all(|action| !without.contains(action)),
        "{without:?}"
    );
    let first = OverviewData { extent: None, ..data.clone() };
    assert!(offered(&screen, &first, Size::Normal).is_empty());
    act(&mut screen, &[Action::Zoom], &data);
    assert_eq!(offered(&screen, &data, Size::Normal).first(), Some(&Action::Back));
}

#[test]
fn what_only_the_screen_knows_is_laid_over_the_verdict() {
    let mut screen = Screen::new("mono", false);
    let first_line =
        |screen: &mut Screen, data: &OverviewData| text(&screen.draw(120, 36, data)).lines().next().unwrap().to_owned();
    screen.gaps = vec![(ago(10 * MINUTE), ago(8 * MINUTE + 15_000))];
    let gap = first_line(&mut screen, &calm());
    assert_eq!(
        gap,
        " ! WATCH      receiver down 14:22:07–14:23:52, 1 m 45 s; senders retry, late events are still counted"
    );
    assert!(first_line(&mut screen, &incident()).starts_with(" ✖ TROUBLE  132015"), "a gap does not hide trouble");

    screen.intake.schemes.clear();
    let unverified = first_line(&mut screen, &calm());
    assert!(unverified.starts_with(" ! WATCH      anyone who reaches this port can post"), "{unverified}");
    assert!(
        text(&screen.draw(120, 36, &calm())).lines().nth(1).unwrap().contains("settled 98.1 %"),
        "the monitor's word stays"
    );

    screen.health = Health::Failing { reason: "disk full".to_owned(), since: ago(76_000), refused: 1_212 };
    assert_eq!(
        first_line(&mut screen, &incident()),
        " ✖ TROUBLE  disk full: 1,212 requests answered 503 since 14:30:51"
    );
}

#[test]
fn a_gap_is_left_open_in_the_chart() {
    let mut data = calm();
    for column in 30..42 {
        data.activity.statuses[column] = 0;
        data.activity.failed[column] = 0;
    }
    let chart = |screen: &mut Screen| {
        line(&screen.draw(120, 36, &data), "statuses/s").chars().skip(18 + 30).take(12).collect::<String>()
    };
    let mut screen = Screen::new("mono", false);
    let below = |screen: &mut Screen| {
        line(&screen.draw(120, 36, &data), "failed/s").chars().skip(18 + 30).take(12).collect::<String>()
    };
    assert_eq!(below(&mut screen), "▁".repeat(12), "nothing came: that is known");
    screen.gaps = vec![(Millis(data.activity.from.0 + 300_000), Millis(data.activity.from.0 + 420_000))];
    assert_eq!(below(&mut screen), " ".repeat(12));
    assert_eq!(chart(&mut screen), " ".repeat(12));
}

#[test]
fn an_order_is_told_without_its_sum_before_the_sum_is_cut() {
    let mut screen = Screen::new("mono", false);
    assert!(line(&screen.draw(120, 36, &calm()), "Jay").contains("2 items, CNY 1,124.00 "));
    assert!(line(&screen.draw(80, 24, &calm()), "Jay").contains("order: 2 items "));
}

#[test]
fn a_closed_window_is_called_closed_and_not_counted_as_open() {
    let mut data = calm();
    data.conversations.rows.push(conversation("Late", "85200000000", "too late", -5, true));
    data.conversations = listed(data.conversations.rows);
    let mut screen = Screen::new("mono", false);
    act(&mut screen, &[Action::NextPane, Action::Last], &data);
    let buffer = screen.draw(120, 36, &data);
    assert!(line(&buffer, "Late").contains(" closed "), "{}", line(&buffer, "Late"));
    line(&buffer, "10 open · 2 close < 1 h");
}

#[test]
fn no_value_of_the_verdict_is_cut_in_two() {
    let data = incident();
    for width in 70..130 {
        let buffer = Screen::new("mono", false).draw(width, 24, &data);
        let line = text(&buffer).lines().next().unwrap().to_owned();
        assert!(!line.contains('…'), "{line}");
        for value in ["132015 Template paused", "2,239 m", "since 14:19:02"] {
            assert!(line.contains(value), "{value:?} at {width} columns: {line}");
        }
        assert!(width < 80 || line.contains(" 2.8/s"), "{line}");
    }
}

/// Every state of the verdict, and panes full and empty.
fn states() -> Vec<OverviewData> {
    let of = |level, finding| OverviewData { verdict: Verdict { level, finding, ..Verdict::default() }, ..incident() };
    let rates = Rates::default();
    let alert = incident().alerts[1].clone();
    let empty = OverviewData {
        funnel: Funnel::default(),
        numbers: Vec::new(),
        failures: Vec::new(),
        conversations: ConversationPage::default(),
        alerts: Vec::new(),
        activity: Activity::default(),
        ..calm()
    };
    vec![
        calm(),
        incident(),
        OverviewData { extent: None, ..empty.clone() },
        empty,
        of(Level::Blind, Finding::Silence { last: ago(MINUTE * 9), lasting_s: 540, usual_s: 6 }),
        of(Level::Watch, Finding::Alert { alert: Box::new(alert), rates }),
        of(Level::Ok, Finding::Calm { rates, last_change: None }),
    ]
}

/// Words of four letters and more that may stand on a Chinese screen: proper names, commands, words of the wire, and the
/// strangers' words of these values.
const NOT_OURS: &str = "watop nxcloud meta Meta WhatsApp WATOP_NXCLOUD_SECRET WATOP_META_APP_SECRET WABA POST FILE webhook http \
    send demo check Signature YELLOW MARKETING UTILITY APPROVED GREEN FIRST_PAUSE quality vip_early parcel_eta order_update \
    spring_sale_ mulanfreeen order update en_US zh_HK rule failed over business initiated receive provider template_status \
    Template paused Undeliverable Marketing window experiment Engine timeout Pair rate limit Media upload Unknown failure \
    Parameter count JPEG MIME WebP Kwok Priya Siobh invoice photo where parcel";

#[test]
fn no_english_is_left_on_a_chinese_screen() {
    let allowed: Vec<&str> = NOT_OURS.split_whitespace().collect();
    let mut left = std::collections::BTreeSet::new();
    for data in states() {
        for (width, height) in SIZES {
            for (tabs, zoomed) in
                [(0, false), (1, false), (2, false), (3, false), (0, true), (1, true), (2, true), (3, true)]
            {
                let mut screen = Screen::new("mono", false);
                screen.look.lang = Lang::Zh;
                act(&mut screen, &vec![Action::NextPane; tabs], &data);
                if zoomed {
                    act(&mut screen, &[Action::Zoom], &data);
                }
                let text = text(&screen.draw(width, height, &data));
                let words = text.split(|c: char| !c.is_ascii_alphabetic() && c != '_').filter(|word| word.len() > 3);
                // Cut where the room ends, a word is the beginning of one.
                let known = |word: &str| allowed.iter().any(|known| known.starts_with(word));
                left.extend(words.filter(|word| !known(word)).map(str::to_owned));
            }
        }
    }
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_overview_in_chinese_at_each_size() {
    for (width, height) in SIZES {
        for (name, data) in [("calm", calm()), ("incident", incident())] {
            let mut screen = Screen::new("mono", false);
            screen.look.lang = Lang::Zh;
            insta::assert_snapshot!(format!("{name}-zh-{width}x{height}"), text(&screen.draw(width, height, &data)));
        }
    }
}

#[test]
fn masked_panes_show_nothing_personal() {
    let data = incident();
    for (tabs, zoomed) in [(0, false), (0, true), (1, true), (2, true), (3, true)] {
        for (width, height) in SIZES {
            let mut screen = Screen::new("mono", false);
            screen.look.masker = Some(watop::event::mask::Masker::new([7; 16]));
            act(&mut screen, &vec![Action::NextPane; tabs], &data);
            if zoomed {
                act(&mut screen, &[Action::Zoom], &data);
            }
            let text = text(&screen.draw(width, height, &data));
            for personal in
                ["Priya", "Kwok", "周敏", "85255311705", "852…705", "85230174859", "852…859", "invoice", "parcel?"]
            {
                assert!(!text.contains(personal), "{personal} at {width}x{height}:\n{text}");
            }
        }
    }
}
