//! What is shown, on its way into a file.

use super::{App, context};
use crate::event::Millis;
use crate::monitor::view::Span;
use crate::tui::export::{self, Export, ExportJob, Format, What};
use crate::tui::notice::Notice;
use crate::tui::widgets::cut;
use ratatui::buffer::Buffer;
use std::path::PathBuf;

impl App {
    /// A file name for what is shown now.
    pub(in crate::tui) fn export_name(&mut self, now: Millis) -> String {
        let scope = self.scope(now);
        let ctx = context(&self.known, &self.look, &scope, self.view_stamp);
        let format = if self.pages.at_mut(&self.at).export(&ctx).is_some() { "csv" } else { "txt" };
        format!("{}.{format}", self.export_stem(now))
    }

    /// The same without its ending.
    pub(in crate::tui) fn export_stem(&self, now: Millis) -> String {
        let at = self.known.zone.to_datetime(jiff::Timestamp::from_millisecond(now.0).unwrap_or_default());
        format!("watop-{}-{}", self.at.tab().name(), at.strftime("%Y%m%d-%H%M"))
    }

    /// Has what is shown written to a file, in the format of its name.
    pub(in crate::tui) fn export(&mut self, file: PathBuf, replace: bool, now: Millis) {
        let Some(format) = Format::of(&file) else {
            let text = self.look.lang.pick(
                "the name says the format: write .txt, .csv or .ndjson at its end",
                "文件名决定格式:请以 .txt、.csv 或 .ndjson 结尾",
            );
            self.notice = Some(Notice::wrong(text));
            return;
        };
        let scope = self.scope(now);
        let ctx = context(&self.known, &self.look, &scope, self.view_stamp);
        let what = match (self.pages.at_mut(&self.at).export(&ctx), format) {
            (Some(Export::Events { filter, whole }), _) => {
                let masker = self.look.masker.clone();
                // What is looked at whole was chosen by itself: no window and no number narrow it.
                let (span, number) = match whole {
                    true => (Span { from: Millis(0), to: Millis(i64::MAX) }, None),
                    false => (scope.span, scope.number),
                };
                let events = export::Events { span, number, filter, now, masker };
                What::Events(format, Box::new(events))
            }
            (_, Format::Text) => {
                self.picture = Some((file, replace));
                return;
            }
            (Some(Export::Shown(rows)), _) => What::Rows(format, rows),
            (Some(Export::Rows(rows)), _) => What::Rows(format, export::masked(rows, &self.look)),
            (None, _) => {
                let text = self.look.lang.pick(
                    "this page has no list to write; a .txt file takes the screen as it is",
                    "本页没有可导出的列表;.txt 文件可保存当前屏幕",
                );
                self.notice = Some(Notice::wrong(text));
                return;
            }
        };
        self.exports.push(ExportJob { file, replace, what });
    }

    /// Keeps the screen that was just drawn, when it is to be written to a file.
    pub(in crate::tui) fn take_picture(&mut self, buffer: &Buffer) {
        let Some((file, replace)) = self.picture.take() else { return };
        let rows = buffer.content.chunks(usize::from(buffer.area.width.max(1)));
        let lines = rows.map(|row| {
            let mut line = String::new();
            let mut covered = 0;
            for cell in row {
                if covered == 0 {
                    line.push_str(cell.symbol());
                    covered = cut::width(cell.symbol()).max(1);
                }
                covered -= 1;
            }
            format!("{}\n", line.trim_end())
        });
        self.exports.push(ExportJob { file, replace, what: What::Text(lines.collect()) });
    }
}
