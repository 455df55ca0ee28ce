//! What is answered when something is not done: a problem document (RFC 9457) for programs, a page
//! with a way on for people.
//!
//! Handlers answer with an [`Error`] or a [`Problem`]; [`problem_layer`](super::problem_layer) knows who asked, and gives it its form.

use super::return_to::ReturnTo;
use crate::app::Error;
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::refusal::FieldError;
use domain::text::sentence;
use domain::view::ProblemView;
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use std::time::Duration;

const RETRY_AFTER_S: u16 = 5;
/// The media type of a problem on the wire.
pub const PROBLEM_JSON: &str = "application/problem+json";

#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub status: StatusCode,
    /// Stable; for programs.
    pub code: &'static str,
    pub title: String,
    /// For people: what happened and what to do.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Path where trying again begins, if that is not the path it happened at.
    pub again: Option<String>,
    /// When trying again may help.
    retry_after_s: Option<u16>,
}

/// A problem on the wire.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable name of the reason.
    pub code: &'static str,
    /// The fields at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Find it in the log by this.
    pub request_id: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, title: &str) -> Self {
        Self {
            status,
            code,
            title: title.to_owned(),
            detail: String::new(),
            errors: Vec::new(),
            again: None,
            retry_after_s: None,
        }
    }

    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    #[must_use]
    pub fn again(self, path: String) -> Self {
        Self { again: Some(path), ..self }
    }

    /// A header that cannot be read, and what it looks like.
    pub fn bad_header(name: &str, shape: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_header", "Bad request")
            .detail(format!("The header {name} must be {shape}."))
    }

    pub fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross_site", "Not allowed")
            .detail("This was sent from a page that is not Berth's.")
    }

    pub fn bad_token() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "token_invalid", "Sign in first")
            .detail("The access token is unknown, has ended or was revoked, or more than one was sent.")
    }

    pub fn too_many_requests(wait: Duration) -> Self {
        let s = seconds(wait);
        let detail = format!("Too many requests in a short time. Wait {s} s, then send fewer.");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests").detail(detail);
        Self { retry_after_s: Some(s), ..problem }
    }

    /// Somebody follows as many views as one may.
    pub fn too_many_views() -> Self {
        let detail = "You follow too many live views at once. This page still works without.";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_views", "Too many live views").detail(detail);
        Self { retry_after_s: Some(RETRY_AFTER_S), ..problem }
    }

    pub fn sign_in_first() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in_first", "Sign in first")
            .detail("Nobody is signed in here.")
            .again(ReturnTo::default().sign_in_path())
    }

    /// For what the router and its layers answer by themselves.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, title, detail) = match status {
            StatusCode::UNAUTHORIZED => return Self::sign_in_first(),
            StatusCode::FORBIDDEN => ("forbidden", "Not allowed", "This is not allowed."),
            StatusCode::NOT_FOUND => ("not_found", "Not found", "It does not exist, or you cannot see it."),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method_not_allowed", "Not possible here", "This address does not support that method.")
            }
            StatusCode::REQUEST_TIMEOUT => ("too_slow", "Too slow", "The request did not arrive in time."),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "Too large", "The request is larger than Berth accepts."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("unsupported_media_type", "Unsupported content type", "The content type is not supported here.")
            }
            StatusCode::UNPROCESSABLE_ENTITY => ("invalid", "Invalid input", "A value is not valid."),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("unavailable", "Not available right now", "Berth could not answer in time. Try again in a moment.")
            }
            status if status.is_server_error() => {
                let detail = "Internal error. Give this request ID to your Berth administrators.";
                ("internal", "Something went wrong", detail)
            }
            _ => ("bad_request", "Bad request", "Berth does not understand the request."),
        };
        Self::new(status, code, title).detail(detail)
    }

    fn of_refusal(refusal: &Refusal) -> Self {
        let (status, title) = match refusal {
            Refusal::OwnRequest
            | Refusal::OwnRole
            | Refusal::NotYourStage { .. }
            | Refusal::ReadOnlyToken
            | Refusal::NeedsSession
            | Refusal::NotAllowed(_) => (StatusCode::FORBIDDEN, "Not allowed"),
            Refusal::NameTaken(_)
            | Refusal::NameReserved { .. }
            | Refusal::NameOnCluster(_)
            | Refusal::NoCapacity(_)
            | Refusal::TeamLimit { .. }
            | Refusal::LastPlatformRole { .. }
            | Refusal::ChangedSince { .. }
            | Refusal::AlreadyDecided
            | Refusal::VersionApproved
            | Refusal::Closed { .. }
            | Refusal::StaleRevision { .. }
            | Refusal::Changed { .. }
            | Refusal::OpenRequest { .. }
            | Refusal::NamespaceNotReady { .. }
            | Refusal::NamespaceGone { .. }
            | Refusal::ClusterNotReady { .. }
            | Refusal::SameCluster { .. }
            | Refusal::OtherCluster { .. }
            | Refusal::NotPossible(_) => (StatusCode::CONFLICT, "Not possible now"),
            Refusal::Invalid(_)
            | Refusal::RaisesAsk(_)
            | Refusal::Unchanged
            | Refusal::BelowUse(_)
            | Refusal::UseUnknown(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid input"),
        };
        let detail = sentence(&refusal.to_string());
        Self { errors: refusal.fields(), ..Self::new(status, refusal.code(), title).detail(detail) }
    }

    pub(super) fn document(self, request_id: &str) -> ProblemDocument {
        ProblemDocument {
            kind: "about:blank",
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            errors: self.errors,
            request_id: request_id.to_owned(),
        }
    }

    pub(super) fn view(self, request_id: &str) -> ProblemView {
        ProblemView {
            status: self.status.as_u16(),
            title: self.title,
            detail: self.detail,
            request_id: request_id.to_owned(),
            again: self.again,
        }
    }

    pub(super) fn or_again(self, path: &str) -> Self {
        Self { again: self.again.or_else(|| Some(path.to_owned())), ..self }
    }

    /// Headers that its status calls for (RFC 9110, RFC 6750).
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = if self.code == "token_invalid" { "Bearer error=\"invalid_token\"" } else { "Bearer" };
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(bearer));
        }
        let unavailable = (self.status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_S);
        if let Some(s) = self.retry_after_s.or(unavailable) {
            headers.insert(RETRY_AFTER, s.into());
        }
        headers
    }
}

impl From<Error> for Problem {
    /// Says the cause of an internal error to the log; the request's id stands beside it.
    fn from(error: Error) -> Self {
        match error {
            Error::SignInFirst => Self::sign_in_first(),
            Error::NotFound => Self::of_status(StatusCode::NOT_FOUND),
            Error::Refused(refusal) => Self::of_refusal(&refusal),
            Error::Unavailable(detail) => Self::of_status(StatusCode::SERVICE_UNAVAILABLE).detail(detail),
            entangled @ Error::Entangled => {
                Self::of_status(StatusCode::SERVICE_UNAVAILABLE).detail(entangled.to_string())
            }
            Error::Internal(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "internal error");
                Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Without a body: the layer writes it.
    fn into_response(self) -> Response {
        let mut response = (self.status, self.headers()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

/// Marks an answer that has its form, whatever its type.
#[derive(Clone, Copy)]
pub struct AsIs;

/// Whole seconds, one at least.
fn seconds(wait: Duration) -> u16 {
    u16::try_from(wait.as_secs()).unwrap_or(u16::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests;
