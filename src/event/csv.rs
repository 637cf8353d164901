//! An event as a row of CSV (RFC 4180), with the columns of [`super::ndjson`].

use super::clean::csv_field;
use super::ndjson::Line;
use super::{CostLine, Event};
use std::borrow::Cow;

/// The names of the columns, with a line break.
pub const HEADER: &str = "seq,request,received_at,kind,provider_at,number,customer,message_id,meta_message_id,status,code,codes,\
                          platform_code,title,type,text,field,event,subject,tag,template,category,costs,scheme,secret\r\n";

/// The event as one row with its line break. What comes from strangers is cleaned and is no formula to a spreadsheet; what is
/// unknown is empty, several codes or costs stand one after the other.
pub fn to_csv(event: &Event) -> String {
    let line = Line::of(event);
    let text = |text: Option<&str>| csv_field(text.unwrap_or_default()).into_owned();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let codes: Vec<_> = line.codes.iter().map(i64::to_string).collect();
    let costs: Vec<_> = line.costs.iter().map(cost).collect();
    let fields = [
        line.seq.to_string(),
        line.request.to_string(),
        line.received_at,
        line.kind.as_str().into(),
        line.provider_at.unwrap_or_default(),
        text(line.number),
        text(line.customer),
        text(line.message_id),
        text(line.meta_message_id),
        text(line.status),
        number(line.code),
        codes.join(" "),
        number(line.platform_code),
        text(line.title),
        text(line.r#type),
        text(line.text),
        text(line.field),
        text(line.event),
        text(line.subject),
        text(line.tag),
        text(line.template),
        text(line.category),
        text(Some(&costs.join(" · "))),
        text(line.scheme.map(super::Scheme::as_str)),
        text(line.secret),
    ];
    fields.join(",") + "\r\n"
}

/// `marketing outbound 0.02 USD`.
fn cost(cost: &CostLine) -> String {
    let amount = cost.amount.map(|amount| Cow::Owned(amount.to_string()));
    let parts = [Some(Cow::Borrowed(cost.category.as_str())), Some(cost.direction.as_str().into()), amount];
    let currency = cost.currency.as_deref().map(Cow::Borrowed);
    parts.into_iter().chain([currency]).flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{KeySecret, Millis, Origin, decode};

    #[test]
    fn hostile_text_is_one_field_and_no_formula() {
        let body = r#"{"messages":[{"id":"-1","from":"+852","type":"text","text":{"body":"=cmd|' /C calc'!A0,\"x\"\n\u001b[2J"}}]}"#;
        let origin = Origin { received_at: Millis(0), verified: None };
        let [event] = &decode(body.as_bytes(), &origin, &KeySecret([0; 16]))[..] else { panic!("one event") };
        let row = to_csv(event);
        assert!(row.contains(r#","'=cmd|' /C calc'!A0,""x""��[2J","#), "{row}");
        assert!(row.contains(",'+852,'-1,") && row.matches('\n').count() == 1, "{row}");
        assert_eq!(HEADER.trim_end().split(',').count(), 25);
    }

    #[test]
    fn several_codes_and_costs_stand_in_one_field_each() {
        let body = r#"{"statuses":[{"id":"1","status":"failed","errors":[{"code":1},{"code":2}],
            "costs":[{"currency":"USD","foreign_price":0.02,"cdr_type":4,"direction":1},{"cdr_type":1,"direction":1}]}]}"#;
        let origin = Origin { received_at: Millis(0), verified: None };
        let [event] = &decode(body.as_bytes(), &origin, &KeySecret([0; 16]))[..] else { panic!("one event") };
        let row = to_csv(event);
        assert!(row.contains(",1,1 2,") && row.contains(",marketing outbound 0.02 USD · message outbound,"), "{row}");
    }
}
