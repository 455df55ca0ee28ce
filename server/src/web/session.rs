//! Makes the [`Ctx`] of a request: who calls, by token or by cookie.
//!
//! Asked once per request, and only by handlers that take a [`Ctx`]; one query. A handler without
//! one cannot reach any use case.

use super::cookie;
use super::problem::Problem;
use super::request_context::RequestContext;
use crate::app::{Ctx, Error, access};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use domain::{Actor, FormKey};
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use time::OffsetDateTime;
use uuid::Uuid;

impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let context = RequestContext::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if let Some(ctx) = context.ctx() {
            return Ok(ctx.clone());
        }
        let Known { actor, token, session } = known(&context, parts).await?;
        let ctx = Ctx {
            berth: context.berth().clone(),
            actor,
            request_id: Some(context.id().to_owned()),
            session,
            on_behalf_of: None,
        };
        let ctx = context.identify(ctx);
        context.admit(&ctx.actor, token).map_err(IntoResponse::into_response)?;
        // Before anything else of the request is read: what is there looks to nobody as what is not.
        if ctx.actor.person_id().is_none() && !context.is_open_to_nobody() {
            return Err(Error::SignInFirst.into_response());
        }
        Ok(ctx)
    }
}

/// Who calls, and by what.
struct Known {
    actor: Actor,
    token: Option<Uuid>,
    /// SHA-256 of the cookie.
    session: Option<[u8; 32]>,
}

const NOBODY: Known = Known { actor: Actor::Nobody, token: None, session: None };

/// A token beats a cookie; what is neither is nobody.
async fn known(context: &RequestContext, parts: &Parts) -> Result<Known, Response> {
    if let Some(token) = bearer(&parts.headers).filter(|_| context.is_api()) {
        return by_token(context, token).await;
    }
    let Some(value) = cookie::find(&parts.headers, cookie::SESSION) else { return Ok(NOBODY) };
    let now = OffsetDateTime::now_utc();
    let Some((actor, hash)) =
        access::by_cookie(context.berth(), value, now).await.map_err(IntoResponse::into_response)?
    else {
        context.drop_cookie();
        return Ok(NOBODY);
    };
    if changes_something(&parts.method) {
        came_from_berth(context, parts, &hash).map_err(IntoResponse::into_response)?;
    }
    Ok(Known { actor, token: None, session: Some(hash) })
}

async fn by_token(context: &RequestContext, token: &str) -> Result<Known, Response> {
    match access::by_token(context.berth(), token, OffsetDateTime::now_utc()).await {
        Ok(Some((actor, token))) => Ok(Known { actor, token: Some(token), session: None }),
        Ok(None) => {
            context.admit_stranger().map_err(IntoResponse::into_response)?;
            Err(Problem::bad_token().into_response())
        }
        Err(error) => Err(Error::into_response(error)),
    }
}

/// Asks anew who makes the request, for what goes on for long. None when they may no longer, or are somebody else now.
pub async fn again(context: &RequestContext, ctx: &Ctx, parts: &Parts) -> Option<Ctx> {
    let Known { actor, session, .. } = known(context, parts).await.ok()?;
    (actor.person_id() == ctx.actor.person_id()).then(|| Ctx { actor, session, ..ctx.clone() })
}

/// RFC 6750. Other schemes are none of ours: a proxy in front may use them.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What changes something with a cookie was sent by a form that this session was given for just that, or by a program
/// of ours: markup that somebody brings into a page can do neither.
fn came_from_berth(context: &RequestContext, parts: &Parts, session: &[u8; 32]) -> Result<(), Problem> {
    if !says_where_it_comes_from(&parts.headers) {
        return Err(unknown_origin());
    }
    if context.is_api() {
        return if is_of_a_form(&parts.headers) { Err(form_at_the_api()) } else { Ok(()) };
    }
    let query = parts.uri.query().unwrap_or_default();
    let is_ours = FormKey::of_session(session).is_from_form(parts.uri.path(), query);
    if is_ours { Ok(()) } else { Err(unknown_form()) }
}

/// Of the three kinds of content that a form can send; without one it was no form either.
fn is_of_a_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).to_ascii_lowercase());
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
    kind.is_some_and(|kind| forms.iter().any(|form| kind.trim_start().starts_with(form)))
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Every browser says at least one of them; the layer before has checked what they say.
fn says_where_it_comes_from(headers: &HeaderMap) -> bool {
    headers.contains_key("sec-fetch-site") || headers.contains_key(ORIGIN)
}

fn unknown_form() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "unknown_form", "Not sent").detail(
        "Nothing was changed: this form was not given out in this session. You may have signed in again since it was \
         opened. Open it again, look through what is in it, and send it from there.",
    )
}

fn form_at_the_api() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "unknown_form", "Not allowed")
        .detail("The API takes JSON. Forms are sent to the pages they are on.")
}

fn unknown_origin() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "unknown_origin", "Not allowed")
        .detail("The browser did not say which page this came from. Programs use an access token instead of a cookie.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn authorization(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_the_bearer_scheme_carries_a_token() {
        assert_eq!(bearer(&authorization("Bearer berth_abc")), Some("berth_abc"));
        assert_eq!(bearer(&authorization("bearer  berth_abc")), Some("berth_abc"));
        assert_eq!(bearer(&authorization("Basic YTpi")), None);
        assert_eq!(bearer(&authorization("berth_abc")), None);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn only_reading_methods_may_come_from_nowhere() {
        assert!(!changes_something(&Method::GET) && !changes_something(&Method::HEAD));
        assert!(
            changes_something(&Method::POST) && changes_something(&Method::DELETE) && changes_something(&Method::TRACE)
        );
    }
}
