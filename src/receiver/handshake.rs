//! Meta's handshake: a GET that proves to Meta that the endpoint knows the verify token (PROTOCOL §2.2).

use super::answer::{Reason, Refusal};
use crate::config::SecretText;
use axum::extract::Query;
use axum::http::Uri;
use subtle::ConstantTimeEq;

/// The challenge to echo, or why not. It is never echoed unless the token is right.
pub(super) fn answer(uri: &Uri, token: Option<&SecretText>) -> Result<String, Refusal> {
    let parameters = parameters(uri);
    if !parameters.iter().any(|(name, _)| name.starts_with("hub.")) {
        return Err(Refusal::method("POST"));
    }
    let Some(token) = token.filter(|token| !token.bytes().is_empty()) else {
        let message = "the handshake needs a verify token: configure meta.verify_token_env or WATOP_META_VERIFY_TOKEN";
        return Err(Refusal::new(Reason::NotFound, message));
    };
    let refused = |message: &'static str| Refusal::new(Reason::BadVerifyToken, message);
    let sent = single(&parameters, "hub.verify_token").ok_or(refused("hub.verify_token must stand once"))?;
    if !bool::from(token.bytes().ct_eq(sent.as_bytes())) {
        return Err(refused("hub.verify_token is not the configured one"));
    }
    if single(&parameters, "hub.mode") != Some("subscribe") {
        return Err(refused("hub.mode must be subscribe"));
    }
    match single(&parameters, "hub.challenge") {
        Some(challenge) if !challenge.contains(char::is_control) => Ok(challenge.to_owned()),
        Some(_) => Err(refused("hub.challenge holds control characters")),
        None => Err(refused("hub.challenge must stand once")),
    }
}

/// The query, percent-decoded; one that cannot be read is as good as none.
fn parameters(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map(|Query(parameters)| parameters).unwrap_or_default()
}

fn single<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = parameters.iter().filter(|(other, _)| other == name);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(query: &str, token: Option<&str>) -> Result<String, &'static str> {
        let uri = format!("/webhook?{query}").parse().unwrap();
        answer(&uri, token.map(SecretText::new).as_ref()).map_err(|refusal| refusal.reason.name())
    }

    const RIGHT: &str = "hub.mode=subscribe&hub.verify_token=a%20b%2B&hub.challenge=1158201444";

    #[test]
    fn the_challenge_is_echoed_for_the_right_token_only() {
        assert_eq!(answered(RIGHT, Some("a b+")), Ok("1158201444".to_owned()));
        assert_eq!(answered(RIGHT, Some("a b")), Err("bad_verify_token"));
        assert_eq!(answered(RIGHT, Some("a b+ ")), Err("bad_verify_token"));
        assert_eq!(answered(RIGHT, None), Err("not_found"));
        assert_eq!(answered("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", Some("")), Err("not_found"));
    }

    #[test]
    fn a_get_without_hub_parameters_is_no_handshake() {
        for query in ["", "hub=1", "mode=subscribe&verify_token=a"] {
            assert_eq!(answered(query, Some("a")), Err("method_not_allowed"), "{query}");
        }
    }

    #[test]
    fn incomplete_and_ambiguous_handshakes_are_refused() {
        for query in [
            "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=a",
            "hub.verify_token=a&hub.challenge=1",
            "hub.mode=unsubscribe&hub.verify_token=a&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=b&hub.verify_token=a&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=a&hub.challenge=1&hub.challenge=2",
            "hub.mode=subscribe&hub.verify_token=a&hub.challenge=1%0d%0aX:%201",
            "hub.mode=subscribe&hub.verify_token=a&hub.challenge=%1b[2J",
            "hub.mode=subscribe&hub.verify_token=&hub.challenge=1",
        ] {
            assert_eq!(answered(query, Some("a")), Err("bad_verify_token"), "{query}");
        }
    }
}
