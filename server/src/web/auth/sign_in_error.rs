//! Why a sign-in came to nothing: a page that says what to do for the person, the cause for the log.

use crate::app::Error;
use crate::identity::{self, ProviderError as Of};
use crate::web::problem::Problem;
use crate::web::return_to::ReturnTo;
use http::StatusCode;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

#[derive(Debug)]
pub enum SignInError {
    /// No cookie of a sign-in under way, or one that is too old.
    NoAttempt,
    /// With the provider, or with what it said.
    Provider(identity::ProviderError),
    /// Berth itself could not.
    Ours(Error),
}

impl From<identity::ProviderError> for SignInError {
    fn from(error: identity::ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl From<Error> for SignInError {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn apart(here: OffsetDateTime, there: OffsetDateTime) -> Problem {
    let say = |at: OffsetDateTime| {
        at.to_offset(UtcOffset::UTC)
            .format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC"))
            .unwrap_or_default()
    };
    let detail = format!(
        "The clocks of Berth and of the identity provider are too far apart: here it is {}, there {}. Tell whoever runs \
         Berth; one of the two must be set right.",
        say(here),
        say(there)
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "clocks_apart", "Signing in is not possible right now").detail(detail)
}

impl SignInError {
    /// The page for it, with a way to try again that leads where the first try was to lead. Tells the log the cause.
    pub fn problem(self, return_to: &ReturnTo) -> Problem {
        self.log();
        let (status, code, title, detail) = match self {
            Self::Ours(error) => return Problem::from(error).again(return_to.sign_in_path()),
            Self::NoAttempt => (
                StatusCode::BAD_REQUEST,
                "sign_in_expired",
                "Signing in took too long",
                "A sign-in must be finished within ten minutes, in the browser that began it.",
            ),
            Self::Provider(Of::OtherAttempt) => (
                StatusCode::BAD_REQUEST,
                "sign_in_mixed_up",
                "That was another sign-in",
                "This answer does not belong to the sign-in that this browser began last.",
            ),
            Self::Provider(Of::Declined(_)) => (
                StatusCode::FORBIDDEN,
                "sign_in_declined",
                "You were not signed in",
                "The sign-in was cancelled, or the identity provider does not let you use Berth.",
            ),
            Self::Provider(Of::Unreachable(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "sign_in_unavailable",
                "Signing in is not possible right now",
                "The identity provider does not answer. Try again in a moment.",
            ),
            Self::Provider(Of::SetUp(_)) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "sign_in_set_up_wrong",
                "Signing in is not set up rightly",
                "The identity provider does not do what Berth asks of it. Trying again does not help: tell whoever runs \
                 Berth. Its log says what the provider answered, and `berth doctor` looks for the cause.",
            ),
            Self::Provider(Of::ClocksApart { here, there }) => {
                return apart(here, there).again(return_to.sign_in_path());
            }
            Self::Provider(Of::Unproven(_) | Of::Over(_)) => (
                StatusCode::BAD_REQUEST,
                "sign_in_failed",
                "You were not signed in",
                "The identity provider's answer could not be verified. If this persists, tell your Berth administrators.",
            ),
        };
        Problem::new(status, code, title).detail(detail).again(return_to.sign_in_path())
    }

    /// Strangers can cause most of these at will, so they are no errors of Berth.
    fn log(&self) {
        match self {
            Self::NoAttempt | Self::Ours(_) | Self::Provider(Of::Over(_)) => {}
            Self::Provider(Of::OtherAttempt) => tracing::warn!("the state of a sign-in is not the one it began with"),
            Self::Provider(Of::Declined(said)) => tracing::info!(said, "the provider ended a sign-in"),
            Self::Provider(Of::SetUp(said)) => {
                tracing::error!(said, "the identity provider refuses what Berth is set up to ask of it");
            }
            Self::Provider(Of::Unreachable(cause)) => {
                tracing::error!(cause = format!("{cause:#}"), "the identity provider does not answer");
            }
            Self::Provider(Of::ClocksApart { here, there }) => {
                tracing::error!(%here, %there, "the identity provider's clock and ours are too far apart to sign in");
            }
            Self::Provider(Of::Unproven(cause)) => {
                tracing::warn!(cause = format!("{cause:#}"), "a sign-in could not be verified")
            }
        }
    }
}
