//! The Costs tab.

use crate::{NOW, Screen, line};

/// Messages with prices in two currencies, one that Meta only categorised, from two numbers.
fn spent(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    let costs = [
        (
            "85230174859",
            r#""costs":[{"currency":"USD","price":0.1381,"foreign_price":0.02,"cdr_type":4,"direction":1}]"#,
        ),
        ("85230174859", r#""costs":[{"currency":"USD","price":0.7,"foreign_price":0.1,"cdr_type":4,"direction":1}]"#),
        (
            "85230174859",
            r#""costs":[{"currency":"USD","price":0.0345,"foreign_price":0.005,"cdr_type":5,"direction":1}]"#,
        ),
        ("85230170000", r#""costs":[{"currency":"EUR","price":7.8,"foreign_price":1,"cdr_type":4,"direction":1}]"#),
        ("85230170000", r#""pricing":{"billable":true,"pricing_model":"PMP","category":"utility"}"#),
    ];
    for (at, (number, cost)) in costs.into_iter().enumerate() {
        screen.now += 1_000;
        let seconds = NOW / 1000 + at as i64;
        let body = format!(
            r#"{{"statuses":[{{"id":"wamid.{at}","status":"sent","timestamp":"{seconds}","recipient_id":"85266120298",{cost}}}],"business_phone":"{number}"}}"#
        );
        screen.commit(body.as_bytes());
    }
    screen
}

#[test]
fn amounts_add_up_exactly_within_a_currency_and_never_across() {
    for size in [(120, 36), (80, 24), (200, 60)] {
        let mut screen = spent(size.0, size.1);
        let page = screen.press("6");
        assert!(page.contains("6 Costs"), "{page}");
        let marketing = line(&page, "USD      marketing");
        for part in ["0.120", "0.8381", "2"] {
            assert!(marketing.contains(part), "{part} in {marketing}");
        }
        let all = page.lines().filter(|row| row.contains(" all ")).collect::<Vec<_>>();
        assert!(all.iter().any(|row| row.contains("USD") && row.contains("0.125") && row.contains("0.8726")), "{page}");
        assert!(all.iter().any(|row| row.contains("EUR") && row.contains("1.000")), "{page}");
        assert!(page.contains("1 without amount, in no total"), "{page}");
    }
}

#[test]
fn a_row_opens_the_events_behind_it_and_so_does_a_number() {
    let mut screen = spent(120, 36);
    screen.press("6");
    screen.press("jj");
    let events = screen.press("\n");
    assert!(events.contains("category:utility") && events.contains("currency:USD"), "{events}");
    assert!(events.contains("Costs › USD utility"), "{events}");
    assert!(events.contains("1 shown · 4 hidden"), "{events}");
    screen.press("\u{1b}\t");
    let events = screen.press("\n");
    assert!(events.contains("number:85230170000 currency:EUR"), "{events}");
}

#[test]
fn without_costs_the_tab_says_so() {
    let mut screen = Screen::new(80, 24);
    screen.post("sent", None);
    let page = screen.press("6");
    assert!(page.contains("no message of this window has costs"), "{page}");
}
