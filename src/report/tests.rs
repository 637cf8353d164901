use super::{Extras, Report};
use crate::event::{Millis, Severity};
use crate::monitor::view::*;
use rust_decimal::Decimal;

/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000;

fn at(seconds: i64) -> Millis {
    Millis(START + seconds * 1000)
}

pub(super) fn report() -> Report {
    let span = Span { from: at(0), to: at(3600) };
    Report {
        scope: Scope { span, as_of: at(3600), number: None },
        ingest: Ingest { requests: 12_345, events: 12_000, duplicates: 345, unrecognised: 2, refused: 3, expired: 4 },
        funnel: Funnel {
            attempted: 1_000,
            sent: 990,
            delivered: 900,
            read: 450,
            conflicts: 1,
            outcomes: Outcomes { read: 450, delivered: 450, failed: 60, waiting: 30, silent: 10 },
            time_to_deliver_s: Latency { count: 880, p50: Some(0), p95: Some(7), p99: Some(249) },
            time_to_read_s: Latency::default(),
        },
        failures: vec![Failure {
            code: Some(131_026),
            platform_codes: vec![10_000],
            messages: 60,
            recipients: 58,
            class: "recipient".into(),
            title: "Undeliverable\u{1b}[2J".into(),
            advice:
                "Ask the recipient to check that the number is on WhatsApp, accepts the terms and runs a recent version"
                    .into(),
            retryable: false,
            first_at: at(60),
            last_at: at(120),
            short: String::new(),
            trend: Vec::new(),
            mark: Mark::None,
            wire_title: None,
            wire_details: None,
        }],
        conversations: vec![Conversation {
            number: Some("85230174859".into()),
            customer: Some("85266120298".into()),
            name: Some("陈陈陈陈陈陈陈陈陈陈 Mei".into()),
            inbound: 2,
            last_inbound_at: at(-77_000),
            window_closes_at: at(9_400),
            last_type: "text".into(),
            preview: "订单已发 ".repeat(20).into(),
            unanswered: true,
        }],
        alerts: vec![Alert {
            id: "a1".into(),
            severity: Severity::Critical,
            kind: "template_status".into(),
            subject: "771 en_US".into(),
            detail: "SECOND_PAUSE: paused for 6 hours\u{202e}".into(),
            at: at(30),
            last_at: at(40),
            superseded_by: Some("a2".into()),
            acknowledged: false,
            acknowledgement: None,
            resolved_at: None,
            number: None,
            what: "template paused".into(),
            title: "order_update en_US".into(),
            seq: 9,
        }],
        costs: vec![Cost {
            currency: Some("USD".into()),
            category: "marketing".into(),
            direction: "outbound".into(),
            amount: Some(Decimal::new(20, 3)),
            cny: Some(Decimal::new(1381, 4)),
            messages: 1,
        }],
        extras: Extras::default(),
    }
}

#[test]
fn the_text_is_aligned_clean_and_80_columns_wide() {
    let text = report().text();
    insta::assert_snapshot!("text", text);
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn an_empty_report_says_none_and_claims_no_rate() {
    let full = report();
    let text = Report {
        ingest: Ingest::default(),
        funnel: Funnel::default(),
        failures: Vec::new(),
        conversations: Vec::new(),
        alerts: Vec::new(),
        costs: Vec::new(),
        ..full
    }
    .text();
    assert_eq!(text.matches("  none\n").count(), 4);
    assert!(!text.contains('%'), "{text}");
}

#[test]
fn the_json_has_exactly_the_promised_keys_and_null_for_what_is_unknown() {
    let full = report();
    let unknown = Report {
        costs: vec![Cost { currency: None, amount: None, cny: None, ..full.costs[0].clone() }],
        conversations: vec![Conversation { number: None, name: None, ..full.conversations[0].clone() }],
        ..full
    };
    insta::assert_snapshot!("json", unknown.json().unwrap());
}
