//! What a use case answers when it does not do what was asked. The edge turns it into a page or a problem.

use crate::jobs::Outcome;
use crate::store::{self, ErrorKind, Fault};
use domain::field_error::FieldErrors;
use domain::{Denial, Refusal};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// It does not exist, or not for this actor.
    #[error("not found")]
    NotFound,
    /// A rule says no; for the user.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something Berth needs does not answer; trying again later may work. The text is for the user.
    #[error("{0}")]
    Unavailable(String),
    /// Another change was in the way of this one, which was undone; made again it may work.
    #[error("Somebody changed the same at the same moment. Nothing was changed; try again.")]
    Entangled,
    /// Our fault. Goes to the log once, with the request id the user also sees.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    pub fn database_away() -> Self {
        Self::Unavailable("The database does not answer. Nothing was changed; try again in a moment.".into())
    }

    /// It went away while it was asked.
    pub fn database_lost() -> Self {
        Self::Unavailable(
            "The database does not answer any more. If you were changing something, look first whether it was done; then \
             try again."
                .into(),
        )
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::SignInFirst => Self::SignInFirst,
            Denial::Hidden => Self::NotFound,
            Denial::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Refused(errors.into())
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match store::classify(&fault) {
            ErrorKind::Missing => Self::NotFound,
            ErrorKind::Refused(refusal) => Self::Refused(refusal),
            ErrorKind::Mistake => Self::internal(fault),
            ErrorKind::Away => {
                tracing::error!(%fault, "the database does not answer");
                Self::database_away()
            }
            ErrorKind::Entangled => {
                tracing::warn!(%fault, "two changes were in each other's way");
                Self::Entangled
            }
            ErrorKind::Lost => {
                tracing::error!(%fault, "the database went away");
                Self::database_lost()
            }
            ErrorKind::ReadOnly => {
                tracing::error!(%fault, "the database takes no changes");
                Self::Unavailable(
                    "The database takes no changes right now. Nothing was changed; try again in a moment.".into(),
                )
            }
            ErrorKind::Full => {
                tracing::error!(%fault, "the database has no room left");
                Self::Unavailable(
                    "The database has no space left. Nothing was changed. Tell your Berth administrators; reading still works."
                        .into(),
                )
            }
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// How a use case that needs nothing else ends as a job.
impl From<Result<()>> for Outcome {
    fn from(result: Result<()>) -> Self {
        result.map_or_else(Self::from, |()| Self::Done)
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        match error {
            // What it was about is gone: nothing is left to do.
            Error::NotFound => Self::Done,
            Error::Unavailable(why) => Self::later(why),
            Error::Entangled => Self::later(error.to_string()),
            Error::Internal(cause) => Self::Broken(format!("{cause:#}")),
            Error::SignInFirst | Error::Refused(_) => Self::Broken(error.to_string()),
        }
    }
}
