//! How the Messages tab looks.

use super::MessagesTab;
use crate::event::clean::clean;
use crate::event::{Detail, Millis};
use crate::monitor::story::{Standing, Story};
use crate::tui::lang::Lang;
use crate::tui::panes::Context;
use crate::tui::story_page::{cost_of, short, standing};
use crate::tui::theme::{Glyph, Role};
use crate::tui::widgets::table::{self, Column, Cursor, Table};
use crate::tui::widgets::words::Words;
use crate::tui::widgets::{format, frame as border};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of the list.
#[derive(Debug, Clone, Copy)]
enum Cell {
    Last,
    Outcome,
    Stages,
    Code,
    Customer,
    Number,
    Tag,
    Cost,
    Events,
    Id,
}

fn columns(lang: Lang) -> [Column<Cell>; 10] {
    [
        Column::text(Cell::Last, lang.pick("last", "最近"), 8),
        Column::text(Cell::Outcome, lang.pick("outcome", "结果"), 20),
        Column::text(Cell::Stages, lang.pick("to deliver, to read", "送达、阅读用时"), 19).goes(1),
        Column::number(Cell::Code, lang.pick("code", "代码"), 7),
        Column::text(Cell::Customer, lang.pick("customer", "客户"), 9).after(2),
        Column::text(Cell::Number, lang.pick("number", "业务号码"), 9).goes(4),
        Column::text(Cell::Tag, lang.pick("tag", "标签"), 12).goes(3),
        Column::number(Cell::Cost, lang.pick("cost", "费用"), 11).goes(5),
        Column::number(Cell::Events, lang.pick("events", "事件"), 6).goes(6),
        Column::text(Cell::Id, "id", 12).after(2).grows().goes(2),
    ]
}

impl MessagesTab {
    pub(super) fn draw_list(&mut self, buffer: &mut Buffer, area: Rect, ctx: &Context<'_>) {
        let look = ctx.look;
        let lang = look.lang;
        let order = lang.pick("newest first", "最新在前");
        let state = if self.reading { lang.pick("reading older", "读取更早") } else { order };
        let totals = vec![Words::new(look).muted(state)];
        let inner = border::draw(buffer, area, look, lang.pick("Messages", "消息"), totals, true);
        self.room = usize::from(inner.height.saturating_sub(1));
        let rows = self.list.order().len();
        let row = self.cursor();
        self.top = table::scroll(self.top, row.unwrap_or(self.top), rows, self.room.max(1));
        let cursor = row.map(|row| Cursor { row, focused: true });
        let columns = columns(lang);
        let table = Table { look, columns: &columns, rows, top: self.top, cursor };
        let list = &mut self.list;
        let horizon = ctx.monitor.horizon_ms();
        table.draw(buffer, inner, |at, cell, width| {
            match list.story(at, ctx.scope.as_of, horizon, look.masker.as_ref()) {
                Some(story) => words(story, cell, width, ctx),
                None => Words::new(look),
            }
        });
        if rows == 0 && inner.height > 2 {
            let calm = match (self.reading, self.filtered()) {
                _ if self.stopped => lang.pick("nothing in what was read so far", "已读部分没有符合条件的消息"),
                (true, _) => lang.pick("reading …", "读取中 …"),
                (false, true) => lang.pick("no message passes the filter", "没有符合条件的消息"),
                (false, false) => lang.pick(
                    "no message in this window; / finds one by id, phone or tag",
                    "此窗口没有消息;按 / 按 ID、号码或标签查找",
                ),
            };
            Words::new(look).muted(calm).draw(buffer, inner.x, inner.y + 1, inner.width);
        }
    }
}

fn words<'a>(story: &Story, cell: Cell, width: usize, ctx: &Context<'a>) -> Words<'a> {
    let look = ctx.look;
    let words = Words::new(look);
    let mark = look.glyph(Glyph::Cut);
    let phone = |phone: &Option<crate::event::Text>| phone.as_deref().map(|phone| format::phone(&clean(phone), mark));
    match cell {
        Cell::Last => {
            let last = story.steps.last().map_or(Millis(0), |step| step.event.received_at);
            words.muted(format::clock(last, ctx.zone))
        }
        Cell::Outcome => standing(story, look).to(width),
        Cell::Stages => stages(story, words),
        Cell::Code => match code(story) {
            Some(code) if story.standing == Standing::Failed => words.role(Role::Failed, code.to_string()),
            Some(code) => words.muted(code.to_string()),
            None => words,
        },
        Cell::Customer => words.value_or_nothing(phone(&story.customer)),
        Cell::Number => words.muted(phone(&story.number).unwrap_or_default()),
        Cell::Tag => words.text(story.tag.as_deref().map(|tag| clean(tag).into_owned()).unwrap_or_default()),
        Cell::Cost => words.muted(story.costs.first().map(cost_of).unwrap_or_default()),
        Cell::Events => words.muted(story.steps.len().to_string()),
        Cell::Id => words.muted(clean(&short(&story.message_id)).into_owned()),
    }
}

/// How long it took to deliver and to read, behind the ticks of the stages that were seen.
fn stages<'a>(story: &Story, words: Words<'a>) -> Words<'a> {
    let inbound = story.steps.first().is_some_and(|step| matches!(step.event.detail, Detail::Inbound(_)));
    if inbound {
        return words;
    }
    let mut words = words;
    for (name, glyph, role) in
        [("delivered", Glyph::DeliveredTick, Role::Delivered), ("read", Glyph::ReadTick, Role::Read)]
    {
        let Some(stage) = story.stages.iter().find(|stage| stage.stage == name) else { continue };
        let took = stage.after_s.map(format::short_duration).unwrap_or_default();
        words = words.glyph(role, glyph).text(format!(" {took} "));
    }
    words
}

/// The code of its first error.
pub(super) fn code(story: &Story) -> Option<i64> {
    story.steps.iter().find_map(|step| match &step.event.detail {
        Detail::Status(status) => status.errors.first()?.code,
        Detail::Inbound(inbound) => inbound.errors.first()?.code,
        _ => None,
    })
}
