//! Notices: telling somebody that an alert opened, escalated, goes on or resolved.

mod target;

pub use target::Target;
