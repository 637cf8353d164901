//! Notes beside raw values: what a code, a number or a time on the wire means.

use super::tree::Tree;
use crate::event::Millis;
use crate::event::json::Kind;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::widgets::format;

/// What the value in a row of the tree means, where its own text does not say it.
pub(super) fn note(tree: &Tree, row: usize, ctx: &Context<'_>) -> Option<String> {
    let kind = tree.row(row)?.kind;
    if matches!(kind, Kind::Array | Kind::Object | Kind::Null) {
        return None;
    }
    let mut names = tree.names(row);
    let name = names.next()?;
    let around: Vec<&str> = names.collect();
    let inside = |name: &str| around.contains(&name);
    let lang = ctx.look.lang;
    let value = tree.value(row);
    let known: &str = match (name, value.as_str()) {
        ("code" | "meta_code", code) => &terms::wording(lang, code.parse().ok())?.short,
        ("channel", "2") => "WhatsApp",
        ("direction", "1") => lang.pick("outgoing", "发出"),
        ("direction", "2") => lang.pick("incoming", "收到"),
        ("cdr_type", number) => category(number, inside("statuses") || inside("costs"))?,
        ("price", _) => "CNY",
        ("foreign_price", _) => return tree.sibling(row, "currency"),
        ("biz_opaque_callback_data", _) => lang.pick("tag", "标签"),
        ("recipient_id" | "from" | "wa_id", _) => lang.pick("customer", "客户"),
        ("business_phone" | "merchant_phone" | "display_phone_number", _) => lang.pick("number", "商户号码"),
        ("meta_message_id", _) => lang.pick("Meta's id", "Meta 的 ID"),
        ("flow_token", _) => lang.pick("of the form", "表单的"),
        ("ts", _) => return time(&value, ctx),
        (name, _) if name.ends_with("timestamp") || name == "time" => return time(&value, ctx),
        _ => return None,
    };
    Some(known.to_owned())
}

/// What a `cdr_type` means (PROTOCOL §3.2): 8 depends on where it stands.
fn category(number: &str, of_status: bool) -> Option<&'static str> {
    Some(match number {
        "1" => "message",
        "4" => "marketing",
        "5" => "utility",
        "6" => "authentication",
        "7" => "service",
        "8" if of_status => "free",
        "8" => "advertising",
        "9" => "authentication_international",
        "10" => "marketing_lite",
        _ => return None,
    })
}

/// A time of 10 or 13 digits as clock, and day when it is not today.
fn time(value: &str, ctx: &Context<'_>) -> Option<String> {
    let number: i64 = value.trim().parse().ok()?;
    let at = match number {
        1_000_000_000..=9_999_999_999 => Millis(number * 1000),
        1_000_000_000_000..=9_999_999_999_999 => Millis(number),
        _ => return None,
    };
    let (day, clock) = (format::day(at, ctx.scope.as_of, ctx.zone, ctx.look.lang), format::clock(at, ctx.zone));
    Some(if day == format::day(ctx.scope.as_of, ctx.scope.as_of, ctx.zone, ctx.look.lang) {
        clock
    } else {
        format!("{day} {clock}")
    })
}
