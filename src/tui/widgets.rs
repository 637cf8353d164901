//! Pieces a screen is drawn from: text in cells, frames, bars, charts, tables. They know the theme and nothing of messages,
//! and draw onto a buffer without keeping anything.
//!
//! Text that came from strangers must be cleaned before it gets here; width and cutting are exact for whatever is left.

pub mod bars;
pub mod chart;
pub mod cut;
pub mod format;
pub mod frame;
pub mod plot;
pub mod spark;
pub mod strip;
pub mod table;
pub mod words;
