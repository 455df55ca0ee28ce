//! Home: what is mine to do, and what is mine.

use super::requests::{say_fit, signed_in};
use super::{Ctx, Result, namespaces};
use crate::store;
use crate::store::Visible;
use crate::store::namespaces::{NamedPlace, Stored};
use crate::store::queues::Part;
use domain::Action;
use domain::actor::Person;
use domain::view::{HomeView, Queue, RequestFilter, RequestRow, RequestState};
use futures::try_join;

/// Rows of each list on the page; the full lists are a click away.
const ROWS: i64 = 8;

pub async fn home(ctx: &Ctx) -> Result<HomeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = signed_in(ctx)?;
    // Each of these lets go of its connection before another is waited for.
    let (decide, mine, answer, namespaces) =
        try_join!(to_decide(ctx, person), mine(ctx, person), to_answer(ctx, person), own_namespaces(ctx, person))?;
    let ((to_decide, n_to_decide), (mine, n_mine), (to_answer, n_to_answer)) = (decide, mine, answer);
    let (stored, places) = namespaces;
    let attention = namespaces::attention(ctx, &places, usize::try_from(ROWS).unwrap_or(usize::MAX));
    Ok(HomeView {
        to_decide,
        n_to_decide,
        to_answer,
        n_to_answer,
        n_attention: attention.n,
        attention: attention.first,
        mine,
        n_mine,
        namespaces: namespaces::rows(ctx, &stored),
        n_namespaces: i64::try_from(places.len()).unwrap_or(i64::MAX),
    })
}

async fn to_decide(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    let (mut rows, n) = first(ctx, person, Queue::ToDecide, RequestFilter::default()).await?;
    say_fit(&mut *ctx.db().acquire().await?, &mut rows).await?;
    Ok((rows, n))
}

async fn mine(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    first(ctx, person, Queue::Mine, RequestFilter::default()).await
}

/// What this person asked for and was sent back.
async fn to_answer(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    let sent_back = RequestFilter { state: RequestState::ChangesRequested.as_str().into(), ..RequestFilter::default() };
    first(ctx, person, Queue::Mine, sent_back).await
}

/// The first rows of a queue, and how many there are.
async fn first(ctx: &Ctx, person: &Person, queue: Queue, filter: RequestFilter) -> Result<(Vec<RequestRow>, i64)> {
    let mut conn = ctx.db().acquire().await?;
    let part = Part { filter: &filter, before: None, limit: ROWS };
    let rows = store::queues::list(&mut conn, person, queue, part).await?;
    Ok((rows, store::queues::count_in(&mut conn, person, queue, &filter).await?))
}

/// Home is about what is mine: the first of it, and where all of it is.
async fn own_namespaces(ctx: &Ctx, person: &Person) -> Result<(Vec<Stored>, Vec<NamedPlace>)> {
    let own = Visible::own(person);
    let mut conn = ctx.db().acquire().await?;
    let stored = store::namespaces::list(&mut conn, &own, None, ROWS).await?;
    Ok((stored, store::namespaces::list_places(&mut *conn, &own).await?))
}
