//! An independent count: the definitions of the README's numbers applied in the plainest way to the raw bodies.
//!
//! It knows nothing of the program's own event type or monitor. It holds every delivery in sets and maps and looks at them
//! once, at the end, so that neither order nor repetition can matter.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was stored, ready to be counted.
#[derive(Debug, Default)]
pub(crate) struct Count {
    requests: u64,
    elements: u64,
    unreadable: BTreeSet<Vec<u8>>,
    statuses: BTreeMap<StatusKey, Status>,
    inbound: BTreeMap<String, Inbound>,
    notices: BTreeMap<String, Notice>,
    others: BTreeSet<String>,
}

/// A status event is known by id, participant, status, provider time and effective codes in wire order.
type StatusKey = (String, Option<String>, String, i64, Vec<i64>);
/// A cost line is known by currency, category and direction.
type CostKey = (Option<String>, String, String);
/// In units of a ten-thousandth: foreign price, price in CNY.
type Amounts = (Option<i64>, Option<i64>);

#[derive(Debug, Default)]
struct Status {
    other_name: Option<String>,
    recipient: String,
    wrappers: BTreeSet<(i64, i64)>,
    costs: BTreeMap<CostKey, Amounts>,
}

#[derive(Debug)]
struct Inbound {
    number: Option<String>,
    customer: String,
    at: i64,
    kind: String,
    costs: BTreeMap<CostKey, Amounts>,
}

#[derive(Debug)]
struct Notice {
    subject: String,
    kind: String,
    severity: &'static str,
    reinstates: bool,
    at: i64,
}

impl Count {
    /// Takes in one stored body.
    pub(crate) fn add(&mut self, body: &[u8]) {
        self.requests += 1;
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(top))
                if ["entry", "field", "statuses", "messages"].iter().any(|key| top.contains_key(*key)) =>
            {
                self.add_post(&top);
            }
            _ => {
                self.elements += 1;
                self.unreadable.insert(body.to_vec());
            }
        }
    }

    fn add_post(&mut self, top: &Map<String, Value>) {
        let Some(entries) = top.get("entry").and_then(Value::as_array) else {
            match top.get("field").and_then(Value::as_str) {
                Some(field) => self.add_notice(field, &top["value"], top["value"]["time"].as_i64().unwrap_or_default()),
                None => self.add_value(&Value::Object(top.clone())),
            }
            return;
        };
        for entry in entries {
            for change in entry["changes"].as_array().into_iter().flatten() {
                match change["field"].as_str() {
                    Some("messages") => self.add_value(&change["value"]),
                    field => {
                        let mut value = change["value"].clone();
                        value["wabaId"] = entry["id"].clone();
                        self.add_notice(field.unwrap_or(""), &value, entry["time"].as_i64().unwrap_or_default());
                    }
                }
            }
        }
    }

    fn add_value(&mut self, value: &Value) {
        let number = text(&value["business_phone"])
            .or_else(|| text(&value["merchant_phone"]))
            .or_else(|| text(&value["metadata"]["display_phone_number"]));
        for status in value["statuses"].as_array().into_iter().flatten() {
            self.add_status(status);
        }
        for message in value["messages"].as_array().into_iter().flatten() {
            self.elements += 1;
            let inbound = Inbound {
                number: number.clone(),
                customer: text(&message["from"]).unwrap_or_default(),
                at: seconds(&message["timestamp"]),
                kind: text(&message["type"]).unwrap_or_default(),
                costs: costs(message.get("cost").into_iter(), true),
            };
            self.inbound.entry(text(&message["id"]).unwrap_or_default()).or_insert(inbound);
        }
    }

    fn add_status(&mut self, status: &Value) {
        self.elements += 1;
        let errors: Vec<&Value> = status["errors"].as_array().into_iter().flatten().collect();
        let codes = errors.iter().map(|error| effective_code(error));
        let key = (
            text(&status["id"]).unwrap_or_default(),
            text(&status["recipient_participant_id"]),
            text(&status["status"]).unwrap_or_default(),
            seconds(&status["timestamp"]),
            codes.clone().collect(),
        );
        let kept = self.statuses.entry(key).or_default();
        kept.other_name = kept.other_name.take().or_else(|| text(&status["meta_message_id"]));
        kept.recipient = text(&status["recipient_id"]).unwrap_or_default();
        for (error, code) in errors.iter().zip(codes) {
            let wire = integer(&error["code"]).unwrap_or_default();
            if wire != code {
                kept.wrappers.insert((code, wire));
            }
        }
        kept.costs.extend(costs(status["costs"].as_array().into_iter().flatten(), false));
        if let Some(category) = text(&status["pricing"]["category"]) {
            kept.costs.insert((None, category, "outbound".to_owned()), (None, None));
        }
    }

    fn add_notice(&mut self, field: &str, value: &Value, at: i64) {
        self.elements += 1;
        let waba = text(&value["wabaId"]).unwrap_or_default();
        let template =
            ["message_template_id", "message_template_language"].map(|key| text(&value[key]).unwrap_or_default());
        let event = text(&value["event"]).unwrap_or_default();
        let (subject, kind, value, severity) = match field {
            "message_template_status_update" => {
                let severity = match event.as_str() {
                    "APPROVED" | "REINSTATED" => "good",
                    "PAUSED" | "REJECTED" => "critical",
                    other => panic!("the simulated world has no template event {other}"),
                };
                (template.join(" "), "template_status".to_owned(), event, severity)
            }
            "message_template_quality_update" => {
                let score = text(&value["new_quality_score"]).unwrap_or_default();
                let severity = match score.as_str() {
                    "GREEN" => "good",
                    "YELLOW" => "warning",
                    _ => "critical",
                };
                (template.join(" "), "template_quality".to_owned(), score, severity)
            }
            "template_category_update" => {
                let new = text(&value["new_category"]).unwrap_or_default();
                (template.join(" "), "template_category".to_owned(), new, "warning")
            }
            "account_update" => {
                let severity = match event.as_str() {
                    "VERIFIED_ACCOUNT" => "good",
                    "ACCOUNT_RESTRICTION" => "critical",
                    "DISABLED_UPDATE" => "good",
                    other => panic!("the simulated world has no account event {other}"),
                };
                (waba, event.to_lowercase(), event, severity)
            }
            "account_review_update" | "phone_number_name_update" => {
                (waba, field.to_owned(), text(&value["decision"]).unwrap_or_default(), "good")
            }
            other => {
                self.others.insert(format!("{other} {value}"));
                return;
            }
        };
        let reinstates = value == "DISABLED_UPDATE" || value == "REINSTATED";
        let key = format!("{field} {subject} {value} {at}");
        self.notices.insert(key, Notice { subject, kind, severity, reinstates, at });
    }

    /// What `report --format json` must say, in the order of [`comparable`].
    pub(crate) fn report(&self) -> Value {
        let messages = self.messages();
        let events =
            self.statuses.len() + self.inbound.len() + self.notices.len() + self.others.len() + self.unreadable.len();
        json!({
            "ingest": {
                "requests": self.requests,
                "events": events,
                "duplicates": self.elements - events as u64,
                "unrecognised": self.unreadable.len(),
            },
            "funnel": funnel(&messages),
            "failures": failures(&messages),
            "conversations": self.conversations(),
            "alerts": self.alerts(),
            "costs": self.costs(&messages),
        })
    }

    /// Joins the status events of each message: two names are one message once an event carries both.
    fn messages(&self) -> Vec<Vec<(&StatusKey, &Status)>> {
        let mut group_of: BTreeMap<(&str, Option<&str>), usize> = BTreeMap::new();
        let mut groups: Vec<Vec<(&StatusKey, &Status)>> = Vec::new();
        for (key, status) in &self.statuses {
            let participant = key.1.as_deref();
            let names = [Some(key.0.as_str()), status.other_name.as_deref()];
            let names: Vec<_> = names.into_iter().flatten().map(|name| (name, participant)).collect();
            let known: BTreeSet<usize> = names.iter().filter_map(|name| group_of.get(name).copied()).collect();
            let home = known.first().copied().unwrap_or_else(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            for &other in known.iter().skip(1) {
                let moved = std::mem::take(&mut groups[other]);
                groups[home].extend(moved);
                for group in group_of.values_mut().filter(|group| **group == other) {
                    *group = home;
                }
            }
            groups[home].push((key, status));
            for name in names {
                group_of.insert(name, home);
            }
        }
        groups.retain(|group| !group.is_empty());
        groups
    }

    fn conversations(&self) -> Value {
        let mut rows: BTreeMap<(Option<&str>, &str), Vec<&Inbound>> = BTreeMap::new();
        for inbound in self.inbound.values() {
            rows.entry((inbound.number.as_deref(), &inbound.customer)).or_default().push(inbound);
        }
        rows.into_iter()
            .map(|((number, customer), messages)| {
                let last = messages.iter().map(|message| message.at).max().unwrap_or_default();
                let in_that_second = messages.iter().filter(|message| message.at == last);
                let kinds: BTreeSet<&str> = in_that_second.map(|message| message.kind.as_str()).collect();
                let inbound = messages.len();
                json!({
                    "number": number, "customer": customer, "inbound": inbound,
                    "last_inbound_at": last, "window_closes_at": last + 86_400, "last_type": kinds,
                })
            })
            .collect()
    }

    fn alerts(&self) -> Value {
        let mut rows: Vec<Value> = self
            .notices
            .values()
            .map(|notice| {
                let superseded = self.notices.values().any(|later| {
                    let lifted =
                        later.reinstates && ["account_restriction", "disabled_update"].contains(&notice.kind.as_str());
                    later.at > notice.at && later.subject == notice.subject && (later.kind == notice.kind || lifted)
                });
                json!({ "kind": notice.kind, "severity": notice.severity, "at": notice.at, "superseded": superseded })
            })
            .collect();
        rows.sort_by_key(Value::to_string);
        rows.into()
    }

    fn costs(&self, messages: &[Vec<(&StatusKey, &Status)>]) -> Value {
        let mut rows: BTreeMap<&CostKey, (u64, i64, i64, bool)> = BTreeMap::new();
        let mut add = |key, (amount, cny): Amounts| {
            let row = rows.entry(key).or_default();
            row.0 += 1;
            row.1 += amount.unwrap_or_default();
            row.2 += cny.unwrap_or_default();
            row.3 |= amount.is_some();
        };
        for message in messages {
            let mut standing: BTreeMap<&CostKey, (i64, Amounts)> = BTreeMap::new();
            for (key, status) in message {
                for (line, &amounts) in &status.costs {
                    let told = (key.3, amounts);
                    let kept = standing.entry(line).or_insert(told);
                    *kept = (*kept).max(told);
                }
            }
            standing.into_iter().for_each(|(line, (_, amounts))| add(line, amounts));
        }
        for inbound in self.inbound.values() {
            inbound.costs.iter().for_each(|(line, &amounts)| add(line, amounts));
        }
        rows.into_iter()
            .map(|((currency, category, direction), (messages, amount, cny, priced))| {
                json!({
                    "currency": currency, "category": category, "direction": direction, "messages": messages,
                    "amount": priced.then_some(amount), "cny": priced.then_some(cny),
                })
            })
            .collect()
    }
}

/// What one message has reached.
struct Outcome {
    sent: bool,
    delivered: bool,
    read: bool,
    failed: bool,
}

impl Outcome {
    fn of(message: &[(&StatusKey, &Status)]) -> Self {
        let has = |names: &[&str]| message.iter().any(|(key, _)| names.contains(&key.2.as_str()));
        let read = has(&["read", "played"]);
        let delivered = read || has(&["delivered"]);
        Self { sent: delivered || has(&["sent"]), delivered, read, failed: has(&["failed"]) }
    }
}

fn funnel(messages: &[Vec<(&StatusKey, &Status)>]) -> Value {
    let outcomes: Vec<Outcome> = messages.iter().map(|message| Outcome::of(message)).collect();
    let count = |test: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| test(outcome)).count();
    let between = |from: &str, to: &str| {
        let earliest = |message: &[(&StatusKey, &Status)], name: &str| {
            message.iter().filter(|(key, _)| key.2 == name).map(|(key, _)| key.3).min()
        };
        let spans = messages.iter().filter_map(|message| Some(earliest(message, to)? - earliest(message, from)?));
        let mut spans: Vec<i64> = spans.collect();
        spans.sort_unstable();
        let nearest_rank = |percent: usize| spans.get((spans.len() * percent).div_ceil(100).saturating_sub(1));
        json!({ "count": spans.len(), "p50": nearest_rank(50), "p95": nearest_rank(95), "p99": nearest_rank(99) })
    };
    json!({
        "attempted": outcomes.len(),
        "sent": count(&|outcome| outcome.sent),
        "delivered": count(&|outcome| outcome.delivered),
        "read": count(&|outcome| outcome.read),
        "conflicts": count(&|outcome| outcome.failed && outcome.delivered),
        "outcomes": {
            "read": count(&|outcome| outcome.read),
            "delivered": count(&|outcome| outcome.delivered && !outcome.read),
            "failed": count(&|outcome| outcome.failed && !outcome.delivered),
            "waiting": count(&|outcome| !outcome.failed && !outcome.delivered),
            "silent": 0,
        },
        "time_to_deliver_s": between("sent", "delivered"),
        "time_to_read_s": between("delivered", "read"),
    })
}

fn failures(messages: &[Vec<(&StatusKey, &Status)>]) -> Value {
    #[derive(Default)]
    struct Row<'a> {
        messages: BTreeSet<usize>,
        recipients: BTreeSet<&'a str>,
        wrappers: BTreeSet<i64>,
    }
    let mut rows: BTreeMap<i64, Row<'_>> = BTreeMap::new();
    for (position, message) in messages.iter().enumerate() {
        if Outcome::of(message).delivered {
            continue;
        }
        for (key, status) in message {
            for &code in &key.4 {
                let row = rows.entry(code).or_default();
                row.messages.insert(position);
                row.recipients.insert(&status.recipient);
                row.wrappers
                    .extend(status.wrappers.iter().filter(|wrapped| wrapped.0 == code).map(|wrapped| wrapped.1));
            }
        }
    }
    rows.into_iter()
        .map(|(code, row)| {
            json!({
                "code": code, "messages": row.messages.len(), "recipients": row.recipients.len(),
                "platform_codes": row.wrappers,
            })
        })
        .collect()
}

/// The parts of a printed report that [`Count::report`] tells, in the same order and units. Percentiles stay as they are.
pub(crate) fn comparable(report: &Value) -> Value {
    let part = |row: &Value, keys: &[&str]| -> Value {
        Value::Object(keys.iter().map(|&key| (key.to_owned(), row[key].clone())).collect())
    };
    let rows = |name: &str| report[name].as_array().unwrap_or_else(|| panic!("{name} is a list")).iter();
    let sorted = |mut rows: Vec<Value>, key: &dyn Fn(&Value) -> String| -> Value {
        rows.sort_by_key(|row| key(row));
        rows.into()
    };
    let failures = rows("failures").map(|row| part(row, &["code", "messages", "recipients", "platform_codes"]));
    let conversations = rows("conversations").map(|row| {
        let mut row = part(row, &["number", "customer", "inbound", "last_inbound_at", "window_closes_at", "last_type"]);
        for key in ["last_inbound_at", "window_closes_at"] {
            row[key] = epoch(&row[key]).into();
        }
        row
    });
    let alerts = rows("alerts").map(|row| {
        let superseded = !row["superseded_by"].is_null();
        json!({ "kind": row["kind"], "severity": row["severity"], "at": epoch(&row["at"]), "superseded": superseded })
    });
    let costs = rows("costs").map(|row| {
        let mut row = part(row, &["currency", "category", "direction", "messages", "amount", "cny"]);
        for key in ["amount", "cny"] {
            row[key] = row[key].as_str().map(ten_thousandths).into();
        }
        row
    });
    let by_code = |row: &Value| format!("{:012}", row["code"].as_i64().unwrap_or_default());
    let by_pair = |row: &Value| format!("{:?} {:?}", row["number"].as_str(), row["customer"].as_str());
    let by_line = |row: &Value| format!("{:?} {:?} {:?}", row["currency"].as_str(), row["category"], row["direction"]);
    json!({
        "ingest": part(&report["ingest"], &["requests", "events", "duplicates", "unrecognised"]),
        "funnel": report["funnel"],
        "failures": sorted(failures.collect(), &by_code),
        "conversations": sorted(conversations.collect(), &by_pair),
        "alerts": sorted(alerts.collect(), &Value::to_string),
        "costs": sorted(costs.collect(), &by_line),
    })
}

/// Cost lines of one event: equal ones add up.
fn costs<'a>(lines: impl Iterator<Item = &'a Value>, inbound: bool) -> BTreeMap<CostKey, Amounts> {
    let mut sums: BTreeMap<CostKey, Amounts> = BTreeMap::new();
    for line in lines {
        let category = match (line["cdr_type"].as_i64().unwrap_or_default(), inbound) {
            (1, _) => "message",
            (4, _) => "marketing",
            (5, _) => "utility",
            (6, _) => "authentication",
            (7, _) => "service",
            (8, false) => "free",
            (8, true) => "advertising",
            (other, _) => panic!("the simulated world has no cdr_type {other}"),
        };
        let direction = if line["direction"] == 1 { "outbound" } else { "inbound" };
        let sum = sums.entry((text(&line["currency"]), category.to_owned(), direction.to_owned())).or_default();
        for (sum, key) in [(&mut sum.0, "foreign_price"), (&mut sum.1, "price")] {
            *sum = Some(sum.unwrap_or_default() + ten_thousandths(&line[key].to_string()));
        }
    }
    sums
}

/// Effective code: `meta_code`; else, behind code 10000, the number after `(#` in the title; else `code`.
fn effective_code(error: &Value) -> i64 {
    let code = integer(&error["code"]).unwrap_or_default();
    let in_title = || {
        let title = error["title"].as_str()?;
        let digits = title.split_once("(#")?.1;
        digits[..digits.find(|character: char| !character.is_ascii_digit())?].parse().ok()
    };
    integer(&error["meta_code"]).or_else(|| if code == 10_000 { in_title() } else { None }).unwrap_or(code)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn seconds(value: &Value) -> i64 {
    integer(value).expect("simulated times are times")
}

fn epoch(value: &Value) -> Option<i64> {
    Some(value.as_str()?.parse::<jiff::Timestamp>().expect("RFC 3339").as_second())
}

/// A decimal with at most four places, exactly.
fn ten_thousandths(decimal: &str) -> i64 {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    assert!(fraction.trim_end_matches('0').len() <= 4, "{decimal}");
    format!("{whole}{fraction:0<4.4}").parse().expect("a decimal")
}
