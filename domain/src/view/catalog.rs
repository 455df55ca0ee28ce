//! The catalog: as teams browse it, and as the platform team curates it.

use crate::catalog::{
    Approval, ApprovalMark, Category, ChartOrigin, EntryFit, EntrySpec, Findings, Gravity, Judging, Needs, Risk,
    SourceAuth, SourceKind, SourceSpec, VersionState,
};
use crate::class::{Environment, PodSecurity};
use crate::id::IngestId;
use crate::name::{ClassName, ClusterName, EntryName, NamespaceName, SourceName, TeamSlug};
use crate::view::{DiffLine, Page};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// What Chart.yaml says, for people.
    pub struct ChartMetadata {
        pub name: String,
        pub version: String,
        pub app_version: Option<String>,
        pub description: Option<String>,
        pub home: Option<String>,
        pub licenses: Option<String>,
        /// Versions of Kubernetes that it is for, as it writes them.
        pub kube_version: Option<String>,
        /// The chart itself says that nobody should begin with it any more.
        pub is_deprecated: bool,
        pub keywords: Vec<String>,
        pub maintainers: Vec<String>,
        /// Charts that it brings along.
        pub dependencies: Vec<String>,
    }

    /// The gallery, for one namespace where one is chosen.
    pub struct Gallery {
        /// Namespaces of one's teams, to choose from.
        pub namespaces: Vec<NamespacePlace>,
        pub chosen: Option<NamespacePlace>,
        pub query: String,
        pub category: Option<Category>,
        pub entries: Page<EntryCard>,
        /// Whether who looks curates it.
        pub can_curate: bool,
    }

    pub struct NamespacePlace {
        pub cluster: ClusterName,
        pub name: NamespaceName,
        pub team: TeamSlug,
        pub class: ClassName,
        pub environment: Environment,
    }

    /// An entry in the gallery, with the version that is offered.
    pub struct EntryCard {
        pub name: EntryName,
        pub title: String,
        pub summary: String,
        pub category: Category,
        /// None: nothing of it is offered yet.
        pub offered: Option<OfferedVersion>,
        /// An install waits for Platform's approval.
        pub needs_approval: bool,
        /// Why nobody installs it anew.
        pub withdrawn: Option<String>,
        /// For the namespace that is chosen; none where none is.
        pub fit: Option<EntryFit>,
        /// SHA-256 of its picture, at `/catalog/{entry}/icon?digest=…`.
        pub icon: Option<String>,
    }

    pub struct OfferedVersion {
        pub version: String,
        pub app_version: Option<String>,
        pub state: VersionState,
        pub needs: Needs,
        pub pod_security: PodSecurity,
        /// It makes nothing that a team's account may not make.
        pub is_creatable: bool,
    }

    /// One entry, for teams.
    pub struct EntryView {
        pub name: EntryName,
        pub about: EntryAbout,
        pub offered: Option<OfferedVersion>,
        pub withdrawn: Option<String>,
        pub metadata: Option<ChartMetadata>,
        /// Of the offered version's chart, in Markdown.
        pub readme: Option<String>,
        pub images: Vec<String>,
        /// What teams see of its versions, newest first.
        pub versions: Page<VersionRow>,
        /// For each of one's namespaces.
        pub fits: Vec<NamespaceFit>,
        /// What runs of it in namespaces of one's teams, as far as it is seen.
        pub runs: Vec<EntryRun>,
        /// Namespaces of one's teams of which is not known what runs there.
        pub n_unseen: usize,
        /// SHA-256 of its picture.
        pub icon: Option<String>,
        /// Of the versions that teams were offered, newest first.
        pub news: Vec<VersionNews>,
        pub can_curate: bool,
    }

    /// What teams read of what the platform team says.
    pub struct EntryAbout {
        pub title: String,
        pub summary: String,
        pub category: Category,
        pub owner: String,
        /// In Markdown.
        pub documentation: String,
        pub risk: Risk,
        /// Whose approval an install needs.
        pub approval: Approval,
    }

    /// A release of the chart that an entry offers, seen by what Helm and the chart write on its workloads.
    pub struct EntryRun {
        pub namespace: NamespacePlace,
        pub release: String,
        pub version: String,
        /// How far that version is here; none where teams see nothing of it: it came from elsewhere.
        pub state: Option<VersionState>,
    }

    pub struct NamespaceFit {
        pub namespace: NamespacePlace,
        pub fit: EntryFit,
    }

    /// What was found in a version is of other values than its entry gives now.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Unjudged {
        Waits,
        Failed,
    }

    pub struct VersionRow {
        pub version: String,
        pub app_version: Option<String>,
        pub state: VersionState,
        pub reason: Option<String>,
        pub is_prerelease: bool,
        /// Why it is not offered meanwhile, whatever its state.
        pub unjudged: Option<Unjudged>,
        #[serde(with = "time::serde::rfc3339")]
        pub taken_in_at: OffsetDateTime,
        pub approvals: usize,
        pub approvals_needed: u8,
    }

    /// An entry in the list of those who curate.
    pub struct CuratedRow {
        pub name: EntryName,
        pub title: String,
        pub category: Category,
        /// The newest that teams may install.
        pub offered: Option<String>,
        pub n_candidates: i64,
        pub n_versions: i64,
        pub withdrawn: Option<String>,
        /// SHA-256 of its picture.
        pub icon: Option<String>,
    }

    /// One entry, for those who curate.
    pub struct CuratedEntry {
        pub name: EntryName,
        pub spec: EntrySpec,
        /// Raised by each change.
        pub version: i32,
        pub editor: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub edited_at: OffsetDateTime,
        pub withdrawn: Option<String>,
        pub versions: Page<VersionRow>,
        /// The latest first.
        pub ingests: Vec<IngestView>,
        /// What its source has; none where its versions are uploaded.
        pub available: Option<Available>,
        /// SHA-256 of its picture.
        pub icon: Option<String>,
        /// Whether the platform team gave it that picture; else it is the chart's.
        pub has_own_icon: bool,
    }

    /// What the source of an entry has of its chart, as it was when it was listed.
    pub struct Available {
        pub origin: ChartOrigin,
        /// A list is being made.
        pub is_listing: bool,
        /// Of the list that is shown; none before the first.
        #[serde(with = "time::serde::rfc3339::option")]
        pub listed_at: Option<OffsetDateTime>,
        /// Why there is no newer one.
        pub error: Option<String>,
        /// All that the source had; the list has the newest.
        pub n_versions: i64,
        /// Newest first.
        pub versions: Page<AvailableVersion>,
    }

    /// A version at a source.
    pub struct AvailableVersion {
        pub version: String,
        pub app_version: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub created_at: Option<OffsetDateTime>,
        /// The repository says that nobody should use it any more.
        pub is_deprecated: bool,
        pub state: AvailableState,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum AvailableState {
        New,
        TakenIn,
        /// It was taken in, and the source says now that it has other bytes.
        OtherBytes,
    }

    /// A source of charts in the list of those who set up.
    pub struct SourceRow {
        pub name: SourceName,
        pub kind: SourceKind,
        pub address: String,
        pub n_entries: i64,
        pub needs_proof: bool,
        /// Whether the last look at it found all as it should be; none before the first.
        pub is_ok: Option<bool>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub checked_at: Option<OffsetDateTime>,
    }

    /// A source of charts. What it is asked with is never shown.
    pub struct SourceView {
        pub name: SourceName,
        pub spec: SourceSpec,
        pub auth: SourceAuth,
        /// Raised by each change.
        pub version: i32,
        pub editor: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub edited_at: OffsetDateTime,
        /// Entries whose versions come from it, by name; the first hundred.
        pub entries: Vec<EntryName>,
        pub check: Option<SourceCheck>,
    }

    /// One look at a source.
    pub struct SourceCheck {
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        pub steps: Vec<SourceStep>,
        /// The first of its charts, by name.
        pub charts: Vec<String>,
    }

    /// A step of it, with what was seen.
    pub struct SourceStep {
        pub title: String,
        pub detail: String,
        pub is_ok: bool,
    }

    /// A version, for those who decide on it, beside the one that is offered.
    pub struct VersionReview {
        pub entry: EntryName,
        pub title: String,
        pub version: String,
        pub state: VersionState,
        pub reason: Option<String>,
        pub judging: Judging,
        pub digest: String,
        /// Which time that it waits for a decision: an approval names it with the digest.
        pub round: i32,
        pub n_bytes: i64,
        pub origin: String,
        #[serde(with = "time::serde::rfc3339")]
        pub taken_in_at: OffsetDateTime,
        pub taken_in_by: Option<String>,
        pub metadata: ChartMetadata,
        pub findings: Findings,
        /// The version of it that is offered, or else the last that was, and what was found in it.
        pub before: Option<VersionBefore>,
        pub gravity: Vec<Gravity>,
        pub approvals: Vec<ApprovalMark>,
        pub approvals_needed: u8,
        /// Why who looks cannot approve it now; none when they can.
        pub cannot_approve: Option<String>,
        /// What teams may install it into: classes and whether their pod security lets it start.
        pub classes: Vec<ClassFit>,
        /// From the version that it is compared with, or all that is in it where that is none or itself. None where it is not
        /// asked for.
        pub difference: Option<VersionDifference>,
        /// The entry gives secret values, and who looks may not set up: what is rendered with them is left out.
        pub is_withheld: bool,
        /// What the entry gives Helm now.
        pub given: Vec<GivenValues>,
        /// Where the entry's form does not fit this version.
        pub mistakes: Vec<String>,
        /// It is what teams install now.
        pub is_offered: bool,
        /// Comparing took too long: asked again, it may not.
        pub is_difference_late: bool,
        /// Of this version and those between it and the offered one, newest first.
        pub news: Vec<VersionNews>,
    }

    /// What a chart says is new in one version.
    pub struct VersionNews {
        pub version: String,
        pub changes: Vec<VersionChange>,
        /// What its CHANGELOG.md says, in Markdown, where the version itself says nothing.
        pub text: Option<String>,
    }

    pub struct VersionChange {
        /// `added`, `fixed`, `security`: as the chart calls it.
        pub kind: Option<String>,
        pub description: String,
    }

    pub struct VersionDifference {
        pub parts: Vec<DiffPart>,
        /// Objects in which nothing differs but labels that say which version of the chart made them.
        pub n_only_labels: usize,
        /// Things that differ, too, and are left out because there are too many.
        pub n_cut: usize,
    }

    /// Values that an entry gives.
    pub struct GivenValues {
        /// For which class and environment; none for all that no other is for.
        pub for_whom: Option<String>,
        /// YAML.
        pub values: String,
    }

    pub struct VersionBefore {
        pub version: String,
        /// It is the one that teams install now; else they did before.
        pub is_offered: bool,
        /// It is the version itself, as it was when it was approved.
        pub is_itself: bool,
        /// As they were when it was approved.
        pub findings: Findings,
    }

    pub struct ClassFit {
        pub class: ClassName,
        pub pod_security: PodSecurity,
        pub is_offered: bool,
        pub starts: bool,
    }

    /// What differs in one thing between two versions: the values, the schema, a template, a rendered object.
    pub struct DiffPart {
        pub group: DiffGroup,
        /// Of an object: `Deployment payments-db`.
        pub name: String,
        pub change: DiffChange,
        /// What is different, and a few lines around it.
        pub lines: Vec<DiffLine>,
        /// Lines that are left out.
        pub n_more: usize,
    }

    #[derive(Copy, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum DiffGroup {
        Objects,
        Values,
        Schema,
        Templates,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DiffChange {
        Added,
        Removed,
        Changed,
    }

    /// One time that a chart was taken in, or was tried to be.
    pub struct IngestView {
        pub id: IngestId,
        pub entry: EntryName,
        /// What is taken in, for people.
        pub what: String,
        pub state: IngestState,
        pub steps: Vec<IngestStep>,
        /// Why it was not taken in.
        pub error: Option<String>,
        /// The version that came of it.
        pub version: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub begun_at: OffsetDateTime,
        pub begun_by: Option<String>,
        /// Nobody began it: its source had something newer.
        pub is_by_itself: bool,
        #[serde(with = "time::serde::rfc3339::option")]
        pub ended_at: Option<OffsetDateTime>,
    }

    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum IngestState {
        Running,
        TakenIn,
        /// It was there already, with the same bytes.
        Unchanged,
        /// What was found cannot be taken in.
        Refused,
        /// It could not be done.
        Failed,
    }

    /// A step of it that has ended, with what was seen.
    pub struct IngestStep {
        pub name: String,
        pub detail: String,
        pub is_done: bool,
        #[serde(with = "time::serde::rfc3339")]
        pub ended_at: OffsetDateTime,
    }
}

impl SourceCheck {
    pub fn is_ok(&self) -> bool {
        self.steps.iter().all(|step| step.is_ok)
    }
}

impl NamespacePlace {
    /// `harbour-1/payments-dev`: as addresses name it.
    pub fn address(&self) -> String {
        format!("{}/{}", self.cluster, self.name)
    }
}

impl IngestState {
    pub const ALL: [Self; 5] = [Self::Running, Self::TakenIn, Self::Unchanged, Self::Refused, Self::Failed];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::TakenIn => "taken_in",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    pub fn find(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}
