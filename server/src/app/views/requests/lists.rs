//! Queues: a page of one, and how many there are in each.

use super::{fit, stall};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Visible;
use crate::store::queues::{Listed, Part};
use domain::Action;
use domain::view::{Page, Queue, QueueCounts, RequestFilter, RequestRow, RequestsView};

/// The queues that there are, in the order of [`counts`].
const QUEUES: [Queue; 5] = [Queue::ToDecide, Queue::Mine, Queue::MyTeams, Queue::All, Queue::Failed];

/// A page of a queue. `after` is the number of the last request of the page before.
pub async fn list(
    ctx: &Ctx,
    queue: Queue,
    filter: RequestFilter,
    after: Option<i64>,
    limit: i64,
) -> Result<RequestsView> {
    let person = ctx.person()?;
    ctx.allow(Action::SeeOwn)?;
    let mut conn = ctx.snapshot().await?;
    let part = Part { queue, filter: &filter, is_open: None, before: after, limit: limit + 1 };
    let whole = RequestFilter::default();
    let ([numbers], n) = store::queues::look(&mut *conn, person, [part], QUEUES.map(|queue| (queue, &whole))).await?;
    let mut listed = store::queues::list(&mut *conn, &numbers).await?;
    let is_to_decide = queue == Queue::ToDecide;
    if is_to_decide || listed.iter().any(|Listed { row, .. }| stall::goes_on(row)) {
        let capacity_of = if is_to_decide { fit::clusters_of(&listed) } else { Vec::new() };
        let clusters = store::overview::list(&mut *conn, &Visible::to(person), &capacity_of).await?;
        if is_to_decide {
            fit::annotate(&mut conn, ctx, &mut listed, &clusters).await?;
        }
        stall::mark_away(ctx, listed.iter_mut().map(|listed| &mut listed.row), &clusters);
    }
    let mut rows: Vec<RequestRow> = listed.into_iter().map(|listed| listed.row).collect();
    let next = crate::app::paginate(&mut rows, limit, |row| row.number.0.to_string());
    Ok(RequestsView { queue, filter, counts: counts(n), page: Page { items: rows, next } })
}

/// How many there are in each queue.
pub async fn count(ctx: &Ctx) -> Result<QueueCounts> {
    ctx.allow(Action::SeeOwn)?;
    let whole = RequestFilter::default();
    let ([], n) = store::queues::look(ctx.db(), ctx.person()?, [], QUEUES.map(|queue| (queue, &whole))).await?;
    Ok(counts(n))
}

fn counts([to_decide, mine, my_teams, all, failed]: [i64; 5]) -> QueueCounts {
    QueueCounts { to_decide, mine, my_teams, all, failed }
}
