//! `watop refused accept`: take in a correctly signed stale request.

use super::Common;
use super::failure::Failure;
use super::output::{Data, diagnostic};
use super::window::now;
use crate::journal::operator::{Asked, Operator, Refused};
use crate::journal::{Journal, OpenError};
use crate::receiver::{STALE, accept};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long is waited for a receiver to take it in.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often is looked whether it has.
const LOOK: Duration = Duration::from_millis(100);

/// Takes in the refused request `n`: through the receiver that holds the journal, or without one by itself.
pub(super) fn run(common: &Common, n: u64) -> Result<(), Failure> {
    let config = common.load()?.config;
    let dir = &config.data_dir;
    let none = || Failure::failed(format!("there is no refused request {n} in the list"));
    let mut operator = super::refused::operator(dir)?.ok_or_else(none)?;
    let refused = operator.refused_one(n)?.ok_or_else(none)?;
    check(&refused)?;
    let mut out = Data::new(common.color);
    if let Asked::Accepted(request) = operator.asked_of(n)? {
        out.line(&format!("refused request {n} was taken in before, as request {request}"))?;
        return Ok(out.flush()?);
    }
    let request = match Journal::open(dir, config.journal.clone()) {
        Ok(journal) => {
            journal.notices().iter().for_each(|notice| diagnostic(notice));
            operator.ask(n, now())?;
            let outcome = accept(&config.signing, &journal, &refused);
            operator.answer_asked(n, outcome.as_ref().map(|request| *request).map_err(String::as_str))?;
            outcome.map_err(|why| failed(n, &why))?
        }
        Err(OpenError::Held { .. }) => ask(&mut operator, n, dir)?,
        Err(error) => return Err(error.into()),
    };
    out.line(&format!("refused request {n} is taken in as request {request}"))?;
    Ok(out.flush()?)
}

/// Only what was refused for its age alone, and is there whole.
fn check(refused: &Refused) -> Result<(), Failure> {
    let n = refused.n;
    if refused.reason != STALE {
        let why = refused.explanation.as_deref().unwrap_or("nothing more is known");
        return Err(failed(
            n,
            &format!(
                "it was refused as {}, and only a correctly signed one that was too old may be taken in ({why})",
                refused.reason
            ),
        ));
    }
    if refused.body.len() as u64 != refused.length {
        return Err(failed(n, "its body is not there whole"));
    }
    Ok(())
}

fn failed(n: u64, why: &str) -> Failure {
    Failure::failed(format!("refused request {n} cannot be taken in: {why}"))
}

/// Leaves a note for the receiver and waits until it has acted on it.
fn ask(operator: &mut Operator, n: u64, dir: &Path) -> Result<u64, Failure> {
    operator.ask(n, now())?;
    let end = Instant::now() + PATIENCE;
    loop {
        match operator.asked_of(n)? {
            Asked::Accepted(request) => return Ok(request),
            Asked::Failed(why) => return Err(failed(n, &why)),
            Asked::Waiting | Asked::Never if Instant::now() < end => std::thread::sleep(LOOK),
            Asked::Waiting | Asked::Never => {
                return Err(Failure::failed(format!(
                    "the receiver of {} has not taken in refused request {n} yet; it will when it can: look at watop refused {n}",
                    dir.display()
                )));
            }
        }
    }
}
