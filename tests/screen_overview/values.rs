//! Hand-made values: a calm quarter of an hour, and the same one with a template paused; and a screen to draw them on.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use watop::config::Algorithm;
use watop::event::{Millis, Scheme, Severity};
use watop::journal::{Gauges, Health};
use watop::monitor::view::*;
use watop::receiver::Vitals;
use watop::tui::keymap::Keymap;
use watop::tui::look::Look;
use watop::tui::panes::data::Zoom;
use watop::tui::panes::intake::{Access, Form};
use watop::tui::panes::{Grid, Intake, OverviewData, Size, View};
use watop::tui::theme::{Depth, Theme};

/// 14:32:07 on 12 March 2026 in Hong Kong, where the screen's clock stands.
pub(crate) const NOW: Millis = Millis(1_773_297_127_000);
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;

pub(crate) fn ago(ms: i64) -> Millis {
    Millis(NOW.0 - ms)
}

pub(crate) fn scope() -> Scope {
    let to = Millis(NOW.0.div_euclid(MINUTE) * MINUTE);
    Scope { span: Span { from: Millis(to.0 - 15 * MINUTE), to }, as_of: NOW, number: None }
}

pub(crate) fn latency(count: u64, p50: u64, p95: u64, p99: u64) -> Latency {
    Latency { count, p50: Some(p50), p95: Some(p95), p99: Some(p99) }
}

pub(crate) fn funnel(attempted: u64, sent: u64, outcomes: Outcomes) -> Funnel {
    let delivered = outcomes.read + outcomes.delivered;
    Funnel {
        attempted,
        sent,
        delivered,
        read: outcomes.read,
        conflicts: 0,
        outcomes,
        time_to_deliver_s: latency(delivered, 2, 7, 135),
        time_to_read_s: latency(outcomes.read, 38, 251, 453),
    }
}

pub(crate) fn failure(code: i64, short: &str, class: &str, messages: u64, trend: [u64; 15], mark: Mark) -> Failure {
    Failure {
        code: Some(code),
        platform_codes: if messages.is_multiple_of(2) { vec![10_000] } else { Vec::new() },
        messages,
        recipients: messages - messages / 40,
        class: class.to_owned(),
        title: "Message undeliverable".to_owned(),
        advice: "Check the number is on WhatsApp, terms accepted and app current; use another channel.".to_owned(),
        retryable: class == "platform",
        first_at: ago(15 * MINUTE - i64::try_from(messages).unwrap_or_default() % 60_000),
        last_at: ago(4_000),
        short: short.to_owned(),
        trend: trend.to_vec(),
        mark,
        wire_title: Some(format!("(#{code}) {short}").into()),
        wire_details: Some((format!("{short}: order_update (en_US)").into(), messages / 2)),
    }
}

pub(crate) fn level(messages: u64) -> [u64; 15] {
    std::array::from_fn(|at| messages / 15 * (8 + (at as u64 * 7) % 5) / 10)
}

/// Conversations as a pane lists them, all of their rows known.
pub(crate) fn listed(rows: Vec<Conversation>) -> ConversationPage {
    let within = |minutes: i64| {
        let closes = rows.iter().map(|row| row.window_closes_at.0 - NOW.0);
        closes.filter(|left| (1..minutes * MINUTE).contains(left)).count()
    };
    ConversationPage { total: rows.len(), open: within(24 * 60 + 1), soon: within(60), first: 0, anchor: None, rows }
}

pub(crate) fn conversation(
    name: &str,
    customer: &str,
    preview: &str,
    closes_in: i64,
    unanswered: bool,
) -> Conversation {
    let window_closes_at = Millis(NOW.0 + closes_in * MINUTE);
    Conversation {
        number: Some("85230174859".into()),
        customer: Some(customer.into()),
        name: (!name.is_empty()).then(|| name.into()),
        inbound: 3,
        last_inbound_at: Millis(window_closes_at.0 - 24 * HOUR),
        window_closes_at,
        last_type: match preview.split([' ', ':']).next() {
            Some(kind @ ("image" | "sticker" | "voice" | "reaction" | "location")) => kind,
            Some("button" | "list") => "interactive",
            _ if preview.contains("items") => "order",
            _ => "text",
        }
        .into(),
        preview: preview.into(),
        unanswered,
    }
}

pub(crate) fn alert(severity: Severity, what: &str, title: &str, number: &str, age: i64) -> Alert {
    Alert {
        id: format!("{what}{title}{age}").into(),
        severity,
        kind: "template_status".into(),
        subject: "301336674511624 en_US".into(),
        detail: "FIRST_PAUSE: low quality".into(),
        at: ago(age),
        last_at: ago(age),
        superseded_by: None,
        acknowledged: false,
        acknowledgement: None,
        resolved_at: None,
        number: Some(number.into()),
        what: what.into(),
        title: title.into(),
        seq: 7,
    }
}

/// All as usual, and a quality that fell.
pub(crate) fn calm_finding() -> Finding {
    let change = alert(Severity::Warning, "quality YELLOW", "spring_sale_26 en_US", "85230174859", 42 * MINUTE);
    let rates =
        Rates { settled: Some(0.981), usual_settled: Some(0.981), failed: Some(0.018), usual_failed: Some(0.019) };
    Finding::Calm { rates, last_change: Some(Box::new(Alert { detail: "GREEN → YELLOW".into(), ..change })) }
}

pub(crate) fn calm() -> OverviewData {
    let codes = [
        (131026, "Undeliverable", "recipient", 396),
        (131049, "Marketing cap", "engagement", 262),
        (131047, "24 h window over", "window", 48),
        (130472, "Meta experiment", "engagement", 44),
        (10002, "Engine timeout", "platform", 34),
        (131056, "Pair rate limit", "throttling", 25),
        (131053, "Media upload", "media", 21),
        (131000, "Unknown failure", "platform", 10),
        (132000, "Parameter count", "template", 10),
    ];
    let outcomes = Outcomes { read: 22_745, delivered: 20_534, failed: 850, waiting: 2_510, silent: 0 };
    let acknowledged = |alert: Alert| Alert { acknowledged: true, ..alert };
    OverviewData {
        scope: scope(),
        window: "15 m".to_owned(),
        extent: Some((ago(80 * HOUR), NOW)),
        everything: None,
        verdict: Verdict { level: Level::Ok, finding: calm_finding(), ..Verdict::default() },
        activity: Activity {
            from: Millis(scope().span.to.0 - 15 * MINUTE),
            column_s: 10,
            statuses: (0..90).map(|at| 1_200 + (at * 37) % 260).collect(),
            failed: (0..90).map(|at| 5 + (at * 7) % 9).collect(),
            marks: Vec::new(),
        },
        funnel: funnel(46_639, 45_864, outcomes),
        zoom: zoom(),
        numbers: vec![
            by_number("85230174859", 22_350),
            by_number("16692041193", 11_187),
            by_number("447360955207", 7_910),
            by_number("6581124441", 5_192),
        ],
        all_outcomes: true,
        cohorts: Vec::new(),
        failures: codes
            .map(|(code, short, class, messages)| failure(code, short, class, messages, level(messages), Mark::None))
            .to_vec(),
        conversations: listed(vec![
            conversation("Ana", "34600111012", "button: 不愿意", 12, false),
            conversation("周敏", "8613800138221", "sticker ☕🙂", 55, false),
            conversation("Jay", "85255311705", "2 items, CNY 1,124.00", 1_421, true),
            conversation("Mei 陈", "8613163731467", "您好,我想多了解一些信息。", 1_419, true),
            conversation("Priya N.", "6591234418", "image: invoice photo", 1_415, true),
            conversation("李伟", "85298700331", "list: 牛肉面", 1_402, false),
            conversation("Kwok H.", "85266120871", "where is my parcel? 🙏", 1_391, true),
            conversation("Tomás", "5215550142212", "voice note 0:14", 1_341, false),
            conversation("Siobhán", "353861234902", "reaction 👍 on order-update", 864, false),
            conversation("", "60123456288", "location: KFC (肯德基), 深圳市", 783, false),
        ]),
        unfiltered: None,
        alerts: vec![
            alert(Severity::Warning, "quality YELLOW", "spring_sale_26 en_US", "85230174859", 42 * MINUTE),
            alert(Severity::Warning, "category changed", "vip_early → MARKETING", "85230174859", 3 * HOUR),
            alert(Severity::Info, "category set", "parcel_eta UTILITY", "16692041193", 4 * HOUR),
            alert(Severity::Good, "template approved", "order_update zh_HK", "85230174859", 5 * HOUR),
            acknowledged(alert(
                Severity::Critical,
                "account restricted",
                "business-initiated",
                "16692041193",
                22 * HOUR,
            )),
            acknowledged(alert(Severity::Critical, "template rejected", "mulanfreeen", "16692041193", 23 * HOUR)),
            acknowledged(alert(Severity::Warning, "rule: lag > 30 s", "receive − provider", "all", 26 * HOUR)),
            alert(Severity::Good, "account verified", "WABA 1049…327", "16692041193", 49 * HOUR),
            alert(Severity::Good, "review APPROVED", "WABA 1090…925", "85230174867", 73 * HOUR),
        ],
        ingest: Ingest { requests: 106_200, events: 122_130, duplicates: 316, unrecognised: 0, refused: 3, expired: 0 },
        pulse: Pulse { events_per_s: 136.0, inbound_per_s: 3.5, lag_s: Some(1), changes_at: None },
    }
}

/// The same quarter of an hour in which a template was paused at 14:19:02.
fn by_number(number: &str, attempted: u64) -> NumberRow {
    NumberRow {
        number: Some(number.into()),
        funnel: funnel(
            attempted,
            attempted * 98 / 100,
            Outcomes {
                read: attempted * 49 / 100,
                delivered: attempted * 44 / 100,
                failed: attempted * 2 / 100,
                waiting: attempted * 5 / 100,
                silent: 0,
            },
        ),
    }
}

/// What only zoomed panes show: delivery by number, how long it took, and whom 132015 hits.
fn zoom() -> Zoom {
    let numbers =
        [by_number("85230174859", 22_350), by_number("16692041193", 11_187), by_number("447360955207", 7_910)];
    let group = |row: NumberRow| DimensionRow { value: row.number.as_ref().into(), funnel: row.funnel };
    let hit = |dimension, value: &str, here, elsewhere, explained| HitRow {
        dimension,
        value: Group::Named(value.into()),
        here,
        elsewhere,
        share: here as f64 / 2_239.0,
        share_elsewhere: elsewhere as f64 / 44_423.0,
        lift: Some(here as f64 / 2_239.0 / (elsewhere as f64 / 44_423.0)),
        explained,
    };
    Zoom {
        groups: numbers.into_iter().map(group).collect(),
        deliver: vec![4_675, 15_134, 14_226, 5_469, 1_028, 136, 506],
        read: vec![2_206, 2_865, 3_881, 4_863, 4_108, 3_029, 734],
        code: Some(Some(132_015)),
        hit: Hit {
            here: 2_239,
            elsewhere: 44_423,
            judged: true,
            rows: vec![
                hit(Dimension::Tag, "order-update", 2_239, 971, None),
                hit(Dimension::Number, "85230174859", 2_239, 20_262, Some((Dimension::Tag, 1.0))),
                hit(Dimension::Country, "+852", 1_699, 15_459, Some((Dimension::Number, 1.0))),
            ],
            templates: vec![(Group::Named("order_update".into()), 2_239)],
        },
        trend: Trend {
            from: Millis(scope().span.from.0),
            column_s: 15,
            counts: (0..60).map(|at| if at < 8 { 0 } else { 30 + (at * 13) % 26 }).collect(),
        },
        ..Zoom::default()
    }
}

pub(crate) fn incident() -> OverviewData {
    let calm = calm();
    let paused = Millis(scope().span.from.0 + 122_000);
    let mut failures = calm.failures;
    let rise = |full: u64| std::array::from_fn(|at| if at < 2 { 2 } else { full + (at as u64 * 5) % 20 });
    failures.insert(0, failure(132015, "Template paused", "template", 2_239, rise(160), Mark::New));
    if let Some(window) = failures.iter_mut().find(|failure| failure.code == Some(131047)) {
        window.messages = 177;
        window.recipients = 177;
        window.mark = Mark::Rising(4.2);
        window.trend = std::array::from_fn::<u64, 15, _>(|at| if at < 5 { 2 } else { 16 }).to_vec();
    }
    failures[0].advice = "Stop using it; edit it and wait for the pause to end".to_owned();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.messages));
    let outcomes = Outcomes { read: 21_686, delivered: 19_488, failed: 3_205, waiting: 2_283, silent: 0 };
    let mut alerts = vec![
        Alert { number: None, ..alert(Severity::Critical, "rule: failed > 5 %", "7.5 % over 5 m", "all", 10 * MINUTE) },
        alert(Severity::Critical, "template paused", "order_update en_US", "85230174859", 13 * MINUTE),
        alert(Severity::Critical, "quality RED", "order_update en_US", "85230174859", 20 * MINUTE),
    ];
    alerts.extend(calm.alerts);
    let old = Alert {
        superseded_by: Some("x".into()),
        ..alert(Severity::Warning, "quality YELLOW", "order_update en_US", "85230174859", 34 * MINUTE)
    };
    alerts.insert(5, old);
    OverviewData {
        verdict: Verdict {
            level: Level::Trouble,
            since: Some(paused),
            finding: Finding::Outbreak(Box::new(Outbreak {
                failure: failures[0].clone(),
                lately: 168,
                common: Common {
                    tag: Some("order-update".into()),
                    number: Some("85230174859".into()),
                    template: Some("order_update en_US".into()),
                    ..Common::default()
                },
            })),
            proof: Some("code:132015 status:failed".to_owned()),
        },
        activity: Activity {
            failed: (0..90).map(|at| if at < 12 { 5 + (at * 7) % 9 } else { 30 + (at * 11) % 17 }).collect(),
            marks: vec![(paused, Severity::Critical, "template paused".into())],
            ..calm.activity
        },
        funnel: funnel(46_662, 43_524, outcomes),
        failures,
        alerts,
        unfiltered: None,
        pulse: Pulse { inbound_per_s: 3.8, ..calm.pulse },
        ..calm
    }
}

/// A screen to draw on, and what stands around the numbers.
pub(crate) struct Screen {
    pub look: Look,
    pub zone: TimeZone,
    pub keys: Keymap,
    pub vitals: Vitals,
    pub health: Health,
    pub gaps: Vec<(Millis, Millis)>,
    pub intake: Intake,
    pub grid: Grid,
}

impl Screen {
    pub(crate) fn new(theme: &str, ascii: bool) -> Self {
        let access = |scheme, label: &str, form| Access { scheme, labels: vec![label.into()], form };
        let algorithms = vec![Algorithm::Md5, Algorithm::Sha256];
        let nxcloud = Form::Nxcloud { algorithms, tolerance: Some(std::time::Duration::from_secs(300)) };
        Self {
            look: Look::new(Theme::load(theme, Depth::True, ascii).unwrap()),
            zone: TimeZone::fixed(jiff::tz::offset(8)),
            keys: Keymap::new(&[]).unwrap(),
            vitals: Vitals {
                ack_us: Some((700, 3_200)),
                gauges: Gauges { last_batch: 9, last_commit_us: 2_100, ..Gauges::default() },
                ..Vitals::default()
            },
            health: Health::Writable,
            gaps: Vec::new(),
            intake: Intake {
                address: "http://127.0.0.1:8787/webhook".to_owned(),
                since: ago(27_000),
                handshake: true,
                schemes: vec![access(Scheme::Nxcloud, "2026-02", nxcloud), access(Scheme::Meta, "app", Form::Meta)],
                watched: None,
            },
            grid: Grid::default(),
        }
    }

    /// Draws the part of the screen between tabs and footer.
    pub(crate) fn draw(&mut self, width: u16, height: u16, data: &OverviewData) -> Buffer {
        let size = Size::of(Rect::new(0, 0, width, height));
        let above = if size == Size::One { 1 } else { 2 };
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height - above - 1));
        let view = View {
            look: &self.look,
            zone: &self.zone,
            keys: &self.keys,
            vitals: &self.vitals,
            health: &self.health,
            gaps: &self.gaps,
            intake: &self.intake,
            data,
            size,
            note: None,
            left_out: "",
        };
        let area = buffer.area;
        self.grid.draw(&mut buffer, area, &view);
        buffer
    }
}
