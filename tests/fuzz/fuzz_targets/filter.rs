//! The filter parser on any text: an expression, or an error that can be shown under it. What is parsed judges any event without a
//! panic, and alike whether it is asked at once or term by term.

#![no_main]

use libfuzzer_sys::fuzz_target;
use watop::event::{KeySecret, Millis, Origin, decode};
use watop::query::Filter;

const BODY: &[u8] = br#"{"business_phone":"85230174859","statuses":[{"id":"a","status":"failed","timestamp":"1767225535",
    "recipient_id":"85266120298","biz_opaque_callback_data":"promo-7","errors":[{"code":131026,"title":"t"}]}]}"#;

fuzz_target!(|expression: &str| {
    match Filter::parse(expression) {
        Ok(filter) => {
            let origin = Origin { received_at: Millis(1_767_225_600_000), verified: None };
            for event in decode(BODY, &origin, &KeySecret([7; 16])) {
                let held = filter.held(&event, BODY, Millis(1_767_225_700_000));
                let matches = filter.matches(&event, BODY, Millis(1_767_225_700_000));
                assert_eq!(filter.selects(&held), matches, "one event alone is selected as it is matched");
            }
        }
        Err(error) => {
            assert!(expression.get(error.span.clone()).is_some(), "{:?} lies in the text", error.span);
            assert_eq!(error.with_caret(expression).split('\n').count(), 3);
        }
    }
});
