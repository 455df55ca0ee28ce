//! What comes back: its status told as a trouble or not, its body read within bounds.

use super::Limits;
use crate::error::{Error, cleaned};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};
use url::Url;

/// Of what tells of a trouble, no more is read.
const LARGEST_TROUBLE: u64 = 8 << 10;
/// Where it is not said when to ask again.
const LATER: Duration = Duration::from_secs(60);
const LATEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The beginning of an answer; its body is still to be read.
pub struct Answer {
    pub what: String,
    /// Where it came from, after redirects.
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub(super) body: Incoming,
    pub(super) until: Instant,
    pub(super) limits: Limits,
}

impl Answer {
    /// Errs unless it is what was asked for.
    pub async fn ok(self) -> Result<Self, Error> {
        if self.status == StatusCode::OK { Ok(self) } else { Err(self.trouble().await) }
    }

    /// What a status other than 200 tells.
    pub async fn trouble(self) -> Error {
        let (what, status, after) = (self.what.clone(), self.status, later(&self.headers, SystemTime::now()));
        let said_by_it = match self.read(LARGEST_TROUBLE).await {
            Ok(body) => message(&body),
            Err(_) => String::new(),
        };
        match status {
            StatusCode::UNAUTHORIZED => Error::Unauthorized { what, said_by_it },
            StatusCode::FORBIDDEN => Error::Forbidden { what, said_by_it },
            StatusCode::NOT_FOUND | StatusCode::GONE => Error::NotFound { what },
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Error::Later { what, after },
            other => Error::Status { what, status: other.as_u16(), said_by_it },
        }
    }

    /// A header, if it is text.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Without its parameters, in lower case; empty if it is not said.
    pub fn media_type(&self) -> String {
        let value = self.header(CONTENT_TYPE).unwrap_or_default();
        cleaned(value.split(';').next().unwrap_or_default()).to_ascii_lowercase()
    }

    /// Text that is not compressed and no web page.
    pub async fn document(self, limit: u64) -> Result<Vec<u8>, Error> {
        if let Some(encoding) = self.header(CONTENT_ENCODING).filter(|it| !it.eq_ignore_ascii_case("identity")) {
            return Err(Error::Encoded { what: self.what.clone(), encoding: cleaned(encoding) });
        }
        self.no_page(limit).await
    }

    /// An archive as it is stored. One that is called compressed once more often is not, and its digest is of these bytes.
    pub async fn archive(self, limit: u64) -> Result<Vec<u8>, Error> {
        let is_gzip =
            |encoding: &&str| ["identity", "gzip", "x-gzip"].iter().any(|it| encoding.eq_ignore_ascii_case(it));
        if let Some(encoding) = self.header(CONTENT_ENCODING).filter(|it| !is_gzip(it)) {
            return Err(Error::Encoded { what: self.what.clone(), encoding: cleaned(encoding) });
        }
        self.no_page(limit).await
    }

    async fn no_page(self, limit: u64) -> Result<Vec<u8>, Error> {
        let (what, is_html) = (self.what.clone(), self.media_type() == "text/html");
        let body = self.bytes(limit).await?;
        let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
        if is_html || first == Some(&b'<') { Err(Error::WebPage { what }) } else { Ok(body) }
    }

    pub async fn json<T: DeserializeOwned>(self, limit: u64) -> Result<T, Error> {
        let what = self.what.clone();
        let body = self.document(limit).await?;
        serde_json::from_slice(&body).map_err(|error| Error::Json { what, why: cleaned(&error.to_string()) })
    }

    /// The bytes as they are, compressed or not: what is inside is known by its digest.
    pub async fn bytes(self, limit: u64) -> Result<Vec<u8>, Error> {
        if let Some(encoding) = self.header(TRANSFER_ENCODING).filter(|it| !it.eq_ignore_ascii_case("chunked")) {
            return Err(Error::Encoded { what: self.what.clone(), encoding: cleaned(encoding) });
        }
        self.read(limit).await
    }

    async fn read(mut self, limit: u64) -> Result<Vec<u8>, Error> {
        let expected = self.header(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        let too_large = || Error::TooLarge { what: self.what.clone(), limit };
        if expected.is_some_and(|length| length > limit) {
            return Err(too_large());
        }
        let mut read = Vec::new();
        while let Some(part) = self.part(read.len() as u64, expected).await? {
            if (read.len() + part.len()) as u64 > limit {
                return Err(Error::TooLarge { what: self.what, limit });
            }
            read.extend_from_slice(&part);
        }
        Ok(read)
    }

    async fn part(&mut self, got: u64, expected: Option<u64>) -> Result<Option<Bytes>, Error> {
        let what = || self.what.clone();
        let soon = self.until.min(Instant::now() + self.limits.read);
        let limit = if soon == self.until { self.limits.answer } else { self.limits.read };
        let frame = timeout_at(soon, self.body.frame()).await.map_err(|_| Error::Slow { what: what(), limit })?;
        match frame.transpose() {
            Ok(frame) => Ok(frame.map(|frame| frame.into_data().unwrap_or_default())),
            Err(error) => Err(match expected {
                Some(expected) => Error::CutShort { what: what(), got, expected },
                None => Error::Broken { what: what(), why: cleaned(&error.to_string()) },
            }),
        }
    }
}

/// When to ask again: a number of seconds or a date.
fn later(headers: &HeaderMap, now: SystemTime) -> Duration {
    let value = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::trim);
    let after = value.and_then(|value| match value.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()),
    });
    after.unwrap_or(LATER).clamp(Duration::from_secs(1), LATEST)
}

/// Of an error as registries tell it; empty of anything else.
fn message(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Errors {
        errors: Vec<OneError>,
    }
    #[derive(Deserialize)]
    struct OneError {
        #[serde(default)]
        message: String,
    }
    let errors = serde_json::from_slice::<Errors>(body).map(|it| it.errors).unwrap_or_default();
    errors.first().map(|error| cleaned(&error.message)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some("120"), 120)]
    #[case(Some(" 7 "), 7)]
    #[case(Some("0"), 1)]
    #[case(Some("Sun, 06 Nov 1994 08:49:37 GMT"), 37)]
    #[case(Some("Sunday, 06-Nov-94 08:49:37 GMT"), 37)]
    #[case(Some("Sun, 06 Nov 1994 08:00:00 GMT"), 1)]
    #[case(Some("Sat, 06 Nov 2094 08:00:00 GMT"), 86_400)]
    #[case(Some("99999999999999"), 86_400)]
    #[case(Some("99999999999999999999999999"), 60)]
    #[case(Some("-1"), 60)]
    #[case(Some("soon"), 60)]
    #[case(None, 60)]
    fn a_source_says_when_to_ask_again_in_seconds_or_by_a_date(#[case] value: Option<&str>, #[case] expected: u64) {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:00 GMT").expect("is a date");
        let value = value.map(|it| (RETRY_AFTER, it.parse().expect("is a header")));
        let headers = value.into_iter().collect();
        assert_eq!(later(&headers, now), Duration::from_secs(expected));
    }

    #[test]
    fn of_what_a_registry_says_of_its_trouble_one_line_is_kept() {
        let body = br#"{"errors":[{"code":"DENIED","message":"not\nfor \u0007 you"}]}"#;
        assert_eq!(message(body), "not for you");
        for other in [&b"<html>"[..], b"{}", b"{\"errors\":[]}", b"{\"errors\":[{}]}"] {
            assert_eq!(message(other), "");
        }
        let long = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "é".repeat(5000));
        assert_eq!(message(long.as_bytes()).chars().count(), 200);
    }
}
