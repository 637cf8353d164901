//! Deliveries that no platform sends all at once: few messages, told many times, in every spelling the protocol allows.

use fastrand::Rng;
use serde_json::{Value, json};
use watop::config::Algorithm;
use watop::simulate::{Delivery, Shape};

const STAGES: [&str; 7] = ["sent", "delivered", "read", "failed", "deleted", "warning", "some_day"];
const CODES: [i64; 6] = [131_026, 131_049, 131_047, 132_015, 130_472, 999_999];

/// At least `count` posts about a few hundred messages. Provider times lie around `start`, in seconds.
pub(crate) fn deliveries(rng: &mut Rng, start: i64, count: usize) -> Vec<Delivery> {
    let mut posts = garbage();
    let mut batch = Vec::new();
    let mut number = 0;
    while posts.len() < count {
        number += 1;
        for status in statuses(rng, number, start) {
            if rng.u8(..5) == 0 {
                batch.push(status);
            } else {
                posts.push(post(rng, vec![status]));
            }
        }
        if batch.len() > 8 {
            // The same element twice in one post is one event, too.
            batch.push(batch[0].clone());
            posts.push(post(rng, std::mem::take(&mut batch)));
        }
    }
    posts
}

/// Bodies that cannot be read; each is kept as it is.
fn garbage() -> Vec<Delivery> {
    let bodies =
        ["", "{", "[]", "[1,2]", "5", "\"text\"", "null", "{}", "{\"hello\":\"world\"}", "\u{feff}{}", "{\"a\":1}}"];
    let bodies =
        bodies.into_iter().map(|body| body.as_bytes().to_vec()).chain([vec![0xff, 0xfe], b"{\"a\":\xc3}".to_vec()]);
    bodies.map(|body| delivery(body, Shape::Meta)).collect()
}

/// Everything that is told of one message: some of its stages, some of them twice, the second time with less.
fn statuses(rng: &mut Rng, number: usize, start: i64) -> Vec<Value> {
    let own_id = format!("order-{number}-{:x}", rng.u32(..));
    let meta_id = format!("wamid.{number}-{:x}-é", rng.u32(..));
    let participants = if rng.u8(..6) == 0 { 1 + rng.usize(..3) } else { 0 };
    let born = start + rng.i64(0..600);
    let mut told = Vec::new();
    for (rank, stage) in (0_i64..).zip(STAGES) {
        if rng.u8(..3) == 0 {
            continue;
        }
        let at = born + 4 * rank + rng.i64(0..4);
        let mut status = json!({ "id": own_id, "status": stage, "recipient_id": format!("8525{number:07}"), "timestamp": at.to_string() });
        if rng.bool() {
            status["timestamp"] = at.into();
        }
        if stage == "failed" {
            status["errors"] = (0..1 + rng.usize(..3)).map(|_| error(rng)).collect();
        } else if rng.bool() {
            status["costs"] = (0..1 + rng.usize(..3)).map(|_| cost(rng)).collect();
        }
        if participants > 0 {
            status["recipient_type"] = "group".into();
            status["recipient_participant_id"] = format!("8529{:07}", rng.usize(..participants)).into();
        } else {
            // One name, the other, or both, either as the first.
            match rng.u8(..4) {
                0 => status["id"] = meta_id.as_str().into(),
                1 => {}
                2 => {
                    status["id"] = meta_id.as_str().into();
                    status["meta_message_id"] = own_id.as_str().into();
                }
                _ => status["meta_message_id"] = meta_id.as_str().into(),
            }
        }
        if rng.u8(..4) == 0 {
            let mut poorer = status.clone();
            for key in ["costs", "meta_message_id"] {
                poorer.as_object_mut().expect("an object").remove(key);
            }
            told.push(poorer);
        }
        told.push(status);
    }
    told
}

/// One error in any of its spellings.
fn error(rng: &mut Rng) -> Value {
    let code = CODES[rng.usize(..CODES.len())];
    match rng.u8(..5) {
        0 => json!({ "code": code, "title": "as Meta tells it" }),
        1 => json!({ "code": code.to_string(), "title": "as text" }),
        2 => json!({ "code": 10_000, "meta_code": code, "title": format!("Meta Error((#{code}) wrapped)") }),
        3 => json!({ "code": "10000", "meta_code": code.to_string(), "title": "wrapped, as text" }),
        _ => json!({ "code": 10_000, "title": format!("Meta Error((#{code}) known by (the title) only)") }),
    }
}

fn cost(rng: &mut Rng) -> Value {
    let currency = if rng.bool() { "USD" } else { "CNY" };
    let kind = [1, 4, 5, 7, 8][rng.usize(..5)];
    let (price, foreign_price) = (f64::from(rng.u32(..2_000)) / 10_000.0, f64::from(rng.u32(..10)) / 100.0);
    json!({
        "cdr_type": kind, "direction": 1 + rng.u8(..2), "currency": currency,
        "price": price, "foreign_price": foreign_price,
    })
}

fn post(rng: &mut Rng, statuses: Vec<Value>) -> Delivery {
    let shapes = [Shape::Nxcloud(Algorithm::Md5), Shape::Nxcloud(Algorithm::Sha256), Shape::Meta];
    let shape = shapes[rng.usize(..shapes.len())];
    let unknown = json!({ "deep": [[[{ "er": null }]]] });
    let body = match shape {
        Shape::Meta => json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
            "field": "messages", "value": { "statuses": statuses, "messaging_product": "whatsapp", "unknown": unknown },
        }] }] }),
        Shape::Nxcloud(_) => json!({ "statuses": statuses, "unknown": unknown }),
    };
    delivery(body.to_string().into_bytes(), shape)
}

fn delivery(body: Vec<u8>, shape: Shape) -> Delivery {
    Delivery { at_ms: 0, body: body.into(), shape, fault: None }
}
