//! What the program itself says about events, in the language of the screen: names of codes, alerts, previews. Events hold these in
//! English, as every format prints them; here the parts that are ours are put into other words, what came on the wire stays.

mod sentences;

pub use sentences::sentence;

use super::look::Look;
use crate::config::Lang;
use crate::event::catalogue::{self, Wording};
use crate::event::clean::clean;
use crate::event::{Severity, Text};
use crate::monitor::view::{Alert, Conversation, Dimension, Failure};
use std::borrow::Cow;

/// A phrase in English and in Chinese.
type Pair = (&'static str, &'static str);

/// What the catalogue says of a code.
pub fn wording(lang: Lang, code: Option<i64>) -> Option<&'static Wording> {
    let entry = catalogue::lookup(code?)?;
    Some(lang.pick(&entry.en, &entry.zh))
}

/// The name of a code for narrow columns; the wire's own title where the catalogue does not know it.
pub fn failure<'t>(look: &Look, failure: &'t Failure) -> Cow<'t, str> {
    short(look, failure.code, &failure.short)
}

/// The same, where no more than the code is known.
pub fn short<'t>(look: &Look, code: Option<i64>, short: &'t str) -> Cow<'t, str> {
    translated(look, code, |words| &words.short, short)
}

/// What a code means.
pub fn failure_title<'t>(look: &Look, failure: &'t Failure) -> Cow<'t, str> {
    translated(look, failure.code, |words| &words.title, &failure.title)
}

/// What to do about a code; nothing where the catalogue does not know it.
pub fn advice<'t>(look: &Look, failure: &'t Failure) -> Cow<'t, str> {
    translated(look, failure.code, |words| &words.action, &failure.advice)
}

fn translated<'t>(
    look: &Look,
    code: Option<i64>,
    part: fn(&'static Wording) -> &'static String,
    en: &'t str,
) -> Cow<'t, str> {
    match (look.lang, wording(look.lang, code)) {
        (Lang::En, _) => clean(en),
        (_, Some(words)) => Cow::Borrowed(part(words)),
        (_, None) => phrase(look.lang, clean(en), &[("No code given", "未给出代码")], &[]),
    }
}

/// What a class of the catalogue is called.
pub fn class<'t>(lang: Lang, class: &'t str) -> Cow<'t, str> {
    const CLASSES: [Pair; 16] = [
        ("recipient", "收件人"),
        ("platform", "平台"),
        ("wrapper", "外层"),
        ("auth", "鉴权"),
        ("request", "请求"),
        ("window", "会话窗口"),
        ("throttling", "限流"),
        ("account", "账户"),
        ("integrity", "合规"),
        ("engagement", "营销限制"),
        ("registration", "注册"),
        ("media", "媒体"),
        ("template", "模板"),
        ("flow", "流程"),
        ("calling", "通话"),
        ("other", "其他"),
    ];
    phrase(lang, Cow::Borrowed(class), &CLASSES, &[])
}

/// Whether a message may pass later unchanged.
pub fn retry(look: &Look, retryable: bool) -> &'static str {
    if retryable { look.lang.pick("yes", "可") } else { look.lang.pick("no", "否") }
}

/// A failure in a line: `132015 Template paused`, or its title alone.
pub fn coded<'t>(look: &Look, line: &'t str) -> Cow<'t, str> {
    let (code, title) = line.split_once(' ').unwrap_or(("", line));
    match (look.lang, code.parse().ok()) {
        (Lang::En, _) => clean(line),
        (Lang::Zh, Some(number)) => Cow::Owned(format!("{code} {}", short(look, Some(number), title))),
        (Lang::Zh, None) => Cow::Owned(clean(&sentence(look.lang, line)).into_owned()),
    }
}

/// What an event in a list is called: the kind, or the status as the wire has it.
pub fn event_word<'t>(lang: Lang, word: &'t str) -> Cow<'t, str> {
    const WORDS: [Pair; 12] = [
        ("sent", "已发送"),
        ("delivered", "已送达"),
        ("read", "已读"),
        ("played", "已播放"),
        ("failed", "失败"),
        ("deleted", "已删除"),
        ("warning", "警告"),
        ("inbound", "客户消息"),
        ("template", "模板"),
        ("account", "账户"),
        ("other", "其他"),
        ("unrecognised", "未识别"),
    ];
    phrase(lang, clean(word), &WORDS, &[])
}

/// A category of messages, as the wire or the price list names it.
pub fn category(lang: Lang, category: &str) -> Cow<'_, str> {
    const CATEGORIES: [Pair; 9] = [
        ("message", "消息"),
        ("marketing", "营销"),
        ("utility", "公用"),
        ("authentication", "身份验证"),
        ("service", "服务"),
        ("free", "免费"),
        ("advertising", "广告"),
        ("authentication_international", "国际身份验证"),
        ("marketing_lite", "精简营销"),
    ];
    phrase(lang, clean(category), &CATEGORIES, &[])
}

/// Which way what is paid for went.
pub fn direction(lang: Lang, direction: &str) -> Cow<'_, str> {
    phrase(lang, clean(direction), &[("inbound", "收到"), ("outbound", "发出")], &[])
}

/// A value that messages are broken down by, as it may be shown.
pub fn value<'t>(look: &Look, dimension: Dimension, value: &'t str) -> Cow<'t, str> {
    match dimension {
        Dimension::Number => look.phone(value),
        Dimension::Category => category(look.lang, value),
        Dimension::Tag | Dimension::Country | Dimension::Template => clean(value),
    }
}

/// What a severity is called.
pub fn severity(look: &Look, severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => look.lang.pick("critical", "严重"),
        Severity::Warning => look.lang.pick("warning", "警告"),
        Severity::Good => look.lang.pick("good", "良好"),
        Severity::Info => look.lang.pick("info", "通知"),
    }
}

/// What happened, in a few words: `template paused`, `quality YELLOW`.
pub fn happened<'t>(lang: Lang, what: &'t str) -> Cow<'t, str> {
    const WHOLE: [Pair; 41] = [
        ("category changed", "分类已变更"),
        ("category set", "分类已设定"),
        ("category doubted", "分类存疑"),
        ("template edited", "模板已修改"),
        ("template approved", "模板已通过"),
        ("template rejected", "模板被拒"),
        ("template paused", "模板已暂停"),
        ("template disabled", "模板已停用"),
        ("template flagged", "模板被标记"),
        ("template reinstated", "模板已恢复"),
        ("template pending", "模板审核中"),
        ("template in appeal", "模板申诉中"),
        ("template pending deletion", "模板待删除"),
        ("template deleted", "模板已删除"),
        ("template limit exceeded", "模板超出限额"),
        ("template locked", "模板已锁定"),
        ("template archived", "模板已归档"),
        ("template unarchived", "模板已取消归档"),
        ("account restricted", "账户受限"),
        ("account reinstated", "账户已恢复"),
        ("account disabled", "账户已停用"),
        ("account verified", "账户已认证"),
        ("account deleted", "账户已删除"),
        ("account violation", "账户违规"),
        ("account offboarded", "账户已解除接入"),
        ("account reconnected", "账户已重新接入"),
        ("account alerts", "账户提醒"),
        ("partner added", "合作方已添加"),
        ("partner removed", "合作方已移除"),
        ("partner app installed", "合作方应用已安装"),
        ("partner app uninstalled", "合作方应用已卸载"),
        ("limits changed", "额度已变更"),
        ("display name", "显示名称"),
        ("number onboarding", "号码接入中"),
        ("number upgrade", "号码升级"),
        ("number downgrade", "号码降级"),
        ("number flagged", "号码被标记"),
        ("number unflagged", "号码取消标记"),
        ("flow status change", "流程状态变更"),
        ("security", "安全事件"),
        ("flows", "流程"),
    ];
    const BEGINS: [Pair; 6] = [
        ("template ", "模板 "),
        ("quality ", "质量 "),
        ("review ", "审核 "),
        ("number ", "号码 "),
        ("payments ", "付款 "),
        ("error ", "错误 "),
    ];
    phrase(lang, clean(what), &WHOLE, &BEGINS)
}

/// What happened to the subject of an alert.
pub fn alert<'t>(look: &Look, alert: &'t Alert) -> Cow<'t, str> {
    match (alert.what.strip_prefix("rule: "), look.lang) {
        (Some(rule), Lang::Zh) => {
            let known = BUILTIN.iter().find(|(en, _)| *en == rule).map(|(_, zh)| *zh);
            Cow::Owned(format!("规则：{}", known.map_or_else(|| clean(rule), Cow::Borrowed)))
        }
        _ => happened(look.lang, &alert.what),
    }
}

/// The names of the built-in rules.
const BUILTIN: [Pair; 7] = [
    ("failures up", "失败增多"),
    ("delivery slow", "送达变慢"),
    ("number silent", "号码静默"),
    ("events late", "事件延迟"),
    ("requests refused", "请求被拒"),
    ("account locked", "账户被锁"),
    ("billing problem", "付款问题"),
];

/// What stands in the cause of a rule's alert.
const OF_RULES: [Pair; 12] = [
    (" messages failed", " 条消息失败"),
    ("failed ", "失败 "),
    ("settled ", "送达率 "),
    ("read ", "已读 "),
    ("p95 to deliver ", "送达耗时 p95 "),
    ("p95 lag ", "传输延迟 p95 "),
    (" requests refused", " 个请求被拒"),
    ("silent for ", "静默 "),
    (" events were to be expected", " 个事件本应到达"),
    (" over ", "，时段 "),
    ("limit ", "限值 "),
    (" with ", " 代码 "),
];

/// Whom or what an alert is about.
pub fn alert_title<'t>(look: &Look, alert: &'t Alert) -> Cow<'t, str> {
    const BEGINS: [Pair; 3] = [("number ", "号码 "), ("flow ", "流程 "), ("solution ", "方案 ")];
    const WHOLE: [Pair; 6] = [
        ("account", "账户"),
        ("all", "全部"),
        ("business-initiated", "商户主动发送"),
        ("customer-initiated", "客户主动发送"),
        ("user-initiated", "用户主动发送"),
        ("add phone number", "添加号码"),
    ];
    // What was decided about a display name stands behind it.
    const ENDS: [Pair; 5] = [
        (" approved", " 已通过"),
        (" rejected", " 被拒"),
        (" declined", " 被拒"),
        (" deferred", " 暂缓"),
        (" pending", " 审核中"),
    ];
    let title = of_alert(look, alert, &alert.title);
    if look.lang == Lang::Zh
        && alert.what == "display name"
        && let Some((name, zh)) = ENDS.iter().find_map(|(en, zh)| Some((title.strip_suffix(en)?, zh)))
    {
        return Cow::Owned(format!("{name}{zh}"));
    }
    phrase(look.lang, title, &WHOLE, &BEGINS)
}

/// Why.
pub fn alert_cause<'t>(look: &Look, alert: &'t Alert) -> Cow<'t, str> {
    const WITHIN: [Pair; 5] = [
        (", announced or in force", "，已公布或已生效"),
        (", announced", "，已公布"),
        ("disabling planned for ", "计划停用于 "),
        (" until ", " 至 "),
        ("requester ", "申请人 "),
    ];
    let cause = of_alert(look, alert, &alert.detail);
    let within = if alert.kind == "rule" { &OF_RULES[..] } else { &WITHIN[..] };
    match look.lang {
        Lang::En => cause,
        Lang::Zh => within
            .iter()
            .filter(|(en, _)| cause.contains(en))
            .fold(cause.clone(), |cause, (en, zh)| Cow::Owned(cause.replace(en, zh))),
    }
}

/// The subject of an alert.
pub fn alert_subject<'t>(look: &Look, alert: &'t Alert) -> Cow<'t, str> {
    of_alert(look, alert, &alert.subject)
}

/// A text of an alert as it may be shown: an alert about a number has it in its texts.
fn of_alert<'t>(look: &Look, alert: &Alert, text: &'t str) -> Cow<'t, str> {
    match (&look.masker, &alert.number) {
        (Some(masker), Some(number)) if text.contains(number.as_str()) => {
            Cow::Owned(clean(&text.replace(number.as_str(), &masker.phone(number))).into_owned())
        }
        _ => clean(text),
    }
}

/// The last inbound of a conversation in one line.
pub fn last_inbound<'t>(look: &Look, conversation: &'t Conversation) -> Cow<'t, str> {
    inbound(look, &conversation.last_type, &conversation.preview)
}

/// An inbound message in one line: a customer's own words, or what was sent: `image: …`, `2 items, CNY 1,124.00`. Masked, only
/// what it is stays.
pub fn inbound<'t>(look: &Look, r#type: &str, preview: &'t Text) -> Cow<'t, str> {
    if look.masker.is_some() {
        let what = if r#type == "text" { "" } else { r#type };
        let kind = phrase(look.lang, Cow::Borrowed(what), &KINDS, &[]);
        let gap = if kind.is_empty() { "" } else { ": " };
        return Cow::Owned(format!("{kind}{gap}{}", look.words(preview)));
    }
    let preview = clean(preview);
    if look.lang == Lang::Zh
        && let Some((said, product)) = preview.rsplit_once(" · product ")
    {
        return Cow::Owned(format!("{said} · 商品 {}", product.replace(" in catalogue ", "，目录 ")));
    }
    match look.lang {
        Lang::En => preview,
        Lang::Zh if r#type == "text" => preview,
        Lang::Zh if r#type == "order" => items(preview),
        Lang::Zh => phrase(look.lang, preview, &KINDS, &KINDS),
    }
}

/// What customers send.
const KINDS: [Pair; 27] = [
    ("image", "图片"),
    ("video", "视频"),
    ("audio", "音频"),
    ("voice note", "语音"),
    ("voice", "语音"),
    ("document", "文件"),
    ("file", "文件"),
    ("sticker", "贴图"),
    ("location", "位置"),
    ("contacts", "名片"),
    ("contact", "名片"),
    ("interactive", "交互"),
    ("button", "按钮"),
    ("list", "列表"),
    ("form", "表单"),
    ("call permission", "通话授权"),
    ("reaction removed", "已撤回回应"),
    ("reaction", "回应"),
    ("system", "系统"),
    ("edited", "已编辑"),
    ("edit", "已编辑"),
    ("deleted by the customer", "客户已删除"),
    ("chat opened", "打开聊天"),
    ("media placeholder", "媒体占位"),
    ("from ad", "来自广告"),
    ("unsupported", "不支持"),
    ("order", "订单"),
];

/// `2 items, CNY 1,124.00`.
fn items(preview: Cow<'_, str>) -> Cow<'_, str> {
    let (counted, rest) = preview.split_at(preview.find(',').unwrap_or(preview.len()));
    match counted.split_once(' ') {
        Some((count, "item" | "items")) => Cow::Owned(format!("{count} 件{rest}")),
        _ => preview,
    }
}

/// The text in the language: as a whole, or what it begins with.
fn phrase<'t>(lang: Lang, text: Cow<'t, str>, whole: &[Pair], begins: &[Pair]) -> Cow<'t, str> {
    if lang == Lang::En {
        return text;
    }
    if let Some((_, zh)) = whole.iter().find(|(en, _)| *en == text) {
        return Cow::Borrowed(zh);
    }
    let begun = |(en, zh): &Pair| {
        let rest = text.strip_prefix(en)?;
        // A word ends where it ends: `edit` does not begin `editorial`.
        (en.ends_with(' ') || rest.starts_with([':', ' '])).then(|| format!("{zh}{rest}"))
    };
    match begins.iter().find_map(begun) {
        Some(said) => Cow::Owned(said),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::mask::Masker;
    use crate::tui::theme::Theme;

    fn look(lang: Lang) -> Look {
        Look { lang, ..Look::new(Theme::dark()) }
    }

    #[test]
    fn what_is_ours_is_translated_and_what_came_on_the_wire_stays() {
        let zh = look(Lang::Zh);
        for (r#type, preview, said) in [
            ("text", "image: no, words", "image: no, words"),
            ("image", "image: invoice", "图片: invoice"),
            ("image", "image image/jpeg", "图片 image/jpeg"),
            ("voice", "voice note", "语音"),
            ("order", "2 items, CNY 1,124.00", "2 件, CNY 1,124.00"),
            ("order", "1 item", "1 件"),
            ("interactive", "button: Yes", "按钮: Yes"),
            ("reaction", "reaction removed", "已撤回回应"),
            ("edit", "editorial", "editorial"),
        ] {
            assert_eq!(inbound(&zh, r#type, &preview.into()), said);
            assert_eq!(inbound(&look(Lang::En), r#type, &preview.into()), preview);
        }
        assert_eq!(happened(Lang::Zh, "template paused"), "模板已暂停");
        assert_eq!(happened(Lang::Zh, "quality YELLOW"), "质量 YELLOW");
        assert_eq!(happened(Lang::Zh, "something new"), "something new");
        assert_eq!(happened(Lang::En, "template paused"), "template paused");
    }

    #[test]
    fn of_a_masked_message_only_its_kind_and_length_are_left() {
        let masked = |lang| Look { masker: Some(Masker::new([7; 16])), ..look(lang) };
        assert_eq!(inbound(&masked(Lang::En), "image", &"image: invoice".into()), "image: 14 characters");
        assert_eq!(inbound(&masked(Lang::Zh), "image", &"image: invoice".into()), "图片: 14 个字符");
        assert_eq!(inbound(&masked(Lang::Zh), "text", &"hello".into()), "5 个字符");
    }
}
