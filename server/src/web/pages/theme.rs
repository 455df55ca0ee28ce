//! The theme people choose: a cookie the server reads, so that no page flashes.

use super::Reply;
use crate::app::Ctx;
use crate::web::cookie;
use crate::web::return_to::ReturnTo;
use axum::Form;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect};
use frontend::Theme;
use serde::Deserialize;

/// A year.
const LIFE_S: u32 = 365 * 24 * 60 * 60;

#[derive(Deserialize)]
pub struct Choice {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    return_to: String,
}

pub async fn choose(_: Ctx, Form(choice): Form<Choice>) -> Reply {
    let theme = Theme::parse(&choice.theme);
    let cookie = cookie::set(cookie::THEME, theme.as_str(), Some(LIFE_S));
    let return_to = ReturnTo::parse(&choice.return_to);
    Ok(([(SET_COOKIE, cookie)], Redirect::to(return_to.as_str())).into_response())
}
