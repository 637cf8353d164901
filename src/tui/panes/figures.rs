//! Figures of delivery: the stages of the funnel, what became of messages, and the filter behind each.

use crate::config::Lang;
use crate::monitor::view::Funnel;

/// A stage of the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Attempted,
    Sent,
    Delivered,
    Read,
}

impl Stage {
    pub(super) const ALL: [Self; 4] = [Self::Attempted, Self::Sent, Self::Delivered, Self::Read];

    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Attempted => lang.pick("attempted", "已提交"),
            Self::Sent => lang.pick("sent", "已发送"),
            Self::Delivered => lang.pick("delivered", "已送达"),
            Self::Read => lang.pick("read", "已读"),
        }
    }

    /// Messages that reached it.
    pub(super) fn count(self, funnel: &Funnel) -> u64 {
        match self {
            Self::Attempted => funnel.attempted,
            Self::Sent => funnel.sent,
            Self::Delivered => funnel.delivered,
            Self::Read => funnel.read,
        }
    }

    /// The evidence for it: a later stage implies the earlier ones.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Attempted => "kind:status",
            Self::Sent => "(status:sent or status:delivered or status:read or status:played)",
            Self::Delivered => "(status:delivered or status:read or status:played)",
            Self::Read => "(status:read or status:played)",
        }
    }
}

/// An outcome of messages, or the contradiction of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Became {
    Read,
    Delivered,
    Waiting,
    Silent,
    Failed,
    Conflict,
}

impl Became {
    /// Those that are named: silence and contradictions only where there are some.
    pub(super) fn named(funnel: &Funnel, all: bool) -> Vec<Self> {
        let order = [Self::Read, Self::Delivered, Self::Waiting, Self::Silent, Self::Failed, Self::Conflict];
        let is_named = |became: &Self| match became {
            Self::Waiting | Self::Failed => true,
            Self::Read | Self::Delivered => all,
            Self::Silent => became.count(funnel) > 0,
            Self::Conflict => all && became.count(funnel) > 0,
        };
        order.into_iter().filter(is_named).collect()
    }

    pub(super) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Read => ("read", "已读"),
            Self::Delivered => ("delivered", "已送达"),
            Self::Waiting => ("waiting", "等待中"),
            Self::Silent => ("silent", "无回音"),
            Self::Failed => ("failed", "失败"),
            Self::Conflict => ("conflicts", "冲突"),
        }
    }

    pub(super) fn count(self, funnel: &Funnel) -> u64 {
        match self {
            Self::Read => funnel.outcomes.read,
            Self::Delivered => funnel.outcomes.delivered,
            Self::Waiting => funnel.outcomes.waiting,
            Self::Silent => funnel.outcomes.silent,
            Self::Failed => funnel.outcomes.failed,
            Self::Conflict => funnel.conflicts,
        }
    }

    /// Selects its messages.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Read => "outcome:read",
            Self::Delivered => "outcome:delivered",
            Self::Waiting => "outcome:waiting",
            Self::Silent => "outcome:silent",
            Self::Failed => "outcome:failed",
            Self::Conflict => "outcome:conflict",
        }
    }
}

/// A figure of a breakdown that has a list behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Stage(Stage),
    Became(Became),
}

impl Figure {
    /// In the order of their columns.
    pub(super) const ALL: [Self; 7] = [
        Self::Stage(Stage::Attempted),
        Self::Stage(Stage::Sent),
        Self::Stage(Stage::Delivered),
        Self::Stage(Stage::Read),
        Self::Became(Became::Failed),
        Self::Became(Became::Waiting),
        Self::Became(Became::Silent),
    ];

    pub(super) fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Stage(stage) => stage.name(lang),
            Self::Became(became) => lang.pick(became.names().0, became.names().1),
        }
    }

    pub(super) fn count(self, funnel: &Funnel) -> u64 {
        match self {
            Self::Stage(stage) => stage.count(funnel),
            Self::Became(became) => became.count(funnel),
        }
    }

    /// Selects its messages.
    pub(super) fn filter(self) -> &'static str {
        match self {
            Self::Stage(stage) => stage.filter(),
            Self::Became(became) => became.filter(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_of_a_stage_is_a_filter_that_parses() {
        for stage in Stage::ALL {
            crate::query::Filter::parse(stage.filter()).unwrap();
        }
    }
}
