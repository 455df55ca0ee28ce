//! What stands in the way of what is still to be decided, whatever capacity there is: in one request, and in all rows of a page
//! at once.

use super::obstacle::stopped;
use crate::app::clusters::{self, Lacking, freshness, lacking};
use crate::app::{Ctx, Result};
use crate::store::Conn;
use crate::store::overview::Overview;
use crate::store::queues::Listed;
use domain::Refusal;
use domain::class::Class;
use domain::cluster::Freshness;
use domain::drift::Condition;
use domain::id::ClusterId;
use domain::lifetime::Cause;
use domain::name::NamespaceName;
use domain::namespace::{ClusterRef, NamespaceState};
use domain::request::{Kind, Obstacle};
use domain::view::{Blocker, ClusterCheck, Disagreement};

/// How the namespace stands that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum TargetState {
    /// Or there is none yet.
    Usable,
    Gone,
    /// It is to be deleted.
    Ending,
    /// The cluster has more of it than the database.
    Ahead,
}

impl TargetState {
    pub(in crate::app) fn of(
        kind: Kind,
        name: &NamespaceName,
        found: Option<(NamespaceState, Option<Condition>)>,
        ends_for: Option<Cause>,
    ) -> Self {
        match (kind, found) {
            (Kind::Quota, Some((_, Some(Condition::Ahead)))) => Self::Ahead,
            (kind, found) => match kind.require_namespace(name, found) {
                Err(Refusal::NamespaceGone { .. }) => Self::Gone,
                Ok(()) | Err(_) if !kind.is_with(ends_for) => Self::Ending,
                Ok(()) | Err(_) => Self::Usable,
            },
        }
    }
}

/// What would be looked at first: what ends it for good, then what somebody has to do something about.
pub(in crate::app) fn of(
    kind: Kind,
    stopped: Option<&Obstacle>,
    target_state: TargetState,
    is_away: bool,
    lacking: Option<&Lacking>,
) -> Option<Blocker> {
    match (stopped, target_state) {
        (Some(Obstacle::Removed), _) => return Some(Blocker::Removed),
        (Some(Obstacle::Replaced), _) if kind.has_quota() => return Some(Blocker::Another),
        (_, TargetState::Gone) => return Some(Blocker::NamespaceGone),
        (_, TargetState::Ending) => return Some(Blocker::DeletionRequested),
        // What is Berth's own waits for no cluster.
        _ if !kind.has_quota() => return None,
        (_, TargetState::Ahead) => return Some(Blocker::Ahead),
        (Some(Obstacle::Paused { .. }), TargetState::Usable) => return Some(Blocker::Paused),
        (
            Some(Obstacle::Replaced | Obstacle::CapacityUnknown { .. } | Obstacle::Namespace(_)) | None,
            TargetState::Usable,
        ) => {}
    }
    if is_away {
        return Some(Blocker::Away);
    }
    lacking.map(|Lacking(missing)| match missing {
        Some(_) => Blocker::NotAgreed,
        None => Blocker::AgreementUnknown,
    })
}

/// What is there goes on with what is known to be agreed: only a word that is known to be missing keeps a quota from it.
fn matters(kind: Kind, Lacking(missing): &Lacking) -> bool {
    kind.has_quota() && (!kind.needs_namespace() || missing.is_some())
}

/// What the cluster of this check has not agreed to of this class, where that keeps a request of this kind from being made.
pub(in crate::app) async fn disagreement(
    conn: &mut Conn,
    ctx: &Ctx,
    kind: Kind,
    class: &Class,
    cluster: &ClusterRef,
    check: Option<&ClusterCheck>,
) -> Result<Option<Disagreement>> {
    let found = clusters::disagreement(conn, ctx, class, &cluster.name, check).await?;
    Ok(found.filter(|found| matters(kind, &Lacking::from(found))))
}

pub(in crate::app) fn is_away(ctx: &Ctx, cluster: ClusterId) -> bool {
    matches!(freshness(ctx, cluster), Freshness::Unreachable { .. })
}

/// Says it in each row that waits for a decision. Clusters that were removed are not among these.
pub(in crate::app) fn annotate(ctx: &Ctx, listed: &mut [Listed], clusters: &[Overview]) {
    for Listed { row, subject } in listed {
        let Some(subject) = subject else { continue };
        row.blocked_by = match clusters.iter().find(|cluster| cluster.name.as_str() == row.cluster) {
            None => Some(Blocker::Removed),
            Some(cluster) => {
                let lacking = lacking(&subject.spec, cluster.check.as_ref());
                let lacking = lacking.filter(|lacking| matters(row.kind(), lacking));
                let target_state = TargetState::of(row.kind(), &subject.name, subject.found, subject.ends_for);
                let stopped = stopped(&cluster.availability);
                of(row.kind(), stopped.as_ref(), target_state, is_away(ctx, cluster.id), lacking.as_ref())
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_it_is_said_before_what_passes_and_what_is_not_known_is_not_passed_over() {
        use TargetState::{Ahead, Gone, Usable};
        let (unknown, missing) = (Lacking(None), Lacking(Some(vec!["node-ports".into()])));
        let paused = Obstacle::Paused { reason: String::new() };
        assert_eq!(of(Kind::Quota, Some(&Obstacle::Removed), Gone, true, Some(&missing)), Some(Blocker::Removed));
        assert_eq!(of(Kind::Quota, Some(&Obstacle::Replaced), Ahead, true, Some(&missing)), Some(Blocker::Another));
        assert_eq!(of(Kind::Quota, Some(&paused), Gone, true, Some(&missing)), Some(Blocker::NamespaceGone));
        assert_eq!(of(Kind::Quota, Some(&paused), Ahead, true, Some(&missing)), Some(Blocker::Ahead));
        assert_eq!(of(Kind::Quota, Some(&paused), Usable, true, Some(&missing)), Some(Blocker::Paused));
        assert_eq!(of(Kind::Quota, None, Usable, true, Some(&missing)), Some(Blocker::Away));
        assert_eq!(of(Kind::Quota, None, Usable, false, Some(&missing)), Some(Blocker::NotAgreed));
        assert_eq!(of(Kind::Quota, None, Usable, false, Some(&unknown)), Some(Blocker::AgreementUnknown));
        assert_eq!(of(Kind::Quota, Some(&Obstacle::CapacityUnknown { why: None }), Usable, false, None), None);
    }
}
