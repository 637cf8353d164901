//! Sending a stored request again by hand, whether or not a forwarder runs.

use super::route::Content;
use super::{Client, Mark, Route, deliver};
use crate::event::Millis;
use crate::journal::operator::{Attempt, Operator, Origin};
use crate::journal::{OpenError, RawRequest};
use std::path::Path;

/// Where requests are sent again when nobody says where: the targets of the configuration, else those that were forwarded to
/// before.
///
/// # Errors
/// What was forwarded before cannot be read.
pub fn usual(dir: &Path, configured: &[Route]) -> Result<Vec<Route>, OpenError> {
    if !configured.is_empty() {
        return Ok(configured.to_vec());
    }
    let known = Operator::open_read_only(dir)?.forward_targets()?;
    Ok(known.iter().filter_map(|known| known.target.parse().ok()).map(Route::new).collect())
}

/// Sends requests of one data directory again to one target.
pub struct Resender {
    route: Route,
    client: Client,
    operator: Operator,
}

impl Resender {
    /// Prepares to send to the target of `route`.
    pub fn open(dir: &Path, route: Route) -> Result<Self, OpenError> {
        let client = Client::new(&route.to, route.timeout).map_err(OpenError::Unusable)?;
        Ok(Self { route, client, operator: Operator::open(dir)? })
    }

    /// Whether the forwarder would send this request to this target.
    pub fn takes(&self, request: u64, raw: &RawRequest, now: Millis) -> bool {
        Content::of(request, raw).goes(&self.route.kinds, self.route.filter.as_ref(), &raw.body, now)
    }

    /// Sends it, marked by the number of this attempt, and records what came of it. Taken, it is done for a forwarder too.
    pub async fn resend(&mut self, request: u64, raw: RawRequest) -> Result<Attempt, OpenError> {
        let number = self.operator.resend_begin(self.route.to.shown(), request)?;
        let (attempt, _) = deliver(&self.client, Origin::Resend, request, Mark::Attempt(number), raw).await;
        self.operator.resend_end(&attempt)?;
        Ok(attempt)
    }
}
