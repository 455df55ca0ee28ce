//! Namespaces: lists, one with what runs in it, and home.

use super::{
    AccessRow, EndingRow, MembershipView, NotShown, PausedBy, RequestRow, RequestState, SuspensionView, TimelineEntry,
};
use crate::actor::TeamRole;
use crate::class::{Environment, NetworkProfile, PodSecurity};
use crate::cluster::Freshness;
use crate::diagnosis::{Diagnosis, Health, WorkloadKind};
use crate::drift::Condition;
use crate::id::NamespaceId;
use crate::lifetime::Ending;
use crate::name::RequestNumber;
use crate::namespace::NamespaceState;
use crate::quota::{Quota, Resource};
use crate::request::Kind;
use crate::terminating::DeletionBlocker;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

views! {
    /// A namespace in a list.
    pub struct NamespaceRow {
        pub id: NamespaceId,
        pub cluster: String,
        pub name: String,
        pub team: String,
        pub class: String,
        pub environment: Environment,
        pub state: NamespaceState,
        /// What Berth cannot put right by itself.
        pub condition: Option<Condition>,
        /// What was granted.
        pub quota: Quota,
        /// What the cluster enforces, which is less or more while a change waits to be made there; none when nothing has
        /// been read.
        #[serde(default)]
        pub enforced: Option<Quota>,
        /// Used as the cluster counts it; none when nothing has been read.
        pub used: Option<Quota>,
        /// None where what runs is not known: not everything has been read, or the namespace is not there.
        pub n_workloads: Option<i64>,
        /// Where not everything has been read, those that are known; none instead of zero.
        pub n_failing: Option<i64>,
        /// Of which the cluster does not say how they are; none like `n_failing`.
        #[serde(default)]
        pub n_unknown: Option<i64>,
        pub freshness: Freshness,
        /// Why Berth does nothing on its cluster now.
        #[serde(default)]
        pub stopped: Option<StoppedBy>,
        /// When it is suspended by itself; none where it does not expire.
        #[serde(default, with = "time::serde::rfc3339::option")]
        pub expires_at: Option<OffsetDateTime>,
        /// That it is suspended, and when it is deleted.
        #[serde(default)]
        pub ending: Option<Ending>,
    }

    pub struct NamespaceView {
        #[serde(flatten)]
        pub row: NamespaceRow,
        pub purpose: String,
        pub request: RequestNumber,
        /// Of the version of its class that it is to have, like `network` and `devices`: where
        /// [`applied_version`](SyncView::applied_version) is another one, that is not in force yet.
        /// Days that a new namespace of its class has; none where that does not expire.
        #[serde(default)]
        pub lifetime_days: Option<u32>,
        pub pod_security: PodSecurity,
        pub network: NetworkProfile,
        /// The version of its class that it is to have.
        pub class_version: i32,
        /// Devices and huge pages besides those of the quota, with how many it may have in the version that it is to have.
        #[serde(default)]
        pub devices: BTreeMap<String, u32>,
        pub lines: Vec<QuotaLine>,
        /// Failing first.
        pub workloads: Vec<WorkloadView>,
        /// The first of them; [`n_pods`](Self::n_pods) counts all.
        pub pods: Vec<PodView>,
        pub n_pods: Option<i64>,
        /// Persistent volume claims by name, at most 200; none where it is not known whether there are any.
        #[serde(default)]
        pub claims: Option<Vec<ClaimView>>,
        /// The latest of them. [`n_warnings`](Self::n_warnings) counts all that the 500 latest events say, which is as many
        /// as are kept of a namespace.
        pub warnings: Vec<WarningView>,
        pub n_warnings: Option<i64>,
        /// Kinds of object that are not shown, or no longer as they are, and why.
        pub not_shown: Vec<NotShown>,
        pub access: Vec<AccessRow>,
        /// People with a role in the team of their own, until a date.
        pub members: Vec<MembershipView>,
        /// RoleBindings there that Berth did not make, by name, at most 50; none where it is not known whether there are any.
        /// ClusterRoleBindings, which reach into every namespace, are not among them.
        pub others: Option<Vec<OtherAccess>>,
        pub n_others: Option<i64>,
        /// The identity provider that the groups are of.
        pub provider: String,
        /// What the cluster puts before the names of groups.
        pub groups_prefix: String,
        /// What the one who looks can take for `kubectl`; none for who has no role in the team.
        pub kubeconfig: Option<KubeconfigView>,
        /// None where it was not read, as in events.
        pub activity: Option<ActivityView>,
        pub sync: SyncView,
        #[serde(with = "time::serde::rfc3339::option")]
        pub synced_at: Option<OffsetDateTime>,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
        /// While it is suspended, and until it is restored in whole.
        pub suspension: Option<SuspensionView>,
        /// Why it is still being deleted on its cluster, what hinders most first. None where it is not being deleted, empty while
        /// that goes as usual.
        pub terminating: Option<Vec<DeletionBlocker>>,
        /// Whether the one who looks may restore it now.
        pub can_restore: bool,
        /// What is asked of it and not granted.
        #[serde(default)]
        pub open: Vec<OpenAsk>,
    }

    /// A request about a namespace that nobody has granted.
    pub struct OpenAsk {
        pub number: RequestNumber,
        pub kind: Kind,
        pub state: RequestState,
    }

    /// A RoleBinding that Berth did not make.
    pub struct OtherAccess {
        pub name: String,
        /// `ClusterRole view`, `Role deployer`.
        pub role: String,
        /// To whom, at most 20: `User eve`, `ServiceAccount ci/builder`; [`n_subjects`](Self::n_subjects) counts all.
        pub subjects: Vec<String>,
        pub n_subjects: i64,
    }

    /// What happened to a namespace, newest first.
    pub struct ActivityView {
        pub entries: Vec<ActivityEntry>,
        /// Whether there is more than is shown.
        pub has_more: bool,
    }

    pub struct ActivityEntry {
        /// The request that it happened to; none where it happened to the namespace itself.
        pub request: Option<RequestNumber>,
        #[serde(flatten)]
        pub entry: TimelineEntry,
    }

    /// How a namespace stands on its cluster, as Berth last found it.
    pub struct SyncView {
        #[serde(with = "time::serde::rfc3339::option")]
        pub looked_at: Option<OffsetDateTime>,
        /// Why Berth does nothing there now: how the namespace stands is not known then, whatever the last look found.
        pub stopped: Option<StoppedView>,
        /// When Berth's next look by itself is due; none where it has none in view, as on a cluster where it does nothing.
        #[serde(with = "time::serde::rfc3339::option")]
        pub next_look_at: Option<OffsetDateTime>,
        pub condition: Option<ConditionView>,
        /// The version of its class that the cluster has, which is another one from a move until that is applied; none where
        /// that is not known.
        pub applied_version: Option<i32>,
        /// Where the cluster is ahead of the database: what somebody has to choose from.
        pub ahead: Option<AheadView>,
        /// A quota that was granted and is not known to be in force: its request is not done, not undone, or has failed.
        #[serde(default)]
        pub unapplied: Option<UnappliedQuota>,
        /// A look is ordered or under way.
        pub is_ordered: bool,
        /// Berth gave up what was ordered last: what has been desired since the last look may not be there.
        #[serde(default)]
        pub has_given_up: bool,
        /// Whether the one who looks has the right to order one.
        pub can_sync: bool,
        /// What was found to differ lately, newest first; the rest is under `/drift`.
        pub drift: Vec<DriftRow>,
    }

    /// The request of a quota that was granted.
    pub struct UnappliedQuota {
        pub number: RequestNumber,
        pub state: RequestState,
    }

    /// Why nothing is looked at and nothing is written on a cluster.
    pub struct StoppedView {
        pub by: StoppedBy,
        /// In a sentence.
        pub says: String,
        /// Who paused its cluster, where it is paused and that is known.
        #[serde(default)]
        pub paused_by: Option<PausedBy>,
    }

    /// A cluster on which nothing is done until Platform says something.
    pub struct StoppedCluster {
        pub name: String,
        pub by: StoppedBy,
        /// Why it is paused.
        pub reason: Option<String>,
        pub paused_by: Option<PausedBy>,
        /// Requests that are decided and wait for it to go on, of those that the reader may see.
        pub n_waiting: i64,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum StoppedBy {
        /// Platform paused the cluster.
        Paused,
        /// Another cluster answers in its place.
        Another,
        /// The cluster does not answer.
        Away,
    }

    /// What Berth cannot put right by itself.
    pub struct ConditionView {
        pub kind: Condition,
        pub detail: String,
        #[serde(with = "time::serde::rfc3339")]
        pub since: OffsetDateTime,
    }

    /// What a cluster has of a namespace beyond what the database knows.
    pub struct AheadView {
        /// The cluster's revision; a choice names it, so that it is made on what was read.
        pub revision: i64,
        /// The quota it has there; none where it cannot be read.
        pub quota: Option<Quota>,
        /// Whether the one who looks may choose.
        pub can_resolve: bool,
    }

    /// One field that was not as it should be.
    pub struct DriftRow {
        pub id: i64,
        /// Kind and name of the object.
        pub kind: String,
        pub name: String,
        /// Its path, as in `spec.hard["pods"]`; empty for the object as a whole.
        pub field: String,
        /// None: it should not be there.
        pub desired: Option<String>,
        /// None: it was not there.
        pub found: Option<String>,
        /// The field manager that set what was found, such as `kubectl-edit`; none when the cluster does not know.
        pub manager: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub changed_at: Option<OffsetDateTime>,
        #[serde(with = "time::serde::rfc3339")]
        pub seen_at: OffsetDateTime,
        /// None: it could not be put back yet.
        #[serde(with = "time::serde::rfc3339::option")]
        pub put_back_at: Option<OffsetDateTime>,
    }

    /// One resource of a namespace's quota.
    pub struct QuotaLine {
        pub resource: Resource,
        /// As the cluster counts it; none when nothing has been read.
        pub used: Option<u64>,
        /// What the cluster enforces; none when nothing has been read.
        pub enforced: Option<u64>,
        pub granted: u64,
    }

    pub struct WorkloadView {
        pub kind: WorkloadKind,
        pub name: String,
        pub health: Health,
        pub diagnosis: Option<Diagnosis>,
        pub ready: i32,
        pub desired: i32,
        pub images: Vec<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
    }

    pub struct PodView {
        pub name: String,
        pub phase: String,
        pub health: Health,
        pub diagnosis: Option<Diagnosis>,
        pub node: Option<String>,
        pub restarts: i32,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
    }

    /// A persistent volume claim.
    pub struct ClaimView {
        pub name: String,
        /// `Bound`, `Pending`, `Lost`.
        pub phase: String,
        /// What it has, or asks for while it has nothing; none where that cannot be read.
        pub storage_bytes: Option<u64>,
        /// None is the default of the cluster.
        pub storage_class: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
    }

    pub struct WarningView {
        pub reason: String,
        pub message: String,
        pub object: String,
        pub count: i32,
        #[serde(with = "time::serde::rfc3339::option")]
        pub last_at: Option<OffsetDateTime>,
    }

    /// Credentials that can be taken for `kubectl`.
    pub struct KubeconfigView {
        pub role: TeamRole,
        /// The service account that a token speaks for.
        pub account: String,
        /// Whether one can sign in at an identity provider that the cluster trusts.
        pub has_oidc: bool,
    }

    /// How a kubeconfig says who somebody is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum KubeconfigForm {
        /// A token in the file, which expires after at most one hour.
        Token,
        /// Signing in with the plugin `oidc-login`; no secret is in the file.
        Oidc,
    }

    /// Something that needs a look.
    pub struct AttentionRow {
        pub cluster: String,
        pub namespace: String,
        pub workload: String,
        pub diagnosis: Diagnosis,
    }

    /// A namespace that Berth cannot put right by itself.
    pub struct TroubledRow {
        pub cluster: String,
        pub namespace: String,
        pub condition: Condition,
    }

    /// The first of everything; the numbers count all of it.
    pub struct HomeView {
        pub to_decide: Vec<RequestRow>,
        pub n_to_decide: i64,
        /// One's own requests that were sent back: accept, revise or withdraw.
        pub to_answer: Vec<RequestRow>,
        pub n_to_answer: i64,
        /// Clusters on which nothing is done until Platform says something: those of one's namespaces and, for Platform,
        /// those that something waits for.
        pub stopped: Vec<StoppedCluster>,
        /// Requests that failed: those that one may try again, or of one's teams.
        pub failed: Vec<RequestRow>,
        pub n_failed: i64,
        /// One's namespaces that Berth cannot put right by itself.
        pub troubled: Vec<TroubledRow>,
        pub n_troubled: i64,
        /// One's namespaces that people were reminded of or that expire within a day, or that are suspended; the next to go first.
        pub ending: Vec<EndingRow>,
        pub n_ending: i64,
        /// What fails in one's namespaces, as far as that is known: not on the clusters that `unknown` names.
        pub attention: Vec<AttentionRow>,
        pub n_attention: i64,
        /// Clusters of one's namespaces of which nobody knows what runs there now.
        pub unknown: Vec<String>,
        /// One's own requests: those that are open first, then newest first.
        pub mine: Vec<RequestRow>,
        pub n_mine: i64,
        pub namespaces: Vec<NamespaceRow>,
        pub n_namespaces: i64,
    }
}

impl NamespaceRow {
    /// One resource of its quota.
    pub fn line(&self, resource: Resource) -> QuotaLine {
        QuotaLine {
            resource,
            used: self.used.map(|used| used.get(resource)),
            enforced: self.enforced.map(|enforced| enforced.get(resource)),
            granted: self.quota.get(resource),
        }
    }

    /// Suspended, which says more than how what runs in it does.
    pub fn is_suspended(&self) -> bool {
        self.ending.is_some() && self.state == NamespaceState::Ready
    }

    /// Whether a request of this kind is not refused whatever it asks for.
    pub fn takes(&self, kind: Kind) -> bool {
        let can_be = kind.is_possible(Some((self.state, self.condition)), self.ending);
        can_be && (kind != Kind::Extend || self.expires_at.is_some())
    }
}

impl NamespaceView {
    /// The version of its class that the cluster has, where it is to have another one.
    pub fn former_version(&self) -> Option<i32> {
        self.sync.applied_version.filter(|applied| *applied != self.class_version)
    }

    /// Whether the last look that came to an end found it as it should be, and nothing else has been desired or seen since.
    /// What is not known is not as granted.
    pub fn is_as_granted(&self) -> bool {
        let sync = &self.sync;
        let is_right =
            self.row.state == NamespaceState::Ready && self.row.condition.is_none() && sync.condition.is_none();
        // A look that found something else came later than the one that found it right.
        let is_verified = self.synced_at.is_some_and(|synced| sync.looked_at.is_none_or(|looked| synced >= looked));
        let is_desired = self.former_version().is_none() && !sync.has_given_up && !self.has_unapplied_quota();
        is_right && is_verified && is_desired && sync.stopped.is_none()
    }

    /// Whether a quota was granted that the cluster does not enforce, or is not known to.
    pub fn has_unapplied_quota(&self) -> bool {
        self.sync.unapplied.is_some() || self.lines.iter().any(|line| line.not_in_force().is_some())
    }
}

impl QuotaLine {
    /// What bounds the namespace now: what the cluster enforces or, as long as nothing was read, what was granted.
    pub fn in_force(&self) -> u64 {
        self.enforced.unwrap_or(self.granted)
    }

    /// What was granted, where the cluster enforces something else.
    pub fn not_in_force(&self) -> Option<u64> {
        Some(self.granted).filter(|granted| *granted != self.in_force())
    }
}

impl StoppedBy {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Another => "another",
            Self::Away => "away",
        }
    }
}

impl StoppedCluster {
    /// Whether Platform has to do something: a pause that nothing waits for may last.
    pub fn waits_for_platform(&self) -> bool {
        match self.by {
            StoppedBy::Paused => self.n_waiting > 0,
            StoppedBy::Another => true,
            StoppedBy::Away => false,
        }
    }
}
