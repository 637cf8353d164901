//! The life of an outgoing message, and the statuses that tell it.

use super::Shape;
use super::chance::Chance;
use super::wire::{Content, Item, MessageId};
use super::world::{Category, Failure, Number, Told};
use crate::event::Millis;
use serde_json::{Value, json};

/// A message that a business sends.
#[derive(Debug)]
pub(super) struct Outgoing {
    /// When it was handed over, in milliseconds after the start.
    pub(super) born: i64,
    pub(super) number: &'static Number,
    pub(super) shape: Shape,
    pub(super) id: MessageId,
    pub(super) recipient: String,
    pub(super) category: Category,
    pub(super) tag: Option<&'static str>,
    /// `conversation.id`.
    pub(super) conversation: String,
}

/// One thing that happens to a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    /// When, in milliseconds after the start, by the provider's clock.
    pub(super) at: i64,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Sent,
    Delivered,
    Read,
    Failed { failure: &'static Failure, wrapped: bool },
}

/// Share of messages whose phone stays switched off for as long as anybody watches.
const NEVER_DELIVERED: f64 = 0.035;
/// Share of messages whose phone is out of reach for minutes.
const LATE: f64 = 0.025;
/// Share of delivered messages that somebody opens.
const READ: f64 = 0.53;

impl Outgoing {
    /// What happens to it when nothing goes wrong, in order.
    pub(super) fn life(&self, chance: &mut Chance) -> Vec<Stage> {
        let mut stages = vec![Stage { at: self.born, what: What::Sent }];
        if chance.happens(NEVER_DELIVERED) {
            return stages;
        }
        let to_deliver =
            if chance.happens(LATE) { chance.latency(150_000.0, 900_000.0) } else { chance.latency(2_000.0, 6_500.0) };
        let delivered = self.born + millis(to_deliver);
        stages.push(Stage { at: delivered, what: What::Delivered });
        if chance.happens(READ) {
            stages.push(Stage { at: delivered + millis(chance.latency(38_000.0, 250_000.0)), what: What::Read });
        }
        stages
    }

    /// What happens to it when it fails. A timeout says only that the outcome is unknown: a delivery may follow it.
    pub(super) fn failing_life(&self, failure: &'static Failure, chance: &mut Chance) -> Vec<Stage> {
        let wrapped = match failure.told {
            Told::Wrapped => true,
            Told::Either => chance.happens(0.3),
            Told::Direct | Told::Platform => false,
        } && self.shape != Shape::Meta;
        let at = self.born + chance.between(if wrapped { 300..1_500 } else { 900..3_500 });
        let failed = Stage { at, what: What::Failed { failure, wrapped } };
        match failure.told {
            Told::Platform if chance.happens(0.4) => {
                let late = at + chance.between(15_000..60_000);
                let sent = Stage { at, what: What::Sent };
                vec![failed, sent, Stage { at: late, what: What::Delivered }]
            }
            Told::Either if !wrapped && chance.happens(0.1) => {
                vec![Stage { at: self.born, what: What::Sent }, failed]
            }
            _ => vec![failed],
        }
    }

    /// The status post element that tells of `stage`.
    pub(super) fn status(&self, stage: Stage, start: Millis) -> Item {
        let at = (start.0 + stage.at).div_euclid(1000);
        let mut status = json!({
            "id": self.id.id,
            "recipient_id": self.recipient,
            "timestamp": at.to_string(),
        });
        if let Some(tag) = self.tag {
            status["biz_opaque_callback_data"] = tag.into();
        }
        let reached_meta =
            !matches!(stage.what, What::Failed { failure, wrapped } if wrapped || failure.told == Told::Platform);
        if let Some(meta) = self.id.meta.as_deref().filter(|_| reached_meta) {
            status["meta_message_id"] = meta.into();
        }
        let name = match stage.what {
            What::Sent => {
                self.bill(&mut status, at);
                "sent"
            }
            What::Delivered => {
                if self.shape != Shape::Meta {
                    status["conversation"] =
                        json!({ "id": self.conversation, "origin": { "type": self.category.wire() } });
                }
                "delivered"
            }
            What::Read => "read",
            What::Failed { failure, wrapped } => {
                status["errors"] = json!([self.error(failure, wrapped)]);
                "failed"
            }
        };
        status["status"] = name.into();
        let full_frame = matches!(stage.what, What::Failed { .. }) && reached_meta;
        Item { number: self.number, shape: self.shape, content: Content::Status { status, full_frame } }
    }

    /// What a sent message costs: Meta tells the category, NXCloud the conversation and the amounts.
    fn bill(&self, status: &mut Value, at: i64) {
        let category = self.category.wire();
        match self.shape {
            Shape::Meta => {
                let free = self.category == Category::Service;
                status["pricing"] = json!({
                    "billable": !free,
                    "pricing_model": "PMP",
                    "type": if free { "free_customer_service" } else { "regular" },
                    "category": category,
                });
            }
            Shape::Nxcloud(_) => {
                status["conversation"] = json!({
                    "id": self.conversation,
                    "expiration_timestamp": (at + 86_400).to_string(),
                    "origin": { "type": category },
                });
                let (usd, cny) = self.category.price();
                let foreign = if self.number.currency == "USD" { usd } else { cny };
                status["costs"] =
                    json!([self.cost_line(1, 0.0, 0.0), self.cost_line(self.category.cdr_type(), cny, foreign)]);
            }
        }
    }

    fn cost_line(&self, cdr_type: u8, price: f64, foreign_price: f64) -> Value {
        json!({
            "currency": self.number.currency,
            "price": price,
            "foreign_price": foreign_price,
            "cdr_type": cdr_type,
            "message_id": self.id.meta,
            "direction": 1,
        })
    }

    fn error(&self, failure: &Failure, wrapped: bool) -> Value {
        const HELP: &str = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";
        let plain = failure.title.trim_start_matches("(#132015) ");
        if wrapped {
            let title = format!("Meta Error((#{}) {plain})", failure.code);
            return json!({ "code": 10_000, "meta_code": failure.code, "title": title });
        }
        let mut error = json!({ "code": failure.code, "title": failure.title });
        if failure.told != Told::Platform {
            error["href"] = HELP.into();
            if let Some(details) = failure.details {
                error["error_data"] = json!({ "details": details });
            }
        }
        if self.shape == Shape::Meta {
            error["message"] = failure.title.into();
        }
        error
    }
}

/// A latency as whole milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "latencies are far below 2^53 ms")]
fn millis(latency: f64) -> i64 {
    latency.round() as i64
}
