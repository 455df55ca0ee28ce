//! Home: what is mine to do, and what is mine.

use super::requests::{say_fit, signed_in};
use super::{Ctx, Result, namespaces};
use crate::store;
use crate::store::Visible;
use crate::store::queues::Part;
use domain::Action;
use domain::view::{HomeView, Queue, RequestFilter, RequestState};

/// Rows of each list on the page; the full lists are a click away.
const ROWS: i64 = 8;
/// Namespaces that are looked through for what fails.
const LOOKED_THROUGH: i64 = 200;

pub async fn home(ctx: &Ctx) -> Result<HomeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = signed_in(ctx)?;
    let first = Part { filter: &RequestFilter::default(), before: None, limit: ROWS };
    let mut conn = ctx.db().acquire().await?;
    let mut to_decide = store::queues::list(&mut conn, person, Queue::ToDecide, first).await?;
    say_fit(&mut conn, &mut to_decide).await?;
    let mine = store::queues::list(&mut conn, person, Queue::Mine, first).await?;
    let sent_back = RequestFilter { state: RequestState::ChangesRequested.as_str().into(), ..RequestFilter::default() };
    let to_answer = store::queues::list(&mut conn, person, Queue::Mine, Part { filter: &sent_back, ..first }).await?;
    // One's own teams only: home is about what is mine, also for those who see everything.
    let own = Visible { everything: false, ..Visible::to(person) };
    let mut stored = store::namespaces::list(&mut conn, &own, None, LOOKED_THROUGH).await?;
    drop(conn);
    let mut attention = namespaces::attention(ctx, &stored);
    let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
    attention.truncate(rows);
    stored.truncate(rows);
    Ok(HomeView { to_decide, to_answer, attention, mine, namespaces: namespaces::rows(ctx, &stored) })
}
