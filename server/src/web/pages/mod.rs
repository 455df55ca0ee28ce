//! Browser pages: a handler asks `app::views` for a view and hands it to `frontend`. Forms are plain POSTs
//! that answer 303, or the page again with what was typed and what was wrong with it.

pub mod admin;
pub mod assets;
pub mod catalog;
pub mod classes;
pub mod clusters;
pub mod curation;
pub mod entry_form;
mod form_key;
pub mod home;
pub mod lifetime;
pub mod me;
pub mod namespaces;
pub mod people;
pub mod platform_roles;
pub mod quota;
pub mod requests;
pub mod search;
pub mod sources;
pub mod teams;
pub mod theme;
mod upload;

use super::done;
use super::refused::RefusedAs;
use super::request_context::RequestContext;
use crate::app::{Ctx, Error, Result, views};
use axum::Extension;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::Refusal;
use frontend::Frame;
use futures::{FutureExt, try_join};

/// What a page's handler answers.
type Reply = std::result::Result<Response, Error>;

/// The frame for whoever is signed in.
async fn frame(context: &RequestContext, ctx: &Ctx) -> Result<Frame> {
    let viewer = match ctx.actor.person() {
        Some(_) => Some(views::me::viewer(ctx).await?),
        None => None,
    };
    Ok(context.frame(viewer))
}

/// The frame and what is shown in it, looked up side by side.
fn framed<'a, T>(
    context: &'a RequestContext,
    ctx: &'a Ctx,
    view: impl Future<Output = Result<T>> + Send + 'a,
) -> impl Future<Output = Result<(Frame, T)>> + Send + 'a
where
    T: Send + 'a,
{
    let view = view.boxed();
    async move { try_join!(frame(context, ctx), view) }
}

/// A page, complete.
fn ok(html: String) -> Reply {
    Ok(Html(html).into_response())
}

/// The page of a form again: nothing was changed.
fn refused(html: String) -> Reply {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(html)).into_response())
}

/// The page of a form again, with why: nothing was changed.
fn again(refusal: &Refusal, html: String) -> Reply {
    let status = match (refusal.is_about_rights(), refusal.fields().is_empty()) {
        (true, _) => StatusCode::FORBIDDEN,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, refused_as(refusal.code()), Html(html)).into_response())
}

/// Beside the page that tells of a refusal: its code, for the audit trail.
fn refused_as(code: &'static str) -> Extension<RefusedAs> {
    Extension(RefusedAs(code))
}

/// After a change: 303, so that reloading does not send it again, and a word about it on the page that follows.
fn see_done(path: &str, done: impl AsRef<str>) -> Reply {
    Ok(done::see(path, done.as_ref()))
}

/// On to another page: nothing was changed that needs a word.
fn see(path: &str) -> Reply {
    Ok(Redirect::to(path).into_response())
}
