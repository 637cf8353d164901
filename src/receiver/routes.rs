//! Which request goes where, and what is answered.

use super::answer::{Reason, Refusal};
use super::connection::Peer;
use super::intake::Intake;
use super::{handshake, now, refused};
use crate::event::Text;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use std::sync::Arc;
use tokio::time::Instant;

const WATOP_REQUEST: HeaderName = HeaderName::from_static("watop-request");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const HEALTH: &str = "/healthz";
const READINESS: &str = "/readyz";

/// The routes, with the configured path for webhooks.
pub(super) fn router(intake: Arc<Intake>, path: &str) -> Router {
    let literal = path.replace('{', "{{").replace('}', "}}"); // braces would be parameters, `:` and `*` once were
    Router::new()
        .without_v07_checks()
        .route(HEALTH, get(alive).fallback(only_get))
        .route(READINESS, get(ready).fallback(only_get))
        .route(&literal, get(greet).post(deliver).fallback(neither_get_nor_post))
        .fallback(elsewhere)
        .with_state(intake)
}

/// Why `path` cannot be the path for webhooks.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let reason = if !path.starts_with('/') {
        "must begin with /"
    } else if path == HEALTH || path == READINESS {
        "is taken by watop itself"
    } else if path.bytes().any(|byte| !byte.is_ascii_graphic() || b"?#".contains(&byte)) {
        "may hold visible ASCII only, without ? and #"
    } else {
        return Ok(());
    };
    Err(format!("the path {path:?} {reason}; choose another with --path, such as /webhook"))
}

/// `POST <path>`: verify, decode, commit, and only then 200.
async fn deliver(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let received = match intake.bodies().read(&parts.headers, body).await {
        Ok(received) => received,
        Err(unread) => return refuse(&intake, parts, unread.start, unread.length, unread.refusal.into()),
    };
    let complete = Instant::now();
    match intake.take(&parts, peer(&parts), &received.bytes).await {
        Ok(receipt) => {
            intake.count_answer(complete.elapsed());
            let headers = [(CONTENT_TYPE, PLAIN_TEXT), (WATOP_REQUEST, HeaderValue::from(receipt.request))];
            (headers, intake.answer()).into_response()
        }
        Err(complaint) => {
            let length = received.bytes.len() as u64;
            refuse(&intake, parts, received.bytes, length, complaint)
        }
    }
}

/// `GET <path>`: Meta's handshake, or nothing at all.
async fn greet(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    match handshake::answer(request.uri(), intake.verify_token().as_ref()) {
        Ok(challenge) => {
            let no_sniffing = HeaderValue::from_static("nosniff");
            ([(CONTENT_TYPE, PLAIN_TEXT), (X_CONTENT_TYPE_OPTIONS, no_sniffing)], challenge).into_response()
        }
        Err(refusal) => refuse_unasked(&intake, request, refusal).await,
    }
}

async fn neither_get_nor_post(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    refuse_unasked(&intake, request, Refusal::method("GET, HEAD, POST")).await
}

async fn only_get(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    refuse_unasked(&intake, request, Refusal::method("GET, HEAD")).await
}

async fn elsewhere(State(intake): State<Arc<Intake>>, request: Request) -> Response {
    let message = format!("nothing is here; webhooks are taken at POST {}", intake.path());
    refuse_unasked(&intake, request, Refusal::new(Reason::NotFound, message)).await
}

/// `GET /healthz`: the process lives.
async fn alive() -> Response {
    ([(CONTENT_TYPE, PLAIN_TEXT)], "ok").into_response()
}

/// `GET /readyz`: a write can be synced.
async fn ready(State(intake): State<Arc<Intake>>) -> Response {
    match intake.ready().await {
        Ok(()) => ([(CONTENT_TYPE, PLAIN_TEXT)], "ready").into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Refuses a request whatever its body is; the start of the body is kept for the operator all the same.
async fn refuse_unasked(intake: &Intake, request: Request, refusal: Refusal) -> Response {
    let (parts, body): (Parts, Body) = request.into_parts();
    match intake.bodies().read(&parts.headers, body).await {
        Ok(received) => {
            let length = received.bytes.len() as u64;
            refuse(intake, parts, received.bytes, length, refusal.into())
        }
        Err(unread) => refuse(intake, parts, unread.start, unread.length, refusal.closing().into()),
    }
}

/// A refusal and what only the operator is told of it.
pub(super) struct Complaint {
    refusal: Refusal,
    remark: refused::Remark,
}

impl From<Refusal> for Complaint {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, remark: refused::Remark::None }
    }
}

impl Complaint {
    pub(super) fn new(refusal: Refusal, remark: refused::Remark) -> Self {
        Self { refusal, remark }
    }
}

/// Counts, lists and answers a refusal.
fn refuse(intake: &Intake, parts: Parts, body: Bytes, length: u64, complaint: Complaint) -> Response {
    let Complaint { refusal, remark } = complaint;
    intake.count_refusal(refusal.reason);
    if refusal.reason != Reason::Unavailable {
        let at = now();
        intake.refused().add(at, refusal.reason, || refused::Note {
            at,
            peer: peer(&parts),
            path: parts.uri.path().to_owned(), // without the query, which may hold a token
            reason: refusal.reason,
            message: refusal.message().clone(),
            remark,
            headers: parts.headers,
            body,
            length,
        });
    }
    refusal.into_response()
}

fn peer(parts: &Parts) -> Text {
    parts.extensions.get::<Peer>().map(|peer| peer.0.clone()).unwrap_or_default()
}
