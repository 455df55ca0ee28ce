//! Namespaces as people see them: desired state from Postgres, what runs from the watch cache.

use crate::app::clusters::{freshness, not_shown, stopped_with_who};
use crate::app::people::near_groups;
use crate::app::requests::signed_in;
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::{Observed, SeenBinding};
use crate::store;
use crate::store::clusters::Cluster;
use crate::store::endings::Record;
use crate::store::namespaces::{NamedPlace, Stored};
use crate::store::{Conn, Visible};
use domain::actor::TeamRole;
use domain::cluster::Freshness;
use domain::diagnosis::{Health, Pod, Workload, diagnose_pod, diagnose_workload};
use domain::drift::Condition;
use domain::name::{ClusterName, GroupName, NamespaceName};
use domain::namespace::NamespaceState;
use domain::view::{
    AccessRow, AheadView, AttentionRow, EndingRow, NamespaceRow, NamespaceView, OtherAccess, Page, PodView, QuotaLine,
    StoppedBy, SuspensionView, SyncView, TroubleView, TroubledRow, WarningView, WorkloadView,
};
use domain::{Action, Resource, lifetime};
use std::collections::{BTreeMap, BTreeSet};

/// Warnings and pods that a namespace's page shows at most.
const LARGEST_LIST: usize = 200;
/// RoleBindings of others on it.
const OTHERS_SHOWN: usize = 50;
/// Rows of drift on it.
const DRIFT_SHOWN: i64 = 20;

/// A page of namespaces by name. `after` is the `cluster/name` of the last one of the page before.
pub async fn list(ctx: &Ctx, after: Option<&str>, limit: i64) -> Result<Page<NamespaceRow>> {
    ctx.allow(Action::SeeOwn)?;
    let visible = Visible::to(signed_in(ctx)?);
    let after = after.and_then(|place| place.split_once('/'));
    let mut conn = ctx.db().acquire().await?;
    let mut stored = store::namespaces::list(&mut conn, &visible, after, limit + 1).await?;
    drop(conn);
    let next =
        crate::app::paginate(&mut stored, limit, |s| format!("{}/{}", s.namespace.cluster.name, s.namespace.name));
    Ok(Page { items: rows(ctx, &stored), next })
}

pub async fn get(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName) -> Result<NamespaceView> {
    view(ctx, cluster, name, true).await
}

/// Without all that ever happened to it, save where it could not be made: that says why.
pub async fn get_without_activity(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName) -> Result<NamespaceView> {
    view(ctx, cluster, name, false).await
}

async fn view(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName, has_activity: bool) -> Result<NamespaceView> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let groups: Vec<_> = namespace.groups.iter().map(|(group, _)| group.to_string()).collect();
    let people = store::people::list_in_groups(&mut *conn, &groups).await?;
    let near = near_groups(&mut conn, namespace.groups.iter().map(|(group, _)| group), &people).await?;
    let members = store::memberships::list(&mut *conn, namespace.team.id).await?;
    let cluster = store::clusters::get(&mut *conn, namespace.cluster.id).await?;
    let sync = sync_view(&mut conn, ctx, &stored, &cluster).await?;
    let suspension = suspension_view(store::endings::get_record(&mut *conn, namespace.id).await?);
    let terminating = store::endings::find_terminating(&mut *conn, namespace.id).await?;
    let activity = if has_activity || stored.state == NamespaceState::Failed {
        Some(super::activity::of(&mut conn, namespace, stored.created_at).await?)
    } else {
        None
    };
    drop(conn);
    let kubeconfig = super::kubeconfig::offer(ctx, &stored, &cluster);
    let observed = observe(ctx, &stored);
    let workloads = observed.as_ref().map(workload_views).unwrap_or_default();
    let others = others(ctx, &stored);
    let row = row(ctx, &stored, observed.as_ref());
    Ok(NamespaceView {
        lines: lines(&row),
        row,
        purpose: namespace.purpose.to_string(),
        request: namespace.request,
        pod_security: namespace.class.spec.pod_security,
        network: namespace.class.spec.network,
        class_version: namespace.class.version,
        devices: namespace.class.spec.guardrails.devices.clone(),
        workloads,
        n_pods: observed.as_ref().map(|observed| count(observed.pods.len())),
        n_warnings: observed.as_ref().filter(|seen| !seen.lacks_warnings).map(|seen| count(seen.n_warnings)),
        pods: observed.as_ref().map(pod_views).unwrap_or_default(),
        warnings: observed.map(warning_views).unwrap_or_default(),
        not_shown: not_shown(ctx, namespace.cluster.id),
        access: access_rows(&namespace.groups, &people, &near),
        members,
        n_others: others.as_ref().map(|others| count(others.len())),
        others: others.map(other_rows),
        provider: ctx.berth.config.oidc.issuer.clone(),
        groups_prefix: cluster.groups_prefix,
        kubeconfig,
        activity,
        sync,
        synced_at: stored.synced_at,
        created_at: stored.created_at,
        suspension,
        terminating,
        can_restore: can_restore(ctx, &stored),
    })
}

fn can_restore(ctx: &Ctx, stored: &Stored) -> bool {
    let can_be = stored.ending.is_some() && stored.state == NamespaceState::Ready;
    can_be && ctx.allow(Action::Restore(stored.namespace.team.id)).is_ok()
}

fn suspension_view(record: Record) -> Option<SuspensionView> {
    let is_over = record.ending.is_none() && record.export.is_none() && record.n_suspended == 0;
    let export = record.export.as_ref();
    (!is_over).then(|| SuspensionView {
        scaled_at: record.scaled_at,
        hindrance: record.hindrance,
        n_workloads: record.n_suspended,
        n_objects: export.map(|export| export.n_objects),
        exported_at: export.map(|export| export.taken_at),
        incomplete: export.and_then(|export| export.incomplete.clone()),
    })
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// What runs there; none where that is not known, as in a namespace that is gone.
fn observe(ctx: &Ctx, stored: &Stored) -> Option<Observed> {
    let namespace = &stored.namespace;
    if stored.condition.is_some_and(Condition::is_gone) {
        return None;
    }
    ctx.berth.caches.namespace(namespace.cluster.id, &namespace.name)
}

/// RoleBindings there that are not Berth's; none where that is not known.
fn others(ctx: &Ctx, stored: &Stored) -> Option<Vec<(String, SeenBinding)>> {
    if stored.condition.is_some_and(Condition::is_gone) {
        return None;
    }
    ctx.berth.caches.other_bindings(stored.namespace.cluster.id, &stored.namespace.name, ctx.now())
}

fn other_rows(others: Vec<(String, SeenBinding)>) -> Vec<OtherAccess> {
    let row = |(name, seen): (String, SeenBinding)| OtherAccess {
        name,
        role: seen.role,
        subjects: seen.subjects,
        n_subjects: count(seen.n_subjects),
    };
    others.into_iter().take(OTHERS_SHOWN).map(row).collect()
}

async fn sync_view(conn: &mut Conn, ctx: &Ctx, stored: &Stored, cluster: &Cluster) -> Result<SyncView> {
    let namespace = &stored.namespace;
    let stopped = stopped_with_who(conn, ctx, cluster).await?;
    let record = store::drift::get_record(&mut *conn, namespace.id).await?;
    let is_ready = stored.state == NamespaceState::Ready;
    Ok(SyncView {
        looked_at: record.looked_at,
        next_look_at: record.next_look_at.filter(|_| stopped.is_none()),
        stopped,
        applied_version: record.applied_version,
        condition: record.condition.map(|(kind, detail, since)| TroubleView { kind, detail, since }),
        ahead: record.ahead.map(|ahead| AheadView {
            revision: ahead.revision,
            quota: ahead.quota,
            can_resolve: ctx.allow(Action::SetUp).is_ok(),
        }),
        unapplied: store::drift::find_unapplied_quota(&mut *conn, namespace.id).await?,
        is_ordered: is_ready && record.is_ordered,
        has_given_up: record.has_given_up,
        can_sync: is_ready && ctx.allow(Action::Sync(namespace.team.id)).is_ok(),
        drift: store::drift::list(conn, namespace.id, None, DRIFT_SHOWN).await?,
    })
}

pub(in crate::app) fn rows(ctx: &Ctx, stored: &[Stored]) -> Vec<NamespaceRow> {
    stored.iter().map(|s| row(ctx, s, observe(ctx, s).as_ref())).collect()
}

/// What fails: the first of it, and how much it is.
#[derive(Default)]
pub(in crate::app) struct Attention {
    pub first: Vec<AttentionRow>,
    pub n: i64,
    /// Namespaces that Berth cannot put right by itself.
    pub troubled: Vec<TroubledRow>,
    pub n_troubled: i64,
    /// Clusters of which nobody knows what runs there now.
    pub unknown: BTreeSet<String>,
}

/// What fails in these namespaces, of which so many are shown.
pub(in crate::app) fn attention(ctx: &Ctx, places: &[NamedPlace], shown: usize) -> Attention {
    let mut attention = Attention::default();
    for place in places {
        if let Some(condition) = place.condition {
            attention.n_troubled += 1;
            if attention.troubled.len() < shown {
                let (cluster, namespace) = (place.cluster_name.to_string(), place.name.to_string());
                attention.troubled.push(TroubledRow { cluster, namespace, condition });
            }
        }
        match freshness(ctx, place.cluster) {
            Freshness::NotLoaded | Freshness::Unreachable { .. } => {
                attention.unknown.insert(place.cluster_name.to_string());
            }
            Freshness::Live { .. } | Freshness::Stale { .. } => {}
        }
        if place.condition.is_some_and(Condition::is_gone) {
            continue;
        }
        let Some(observed) = ctx.berth.caches.namespace(place.cluster, &place.name) else { continue };
        if observed.lacks_workloads {
            attention.unknown.insert(place.cluster_name.to_string());
        }
        for (workload, diagnosis) in workload_views(&observed).into_iter().filter_map(|w| Some((w.name, w.diagnosis?)))
        {
            attention.n += 1;
            if attention.first.len() < shown {
                let (cluster, namespace) = (place.cluster_name.to_string(), place.name.to_string());
                attention.first.push(AttentionRow { cluster, namespace, workload, diagnosis });
            }
        }
    }
    attention
}

/// Groups with their role, and the people of each whom Berth has seen.
pub(in crate::app) fn access_rows(
    groups: &[(GroupName, TeamRole)],
    people: &BTreeMap<String, Vec<String>>,
    near: &BTreeMap<String, String>,
) -> Vec<AccessRow> {
    let row = |(group, role): &(GroupName, TeamRole)| AccessRow {
        group: group.to_string(),
        role: *role,
        people: people.get(group.as_str()).cloned().unwrap_or_default(),
        near: near.get(group.as_str()).cloned(),
    };
    groups.iter().map(row).collect()
}

fn row(ctx: &Ctx, stored: &Stored, observed: Option<&Observed>) -> NamespaceRow {
    let namespace = &stored.namespace;
    let workloads = observed.map(workload_views);
    let freshness = freshness(ctx, namespace.cluster.id);
    let is_away = matches!(freshness, Freshness::Unreachable { .. });
    // Of what could not be read in whole, what fails is said, and that nothing does is not.
    let lacks = observed.is_some_and(|observed| observed.lacks_workloads);
    let failing = |all: &Vec<WorkloadView>| {
        let n = count(all.iter().filter(|w| w.health == Health::Failing).count());
        (n > 0 || !lacks).then_some(n)
    };
    NamespaceRow {
        id: namespace.id,
        cluster: namespace.cluster.name.to_string(),
        name: namespace.name.to_string(),
        team: namespace.team.slug.to_string(),
        class: namespace.class.name.to_string(),
        environment: namespace.class.spec.environment,
        state: stored.state,
        condition: stored.condition,
        quota: namespace.quota,
        enforced: observed.and_then(|o| o.quota?.enforced),
        used: observed.and_then(|o| o.quota?.used),
        n_workloads: workloads.as_ref().filter(|_| !lacks).map(|all| count(all.len())),
        n_failing: workloads.as_ref().and_then(failing),
        freshness,
        stopped: stored.stopped.or(is_away.then_some(StoppedBy::Away)),
        expires_at: namespace.expires_at,
        ending: stored.ending,
    }
}

/// Those that expire soon or are suspended, the next to go first.
pub(in crate::app) fn ending_rows(ctx: &Ctx, places: &[NamedPlace], shown: usize) -> (Vec<EndingRow>, i64) {
    let soon = ctx.now() + lifetime::SOON;
    let goes_at = |place: &NamedPlace| match place.ending {
        Some(ending) => Some(ending.delete_at),
        None => place.expires_at.filter(|at| *at <= soon),
    };
    let mut going: Vec<_> = places.iter().filter_map(|place| Some((goes_at(place)?, place))).collect();
    going.sort_by_key(|(at, _)| *at);
    let n = count(going.len());
    let row = |(_, place): (_, &NamedPlace)| EndingRow {
        cluster: place.cluster_name.to_string(),
        namespace: place.name.to_string(),
        expires_at: place.expires_at,
        ending: place.ending,
    };
    (going.into_iter().take(shown).map(row).collect(), n)
}

/// What a namespace has, what of it is used and what the cluster enforces.
pub(in crate::app) fn quota_lines(ctx: &Ctx, stored: &Stored) -> Vec<QuotaLine> {
    lines(&row(ctx, stored, observe(ctx, stored).as_ref()))
}

fn lines(row: &NamespaceRow) -> Vec<QuotaLine> {
    Resource::ALL.into_iter().map(|resource| row.line(resource)).collect()
}

/// Failing first, then by name. Pods that no workload owns stand for themselves.
fn workload_views(observed: &Observed) -> Vec<WorkloadView> {
    let mut by_workload: BTreeMap<_, Vec<&Pod>> = BTreeMap::new();
    for pod in &observed.pods {
        if let Some(owner) = &pod.workload {
            by_workload.entry(owner.clone()).or_default().push(pod);
        }
    }
    let view = |workload: &Workload| {
        let key = (workload.kind, workload.name.clone());
        let pods = by_workload.get(&key).map(Vec::as_slice).unwrap_or_default();
        let (health, diagnosis) = diagnose_workload(workload, pods);
        WorkloadView {
            kind: workload.kind,
            name: workload.name.clone(),
            health,
            diagnosis,
            ready: workload.ready,
            desired: workload.desired,
            images: workload.images.clone(),
            created_at: workload.created_at,
        }
    };
    let mut views: Vec<_> = observed.workloads.iter().map(view).collect();
    views.sort_by(|a, b| (a.health, &a.name).cmp(&(b.health, &b.name)));
    views
}

fn pod_views(observed: &Observed) -> Vec<PodView> {
    let view = |pod: &Pod| {
        let (health, diagnosis) = diagnose_pod(pod);
        PodView {
            name: pod.name.clone(),
            phase: pod.phase.clone(),
            health,
            diagnosis,
            node: pod.node.clone(),
            restarts: pod.containers.iter().map(|c| c.restarts).sum(),
            created_at: pod.created_at,
        }
    };
    let mut views: Vec<_> = observed.pods.iter().map(view).collect();
    views.sort_by(|a, b| (a.health, &a.name).cmp(&(b.health, &b.name)));
    views.truncate(LARGEST_LIST);
    views
}

fn warning_views(observed: Observed) -> Vec<WarningView> {
    let view = |w: domain::diagnosis::Warning| WarningView {
        reason: w.reason,
        message: w.message,
        object: format!("{} {}", w.object_kind.to_lowercase(), w.object_name),
        count: w.count,
        last_at: w.last_at,
    };
    observed.warnings.into_iter().take(LARGEST_LIST).map(view).collect()
}
