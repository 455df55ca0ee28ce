//! What can happen: each kind of event with its stored name and what its detail says.
//!
//! Names and details stand in trails that nobody can change: what is written keeps its name and its fields. What former
//! versions wrote and nobody writes any more has no kind, but for those of another name ([`EventName::find`]).

use super::detail::{
    ApprovedBy, Binding, ClusterAccess, ClusterState, ClusterUid, Decided, Drafted, DriftField, Groups, IssuedToken,
    MovedClass, Published, ResealedColumn, ScaledWorkload, TeamFields,
};
use crate::actor::{Scope, TeamRole};
use crate::catalog::{EntrySpec, Findings, SourceAuth, SourceSpec, VersionState};
use crate::class::{ClassSpec, SpecChange};
use crate::drift::{Condition, Keep};
use crate::form::AuditFields;
use crate::id::{PersonId, TokenId};
use crate::lifetime::{Cause, Ending};
use crate::name::{ClassName, Comment, Reason, SourceName};
use crate::plan::Plan;
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::BelowUse;
use crate::request::{Grant, Kind};
use crate::view::{KubeconfigForm, NotMade};
use serde::Serialize;
use serde_json::Value;

/// Kinds of events by their names in the trail, each with the fields of its detail.
macro_rules! events {
    ($($kind:ident = $name:literal { $($(#[$attribute:meta])* $field:ident: $type:ty),* $(,)? })*) => {
        /// What readers tell events apart by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventName {
            $($kind),*
        }

        impl EventName {
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// As the trail has it: what it was done to and what was done.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name),*
                }
            }
        }

        /// What happened, with what explains it: before, after, and no secret. It serializes as its detail.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum EventKind {
            $($kind { $($(#[$attribute])* $field: $type),* }),*
        }

        impl EventKind {
            pub fn name(&self) -> EventName {
                match self {
                    $(Self::$kind { .. } => EventName::$kind),*
                }
            }
        }
    };
}

events! {
    RequestSubmitted = "request.submitted" {
        kind: Kind, ask: Grant, base: Option<Grant>, plan: Plan, below_use: Vec<BelowUse>, use_unknown: Vec<Resource>,
        supersedes: Option<String>,
    }
    RequestSuperseded = "request.superseded" { by: String }
    RequestApproved = "request.approved" { #[serde(flatten)] by: ApprovedBy }
    RequestRejected = "request.rejected" { #[serde(flatten)] decision: Option<Decided> }
    RequestChangesRequested = "request.changes_requested" { revision: i32, comment: Comment, suggestion: Option<Grant> }
    RequestRevised = "request.revised" {
        revision: i32, before: Grant, ask: Grant, plan: Plan, approvals_dropped: usize,
    }
    RequestCommented = "request.commented" { id: i64, sha256: String }
    RequestWithdrawn = "request.withdrawn" { #[serde(skip_serializing_if = "Option::is_none")] reason: Option<&'static str> }
    RequestWaiting = "request.waiting" { grant: Grant, short: Vec<Shortfall> }
    RequestLetIn = "request.let_in" { grant: Quota }
    RequestExpired = "request.expired" { was: &'static str, days: i64 }
    RequestApplying = "request.applying" { mark: String }
    RequestRetried = "request.retried" { #[serde(skip_serializing_if = "Option::is_none")] job: Option<&'static str> }
    RequestCompleted = "request.completed" {
        grant: Grant, #[serde(skip_serializing_if = "Option::is_none")] mark: Option<String>,
    }
    RequestFailed = "request.failed" { reason: String, mark: String }
    RequestUndoing = "request.undoing" { base: Option<Grant> }
    RequestUndone = "request.undone" {
        #[serde(skip_serializing_if = "Option::is_none")] quota: Option<Grant>,
        #[serde(skip_serializing_if = "Option::is_none")] reason: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")] mark: Option<String>,
    }

    NamespaceProvisioned = "namespace.provisioned" {
        request: String, quota: Quota, before: Option<Grant>, class: ClassName, mark: String,
    }
    NamespaceQuotaChanged = "namespace.quota_changed" {
        request: String, quota: Quota, before: Option<Grant>, class: ClassName, mark: String,
    }
    NamespaceMoved = "namespace.moved" { before: MovedClass, after: MovedClass, changes: Vec<SpecChange> }
    NamespaceDriftFound = "namespace.drift_found" { fields: Vec<DriftField>, n_fields: usize }
    NamespaceDriftCorrected = "namespace.drift_corrected" { fields: Vec<DriftField>, n_fields: usize, mark: String }
    NamespaceDriftResolved = "namespace.drift_resolved" { fields: Vec<DriftField>, n_fields: usize }
    NamespaceTroubleFound = "namespace.trouble_found" { trouble: Condition, reason: String }
    NamespaceTroubleOver = "namespace.trouble_over" { trouble: Condition }
    NamespaceBroughtUpToDate = "namespace.brought_up_to_date" { mark: String }
    NamespaceSyncOrdered = "namespace.sync_ordered" {}
    NamespaceRemakeOrdered = "namespace.remake_ordered" {}
    NamespaceRemade = "namespace.remade" { mark: String }
    NamespaceAhead = "namespace.ahead" { cluster: i64, database: i64, quota_there: Option<Quota> }
    NamespaceAheadResolved = "namespace.ahead_resolved" {
        keep: Keep, revision: i64, before: Quota, quota: Quota, quota_there: Option<Quota>,
    }
    NamespaceExpiryReminded = "namespace.expiry_reminded" { days: i64, expires_at: Option<String> }
    NamespaceExpirySet = "namespace.expiry_set" { before: Option<String>, after: Option<String> }
    NamespaceSuspended = "namespace.suspended" { #[serde(flatten)] ending: Ending }
    NamespaceScaledToZero = "namespace.scaled_to_zero" { workloads: Vec<ScaledWorkload>, n_workloads: usize, mark: String }
    NamespaceNotSuspended = "namespace.not_suspended" { reason: String, mark: String }
    NamespaceRestored = "namespace.restored" { cause: Cause, suspended_at: Option<String>, expires_at: Option<String> }
    NamespaceResumed = "namespace.resumed" { workloads: Vec<ScaledWorkload>, n_workloads: usize, mark: String }
    NamespaceRefilled = "namespace.refilled" {
        n_objects: usize, not_made: Vec<NotMade>, n_not_made: usize, mark: String,
    }
    NamespaceRestLeftOut = "namespace.rest_left_out" {
        not_made: Vec<NotMade>, n_not_made: usize, workloads: Vec<ScaledWorkload>, n_workloads: usize,
    }
    NamespaceDeletionBegun = "namespace.deletion_begun" { #[serde(flatten)] ending: Option<Ending> }
    NamespaceDeleted = "namespace.deleted" {
        ending: Option<Ending>, class: ClassName, quota: Quota, reserved_until: String, mark: Option<String>,
    }
    KubeconfigIssued = "kubeconfig.issued" {
        form: KubeconfigForm, role: TeamRole, #[serde(flatten)] token: Option<IssuedToken>,
    }

    ClusterAdded = "cluster.added" { after: ClusterState }
    ClusterChanged = "cluster.changed" { before: ClusterState, after: ClusterState }
    ClusterRenewed = "cluster.renewed" { before: ClusterAccess, after: ClusterAccess }
    ClusterPaused = "cluster.paused" { reason: Comment }
    ClusterResumed = "cluster.resumed" { was: String }
    ClusterRemoved = "cluster.removed" { api_url: String, forgotten_namespaces: usize }
    ClusterIdentityChanged = "cluster.identity_changed" { uid: Option<String>, seen_uid: String }
    ClusterIdentityAccepted = "cluster.identity_accepted" { before: ClusterUid, after: ClusterUid }

    ClassDrafted = "class.drafted" { #[serde(flatten)] draft: Drafted }
    ClassPublished = "class.published" { version: i32, spec: ClassSpec, #[serde(flatten)] from: Published }
    ClassDraftDiscarded = "class.draft_discarded" { draft: i32, spec: ClassSpec }
    ClassRetired = "class.retired" { reason: Comment }
    ClassRestored = "class.restored" {}

    EntryAdded = "entry.added" { after: EntrySpec }
    EntryChanged = "entry.changed" { before: EntrySpec, after: EntrySpec }
    EntryIconChanged = "entry.icon_changed" { digest: Option<String> }
    EntryWithdrawn = "entry.withdrawn" { reason: Comment }
    EntryRestored = "entry.restored" {}
    EntryRemoved = "entry.removed" { before: EntrySpec }
    ChartUploaded = "chart.uploaded" { file: String, digest: String }
    // From the source of the entry.
    ChartOrdered = "chart.ordered" { source: SourceName, chart: String, version: String }
    VersionTakenIn = "version.taken_in" { digest: String, origin: String, findings: Findings, approvals_needed: u8 }
    // Rendered anew with other values of its entry. `state`: what it is since; `error`: why it cannot be rendered.
    VersionJudged = "version.judged" {
        findings: Option<Findings>, error: Option<String>, state: VersionState, approvals_needed: u8,
    }
    VersionRemoved = "version.removed" { digest: String }
    VersionRefused = "version.refused" { origin: String, reason: String }
    VersionApproved = "version.approved" {
        digest: String, comment: Option<Comment>, approvals: usize, approvals_needed: u8,
        /// The rule that did it, where no person did.
        #[serde(skip_serializing_if = "Option::is_none")] rule: Option<String>,
    }
    VersionDeprecated = "version.deprecated" { before: VersionState, after: VersionState, reason: Comment }
    VersionBlocked = "version.blocked" { before: VersionState, reason: Comment }
    VersionReopened = "version.reopened" { before: VersionState, after: VersionState, reason: Comment }

    SourceAdded = "source.added" { after: SourceSpec, auth: SourceAuth }
    SourceChanged = "source.changed" {
        before: SourceSpec, after: SourceSpec, auth: SourceAuth,
        /// Whether it was given other credentials.
        has_new_credentials: bool,
    }
    SourceRemoved = "source.removed" { before: SourceSpec }

    TeamAdded = "team.added" { after: TeamFields }
    TeamChanged = "team.changed" { before: TeamFields, after: TeamFields }
    TeamArchived = "team.archived" {}
    TeamRestored = "team.restored" {}
    BindingAdded = "binding.added" { #[serde(flatten)] binding: Binding }
    BindingRemoved = "binding.removed" { #[serde(flatten)] binding: Binding }
    MembershipGiven = "membership.given" {
        person: String, person_id: PersonId, role: TeamRole, until: String, reason: Reason,
    }
    MembershipEnded = "membership.ended" { person: Option<String>, person_id: PersonId, role: TeamRole }

    PersonSignedIn = "person.signed_in" { groups: Option<Vec<String>>, session: String }
    PersonSignedOut = "person.signed_out" { session: String }
    PersonGroupsChanged = "person.groups_changed" { before: Groups, after: Groups }
    SessionEnded = "session.ended" {
        session: String, #[serde(skip_serializing_if = "Option::is_none")] reason: Option<String>,
    }
    SessionsEnded = "sessions.ended" { n_sessions: u64, reason: Comment }
    TokenCreated = "token.created" { id: TokenId, prefix: String, scope: Scope, days: i64 }
    TokenRevoked = "token.revoked" {
        id: TokenId,
        #[serde(skip_serializing_if = "Option::is_none")] name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")] reason: Option<Comment>,
    }
    TokensRevoked = "tokens.revoked" { n_tokens: u64, reason: Comment }

    ChangeRefused = "change.refused" { code: &'static str, method: String, route: String }
    AuditExported = "audit.exported" { format: &'static str, filters: AuditFields }
    KeyRotated = "key.rotated" { sealed: Vec<ResealedColumn> }
    JobRetried = "job.retried" { job: i64 }
}

impl EventKind {
    /// What the trail says beside the name: always an object.
    pub fn detail(&self) -> Value {
        serde_json::json!(self)
    }
}

impl EventName {
    /// By the stored name, or by one of a former version; none when this version knows no such event.
    pub fn find(stored: &str) -> Option<Self> {
        match stored {
            "namespace.put_right" => Some(Self::NamespaceDriftCorrected),
            "namespace.right_again" => Some(Self::NamespaceDriftResolved),
            other => Self::ALL.iter().copied().find(|name| name.as_str() == other),
        }
    }
}

#[cfg(test)]
mod tests;
