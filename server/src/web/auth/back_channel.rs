//! Back-channel logout: the provider says by itself that a session there ended (OpenID Connect Back-Channel Logout 1.0).
//!
//! No browser is part of it: what proves it is the signature. A token that proves nothing is answered without saying why.

use crate::app::{Ctx, Error, access};
use crate::identity::ProviderError;
use crate::web::Shared;
use crate::web::problem::AsIs;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use serde::Deserialize;

pub const PATH: &str = "/auth/backchannel-logout";

#[derive(Deserialize)]
pub struct Sent {
    logout_token: String,
}

pub async fn logout(State(site): State<Shared>, ctx: Ctx, sent: Result<Form<Sent>, FormRejection>) -> Response {
    let Ok(Form(sent)) = sent else { return answer(StatusCode::BAD_REQUEST) };
    match site.berth.provider.logout_token(&sent.logout_token).await {
        Ok(token) => match access::logged_out(&ctx, &token).await {
            Ok(true) => answer(StatusCode::OK),
            Ok(false) => answer(StatusCode::BAD_REQUEST),
            Err(error) => Error::into_response(error),
        },
        Err(ProviderError::Unreachable(cause)) => {
            tracing::error!(cause = format!("{cause:#}"), "a logout could not be checked");
            answer(StatusCode::SERVICE_UNAVAILABLE)
        }
        Err(
            error @ (ProviderError::Unproven(_)
            | ProviderError::OtherAttempt
            | ProviderError::Declined(_)
            | ProviderError::ClocksApart { .. }
            | ProviderError::SetUp(_)
            | ProviderError::Over(_)),
        ) => {
            tracing::warn!(cause = %error, "a logout was not taken");
            answer(StatusCode::BAD_REQUEST)
        }
    }
}

fn answer(status: StatusCode) -> Response {
    let mut response = (status, [(CACHE_CONTROL, "no-store")]).into_response();
    response.extensions_mut().insert(AsIs);
    response
}
