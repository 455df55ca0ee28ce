//! Signing in and out through the identity provider: OpenID Connect, authorization code with PKCE.
//!
//! `/auth/login` sends the browser to the provider and seals what it must remember into a cookie;
//! `/auth/callback` checks what comes back and starts a session; `/auth/logout` ends it here and there;
//! `/auth/backchannel-logout` is where the provider says that it ended there.

mod attempt;
mod back_channel;
mod return_to;
mod trouble;

pub use back_channel::{PATH as BACK_CHANNEL_PATH, logout as back_channel_logout};
pub use return_to::ReturnTo;

use super::call::Call;
use super::problem::Problem;
use super::{Shared, cookie};
use crate::app::{Ctx, Error, access};
use crate::identity::Answer;
use attempt::Attempt;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use time::OffsetDateTime;
use trouble::Trouble;

#[derive(Deserialize)]
pub struct Login {
    /// Where to go afterwards.
    #[serde(default)]
    return_to: String,
}

pub async fn login(State(site): State<Shared>, call: Call, Query(login): Query<Login>) -> Result<Response, Problem> {
    call.admit_stranger()?;
    let return_to = ReturnTo::parse(&login.return_to);
    let begun = site.berth.provider.authorize().await;
    let (url, challenge) = begun.map_err(|trouble| Trouble::from(trouble).problem(&return_to))?;
    let attempt = Attempt::new(challenge, return_to);
    let cookie = attempt.to_cookie(&site.berth.seal);
    let cookie = cookie::set(cookie::SIGN_IN, &cookie, Some(attempt::LIFE_S));
    Ok(redirect(url.as_str(), [cookie]))
}

pub async fn callback(
    State(site): State<Shared>,
    ctx: Ctx,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let sealed = cookie::find(&headers, cookie::SIGN_IN);
    let attempt = sealed.and_then(|c| Attempt::from_cookie(&site.berth.seal, c, OffsetDateTime::now_utc()));
    let Some(attempt) = attempt else { return no_attempt(&ctx) };
    // An attempt is good for one answer, whatever it is.
    let forget = cookie::clear(cookie::SIGN_IN);
    match complete(&site, &ctx, &headers, &attempt, answer).await {
        Ok(session) => {
            let session = cookie::set(cookie::SESSION, session.expose_secret(), None);
            redirect(attempt.return_to.as_str(), [session, forget])
        }
        Err(trouble) => ([(SET_COOKIE, forget)], trouble.problem(&attempt.return_to)).into_response(),
    }
}

/// Somebody who is signed in has only gone back too far.
fn no_attempt(ctx: &Ctx) -> Response {
    match ctx.actor.person() {
        Some(_) => redirect("/", []),
        None => Trouble::NoAttempt.problem(&ReturnTo::default()).into_response(),
    }
}

async fn complete(
    site: &Shared,
    ctx: &Ctx,
    headers: &HeaderMap,
    attempt: &Attempt,
    answer: Answer,
) -> Result<SecretString, Trouble> {
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
    Ok(redirect(onward, [cookie::clear(cookie::SESSION)]))
}

fn redirect<const N: usize>(to: &str, cookies: [HeaderValue; N]) -> Response {
    let mut response = Redirect::to(to).into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
