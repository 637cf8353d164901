//! A program that is told on its standard input.

use crate::event::clean::clean;
use crate::monitor::rules::{Change, Told};
use serde::Serialize;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// Changes that one run or post is told; the worst come first and the rest are counted.
const MOST: usize = 20;
/// How long a program may run. It is killed after that.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of its standard error that are shown when it fails.
const SHOWN: u64 = 300;

/// What a program reads. `version` rises when a key is removed or changes its meaning.
#[derive(Serialize)]
struct Input<'a> {
    version: u32,
    alerts: Vec<Told<'a>>,
    more: usize,
}

/// The JSON for these changes, with a line end.
pub(super) fn input(changes: &[Change]) -> Vec<u8> {
    let (worst, more) = worst(changes);
    let input = Input { version: 1, alerts: worst.into_iter().map(Told::of).collect(), more };
    // Texts and numbers alone: that is always written.
    let mut json = serde_json::to_vec(&input).unwrap_or_default();
    json.push(b'\n');
    json
}

/// Those to be told, the worst first, and how many are left out.
pub(super) fn worst(changes: &[Change]) -> (Vec<&Change>, usize) {
    let mut worst: Vec<&Change> = changes.iter().collect();
    worst.sort_by_key(|change| std::cmp::Reverse((change.alert.resolved_at.is_none(), change.alert.severity)));
    let more = worst.len().saturating_sub(MOST);
    worst.truncate(MOST);
    (worst, more)
}

/// Runs a program once. It gets no arguments and no standard output.
///
/// # Errors
/// It cannot be started, takes too long or fails, in words for the user.
pub(super) async fn run(program: &Path, input: &[u8]) -> Result<(), String> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("cannot be started: {error}"))?;
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let talk = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read to the end has heard enough: its exit code says whether that is well.
            let _ = stdin.write_all(input).await;
        }
        let mut said = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr).take(SHOWN).read_to_end(&mut said).await;
            // Read on, so that a program that says more is not stopped by it.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        (child.wait().await, said)
    };
    let talked = tokio::time::timeout(PATIENCE, talk).await;
    let (status, said) = talked.map_err(|_| format!("took longer than {} s and was ended", PATIENCE.as_secs()))?;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            let said = String::from_utf8_lossy(&said);
            let said = clean(said.lines().next().unwrap_or_default().trim());
            Err(if said.is_empty() { format!("ended with {status}") } else { format!("ended with {status}: {said}") })
        }
        Err(error) => Err(error.to_string()),
    }
}
