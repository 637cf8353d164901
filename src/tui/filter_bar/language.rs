//! Help on the language of filters, made from its fields.

use crate::query::{FIELDS, Field};
use crate::tui::lang::Lang;
use crate::tui::look::Look;
use crate::tui::overlays::{centred, dim};
use crate::tui::theme::Role;
use crate::tui::widgets::frame as border;
use crate::tui::widgets::table::scroll_mark;
use crate::tui::widgets::words::Words;
use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

/// What can be written, and what it means in each language.
const FORMS: [(&str, &str, &str); 14] = [
    ("status:failed code:131049", "both must hold", "两个条件都成立"),
    ("code:131026 or code:131049", "one of them must hold", "其中一个成立"),
    ("not tag:promo   -tag:promo", "must not hold; also finds what has no tag", "不成立;也包括没有标签的"),
    ("(to:52* or to:55*) code:131026", "parentheses group", "括号分组"),
    ("tag:order-*   to:+52*", "* stands for anything, ? for one character", "* 代表任意内容,? 代表一个字符"),
    ("tag:\"order 7\"", "a value with blanks", "含空格的值"),
    ("title:~/^lock/i", "a regular expression; i: upper and lower case alike", "正则表达式;i 不区分大小写"),
    ("age<10m   lag>=5s   amount>0.05", "compares", "比较大小"),
    ("code:131000..131999", "a range, both ends included", "范围,含两端"),
    ("\"refund\"", "text, searched in everything the event says", "在事件的全部内容中查找文本"),
    ("value.errors[0].code:131026", "a path into the stored body", "存储的请求体中的路径"),
    (
        "outcome:waiting   deliver_s>=60",
        "of whole messages: on the overview, in Messages",
        "针对整条消息:用于总览和消息页",
    ),
    (
        "received>-15m  received:14:00..14:30",
        "when it was received; a date may stand before a time",
        "接收时间;时间前可加日期",
    ),
    ("age:30s..   seq:..1300", "a range open at one end", "一端开放的范围"),
];

/// Cells of a field's name, and of its example.
const NAME: usize = 15;
const EXAMPLE: usize = 21;

/// Cells of a form.
const FORM: usize = 38;

/// The help while it is open.
#[derive(Debug, Default)]
pub(super) struct Language {
    /// The first line shown.
    top: usize,
}

impl Language {
    /// Takes a key. Says whether the help is closed.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        self.top = match key.code {
            KeyCode::Esc | KeyCode::F(1) | KeyCode::Enter | KeyCode::Char('q' | '?') => return true,
            KeyCode::Down | KeyCode::Char('j') => self.top + 1,
            KeyCode::Up | KeyCode::Char('k') => self.top.saturating_sub(1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.top + 10,
            KeyCode::PageUp => self.top.saturating_sub(10),
            _ => self.top,
        };
        false
    }

    /// Draws it over the dimmed screen, above the footer.
    pub(super) fn draw(&mut self, frame: &mut Frame<'_>, look: &Look) {
        let buffer = frame.buffer_mut();
        let screen = Rect { height: buffer.area.height.saturating_sub(1), ..buffer.area };
        let lines = lines(look);
        let area = centred(screen, 104, u16::try_from(lines.len() + 2).unwrap_or(u16::MAX));
        dim(buffer, screen, look);
        Clear.render(area, buffer);
        let totals = vec![Words::new(look).muted(look.lang.pick("case does not count", "不区分大小写"))];
        let inner = border::draw(buffer, area, look, look.lang.pick("Filters", "过滤语法"), totals, true);
        buffer.set_style(area, look.style(Role::Popup));
        let room = usize::from(inner.height);
        let count = lines.len();
        self.top = self.top.min(count.saturating_sub(room));
        for (line, y) in lines.into_iter().skip(self.top).zip(inner.top()..inner.bottom()) {
            line.draw(buffer, inner.x, y, inner.width);
        }
        scroll_mark(buffer, area, look, self.top, room, count);
    }
}

fn lines(look: &Look) -> Vec<Words<'_>> {
    let words = || Words::new(look);
    let mut lines = vec![words().strong(look.lang.pick("What can be written", "写法"))];
    lines.extend(
        FORMS
            .iter()
            .map(|(form, en, zh)| words().role(Role::Accent, *form).to(FORM).text(" ").text(look.lang.pick(*en, *zh))),
    );
    lines.extend([words(), words().strong(look.lang.pick("Fields", "字段"))]);
    lines.extend(FIELDS.iter().map(|field| {
        let name = words().role(Role::Accent, field.name).to(NAME);
        name.then(words().muted(field.example).to(EXAMPLE)).text(" ").text(about(field, look.lang))
    }));
    lines
}

/// One line on a field.
pub(super) fn about(field: &'static Field, lang: Lang) -> &'static str {
    lang.pick(field.about, chinese(field.name).unwrap_or(field.about))
}

/// The same in Chinese.
fn chinese(field: &str) -> Option<&'static str> {
    Some(match field {
        "kind" => "事件种类:status、inbound、template、account、other 或 unrecognised",
        "status" => "送达状态:sent、delivered、read、played、failed、deleted、warning",
        "code" => "任一有效错误代码",
        "platform_code" => "包在有效代码外的平台代码",
        "from" => "写来消息的客户",
        "to" => "所发消息的收件人",
        "number" => "业务号码",
        "customer" => "客户,不论谁写的",
        "name" => "客户的资料名",
        "tag" => "发送时给出的回传数据",
        "template" => "模板名,来自模板事件或错误文本",
        "type" => "客户消息的类型",
        "field" => "模板、账户或其他事件的 webhook 字段",
        "event" => "此类事件的事件名、决定或新评分",
        "subject" => "告警所涉的模板 ID 和语言,或 WABA",
        "category" => "会话、计价或模板类别",
        "amount" => "任一费用行的价格,按该行币种",
        "currency" => "任一费用行的币种",
        "direction" => "任一费用行的方向",
        "severity" => "模板或账户事件的级别:info、good、warning 或 critical",
        "id" => "消息 ID 或 Meta 消息 ID",
        "text" => "客户所写内容,或其单行预览",
        "title" => "错误的标题或详情、告警的标题或原因、无法识别的原因",
        "outcome" => "整条消息的结果:read、delivered、failed、waiting 或 silent;失败且又送达时为 conflict",
        "deliver_s" => "整条消息从发送到送达的秒数,按提供方时钟",
        "read_s" => "整条消息从送达到已读的秒数,按提供方时钟",
        "age" => "接收以来的时间",
        "received" => "接收的时间:多久以前、最近一天的时刻、某日,或两者",
        "lag" => "接收时间减去提供方时间",
        "scheme" => "验证它的签名方案:nxcloud 或 meta",
        "secret" => "验证它的密钥的标签",
        "seq" => "事件在日志中的序号",
        "request" => "带来它的请求的编号",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Filter;

    #[test]
    fn every_field_is_explained_in_both_languages() {
        for field in FIELDS {
            assert!(chinese(field.name).is_some(), "{field:?}");
        }
    }

    #[test]
    fn the_forms_can_be_read() {
        for (form, ..) in FORMS {
            Filter::parse_for_messages(form).unwrap();
        }
    }
}
