//! The terminal UI: app state and update (pure), input and keymap, panes, overlays, widgets, theme, terminal.

pub mod action;
pub mod input;
pub mod keymap;
pub mod panes;
mod term;
pub mod theme;
pub mod widgets;
