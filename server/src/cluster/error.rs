//! What can go wrong with a cluster, sorted by what to do about it.

use super::allowed::ONLY_WHERE;
use domain::text;
use http::StatusCode;
use http::header::RETRY_AFTER;
use kube::error::Status;
use serde_json::error::Category;
use std::time::Duration;

/// Characters of a cluster's own words that people are shown.
const LONGEST_SAID: usize = 300;
/// What kube calls the reason of an answer that is not in Kubernetes' own form.
const NOT_KUBERNETES: &str = "Failed to parse error data";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer, or one that says "not now": try again later, and not before it says so. `answered` where something that it
    /// needs for just this failed.
    #[error("{}: {reason}", if *answered { "the cluster answers that it cannot now" } else { "the cluster does not answer" })]
    Unreachable { reason: String, not_before: Duration, answered: bool },
    /// The cluster says no. `message` is for people to read. Where `may_pass`, one such answer proves nothing: a replica of
    /// the API server that lags behind, or what stands in front of it, says so, too ([`patiently`]).
    #[error("{message}")]
    Refused { message: String, may_pass: bool },
    /// Something of that name is there which Berth did not make; it is left as it is.
    #[error("{kind} {name} is already on the cluster and not managed by Berth; it was left as it is")]
    Collision { kind: String, name: String },
}

impl Error {
    pub(super) fn refused(message: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), may_pass: false }
    }

    /// What was the matter, without saying that it is the cluster's.
    pub(super) fn reason(self) -> String {
        match self {
            Self::Unreachable { reason, .. } => reason,
            Self::Refused { message, .. } => message,
            Self::Collision { .. } => self.to_string(),
        }
    }

    /// Whether it says that an administrator of the cluster has not agreed to something that a class loosens.
    pub fn is_about_agreement(&self) -> bool {
        matches!(self, Self::Refused { message, .. } if message.contains(ONLY_WHERE))
    }

    pub(super) fn unreachable(reason: impl Into<String>) -> Self {
        Self::Unreachable { reason: reason.into(), not_before: Duration::ZERO, answered: false }
    }

    /// Whether the cluster is there to be asked for something else.
    pub fn is_answer(&self) -> bool {
        match self {
            Self::Unreachable { answered, .. } => *answered,
            Self::Refused { .. } | Self::Collision { .. } => true,
        }
    }
}

/// An API server, or what stands in front of it, that has too much to do and says when to come again.
#[derive(Debug, thiserror::Error)]
#[error("it is busy ({status}) and asks to come again in {} s", after.as_secs())]
struct Busy {
    status: StatusCode,
    after: Duration,
}

/// For every answer: one that says when to come again (RFC 9110, 10.2.3; Kubernetes says it in seconds) is an error that
/// remembers it. What kube makes of it does not.
pub(super) async fn heed_retry_after<B>(answer: http::Response<B>) -> Result<http::Response<B>, tower::BoxError> {
    let status = answer.status();
    let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match seconds {
        Some(seconds) if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) => {
            Err(Busy { status, after: Duration::from_secs(seconds) }.into())
        }
        Some(_) | None => Ok(answer),
    }
}

/// A no, of which only the status is known.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wordless(StatusCode);

/// For every answer of somebody who need not be a cluster: of a no, only the status is read.
pub(super) async fn leave_out_words<B>(answer: http::Response<B>) -> Result<http::Response<B>, tower::BoxError> {
    match answer.status() {
        status if status.is_client_error() || status.is_server_error() => Err(Wordless(status).into()),
        _ => Ok(answer),
    }
}

impl From<kube::Error> for Error {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) => from_status(status),
            kube::Error::HyperError(_) | kube::Error::Service(_) | kube::Error::ReadEvents(_) => no_answer(&error),
            kube::Error::SerdeError(cause) => Self::unreachable(unread(cause)),
            kube::Error::FromUtf8(_) | kube::Error::LinesCodecMaxLineLengthExceeded => {
                Self::unreachable("its answer is not JSON")
            }
            _ => Self::refused(root_cause(&error).to_string()),
        }
    }
}

/// Half an answer, or somebody else's: what is in it is not repeated.
fn unread(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Eof => "its answer breaks off",
        Category::Syntax | Category::Io => "its answer is not JSON",
        Category::Data => "its answer is not in Kubernetes' form",
    }
}

/// The status of a no, if that is what it was.
pub(super) fn status_of(error: &kube::Error) -> Option<u16> {
    match error {
        kube::Error::Api(status) => Some(status.code),
        other => root_cause(other).downcast_ref::<Wordless>().map(|wordless| wordless.0.as_u16()),
    }
}

/// Pauses before what may pass is asked again; after the last the cluster's no stands.
const PATIENCE: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Asks again what was refused in a way that may pass, a few times over some seconds.
pub(super) async fn patiently<T, F>(ask: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    with_pauses(&PATIENCE, ask).await
}

async fn with_pauses<T, F>(pauses: &[Duration], mut ask: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for pause in pauses {
        match ask().await {
            Err(Error::Refused { message, may_pass: true }) => {
                tracing::debug!(message, "a cluster refused what it may allow in a moment");
                tokio::time::sleep(*pause).await;
            }
            answer => return answer,
        }
    }
    ask().await
}

/// Conflicts are retried: another writer was faster. Who one is, what one may and what there is may be seen late; everything
/// else below 500 will be refused again.
fn from_status(status: &Status) -> Error {
    let may_pass = |message: String| Error::Refused { message, may_pass: true };
    match status.code {
        401 => may_pass("the cluster does not accept Berth's token; run `berth cluster renew`".into()),
        403 => may_pass(format!("{}; `berth cluster check` says which rights Berth has there", words(status))),
        404 | 410 => may_pass(words(status)),
        409 | 429 | 500.. => {
            // What an API server could not do with this object, as where a webhook fails; the rest is about all of them.
            let is_kubernetes = status.reason != NOT_KUBERNETES && !status.reason.is_empty();
            let answered = is_kubernetes && matches!(status.code, 409 | 500);
            Error::Unreachable { reason: words(status), not_before: Duration::ZERO, answered }
        }
        _ => Error::refused(words(status)),
    }
}

fn words(status: &Status) -> String {
    let words = match status.reason.as_str() {
        NOT_KUBERNETES => {
            format!("HTTP {}, and not in Kubernetes' form: something else answers in its place", status.code)
        }
        _ if status.message.is_empty() => format!("{} (HTTP {})", status.reason, status.code),
        _ => status.message.clone(),
    };
    text::shown(&words, LONGEST_SAID)
}

fn no_answer(error: &kube::Error) -> Error {
    let cause = root_cause(error);
    if let Some(busy) = cause.downcast_ref::<Busy>() {
        return Error::Unreachable { reason: busy.to_string(), not_before: busy.after, answered: false };
    }
    if let Some(Wordless(status)) = cause.downcast_ref::<Wordless>() {
        return from_status(&Status::failure(&format!("HTTP {status}"), "").with_code(status.as_u16()));
    }
    Error::unreachable(match cause.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(_)) => format!(
            "its certificate is not one that Berth trusts: {cause}; if the cluster has a new one, run `berth cluster renew`"
        ),
        Some(_) | None if is_late(cause) => "no answer in time".into(),
        Some(_) | None => cause.to_string(),
    })
}

fn is_late(cause: &(dyn std::error::Error + 'static)) -> bool {
    let timed_out = |error: &std::io::Error| error.kind() == std::io::ErrorKind::TimedOut;
    cause.is::<tokio::time::error::Elapsed>() || cause.downcast_ref().is_some_and(timed_out)
}

/// The innermost error: `Connection refused` says more than the three layers around it.
fn root_cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    let mut innermost = error;
    while let Some(cause) = wrapped(innermost).or_else(|| innermost.source()) {
        innermost = cause;
    }
    innermost
}

/// An I/O error that was made of another one names the source of that as its own.
fn wrapped<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    let inner = error.downcast_ref::<std::io::Error>()?.get_ref()?;
    Some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::future::ready;

    const AT_ONCE: [Duration; 3] = [Duration::ZERO; 3];

    fn answered(code: u16, message: &str) -> Error {
        kube::Error::Api(Box::new(Status { code, message: message.into(), ..Status::default() })).into()
    }

    #[rstest]
    #[case(409)]
    #[case(429)]
    #[case(500)]
    #[case(503)]
    fn what_may_pass_is_tried_again(#[case] code: u16) {
        assert!(matches!(answered(code, "busy"), Error::Unreachable { reason, .. } if reason == "busy"));
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

    #[rstest]
    #[case(401)]
    #[case(403)]
    #[case(404)]
    #[case(410)]
    #[tokio::test]
    async fn one_answer_that_proves_nothing_is_asked_again_and_many_are_believed(#[case] code: u16) {
        let mut left = 1;
        let mut asked_twice = with_pauses(&AT_ONCE, || {
            left -= 1;
            ready(if left < 0 { Ok(()) } else { Err(answered(code, "no")) })
        })
        .await;
        assert!(asked_twice.is_ok());
        let mut n = 0;
        asked_twice = with_pauses(&AT_ONCE, || {
            n += 1;
            ready(Err(answered(code, "no")))
        })
        .await;
        assert!(matches!(asked_twice, Err(Error::Refused { .. })) && n == 4, "{n} times");
    }

    #[tokio::test]
    async fn what_is_wrong_in_itself_is_asked_once() {
        let mut n = 0;
        let answer: Result<(), _> = with_pauses(&AT_ONCE, || {
            n += 1;
            ready(Err(answered(422, "no")))
        })
        .await;
        assert!(answer.is_err() && n == 1);
    }

    #[test]
    fn a_failed_connection_is_said_by_its_cause() {
        let cause = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "Connection refused");
        let error = Error::from(kube::Error::Service(Box::new(cause)));
        assert_eq!(error.to_string(), "the cluster does not answer: Connection refused");
    }

    #[test]
    fn what_stands_in_front_of_a_cluster_is_not_repeated_and_a_clusters_words_are_cut_short() {
        let status = Status::failure("<html>SECRET", NOT_KUBERNETES).with_code(503);
        let reason = Error::from(kube::Error::Api(Box::new(status))).reason();
        assert!(reason.starts_with("HTTP 503") && !reason.contains("SECRET"), "{reason}");
        assert_eq!(answered(422, &"x".repeat(1000)).to_string().chars().count(), LONGEST_SAID + 1);
        for text in ["{\"SECRET", "[\"SECRET\"]", "SECRET"] {
            let cause = serde_json::from_str::<std::collections::HashMap<String, u8>>(text).expect_err("is no map");
            let reason = Error::from(kube::Error::SerdeError(cause)).reason();
            assert!(!reason.contains("SECRET"), "{reason}");
        }
    }

    #[tokio::test]
    async fn of_a_no_of_a_stranger_only_the_status_is_known() {
        let answer = http::Response::builder().status(403).body("SECRET").expect("is an answer");
        let error = kube::Error::Service(leave_out_words(answer).await.expect_err("is a no"));
        assert_eq!(status_of(&error), Some(403));
        let error = Error::from(error).to_string();
        assert!(error.starts_with("HTTP 403 Forbidden"), "{error}");
    }

    #[tokio::test]
    async fn an_answer_that_says_when_to_come_again_is_remembered() {
        let answer = |code: u16, after: &str| {
            let answer = http::Response::builder().status(code).header(RETRY_AFTER, after);
            heed_retry_after(answer.body(()).expect("is an answer"))
        };
        let busy = answer(429, "7").await.expect_err("is busy");
        let error = Error::from(kube::Error::Service(busy));
        assert!(matches!(error, Error::Unreachable { not_before, .. } if not_before.as_secs() == 7));
        assert!(answer(429, "tomorrow").await.is_ok() && answer(200, "7").await.is_ok());
    }
}
