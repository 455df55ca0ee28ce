//! What a request is about, as it is now: capacity, use, and what stands in the way.

use crate::app::clusters::Lacking;
use crate::app::requests::facts::leaves;
use crate::app::requests::{blocker, forgotten, limits, obstacle};
use crate::app::usage::used;
use crate::app::views::namespaces::contents;
use crate::app::views::requests::capacity::{capacity_view, unknown_capacity};
use crate::app::views::requests::stall;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::namespaces::Stored;
use crate::store::review::Beside;
use domain::cluster::{Capacity, Placement};
use domain::lifetime::Ending;
use domain::namespace::NamespaceState;
use domain::quota::Quota;
use domain::request::{Kind, Obstacle, Progress, Request, State};
use domain::usage::Leaves;
use domain::view::{Blocker, CapacityView, ContentsView, Disagreement, RequestState, StallReason};

/// What a request is about, as it is now.
pub(super) struct Subject {
    /// Of what takes capacity.
    pub(super) capacity: Option<CapacityView>,
    /// The same for what is suggested.
    pub(super) capacity_suggested: Option<CapacityView>,
    pub(super) used: Option<Quota>,
    pub(super) leaves: Leaves,
    pub(super) team_limit: Option<String>,
    pub(super) namespace_ready: bool,
    /// What stands in the way there.
    pub(super) obstacle: Option<Obstacle>,
    /// Why nobody works on the cluster.
    pub(super) stopped: Option<Obstacle>,
    pub(super) takes_over: bool,
    pub(super) is_worked_on: bool,
    pub(super) stalled_by: Option<StallReason>,
    /// Of what is still to be decided.
    pub(super) blocked_by: Option<Blocker>,
    pub(super) disagreement: Option<Disagreement>,
    /// How the namespace stands, and its end; none where Berth keeps none.
    pub(super) found: Option<(NamespaceState, Option<Ending>)>,
    /// What is in it, where its deletion is still to be decided.
    pub(super) contents: Option<ContentsView>,
}

impl Subject {
    pub(super) async fn of(conn: &mut Conn, ctx: &Ctx, request: &Request, beside: &Beside) -> Result<Self> {
        let Beside { class, availability, is_worked_on, place_in_line, .. } = beside;
        let namespace = match request.namespace {
            // What is being undone may be gone by now.
            Some(id) => store::namespaces::find_by_id(conn, id).await?,
            None => None,
        };
        let obstacle = obstacle::of(ctx, request, availability, namespace.as_ref());
        let stopped = obstacle::stopped(availability);
        // What another cluster in its place offers says nothing of this one.
        let is_believed = obstacle != Some(Obstacle::Replaced);
        let known = beside.capacity.filter(|_| is_believed);
        let capacity = known.unwrap_or(Capacity { ceiling: Quota::ZERO, granted: Quota::ZERO });
        let held = namespace.as_ref().map_or(Quota::ZERO, Stored::held);
        let overcommit =
            namespace.as_ref().map_or(class.spec.overcommit(), |stored| stored.namespace.class.spec.overcommit());
        let placement = Placement { capacity, held, overcommit };
        // What is granted already counts itself; only an open ask is still to be placed.
        let asked = if request.state.is_pending() { request.grantable().quota() } else { None };
        // What waits in line is to be placed, too.
        let to_place = match &request.state {
            State::Granted { grant, progress: Progress::Waiting } => grant.quota(),
            State::Open(_) | State::Granted { .. } | State::Closed(_) => asked,
        };
        let used = namespace.as_ref().and_then(|stored| used(ctx, &stored.namespace));
        let mut before = match to_place {
            Some(_) => store::line::list_needs(&mut *conn, request.cluster.id).await?,
            None => Vec::new(),
        };
        if let Some(place) = place_in_line {
            before.truncate(usize::try_from(*place - 1).unwrap_or(0));
        }
        let capacity_for = |grant: Option<Quota>| {
            let (grant, need) = grant.map_or((Quota::ZERO, Quota::ZERO), |grant| (grant, placement.need(&grant)));
            match known {
                Some(capacity) => {
                    let short = capacity.behind(&before).short_of(&need);
                    capacity_view(ctx, &request.cluster, &capacity, (&grant, &need), short)
                }
                None => unknown_capacity(ctx, &request.cluster, &grant),
            }
        };
        let takes_over = asked.is_some()
            && !request.kind().needs_namespace()
            && forgotten::find(conn, ctx, &request.cluster, &request.name, &request.team.slug).await?.is_some();
        let team_limit = asked.as_ref().and_then(|asked| team_limit(request, beside, namespace.as_ref(), asked));
        let ends_namespace = match request.kind() {
            Kind::Delete => request.state.is_pending(),
            Kind::NewNamespace | Kind::Quota | Kind::Extend => false,
        };
        // Nobody agrees to anything for a cluster that is not there.
        let is_there = !matches!(stopped, Some(Obstacle::Removed | Obstacle::Replaced));
        let is_to_be_made = is_there
            && request.state.progress() != Some(&Progress::Undoing)
            && RequestState::from(&request.state).is_open();
        let made_of = namespace.as_ref().map_or(class, |stored| &stored.namespace.class);
        let disagreement = match is_to_be_made {
            true => {
                let check = beside.check.as_ref();
                blocker::disagreement(conn, ctx, request.kind(), made_of, &request.cluster, check).await?
            }
            false => None,
        };
        let lacking = disagreement.as_ref().map(Lacking::from);
        let condition = namespace.as_ref().and_then(|stored| stored.condition);
        let is_away = blocker::is_away(ctx, request.cluster.id);
        let found = namespace.as_ref().map(|stored| (stored.state, stored.condition));
        let ends_for = namespace.as_ref().and_then(|stored| Some(stored.ending?.cause));
        let target_state = blocker::TargetState::of(request.kind(), &request.name, found, ends_for);
        let blocked_by = blocker::of(request.kind(), stopped.as_ref(), target_state, is_away, lacking.as_ref());
        let stalled_by = stall::of(RequestState::from(&request.state), availability, condition, *is_worked_on);
        Ok(Self {
            stalled_by: stalled_by.or(is_away.then_some(StallReason::Away)),
            blocked_by: blocked_by.filter(|_| request.state.is_pending()),
            team_limit,
            disagreement,
            capacity: request.kind().has_quota().then(|| capacity_for(to_place)),
            capacity_suggested: request.suggestion().and_then(|it| it.quota()).map(|quota| capacity_for(Some(quota))),
            obstacle,
            stopped,
            takes_over,
            is_worked_on: *is_worked_on,
            leaves: match (&namespace, &asked) {
                (Some(stored), Some(asked)) => leaves(ctx, &stored.namespace, asked),
                (None, _) | (_, None) => Leaves::Enough,
            },
            used: asked.and(used),
            found: namespace.as_ref().map(|stored| (stored.state, stored.ending)),
            contents: namespace.as_ref().filter(|_| ends_namespace).map(|stored| contents(ctx, stored)),
            namespace_ready: namespace.is_some_and(|stored| stored.state == NamespaceState::Ready),
        })
    }

    /// Of what is to be granted yet, or of the work on what is granted, which a stopped cluster comes before.
    pub(super) fn in_the_way(&self, request: &Request) -> Option<&Obstacle> {
        let is_to_grant = request.state.is_pending();
        let stopped = self.stopped.as_ref().filter(|_| !is_to_grant);
        stopped.or(self.obstacle.as_ref())
    }
}

/// What granting it would pass of what the team may hold.
fn team_limit(request: &Request, beside: &Beside, namespace: Option<&Stored>, asked: &Quota) -> Option<String> {
    let team_quota = limits::TeamQuota::new(&request.team, beside.team_limits.clone());
    let (n_more, more) = match namespace {
        Some(stored) => (0, asked.minus(&stored.namespace.quota)),
        None => (1, *asked),
    };
    team_quota.admits(&beside.team_held, n_more, &more).err().map(|refusal| refusal.to_string())
}
