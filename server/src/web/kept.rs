//! Hands a page what was typed into its form before.

use super::request_context::RequestContext;
use super::typed::Typed;
use crate::app::Error;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

/// What was typed into the form of this page before; none as a rule.
pub struct Kept<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Kept<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let context = RequestContext::from_request_parts(parts, state).await?;
        Ok(Self(context.take_typed().and_then(Typed::read)))
    }
}
