//! The whole screen on a test terminal: keys in, cells out, with a real journal behind it and no thread, clock or sleep.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "screen_shell/changes.rs"]
mod changes;
#[path = "screen_shell/commands.rs"]
mod commands;
#[path = "screen_shell/costs.rs"]
mod costs;
#[path = "screen_shell/filter.rs"]
mod filter;
#[path = "screen_shell/forward.rs"]
mod forward;
#[path = "screen_shell/messages.rs"]
mod messages;
#[path = "screen_shell/mouse.rs"]
mod mouse;
#[path = "screen_shell/narrowing.rs"]
mod narrowing;
#[path = "screen_shell/privacy.rs"]
mod privacy;
#[path = "screen_shell/thread.rs"]
mod thread;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::sync::Arc;
use std::time::Duration;
use watop::config::Lang;
use watop::event::mask::Masker;
use watop::event::{Millis, Origin, Scheme, Verified, decode};
use watop::journal::operator::{Operator, Refused, RefusedCount};
use watop::journal::{Batch, Health, Journal, Options, RawRequest, Submission};
use watop::monitor::Monitor;
use watop::source::Feed;
use watop::tui::app::{App, Setup};
use watop::tui::input::Input;
use watop::tui::keymap::Keymap;
use watop::tui::panes::Intake;
use watop::tui::store::{self, Slice};
use watop::tui::theme::{Depth, Theme};
use watop::tui::update::{self, Effect};

/// 2026-03-12 14:32:00 UTC.
const NOW: i64 = 1_773_325_920_000;

struct Screen {
    app: App,
    terminal: Terminal<TestBackend>,
    journal: Journal,
    live: tokio::sync::broadcast::Receiver<Arc<Batch>>,
    directory: tempfile::TempDir,
    now: i64,
    posted: u64,
    committed: usize,
    arrived: usize,
}

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        Self::with_keys(width, height, &[])
    }

    fn with_keys(width: u16, height: u16, keys: &[(String, Vec<String>)]) -> Self {
        Self::set_up(width, height, keys, Lang::En)
    }

    fn in_language(width: u16, height: u16, lang: Lang) -> Self {
        Self::set_up(width, height, &[], lang)
    }

    fn set_up(width: u16, height: u16, keys: &[(String, Vec<String>)], lang: Lang) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // The tests have a clock of their own: nothing may be too old for the journal's.
        let options = Options { retention: Duration::from_secs(100 * 365 * 86_400), ..Options::default() };
        let journal = Journal::open(directory.path(), options).unwrap();
        let live = journal.subscribe();
        let app = App::new(Setup {
            themes: vec![Theme::load("dark", Depth::True, false).unwrap()],
            lang,
            masker: Masker::new([7; 16]),
            masked: false,
            keymap: Keymap::new(keys).unwrap(),
            monitor: Monitor::new(Default::default()),
            settings: Default::default(),
            zone: jiff::tz::TimeZone::UTC,
            intake: Intake { address: "http://127.0.0.1:8787/webhook".to_owned(), ..Intake::default() },
        });
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        let mut screen =
            Self { app, terminal, journal, live, directory, now: NOW, posted: 0, committed: 0, arrived: 0 };
        screen.app.feed(Feed::CaughtUp, Millis(NOW));
        screen
    }

    /// Posts a status and waits for its commit, a second later than what was posted before.
    fn post(&mut self, status: &str, code: Option<i64>) {
        self.posted += 1;
        self.now += 1_000;
        let errors = code.map(|code| format!(r#","errors":[{{"code":{code},"title":"no"}}]"#)).unwrap_or_default();
        let (id, at) = (self.posted, self.now / 1000);
        let body = format!(
            r#"{{"statuses":[{{"id":"wamid.{id}","status":"{status}","timestamp":"{at}","recipient_id":"85266120298"{errors}}}],"business_phone":"85230174859"}}"#
        );
        self.commit(body.as_bytes());
    }

    fn commit(&mut self, body: &[u8]) {
        let verified = Some(Verified { scheme: Scheme::Nxcloud, secret: "2026-02".into() });
        let received_at = Millis(self.now);
        let origin = Origin { received_at, verified: verified.clone() };
        let raw = RawRequest {
            received_at,
            peer: "127.0.0.1".into(),
            path: "/webhook".into(),
            headers: vec![("content-type".into(), "application/json".into())],
            verified,
            body: bytes::Bytes::copy_from_slice(body),
        };
        let events = decode(body, &origin, &self.journal.key_secret());
        let receipt = self.journal.writer().submit(Submission { raw, events }).unwrap();
        receipt.blocking_recv().unwrap().unwrap();
        self.committed += 1;
    }

    /// Hands over what was committed.
    fn arrive(&mut self) {
        while self.arrived < self.committed {
            let batch = self.next_batch();
            self.app.feed(Feed::Live(batch), Millis(self.now));
        }
    }

    fn next_batch(&mut self) -> Arc<Batch> {
        let batch = self.live.blocking_recv().unwrap();
        self.arrived += batch.requests.len();
        batch
    }

    /// Draws, reading from the journal whatever the screen asks for, until it asks for nothing more.
    fn shown(&mut self) -> String {
        self.arrive();
        let now = Millis(self.now);
        for _ in 0..1_000 {
            self.terminal.draw(|frame| self.app.draw(frame, now)).unwrap();
            let jobs = self.app.jobs(now);
            if jobs.is_empty() {
                return self.drawn();
            }
            for job in jobs {
                self.app.answered(store::answer(self.directory.path(), job, Slice::SHORT).unwrap(), now);
            }
        }
        panic!("the screen never stops reading");
    }

    /// Draws, and reads nothing.
    fn drawn(&mut self) -> String {
        self.terminal.draw(|frame| self.app.draw(frame, Millis(self.now))).unwrap();
        let buffer = self.terminal.backend().buffer();
        let rows = buffer.content.chunks(buffer.area.width.into());
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    /// Reads what the screen asks for up to the first thing that is found, and draws.
    fn read_a_little(&mut self) -> String {
        let now = Millis(self.now);
        for job in self.app.jobs(now) {
            let little = Slice { time: Duration::MAX, rows: 1 };
            self.app.answered(store::answer(self.directory.path(), job, little).unwrap(), now);
        }
        self.drawn()
    }

    fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) -> Effect {
        update::input(&mut self.app, Input::Key(KeyEvent::new(code, modifiers)), Millis(self.now))
    }

    fn press(&mut self, keys: &str) -> String {
        self.keys(keys);
        self.shown()
    }

    fn keys(&mut self, keys: &str) {
        for character in keys.chars() {
            let code = match character {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                '\t' => KeyCode::Tab,
                other => KeyCode::Char(other),
            };
            self.key(code, KeyModifiers::NONE);
        }
    }
}

fn line<'a>(screen: &'a str, containing: &str) -> &'a str {
    let found = screen.lines().find(|line| line.contains(containing));
    found.unwrap_or_else(|| panic!("no {containing:?} on\n{screen}"))
}

fn rows(screen: &str) -> usize {
    screen.lines().filter(|line| line.contains("sent ") || line.contains("failed ")).count()
}

#[test]
fn windows_widen_and_step_through_time_and_the_header_says_so() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.now += 3 * 3_600_000;
    assert!(screen.shown().contains("window 15 m"));
    assert!(screen.press("]").contains("window 1 h"));
    let past = screen.press("{");
    assert!(line(&past, "watop").contains("◀ 1 h"), "{past}");
    assert!(line(&past, "window").contains("15:32–16:32"), "{past}");
    let now = screen.press("0");
    assert!(line(&now, "watop").contains("● LIVE"), "{now}");
    assert!(line(&screen.press("[[["), "window").contains("window 1 m"));
}

#[test]
fn a_paused_list_stays_and_counts_what_is_new() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..3 {
        screen.post("sent", None);
    }
    screen.press("2");
    let before = screen.press(" ");
    for _ in 0..4 {
        screen.post("failed", Some(131_026));
    }
    let paused = screen.shown();
    assert!(line(&paused, "watop").contains("PAUSED  +4 new"), "{paused}");
    assert_eq!((rows(&before), rows(&paused)), (3, 3), "{paused}");
    assert!(line(&paused, "hidden").contains("3 in the window"), "{paused}");
    let live = screen.press(" ");
    assert!(line(&live, "watop").contains("● LIVE"), "{live}");
    assert_eq!(rows(&live), 7, "{live}");
}

#[test]
fn a_frozen_view_shows_the_numbers_of_its_moment_however_it_is_looked_at() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.post("failed", Some(131_026));
    screen.shown();
    let before = screen.press(" ");
    let numbers = |screen: &str| ["│ attempted", "131026"].map(|row| line(screen, row).to_owned());
    for _ in 0..5 {
        screen.post("failed", Some(131_026));
        screen.shown();
    }
    for keys in ["M", "M", "]", "[", "zz"] {
        let frozen = screen.press(keys);
        assert!(line(&frozen, "watop").contains("PAUSED  +5 new"), "{frozen}");
        if keys != "M" && keys != "]" {
            assert_eq!(numbers(&frozen), numbers(&before), "{frozen}");
        }
    }
    let listed = screen.press("2");
    assert_eq!(rows(&listed), 2, "{listed}");
    screen.press("1");
    let live = screen.press(" ");
    assert!(line(&live, "│ attempted").contains(" 7 "), "{live}");
    screen.post("sent", None);
    assert!(line(&screen.shown(), "│ attempted").contains(" 8 "));
}

#[test]
fn the_cursor_stays_on_its_event_while_others_arrive() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..5 {
        screen.post("sent", None);
    }
    screen.press("2");
    screen.press("kk");
    let marked = |screen: &str| line(screen, "▌").chars().skip(2).take(12).collect::<String>();
    let before = marked(&screen.shown());
    for _ in 0..200 {
        screen.post("delivered", None);
        screen.arrive();
    }
    let after = screen.shown();
    assert_eq!(marked(&after), before);
    assert!(after.contains("hold"), "{after}");
    assert!(screen.press("f").contains("● follow"));
}

#[test]
fn scrolling_back_reads_older_events_from_the_journal() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..1_500 {
        screen.post("sent", None);
        screen.arrive();
        screen.now -= 900; // ten a second
    }
    let newest = screen.press("2");
    assert!(!newest.contains("14:32:00.1"), "{newest}");
    let oldest = screen.press("g");
    assert!(line(&oldest, "▌").contains("wamid.1 "), "{oldest}");
    assert!(oldest.contains("start of the window"), "{oldest}");
    let mut last = 0;
    while last < 1_500 {
        let page = screen.press(&"j".repeat(25));
        let shown = line(&page, "▌").split("wamid.").nth(1).unwrap().split(' ').next().unwrap().parse::<u64>().unwrap();
        assert!(shown > last, "every event is passed once, in order:\n{page}");
        last = shown;
    }
    assert!(screen.press("G").contains("● follow"));
    screen.post("sent", None);
    assert!(screen.shown().contains("wamid.1501"));
}

#[test]
fn a_past_window_lists_its_own_events_and_no_later_ones() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..3 {
        screen.post("sent", None);
    }
    screen.now += 20 * 60_000;
    screen.post("sent", None);
    let now = screen.press("2");
    assert_eq!(rows(&now), 1, "{now}");
    let past = screen.press("{");
    assert_eq!(rows(&past), 3, "{past}");
    screen.post("sent", None);
    assert_eq!(rows(&screen.shown()), 3);
    assert_eq!(rows(&screen.press("0")), 2);
}

#[test]
fn a_filter_shows_what_it_selects_and_counts_what_it_hides() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..6 {
        screen.post("sent", None);
    }
    screen.post("failed", Some(131_026));
    let filtered = screen.press("2/status:failed\n");
    assert!(line(&filtered, "hidden").contains("1 shown · 6 hidden"), "{filtered}");
    assert!(line(&filtered, "window").contains("1 filter"), "{filtered}");
    screen.post("failed", Some(131_049));
    screen.post("read", None);
    let live = screen.shown();
    assert!(line(&live, "hidden").contains("2 shown · 7 hidden"), "{live}");
    screen.key(KeyCode::Char('t'), KeyModifiers::CONTROL);
    assert!(line(&screen.shown(), "hidden").contains("0 hidden"));
}

#[test]
fn a_wrong_filter_is_explained_below_its_mistake_and_the_last_good_one_stays() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.post("failed", Some(131_026));
    let wrong = screen.press("2/status:failed coed:1\n");
    let lines: Vec<_> = wrong.lines().collect();
    assert!(lines[2].contains("last good: status:failed"), "{wrong}");
    let mistake = lines[2].find("coed").unwrap();
    assert_eq!(lines[3].chars().position(|sign| sign == '^'), Some(mistake), "{wrong}");
    assert!(wrong.contains("code"), "{wrong}");
    let closed = screen.press("\x1b");
    assert!(line(&closed, "hidden").contains("/ status:failed"), "{closed}");
}

#[test]
fn the_inspector_shows_every_side_of_the_event_under_the_cursor() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(131_026));
    let event = screen.press("2k\n");
    assert!(event.contains("131026") && event.contains("Event 1"), "{event}");
    assert!(screen.press("l").contains("recipient_id  \"85266120298\""));
    assert!(screen.press("l").contains("content-type"));
    assert!(screen.press("l").contains("{\"statuses\":[{"));
    let verdict = screen.press("l");
    assert!(verdict.contains("verified") && verdict.contains("2026-02"), "{verdict}");
}

#[test]
fn the_body_is_a_tree_that_is_folded_searched_and_explained() {
    let mut screen = Screen::new(120, 36);
    screen.post("failed", Some(132_015));
    let tree = screen.press("2k\nl");
    assert!(line(&tree, " code ").contains("132015") && line(&tree, " code ").contains("← Template paused"), "{tree}");
    assert!(line(&tree, "timestamp").contains("← 14:32:01"), "{tree}");
    assert!(line(&tree, "path").contains("statuses[0]"), "{tree}");
    let found = screen.press("/title\n");
    assert!(line(&found, "path").contains("statuses[0].errors[0].title"), "{found}");
    let folded = screen.press("\n");
    assert!(!folded.contains("← Template paused") && folded.contains("▸ 0  { code, title }"), "{folded}");
    assert!(line(&screen.press("_"), "path").contains("of 3"));
    assert!(screen.press("n").contains("← Template paused"), "a search opens what it finds");
    let masked = screen.press("M");
    assert!(!masked.contains("85266120298") && !masked.contains("\"wamid.1\""), "{masked}");
}

#[test]
fn a_body_that_is_not_utf8_is_dumped_and_one_that_is_not_json_says_where() {
    let mut screen = Screen::new(120, 36);
    screen.now += 1_000;
    screen.commit(b"{\"a\":\xff\xfe}");
    let body = screen.press("2k\nl");
    assert!(body.contains("not JSON"), "{body}");
    let raw = screen.press("ll");
    assert!(raw.contains("not UTF-8 from byte 5 on") && raw.contains("22 61 22 3a ff fe"), "{raw}");
}

#[test]
fn marked_events_are_counted_and_walked() {
    let mut screen = Screen::new(120, 36);
    for _ in 0..60 {
        screen.post("sent", None);
    }
    screen.press("2");
    screen.press("kmkkkkm");
    let marked = screen.shown();
    assert!(line(&marked, "hidden").contains("2 marked"), "{marked}");
    assert!(marked.lines().filter(|line| line.contains("┃ *") || line.contains("┃▌*")).count() == 2, "{marked}");
    let cursor = |screen: &str| line(screen, "▌").split("wamid.").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    assert_eq!(cursor(&marked), "56");
    assert_eq!(cursor(&screen.press("u")), "60");
    screen.press("g");
    assert_eq!(cursor(&screen.press("u")), "56");
    assert_eq!(cursor(&screen.press("U")), "60", "around the beginning");
    assert!(line(&screen.press("m"), "hidden").contains("1 marked"));
}

#[test]
fn failures_are_walked_and_stand_on_the_scroll_bar() {
    let mut screen = Screen::new(120, 36);
    for at in 0..200 {
        // Above what is seen, and near enough to be read however slow the disk is.
        let fails = at == 150;
        screen.post(if fails { "failed" } else { "sent" }, fails.then_some(131_026));
        screen.arrive();
        screen.now -= 900;
    }
    let list = screen.press("2");
    assert!(list.contains('▪'), "{list}");
    let failed = screen.press("N");
    assert!(line(&failed, "▌").contains("131026 Undeliverable"), "{failed}");
}

#[test]
fn columns_are_chosen_and_ordered() {
    let mut screen = Screen::new(200, 60);
    screen.post("failed", Some(131_026));
    screen.press("2");
    assert!(screen.press("C").contains("platform_code"));
    let chosen = screen.press("jjjjjjjjjj KKKKKKKKK\n");
    assert!(line(&chosen, "received").contains("code received"), "{chosen}");
    assert!(chosen.contains("131026 14:32:01"), "{chosen}");
}

#[test]
fn the_events_are_read_in_chinese_too() {
    let mut screen = Screen::in_language(120, 36, Lang::Zh);
    screen.post("failed", Some(131_026));
    screen.press("2");
    let shown = screen.press("k\t").replace(' ', "");
    for words in ["事件", "接收", "标记", "隐藏0个", "验签", "请求头"] {
        assert!(shown.contains(words), "no {words} on\n{shown}");
    }
}

#[test]
fn a_number_opens_the_events_behind_it_and_esc_walks_back() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.post("failed", Some(131_026));
    screen.post("failed", Some(131_049));
    screen.press("2/kind:status\n");
    assert!(screen.press("1").contains("Failures by code"));
    let opened = screen.press("\n");
    let path = line(&opened, "Overview ›");
    assert!(path.contains("Overview › 131026 Undeliverable"), "{opened}");
    assert!(path.contains("/ code:131026 outcome:failed") && path.contains("1 of 3 outbound"), "{opened}");
    let edited = screen.press("/");
    assert!(line(&edited, "code:131026").starts_with(" / code:131026 outcome:failed"), "the filter can be edited");
    screen.press("\x1b");
    assert!(screen.press("\x1b").contains("Failures by code"));
    assert!(line(&screen.press("2"), "shown").contains("kind:status"), "the filter of before is back");
}

#[test]
fn a_frozen_overview_stays_as_it_was() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    screen.shown();
    let moves = |line: &&str| line.contains("new events since");
    let frozen = |screen: &str| {
        screen.lines().skip(2).take(32).filter(|line| !moves(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = screen.press(" ");
    assert!(line(&before, "│ attempted").contains(" 1 "), "{before}");
    for _ in 0..30 {
        screen.post("failed", Some(131_026));
    }
    screen.now += 120_000;
    assert_eq!(frozen(&screen.shown()), frozen(&before));
    assert!(line(&screen.press(" "), "│ attempted").contains(" 31 "));
}

#[test]
fn the_refused_tab_says_why() {
    let mut screen = Screen::new(120, 36);
    let mut operator = Operator::open(screen.directory.path()).unwrap();
    let refused = Refused {
        n: 0,
        at: Millis(NOW),
        peer: "203.0.113.24".into(),
        path: "/webhook".into(),
        answer: 401,
        reason: "bad_signature".into(),
        explanation: Some("compact JSON would match\nFix at the sender".to_owned()),
        headers: vec![("user-agent".into(), "okhttp".to_owned())],
        body: b"{\n \"a\"".to_vec(),
        length: 389,
    };
    let count = RefusedCount { minute: Millis(NOW), reason: "bad_signature".into(), answer: 401, count: 1 };
    operator.add_refused(vec![refused], vec![count]).unwrap();
    screen.now += 2_000;
    let shown = screen.press("4");
    for text in
        ["4 Refused 1", "bad_signature 1", "compact JSON would match", "Fix at the sender", "okhttp", "7b 0a 20"]
    {
        assert!(shown.contains(text), "no {text} on\n{shown}");
    }
    assert!(line(&shown, "watop").contains("refused 1"), "{shown}");
}

#[test]
fn the_help_is_made_from_the_keys_in_force() {
    let keys = [("zoom".to_owned(), vec!["F7".to_owned()])];
    let mut screen = Screen::with_keys(120, 36, &keys);
    let help = screen.press("?");
    assert!(line(&help, "zoom the pane").contains("F7"), "{help}");
    let found = screen.press("/suspend");
    assert!(found.contains("suspend to the shell") && !found.contains("zoom the pane"), "{found}");
    screen.press("\x1b");
    assert!(!screen.press("\x1b").contains("suspend to the shell"), "closed");
}

#[test]
fn the_footer_offers_what_works_now() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    let live = screen.press("2");
    let footer = live.lines().last().unwrap().to_owned();
    assert!(footer.contains("Space pause") && footer.contains("f hold") && footer.contains("? help"), "{footer}");
    assert!(!footer.contains("0 now"), "{footer}");
    let paused = screen.press(" ");
    let footer = paused.lines().last().unwrap();
    assert!(footer.contains("Space go on") && footer.contains("0 now"), "{footer}");
}

#[test]
fn a_journal_that_cannot_write_is_said_at_every_size() {
    for (width, height) in [(200, 60), (120, 36), (80, 24), (40, 12), (36, 10)] {
        let mut screen = Screen::new(width, height);
        screen.app.health(Health::Failing { reason: "disk full".to_owned(), since: Millis(NOW), refused: 12 });
        let shown = screen.shown();
        assert!(shown.lines().take(2).any(|line| line.contains("503")), "{shown}");
    }
}

#[test]
fn history_is_caught_up_with_while_keys_are_answered() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    let batch = screen.next_batch();
    screen.app.feed(Feed::History { batch, done: 43, total: 100 }, Millis(screen.now));
    assert!(line(&screen.shown(), "watop").contains("BEHIND 43 %"));
    assert!(screen.press("2").contains("0 hidden"));
    screen.app.feed(Feed::CaughtUp, Millis(screen.now));
    assert!(line(&screen.shown(), "watop").contains("● LIVE"));
}

#[test]
fn text_of_any_script_breaks_no_border() {
    let mut screen = Screen::new(120, 36);
    for name in ["周敏 👨‍👩‍👧‍👦 family", "שלום مرحبا", "e\u{301}\u{323} Z͑ͫa͚̣l͙g̞o͑", "🇭🇰🏴󠁧󠁢󠁥󠁮󠁧󠁿 flags", "\x1b[2Jx\u{9b}31m\u{202e}"]
    {
        let body = serde_json::json!({
            "contacts": [{"profile": {"name": name}, "wa_id": "85255311705"}],
            "messages": [{"from": name, "id": name, "timestamp": "1773297126", "type": "text", "text": {"body": name.repeat(9)}}],
        });
        screen.now += 1_000;
        screen.commit(body.to_string().as_bytes());
    }
    screen.press("2");
    for keys in ["k", "k", "k", "\tl", "l", "l"] {
        screen.press(keys);
        let buffer = screen.terminal.backend().buffer();
        for y in 4..34 {
            for x in [0, 119] {
                assert!("┃│█".contains(buffer[(x, y)].symbol()), "row {y}, column {x}");
            }
        }
    }
}

#[test]
fn q_and_ctrl_c_leave_also_from_the_help() {
    let mut screen = Screen::new(80, 24);
    assert_eq!(screen.key(KeyCode::Char('q'), KeyModifiers::NONE), Effect::Quit);
    assert_eq!(screen.key(KeyCode::Char('c'), KeyModifiers::CONTROL), Effect::Quit);
    screen.press("?");
    assert_eq!(screen.key(KeyCode::Char('q'), KeyModifiers::NONE), Effect::Quit);
}

#[test]
fn the_same_state_draws_the_same_cells() {
    let mut screen = Screen::new(120, 36);
    screen.post("sent", None);
    let first = screen.press("2");
    screen.now += 20_000;
    assert_eq!(screen.shown(), first, "nothing moves within a minute");
}
