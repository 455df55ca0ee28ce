//! Who acts: a person through a session or a token, the operator at the command line, or Berth itself, at work or by a
//! rule.

use crate::id::{PersonId, TeamId};
use crate::name::TeamSlug;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A role in one team. Later ones include what earlier ones may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    Viewer,
    Developer,
    Owner,
}

/// A role for all of Berth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// Runs Berth: clusters, classes, catalog, policies.
    Platform,
    /// Decides platform stages.
    Approver,
    /// Reads everything, changes nothing.
    Auditor,
}

/// How far a token reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Read,
    Write,
}

/// How the actor signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    Session,
    Token(Scope),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub team: TeamId,
    pub slug: TeamSlug,
    pub title: String,
    pub role: TeamRole,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub auth_method: AuthMethod,
    /// At most one per team: the strongest role.
    pub teams: Vec<Membership>,
    pub platform: BTreeSet<PlatformRole>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in.
    Nobody,
    Person(Person),
    /// Whoever may run the program with its configuration.
    Operator,
    /// Berth at work on a job; holds the job's kind.
    System(&'static str),
    /// A rule that decides where no person does; holds the rule's name. It does nothing else.
    Rule(String),
}

impl TeamRole {
    pub fn title(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Developer => "developer",
            Self::Owner => "owner",
        }
    }
}

impl PlatformRole {
    pub fn title(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
        }
    }
}

impl Person {
    pub fn role_in(&self, team: TeamId) -> Option<TeamRole> {
        self.teams.iter().find(|m| m.team == team).map(|m| m.role)
    }

    pub fn is(&self, role: PlatformRole) -> bool {
        self.platform.contains(&role)
    }

    /// Whether they see every team's things: those who run Berth, decide for it or audit it.
    pub fn sees_everything(&self) -> bool {
        !self.platform.is_empty()
    }

    pub fn decides_for_platform(&self) -> bool {
        self.is(PlatformRole::Platform) || self.is(PlatformRole::Approver)
    }
}

impl Actor {
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Nobody | Self::Operator | Self::System(_) | Self::Rule(_) => None,
        }
    }

    pub fn person_id(&self) -> Option<PersonId> {
        self.person().map(|p| p.id)
    }

    /// How lists and the audit trail name the actor.
    pub fn label(&self) -> &str {
        match self {
            Self::Nobody => "nobody",
            Self::Person(person) => &person.name,
            Self::Operator => "operator",
            Self::System(_) | Self::Rule(_) => "Berth",
        }
    }

    /// Which of these it is, for the audit trail.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Person(_) => "person",
            Self::Operator => "operator",
            Self::System(_) => "system",
            Self::Rule(_) => "rule",
        }
    }
}
