//! The one vocabulary of what a user can ask for: keys, footer and help are made from it.

/// Declares the actions once: variant, name in `[keys]`, group in the help, words for a reader.
macro_rules! actions {
    ($($group:ident { $($action:ident $name:literal $words:literal,)+ })+) => {
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

            /// What it does, in a few words.
            pub fn words(self) -> &'static str {
                match self { $($(Self::$action => $words,)+)+ }
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
        NextPane "next-pane" "next pane",
        PreviousPane "previous-pane" "previous pane",
        Up "up" "row up",
        Down "down" "row down",
        Left "left" "left",
        Right "right" "right",
        PageUp "page-up" "page up",
        PageDown "page-down" "page down",
        First "first" "first row",
        Last "last" "last row",
        Overview "overview" "overview",
        Events "events" "events",
        Refused "refused" "refused requests",
        Back "back" "back, close",
    }
    Open {
        Open "open" "what is behind this",
        Zoom "zoom" "zoom the pane",
        Explain "explain" "explain the trouble",
        Raw "raw" "raw request",
    }
    Ask {
        Filter "filter" "filter",
        FilterOff "filter-off" "filter on, off",
    }
    Time {
        Pause "pause" "pause, go on",
        Narrower "narrower" "narrower window",
        Wider "wider" "wider window",
        StepBack "step-back" "step back",
        StepForward "step-forward" "step forward",
        Now "now" "back to now",
    }
    Pane {
        Follow "follow" "follow, hold",
        Sort "sort" "sort by next column",
    }
    Screen {
        Theme "theme" "next theme",
        Redraw "redraw" "draw anew",
        Suspend "suspend" "suspend to the shell",
        Help "help" "this help",
        Quit "quit" "quit",
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
    Screen,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Self; 6] = [Self::Move, Self::Open, Self::Ask, Self::Time, Self::Pane, Self::Screen];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Open => "Open",
            Self::Ask => "Ask",
            Self::Time => "Time",
            Self::Pane => "This pane",
            Self::Screen => "Screen",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut names: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
    }
}
