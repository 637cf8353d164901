//! Taking in a request that was refused for its age alone.
//!
//! Whoever asks for it leaves a note in `operator.db`. Where a receiver runs it holds the journal, so it looks for such notes now
//! and then; where none runs, whoever asks does it.

use super::examine::header_map;
use super::intake::Intake;
use super::signature::{Fault, Verifier};
use crate::config::Signing;
use crate::event::{KeySecret, Origin, Text, Verified, decode_isolated};
use crate::journal::operator::{Operator, Refused};
use crate::journal::{Journal, RawRequest, Submission};
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// How often a receiver looks for notes.
const LOOK: Duration = Duration::from_secs(2);

/// What a request must be to be taken in.
pub const STALE: &str = "stale_timestamp";

/// Takes in one refused request: verifies it again but for its age, decodes it, commits it. Answers the number of the request.
///
/// # Errors
/// It does not verify any more, or the journal cannot write; in words for the user.
pub fn accept(signing: &Signing, journal: &Journal, refused: &Refused) -> Result<u64, String> {
    commit(&Verifier::new(signing), journal, refused)
}

fn commit(verifier: &Verifier, journal: &Journal, refused: &Refused) -> Result<u64, String> {
    let submission = submission(verifier, refused, &journal.key_secret())?;
    let answer = journal.writer().submit(submission).map_err(|unavailable| unavailable.to_string())?;
    let receipt = answer.blocking_recv().map_err(|_| "the journal closed".to_owned())?;
    receipt.map(|receipt| receipt.request).map_err(|unavailable| unavailable.to_string())
}

fn submission(verifier: &Verifier, refused: &Refused, secret: &KeySecret) -> Result<Submission, String> {
    let verified = verify(verifier, refused)?;
    let origin = Origin { received_at: refused.at, verified: Some(verified) };
    let events = decode_isolated(&refused.body, &origin, secret);
    let header = |(name, value): &(Text, String)| (name.clone(), Bytes::copy_from_slice(value.as_bytes()));
    let raw = RawRequest {
        // It was received then, whenever somebody believed it.
        received_at: refused.at,
        peer: refused.peer.clone(),
        path: refused.path.clone(),
        headers: refused.headers.iter().map(header).collect(),
        verified: origin.verified,
        body: Bytes::copy_from_slice(&refused.body),
    };
    Ok(Submission { raw, events })
}

fn verify(verifier: &Verifier, refused: &Refused) -> Result<Verified, String> {
    if refused.reason != STALE {
        return Err(format!(
            "it was refused as {}: only a correctly signed one that was too old can be taken in",
            refused.reason
        ));
    }
    let headers: Vec<_> =
        refused.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    match verifier.verify(&header_map(&headers)?, &refused.body, refused.at) {
        Ok(verified) | Err(Fault::Stale { verified, .. }) => Ok(verified),
        Err(Fault::Missing(message)) => Err(format!("it does not verify any more: {message}")),
        Err(Fault::Bad(message)) => Err(format!("it does not verify any more: {message}")),
    }
}

/// Takes in what is asked for, while a receiver runs.
pub(super) struct Taker {
    intake: Arc<Intake>,
}

impl Taker {
    pub(super) fn new(intake: Arc<Intake>) -> Self {
        Self { intake }
    }

    /// Looks now and then until `stop` says so. A disk that fails is looked at again.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        let this = Arc::new(self);
        let mut interval = tokio::time::interval(LOOK);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut operator: Option<Operator> = None;
        loop {
            tokio::select! {
                _ = interval.tick() => {}
                _ = stop.changed() => return,
            }
            let taker = Arc::clone(&this);
            let looked = tokio::task::spawn_blocking(move || {
                let mut operator = match operator {
                    Some(operator) => operator,
                    None => Operator::open(taker.intake.journal().dir()).ok()?,
                };
                taker.look(&mut operator)?;
                Some(operator)
            });
            operator = looked.await.ok().flatten();
        }
    }

    fn look(&self, operator: &mut Operator) -> Option<()> {
        for n in operator.asked().ok()? {
            let outcome = match operator.refused_one(n).ok()? {
                Some(refused) => self.take(&refused),
                None => Err("it has left the bounded list".to_owned()),
            };
            operator.answer_asked(n, outcome.as_ref().map(|request| *request).map_err(String::as_str)).ok()?;
        }
        Some(())
    }

    fn take(&self, refused: &Refused) -> Result<u64, String> {
        commit(&self.intake.verifier(), self.intake.journal(), refused)
    }
}
