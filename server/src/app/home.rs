//! Home: what is mine to do, and what is mine.

use super::requests::{annotate_fit, mark_away, signed_in};
use super::{Ctx, Result, namespaces};
use crate::store;
use crate::store::Visible;
use crate::store::namespaces::{NamedPlace, Stored};
use crate::store::queues::Part;
use domain::actor::Person;
use domain::id::ClusterId;
use domain::view::{HomeView, Queue, RequestFilter, RequestRow, RequestState, StoppedCluster};
use domain::{Action, allow};
use futures::try_join;

/// Rows of each list on the page; the full lists are a click away.
const ROWS: i64 = 8;

pub async fn home(ctx: &Ctx) -> Result<HomeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = signed_in(ctx)?;
    // Each of these lets go of its connection before another is waited for.
    let (decide, failed, mine, answer, namespaces) = try_join!(
        to_decide(ctx, person),
        failed(ctx, person),
        mine(ctx, person),
        to_answer(ctx, person),
        own_namespaces(ctx, person)
    )?;
    let ((to_decide, n_to_decide), (mine, n_mine), (to_answer, n_to_answer)) = (decide, mine, answer);
    let (failed, n_failed) = failed;
    let (stored, places) = namespaces;
    let stopped = stopped(ctx, person, &places).await?;
    let shown = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let attention = namespaces::attention(ctx, &places, shown);
    let (ending, n_ending) = namespaces::ending_rows(ctx, &places, shown);
    Ok(HomeView {
        to_decide,
        n_to_decide,
        to_answer,
        n_to_answer,
        stopped,
        failed,
        n_failed,
        troubled: attention.troubled,
        n_troubled: attention.n_troubled,
        ending,
        n_ending,
        n_attention: attention.n,
        attention: attention.first,
        unknown: attention.unknown.into_iter().collect(),
        mine,
        n_mine,
        namespaces: namespaces::rows(ctx, &stored),
        n_namespaces: i64::try_from(places.len()).unwrap_or(i64::MAX),
    })
}

async fn to_decide(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    let (mut rows, n) = first(ctx, person, Queue::ToDecide, RequestFilter::default()).await?;
    annotate_fit(&mut *ctx.db().acquire().await?, ctx, &mut rows).await?;
    Ok((rows, n))
}

/// What failed waits for Platform; the team waits with it.
async fn failed(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    if allow(&ctx.actor, Action::RetryJob).is_ok() {
        return first(ctx, person, Queue::Failed, RequestFilter::default()).await;
    }
    let of_teams = RequestFilter { state: RequestState::Failed.as_str().into(), ..RequestFilter::default() };
    first(ctx, person, Queue::MyTeams, of_teams).await
}

/// Clusters of one's own that stand still and, for who can let them go on, those that something waits for.
async fn stopped(ctx: &Ctx, person: &Person, places: &[NamedPlace]) -> Result<Vec<StoppedCluster>> {
    let can_end_it = ctx.allow(Action::SetUp).is_ok();
    let is_shown = |id: &ClusterId, stopped: &StoppedCluster| {
        places.iter().any(|place| place.cluster == *id) || can_end_it && stopped.waits_for_platform()
    };
    let all = store::clusters::list_stopped_for(ctx.db(), &Visible::to(person)).await?;
    Ok(all.into_iter().filter(|(id, stopped)| is_shown(id, stopped)).map(|(_, stopped)| stopped).collect())
}

/// What is still open stands before what is over.
async fn mine(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    let filter = RequestFilter::default();
    let mut conn = ctx.snapshot().await?;
    let open = Part { filter: &filter, is_open: Some(true), before: None, limit: ROWS };
    let mut rows = store::queues::list(&mut conn, person, Queue::Mine, open).await?;
    let left = ROWS - i64::try_from(rows.len()).unwrap_or(ROWS);
    let over = Part { filter: &filter, is_open: Some(false), before: None, limit: left };
    rows.extend(store::queues::list(&mut conn, person, Queue::Mine, over).await?);
    mark_away(&mut conn, ctx, &mut rows).await?;
    Ok((rows, store::queues::count_in(&mut conn, person, Queue::Mine, &filter).await?))
}

/// What this person asked for and was sent back.
async fn to_answer(ctx: &Ctx, person: &Person) -> Result<(Vec<RequestRow>, i64)> {
    let sent_back = RequestFilter { state: RequestState::ChangesRequested.as_str().into(), ..RequestFilter::default() };
    first(ctx, person, Queue::Mine, sent_back).await
}

/// The first rows of a queue, and how many there are.
async fn first(ctx: &Ctx, person: &Person, queue: Queue, filter: RequestFilter) -> Result<(Vec<RequestRow>, i64)> {
    let mut conn = ctx.snapshot().await?;
    let part = Part { filter: &filter, is_open: None, before: None, limit: ROWS };
    let rows = store::queues::list(&mut conn, person, queue, part).await?;
    Ok((rows, store::queues::count_in(&mut conn, person, queue, &filter).await?))
}

/// Home is about what is mine: the first of it, and where all of it is.
async fn own_namespaces(ctx: &Ctx, person: &Person) -> Result<(Vec<Stored>, Vec<NamedPlace>)> {
    let own = Visible::own(person);
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::list(&mut conn, &own, None, ROWS).await?;
    Ok((stored, store::namespaces::list_places(&mut *conn, &own).await?))
}
