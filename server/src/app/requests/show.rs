//! Requests as people see them.

use super::evaluate::{Lock, capacity_view, leaves, unknown_capacity, used};
use super::signed_in;
use super::{fit, forgotten, hindrance, limits, obstacle, standstill};
use crate::app::clusters::{Lacking, freshness};
use crate::app::namespaces::quota_lines;
use crate::app::teams::{class_view, size_view};
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use crate::store::people::Decider;
use crate::store::queues::Part;
use domain::audit::Link;
use domain::class::Class;
use domain::cluster::{Capacity, Freshness, Placement};
use domain::id::PersonId;
use domain::name::{ClassName, ClusterName, NamespaceName, RequestNumber};
use domain::namespace::{Gone, NamespaceState};
use domain::plan::{Plan, USUAL_WITHIN, usual};
use domain::quota::Quota;
use domain::refusal::FieldError;
use domain::request::{Act, Kind, Obstacle, Request, State, TeamRef, Who, Word, can_have_quota};
use domain::usage::Leaves;
use domain::view::{
    CapacityView, ChangesView, DeciderView, Difference, Disagreement, Hindrance, NextView, OpenQuota, Page, Permission,
    PersonView, Queue, QueueCounts, QuotaFields, QuotaForm, RequestFilter, RequestRow, RequestState, RequestView,
    RequestsView, RevisionView, StageState, StageView, Standstill, StepView, TimelineEntry, TimelineKind, Verdict,
    waits_for,
};
use domain::{Action, Denial, Refusal, Resource, allow};
use futures::{FutureExt, try_join};
use time::OffsetDateTime;

/// Events of a request that its page shows at most.
const TIMELINE: i64 = 200;
/// Revisions that it shows at most.
const REVISIONS: i64 = 50;

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

pub async fn get(ctx: &Ctx, number: RequestNumber) -> Result<RequestView> {
    view(&mut *ctx.snapshot().await?, ctx, number).await
}

/// Its state, its steps and what is said of both belong together: `conn` reads one snapshot.
async fn view(conn: &mut Conn, ctx: &Ctx, number: RequestNumber) -> Result<RequestView> {
    let request = store::requests::find(conn, number).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeRequests(request.team.id))?;
    let class = store::classes::get(&mut *conn, request.class.id).await?;
    let stages = stages(conn, ctx, &request).await?;
    let subject = Subject::of(conn, ctx, &request, &class).boxed().await?;
    let timeline = Timeline::of(conn, &request).boxed().await?;
    let may = Permissions::of(ctx, &request, &subject)?;
    Ok(RequestView {
        next: next(ctx, &request, &subject, &may, &timeline.requester),
        held_up: held_up(ctx, &request, &subject),
        revision: request.revision,
        version: request.version,
        digest: domain::audit::Hash(request.digest()).to_string(),
        grantable: request.grantable(),
        monthly_cost: class.spec.monthly_cost(&request.granted().unwrap_or_else(|| request.grantable())),
        environment: class.spec.environment,
        ceiling: class.spec.ceiling,
        devices: class.spec.guardrails.devices.clone(),
        sizes: class.spec.sizes.iter().map(|size| size_view(&class.spec, size)).collect(),
        stages,
        reasons: request.plan.reasons.clone(),
        capacity: subject.capacity,
        timeline: timeline.timeline,
        steps: timeline.steps,
        changes: changes(&request, subject.room_suggested),
        revisions: timeline.revisions,
        used: subject.used,
        below_use: subject.leaves.below().to_vec(),
        use_unknown: subject.leaves.unknown().to_vec(),
        team_limit: subject.team_limit,
        expires_at: request.expires_at(),
        superseded_by: superseded_by(&request),
        supersedes: timeline.supersedes,
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
        is_worked_on: subject.is_worked_on,
        gone: subject.obstacle.as_ref().and_then(gone),
        disagreement: subject.disagreement,
        row: RequestRow {
            place_in_line: subject.place_in_line,
            hindrance: subject.hindrance,
            ..row(&request, timeline.requester, timeline.changed_at)
        }
        .standing_still(subject.standstill),
    })
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

async fn stages(conn: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Vec<StageView>> {
    let excluded = &request.authors;
    let of =
        StageScope { plan: &request.plan, team: &request.team, class: &request.class.name, request: Some(request) };
    stage_views(conn, ctx, of, excluded).await
}

/// What became of a request so far.
struct Timeline {
    requester: String,
    changed_at: OffsetDateTime,
    timeline: Vec<TimelineEntry>,
    steps: Vec<StepView>,
    revisions: Vec<RevisionView>,
    supersedes: Option<RequestNumber>,
}

impl Timeline {
    async fn of(conn: &mut Conn, request: &Request) -> Result<Self> {
        let links = store::audit::list_of_subject(&mut *conn, &request.number.to_string(), TIMELINE).await?;
        Ok(Self {
            requester: store::people::find_name(&mut *conn, request.requester).await?.unwrap_or_default(),
            changed_at: links.first().map_or(request.submitted_at, |link| link.event.at),
            timeline: with_comments(conn, timeline(&links), &links).await?,
            steps: store::steps::list_of_request(&mut *conn, request.id).await?,
            revisions: revisions(conn, request).await?,
            supersedes: store::requests::find_superseded(&mut *conn, request.number).await?,
        })
    }
}

/// What a request is about, as it is now.
struct Subject {
    capacity: CapacityView,
    /// For what is suggested.
    room_suggested: Option<CapacityView>,
    used: Option<Quota>,
    leaves: Leaves,
    team_limit: Option<String>,
    place_in_line: Option<i64>,
    namespace_ready: bool,
    /// What stands in the way there.
    obstacle: Option<Obstacle>,
    /// Why nobody works on the cluster.
    stopped: Option<Obstacle>,
    takes_over: bool,
    is_worked_on: bool,
    standstill: Option<Standstill>,
    /// Of what is still to be decided.
    hindrance: Option<Hindrance>,
    disagreement: Option<Disagreement>,
}

impl Subject {
    async fn of(conn: &mut Conn, ctx: &Ctx, request: &Request, class: &Class) -> Result<Self> {
        let namespace = match request.namespace {
            // What is being undone may be gone by now.
            Some(id) => store::namespaces::find_by_id(conn, id).await?,
            None => None,
        };
        let cluster = store::clusters::get(&mut *conn, request.cluster.id).await?;
        let obstacle = obstacle::of(ctx, request, &cluster, namespace.as_ref());
        let stopped = obstacle::stopped(&cluster);
        let is_worked_on = match request.namespace {
            Some(id) => store::jobs::is_ordered(&mut *conn, id).await?,
            None => false,
        };
        // What another cluster in its place offers says nothing of this one.
        let is_believed = obstacle != Some(Obstacle::Replaced);
        let known = store::clusters::find_capacity(conn, request.cluster.id).await?.filter(|_| is_believed);
        let capacity = known.unwrap_or(Capacity { ceiling: Quota::ZERO, granted: Quota::ZERO });
        let held = namespace.as_ref().map_or(Quota::ZERO, Stored::held);
        let overcommit =
            namespace.as_ref().map_or(class.spec.overcommit(), |stored| stored.namespace.class.spec.overcommit());
        let placement = Placement { capacity, held, overcommit };
        // What is granted already counts itself; only an open ask is still to be placed.
        let asked = if request.state.is_pending() { Some(request.grantable()) } else { None };
        // What waits in line is to be placed, too.
        let to_place = if let State::Waiting { grant } = request.state { Some(grant) } else { asked };
        let used = namespace.as_ref().and_then(|stored| used(ctx, &stored.namespace));
        let place_in_line = if let State::Waiting { .. } = request.state {
            Some(store::requests::place_in_line(&mut *conn, request).await?)
        } else {
            None
        };
        let mut before = match to_place {
            Some(_) => store::requests::list_needs(&mut *conn, request.cluster.id).await?,
            None => Vec::new(),
        };
        if let Some(placement) = place_in_line {
            before.truncate(usize::try_from(placement - 1).unwrap_or(0));
        }
        let room_for = |grant: Option<Quota>| {
            let (grant, need) = grant.map_or((Quota::ZERO, Quota::ZERO), |grant| (grant, placement.need(&grant)));
            match known {
                Some(capacity) => {
                    let short = capacity.behind(&before).short_of(&need);
                    capacity_view(ctx, &request.cluster, &capacity, (&grant, &need), short)
                }
                None => unknown_capacity(ctx, &request.cluster, &grant),
            }
        };
        let takes_over = match (request.kind, &asked) {
            (Kind::NewNamespace, Some(_)) => {
                forgotten::find(conn, ctx, &request.cluster, &request.ask.name, &request.team.slug).await?.is_some()
            }
            (Kind::NewNamespace, None) | (Kind::Quota, _) => false,
        };
        let team_limit = match &asked {
            Some(asked) => team_limit(conn, request, namespace.as_ref(), asked).await?,
            None => None,
        };
        // Nobody agrees to anything for a cluster that is not there.
        let is_there = !matches!(stopped, Some(Obstacle::Removed | Obstacle::Replaced));
        let is_to_be_made =
            is_there && !matches!(request.state, State::Undoing { .. }) && RequestState::from(&request.state).is_open();
        let made_of = namespace.as_ref().map_or(class, |stored| &stored.namespace.class);
        let disagreement = match is_to_be_made {
            true => hindrance::disagreement(conn, ctx, request.kind, made_of, &request.cluster).await?,
            false => None,
        };
        let lacking = disagreement.as_ref().map(Lacking::from);
        let condition = namespace.as_ref().and_then(|stored| stored.condition);
        let is_away = hindrance::is_away(ctx, request.cluster.id);
        let found = namespace.as_ref().map(|stored| (stored.state, stored.condition));
        let standing = hindrance::Standing::of(request.kind, &request.ask.name, found);
        let hindrance = hindrance::of(stopped.as_ref(), standing, is_away, lacking.as_ref());
        let standstill = standstill::of(RequestState::from(&request.state), &cluster, condition, is_worked_on);
        Ok(Self {
            standstill: standstill.or(is_away.then_some(Standstill::Away)),
            hindrance: hindrance.filter(|_| request.state.is_pending()),
            team_limit,
            disagreement,
            capacity: room_for(to_place),
            room_suggested: request.suggestion().map(|suggestion| room_for(Some(suggestion))),
            obstacle,
            stopped,
            takes_over,
            is_worked_on,
            leaves: match (&namespace, &asked) {
                (Some(stored), Some(asked)) => leaves(ctx, &stored.namespace, asked),
                (None, _) | (_, None) => Leaves::Enough,
            },
            used: asked.and(used),
            place_in_line,
            namespace_ready: namespace.is_some_and(|stored| stored.state == NamespaceState::Ready),
        })
    }

    /// Of what is to be granted yet, or of the work on what is granted, which a stopped cluster comes before.
    fn in_the_way(&self, request: &Request) -> Option<&Obstacle> {
        let is_to_grant = request.state.is_pending() || matches!(request.state, State::Waiting { .. });
        let stopped = self.stopped.as_ref().filter(|_| !is_to_grant);
        stopped.or(self.obstacle.as_ref())
    }
}

/// What can be done next, by whom, and by the reader.
fn next(ctx: &Ctx, request: &Request, subject: &Subject, may: &Permissions, requester: &str) -> Vec<NextView> {
    let mut acts = request.next(subject.in_the_way(request), subject.is_worked_on);
    if subject.disagreement.as_ref().is_some_and(|found| found.missing.is_some()) {
        let agree = (Act::Agree, vec![Who::ClusterAdministrators]);
        // Before what fails without it; who decides may decide all the same.
        let placement = if request.state.is_pending() { acts.len() } else { 0 };
        acts.insert(placement, agree);
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
        State::InReview | State::ChangesRequested(_) | State::Waiting { .. } => {
            subject.obstacle.as_ref().map(|obstacle| obstacle.refusal(cluster).to_string())
        }
        State::Approved { .. } | State::Applying { .. } | State::Undoing { .. } | State::Failed { .. } => {
            match subject.in_the_way(request) {
                Some(obstacle @ (Obstacle::Removed | Obstacle::Replaced | Obstacle::Paused { .. })) => {
                    Some(obstacle.refusal(cluster).to_string())
                }
                // It says what it waits for.
                _ if subject.standstill == Some(Standstill::Ahead) => Some(ahead(request)),
                // What is granted already needs no room.
                Some(Obstacle::CapacityUnknown { .. } | Obstacle::Namespace(_)) | None => no_answer(ctx, request),
            }
        }
        State::Completed { .. }
        | State::Undone { .. }
        | State::Rejected
        | State::Withdrawn
        | State::Expired
        | State::Superseded { .. } => None,
    }
}

/// The cluster is away, and Berth tries again.
fn no_answer(ctx: &Ctx, request: &Request) -> Option<String> {
    let Freshness::Unreachable { reason, .. } = freshness(ctx, request.cluster.id) else { return None };
    Some(format!("cluster {} does not answer ({reason}): Berth retries automatically", request.cluster.name))
}

fn ahead(request: &Request) -> String {
    let (name, cluster) = (&request.ask.name, &request.cluster.name);
    format!("cluster {cluster} is ahead of Berth's database in {name}: Platform says under its Sync which is right")
}

/// What granting it would pass of what the team may hold.
async fn team_limit(
    conn: &mut Conn,
    request: &Request,
    namespace: Option<&Stored>,
    asked: &Quota,
) -> Result<Option<String>> {
    let team_quota = limits::team_quota(conn, &request.team, Lock::None).await?;
    let admitted = match namespace {
        Some(stored) => team_quota.admit_change(conn, &stored.namespace.quota, asked).await,
        None => team_quota.admit_namespace(conn, asked).await,
    };
    match admitted {
        Ok(()) => Ok(None),
        Err(Error::Refused(refusal)) => Ok(Some(refusal.to_string())),
        Err(error) => Err(error),
    }
}

/// What the form that asks for another quota needs.
pub async fn quota_form(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    fields: QuotaFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<QuotaForm> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let mut can_ask = permission(allow(&ctx.actor, Action::Ask(namespace.team.id)));
    if can_ask.allowed
        && let Err(refusal) = can_have_quota(name, Some((stored.state, stored.condition)))
    {
        can_ask = Permission::no(refusal.to_string());
    }
    let open = match store::requests::find_open_quota(&mut *conn, namespace.id).await? {
        Some(number) => Some(open_quota(ctx, view(&mut conn, ctx, number).await?, can_ask.allowed)),
        None => None,
    };
    drop(conn);
    let size = namespace.class.spec.sizes.iter().find(|size| size.quota == namespace.quota);
    Ok(QuotaForm {
        cluster: cluster.to_string(),
        name: name.to_string(),
        team: namespace.team.slug.to_string(),
        size: size.map(|size| size.name.to_string()),
        lines: quota_lines(ctx, &stored),
        freshness: freshness(ctx, namespace.cluster.id),
        can_ask,
        open,
        class: class_view(stored.namespace.class),
        fields,
        errors,
        verdict,
    })
}

/// One's own takes the place of one's own that nobody has granted, for who may still ask; all else stands in the way.
fn open_quota(ctx: &Ctx, request: RequestView, can_ask: bool) -> OpenQuota {
    let is_yours = ctx.actor.person_id() == Some(request.row.requester.id);
    OpenQuota {
        is_yours,
        gives_way: is_yours && can_ask && request.row.state.is_pending(),
        can_revise: request.can_revise.allowed,
        can_comment: request.can_comment.allowed,
        row: request.row,
    }
}

/// What stages are of; no request before it is asked.
pub(super) struct StageScope<'a> {
    pub plan: &'a Plan,
    pub team: &'a TeamRef,
    pub class: &'a ClassName,
    pub request: Option<&'a Request>,
}

/// The stages with the people who can decide them. `excluding` are those who had a hand in the ask.
pub(super) async fn stage_views(
    conn: &mut Conn,
    ctx: &Ctx,
    StageScope { plan, team, class, request }: StageScope<'_>,
    excluding: &[PersonId],
) -> Result<Vec<StageView>> {
    let is_ahead = !plan.is_automatic() && request.is_none_or(|request| request.state.is_pending());
    let took =
        if is_ahead { store::pace::list(&mut *conn, class, ctx.now() - USUAL_WITHIN).await? } else { Vec::new() };
    let usually = |deciders| usual(took.iter().filter(|(who, _)| *who == deciders).map(|(_, took)| *took).collect());
    let mut views = Vec::new();
    for (index, stage) in plan.stages.iter().enumerate() {
        let people = store::people::list_deciders(&mut *conn, team.id, stage.deciders, excluding).await?;
        let you = ctx.actor.person_id();
        let view =
            |decider: Decider| DeciderView { name: decider.name, via: decider.via, is_you: you == Some(decider.id) };
        views.push(StageView {
            deciders: stage.deciders.title(&team.title),
            quorum: stage.quorum,
            usually_s: usually(stage.deciders).map(time::Duration::whole_seconds),
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
        (Some(_), _) | (None, State::ChangesRequested(_)) => StageState::Waiting,
        (None, _) => StageState::Skipped,
    }
}

fn row(request: &Request, requester: String, updated_at: time::OffsetDateTime) -> RequestRow {
    let state = RequestState::from(&request.state);
    RequestRow {
        number: request.number,
        kind: request.kind,
        title: request.kind.title(request.ask.name.as_str()),
        team: request.team.slug.to_string(),
        cluster: request.cluster.name.to_string(),
        class: request.class.name.to_string(),
        name: request.ask.name.to_string(),
        purpose: request.ask.purpose.to_string(),
        requester: PersonView { id: request.requester, name: requester },
        state,
        waits_for: waits_for(state, request.current_stage().map(|s| s.deciders), &request.team.title),
        standstill: None,
        failure: failure(request),
        hindrance: None,
        size: request.ask.size.as_ref().map(ToString::to_string),
        base: request.base,
        asked: request.ask.quota,
        granted: request.granted(),
        fit: None,
        place_in_line: None,
        submitted_at: request.submitted_at,
        updated_at,
    }
}

fn failure(request: &Request) -> Option<String> {
    if let State::Failed { reason, .. } = &request.state { Some(reason.clone()) } else { None }
}

fn changes(request: &Request, capacity: Option<CapacityView>) -> Option<ChangesView> {
    let State::ChangesRequested(changes) = &request.state else { return None };
    let (by, comment) = (changes.by_name.clone(), changes.comment.to_string());
    Some(ChangesView { by, comment, suggestion: changes.suggestion, capacity })
}

fn superseded_by(request: &Request) -> Option<RequestNumber> {
    if let State::Superseded { by } = request.state { Some(by) } else { None }
}

async fn revisions(conn: &mut Conn, request: &Request) -> Result<Vec<RevisionView>> {
    let mut revisions = store::revisions::list(conn, request.id, REVISIONS).await?;
    let before: Vec<_> = revisions.iter().skip(1).map(|revision| revision.asked).collect();
    for (revision, before) in revisions.iter_mut().zip(before) {
        let differs = |r: &Resource| revision.asked.get(*r) != before.get(*r);
        let difference =
            |resource| Difference { resource, before: before.get(resource), after: revision.asked.get(resource) };
        revision.differences = Resource::ALL.into_iter().filter(differs).map(difference).collect();
    }
    Ok(revisions)
}

/// What who looks may do with a request.
struct Permissions {
    approve: Permission,
    reject: Permission,
    send_back: Permission,
    revise: Permission,
    accept: Permission,
    withdraw: Permission,
    retry: Permission,
    undo: Permission,
    comment: Permission,
}

impl Permissions {
    fn of(ctx: &Ctx, request: &Request, subject: &Subject) -> Result<Self> {
        let why_not = |obstacle: &Obstacle| Permission::no(obstacle.refusal(&request.cluster.name).to_string());
        let obstacle = subject.obstacle.as_ref().filter(|found| !found.lets_grant()).map(why_not);
        let removed = subject.obstacle.as_ref().filter(|found| **found == Obstacle::Removed).map(why_not);
        let unanswerable = subject.obstacle.as_ref().filter(|found| !found.lets_answer()).map(why_not);
        let may = |action| permission(allow(&ctx.actor, action));
        let while_pending = |action| if request.state.is_pending() { may(action) } else { closed(request) };
        let is_in_review = request.state == State::InReview;
        let is_sent_back = matches!(request.state, State::ChangesRequested(_));
        let has_failed = matches!(request.state, State::Failed { .. });
        let has_decided = request.decisions.iter().any(|d| Some(d.person) == ctx.actor.person_id());
        signed_in(ctx)?;
        let decide = match (is_in_review, has_decided) {
            (false, _) => closed(request),
            (true, true) => Permission::no(Refusal::AlreadyDecided.to_string()),
            (true, false) => may(Action::Decide(request)),
        };
        let is_under_way =
            matches!(request.state, State::Approved { .. } | State::Applying { .. } | State::Undoing { .. });
        let is_left_lying = is_under_way && !subject.is_worked_on;
        Ok(Self {
            approve: obstacle.clone().filter(|_| is_in_review).unwrap_or_else(|| decide.clone()),
            send_back: unanswerable.filter(|_| is_in_review).unwrap_or_else(|| decide.clone()),
            reject: decide,
            revise: match (is_in_review || is_sent_back, &obstacle) {
                (true, Some(why)) => why.clone(),
                (true, None) => may(Action::Revise(request)),
                (false, _) => closed(request),
            },
            accept: match (request.suggestion(), &obstacle) {
                (Some(_), Some(why)) => why.clone(),
                (Some(_), None) => may(Action::Revise(request)),
                (None, _) => Permission::no("nothing is suggested"),
            },
            withdraw: while_pending(Action::Withdraw(request)),
            retry: match (has_failed, is_left_lying, removed) {
                (false, false, _) => Permission::no("only what failed is tried again"),
                (true, _, Some(why)) => why,
                (true, _, None) | (false, true, _) => may(Action::Retry(request)),
            },
            undo: if has_failed { may(Action::Undo(request)) } else { Permission::no("only what failed is undone") },
            comment: may(Action::Comment(request)),
        })
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
        "request.submitted" => (TimelineKind::Asked, format!("requested {}", quota("ask")?.describe())),
        "request.approved" if detail.get("by").is_some() => (TimelineKind::Approved, by_rule(link, quota("grant")?)),
        "request.approved" => (TimelineKind::Approved, approved(quota("asked")?, quota("grant")?)),
        "request.changes_requested" => (TimelineKind::ChangesRequested, suggested(quota("suggestion"))),
        "request.revised" => {
            (TimelineKind::Revised, revised(quota("ask")?, detail.get("approvals_dropped")?.as_i64()?))
        }
        "request.commented" => (TimelineKind::Commented, "commented".into()),
        "request.waiting" => (TimelineKind::Waiting, "put it in line: the cluster has no capacity yet".into()),
        "request.let_in" => (TimelineKind::Approved, "found capacity for it".into()),
        "request.expired" => {
            (TimelineKind::Expired, format!("closed it after {} days without action", detail.get("days")?))
        }
        "request.superseded" => (TimelineKind::Superseded, format!("replaced it with {}", text("by")?)),
        "request.undoing" => (TimelineKind::Undone, "started undoing it".into()),
        "request.undone" => (TimelineKind::Undone, "undid it".into()),
        "request.rejected" => (TimelineKind::Rejected, "rejected it".into()),
        "request.withdrawn" => (TimelineKind::Withdrawn, "withdrew it".into()),
        "request.applying" => (TimelineKind::Provisioning, "started provisioning".into()),
        "request.retried" => (TimelineKind::Provisioning, "retried it".into()),
        "request.completed" => (TimelineKind::Completed, "provisioned and verified it".into()),
        "request.failed" => (TimelineKind::Failed, "could not provision it".into()),
        _ => (TimelineKind::Changed, link.event.action.clone()),
    };
    let comment = text("comment").or_else(|| text("reason"));
    Some(TimelineEntry { at: link.event.at, actor: link.event.actor_label.clone(), kind, says, comment })
}

/// What people wrote stands beside the trail, which says that they did.
pub(in crate::app) async fn with_comments(
    conn: &mut Conn,
    mut entries: Vec<TimelineEntry>,
    links: &[Link],
) -> Result<Vec<TimelineEntry>> {
    let id = |link: &Link| match link.event.action.as_str() {
        "request.commented" => link.event.detail.get("id")?.as_i64(),
        _ => None,
    };
    let ids: Vec<_> = links.iter().filter_map(id).collect();
    if ids.is_empty() {
        return Ok(entries);
    }
    let texts = store::comments::list_texts(conn, &ids).await?;
    // Newest first here, oldest first there.
    let commented = entries.iter_mut().filter(|entry| entry.kind == TimelineKind::Commented);
    for (entry, id) in commented.zip(ids.iter().rev()) {
        entry.comment = texts.get(id).cloned().or_else(|| entry.comment.take());
    }
    Ok(entries)
}

fn suggested(suggestion: Option<Quota>) -> String {
    match suggestion {
        Some(suggestion) => format!("asked for changes and suggests {}", suggestion.describe()),
        None => "asked for changes".into(),
    }
}

fn revised(ask: Quota, n_dropped: i64) -> String {
    match n_dropped {
        0 => format!("revised it to {}", ask.describe()),
        1 => format!("revised it to {}; one approval no longer counts", ask.describe()),
        n => format!("revised it to {}; {n} approvals no longer count", ask.describe()),
    }
}

/// Events of former versions name the requester, to whom it was granted.
fn by_rule(link: &Link, grant: Quota) -> String {
    match link.event.detail.get("rule").and_then(|rule| rule.as_str()) {
        Some(rule) => format!("approved {} by rule {rule}", grant.describe()),
        None => format!("was granted {} by policy", grant.describe()),
    }
}

fn approved(asked: Quota, grant: Quota) -> String {
    if grant == asked {
        format!("approved {}", grant.describe())
    } else {
        format!("approved less: {}", grant.describe())
    }
}
