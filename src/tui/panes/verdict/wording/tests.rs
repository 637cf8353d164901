use super::*;
use crate::event::{Severity, Text};
use crate::monitor::view::{Failure, Level, Mark, Verdict};
use crate::tui::theme::Theme;

/// 16:15 on 12 March 2026.
const NOW: Millis = Millis(1_773_332_100_000);
const MINUTE: i64 = 60_000;

fn look(lang: Lang) -> Look {
    Look { lang, ..Look::new(Theme::dark()) }
}

fn of(lang: Lang, shown: &Shown) -> [String; 3] {
    let words = |pieces: &Pieces| pieces.iter().map(|(text, _)| text.as_str()).collect::<String>();
    let look = look(lang);
    let Sentences { what, more } = sentences(shown, &look, &TimeZone::UTC, NOW, usize::MAX);
    [words(&what), words(&more), short(shown, &look, &TimeZone::UTC)]
}

fn judged(level: Level, since: Option<Millis>, finding: Finding) -> Shown {
    Shown { level, verdict: Verdict { level, since, finding, proof: None }, ..Shown::default() }
}

fn alert() -> Alert {
    Alert {
        id: Text::default(),
        severity: Severity::Warning,
        kind: "template_quality".into(),
        subject: "7 en".into(),
        detail: "GREEN → YELLOW".into(),
        at: Millis(NOW.0 - 60 * MINUTE),
        last_at: NOW,
        superseded_by: None,
        acknowledged: false,
        acknowledgement: None,
        resolved_at: None,
        number: None,
        what: "quality YELLOW".into(),
        title: "spring en".into(),
        seq: 1,
    }
}

fn outbreak(lately: u64, hit: Common) -> Finding {
    let failure = Failure {
        code: Some(132_015),
        platform_codes: Vec::new(),
        messages: 1_700,
        recipients: 700,
        class: "template".to_owned(),
        title: String::new(),
        advice: "Stop using it; edit it and wait for the pause to end".to_owned(),
        retryable: false,
        first_at: NOW,
        last_at: NOW,
        short: "Template paused".to_owned(),
        trend: Vec::new(),
        mark: Mark::New,
        wire_title: None,
        wire_details: None,
    };
    Finding::Outbreak(Box::new(Outbreak { failure, lately, common: hit }))
}

const RATES: Rates =
    Rates { settled: Some(0.98), usual_settled: Some(0.97), failed: Some(0.02), usual_failed: Some(0.03) };

#[test]
fn as_usual() {
    let shown = judged(Level::Ok, None, Finding::Calm { rates: RATES, last_change: Some(Box::new(alert())) });
    assert_eq!(
        of(Lang::En, &shown),
        [
            "settled 98.0 %, usual 97.0 %   ·   failed 2.0 % of attempted, usual 3.0 %",
            "last change  quality YELLOW spring en GREEN → YELLOW, 1 h ago",
            "settled 98.0 % usual 97.0 %"
        ]
    );
    assert_eq!(
        of(Lang::Zh, &shown),
        [
            "终态率 98.0 %，平时 97.0 %   ·   失败占提交 2.0 %，平时 3.0 %",
            "最近变化     质量 YELLOW spring en GREEN → YELLOW，1 h 前",
            "终态率 98.0 % 平时 97.0 %"
        ]
    );
}

#[test]
fn without_a_denominator_no_rate_is_invented() {
    let calm = |rates| of(Lang::En, &judged(Level::Ok, None, Finding::Calm { rates, last_change: None }));
    let unsettled = Rates { failed: Some(0.0), ..Rates::default() };
    assert_eq!(
        calm(unsettled),
        ["settled –   ·   failed 0 % of attempted", "last change  none in what is kept", "nothing settled yet"]
    );
    assert_eq!(calm(Rates::default())[0], "no message was attempted in this window");
}

#[test]
fn an_outbreak_says_what_how_many_since_when_who_and_what_to_do() {
    let text = |text: &str| Some(Text::from(text));
    let hit = Common {
        tag: text("order-update"),
        number: text("85290000001"),
        template: text("order_update"),
        ..Common::default()
    };
    let shown = judged(Level::Trouble, Some(Millis(NOW.0 - 12 * MINUTE)), outbreak(42, hit));
    assert_eq!(
        of(Lang::En, &shown),
        [
            "132015 Template paused  1,700 messages failed, 700 recipients  since 16:03:00, 12 m ago, still 0.7/s",
            "who tag order-update on 852…001, template order_update  do stop using it; edit it and wait for the pause to end",
            "132015 1,700 msgs since 16:03"
        ]
    );
    assert_eq!(
        of(Lang::Zh, &shown),
        [
            "132015 模板已暂停  1,700 条消息失败，700 位收件人  自 16:03:00（12 m 前），仍有 0.7/s",
            "涉及 标签 order-update，号码 852…001，模板 order_update  处理 停用此模板；修改内容，等待暂停期结束",
            "132015 1,700 条 自 16:03"
        ]
    );
}

#[test]
fn an_outbreak_that_is_over_says_so_and_names_nobody_without_reason() {
    let over = of(Lang::En, &judged(Level::Watch, Some(NOW), outbreak(0, Common::default())));
    assert!(over[0].ends_with("<1 m ago, none in the last minute"), "{}", over[0]);
    assert_eq!(over[1], "do stop using it; edit it and wait for the pause to end");
    let template = Common { template: Some("t".into()), ..Common::default() };
    assert_eq!(
        of(Lang::En, &judged(Level::Watch, Some(NOW), outbreak(0, template)))[1],
        "who template t  do stop using it; edit it and wait for the pause to end"
    );
}

#[test]
fn an_open_alert() {
    let shown = judged(Level::Watch, None, Finding::Alert { alert: Box::new(alert()), rates: RATES });
    assert_eq!(of(Lang::En, &shown)[0], "quality YELLOW  spring en, 1 h ago  GREEN → YELLOW");
    assert_eq!(of(Lang::Zh, &shown)[0], "质量 YELLOW  spring en，1 h 前  GREEN → YELLOW");
    assert_eq!(of(Lang::En, &shown)[2], "quality YELLOW spring en");
}

#[test]
fn silence() {
    let shown =
        judged(Level::Blind, None, Finding::Silence { last: Millis(NOW.0 - 250_000), lasting_s: 250, usual_s: 6 });
    assert_eq!(
        of(Lang::En, &shown),
        [
            "no event for 4 m, usual longest 6 s: sender, tunnel or network",
            "last event 16:10:50  do ask the sender whether it still posts to this address",
            "no event for 4 m"
        ]
    );
    assert_eq!(of(Lang::Zh, &shown)[0], "已 4 m 无事件，平时最长 6 s：请查发送方、隧道或网络");
}

#[test]
fn what_is_laid_over_moves_the_monitors_sentence_to_the_second_row() {
    let calm = judged(Level::Ok, None, Finding::Calm { rates: RATES, last_change: None });
    let beneath = of(Lang::En, &calm)[0].clone();
    let over = |over| of(Lang::En, &Shown { over: Some(over), ..calm.clone() });
    let [what, more, short] = over(Over::Down { from: Millis(NOW.0 - 90_000), to: NOW });
    assert_eq!(what, "receiver down 16:13:30–16:15:00, 1 m 30 s; senders retry, late events are still counted");
    assert_eq!((more, short.as_str()), (beneath.clone(), "receiver down 1 m 30 s"));
    let [what, more, _] = over(Over::Unverified(None));
    assert!(what.contains("set WATOP_NXCLOUD_SECRET or WATOP_META_APP_SECRET"), "{what}");
    assert_eq!(more, beneath);
    let [what, _, short] = over(Over::Failing { reason: "disk full".to_owned(), since: NOW, refused: 1_204 });
    assert_eq!(what, "disk full: 1,204 requests answered 503 since 16:15:00");
    assert_eq!(short, "503 since 16:15:00");
}

#[test]
fn values_are_told_from_the_words_around_them() {
    let shown = judged(Level::Trouble, Some(NOW), outbreak(60, Common { tag: Some("a".into()), ..Common::default() }));
    for lang in Lang::ALL {
        let Sentences { what, more } = sentences(&shown, &look(lang), &TimeZone::UTC, NOW, usize::MAX);
        let values = |pieces: &Pieces| {
            pieces.iter().filter(|(_, value)| *value).map(|(text, _)| text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(values(&what)[1..], ["1,700", "700", "16:15:00", "1.0/s"]);
        assert_eq!(values(&more)[0], "a");
    }
}

#[test]
fn clock_times_are_those_of_the_screens_zone() {
    let shown = judged(Level::Trouble, Some(NOW), outbreak(60, Common::default()));
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    assert_eq!(short(&shown, &look(Lang::En), &zone), "132015 1,700 msgs since 00:15");
}

#[test]
fn a_small_room_shortens_the_words_and_cuts_no_number() {
    let shown = judged(Level::Trouble, Some(NOW), outbreak(168, Common::default()));
    let what = |lang, room| {
        let Sentences { what, .. } = sentences(&shown, &look(lang), &TimeZone::UTC, NOW, room);
        what.iter().map(|(text, _)| text.as_str()).collect::<String>()
    };
    assert_eq!(what(Lang::En, 66), "132015 Template paused  1,700 msgs  since 16:15:00  now 2.8/s");
    assert_eq!(what(Lang::Zh, 54), "132015 模板已暂停  1,700 条  自 16:15:00  当前 2.8/s");
    assert!(what(Lang::En, 100).contains("1,700 messages failed, 700 recipients  since 16:15:00"));
}
