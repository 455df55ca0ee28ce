//! What people write beside a request.

use crate::app::request_record::{lock, record_event};
use crate::app::{Ctx, Error, Result, change, paginate};
use crate::store;
use domain::Action;
use domain::audit::{EventKind, Hash};
use domain::name::{Comment, RequestNumber};
use domain::view::{CommentView, Page};

pub async fn comment(ctx: &Ctx, number: RequestNumber, text: &Comment) -> Result<()> {
    change!(ctx, |tx| {
        let request = lock(tx, number).await?;
        ctx.allow(Action::Comment(&request))?;
        let id = store::comments::insert(&mut **tx, request.id, ctx.person()?.id, text, ctx.now()).await?;
        // The text stands in one place; the event holds what shows whether it is still the same.
        let sha256 = Hash::of(text.as_str().as_bytes()).to_string();
        record_event(tx, ctx, &request, EventKind::RequestCommented { id, sha256 }).await?;
        Ok(())
    })
}

/// A page, oldest first. `after` is the id of the last one of the page before.
pub async fn list_comments(
    ctx: &Ctx,
    number: RequestNumber,
    after: Option<i64>,
    limit: i64,
) -> Result<Page<CommentView>> {
    let mut conn = ctx.db().acquire().await?;
    let request = store::requests::find(&mut conn, number).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeRequests(request.team.id))?;
    let mut items = store::comments::list(&mut *conn, request.id, after, limit + 1).await?;
    let next = paginate(&mut items, limit, |comment| comment.id.to_string());
    Ok(Page { items, next })
}
