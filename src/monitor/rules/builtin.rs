//! The rules that hold unless they are switched off. A configured rule of the same name takes the place of one.

use super::{Bound, Metric, Per, Rule, Side};

/// The built-in rules.
pub fn builtin() -> Vec<Rule> {
    let rule = |name: &str, metric: Metric, window, above, critical| Rule {
        name: name.into(),
        metric,
        code: None,
        filter: None,
        window,
        bound: Bound::new(Side::Above, above, critical, metric.unit()),
        min_volume: metric.default_volume(),
        per: None,
        hold: 1,
        remind: None,
    };
    let per_number = |rule: Rule| Rule { per: Some(Per::Number), ..rule };
    let code = |rule: Rule, code| Rule { code: Some(code), ..rule };
    vec![
        per_number(rule("failures up", Metric::FailureRate, 5, 0.05, Some(0.2))),
        per_number(rule("delivery slow", Metric::DeliverP95, 30, 300.0, None)),
        per_number(rule("number silent", Metric::Silence, 360, 900.0, Some(3600.0))),
        rule("events late", Metric::TransportLag, 5, 30.0, Some(300.0)),
        rule("requests refused", Metric::Refused, 5, 20.0, Some(200.0)),
        code(rule("account locked", Metric::CodeCount, 15, 4.0, Some(4.0)), 131_031),
        code(rule("billing problem", Metric::CodeCount, 15, 4.0, Some(4.0)), 131_042),
    ]
}
