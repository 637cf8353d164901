//! The events that were marked on the screen of a data directory.

use super::failure::Failure;
use crate::journal::Reader;
use crate::query::Filter;
use crate::tui::session::Session;
use std::collections::BTreeSet;
use std::path::Path;

/// Selects the events that were marked when the screen of `dir` was left; with that selection in words.
pub(super) fn events(dir: &Path) -> Result<(Filter, String), Failure> {
    let filter = Filter::of_events(marks(dir)?);
    let words = filter.as_str().to_owned();
    Ok((filter, words))
}

/// Numbers of the requests that brought them.
pub(super) fn requests(dir: &Path) -> Result<BTreeSet<u64>, Failure> {
    let reader = Reader::open(dir)?;
    let mut requests = BTreeSet::new();
    for seq in marks(dir)? {
        requests.extend(reader.event(seq)?.map(|event| event.request));
    }
    Ok(requests)
}

fn marks(dir: &Path) -> Result<BTreeSet<u64>, Failure> {
    let left = Session::load(dir).map_err(Failure::failed)?;
    let marks = left.map(|left| left.marked()).unwrap_or_default();
    if marks.is_empty() {
        let message = format!(
            "no event was marked on the screen of {}: m marks one in its Events tab, and marks are kept when the screen is left",
            dir.display()
        );
        return Err(Failure::failed(message));
    }
    Ok(marks)
}
