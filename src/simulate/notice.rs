//! Template and account events: what stood in the accounts before the world began, and the incident.

use super::Shape;
use super::wire::{Content, Item};
use super::world::{NUMBERS, Number, Speaks};
use serde_json::{Value, json};

/// The first pause of `order_update en_US`, in milliseconds after the start.
const FIRST_PAUSE: i64 = 40_000;
/// How long the template stays paused.
const PAUSED_FOR: i64 = 5 * 60_000;
/// From one pause to the next.
const RECURS: i64 = 45 * 60_000;

/// Whether the template is paused at a moment, in milliseconds after the start.
pub(super) fn paused(at: i64) -> bool {
    at >= FIRST_PAUSE && (at - FIRST_PAUSE) % RECURS < PAUSED_FOR
}

/// A notice and when it is posted, in milliseconds after the start.
pub(super) type Timed = (i64, Item);

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// What happened before the start: posted in the first seconds, with provider times in the past. `start` in seconds.
pub(super) fn history(start: i64) -> Vec<Timed> {
    let [hong_kong, america, ..] = &NUMBERS;
    let mut earlier = vec![
        (6 * DAY, hong_kong, quality("order_update", "UNKNOWN", "GREEN")),
        (3 * DAY, hong_kong, ("account_review_update", json!({ "decision": "APPROVED" }))),
        (
            2 * DAY,
            hong_kong,
            (
                "phone_number_name_update",
                json!({
                    "display_phone_number": hong_kong.phone, "decision": "APPROVED",
                    "requested_verified_name": "Northwind HK", "rejection_reason": null,
                }),
            ),
        ),
        (
            2 * DAY - HOUR,
            america,
            ("account_update", json!({ "event": "VERIFIED_ACCOUNT", "phone_number": america.phone })),
        ),
        (
            22 * HOUR,
            america,
            (
                "account_update",
                json!({ "event": "ACCOUNT_RESTRICTION", "restriction_info": [
                    { "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": start + DAY },
                ] }),
            ),
        ),
        (
            20 * HOUR,
            america,
            (
                "account_update",
                json!({ "event": "DISABLED_UPDATE", "ban_info": { "waba_ban_state": "REINSTATE", "waba_ban_date": "" } }),
            ),
        ),
        (22 * HOUR, america, status("mulanfreeen", "en_US", "REJECTED", "INCORRECT_CATEGORY")),
        (12 * HOUR, america, status("mulanfreeen", "en_US", "APPROVED", "NONE")),
        (5 * HOUR, hong_kong, status("order_update", "zh_HK", "APPROVED", "NONE")),
        (4 * HOUR, america, category("parcel_eta", None, "UTILITY")),
        (3 * HOUR, hong_kong, category("vip_early", Some("UTILITY"), "MARKETING")),
        (42 * 60, hong_kong, quality("spring_sale_26", "GREEN", "YELLOW")),
    ];
    earlier.sort_by_key(|&(ago, ..)| std::cmp::Reverse(ago));
    let posts = (0_i64..).map(|position| 150 + position * 180);
    posts.zip(earlier).map(|(at, (ago, number, notice))| (at, item(number, start - ago, notice))).collect()
}

/// The notices of incident `round`, counted from 0. `start` in seconds.
pub(super) fn incident(start: i64, round: i64) -> Vec<Timed> {
    let pause = FIRST_PAUSE + round * RECURS;
    let title = match round {
        0 => "FIRST_PAUSE",
        _ => "SECOND_PAUSE",
    };
    let hours = if round == 0 { 3 } else { 6 };
    let mut paused = status("order_update", "en_US", "PAUSED", "NONE");
    paused.1["other_info"] = json!({
        "title": title,
        "description": format!(
            "Your WhatsApp message template has been paused for {hours} hours until {} because it continued to have issues.",
            spelled_out(start + pause / SECOND + hours * HOUR),
        ),
    });
    let mut story = vec![
        (pause - 28 * SECOND, quality("order_update", "GREEN", "YELLOW")),
        (pause - 12 * SECOND, quality("order_update", "YELLOW", "RED")),
        (pause, paused),
        (pause + PAUSED_FOR, status("order_update", "en_US", "REINSTATED", "NONE")),
        (pause + PAUSED_FOR + 60 * SECOND, quality("order_update", "RED", "GREEN")),
    ];
    let number = &NUMBERS[0];
    story.drain(..).map(|(at, notice)| (at + 400, item(number, start + at / SECOND, notice))).collect()
}

/// Something Meta posts that is neither a message nor an alert.
pub(super) fn other(number: &'static Number, at: i64) -> Item {
    let opened = json!({ "event_name": "FLOW_OPENED", "timestamp": at });
    let value = json!({ "messaging_product": "whatsapp", "tracking_events": [opened] });
    item(number, at, ("tracking_events", value))
}

type Notice = (&'static str, Value);

fn item(number: &'static Number, at: i64, (field, value): Notice) -> Item {
    let shape = match number.speaks {
        Speaks::Meta => Shape::Meta,
        Speaks::Nxcloud | Speaks::Both => Shape::Nxcloud(number.algorithm),
    };
    Item { number, shape, content: Content::Notice { field, value, at } }
}

fn status(name: &str, language: &str, event: &str, reason: &str) -> Notice {
    let mut value = template(name, language);
    value["event"] = event.into();
    value["reason"] = reason.into();
    ("message_template_status_update", value)
}

fn quality(name: &str, previous: &str, new: &str) -> Notice {
    let mut value = template(name, "en_US");
    value["previous_quality_score"] = previous.into();
    value["new_quality_score"] = new.into();
    ("message_template_quality_update", value)
}

fn category(name: &str, previous: Option<&str>, new: &str) -> Notice {
    let mut value = template(name, "en_US");
    if let Some(previous) = previous {
        value["previous_category"] = previous.into();
    }
    value["new_category"] = new.into();
    ("template_category_update", value)
}

/// The keys that name a template. Ids are digits in a string, as the platform mostly writes them.
fn template(name: &str, language: &str) -> Value {
    let id = match name {
        "order_update" => "3013360418511624",
        "spring_sale_26" => "1386420917367878",
        "vip_early" => "1386425530917878",
        "parcel_eta" => "1370101990353470",
        _ => "1049513660827327",
    };
    json!({
        "message_template_id": id,
        "message_template_name": name,
        "message_template_language": language,
    })
}

/// A time as Meta spells it in running text: `Aug 31 at 12:47 AM UTC`.
fn spelled_out(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map(|time| time.strftime("%b %-d at %-I:%M %p UTC").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_incident_begins_within_the_first_minute_ends_and_comes_back_much_later() {
        assert!(!paused(0));
        assert!(paused(FIRST_PAUSE) && FIRST_PAUSE < 60_000);
        assert!(!paused(FIRST_PAUSE + PAUSED_FOR));
        assert!(!paused(30 * 60_000));
        assert!(paused(FIRST_PAUSE + RECURS));
    }

    #[test]
    fn the_pause_says_until_when_in_metas_words() {
        let (_, item) = incident(1_773_297_502 - 40, 0).swap_remove(2);
        let Content::Notice { value, .. } = item.content else { panic!("a notice") };
        let description = value["other_info"]["description"].as_str().unwrap();
        assert!(description.contains("paused for 3 hours until Mar 12 at 9:38 AM UTC"), "{description}");
    }
}
