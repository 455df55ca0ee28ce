//! Classes: as they are on offer, and as Platform works on them, with versions, the draft of the next one, and moving
//! namespaces along.

use super::Disagreement;
use crate::class::{ClassFields, ClassSpec, Cost, Environment, NetworkProfile, PodSecurity, SpecChange, SpecLine};
use crate::form::NewClassFields;
use crate::id::NamespaceId;
use crate::name::{ClassName, ClusterName};
use crate::quota::Quota;
use crate::refusal::FieldError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// The form of a draft, as it was left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftPage {
    pub name: ClassName,
    /// The version that was read; none when there is no draft yet.
    pub version: Option<i32>,
    pub fields: ClassFields,
    /// Clusters there are to choose from.
    pub clusters: Vec<ClusterName>,
    pub errors: Vec<FieldError>,
    /// A refusal that is about no field: somebody else has saved.
    pub refusal: Option<String>,
}

views! {
    pub struct ClassView {
        pub name: String,
        pub version: i32,
        pub title: String,
        pub summary: String,
        pub environment: Environment,
        pub pod_security: PodSecurity,
        pub network: NetworkProfile,
        pub sizes: Vec<SizeView>,
        pub ceiling: Quota,
        /// Clusters it may be used on; empty means all.
        pub clusters: Vec<String>,
        /// Devices and huge pages besides those of the quota, with how many a namespace may have.
        #[serde(default)]
        pub devices: BTreeMap<String, u32>,
        /// How long a namespace is meant to live; none means for good.
        pub lifetime_days: Option<u32>,
    }

    pub struct SizeView {
        pub name: String,
        pub quota: Quota,
        /// What a month costs, where the class has prices.
        pub monthly_cost: Option<Cost>,
    }

    /// A class in Platform's list.
    pub struct ClassRow {
        pub name: ClassName,
        /// Of the latest version, or of the draft where there is none yet.
        pub title: String,
        pub environment: Environment,
        /// None: only a draft so far.
        pub latest: Option<i32>,
        pub has_draft: bool,
        pub is_retired: bool,
        /// Versions that namespaces have, newest first.
        pub in_use: Vec<VersionUse>,
    }

    pub struct VersionUse {
        pub version: i32,
        pub n_namespaces: i64,
    }

    /// One class with its history.
    pub struct ClassDetail {
        pub name: ClassName,
        /// Newest first; at most the last 200.
        pub versions: Vec<ClassVersionView>,
        /// What the latest version says, in words.
        pub lines: Vec<SpecLine>,
        /// What the latest version says, as it is written in setup files.
        pub spec: Option<ClassSpec>,
        pub draft: Option<DraftMark>,
        pub retired: Option<RetiredView>,
        /// Namespaces that have an older version than the latest.
        pub n_behind: i64,
        /// Clusters the class may be used on that do not let what its latest version and those in use loosen, or of which that is
        /// not known.
        pub disagreements: Vec<Disagreement>,
    }

    pub struct ClassVersionView {
        pub version: i32,
        #[serde(with = "time::serde::rfc3339")]
        pub published_at: OffsetDateTime,
        pub note: Option<String>,
        pub n_namespaces: i64,
    }

    pub struct RetiredView {
        pub reason: String,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
    }

    pub struct DraftMark {
        /// Whoever saves names the one they read.
        pub version: i32,
        /// Who saved it last; none when it was the operator.
        pub editor: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub edited_at: OffsetDateTime,
    }

    /// What the next version of a class will say.
    pub struct DraftView {
        pub name: ClassName,
        #[serde(flatten)]
        pub mark: DraftMark,
        pub spec: ClassSpec,
        /// What keeps it from being published; empty when nothing does.
        pub problems: Vec<FieldError>,
    }

    /// What publishing the draft would change.
    pub struct ClassPreview {
        pub name: ClassName,
        pub draft: DraftMark,
        /// The version it is compared with; none when it will be the first.
        pub latest: Option<i32>,
        pub problems: Vec<FieldError>,
        pub changes: Vec<SpecChange>,
        /// Objects of a sample namespace, then and now.
        pub diff: Vec<DiffLine>,
        /// Objects a namespace of this draft would consist of.
        pub yaml: String,
        /// Clusters it may be used on that do not let it, or of which that is not known.
        pub disagreements: Vec<Disagreement>,
    }

    /// A line of a text that is compared with another.
    pub struct DiffLine {
        pub kind: DiffKind,
        pub text: String,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DiffKind {
        Same,
        Added,
        Removed,
        /// Lines in between that are the same are left out.
        Gap,
    }

    pub struct NewClassPage {
        pub classes: Vec<ClassName>,
        pub fields: NewClassFields,
        pub errors: Vec<FieldError>,
    }

    /// Who would follow to the latest version of a class, and what that would mean.
    pub struct MoveView {
        pub name: ClassName,
        /// The version they would have.
        pub to: i32,
        /// Namespaces with an older version, by cluster and name; `next` when there are more.
        pub namespaces: Vec<MoveRow>,
        /// Whether there are more than are listed: they can be moved after these.
        pub has_more: bool,
        /// For each version in use: what is different in the latest.
        pub versions: Vec<VersionDiff>,
        /// Clusters of these namespaces that do not let the latest version, or of which that is not known: a namespace that
        /// is moved there stays as it is until they do.
        pub disagreements: Vec<Disagreement>,
        /// Why nothing was moved, when it was refused.
        pub refusal: Option<String>,
    }

    pub struct MoveRow {
        pub id: NamespaceId,
        pub cluster: ClusterName,
        pub name: String,
        pub team: String,
        pub from: i32,
        pub quota: Quota,
        /// What one should know before, in sentences.
        pub concerns: Vec<String>,
    }

    pub struct VersionDiff {
        pub from: i32,
        pub changes: Vec<SpecChange>,
        pub diff: Vec<DiffLine>,
    }
}
