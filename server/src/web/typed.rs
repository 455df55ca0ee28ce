//! What somebody typed into a form whose session had ended: kept sealed in their own browser, for ten minutes, until they
//! have signed in and are back on the form. Nothing is sent by itself, and Berth keeps no copy.
//!
//! Only forms that are named here, and no larger than a cookie holds. What another site sent is never kept.

use super::cookie;
use crate::seal::Seal;
use axum::body::{Body, to_bytes};
use axum::extract::{Query, Request};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use time::OffsetDateTime;

const LIFE_S: u32 = 10 * 60;
/// Bytes of a form that is kept: sealed and in base64 it still fits a cookie.
const LARGEST: usize = 2800;
/// For a form that small to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);
const PURPOSE: &str = "typed";

/// A form with what was typed into it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Typed {
    /// Where the form stands.
    pub path: String,
    /// As it was sent.
    fields: String,
    at: i64,
}

impl Typed {
    /// What is sent, if it is a form that may be kept; and the request, whole.
    pub async fn of(request: Request) -> (Option<Self>, Request) {
        let Some(path) = form_of(request.method(), request.uri().path()) else { return (None, request) };
        if !is_small_form(request.headers()) {
            return (None, request);
        }
        let (parts, body) = request.into_parts();
        let Ok(Ok(bytes)) = tokio::time::timeout(ARRIVAL, to_bytes(body, LARGEST)).await else {
            return (None, Request::from_parts(parts, Body::empty()));
        };
        let fields = String::from_utf8(bytes.to_vec()).ok();
        let at = OffsetDateTime::now_utc().unix_timestamp();
        (fields.map(|fields| Self { path, fields, at }), Request::from_parts(parts, Body::from(bytes)))
    }

    pub fn to_cookie(&self, seal: &Seal) -> HeaderValue {
        let plain = serde_json::to_vec(self).expect("texts and a number serialize");
        cookie::set(cookie::TYPED, &URL_SAFE_NO_PAD.encode(seal.seal(PURPOSE, &plain)), Some(LIFE_S))
    }

    /// None when it is not one of ours, too old, or of another page.
    pub fn from_cookie(seal: &Seal, headers: &HeaderMap, path: &str, now: OffsetDateTime) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(cookie::find(headers, cookie::TYPED)?).ok()?;
        let typed: Self = serde_json::from_slice(&seal.open(PURPOSE, &sealed).ok()?).ok()?;
        let is_fresh = now.unix_timestamp() - typed.at <= i64::from(LIFE_S);
        (is_fresh && typed.path == path).then_some(typed)
    }

    /// What is no field of the form any more is passed over.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        let uri: Uri = format!("/?{}", self.fields).parse().ok()?;
        Query::try_from_uri(&uri).ok().map(|Query(fields)| fields)
    }
}

/// Where the form stands that is sent to this address. Forms with secrets are not here.
fn form_of(method: &Method, path: &str) -> Option<String> {
    if method != Method::POST {
        return None;
    }
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match parts[..] {
        ["namespaces", "new"]
        | ["namespaces", _, _, "quota" | "extend" | "delete"]
        | ["requests", _, "revise"]
        | ["teams", _, "edit"]
        | ["admin", "teams", "new"]
        | ["admin", "classes", _, "draft"]
        | ["clusters", _, "settings"] => Some(path.to_owned()),
        ["requests", number, "approve" | "reject" | "request-changes"] => Some(format!("/requests/{number}")),
        _ => None,
    }
}

fn is_small_form(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let is_form = text(CONTENT_TYPE).is_some_and(|form| form.starts_with("application/x-www-form-urlencoded"));
    let length: Option<usize> = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    is_form && length.is_some_and(|length| length <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Key;
    use domain::Resource;
    use domain::form::AskFields;
    use rstest::rstest;

    #[rstest]
    #[case("/namespaces/new", Some("/namespaces/new"))]
    #[case("/requests/12/approve", Some("/requests/12"))]
    #[case("/clusters/harbour-1/settings", Some("/clusters/harbour-1/settings"))]
    #[case("/clusters/new", None)]
    #[case("/me/tokens", None)]
    #[case("/namespaces/harbour-1/payments-dev/kubeconfig", None)]
    fn forms_that_hold_secrets_are_not_kept(#[case] path: &str, #[case] form: Option<&str>) {
        assert_eq!(form_of(&Method::POST, path).as_deref(), form);
        assert_eq!(form_of(&Method::GET, path), None);
    }

    #[test]
    fn what_was_typed_comes_back_on_its_page_for_ten_minutes_and_fits_a_cookie() {
        let (seal, now) = (Seal::new(&Key::generate()), OffsetDateTime::now_utc());
        let fields = format!("revision=3&cpu=2&purpose=a+b%26c&gone=1&memory={}", "x".repeat(LARGEST - 60));
        let typed = Typed { path: "/requests/1/revise".into(), fields, at: now.unix_timestamp() };
        let line = typed.to_cookie(&seal);
        let value = line.to_str().expect("is text").split(';').next().expect("has a value").to_owned();
        assert!(value.len() < 4000, "{}", value.len());
        let headers = HeaderMap::from_iter([(http::header::COOKIE, value.parse().expect("fits a header"))]);
        let read = |path: &str, at| Typed::from_cookie(&seal, &headers, path, at);
        let back: AskFields = read("/requests/1/revise", now).and_then(|typed| typed.read()).expect("is read");
        assert_eq!((back.revision, back.purpose.as_str(), back.amounts.get(Resource::Cpu)), (3, "a b&c", "2"));
        assert!(read("/requests/2/revise", now).is_none());
        assert!(read("/requests/1/revise", now + time::Duration::minutes(11)).is_none());
        assert!(Typed::from_cookie(&Seal::new(&Key::generate()), &headers, "/requests/1/revise", now).is_none());
    }
}
