//! A request as people see it.

mod askable;
mod lifetime_form;
mod permissions;
mod quota_form;
mod stages;
mod subject;

pub use lifetime_form::lifetime_form;
pub use quota_form::quota_form;
pub(super) use stages::{StageScope, stage_views};

use crate::app::clusters::freshness;
use crate::app::views::offer::size_view;
use crate::app::views::timeline::{TIMELINE, Timeline};
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use domain::class::Class;
use domain::cluster::Freshness;
use domain::gone::Gone;
use domain::lifetime::Ending;
use domain::name::RequestNumber;
use domain::namespace::NamespaceState;
use domain::request::{Act, End, Kind, Obstacle, Open, Progress, Request, State, Who};
use domain::view::{
    AfterDeletion, CapacityView, ChangesView, NextView, PersonView, QuotaReview, RequestContent, RequestRow,
    RequestState, RequestView, StallReason, waits_for,
};
use domain::{Action, Refusal, allow};
use futures::FutureExt;
use permissions::Permissions;
use stages::stages;
use subject::Subject;
use time::OffsetDateTime;

pub async fn get(ctx: &Ctx, number: RequestNumber) -> Result<RequestView> {
    view(&mut *ctx.snapshot().await?, ctx, number).await
}

/// Its state, its steps and what is said of both belong together: `conn` reads one snapshot.
async fn view(conn: &mut Conn, ctx: &Ctx, number: RequestNumber) -> Result<RequestView> {
    let request = store::requests::find(&mut *conn, number).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeRequests(request.team.id))?;
    let beside = store::review::get(&mut *conn, &request, TIMELINE).await?;
    let class = &beside.class;
    let stages = stages(conn, ctx, &request).await?;
    let mut subject = Subject::of(conn, ctx, &request, &beside).boxed().await?;
    let timeline = Timeline::of(conn, &request, &beside.comments).boxed().await?;
    let may = Permissions::of(ctx, &request, &subject)?;
    Ok(RequestView {
        next: next(ctx, &request, &subject, &may, &beside.requester),
        held_up: held_up(ctx, &request, &subject),
        revision: request.revision,
        version: request.version,
        digest: domain::audit::Hash(request.digest()).to_string(),
        grantable: request.grantable(),
        environment: class.spec.environment,
        quota: quota_review(&request, class, &mut subject),
        stages,
        reasons: request.plan.reasons.clone(),
        timeline: timeline.entries,
        steps: timeline.steps,
        changes: changes(&request, subject.capacity_suggested),
        revisions: timeline.revisions,
        expires_at: request.expires_at(),
        superseded_by: superseded_by(&request),
        supersedes: beside.supersedes,
        can_approve: may.approve,
        can_reject: may.reject,
        can_request_changes: may.send_back,
        can_revise: may.revise,
        can_accept: may.accept,
        can_withdraw: may.withdraw,
        can_retry: may.retry,
        can_undo: may.undo,
        can_comment: may.comment,
        namespace_ready: subject.namespace_ready,
        cluster_removed: subject.obstacle == Some(Obstacle::Removed),
        takes_over: subject.takes_over,
        is_worked_on: beside.is_worked_on,
        gone: subject.obstacle.as_ref().and_then(gone),
        contents: subject.contents.take(),
        after_deletion: after_deletion(ctx, &request, subject.found, timeline.completed_at),
        disagreement: subject.disagreement,
        row: RequestRow {
            place_in_line: beside.place_in_line,
            blocked_by: subject.blocked_by,
            ..row(&request, beside.requester, timeline.changed_at)
        }
        .stalled(subject.stalled_by),
    })
}

/// Of what takes capacity.
fn quota_review(request: &Request, class: &Class, subject: &mut Subject) -> Option<QuotaReview> {
    let quota = request.granted().unwrap_or_else(|| request.grantable()).quota()?;
    Some(QuotaReview {
        monthly_cost: class.spec.monthly_cost(&quota),
        ceiling: class.spec.ceiling,
        devices: class.spec.guardrails.devices.clone(),
        sizes: class.spec.sizes.iter().map(|size| size_view(&class.spec, size)).collect(),
        capacity: subject.capacity.take()?,
        used: subject.used,
        below_use: subject.leaves.below().to_vec(),
        use_unknown: subject.leaves.unknown().to_vec(),
        team_limit: subject.team_limit.take(),
    })
}

fn after_deletion(
    ctx: &Ctx,
    request: &Request,
    found: Option<(NamespaceState, Option<Ending>)>,
    completed_at: Option<OffsetDateTime>,
) -> Option<AfterDeletion> {
    let is_granted = request.kind() == Kind::Delete && request.state.progress() == Some(&Progress::Completed);
    is_granted.then(|| AfterDeletion::of(found, completed_at.unwrap_or_else(|| ctx.now())))
}

fn gone(obstacle: &Obstacle) -> Option<Gone> {
    match obstacle {
        Obstacle::Namespace(Refusal::NamespaceGone { how, .. }) => Some(*how),
        Obstacle::Namespace(_)
        | Obstacle::Removed
        | Obstacle::Replaced
        | Obstacle::Paused { .. }
        | Obstacle::CapacityUnknown { .. } => None,
    }
}

/// What can be done next, by whom, and by the reader.
fn next(ctx: &Ctx, request: &Request, subject: &Subject, may: &Permissions, requester: &str) -> Vec<NextView> {
    let mut acts = request.next(subject.in_the_way(request), subject.is_worked_on);
    if subject.disagreement.as_ref().is_some_and(|found| found.missing.is_some()) {
        let agree = (Act::Agree, vec![Who::ClusterAdministrators]);
        // Before what fails without it; who decides may decide all the same.
        let place = if request.state.is_pending() { acts.len() } else { 0 };
        acts.insert(place, agree);
    }
    let view = |(action, who): (Act, Vec<Who>)| {
        let who: Vec<_> = who.into_iter().map(|who| who.title(requester, &request.team.title)).collect();
        let is_yours = match action {
            Act::Approve => may.approve.allowed,
            Act::Reject => may.reject.allowed,
            Act::RequestChanges => may.send_back.allowed,
            Act::Revise => may.revise.allowed,
            Act::AcceptSuggestion => may.accept.allowed,
            Act::Withdraw => may.withdraw.allowed,
            Act::Retry => may.retry.allowed,
            Act::Undo => may.undo.allowed,
            Act::ResumeCluster | Act::AcceptCluster => allow(&ctx.actor, Action::SetUp).is_ok(),
            // Berth does not know who administers clusters.
            Act::Agree => false,
        };
        NextView { action, who: who.join(", "), is_yours }
    };
    acts.into_iter().map(view).collect()
}

/// Why nothing can be granted, or why nothing goes on.
fn held_up(ctx: &Ctx, request: &Request, subject: &Subject) -> Option<String> {
    let cluster = &request.cluster.name;
    match &request.state {
        State::Open(_) | State::Granted { progress: Progress::Waiting, .. } => {
            subject.obstacle.as_ref().map(|obstacle| obstacle.refusal(cluster).to_string())
        }
        State::Granted {
            progress: Progress::Approved | Progress::Applying | Progress::Undoing | Progress::Failed { .. },
            ..
        } => match subject.in_the_way(request) {
            Some(obstacle @ (Obstacle::Removed | Obstacle::Replaced | Obstacle::Paused { .. })) => {
                Some(obstacle.refusal(cluster).to_string())
            }
            // It says what it waits for.
            _ if subject.stalled_by == Some(StallReason::Ahead) => Some(ahead(request)),
            // What is granted already needs no capacity.
            Some(Obstacle::CapacityUnknown { .. } | Obstacle::Namespace(_)) | None => no_answer(ctx, request),
        },
        State::Granted { progress: Progress::Completed | Progress::Undone, .. } | State::Closed(_) => None,
    }
}

/// The cluster is away, and Berth tries again.
fn no_answer(ctx: &Ctx, request: &Request) -> Option<String> {
    let Freshness::Unreachable { reason, .. } = freshness(ctx, request.cluster.id) else { return None };
    Some(format!("cluster {} does not answer ({reason}): Berth retries automatically", request.cluster.name))
}

fn ahead(request: &Request) -> String {
    let (name, cluster) = (&request.name, &request.cluster.name);
    format!("cluster {cluster} is ahead of Berth's database in {name}: Platform says under its Sync which is right")
}

fn row(request: &Request, requester: String, updated_at: OffsetDateTime) -> RequestRow {
    let state = RequestState::from(&request.state);
    RequestRow {
        number: request.number,
        content: RequestContent::of(&request.ask, request.granted().as_ref()),
        title: request.kind().title(request.name.as_str()),
        team: request.team.slug.to_string(),
        cluster: request.cluster.name.to_string(),
        class: request.class.name.to_string(),
        name: request.name.to_string(),
        purpose: request.purpose.to_string(),
        requester: PersonView { id: request.requester, name: requester },
        state,
        waits_for: waits_for(state, request.current_stage().map(|s| s.deciders), &request.team.title),
        stalled_by: None,
        failure: failure(request),
        blocked_by: None,
        fit: None,
        place_in_line: None,
        submitted_at: request.submitted_at,
        updated_at,
    }
}

fn failure(request: &Request) -> Option<String> {
    match request.state.progress() {
        Some(Progress::Failed { reason }) => Some(reason.clone()),
        Some(_) | None => None,
    }
}

fn changes(request: &Request, capacity: Option<CapacityView>) -> Option<ChangesView> {
    let State::Open(Open::ChangesRequested(changes)) = &request.state else { return None };
    let (by, comment) = (changes.by_name.clone(), changes.comment.to_string());
    Some(ChangesView { by, comment, suggestion: changes.suggestion, capacity })
}

fn superseded_by(request: &Request) -> Option<RequestNumber> {
    if let State::Closed(End::Superseded { by }) = request.state { Some(by) } else { None }
}
