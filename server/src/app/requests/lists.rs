//! Queues: a page of one, and how many there are in each.

use crate::app::requests::signed_in;
use crate::app::requests::{fit, standstill};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::queues::Part;
use domain::Action;
use domain::view::{Page, Queue, QueueCounts, RequestFilter, RequestsView};
use futures::{FutureExt, try_join};

/// A page of a queue. `after` is the number of the last request of the page before.
pub async fn list(
    ctx: &Ctx,
    queue: Queue,
    filter: RequestFilter,
    after: Option<i64>,
    limit: i64,
) -> Result<RequestsView> {
    let person = signed_in(ctx)?;
    ctx.allow(Action::SeeOwn)?;
    let rows = async {
        let mut conn = ctx.db().acquire().await?;
        let part = Part { filter: &filter, is_open: None, before: after, limit: limit + 1 };
        let mut rows = store::queues::list(&mut conn, person, queue, part).await?;
        if queue == Queue::ToDecide {
            fit::annotate(&mut conn, ctx, &mut rows).await?;
        }
        standstill::mark_away(&mut conn, ctx, &mut rows).await?;
        Ok(rows)
    };
    let (mut rows, counts) = try_join!(rows.boxed(), count(ctx).boxed())?;
    let next = crate::app::paginate(&mut rows, limit, |row| row.number.0.to_string());
    Ok(RequestsView { queue, filter, counts, page: Page { items: rows, next } })
}

/// How many there are in each queue.
pub async fn count(ctx: &Ctx) -> Result<QueueCounts> {
    ctx.allow(Action::SeeOwn)?;
    Ok(store::queues::count(&mut *ctx.db().acquire().await?, signed_in(ctx)?).await?)
}
