//! One message's story for people and programs.

mod json;
mod text;

pub use json::{json, ndjson};
pub use text::{markdown, says, text};
