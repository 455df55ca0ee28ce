//! Home: what is mine to do, and what is mine. All of it is read in one snapshot.

use super::namespaces;
use super::requests::{annotate_fit, clusters_of, mark_away};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::namespaces::Stored;
use crate::store::overview::Overview;
use crate::store::places::NamedPlace;
use crate::store::queues::{Listed, Part};
use crate::store::{Conn, Visible};
use domain::actor::Person;
use domain::view::{HomeView, Queue, RequestFilter, RequestRow, RequestState, StoppedCluster};
use domain::{Action, allow};

/// Rows of each list on the page; the full lists are a click away.
const ROWS: usize = 8;

pub async fn home(ctx: &Ctx) -> Result<HomeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = ctx.person()?;
    let mut conn = ctx.snapshot().await?;
    let requests = Requests::of(&mut conn, ctx, person).await?;
    let capacity_of = clusters_of(&requests.to_decide);
    let clusters = store::overview::list(&mut *conn, &Visible::to(person), &capacity_of).await?;
    let Requests { mut to_decide, n_to_decide, failed, n_failed, to_answer, n_to_answer, mut mine, n_mine } = requests;
    annotate_fit(&mut conn, ctx, &mut to_decide, &clusters).await?;
    mark_away(ctx, mine.iter_mut(), &clusters);
    let (stored, places) = own_namespaces(&mut conn, person).await?;
    let attention = namespaces::attention(ctx, &places, ROWS);
    let (ending, n_ending) = namespaces::ending_rows(ctx, &places, ROWS);
    Ok(HomeView {
        to_decide: to_decide.into_iter().map(|listed| listed.row).collect(),
        n_to_decide,
        to_answer,
        n_to_answer,
        stopped: stopped(ctx, clusters, &places),
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

/// The first of each list of requests on the page, and how many there are.
struct Requests {
    to_decide: Vec<Listed>,
    n_to_decide: i64,
    failed: Vec<RequestRow>,
    n_failed: i64,
    /// What this person asked for and was sent back.
    to_answer: Vec<RequestRow>,
    n_to_answer: i64,
    /// What is still open stands before what is over.
    mine: Vec<RequestRow>,
    n_mine: i64,
}

impl Requests {
    async fn of(conn: &mut Conn, ctx: &Ctx, person: &Person) -> Result<Self> {
        let whole = RequestFilter::default();
        let sent_back = of_state(RequestState::ChangesRequested);
        let (failed, of_failed) = failed(ctx);
        let part = |queue, filter, is_open| Part { queue, filter, is_open, before: None, limit: limit() };
        let parts = [
            part(Queue::ToDecide, &whole, None),
            part(failed, &of_failed, None),
            part(Queue::Mine, &sent_back, None),
            part(Queue::Mine, &whole, Some(true)),
            part(Queue::Mine, &whole, Some(false)),
        ];
        let counted =
            [(Queue::ToDecide, &whole), (failed, &of_failed), (Queue::Mine, &sent_back), (Queue::Mine, &whole)];
        let (numbers, [n_to_decide, n_failed, n_to_answer, n_mine]) =
            store::queues::look(&mut *conn, person, parts, counted).await?;
        let mut listed = store::queues::list(conn, &numbers.concat()).await?;
        let [decide, failed, answer, open, over] = numbers.map(|numbers| rows(&listed, &numbers));
        // Nobody decides on their own, nor on what is not in review: what is to be decided stands in no other list.
        listed.retain(|listed| decide.contains(&listed.row));
        let mine = open.into_iter().chain(over).take(ROWS).collect();
        Ok(Self { to_decide: listed, n_to_decide, failed, n_failed, to_answer: answer, n_to_answer, mine, n_mine })
    }
}

fn limit() -> i64 {
    i64::try_from(ROWS).unwrap_or(i64::MAX)
}

/// Those with these numbers, in their order.
fn rows(listed: &[Listed], numbers: &[i64]) -> Vec<RequestRow> {
    let row = |number: &i64| listed.iter().find(|listed| listed.row.number.0 == *number);
    numbers.iter().filter_map(row).map(|listed| listed.row.clone()).collect()
}

/// What failed waits for Platform; the team waits with it.
fn failed(ctx: &Ctx) -> (Queue, RequestFilter) {
    match allow(&ctx.actor, Action::RetryJob) {
        Ok(()) => (Queue::Failed, RequestFilter::default()),
        Err(_) => (Queue::MyTeams, of_state(RequestState::Failed)),
    }
}

fn of_state(state: RequestState) -> RequestFilter {
    RequestFilter { state: state.as_str().into(), ..RequestFilter::default() }
}

/// Clusters of one's own that stand still and, for who can let them go on, those that something waits for.
fn stopped(ctx: &Ctx, clusters: Vec<Overview>, places: &[NamedPlace]) -> Vec<StoppedCluster> {
    let can_end_it = ctx.allow(Action::SetUp).is_ok();
    let stopped = clusters.into_iter().filter_map(|cluster| Some((cluster.id, cluster.stopped?)));
    let shown = stopped.filter(|(id, stopped)| {
        places.iter().any(|place| place.cluster == *id) || can_end_it && stopped.waits_for_platform()
    });
    shown.map(|(_, stopped)| stopped).collect()
}

/// Home is about what is mine: the first of it, and where all of it is.
async fn own_namespaces(conn: &mut Conn, person: &Person) -> Result<(Vec<Stored>, Vec<NamedPlace>)> {
    let places = store::places::list(&mut *conn, &Visible::own(person)).await?;
    let first: Vec<_> = places.iter().take(ROWS).map(|place| place.id).collect();
    Ok((store::namespaces::list_by_id(conn, &first).await?, places))
}
