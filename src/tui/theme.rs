//! Colour roles and glyphs. Panes ask for a [`Role`] or a [`Glyph`], never for a colour.

use ratatui::style::Style;

/// What a piece of the screen means (screens README, *Colour roles*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are those of the themes' `[roles]`
pub enum Role {
    Ground,
    Text,
    Strong,
    Muted,
    Faint,
    Border,
    Grid,
    Accent,
    AccentDim,
    Area,
    Neutral,
    Failed,
    FailedUsual,
    Warn,
    Ok,
    Selection,
    SelectionIdle,
    Strip,
    Popup,
    GroundTrouble,
    GroundWatch,
    /// Title of a pane.
    Title,
    /// Border of the pane in focus.
    Focus,
    /// Outcome and funnel series.
    Read,
    Delivered,
    Waiting,
}

/// A sign with an ASCII twin (screens README, *Without colour*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are those of the themes' `[glyphs]`
pub enum Glyph {
    Live,
    Ready,
    Paused,
    Past,
    Critical,
    Warning,
    Info,
    Good,
    Unknown,
    Rising,
    BarRead,
    BarDelivered,
    BarWaiting,
    BarFailed,
    FunnelFull,
    FunnelHalf,
    FunnelTrack,
    Cursor,
    Marked,
    Unread,
    Inbound,
    Sent,
    DeliveredTick,
    ReadTick,
    Open,
    Shut,
    Sort,
    PathStep,
    Cut,
    NoValue,
    Duplicate,
    Amended,
}

/// A resolved theme: cheap to ask, made once.
#[derive(Debug, Clone)]
pub struct Theme {}

impl Theme {
    /// The style of a role: foreground roles set the foreground, ground roles the background.
    pub fn style(&self, role: Role) -> Style {
        let _ = role;
        unimplemented!()
    }

    /// The sign, one cell wide (ticks of read: two).
    pub fn glyph(&self, glyph: Glyph) -> &'static str {
        let _ = glyph;
        unimplemented!()
    }

    /// Whether glyphs are ASCII only.
    pub fn ascii(&self) -> bool {
        unimplemented!()
    }
}
