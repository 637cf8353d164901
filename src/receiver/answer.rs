//! Refusals: a status and a JSON body whose `error` name machines may rely on.

use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::borrow::Cow;

/// Why a request is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    BadSignature,
    MissingSignature,
    StaleTimestamp,
    MalformedJson,
    UnsupportedMediaType,
    TooLarge,
    NotFound,
    MethodNotAllowed,
    Timeout,
    Unavailable,
    BadVerifyToken,
}

impl Reason {
    /// The stable name, in error bodies and in the refused list.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::BadSignature => "bad_signature",
            Self::MissingSignature => "missing_signature",
            Self::StaleTimestamp => "stale_timestamp",
            Self::MalformedJson => "malformed_json",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::TooLarge => "too_large",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::BadVerifyToken => "bad_verify_token",
        }
    }

    /// The status that says it in HTTP.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::BadSignature | Self::MissingSignature | Self::StaleTimestamp => StatusCode::UNAUTHORIZED,
            Self::MalformedJson => StatusCode::BAD_REQUEST,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::BadVerifyToken => StatusCode::FORBIDDEN,
        }
    }
}

/// A refusal as it is answered. The message goes to strangers: it says what was wrong with the request and nothing about secrets.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) reason: Reason,
    message: Cow<'static, str>,
    allow: Option<&'static str>,
    closing: bool,
}

impl Refusal {
    pub(super) fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into(), allow: None, closing: false }
    }

    /// A refused method, with the methods that would not be.
    pub(super) fn method(allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::new(Reason::MethodNotAllowed, format!("allowed here: {allow}")) }
    }

    /// What the sender is told.
    pub(super) fn message(&self) -> &Cow<'static, str> {
        &self.message
    }

    /// Ends the connection with this answer, because the rest of the request is not read.
    pub(super) fn closing(self) -> Self {
        Self { closing: true, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'static str,
            message: &'a str,
        }
        let body = Body { error: self.reason.name(), message: &self.message };
        let json = serde_json::to_string(&body).unwrap_or_default(); // two strings: cannot fail
        let mut response = (self.reason.status(), json).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.reason == Reason::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        if self.closing {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
