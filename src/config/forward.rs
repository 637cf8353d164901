//! Forward targets: those of the file, then those of `--forward`.

use super::file::{File, Forward as Entry, Source};
use super::{ConfigError, is_private};
use crate::forward::{Address, Route};

/// Resolves the targets of the file and adds those of the command line, which get everything.
pub(super) fn routes(file: &mut File, source: &Source<'_>, flags: &[Address]) -> Result<Vec<Route>, ConfigError> {
    let mut routes: Vec<Route> = Vec::new();
    for entry in std::mem::take(&mut file.forward) {
        let entry = entry.into_inner();
        let span = entry.url.span();
        let route = route(entry, source)?;
        if routes.iter().any(|other| other.to.shown() == route.to.shown()) {
            return Err(source.error(span, "there is a [[forward]] with this URL already; merge the two"));
        }
        routes.push(route);
    }
    for address in flags {
        address.check_argument().map_err(|error| ConfigError(format!("--forward: {error}")))?;
        // What the file says about a target holds for it, however it is named.
        if !routes.iter().any(|route| route.to.shown() == address.shown()) {
            routes.push(Route::new(address.clone()));
        }
    }
    Ok(routes)
}

fn route(entry: Entry, source: &Source<'_>) -> Result<Route, ConfigError> {
    let Entry { url, kinds, filter, timeout, concurrency, retry, give_up } = entry;
    let to: Address = url.get_ref().0.parse().map_err(|error: String| source.error(url.span(), &error))?;
    if to.has_password() && !is_private(source.path) {
        let file = source.path.display();
        let message = format!("it holds a password and others can read this file: chmod 600 {file}");
        return Err(source.error(url.span(), &message));
    }
    let mut route = Route::new(to);
    if let Some(kinds) = kinds {
        if kinds.get_ref().is_empty() {
            return Err(source.error(kinds.span(), "name at least one kind, or leave it out for all"));
        }
        route.kinds = kinds.into_inner();
    }
    if let Some(filter) = filter {
        let found = source.filter(&filter)?;
        if found.needs_numbers() {
            let message = "a request is forwarded by what it says, and seq is a number of the journal: leave it out";
            return Err(source.error(filter.span(), message));
        }
        route.filter = Some(found);
    }
    route.timeout = timeout.map_or(route.timeout, |time| time.0);
    route.concurrency = concurrency.map_or(route.concurrency, usize::from);
    route.retry = retry.map_or(route.retry, |time| time.0);
    route.give_up = give_up.map_or(route.give_up, |time| time.0);
    Ok(route)
}
