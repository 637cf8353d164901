//! A message as lines for a reader.

use super::entries::{Answer, Entries, Entry, Fate, Stage, What};
use crate::event::clean::{clean, clean_lines};
use crate::event::decode::said::{Content, Forwarded, Media, Named, Order, Said, amount};
use crate::event::{Inbound, Millis, Text};
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::panes::Context;
use crate::tui::terms;
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{cut, format};
use crate::tui::wrap::{first, wrap};

/// Cells of clock and rule before what a customer wrote.
pub(super) const INDENT: usize = 8;

/// Cells of a label.
const LABEL: usize = 7;

/// Lines shown of one text.
const LINES: usize = 30;

/// Characters kept of one text.
const LONGEST: usize = 8_000;

/// Rows shown of one list.
const ROWS: usize = 30;

/// What lines are made from.
pub(super) struct Writer<'a, 'c> {
    /// Theme, zone and the rest.
    pub ctx: &'c Context<'a>,
    /// The other messages: what is quoted is among them.
    pub entries: &'c Entries,
    /// Cells there are.
    pub width: usize,
}

impl<'a> Writer<'a, '_> {
    fn words(&self) -> Words<'a> {
        Words::new(self.ctx.look)
    }

    fn look(&self) -> &'a Look {
        self.ctx.look
    }

    fn pick(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.ctx.look.lang.pick(en, zh)
    }

    /// Cells for what a customer wrote.
    fn room(&self) -> usize {
        self.width.saturating_sub(INDENT).max(16)
    }

    /// The lines of a message, clock and rule included.
    pub(super) fn lines(&self, entry: &Entry) -> Vec<Words<'a>> {
        let clock = format::hour_minute(entry.at, self.ctx.zone);
        let (inbound, parts) = match &entry.what {
            What::Said { inbound, parts } => (inbound, parts),
            What::Answer(answer) => return vec![self.answer(answer, clock)],
        };
        let lines = match parts {
            Some(parts) if self.look().masker.is_none() => self.said(parts, entry.fate),
            _ => self.in_short(inbound),
        };
        let rule = self.look().frame(false).vertical_left;
        let begin = |at: usize| {
            let clock = if at == 0 { clock.clone() } else { " ".repeat(5) };
            self.words().muted(clock).role(Role::Faint, format!(" {rule} "))
        };
        lines.into_iter().enumerate().map(|(at, line)| begin(at).then(line)).collect()
    }

    /// Only what the event itself says: the body is gone, or texts are masked.
    fn in_short(&self, inbound: &Inbound) -> Vec<Words<'a>> {
        let text = self.look().words(first(&inbound.preview, LONGEST)).into_owned();
        wrap(&text, self.room()).into_iter().take(LINES).map(|line| self.words().text(line)).collect()
    }

    fn said(&self, parts: &Said, fate: Option<Fate>) -> Vec<Words<'a>> {
        let mut lines = Vec::new();
        // A choice or reaction says itself what it is about.
        let tells = matches!(
            parts.content,
            Content::Choice { .. } | Content::Button { .. } | Content::Reaction { .. } | Content::Form { .. }
        );
        if let Some(quoted) = parts.quotes.as_ref().filter(|_| !tells) {
            let about = self.about(quoted);
            lines.push(self.words().role(Role::AccentDim, "▏").muted(self.pick("quotes ", "引用 ")).muted(about));
        }
        if let Some(product) = &parts.product {
            let words = self.label("product", "商品").value(clean(&product.id).into_owned());
            lines.push(match &product.catalogue {
                Some(catalogue) => {
                    let catalogue = clean(catalogue);
                    words.muted(say!(self.look(), " in catalogue {catalogue}", " 目录 {catalogue}"))
                }
                None => words,
            });
        }
        lines.extend(self.content(&parts.content, parts.quotes.as_ref()));
        if let Some(forwarded) = parts.forwarded {
            lines.push(self.words().muted(match forwarded {
                Forwarded::Yes => self.pick("forwarded", "转发"),
                Forwarded::Often => self.pick("forwarded many times", "多次转发"),
            }));
        }
        if let Some(referral) = &parts.referral {
            let source = referral.source.as_deref().unwrap_or("ad");
            let source = match source {
                "post" => self.pick("post", "帖子"),
                _ => self.pick("ad", "广告"),
            };
            let mut words = self.words().muted(say!(self.look(), "from {source} ", "来自{source} "));
            if let Some(headline) = &referral.headline {
                words = words.text(clean(first(headline, 80)).into_owned());
            }
            if let Some(id) = &referral.id {
                words = words
                    .muted(" · id ")
                    .muted(cut::middle(&clean(id), 16, self.look().glyph(Glyph::Cut)).into_owned());
            }
            if let Some(url) = &referral.url {
                let url = clean(first(url, 200)).into_owned();
                words = words.muted(format!(" · {}", url.trim_start_matches("https://")));
            }
            lines.push(words);
        }
        lines.extend(fate.map(|fate| {
            self.words().role(
                Role::Warn,
                match fate {
                    Fate::Edited => self.pick("edited later", "之后被修改"),
                    Fate::Deleted => self.pick("deleted by the customer later", "之后被客户删除"),
                },
            )
        }));
        lines
    }

    fn content(&self, content: &Content, quotes: Option<&Named>) -> Vec<Words<'a>> {
        let text = |text: &Text| clean(first(text, LONGEST)).into_owned();
        match content {
            Content::Text { body } => self.text(body),
            Content::Media { kind, mime, file, caption, id } => {
                let label = match kind {
                    Media::Image => self.label("image", "图片"),
                    Media::Video => self.label("video", "视频"),
                    Media::Audio => self.label("audio", "音频"),
                    Media::Voice => self.label("voice", "语音"),
                    Media::Document => self.label("file", "文件"),
                };
                let mut words = label;
                if let Some(file) = file {
                    words = words.value(format!("{} ", text(file)));
                }
                words =
                    words.muted(mime.as_ref().map_or_else(|| self.pick("type unknown", "类型未知").to_owned(), text));
                if *kind == Media::Image && caption.is_none() {
                    words = words.muted(self.pick(" · no caption", " · 无说明"));
                }
                if let Some(id) = id {
                    let id = clean(id);
                    words = words.muted(format!("{}{}", self.pick(" · media ", " · 媒体 "), cut::head(&id, 8)));
                }
                let mut lines = vec![words];
                lines.extend(caption.iter().flat_map(|caption| self.text(caption)));
                lines
            }
            Content::Sticker { emojis, pack, first_party, animated } => {
                let mut about: Vec<String> = pack.iter().map(text).collect();
                about.extend(first_party.then(|| self.pick("first party", "官方").to_owned()));
                about.extend(animated.then(|| self.pick("animated", "动画").to_owned()));
                vec![self.label("sticker", "贴纸").text(format!("{} ", text(emojis))).muted(about.join(", "))]
            }
            Content::Location { name, address, latitude, longitude, url } => {
                let named: Vec<String> = [name, address].into_iter().flatten().map(text).collect();
                let at = match (latitude, longitude) {
                    (Some(latitude), Some(longitude)) => format!("  {}, {}", degrees(latitude), degrees(longitude)),
                    _ => String::new(),
                };
                let mut lines = vec![self.label("place", "位置").text(named.join(", ")).muted(at)];
                lines.extend(url.iter().map(|url| self.words().muted(text(url))));
                lines
            }
            Content::Contacts { cards, count } => {
                let mut lines = Vec::new();
                for (at, card) in cards.iter().take(ROWS).enumerate() {
                    let words =
                        if at == 0 { self.label("card", "名片") } else { self.words().text(" ".repeat(LABEL)) };
                    let name =
                        card.name.as_ref().map_or_else(String::new, |name| self.look().person(name).into_owned());
                    let phone =
                        card.phone.as_ref().map_or_else(String::new, |phone| self.look().phone(phone).into_owned());
                    let words = words.text(format!("{name} ")).muted(phone);
                    lines.push(match &card.mail {
                        Some(mail) => words.muted(format!(" {}", text(mail))),
                        None => words,
                    });
                }
                if *count > ROWS || lines.is_empty() {
                    lines.push(self.label("card", "名片").muted(say!(
                        self.look(),
                        "{count} contacts",
                        "{count} 个联系人"
                    )));
                }
                lines
            }
            Content::Button { label, payload } => {
                let mut about: Vec<String> = self.answers(quotes).into_iter().collect();
                about.extend(
                    payload.as_ref().filter(|payload| *payload != label).map(|payload| format!("id {}", text(payload))),
                );
                vec![self.label("button", "按钮").value(format!("{} ", text(label))).muted(about.join(" · "))]
            }
            Content::Choice { list, title, description, id } => {
                let label = if *list { self.label("list", "列表") } else { self.label("button", "按钮") };
                let mut about: Vec<String> = description.iter().map(text).collect();
                about.extend(self.answers(quotes));
                about.extend(id.iter().map(|id| format!("id {}", text(id))));
                vec![label.value(format!("{} ", text(title))).muted(about.join(" · "))]
            }
            Content::Form { name, body, answers } => self.form(name.as_ref(), body.as_ref(), answers),
            Content::CallPermission { response, until } => {
                let response = response.as_ref().map_or_else(String::new, text);
                let words = self.label("calls", "通话").value(response);
                vec![match until {
                    Some(until) => {
                        let until = Millis::from(*until);
                        let (day, clock) = (
                            format::day(until, self.ctx.scope.as_of, self.ctx.zone, self.ctx.look.lang),
                            format::clock(until, self.ctx.zone),
                        );
                        words.muted(say!(self.look(), " until {day} {clock}", " 有效至 {day} {clock}"))
                    }
                    None => words,
                }]
            }
            Content::Order(order) => self.order(order),
            Content::Reaction { emoji, to } => {
                let words = match emoji {
                    Some(emoji) => self.words().text(format!("{} ", text(emoji))).muted(self.pick("on ", "回应 ")),
                    None => self.words().muted(self.pick("reaction taken back on ", "撤回对此的回应:")),
                };
                vec![words.muted(self.about(to))]
            }
            Content::System { body, kind, now } => {
                let what = body.as_ref().or(kind.as_ref()).map_or_else(String::new, text);
                let now = now.as_ref().map_or_else(String::new, |now| format!("  {}", self.look().phone(now)));
                vec![self.label("system", "系统").text(what).muted(now)]
            }
            Content::Welcome => {
                vec![self.words().muted(self.pick("opened the chat for the first time", "首次打开会话"))]
            }
            Content::Edit { of, content } => {
                let about = self.about(of);
                let mut lines = vec![self.label("edited", "修改").muted(about)];
                lines.extend(content.iter().flat_map(|content| self.content(content, None)));
                lines
            }
            Content::Revoke { of } => vec![self.label("deleted", "删除").muted(self.about(of))],
            Content::Unsupported { kind, errors } => {
                let words = self
                    .words()
                    .glyph(Role::Warn, Glyph::Warning)
                    .role(Role::Warn, self.pick(" unsupported ", " 不支持 "));
                let words = words.text(kind.as_ref().map_or_else(String::new, |kind| format!("{} ", text(kind))));
                let mut lines: Vec<_> = errors
                    .iter()
                    .take(3)
                    .map(|error| {
                        let code = error.code.map_or_else(String::new, |code| format!("{code} "));
                        let why = error.details.as_ref().or(error.title.as_ref());
                        let why =
                            why.map_or_else(String::new, |why| self.look().quoting(first(why, LONGEST)).into_owned());
                        words.clone().value(code).muted(why)
                    })
                    .collect();
                if lines.is_empty() {
                    lines.push(words);
                }
                lines
            }
            Content::Other { summary } => vec![self.words().muted(text(summary))],
        }
    }

    /// A label before what follows on its line.
    fn label(&self, en: &'static str, zh: &'static str) -> Words<'a> {
        let label = self.pick(en, zh);
        let blanks = " ".repeat(LABEL.saturating_sub(cut::width(label)).max(1));
        self.words().muted(format!("{label}{blanks}"))
    }

    /// Text in lines that fit.
    fn text(&self, text: &str) -> Vec<Words<'a>> {
        let text = clean_lines(first(text, LONGEST)).into_owned();
        let mut lines: Vec<_> =
            text.lines().flat_map(|line| wrap(line, self.room())).map(|line| self.words().text(line)).collect();
        if lines.len() > LINES {
            let more = lines.len() - LINES;
            lines.truncate(LINES);
            lines.push(self.words().muted(say!(self.look(), "{more} lines more", "还有 {more} 行")));
        }
        lines
    }

    fn form(&self, name: Option<&Text>, body: Option<&Text>, answers: &[(Text, Text)]) -> Vec<Words<'a>> {
        let text = |text: &Text| clean(first(text, 400)).into_owned();
        let count = answers.len();
        if answers.is_empty() {
            let said = body.or(name).map_or_else(String::new, text);
            return vec![
                self.label("form", "表单").text(said).muted(self.pick(" answers cannot be read", " 无法读取回答")),
            ];
        }
        let values: Vec<String> = answers.iter().map(|(_, value)| text(value)).collect();
        let values = values.join(" · ");
        let about = say!(self.look(), " flow answered, {count} fields", " 已答流程,{count} 项");
        if LABEL + cut::width(&values) + cut::width(&about) <= self.room() {
            return vec![self.label("form", "表单").value(values).muted(about)];
        }
        let mut lines = vec![self.label("form", "表单").muted(about.trim_start().to_owned())];
        for (name, value) in answers.iter().take(ROWS) {
            lines.push(self.words().muted(format!("  {}  ", text(name))).text(text(value)));
        }
        lines
    }

    /// Its total, then a row for each product, amounts under each other.
    fn order(&self, order: &Order) -> Vec<Words<'a>> {
        let count = order.count;
        let words = self.label("order", "订单").value(say!(self.look(), "{count} lines", "{count} 项"));
        let totals = order.totals.as_ref().map(|totals| {
            let each = totals.iter().map(|(currency, total)| format!("{} {}", clean(currency), amount(*total)));
            each.collect::<Vec<_>>().join(" + ")
        });
        let words = match totals {
            Some(totals) => words.value(format!(", {totals}")),
            None => words,
        };
        let mut lines = vec![match &order.catalogue {
            Some(catalogue) => {
                let catalogue = clean(catalogue);
                words.muted(say!(self.look(), " catalogue {catalogue}", " 目录 {catalogue}"))
            }
            None => words,
        }];
        let room = self.room().min(44);
        for item in order.items.iter().take(ROWS) {
            let quantity = item.quantity.map_or_else(|| "?".to_owned(), |quantity| quantity.normalize().to_string());
            let product =
                item.product.as_ref().map_or_else(|| "–".to_owned(), |product| clean(first(product, 60)).into_owned());
            let begin = format!("  {quantity} × {product} ");
            let end = item.amount().map_or_else(|| "?".to_owned(), |price| amount(price).to_string());
            let dots = room.saturating_sub(cut::width(&begin) + end.len() + 1);
            lines.push(self.words().text(begin).role(Role::Faint, "·".repeat(dots)).value(format!(" {end}")));
        }
        if order.count > ROWS {
            let more = order.count - ROWS;
            lines.push(self.words().muted(say!(self.look(), "  {more} more", "  还有 {more} 项")));
        }
        lines.extend(order.text.iter().flat_map(|text| self.text(text)));
        lines
    }

    /// What a message answers.
    fn answers(&self, quotes: Option<&Named>) -> Option<String> {
        let about = self.about(quotes?);
        Some(say!(self.look(), "answers {about}", "回复 {about}"))
    }

    /// Another message in a few words: when, and what it was.
    fn about(&self, named: &Named) -> String {
        let Some(entry) = self.entries.place(named).and_then(|at| self.entries.all().get(at)) else {
            return self.pick("a message not shown here", "此处未显示的消息").to_owned();
        };
        let clock = format::hour_minute(entry.at, self.ctx.zone);
        let what = match &entry.what {
            What::Said { inbound, .. } => self.look().words(first(&inbound.preview, 40)).into_owned(),
            What::Answer(answer) => answer
                .tag
                .as_ref()
                .map(|tag| clean(tag))
                .or(answer.category.as_deref().map(|category| terms::category(self.look().lang, category)))
                .unwrap_or_default()
                .into_owned(),
        };
        format!("{clock} {what}").trim_end().to_owned()
    }

    /// An answer: on the right, what is known of it and how far it came.
    fn answer(&self, answer: &Answer, clock: String) -> Words<'a> {
        let look = self.look();
        let mut about = Vec::new();
        let category = answer.category.as_deref().unwrap_or_default();
        if answer.template.is_some()
            || matches!(category, "utility" | "marketing" | "authentication" | "marketing_lite")
        {
            about.push(match &answer.template {
                Some(template) => say!(look, "template {template}", "模板 {template}"),
                None => self.pick("template", "模板").to_owned(),
            });
        } else {
            about.push(self.pick("text not on the wire", "报文中没有正文").to_owned());
        }
        about.extend(Some(terms::category(look.lang, category).into_owned()).filter(|category| !category.is_empty()));
        about.extend(answer.tag.as_ref().map(|tag| say!(look, "tag {tag}", "标签 {tag}")));
        let about = clean(&about.join(" · ")).into_owned();
        let rule = look.frame(false).vertical_right;
        let stage = self.stage(answer).muted(" ").role(Role::Faint, rule);
        let room = self.width.saturating_sub(7 + stage.width() + 3);
        let about = cut::cut(&about, room, look.glyph(Glyph::Cut)).into_owned();
        let blanks = self.width.saturating_sub(6 + cut::width(&about) + 3 + stage.width());
        self.words().muted(format!("{clock} {}", " ".repeat(blanks))).muted(format!("{about}   ")).then(stage)
    }

    /// How far an answer came, and when.
    pub(super) fn stage(&self, answer: &Answer) -> Words<'a> {
        let words = self.words();
        let clock = |at: Millis| format!(" {}", format::hour_minute(at, self.ctx.zone));
        match answer.stage() {
            Stage::Read(at) => {
                words.glyph(Role::Read, Glyph::ReadTick).text(self.pick(" read", " 已读")).muted(clock(at))
            }
            Stage::Delivered(at) => {
                words.glyph(Role::Delivered, Glyph::ReadTick).text(self.pick(" delivered", " 已送达")).muted(clock(at))
            }
            Stage::Sent(at) => {
                let waiting = format::duration((self.ctx.scope.as_of.0 - at.0) / 1000);
                let words =
                    words.glyph(Role::Muted, Glyph::DeliveredTick).text(self.pick(" sent", " 已发送")).muted(clock(at));
                words.muted(say!(self.look(), " waiting {waiting}", " 已等待 {waiting}"))
            }
            Stage::Failed(_) => {
                let words =
                    words.glyph(Role::Failed, Glyph::Critical).role(Role::Failed, self.pick(" failed ", " 失败 "));
                let error = answer.errors.first();
                let Some(code) = error.and_then(|error| error.code) else { return words };
                let what = terms::wording(self.look().lang, Some(code)).map(|words| words.short.clone());
                let what =
                    what.or_else(|| Some(clean(first(error?.title.as_deref()?, 40)).into_owned())).unwrap_or_default();
                words.role(Role::Failed, format!("{code} {what}"))
            }
            Stage::Unknown => words.nothing(),
        }
    }
}

/// Degrees with five digits behind the point: about a metre.
fn degrees(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => format!("{value:.5}"),
        _ => clean(first(text, 20)).into_owned(),
    }
}
