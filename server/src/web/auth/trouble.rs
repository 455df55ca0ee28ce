//! Why a sign-in came to nothing: a page that says what to do for the person, the cause for the log.

use crate::app::Error;
use crate::web::problem::Problem;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

#[derive(Debug)]
pub enum Trouble {
    /// No cookie of a sign-in under way, or one that is too old.
    NoAttempt,
    /// The answer belongs to another attempt.
    OtherAttempt,
    /// The person, or the provider, said no.
    Declined(String),
    /// The provider does not answer, or says that it cannot.
    Unreachable(anyhow::Error),
    /// What came back cannot be trusted.
    Untrusted(anyhow::Error),
    /// Berth itself could not.
    Ours(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NoAttempt => Problem::new(StatusCode::BAD_REQUEST, "sign_in_expired", "Signing in took too long")
                .detail("Try again: a sign-in must be finished within ten minutes, in the browser that began it."),
            Trouble::OtherAttempt => {
                tracing::warn!("the state of a sign-in is not the one it began with");
                Problem::new(StatusCode::BAD_REQUEST, "sign_in_mixed_up", "That was another sign-in")
                    .detail("Try again: this answer does not belong to the sign-in this browser began last.")
            }
            Trouble::Declined(error) => {
                tracing::info!(error, "the provider ended a sign-in");
                Problem::new(StatusCode::FORBIDDEN, "sign_in_declined", "You were not signed in")
                    .detail("The sign-in was cancelled, or the identity provider does not let you use Berth. Try again, or ask whoever runs it.")
            }
            Trouble::Unreachable(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "the identity provider does not answer");
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "sign_in_unavailable",
                    "Signing in is not possible right now",
                )
                .detail("The identity provider does not answer. Try again in a moment.")
            }
            Trouble::Untrusted(cause) => {
                tracing::error!(cause = format!("{cause:#}"), "a sign-in was refused");
                Problem::new(StatusCode::BAD_REQUEST, "sign_in_failed", "You were not signed in")
                    .detail("What the identity provider sent cannot be trusted. Try again; if it stays, tell the id below to whoever runs Berth.")
            }
            Trouble::Ours(error) => error.into(),
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
