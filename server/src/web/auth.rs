//! Signing in and out through the identity provider: OpenID Connect, authorization code with PKCE.
//!
//! `/auth/login` sends the browser to the provider and seals what it must remember into a cookie, one for each tab that does;
//! `/auth/callback` checks what comes back and starts a session; `/auth/logout` ends it here and there;
//! `/auth/backchannel-logout` is where the provider says that it ended there.

mod attempt;
mod attempts;
mod back_channel;
mod sign_in_error;

pub use back_channel::{PATH as BACK_CHANNEL_PATH, logout as back_channel_logout};

use super::problem::Problem;
use super::request_context::RequestContext;
use super::return_to::ReturnTo;
use super::{Shared, cookie};
use crate::app::{Ctx, Error, access};
use crate::identity::{self, Answer};
use attempt::Attempt;
use attempts::Found;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sign_in_error::SignInError;

#[derive(Deserialize)]
pub struct Login {
    /// Where to go afterwards.
    #[serde(default)]
    return_to: String,
}

pub async fn login(
    State(site): State<Shared>,
    context: RequestContext,
    headers: HeaderMap,
    Query(login): Query<Login>,
) -> Result<Response, Problem> {
    context.admit_stranger()?;
    let return_to = ReturnTo::parse(&login.return_to);
    let begun = site.berth.provider.authorize().await;
    let (url, challenge) = begun.map_err(|error| SignInError::from(error).problem(&return_to))?;
    let attempt = Attempt::new(challenge, return_to);
    let mut cookies = attempts::make_room(&headers, &site.berth.seal);
    cookies.push(attempts::keep(&attempt, &site.berth.seal));
    Ok(redirect(url.as_str(), cookies))
}

pub async fn callback(
    State(site): State<Shared>,
    ctx: Ctx,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let attempt = match attempts::find(&headers, &site.berth.seal, answer.state.as_deref()) {
        Found::This(attempt) => attempt,
        Found::Others if ctx.actor.person().is_none() => {
            return SignInError::from(identity::ProviderError::OtherAttempt)
                .problem(&ReturnTo::default())
                .into_response();
        }
        Found::Others | Found::None => return no_attempt(&ctx),
    };
    // An attempt is good for one answer, whatever it is; those of other tabs go on.
    let forget = cookie::clear(&attempts::name(attempt.challenge.state.secret()));
    match complete(&site, &ctx, &headers, &attempt, answer).await {
        Ok(session) => {
            let session = cookie::set(cookie::SESSION, session.expose_secret(), None);
            redirect(attempt.return_to.as_str(), vec![session, forget])
        }
        Err(error) => ([(SET_COOKIE, forget)], error.problem(&attempt.return_to)).into_response(),
    }
}

/// Somebody who is signed in has only gone back too far.
fn no_attempt(ctx: &Ctx) -> Response {
    match ctx.actor.person() {
        Some(_) => redirect("/", Vec::new()),
        None => SignInError::NoAttempt.problem(&ReturnTo::default()).into_response(),
    }
}

async fn complete(
    site: &Shared,
    ctx: &Ctx,
    headers: &HeaderMap,
    attempt: &Attempt,
    answer: Answer,
) -> Result<SecretString, SignInError> {
    let provider = &site.berth.provider;
    let code = provider.code(&attempt.challenge, answer).await?;
    let identity = provider.identify(&attempt.challenge, code).await?;
    let user_agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("");
    Ok(access::sign_in(ctx, &identity, user_agent).await?)
}

pub async fn logout(State(site): State<Shared>, ctx: Ctx) -> Result<Response, Error> {
    let signed_out = access::sign_out(&ctx).await?;
    let onward = site.berth.provider.end_session_url(signed_out.id_token.as_deref()).await;
    let onward = onward.as_ref().map_or("/signed-out", |url| url.as_str());
    Ok(redirect(onward, vec![cookie::clear(cookie::SESSION)]))
}

fn redirect(to: &str, cookies: Vec<HeaderValue>) -> Response {
    let mut response = Redirect::to(to).into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
