//! What was read from the journal, on its way to whoever asked for it.

use super::App;
use crate::event::Millis;
use crate::tui::lang::say;
use crate::tui::notice::Notice;
use crate::tui::place::Place;
use crate::tui::store::{Answer, Resend, Resent};
use crate::tui::terms::sentence;
use crate::tui::widgets::format;

impl App {
    /// Takes in what the reader found.
    pub fn answered(&mut self, answer: Answer, now: Millis) {
        match answer {
            Answer::Rows(rows) => self.pages.events.rows(rows),
            Answer::Event { seq, event, raw } => self.pages.events.event(seq, event, raw),
            Answer::Messages(found) => self.pages.messages.found(found),
            Answer::Story { id, found } => self.pages.story.found(&id, found, now),
            Answer::Request { request, raw } => match self.at {
                Place::Forward { .. } => self.pages.forward.request(request, raw),
                _ => self.pages.story.request(request, raw),
            },
            Answer::Refused { counts, list } => self.pages.refused.found(counts, list),
            Answer::Forwarded(found) => self.pages.forward.found(found),
            Answer::Resent(Resent { wanted: Resend::Each(requests), trouble, .. }) => {
                self.pages.forward.resent(requests.len(), trouble);
            }
            Answer::Resent(Resent { sent: (0, _), trouble: Some(why), .. }) => {
                self.notice = Some(Notice::wrong(sentence(self.look.lang, &why)));
            }
            Answer::Resent(Resent { sent: (sent, taken), trouble, .. }) => {
                let said = say!(
                    self.look,
                    "{sent} sent again, {taken} taken; the answers are listed under Forward",
                    "已再次发送 {sent} 条,{taken} 条被接收;应答见“转发”"
                );
                self.notice = Some(match trouble {
                    None if sent == taken => Notice::done(said),
                    None => Notice::wrong(said),
                    Some(why) => Notice::wrong(format!("{said}: {}", sentence(self.look.lang, &why))),
                });
            }
            Answer::Alerts { acknowledged, rules, down, untold } => {
                if (self.known.down, &self.known.untold) != (down, &untold) {
                    (self.known.down, self.known.untold) = (down, untold);
                    self.changed();
                }
                let decided = self.alarm.found(&rules, self.look.masker.as_ref());
                let cared_for = self.alarm.acknowledged(&acknowledged);
                self.known.narrowing.judged(&acknowledged, &rules);
                self.known.monitor.set_acknowledged(acknowledged);
                self.known.monitor.set_rule_alerts(rules);
                // Somebody's word is shown also where the view is frozen.
                match (cared_for, decided) {
                    (true, _) => self.moved(),
                    (false, true) => self.changed(),
                    (false, false) => {}
                }
            }
            Answer::Gaps { mut gaps, kept_from } => {
                // What has not come yet is no gap: a capture knows of nothing after its end.
                gaps.retain(|(start, _)| *start < now);
                if self.known.gaps != gaps || self.known.kept_from != kept_from {
                    (self.known.gaps, self.known.kept_from) = (gaps, kept_from);
                    self.changed();
                }
            }
            Answer::Exported { file, lines } => {
                let file = file.display();
                self.notice = Some(match lines {
                    Ok(lines) => {
                        let lines = format::thousands(lines);
                        Notice::done(say!(self.look, "{lines} lines written to {file}", "{lines} 行已写入 {file}"))
                    }
                    Err(why) => Notice::wrong(sentence(self.look.lang, &why)),
                });
            }
            Answer::Counting { generation, steps } => self.known.narrowing.began(generation, steps, now),
            Answer::Missed { batches, reached } => self.missed(&batches, reached),
            Answer::Thread(read) => self.pages.thread.found(read),
            Answer::Failed(why) => {
                let why = sentence(self.look.lang, &why).into_owned();
                self.missed_nothing(now);
                self.pages.messages.failed(now);
                self.pages.story.failed(now);
                self.pages.thread.failed(why.clone(), now);
                self.pages.events.failed(why, now);
            }
        }
    }
}
