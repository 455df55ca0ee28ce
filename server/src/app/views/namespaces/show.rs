//! Namespaces as people see them: desired state from Postgres, what runs from the watch cache.

use crate::app::clusters::{freshness, not_shown, stopped_with_who};
use crate::app::namespaces::{kubeconfig, suspension};
use crate::app::views::people::near_groups;
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::{Diagnosed, Observed, SeenBinding, SeenClaim, Summary, Verdict};
use crate::store;
use crate::store::clusters::Cluster;
use crate::store::endings::Record;
use crate::store::namespaces::Stored;
use crate::store::places::NamedPlace;
use crate::store::{Conn, Visible};
use domain::actor::TeamRole;
use domain::cluster::Freshness;
use domain::diagnosis::{Pod, Workload};
use domain::drift::Condition;
use domain::id::{NamespaceId, TeamId};
use domain::name::{ClusterName, GroupName, NamespaceName};
use domain::namespace::NamespaceState;
use domain::terminating::DeletionBlocker;
use domain::view::{
    AccessRow, ActivityView, AheadView, AttentionRow, ClaimView, ConditionView, EndingRow, MembershipView,
    NamespaceRow, NamespaceView, OpenAsk, OtherAccess, Page, PodView, QuotaLine, StoppedBy, SuspensionView, SyncView,
    TroubledRow, WarningView, WorkloadView,
};
use domain::{Action, Resource, lifetime};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Warnings and pods that a namespace's page shows at most.
const LARGEST_LIST: usize = 200;
/// RoleBindings of others on it.
const OTHERS_SHOWN: usize = 50;
/// Rows of drift on it.
const DRIFT_SHOWN: i64 = 20;

/// A page of namespaces by name. `after` is the `cluster/name` of the last one of the page before.
pub async fn list(ctx: &Ctx, after: Option<&str>, limit: i64) -> Result<Page<NamespaceRow>> {
    ctx.allow(Action::SeeOwn)?;
    let visible = Visible::to(ctx.person()?);
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
    Ok(desired(ctx, cluster, name, has_activity).await?.view(ctx))
}

/// What the database says of a namespace: all of its page but what is seen on the cluster.
pub struct Desired {
    pub(in crate::app) stored: Stored,
    cluster: Cluster,
    access: Vec<AccessRow>,
    members: Vec<MembershipView>,
    sync: SyncView,
    activity: Option<ActivityView>,
    suspension: Option<SuspensionView>,
    terminating: Option<Vec<DeletionBlocker>>,
    open: Vec<OpenAsk>,
}

/// With all that ever happened to it where it is asked for, or where it could not be made: that says why.
pub async fn desired(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName, has_activity: bool) -> Result<Desired> {
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
    let mut ending = store::endings::get_record(&mut *conn, namespace.id).await?;
    let terminating = ending.terminating.take();
    let suspension = suspension_view(ending);
    let open = store::requests::list_pending(&mut *conn, namespace.id).await?;
    let activity = if has_activity || stored.state == NamespaceState::Failed {
        Some(super::activity::of(&mut conn, namespace, stored.created_at).await?)
    } else {
        None
    };
    let access = access_rows(&namespace.groups, &people, &near);
    Ok(Desired { stored, cluster, access, members, sync, activity, suspension, terminating, open })
}

/// Which one it is, and whose.
pub async fn place(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName) -> Result<(NamespaceId, TeamId)> {
    let mut conn = ctx.db().acquire().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let team = stored.namespace.team.id;
    ctx.allow(Action::SeeNamespaces(team))?;
    Ok((stored.namespace.id, team))
}

impl Desired {
    /// With what is seen of it now. Asks the database nothing.
    pub fn view(&self, ctx: &Ctx) -> NamespaceView {
        let (stored, namespace) = (&self.stored, &self.stored.namespace);
        let observed = observe(ctx, stored);
        let diagnosed = observed.as_ref().map(|seen| seen.diagnosed(ctx.now()));
        if let Some(changes_at) = diagnosed.as_ref().and_then(Diagnosed::changes_at) {
            ctx.berth.caches.tell_at(namespace.cluster.id, &namespace.name, changes_at);
        }
        let summary = observed.as_ref().zip(diagnosed.as_ref()).map(|(seen, diagnosed)| Summary::of(seen, diagnosed));
        let (workloads, pods) = diagnosed.map(views_of).unwrap_or_default();
        let others = others(ctx, stored);
        let row = row(ctx, stored, summary.as_ref());
        NamespaceView {
            lines: lines(&row),
            row,
            purpose: namespace.purpose.to_string(),
            request: namespace.request,
            lifetime_days: namespace.class.spec.lifetime_days,
            pod_security: namespace.class.spec.pod_security,
            network: namespace.class.spec.network,
            class_version: namespace.class.version,
            devices: namespace.class.spec.guardrails.devices.clone(),
            workloads,
            n_pods: observed.as_ref().map(|observed| count(observed.pods.len())),
            n_warnings: observed.as_ref().filter(|seen| !seen.lacks_warnings).map(|seen| count(seen.n_warnings)),
            pods,
            claims: claims(ctx, stored),
            warnings: observed.map(warning_views).unwrap_or_default(),
            not_shown: not_shown(ctx, namespace.cluster.id),
            access: self.access.clone(),
            members: self.members.clone(),
            n_others: others.as_ref().map(|others| count(others.len())),
            others: others.map(other_rows),
            provider: ctx.berth.config.oidc.issuer.clone(),
            groups_prefix: self.cluster.groups_prefix.clone(),
            kubeconfig: kubeconfig::offer(ctx, stored, &self.cluster),
            activity: self.activity.clone(),
            sync: self.sync.clone(),
            synced_at: stored.synced_at,
            created_at: stored.created_at,
            suspension: self.suspension.clone(),
            terminating: self.terminating.clone(),
            can_restore: can_restore(ctx, stored),
            open: self.open.clone(),
        }
    }
}

fn can_restore(ctx: &Ctx, stored: &Stored) -> bool {
    let can_be = stored.ending.is_some() && stored.state == NamespaceState::Ready;
    can_be && ctx.allow(Action::Restore(stored.namespace.team.id)).is_ok()
}

fn suspension_view(record: Record) -> Option<SuspensionView> {
    if record.ending.is_none() && !record.is_restoring() {
        return None;
    }
    let export = record.export.as_ref();
    let not_made = export.map_or(&[][..], |export| &export.not_made);
    Some(SuspensionView {
        scaled_at: record.scaled_at,
        refused: record.refused,
        n_workloads: record.n_suspended,
        n_objects: export.map(|export| export.n_objects),
        exported_at: export.map(|export| export.taken_at),
        incomplete: export.and_then(|export| export.incomplete.clone()),
        n_not_made: count(not_made.len()),
        not_made: not_made.iter().take(suspension::NAMED_MOST).cloned().collect(),
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

/// The same in short.
fn summary(ctx: &Ctx, stored: &Stored) -> Option<Arc<Summary>> {
    let namespace = &stored.namespace;
    if stored.condition.is_some_and(Condition::is_gone) {
        return None;
    }
    ctx.berth.caches.summary(namespace.cluster.id, &namespace.name, ctx.now())
}

/// RoleBindings there that are not Berth's; none where that is not known.
fn others(ctx: &Ctx, stored: &Stored) -> Option<Vec<(String, SeenBinding)>> {
    if stored.condition.is_some_and(Condition::is_gone) {
        return None;
    }
    ctx.berth.caches.other_bindings(stored.namespace.cluster.id, &stored.namespace.name, ctx.now())
}

/// None where it is not known whether there are any.
fn claims(ctx: &Ctx, stored: &Stored) -> Option<Vec<ClaimView>> {
    if stored.condition.is_some_and(Condition::is_gone) {
        return None;
    }
    let claims = ctx.berth.caches.claims(stored.namespace.cluster.id, &stored.namespace.name, ctx.now())?;
    let view = |(name, seen): (String, SeenClaim)| ClaimView {
        name,
        phase: seen.phase,
        storage_bytes: seen.bytes,
        storage_class: seen.storage_class,
        created_at: seen.created_at,
    };
    Some(claims.into_iter().take(LARGEST_LIST).map(view).collect())
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
        condition: record.condition.map(|(kind, detail, since)| ConditionView { kind, detail, since }),
        ahead: record.ahead.map(|ahead| AheadView {
            revision: ahead.revision,
            quota: ahead.quota,
            can_resolve: ctx.allow(Action::SetUp).is_ok(),
        }),
        unapplied: record.unapplied,
        is_ordered: is_ready && record.is_ordered,
        has_given_up: record.has_given_up,
        can_sync: is_ready && ctx.allow(Action::Sync(namespace.team.id)).is_ok(),
        drift: store::drift::list(conn, namespace.id, None, DRIFT_SHOWN).await?,
    })
}

pub(in crate::app) fn rows(ctx: &Ctx, stored: &[Stored]) -> Vec<NamespaceRow> {
    stored.iter().map(|s| row(ctx, s, summary(ctx, s).as_deref())).collect()
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
        let Some(summary) = ctx.berth.caches.summary(place.cluster, &place.name, ctx.now()) else { continue };
        if summary.lacks_workloads {
            attention.unknown.insert(place.cluster_name.to_string());
        }
        attention.n += count(summary.n_diagnosed);
        for (workload, diagnosis) in &summary.diagnosed {
            if attention.first.len() < shown {
                let (cluster, namespace) = (place.cluster_name.to_string(), place.name.to_string());
                let (workload, diagnosis) = (workload.clone(), diagnosis.clone());
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

fn row(ctx: &Ctx, stored: &Stored, summary: Option<&Summary>) -> NamespaceRow {
    let namespace = &stored.namespace;
    let freshness = freshness(ctx, namespace.cluster.id);
    let is_away = matches!(freshness, Freshness::Unreachable { .. });
    // Of what could not be read in whole, what fails is said, and that nothing does is not.
    let known = |seen: &Summary, n: usize| (n > 0 || !seen.lacks_workloads).then(|| count(n));
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
        enforced: summary.and_then(|seen| seen.quota?.enforced),
        used: summary.and_then(|seen| seen.quota?.used),
        n_workloads: summary.filter(|seen| !seen.lacks_workloads).map(|seen| count(seen.n_workloads)),
        n_failing: summary.and_then(|seen| known(seen, seen.n_failing)),
        n_unknown: summary.and_then(|seen| known(seen, seen.n_unknown)),
        freshness,
        stopped: stored.stopped.or(is_away.then_some(StoppedBy::Away)),
        expires_at: namespace.expires_at,
        ending: stored.ending,
    }
}

/// Those that expire so soon that people were reminded, or within a day, or are suspended; the next to go first. A sandbox that lives for a
/// month is nothing to look after on its first day.
pub(in crate::app) fn ending_rows(ctx: &Ctx, places: &[NamedPlace], shown: usize) -> (Vec<EndingRow>, i64) {
    let goes_at = |place: &NamedPlace| match place.ending {
        Some(ending) => Some(ending.delete_at),
        None => place.expires_at.filter(|at| place.is_reminded || *at <= ctx.now() + lifetime::LAST_DAY),
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
    lines(&row(ctx, stored, summary(ctx, stored).as_deref()))
}

fn lines(row: &NamespaceRow) -> Vec<QuotaLine> {
    Resource::ALL.into_iter().map(|resource| row.line(resource)).collect()
}

/// Failing first, then by name. Pods that no workload owns stand for themselves among the workloads, too.
fn views_of(diagnosed: Diagnosed<'_>) -> (Vec<WorkloadView>, Vec<PodView>) {
    (workload_views(diagnosed.workloads), pod_views(diagnosed.pods))
}

fn workload_views(diagnosed: Vec<(&Workload, Verdict)>) -> Vec<WorkloadView> {
    let view = |(workload, (health, diagnosis)): (&Workload, Verdict)| WorkloadView {
        kind: workload.kind,
        name: workload.name.clone(),
        health,
        diagnosis,
        ready: workload.ready,
        desired: workload.desired,
        images: workload.images.clone(),
        created_at: workload.created_at,
    };
    let mut views: Vec<_> = diagnosed.into_iter().map(view).collect();
    views.sort_by(|a, b| (a.health, &a.name).cmp(&(b.health, &b.name)));
    views
}

fn pod_views(diagnosed: Vec<(&Pod, Verdict)>) -> Vec<PodView> {
    let view = |(pod, (health, diagnosis)): (&Pod, Verdict)| PodView {
        name: pod.name.clone(),
        phase: pod.phase.clone(),
        health,
        diagnosis,
        node: pod.node.clone(),
        restarts: pod.containers.iter().map(|c| c.restarts).sum(),
        created_at: pod.created_at,
    };
    let mut views: Vec<_> = diagnosed.into_iter().map(view).collect();
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
