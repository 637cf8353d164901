//! The journal that another process writes, or nobody.

use super::tail::Tail;
use super::{Feed, spawn};
use crate::journal::{OpenError, Reader, holder};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How long a follower waits before it looks at the journal again: short while something comes, longer while nothing does.
const POLL: (Duration, Duration) = (Duration::from_millis(25), Duration::from_millis(250));

/// How often it looks who writes the journal.
const LOOK: Duration = Duration::from_secs(1);

/// Everything in the journal in `dir`, then what another process commits there. An absent journal is waited for.
pub fn follow(dir: &Path) -> Result<mpsc::Receiver<Feed>, OpenError> {
    let reader = Reader::open(dir)?;
    let path = dir.to_owned();
    spawn(reader, move |tail| follow_file(tail, &path))
        .map_err(|error| OpenError::Unusable(format!("no thread to read {}: {error}", dir.display())))
}

/// Looks at the file again and again; costs nothing measurable while nothing happens.
fn follow_file(tail: &mut Tail, dir: &Path) -> Option<()> {
    let mut pause = POLL.0;
    let mut known = None;
    let mut looked: Option<Instant> = None;
    while !tail.is_unheard() {
        if looked.is_none_or(|looked| looked.elapsed() >= LOOK) {
            looked = Some(Instant::now());
            let now = holder(dir);
            if known.as_ref() != Some(&now) {
                known = Some(now);
                tail.send(Feed::Writer(now))?;
            }
        }
        tail.look_for_changes()?;
        let before = tail.page;
        tail.read_up_to(u64::MAX)?;
        pause = if tail.page > before { POLL.0 } else { (pause * 2).min(POLL.1) };
        std::thread::sleep(pause);
    }
    None
}
