//! The one vocabulary of what a user can ask for: keys, footer, help, palette and command bar are made from
//! it.

use super::lang::Lang;

/// Declares the actions once: variant, name in `[keys]`, group in the help, words for a reader in each language.
macro_rules! actions {
    ($($group:ident { $($action:ident $name:literal $words:literal $zh:literal,)+ })+) => {
        /// Something a user can ask for. A component says which of them it can do now (`actions()`), and does them (`act()`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[doc = $words] $action,)+)+
        }

        impl Action {
            /// Every action, in the order of the help.
            pub const ALL: &'static [Self] = &[$($(Self::$action,)+)+];

            /// The name it is bound by in `[keys]` of the configuration.
            pub fn name(self) -> &'static str {
                match self { $($(Self::$action => $name,)+)+ }
            }

            /// The action called `name`.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.name() == name)
            }

            /// What it does, in a few words.
            pub fn words(self, lang: Lang) -> &'static str {
                match self { $($(Self::$action => lang.pick($words, $zh),)+)+ }
            }

            /// Where the help lists it.
            pub fn group(self) -> Group {
                match self { $($(Self::$action => Group::$group,)+)+ }
            }
        }
    };
}

actions! {
    Move {
        NextPane "next-pane" "next pane" "下一面板",
        PreviousPane "previous-pane" "previous pane" "上一面板",
        Up "up" "row up" "上移一行",
        Down "down" "row down" "下移一行",
        Left "left" "left" "向左",
        Right "right" "right" "向右",
        PageUp "page-up" "page up" "上一页",
        PageDown "page-down" "page down" "下一页",
        First "first" "first row" "第一行",
        Last "last" "last row" "最后一行",
        Overview "overview" "overview" "总览",
        Events "events" "events" "事件",
        Messages "messages" "messages" "消息",
        Refused "refused" "refused requests" "被拒请求",
        Forward "forward" "what was forwarded" "转发",
        Costs "costs" "costs" "费用",
        Next "next" "next alert, match or failure" "下一告警、匹配或失败",
        Previous "previous" "previous alert, match or failure" "上一告警、匹配或失败",
        NextMark "next-mark" "next mark" "下一标记",
        PreviousMark "previous-mark" "previous mark" "上一标记",
        Back "back" "back, close" "返回,关闭",
    }
    Open {
        Open "open" "what is behind this" "查看背后内容",
        Zoom "zoom" "zoom the pane" "放大面板",
        Changes "changes" "what changed" "有何变化",
        Explain "explain" "explain the trouble" "解释问题",
        Raw "raw" "raw request" "原始请求",
        Forwarded "forwarded" "where it was forwarded" "查看转发去向",
        Conversation "conversation" "its conversation" "所属会话",
    }
    Ask {
        Filter "filter" "filter" "过滤",
        FilterOff "filter-off" "filter on, off" "过滤开关",
        Marked "marked" "only marked events" "仅已标记事件",
        Command "command" "command" "命令",
        Palette "palette" "find an action or a command" "查找动作或命令",
        Number "number" "one business number, all" "单个商业号码,全部",
    }
    Time {
        Pause "pause" "pause, go on" "暂停,继续",
        Narrower "narrower" "narrower window" "缩短窗口",
        Wider "wider" "wider window" "扩大窗口",
        StepBack "step-back" "step back" "后退一步",
        StepForward "step-forward" "step forward" "前进一步",
        Now "now" "back to now" "回到现在",
        GoTo "go-to" "go to a time" "跳到某时刻",
    }
    Pane {
        Follow "follow" "follow, hold" "跟随,停住",
        Acknowledge "acknowledge" "acknowledge with a note, take back" "确认并备注,撤回确认",
        Sort "sort" "sort by next column" "按下一列排序",
        Unread "unread" "unread only, all" "仅未回复,全部",
        FailedOnly "failed-only" "only what was not taken" "仅看未被接收",
        Resend "resend" "send again" "再次发送",
        ResendShown "resend-shown" "send all shown again" "再次发送所示全部",
        Dimension "dimension" "by the next dimension" "换下一维度",
        Columns "columns" "choose columns" "选择列",
        Mark "mark" "mark, unmark" "标记,取消标记",
        FoldLevel "fold-level" "fold this level" "折叠本层",
        UnfoldLevel "unfold-level" "unfold this level" "展开本层",
        FoldAll "fold-all" "fold all" "全部折叠",
        UnfoldAll "unfold-all" "unfold all" "全部展开",
    }
    Act {
        Copy "copy" "copy value" "复制值",
        CopyPath "copy-path" "copy path or filter" "复制路径或过滤条件",
        Export "export" "export to a file" "导出到文件",
    }
    Screen {
        Theme "theme" "next theme" "下一主题",
        Mask "mask" "mask phones, names, texts, ids" "遮蔽号码、姓名、文本和 ID",
        Language "language" "next language" "下一语言",
        Mouse "mouse" "mouse on, off" "鼠标开关",
        Reload "reload" "read the configuration again" "重新读取配置",
        Redraw "redraw" "draw anew" "重绘",
        Suspend "suspend" "suspend to the shell" "挂起到命令行",
        Help "help" "this help" "本帮助",
        Quit "quit" "quit" "退出",
    }
}

impl Action {
    /// The row that the cursor of a list goes to from `row`: between 0 and `last`, with `page` rows to a page. `None` for what does
    /// not move a cursor.
    pub(super) fn step(self, row: usize, last: usize, page: usize) -> Option<usize> {
        let to = match self {
            Self::Up => row.saturating_sub(1),
            Self::Down => row.saturating_add(1),
            Self::PageUp => row.saturating_sub(page),
            Self::PageDown => row.saturating_add(page),
            Self::First => 0,
            Self::Last => last,
            _ => return None,
        };
        Some(to.min(last))
    }
}

/// A heading of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // see `title`
pub enum Group {
    Move,
    Open,
    Ask,
    Time,
    Pane,
    Act,
    Screen,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 7] = [Self::Move, Self::Open, Self::Ask, Self::Time, Self::Pane, Self::Act, Self::Screen];

    /// The heading.
    pub fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Move => lang.pick("Move", "移动"),
            Self::Open => lang.pick("Open", "打开"),
            Self::Ask => lang.pick("Ask", "查询"),
            Self::Time => lang.pick("Time", "时间"),
            Self::Pane => lang.pick("This pane", "本面板"),
            Self::Act => lang.pick("Act", "操作"),
            Self::Screen => lang.pick("Screen", "屏幕"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stays_within_its_list() {
        let steps = [Action::Up, Action::Down, Action::PageUp, Action::PageDown, Action::First, Action::Last];
        assert_eq!(steps.map(|step| step.step(5, 9, 3)), [4, 6, 2, 8, 0, 9].map(Some));
        assert_eq!(steps.map(|step| step.step(0, 0, 3)), [Some(0); 6]);
        assert_eq!(Action::Open.step(5, 9, 3), None);
    }

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
    }
}
