//! The verdict in words: a sentence, its consequence, and a short form.

use super::{Over, Shown, Waiting, Watched};
use crate::config::Lang;
use crate::event::Millis;
use crate::event::clean::clean;
use crate::monitor::view::{Alert, Common, Finding, Outbreak, Rates};
use crate::tui::lang::say;
use crate::tui::look::Look;
use crate::tui::terms;
use crate::tui::theme::Glyph;
use crate::tui::widgets::{cut, format};
use jiff::tz::TimeZone;

/// Cells before the sentences of a calm screen.
pub(super) const INDENT: usize = 13;

/// Cells that the second row may be shorter than the first, for the keys that lead to the proof.
const BESIDE: usize = 16;

/// Text pieces; `true` marks a value.
type Pieces = Vec<(String, bool)>;

/// The two rows.
pub(super) struct Sentences {
    pub(super) what: Pieces,
    pub(super) more: Pieces,
}

/// The verdict in two rows, as of a moment; the first in so many cells if a shorter wording can do it.
pub(super) fn sentences(shown: &Shown, look: &Look, zone: &TimeZone, as_of: Millis, room: usize) -> Sentences {
    let speaker = Speaker { look, zone, as_of, since: shown.verdict.since, room };
    let Sentences { what, more } = speaker.found(&shown.verdict.finding);
    match &shown.over {
        None => Sentences { what, more },
        Some(Over::Failing { reason, since, refused }) => speaker.failing(reason, *since, *refused),
        Some(Over::Down { from, to }) => Sentences { what: speaker.down(*from, *to), more: what },
        Some(Over::Ready(waiting)) => speaker.ready(waiting),
        Some(Over::Elsewhere(all)) => {
            let outside = speaker.pick("outside of what is shown: ", "所示范围之外：");
            let room = room.saturating_sub(cut::width(outside));
            let mut pieces = vec![(outside.to_owned(), false)];
            pieces.extend(Speaker { since: all.since, room, ..speaker }.found(&all.finding).what);
            Sentences { what: pieces, more: what }
        }
        Some(Over::Unverified(waiting)) => {
            let beneath = waiting.as_ref().map_or(what, |waiting| speaker.ready(waiting).more);
            Sentences { what: speaker.unverified(), more: beneath }
        }
    }
}

/// The verdict in a few words.
pub(super) fn short(shown: &Shown, look: &Look, zone: &TimeZone) -> String {
    match &shown.over {
        Some(Over::Failing { since, .. }) => {
            let since = format::clock(*since, zone);
            say!(look, "503 since {since}", "503 自 {since}")
        }
        Some(Over::Down { from, to }) => {
            let length = format::duration((to.0 - from.0) / 1000);
            say!(look, "receiver down {length}", "接收中断 {length}")
        }
        Some(Over::Ready(_)) => look.lang.pick("no event yet", "尚无事件").to_owned(),
        Some(Over::Unverified(_)) => look.lang.pick("unverified", "未验签").to_owned(),
        Some(Over::Elsewhere(all)) => {
            let found = short_finding(&all.finding, all.since, look, zone);
            say!(look, "outside: {found}", "范围外：{found}")
        }
        None => short_finding(&shown.verdict.finding, shown.verdict.since, look, zone),
    }
}

/// What the monitor found, in a few words.
pub(super) fn short_finding(finding: &Finding, since: Option<Millis>, look: &Look, zone: &TimeZone) -> String {
    match finding {
        Finding::Nothing => look.lang.pick("no event yet", "尚无事件").to_owned(),
        Finding::Silence { lasting_s, .. } => {
            let silence = format::countdown(*lasting_s);
            say!(look, "no event for {silence}", "{silence} 无事件")
        }
        Finding::Outbreak(outbreak) => {
            let code = code(look, outbreak.failure.code);
            let messages = format::thousands(outbreak.failure.messages);
            let since = format::hour_minute(since.unwrap_or(outbreak.failure.first_at), zone);
            say!(look, "{code} {messages} msgs since {since}", "{code} {messages} 条 自 {since}")
        }
        Finding::Alert { alert, .. } => named(look, alert),
        Finding::Calm { rates, .. } => match rates.settled.map(format::percent) {
            None => look.lang.pick("nothing settled yet", "尚无终态").to_owned(),
            Some(settled) => {
                let usual = rates.usual_settled.map(format::percent);
                let usual = usual.map_or_else(String::new, |usual| say!(look, " usual {usual}", " 平时 {usual}"));
                say!(look, "settled {settled}{usual}", "终态率 {settled}{usual}")
            }
        },
    }
}

/// Puts facts into sentences.
struct Speaker<'a> {
    look: &'a Look,
    zone: &'a TimeZone,
    as_of: Millis,
    since: Option<Millis>,
    /// Cells of the first row.
    room: usize,
}

impl Speaker<'_> {
    fn pick(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.look.lang.pick(en, zh)
    }

    fn found(&self, finding: &Finding) -> Sentences {
        match finding {
            Finding::Nothing => Sentences { what: Vec::new(), more: Vec::new() },
            Finding::Silence { last, lasting_s, usual_s } => self.silence(*last, *lasting_s, *usual_s),
            Finding::Outbreak(outbreak) => {
                Sentences { what: self.outbreak(outbreak), more: self.who_and_what_to_do(outbreak) }
            }
            Finding::Alert { alert, rates } => Sentences { what: self.alert(alert), more: self.rates(rates) },
            Finding::Calm { rates, last_change } => {
                Sentences { what: self.rates(rates), more: self.last_change(last_change.as_deref()) }
            }
        }
    }

    fn failing(&self, reason: &str, since: Millis, refused: u64) -> Sentences {
        let (count, since) = (format::thousands(refused), format::clock(since, self.zone));
        let answered = self.pick(" requests answered 503 since ", " 个请求被应答 503，自 ");
        let lost = self.pick(
            "none is lost if its sender retries; storing goes on by itself once the cause is gone",
            "发送方重试则不会丢失；原因消除后自动恢复存储",
        );
        Sentences {
            what: said(&[&terms::sentence(self.look.lang, reason), ": ", &count, answered, &since]),
            more: said(&["", lost]),
        }
    }

    fn down(&self, from: Millis, to: Millis) -> Pieces {
        let span = [from, to].map(|at| format::clock(at, self.zone)).join("–");
        let length = format::duration((to.0 - from.0) / 1000);
        let then = self.pick("; senders retry, late events are still counted", "；发送方会重试，迟到的事件仍会计入");
        said(&["", self.pick("receiver down ", "接收中断 "), &span, self.pick(", ", "，"), &length, then])
    }

    fn ready(&self, waiting: &Waiting) -> Sentences {
        let none = self.pick("No event yet.", "尚无事件。");
        let (since, refused) = match waiting {
            Waiting::Here { since, refused } => (format::clock(*since, self.zone), *refused),
            Waiting::Elsewhere(watched) => {
                let more = match watched {
                    Watched::Journal(Some(_)) => self.pick(
                        "the receiver of this journal has stored nothing yet",
                        "此日志的接收进程尚未存储任何内容",
                    ),
                    Watched::Journal(None) => self.pick(
                        "nobody receives into this journal: start watop serve, or name another directory",
                        "没有进程向此日志写入：请启动 watop serve，或指定其他目录",
                    ),
                    Watched::File(_) => self.pick("the capture holds no request", "捕获文件中没有请求"),
                };
                return Sentences { what: said(&[none]), more: said(&["", more]) };
            }
        };
        let refused = match refused {
            0 => self.pick("nothing was refused", "没有拒收").to_owned(),
            count => {
                let count = format::thousands(count);
                say!(self.look, "{count} refused", "拒收 {count}")
            }
        };
        let state = say!(
            self.look,
            " Listening since {since}; storing works, {refused}.",
            "自 {since} 起监听；存储正常，{refused}。"
        );
        let short = say!(self.look, " Listening since {since}, {refused}.", "自 {since} 起监听，{refused}。");
        let next = self.pick(
            "point the sender at the address below; the first event appears here by itself",
            "让发送方指向下面的地址；首个事件会自动出现在这里",
        );
        let short_next = self.pick("point the sender at the address below", "让发送方指向下面的地址");
        let fits = |words: &str, before: usize| before + cut::width(words) <= self.room;
        let state = if fits(&state, INDENT + cut::width(none)) { state } else { short };
        let next = if fits(next, INDENT) { next } else { short_next };
        Sentences { what: said(&[none, &state]), more: said(&["", &self.label("next", "下一步"), "", next]) }
    }

    fn unverified(&self) -> Pieces {
        let (nxcloud, meta) = ("WATOP_NXCLOUD_SECRET", "WATOP_META_APP_SECRET");
        let anyone = self.pick("anyone who reaches this port can post; set ", "任何能访问此端口的人都能推送；请设置 ");
        said(&["", anyone, nxcloud, self.pick(" or ", " 或 "), meta])
    }

    fn silence(&self, last: Millis, lasting_s: i64, usual_s: i64) -> Sentences {
        let (silence, usual) = (format::countdown(lasting_s), format::duration(usual_s));
        let what = match self.look.lang {
            Lang::En => {
                said(&["", "no event for ", &silence, ", usual longest ", &usual, ": sender, tunnel or network"])
            }
            Lang::Zh => said(&["", "已 ", &silence, " 无事件，平时最长 ", &usual, "：请查发送方、隧道或网络"]),
        };
        let last = format::clock(last, self.zone);
        let ask = self.pick("ask the sender whether it still posts to this address", "向发送方确认是否仍推送到此地址");
        let (seen, todo) = (self.pick("last event ", "最近事件 "), self.pick("  do ", "  处理 "));
        // Advice is prose, which may be cut where the room ends, unlike a value.
        Sentences { what, more: said(&["", seen, &last, &format!("{todo}{ask}")]) }
    }

    /// What, how many, since when. Where the room is small the words get shorter, so that no number is cut.
    fn outbreak(&self, outbreak: &Outbreak) -> Pieces {
        let failure = &outbreak.failure;
        let name = terms::failure(self.look, failure).into_owned();
        let name = failure.code.map_or_else(|| name.clone(), |code| format!("{code} {name}"));
        let since = self.since.unwrap_or(failure.first_at);
        let (messages, recipients) = (format::thousands(failure.messages), format::thousands(failure.recipients));
        let (clock, ago) = (format::clock(since, self.zone), self.ago(since));
        let still = match outbreak.lately {
            0 => String::new(),
            lately => format!("{}/s", format::rate(lately as f64 / 60.0)),
        };
        let parts = self.look.lang.pick(
            [" messages failed, ", " recipients  since ", " ago, ", "still ", "none in the last minute"],
            [" 条消息失败，", " 位收件人  自 ", " 前），", "仍有 ", "最近一分钟没有"],
        );
        let then = format!("{}{ago}{}", self.pick(", ", "（"), parts[2]);
        let then = then + if still.is_empty() { parts[4] } else { parts[3] };
        let long = said(&[&name, "  ", &messages, parts[0], &recipients, parts[1], &clock, &then, &still]);
        if width(&long) <= self.room {
            return long;
        }
        let short = self.look.lang.pick([" msgs  since ", "  now "], [" 条  自 ", "  当前 "]);
        let bare = said(&[&name, "  ", &messages, short[0], &clock]);
        let now = said(&["", short[1], &still]);
        if still.is_empty() || width(&bare) + width(&now) > self.room { bare } else { [bare, now].concat() }
    }

    fn who_and_what_to_do(&self, outbreak: &Outbreak) -> Pieces {
        let mut more = self.who(&outbreak.common);
        let advice = terms::advice(self.look, &outbreak.failure);
        let whole = format!("{}{}", self.pick("do ", "处理 "), lowered(&advice));
        let advice = match width(&more) + cut::width(&whole) + BESIDE <= self.room {
            true => lowered(&advice),
            false => first_clause(&advice),
        };
        if !advice.is_empty() {
            // Prose, which may be cut where the room ends, unlike a value.
            more.push((format!("{}{advice}", self.pick("do ", "处理 ")), false));
        }
        more
    }

    /// The cause first, then where.
    fn who(&self, common: &Common) -> Pieces {
        let number = common.number.as_ref().map(|number| self.look.phone(number));
        let number = number.map(|number| format::phone(&number, self.look.glyph(Glyph::Cut)));
        let category = common.category.as_deref().map(|category| terms::category(self.look.lang, category));
        let named: [(&str, &str, Option<&str>); 5] = [
            (self.pick("tag ", "标签 "), "", common.tag.as_deref()),
            (self.pick("number ", "号码 "), self.pick(" on ", "，号码 "), number.as_deref()),
            (self.pick("category ", "分类 "), self.pick(", category ", "，分类 "), category.as_deref()),
            (self.pick("country ", "国家 "), self.pick(", country ", "，国家 "), common.country.as_deref()),
            (self.pick("template ", "模板 "), self.pick(", template ", "，模板 "), common.template.as_deref()),
        ];
        let mut pieces = Vec::new();
        for (first, further, value) in named {
            if let Some(value) = value {
                pieces.extend(said(&["", if pieces.is_empty() { first } else { further }, value]));
            }
        }
        if !pieces.is_empty() {
            pieces.insert(0, (self.pick("who ", "涉及 ").to_owned(), false));
            pieces.push(("  ".to_owned(), false));
        }
        pieces
    }

    fn alert(&self, alert: &Alert) -> Pieces {
        let ago = self.ago(alert.at);
        let (what, title) = (terms::alert(self.look, alert), terms::alert_title(self.look, alert));
        let cause = terms::alert_cause(self.look, alert);
        let gap = if cause.is_empty() { "" } else { "  " };
        let ago = say!(self.look, ", {ago} ago{gap}{cause}", "，{ago} 前{gap}{cause}");
        said(&[&what, "  ", &title, &ago])
    }

    fn rates(&self, rates: &Rates) -> Pieces {
        let Some(failed) = rates.failed.map(format::percent) else {
            return said(&["", self.pick("no message was attempted in this window", "此窗口内没有提交消息")]);
        };
        let usually = |share: Option<f64>| match share.map(format::percent) {
            Some(usual) => say!(self.look, ", usual {usual}", "，平时 {usual}"),
            None => String::new(),
        };
        let settled = rates.settled.map_or_else(|| self.look.glyph(Glyph::NoValue).to_owned(), format::percent);
        let (then, usual) = (usually(rates.usual_settled), usually(rates.usual_failed));
        match self.look.lang {
            Lang::En => {
                let (then, usual) = (format!("{then}   ·   failed "), format!(" of attempted{usual}"));
                said(&["", "settled ", &settled, &then, &failed, &usual])
            }
            Lang::Zh => {
                let then = format!("{then}   ·   失败占提交 ");
                said(&["", "终态率 ", &settled, &then, &failed, &usual])
            }
        }
    }

    fn last_change(&self, alert: Option<&Alert>) -> Pieces {
        let label = self.label("last change", "最近变化");
        let Some(alert) = alert else {
            return said(&["", &label, "", self.pick("none in what is kept", "保留期内没有")]);
        };
        let ago = self.ago(alert.at);
        let cause = terms::alert_cause(self.look, alert);
        let gap = if cause.is_empty() { "" } else { " " };
        let rest = say!(self.look, "{gap}{cause}, {ago} ago", "{gap}{cause}，{ago} 前");
        said(&["", &label, &named(self.look, alert), &rest])
    }

    /// A word before the second row, as wide as the indent of the first.
    fn label(&self, en: &'static str, zh: &'static str) -> String {
        let word = self.pick(en, zh);
        format!("{word}{:room$}", "", room = INDENT.saturating_sub(cut::width(word)))
    }

    fn ago(&self, at: Millis) -> String {
        format::age(self.as_of.0.saturating_sub(at.0) / 1000)
    }
}

fn code(look: &Look, code: Option<i64>) -> String {
    code.map_or_else(|| look.lang.pick("no code", "无代码").to_owned(), |code| code.to_string())
}

/// What happened to what.
fn named(look: &Look, alert: &Alert) -> String {
    format!("{} {}", terms::alert(look, alert), terms::alert_title(look, alert))
}

/// The first clause of an advice, to follow `do`: `stop using it`.
fn first_clause(advice: &str) -> String {
    lowered(advice.split([';', '.', '；', '。']).next().unwrap_or_default().trim())
}

/// The advice as it follows `do`.
fn lowered(advice: &str) -> String {
    let mut letters = advice.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => advice.to_owned(),
    }
}

/// Cells that pieces take.
fn width(pieces: &Pieces) -> usize {
    pieces.iter().map(|(text, _)| cut::width(text)).sum()
}

/// Pieces that are values and quiet ones in turn, a value first; empty ones are left out.
fn said(texts: &[&str]) -> Pieces {
    let turns = texts.iter().zip([true, false].into_iter().cycle());
    turns.filter(|(text, _)| !text.is_empty()).map(|(text, value)| (clean(text).into_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
