//! Home: what is mine to do, and what is mine.

use super::requests::{say_fit, signed_in};
use super::{Ctx, Result, namespaces};
use crate::store;
use crate::store::Visible;
use crate::store::namespaces::Stored;
use crate::store::queues::Part;
use domain::Action;
use domain::actor::Person;
use domain::view::{HomeView, Queue, RequestFilter, RequestRow, RequestState};
use futures::try_join;

/// Rows of each list on the page; the full lists are a click away.
const ROWS: i64 = 8;
/// Namespaces that are looked through for what fails.
const LOOKED_THROUGH: i64 = 200;

pub async fn home(ctx: &Ctx) -> Result<HomeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = signed_in(ctx)?;
    // Each of these lets go of its connection before another is waited for.
    let (to_decide, (mine, to_answer), mut stored) =
        try_join!(to_decide(ctx, person), mine(ctx, person), own_namespaces(ctx, person))?;
    let mut attention = namespaces::attention(ctx, &stored);
    let rows = usize::try_from(ROWS).unwrap_or(usize::MAX);
    attention.truncate(rows);
    stored.truncate(rows);
    Ok(HomeView { to_decide, to_answer, attention, mine, namespaces: namespaces::rows(ctx, &stored) })
}

async fn to_decide(ctx: &Ctx, person: &Person) -> Result<Vec<RequestRow>> {
    let mut conn = ctx.db().acquire().await?;
    let first = Part { filter: &RequestFilter::default(), before: None, limit: ROWS };
    let mut rows = store::queues::list(&mut conn, person, Queue::ToDecide, first).await?;
    say_fit(&mut conn, &mut rows).await?;
    Ok(rows)
}

/// What this person asked for, and of that what was sent back.
async fn mine(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, Vec<RequestRow>)> {
    let mut conn = ctx.db().acquire().await?;
    let first = Part { filter: &RequestFilter::default(), before: None, limit: ROWS };
    let mine = store::queues::list(&mut conn, person, Queue::Mine, first).await?;
    let sent_back = RequestFilter { state: RequestState::ChangesRequested.as_str().into(), ..RequestFilter::default() };
    let to_answer = store::queues::list(&mut conn, person, Queue::Mine, Part { filter: &sent_back, ..first }).await?;
    Ok((mine, to_answer))
}

/// Home is about what is mine.
async fn own_namespaces(ctx: &Ctx, person: &Person) -> Result<Vec<Stored>> {
    let own = Visible::own(person);
    Ok(store::namespaces::list(&mut *ctx.db().acquire().await?, &own, None, LOOKED_THROUGH).await?)
}
