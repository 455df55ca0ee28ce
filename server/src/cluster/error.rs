//! What can go wrong with a cluster, sorted by what to do about it.

use kube::error::Status;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or one that says "not now": try again later.
    #[error("the cluster does not answer: {reason}")]
    Unreachable { reason: String },
    /// The cluster says no, and will say so again. `message` is for people to read.
    #[error("{message}")]
    Refused { message: String },
    /// Something of that name is there which Berth did not make; it is left as it is.
    #[error("{kind} {name} is already on the cluster and not managed by Berth; it was left as it is")]
    Collision { kind: String, name: String },
}

impl Error {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused { message: message.into() }
    }

    /// What was the matter, without saying that it is the cluster's.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Unreachable { reason } => reason,
            Self::Refused { message } => message,
            Self::Collision { .. } => self.to_string(),
        }
    }

    pub(super) fn unreachable(reason: impl Into<String>) -> Self {
        Self::Unreachable { reason: reason.into() }
    }
}

impl From<kube::Error> for Error {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) => from_status(status),
            // The last is a half-written answer.
            kube::Error::HyperError(_)
            | kube::Error::Service(_)
            | kube::Error::ReadEvents(_)
            | kube::Error::SerdeError(_) => Self::unreachable(root_cause(&error)),
            _ => Self::refused(root_cause(&error)),
        }
    }
}

/// Conflicts are retried: another writer was faster. Everything else below 500 will be refused again.
fn from_status(status: &Status) -> Error {
    match status.code {
        401 => Error::refused("the cluster does not accept Berth's token; run `berth cluster add` again"),
        409 | 429 | 500.. => Error::unreachable(words(status)),
        _ => Error::refused(words(status)),
    }
}

fn words(status: &Status) -> String {
    if status.message.is_empty() { format!("{} (HTTP {})", status.reason, status.code) } else { status.message.clone() }
}

/// The innermost error: `Connection refused` says more than the three layers around it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn answered(code: u16, message: &str) -> Error {
        kube::Error::Api(Box::new(Status { code, message: message.into(), ..Status::default() })).into()
    }

    #[rstest]
    #[case(409)]
    #[case(429)]
    #[case(500)]
    #[case(503)]
    fn what_may_pass_is_tried_again(#[case] code: u16) {
        assert!(matches!(answered(code, "busy"), Error::Unreachable { reason } if reason == "busy"));
    }

    #[rstest]
    #[case(400)]
    #[case(401)]
    #[case(403)]
    #[case(404)]
    #[case(422)]
    fn what_will_be_refused_again_is_given_up(#[case] code: u16) {
        assert!(matches!(answered(code, "no"), Error::Refused { .. }));
    }

    #[test]
    fn a_failed_connection_is_said_by_its_cause() {
        let cause = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "Connection refused");
        let error = Error::from(kube::Error::Service(Box::new(cause)));
        assert_eq!(error.to_string(), "the cluster does not answer: Connection refused");
    }
}
