//! What one delivery says, line by line, in the language of the screen.

use crate::event::clean::clean;
use crate::event::{CostLine, Detail, ErrorItem, Millis, StatusName};
use crate::monitor::story::{Effect, Step};
use crate::tui::lang::{Lang, say};
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::format;
use crate::tui::wrap::first;

/// The sign, its role and the word of a step.
pub(super) fn head(step: &Step, lang: Lang) -> (Glyph, Role, String) {
    match &step.effect {
        Effect::Amends(_) => return (Glyph::Amended, Role::Muted, lang.pick("amended", "补充").to_owned()),
        Effect::Repeats => return (Glyph::Duplicate, Role::Muted, lang.pick("duplicate", "重复").to_owned()),
        _ => {}
    }
    match &step.event.detail {
        Detail::Status(status) => match &status.status {
            StatusName::Failed => (Glyph::Critical, Role::Failed, lang.pick("failed", "失败").to_owned()),
            StatusName::Sent => (Glyph::Live, Role::Neutral, lang.pick("sent", "已发送").to_owned()),
            StatusName::Delivered => (Glyph::Live, Role::Delivered, lang.pick("delivered", "已送达").to_owned()),
            StatusName::Read => (Glyph::Live, Role::Read, lang.pick("read", "已读").to_owned()),
            StatusName::Played => (Glyph::Live, Role::Read, lang.pick("played", "已播放").to_owned()),
            other => (Glyph::Info, Role::Muted, clean(other.as_str()).into_owned()),
        },
        Detail::Inbound(inbound) => (Glyph::Inbound, Role::Strong, clean(&inbound.r#type).into_owned()),
        _ => (Glyph::Info, Role::Muted, step.event.kind().as_str().to_owned()),
    }
}

/// The lines of a step.
pub(super) fn says(step: &Step, ctx: &Context<'_>) -> Vec<(Role, String)> {
    let lang = ctx.look.lang;
    let mut says: Vec<(Role, String)> = Vec::new();
    let told = matches!(step.effect, Effect::Repeats | Effect::Amends(_));
    match &step.event.detail {
        Detail::Status(status) if !told => says.extend(status.errors.iter().flat_map(|item| error(item, lang))),
        Detail::Inbound(inbound) if !told => {
            says.push((Role::Strong, clean(&inbound.preview).into_owned()));
            says.extend(inbound.errors.iter().flat_map(|item| error(item, lang)));
        }
        _ => {}
    }
    says.extend(effect(step, lang).map(|text| (Role::Muted, text)));
    let costs: &[CostLine] = match (&step.event.detail, &step.effect) {
        (_, Effect::Repeats) => &[],
        (Detail::Status(status), _) => &status.costs,
        (Detail::Inbound(inbound), _) => &inbound.costs,
        _ => &[],
    };
    says.extend(costs.iter().map(|line| (Role::Text, cost_of(line, lang))));
    if let (Detail::Status(status), false) = (&step.event.detail, told)
        && let Some(at) = status.expires_at
    {
        let at = format!(
            "{} {}",
            format::day(Millis::from(at), ctx.scope.as_of, ctx.zone, lang),
            format::hour_minute(Millis::from(at), ctx.zone)
        );
        says.push((Role::Muted, say!(ctx.look, "expires {at}", "{at} 到期")));
    }
    says
}

/// What a step changed, when that is not plain from its word.
fn effect(step: &Step, lang: Lang) -> Option<String> {
    let text = match &step.effect {
        Effect::First => lang.pick("first evidence", "首个证据"),
        Effect::Advances | Effect::Flag => return None,
        Effect::OutOfOrder => lang.pick("out of order, changes nothing", "乱序,状态不变"),
        Effect::Again => lang.pick("said before, at another time", "以另一时间再次通知"),
        Effect::ContradictsFailed => {
            lang.pick("late: contradicts failed; delivered wins, conflict +1", "迟到:与失败矛盾;以送达为准,冲突 +1")
        }
        Effect::ContradictsArrival => {
            lang.pick("contradicts its arrival; delivered wins, conflict +1", "与已送达矛盾;以送达为准,冲突 +1")
        }
        Effect::Repeats => lang.pick("again, stored once", "再次到达,只存一次"),
        Effect::Amends(added) if added.is_empty() => lang.pick("differs, and changes nothing", "内容不同,但无变化"),
        Effect::Amends(added) => {
            let added = added.join(", ");
            return Some(match lang {
                Lang::En => format!("{added} added, both raws kept"),
                Lang::Zh => format!("补充 {added},两份原文均保留"),
            });
        }
    };
    Some(text.to_owned())
}

/// An error with what the catalogue says of it.
fn error(item: &ErrorItem, lang: Lang) -> Vec<(Role, String)> {
    let known = terms::wording(lang, item.code);
    let untitled = lang.pick("an error without a title", "无标题错误");
    let title =
        known.map_or_else(|| clean(item.title.as_deref().unwrap_or(untitled)), |known| known.title.as_str().into());
    let code = item.code.map(|code| format!("{code} ")).unwrap_or_default();
    let mut lines = vec![(Role::Failed, format!("{code}{title}"))];
    // Often the real reason.
    lines.extend(item.details.as_deref().map(|details| (Role::Strong, clean(first(details, 600)).into_owned())));
    if let Some(known) = known {
        lines.push((Role::Text, known.action.clone()));
    }
    lines
}

/// `USD 0.0169 CNY 0.1167`.
pub(in crate::tui) fn cost(line: &CostLine) -> String {
    let currency = line.currency.as_ref().map(|currency| clean(currency).into_owned()).unwrap_or_default();
    let amount = line.amount.map(|amount| format!("{currency} {}", amount.normalize()));
    // A price in CNY is its own price in CNY: said once.
    let said = |cny| line.amount == Some(cny) && line.currency.as_deref() == Some("CNY");
    let cny = line.cny.filter(|cny| !said(*cny)).map(|cny| format!("CNY {}", cny.normalize()));
    [amount, cny].into_iter().flatten().collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The same and what it is for: `USD 0.0169 utility`; the category alone where the wire names no amount.
pub(super) fn cost_of(line: &CostLine, lang: Lang) -> String {
    format!("{} {}", cost(line), terms::category(lang, &line.category)).trim_start().to_owned()
}
