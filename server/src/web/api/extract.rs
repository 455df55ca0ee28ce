//! What handlers take from a request, where the framework's own would not do.

use crate::app::{Error, LARGEST_PAGE, PAGE};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use domain::Refusal;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use std::str::FromStr;

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
pub fn if_match(headers: &HeaderMap) -> Result<Option<i32>, Refusal> {
    let wrong = || Refusal::invalid("If-Match", "send the ETag of what you read, or * to write over whatever is there");
    let given = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()).ok_or_else(wrong)?;
    match given {
        "*" => Ok(None),
        tag => tag.trim_matches('"').parse().map(Some).map_err(|_| wrong()),
    }
}

/// A name in the path that cannot be a name names nothing.
pub fn name<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}
