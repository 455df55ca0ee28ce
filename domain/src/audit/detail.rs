//! Parts of what an event says: what stands in several, or comes in several shapes.

use crate::class::{Class, SpecChange};
use crate::drift::Drift;
use crate::name::{ClassName, Comment, CostCentre, Description, Title};
use crate::request::{Grant, Request, Word};
use crate::setup::{ClusterSetup, PlatformBinding, TeamBinding, TeamSetup};
use crate::team::Limits;
use serde::Serialize;

/// Whose approval it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ApprovedBy {
    Person(Option<Decided>),
    Rule { grant: Option<Grant>, by: &'static str, rule: String },
}

impl ApprovedBy {
    /// Nobody decided: a rule of the class did.
    pub fn rule(rule: &str, grant: Option<Grant>) -> Self {
        Self::Rule { grant, by: "policy", rule: rule.to_owned() }
    }
}

/// A decision, with what it was about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    pub revision: i32,
    pub stage: i16,
    pub asked: Grant,
    /// None when it was rejected.
    pub grant: Option<Grant>,
    pub comment: Option<Comment>,
}

impl Decided {
    /// The last one.
    pub fn last(request: &Request) -> Option<Self> {
        let decision = request.decisions.last()?;
        let grant = match decision.word {
            Word::Approve { grant } => Some(grant),
            Word::Reject => None,
        };
        let (stage, comment) = (decision.stage, decision.comment.clone());
        Some(Self { revision: request.revision, stage, asked: request.ask.whole(), grant, comment })
    }
}

/// One field that differed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DriftField {
    pub object: String,
    pub field: String,
    #[serde(rename = "wished")]
    pub desired: Option<String>,
    pub found: Option<String>,
    pub manager: Option<String>,
}

impl From<&Drift> for DriftField {
    fn from(drift: &Drift) -> Self {
        let Drift { field, desired, found, manager, .. } = drift.clone();
        Self { object: drift.object(), field, desired, found, manager }
    }
}

/// A workload that was stopped, or started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScaledWorkload {
    pub kind: String,
    pub name: String,
    pub replicas: Option<i32>,
}

/// The class of a namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedClass {
    pub class: ClassName,
    pub version: i32,
}

impl From<&Class> for MovedClass {
    fn from(class: &Class) -> Self {
        Self { class: class.name.clone(), version: class.version }
    }
}

/// A token in a kubeconfig, but for the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedToken {
    pub account: String,
    pub until: String,
    pub mark: String,
}

/// What is known of a cluster: its settings, and how it is reached where that was said, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ClusterState {
    Settings(ClusterSetup),
    Whole { api_url: String, settings: ClusterSetup, uid: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterAccess {
    pub api_url: String,
    pub uid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterUid {
    pub uid: Option<String>,
}

/// What was done to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Drafted {
    /// As a copy of another class, or with nothing.
    Begun {
        copy_of: Option<ClassName>,
    },
    Saved {
        draft: i32,
        changes: Option<Vec<SpecChange>>,
    },
}

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Published {
    Draft { note: Option<Comment>, changes: Option<Vec<SpecChange>> },
    Setup {},
}

/// What is said of a team beside bindings and archiving, which have events of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamFields {
    pub title: Title,
    pub description: Option<Description>,
    pub cost_centre: Option<CostCentre>,
    pub limits: Limits,
}

impl From<&TeamSetup> for TeamFields {
    fn from(team: &TeamSetup) -> Self {
        let TeamSetup { title, description, cost_centre, limits, .. } = team.clone();
        Self { title, description, cost_centre, limits }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Binding {
    Team(TeamBinding),
    Platform(PlatformBinding),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Groups {
    pub groups: Vec<String>,
}

/// Values of one kind, sealed with another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResealedColumn {
    pub what: &'static str,
    pub current: u64,
    pub resealed: u64,
    pub unreadable: u64,
}
