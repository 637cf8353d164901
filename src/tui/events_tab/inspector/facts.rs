//! The sides of an event that are lines of a label and a value: what it says, its headers, its bytes, who vouches for it.

use crate::capture;
use crate::event::clean::clean;
use crate::event::{Detail, ErrorItem, Event, Millis, Notice, Scheme, Status, catalogue};
use crate::journal::RawRequest;
use crate::tui::events_tab::row::{of_severity, status_word};
use crate::tui::events_tab::scheme_word;
use crate::tui::lang::{Lang, say};
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::Role;
use crate::tui::widgets::{cut, format};
use crate::tui::wrap::{fill, first, wrap};

/// A piece of a line.
type Piece = (Role, String);

/// A line, in pieces.
pub(super) type Line = Vec<Piece>;

/// Lines of a label and a value, which is broken where it is long.
struct Facts {
    lang: Lang,
    width: usize,
    lines: Vec<Line>,
}

/// Characters kept of one value.
const LONGEST: usize = 4096;

/// Bytes of a body shown as they stand; the journal and `watop events --raw` have all of them.
const RAW: usize = 256 << 10;

/// Cells of a label.
const LABEL: usize = 10;

impl Facts {
    fn new(look: &Look, width: usize) -> Self {
        Self { lang: look.lang, width, lines: Vec::new() }
    }

    fn line(&mut self, label: (&'static str, &'static str), value: &str) {
        self.coloured(label, Role::Text, value);
    }

    fn coloured(&mut self, (en, zh): (&'static str, &'static str), role: Role, value: &str) {
        self.labelled(self.lang.pick(en, zh), LABEL, role, value);
    }

    fn labelled(&mut self, label: &str, indent: usize, role: Role, value: &str) {
        let value = clean(first(value, LONGEST));
        for (at, line) in wrap(&value, self.width.saturating_sub(indent)).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let blanks = " ".repeat(indent.saturating_sub(cut::width(label)));
            self.lines.push(vec![(Role::Muted, format!("{label}{blanks}")), (role, line)]);
        }
    }

    /// A line for a value that may be missing.
    fn some(&mut self, label: (&'static str, &'static str), value: Option<&str>) {
        if let Some(value) = value {
            self.line(label, value);
        }
    }

    fn blank(&mut self) {
        self.lines.push(Vec::new());
    }
}

/// What the event says.
pub(super) fn of_event(event: &Event, ctx: &Context<'_>, width: usize) -> Vec<Line> {
    let masked = ctx.look.masker.as_ref().map(|masker| masker.event(event));
    let event = masked.as_ref().unwrap_or(event);
    let mut facts = Facts::new(ctx.look, width);
    match &event.detail {
        Detail::Status(status) => status_facts(&mut facts, status),
        Detail::Inbound(inbound) => {
            facts.coloured(("inbound", "来信"), Role::Strong, &inbound.r#type);
            facts.line(("says", "内容"), &inbound.preview);
            facts.some(("text", "文本"), inbound.text.as_deref());
            facts.line(("message", "消息"), &inbound.message_id);
            facts.some(("meta id", "Meta ID"), inbound.meta_message_id.as_deref());
            facts.some(("answers", "回复"), inbound.context.as_deref());
            facts.some(("group", "群组"), inbound.group.as_deref());
            facts.some(("ad", "广告"), inbound.referral.as_deref());
            error_facts(&mut facts, &inbound.errors);
        }
        Detail::Template(notice) | Detail::Account(notice) => notice_facts(&mut facts, notice),
        Detail::Other(other) => {
            facts.line(("field", "字段"), &other.field);
            facts.some(("event", "事件"), other.event.as_deref());
            facts.some(("id", "ID"), other.id.as_deref());
            facts.line(("says", "内容"), &other.preview);
        }
        Detail::Unrecognised(what) => {
            facts.coloured(("unread", "未识别"), Role::Warn, &terms::sentence(ctx.look.lang, &what.reason))
        }
    }
    facts.blank();
    facts.some(("customer", "客户"), event.customer.as_deref());
    facts.some(("name", "姓名"), event.name.as_deref());
    facts.some(("number", "商户号码"), event.number.as_deref());
    let received = format!("{}  {}", format::clock(event.received_at, ctx.zone), event.received_at.rfc3339());
    facts.line(("received", "接收"), &received);
    let provider = match event.provider_at.map(Millis::from) {
        Some(at) => {
            let lag = format::duration(event.received_at.0.saturating_sub(at.0) / 1000);
            let at = format::clock(at, ctx.zone);
            say!(ctx.look, "{at}  lag {lag}", "{at}  延迟 {lag}")
        }
        None => ctx.look.lang.pick("no time on the wire", "报文中没有时间").to_owned(),
    };
    facts.line(("provider", "平台"), &provider);
    let (seq, request) = (format::thousands(event.seq), format::thousands(event.request));
    facts.line(("event", "事件"), &say!(ctx.look, "{seq} of request {request}", "{seq},属于请求 {request}"));
    facts.line(("path", "路径"), &event.path);
    facts.lines
}

fn status_facts(facts: &mut Facts, status: &Status) {
    let role = if status.errors.is_empty() { Role::Strong } else { Role::Failed };
    facts.coloured(("status", "状态"), role, &terms::event_word(facts.lang, &status_word(&status.status)));
    error_facts(facts, &status.errors);
    facts.line(("message", "消息"), &status.message_id);
    facts.some(("meta id", "Meta ID"), status.meta_message_id.as_deref());
    facts.some(("member", "成员"), status.participant.as_deref());
    let category = status.category.as_deref().map(|category| terms::category(facts.lang, category));
    facts.some(("category", "类别"), category.as_deref());
    facts.some(("tag", "标签"), status.tag.as_deref());
    facts.some(("template", "模板"), status.template.as_deref());
    let lang = facts.lang;
    for cost in &status.costs {
        let amount = |currency: &str, amount: Option<_>| match amount {
            Some(amount) => format!("{currency} {amount} "),
            None => String::new(),
        };
        let currency = cost.currency.as_deref().unwrap_or_default();
        let (amount, cny) = (amount(currency, cost.amount), amount("CNY", cost.cny));
        facts.line(
            ("cost", "费用"),
            &format!(
                "{amount}{cny}{} {}",
                terms::category(lang, &cost.category),
                terms::direction(lang, &cost.direction)
            ),
        );
    }
    facts.some(("session", "会话"), status.conversation.as_deref());
}

fn error_facts(facts: &mut Facts, errors: &[ErrorItem]) {
    let lang = facts.lang;
    for error in errors {
        let code = error.code.map_or_else(|| lang.pick("no code", "无代码").to_owned(), |code| code.to_string());
        let wrapper = error.platform_code.map(|code| format!(" < {code}")).unwrap_or_default();
        let title = error.title.as_deref().unwrap_or_default();
        facts.coloured(("error", "错误"), Role::Failed, &format!("{code}{wrapper} {title}"));
        facts.some(("details", "详情"), error.details.as_deref());
        if let Some(entry) = error.code.and_then(catalogue::lookup) {
            let retry = if entry.retryable {
                lang.pick("may pass later", "稍后可能成功")
            } else {
                lang.pick("will not pass later", "重试无用")
            };
            facts.line(("class", "分类"), &format!("{} · {retry}", terms::class(lang, &entry.class)));
            facts.line(("do", "处理"), &lang.pick(&entry.en, &entry.zh).action);
        }
        facts.some(("help", "帮助"), error.href.as_deref());
    }
}

fn notice_facts(facts: &mut Facts, notice: &Notice) {
    facts.coloured(("what", "事项"), of_severity(notice.severity).1, &notice.what());
    facts.line(("about", "对象"), &notice.title);
    facts.line(("cause", "原因"), &notice.cause);
    facts.line(("field", "字段"), &notice.field);
    facts.some(("event", "事件"), notice.event.as_deref());
    facts.line(("subject", "主体"), &notice.subject);
    facts.some(("template", "模板"), notice.template.as_deref());
    facts.some(("language", "语言"), notice.language.as_deref());
    facts.some(("category", "类别"), notice.category.as_deref());
    facts.some(("WABA", "WABA"), notice.waba.as_deref());
    facts.line(("alert", "告警"), &notice.alert_id);
}

/// The stored headers.
pub(super) fn of_headers(raw: &RawRequest, ctx: &Context<'_>, width: usize) -> Vec<Line> {
    let masked = ctx.look.masker.as_ref().map(|masker| capture::masked(raw, masker));
    let raw = masked.as_ref().unwrap_or(raw);
    let mut facts = Facts::new(ctx.look, width);
    facts.line(("peer", "来源"), &raw.peer);
    facts.line(("path", "路径"), &raw.path);
    facts.blank();
    let widest = raw.headers.iter().map(|(name, _)| name.len()).max().unwrap_or(0).min(28);
    for (name, value) in &raw.headers {
        facts.labelled(&clean(name), widest + 1, Role::Text, &String::from_utf8_lossy(value));
    }
    facts.lines
}

/// The body as it stands: text broken at the width of the pane, or a dump where it is not UTF-8.
pub(super) fn of_raw(raw: &RawRequest, ctx: &Context<'_>, width: usize) -> Vec<Line> {
    if ctx.look.masker.is_some() {
        let hidden = ctx.look.lang.pick("hidden while phones and texts are masked", "号码和文本遮蔽时不显示");
        return vec![vec![(Role::Muted, hidden.to_owned())]];
    }
    let mut end = raw.body.len().min(RAW);
    let lines = match std::str::from_utf8(&raw.body) {
        Ok(text) => {
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            escaped(text.get(..end).unwrap_or_default(), width)
        }
        Err(error) => {
            let at = format::thousands(error.valid_up_to() as u64);
            let what = say!(ctx.look, "not UTF-8 from byte {at} on", "自第 {at} 字节起不是 UTF-8");
            let mut lines = vec![vec![(Role::Warn, what)], Vec::new()];
            lines.extend(dump(raw.body.get(..end).unwrap_or_default(), width));
            lines
        }
    };
    let mut lines = lines;
    if end < raw.body.len() {
        let rest = format::thousands((raw.body.len() - end) as u64);
        lines.push(vec![(Role::Warn, say!(ctx.look, "{rest} bytes more", "还有 {rest} 字节"))]);
    }
    lines
}

/// Text with every control character written as an escape, so that what was signed can be told apart from what it looks like.
fn escaped(text: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\\n"));
        let mut shown = String::with_capacity(line.len());
        for character in line.chars() {
            match character {
                '\t' => shown.push_str("\\t"),
                '\r' => shown.push_str("\\r"),
                other => shown.push(other),
            }
        }
        let mut wrapped: Vec<Line> =
            fill(&clean(&shown), width).into_iter().map(|line| vec![(Role::Text, line)]).collect();
        if let Some(last) = wrapped.last_mut().filter(|_| !end.is_empty()) {
            last.push((Role::Faint, end.to_owned()));
        }
        lines.extend(wrapped);
    }
    lines
}

/// Bytes as hex digits and, beside them, as characters.
fn dump(bytes: &[u8], width: usize) -> impl Iterator<Item = Line> {
    let columns = if width >= 8 + 16 * 4 { 16 } else { 8 };
    bytes.chunks(columns).enumerate().map(move |(at, bytes)| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '.' };
        let characters: String = bytes.iter().map(shown).collect();
        vec![
            (Role::Muted, format!("{:06x}  ", at * columns)),
            (Role::Text, format!("{digits:<room$} ", room = columns * 3)),
            (Role::Muted, characters),
        ]
    })
}

/// Who vouches for it, and by what.
pub(super) fn of_verdict(raw: &RawRequest, ctx: &Context<'_>, width: usize) -> Vec<Line> {
    let lang = ctx.look.lang;
    let mut facts = Facts::new(ctx.look, width);
    let bytes = format::thousands(raw.body.len() as u64);
    match &raw.verified {
        Some(verified) => {
            facts.coloured(("verdict", "结论"), Role::Ok, lang.pick("verified", "已验签"));
            facts.line(("scheme", "方案"), scheme_word(verified.scheme));
            facts.line(("secret", "密钥"), &verified.secret);
            facts.blank();
            match verified.scheme {
                Scheme::Nxcloud => nxcloud_digest(&mut facts, raw, &bytes),
                Scheme::Meta => meta_digest(&mut facts, raw, &bytes),
            }
        }
        None => {
            facts.coloured(("verdict", "结论"), Role::Failed, lang.pick("UNVERIFIED", "未验签"));
            let means = "no secret was configured when it came: anybody may have sent it";
            facts.line(("means", "含义"), lang.pick(means, "收到时没有配置密钥:任何人都可能发送它"));
            facts.line(("bytes", "字节"), &bytes);
        }
    }
    facts.lines
}

fn header<'r>(raw: &'r RawRequest, name: &str) -> Option<std::borrow::Cow<'r, str>> {
    let found = raw.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| String::from_utf8_lossy(value))
}

/// The text that was digested, piece by piece, without the secret.
fn nxcloud_digest(facts: &mut Facts, raw: &RawRequest, bytes: &str) {
    let sign = header(raw, "sign").unwrap_or_default();
    let algorithm = if sign.len() == 64 { "sha256" } else { "md5" };
    facts.line(("sign", "签名"), &sign);
    let intro = facts.lang.pick("is the", "是以下文本的");
    let of = facts.lang.pick("of this text, in one piece:", "(连成一行):");
    facts.line(("", ""), &format!("{intro} {algorithm} {of}"));
    for (name, before) in [("accessKey", ""), ("action", "&"), ("bizType", "&"), ("ts", "&")] {
        let value = header(raw, name).unwrap_or_default();
        facts.coloured(("", ""), Role::Strong, &format!("{before}{name}={value}"));
    }
    if !raw.body.is_empty() {
        let body = match facts.lang {
            Lang::En => format!("&body= and the {bytes} bytes of the body"),
            Lang::Zh => format!("&body= 和正文的 {bytes} 字节"),
        };
        facts.coloured(("", ""), Role::Strong, &body);
    }
    let secret = facts.lang.pick("&accessSecret= and the secret of that label", "&accessSecret= 和该标签的密钥");
    facts.coloured(("", ""), Role::Strong, secret);
}

fn meta_digest(facts: &mut Facts, raw: &RawRequest, bytes: &str) {
    facts.line(("header", "请求头"), &header(raw, "x-hub-signature-256").unwrap_or_default());
    let means = match facts.lang {
        Lang::En => {
            format!("is the HMAC-SHA256 of the {bytes} bytes of the body, keyed with the app secret of that label")
        }
        Lang::Zh => format!("是正文 {bytes} 字节的 HMAC-SHA256,以该标签的应用密钥为键"),
    };
    facts.line(("", ""), &means);
}
