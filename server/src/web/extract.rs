//! What handlers take from a request, where the framework's own would not do.

use crate::app::{Error, LARGEST_PAGE, PAGE};
use crate::input;
use crate::web::problem::Problem;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use std::str::FromStr;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{ObjectBuilder, Required, Type};

/// Parameters in the path. What cannot be one names nothing.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// A JSON body, as it comes and as it goes. One that is something else than is asked for is refused by its field.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::JsonDataError(error)) => Err(Error::from(at_fault(&error.body_text())).into_response()),
            Err(other) => Err(other.into_response()),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The field and what is wrong with it, from `Failed to …: limits.cpu_m: invalid type: …`.
fn at_fault(text: &str) -> Refusal {
    let said = text.split_once("target type: ").map_or(text, |(_, said)| said);
    let (field, said) = said.split_once(": ").filter(|(path, _)| !path.contains(' ')).unwrap_or(("", said));
    Refusal::invalid(field, &input::in_words(said))
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    #[serde(default, deserialize_with = "n_rows")]
    pub limit: Option<i64>,
}

impl Paging {
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE)
    }

    /// `after`, for lists that are ordered by a number.
    pub fn after_number(&self) -> Result<Option<i64>, Error> {
        self.after.as_deref().map(number).transpose()
    }
}

fn n_rows<'de, D: Deserializer<'de>>(given: D) -> Result<Option<i64>, D::Error> {
    match i64::deserialize(given)? {
        n if (1..=LARGEST_PAGE).contains(&n) => Ok(Some(n)),
        _ => Err(D::Error::custom(format!("use 1 to {LARGEST_PAGE}"))),
    }
}

fn number(text: &str) -> Result<i64, Error> {
    i64::from_str(text).map_err(|_| Refusal::invalid("after", "is no place in this list").into())
}

/// The version in `If-Match`; none for `*`.
pub struct IfMatch(pub Option<i32>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        match parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes) {
            None => {
                let wrong = "send the ETag of what you read, or * to write over whatever is there";
                Err(Error::from(Refusal::invalid("If-Match", wrong)).into_response())
            }
            Some(b"*") => Ok(Self(None)),
            Some(tag) => {
                match quoted(tag).and_then(number_of) {
                    Some(version) => Ok(Self(Some(version))),
                    None => Err(Problem::bad_header("If-Match", "the ETag of what you read, such as \"3\", or *")
                        .into_response()),
                }
            }
        }
    }
}

/// Revision and version in `If-Match`, where it is sent and is not `*`. An empty list of tags says nothing.
pub struct IfMatchRevision(pub Option<(i32, i32)>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatchRevision {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = |tag| {
            let (revision, version) = quoted(tag)?.split_once('.')?;
            Some((number_of(revision)?, number_of(version)?))
        };
        match parts.headers.get(header::IF_MATCH).map(HeaderValue::as_bytes) {
            None | Some(b"*" | b"") => Ok(Self(None)),
            Some(tag) => match read(tag) {
                Some(seen) => Ok(Self(Some(seen))),
                None => Err(Problem::bad_header("If-Match", "the ETag of what you read, such as \"1.4\", or *")),
            },
        }
    }
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_param("If-Match", Required::True, OF_WHAT_WAS_READ, r#"^(\*|[1-9][0-9]{0,8}|"[1-9][0-9]{0,8}")$"#)]
    }
}

impl IntoParams for IfMatchRevision {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header_param(
            "If-Match",
            Required::False,
            OF_WHAT_WAS_READ,
            r#"^(\*|[1-9][0-9]{0,8}\.[1-9][0-9]{0,8}|"[1-9][0-9]{0,8}\.[1-9][0-9]{0,8}")$"#,
        )]
    }
}

const OF_WHAT_WAS_READ: &str = "ETag of what you read, or `*` to write over whatever is there";

/// A header in the API document: a text of this shape, which may be left out but is never null.
fn header_param(name: &str, required: Required, description: &str, pattern: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(description))
        .schema(Some(text))
        .build()
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let says = "The caller's mark of this submit: 1 to 100 characters";
        vec![header_param("Idempotency-Key", Required::False, says, "^[!-~]([ -~]{0,98}[!-~])?$")]
    }
}

/// With its quotes, or without: some programs lose them.
fn quoted(tag: &[u8]) -> Option<&str> {
    let tag = std::str::from_utf8(tag).ok()?.trim();
    match tag.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(tag),
    }
}

/// Versions and revisions are counted from one, and have one spelling: what parses as the same number is no ETag.
fn number_of(text: &str) -> Option<i32> {
    text.parse().ok().filter(|number: &i32| *number > 0 && number.to_string() == text)
}

/// What the same request is sent again with.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        match value.to_str() {
            Ok(text) if (1..=100).contains(&text.len()) => Ok(Self(Some(text.to_owned()))),
            Ok(_) | Err(_) => Err(Problem::bad_header("Idempotency-Key", "1 to 100 plain characters")),
        }
    }
}

/// A name in the path that cannot be a name names nothing.
pub fn name<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_one_spelling() {
        assert_eq!((number_of("1"), number_of("2147483647")), (Some(1), Some(i32::MAX)));
        for other in ["+1", "-1", "0", "01", " 1", "1.0", "", "2147483648", "1e0", "١"] {
            assert_eq!(number_of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_wrong_in_a_body_is_said_by_its_field() {
        let said = |text: &str| {
            let error = at_fault(text).fields().remove(0);
            (error.field, error.message)
        };
        let text = "Failed to deserialize the JSON body into the target type: quota.cpu_m: invalid type: floating point `0.5`, expected u64 at line 1 column 9";
        assert_eq!(said(text), ("quota.cpu_m".into(), "must be a whole number, zero or more".into()));
        let text = "Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2";
        assert_eq!(said(text), (String::new(), "name is missing".into()));
        let text = "Failed to deserialize the JSON body into the target type: name: must begin with a letter: a at line 1 column 2";
        assert_eq!(said(text), ("name".into(), "must begin with a letter: a".into()));
    }
}
