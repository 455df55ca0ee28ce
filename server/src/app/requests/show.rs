//! Requests as people see them.

use super::consider::room_view;
use super::signed_in;
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use crate::store::people::Decider;
use domain::actor::Person;
use domain::audit::Link;
use domain::cluster::Room;
use domain::id::PersonId;
use domain::name::RequestNumber;
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::{Request, State, TeamRef, Word};
use domain::view::{
    DeciderView, Page, Permission, PersonView, Queue, RequestRow, RequestState, RequestView, RequestsView, StageState,
    StageView, TimelineEntry, TimelineKind, waits_for,
};
use domain::{Action, Denial, Refusal, allow};

/// Events of a request that its page shows at most.
const TIMELINE: i64 = 200;

/// A page of a queue. `after` is the number of the last request of the page before.
pub async fn list(ctx: &Ctx, queue: Queue, after: Option<i64>, limit: i64) -> Result<RequestsView> {
    let person = signed_in(ctx)?;
    ctx.allow(Action::SeeOwn)?;
    let mut conn = ctx.db().acquire().await?;
    let mut rows = store::requests::list(&mut *conn, person, queue, after, limit + 1).await?;
    let next = crate::app::cut(&mut rows, limit, |row| row.number.0.to_string());
    let counts = store::requests::count(&mut conn, person).await?;
    Ok(RequestsView { queue, counts, page: Page { items: rows, next } })
}

pub async fn get(ctx: &Ctx, number: RequestNumber) -> Result<RequestView> {
    let person = signed_in(ctx)?;
    let mut conn = ctx.db().acquire().await?;
    let request = store::requests::find(&mut conn, number).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeRequests(request.team.id))?;
    let links = store::audit::list_of_subject(&mut *conn, &number.to_string(), TIMELINE).await?;
    let cluster = store::clusters::get(&mut *conn, request.cluster.id).await?;
    let room = store::clusters::find_room(&mut conn, cluster.id).await?;
    let room = room.unwrap_or(Room { ceiling: Quota::ZERO, granted: Quota::ZERO });
    let class = store::classes::get(&mut *conn, request.class.id).await?;
    let hands = [request.requester, request.revised_by];
    let stages = stage_views(&mut conn, ctx, &request.plan, &request.team, Some(&request), &hands).await?;
    let mut names = store::people::list_names(&mut *conn, &[request.requester]).await?;
    let requester = names.remove(&request.requester).unwrap_or_default();
    let steps = match store::namespaces::find_of_request(&mut *conn, request.id).await? {
        Some(namespace) => store::steps::list(&mut *conn, namespace).await?,
        None => Vec::new(),
    };
    // What is granted already counts itself; only an open ask is still to be placed.
    let still_asked = if request.state == State::InReview { request.grantable() } else { Quota::ZERO };
    Ok(RequestView {
        revision: request.revision,
        digest: domain::audit::Hash(request.digest()).to_string(),
        base: request.base,
        grantable: request.grantable(),
        environment: class.spec.environment,
        stages,
        reasons: request.plan.reasons.clone(),
        room: room_view(ctx, &cluster, &room, &still_asked),
        timeline: timeline(&links),
        steps,
        failure: failure(&request),
        can_approve: decide_permission(person, &request),
        can_reject: decide_permission(person, &request),
        can_withdraw: withdraw_permission(ctx, &request),
        can_retry: retry_permission(ctx, &request),
        namespace_ready: matches!(request.state, State::Completed { .. }),
        row: row(&request, requester, links.first().map_or(request.submitted_at, |link| link.event.at)),
    })
}

/// The stages with the people who can decide them. `excluding` are those who had a hand in the ask.
pub(super) async fn stage_views(
    conn: &mut Conn,
    ctx: &Ctx,
    plan: &Plan,
    team: &TeamRef,
    request: Option<&Request>,
    excluding: &[PersonId],
) -> Result<Vec<StageView>> {
    let mut views = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        let people = store::people::list_deciders(&mut *conn, team.id, stage.deciders, excluding).await?;
        let you = ctx.actor.person_id();
        let view =
            |decider: Decider| DeciderView { name: decider.name, via: decider.via, is_you: you == Some(decider.id) };
        views.push(StageView {
            deciders: stage.deciders.title(&team.title),
            quorum: stage.quorum,
            state: request.map_or_else(|| before_it_is_asked(index), |request| stage_state(request, index)),
            people: people.into_iter().map(view).collect(),
        });
    }
    Ok(views)
}

/// In a verdict the first stage is the one it would wait at.
fn before_it_is_asked(index: usize) -> StageState {
    if index == 0 { StageState::Current } else { StageState::Waiting }
}

fn stage_state(request: &Request, index: usize) -> StageState {
    let rejected = |d: &&domain::request::Decision| usize::try_from(d.stage) == Ok(index) && d.word == Word::Reject;
    if request.decisions.iter().any(|d| rejected(&d)) {
        return StageState::Rejected;
    }
    if request.approvals(index) >= usize::from(request.plan.stages[index].quorum) {
        return StageState::Approved;
    }
    match (request.stage_index(), &request.state) {
        (Some(current), _) if current == index => StageState::Current,
        (Some(_), _) => StageState::Waiting,
        (None, _) => StageState::Skipped,
    }
}

fn row(request: &Request, requester: String, updated_at: time::OffsetDateTime) -> RequestRow {
    let state = RequestState::from(&request.state);
    RequestRow {
        number: request.number,
        kind: request.kind,
        title: format!("New namespace {}", request.ask.name),
        team: request.team.slug.to_string(),
        cluster: request.cluster.name.to_string(),
        class: request.class.name.to_string(),
        name: request.ask.name.to_string(),
        purpose: request.ask.purpose.to_string(),
        requester: PersonView { id: request.requester, name: requester },
        state,
        waits_for: waits_for(state, request.current_stage().map(|s| s.deciders), &request.team.title),
        size: request.ask.size.as_ref().map(ToString::to_string),
        asked: request.ask.quota,
        granted: request.granted(),
        submitted_at: request.submitted_at,
        updated_at,
    }
}

fn failure(request: &Request) -> Option<String> {
    match &request.state {
        State::Failed { reason, .. } => Some(reason.clone()),
        State::InReview
        | State::Approved { .. }
        | State::Applying { .. }
        | State::Completed { .. }
        | State::Rejected
        | State::Withdrawn => None,
    }
}

fn decide_permission(person: &Person, request: &Request) -> Permission {
    if request.state != State::InReview {
        return closed(request);
    }
    if request.decisions.iter().any(|d| d.person == person.id) {
        return Permission::no(Refusal::AlreadyDecided.to_string());
    }
    permission(allow(&domain::Actor::Person(person.clone()), Action::Decide(request)))
}

fn withdraw_permission(ctx: &Ctx, request: &Request) -> Permission {
    if request.state != State::InReview {
        return closed(request);
    }
    permission(allow(&ctx.actor, Action::Withdraw(request)))
}

fn retry_permission(ctx: &Ctx, request: &Request) -> Permission {
    if !matches!(request.state, State::Failed { .. }) {
        return Permission::no("only what failed is tried again");
    }
    match allow(&ctx.actor, Action::RetryJob) {
        Ok(()) => Permission::yes(),
        Err(_) => Permission::no("Platform tries it again"),
    }
}

fn closed(request: &Request) -> Permission {
    Permission::no(format!("it is {}", request.state.title()))
}

fn permission(answer: Result<(), Denial>) -> Permission {
    match answer {
        Ok(()) => Permission::yes(),
        Err(Denial::Refused(refusal)) => Permission::no(refusal.to_string()),
        Err(Denial::Hidden | Denial::SignInFirst) => Permission::no("it is not yours to decide"),
    }
}

/// From the audit trail, which is newest first, to the story, oldest first.
pub(in crate::app) fn timeline(links: &[Link]) -> Vec<TimelineEntry> {
    links.iter().rev().filter_map(entry).collect()
}

fn entry(link: &Link) -> Option<TimelineEntry> {
    let detail = &link.event.detail;
    let quota = |key: &str| serde_json::from_value::<Quota>(detail.get(key)?.clone()).ok();
    let text = |key: &str| detail.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let (kind, says) = match link.event.action.as_str() {
        "request.submitted" => (TimelineKind::Asked, format!("asked for {}", quota("ask")?.say())),
        "request.approved" if detail.get("by").is_some() => {
            (TimelineKind::Approved, format!("was granted {} by policy", quota("grant")?.say()))
        }
        "request.approved" => (TimelineKind::Approved, approved(quota("asked")?, quota("grant")?)),
        "request.rejected" => (TimelineKind::Rejected, "rejected it".into()),
        "request.withdrawn" => (TimelineKind::Withdrawn, "withdrew it".into()),
        "request.applying" => (TimelineKind::Provisioning, "began to provision it".into()),
        "request.retried" => (TimelineKind::Provisioning, "set it going again".into()),
        "request.completed" => (TimelineKind::Completed, "provisioned and verified it".into()),
        "request.failed" => (TimelineKind::Failed, "gave up".into()),
        _ => (TimelineKind::Changed, link.event.action.clone()),
    };
    let comment = text("comment").or_else(|| text("reason"));
    Some(TimelineEntry { at: link.event.at, actor: link.event.actor_label.clone(), kind, says, comment })
}

fn approved(asked: Quota, grant: Quota) -> String {
    if grant == asked { format!("approved {}", grant.say()) } else { format!("approved less: {}", grant.say()) }
}
