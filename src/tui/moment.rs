//! Times as people type them into commands, read at once.

use crate::event::Millis;
use crate::query::moment::Moment;
use jiff::tz::TimeZone;

pub use crate::query::moment::FORMS;

/// Reads a time in `zone`. A clock time without a day is the last one that is not in the future; a duration is that long ago.
pub fn parse(text: &str, now: Millis, zone: &TimeZone) -> Option<Millis> {
    Moment::parse(text)?.at(now, zone)
}
