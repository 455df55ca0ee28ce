//! Teams with their people and limits, and platform roles.

use super::{AccessRow, MembershipView, NamespaceRow, Page};
use crate::actor::{PlatformRole, TeamRole};
use crate::form::{MembershipFields, PlatformRoleFields, TeamFields};
use crate::id::PersonId;
use crate::quota::Quota;
use crate::refusal::FieldError;
use crate::team::Limits;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// A team in a list.
    pub struct TeamRow {
        pub slug: String,
        pub title: String,
        pub your_role: Option<TeamRole>,
        pub n_namespaces: i64,
        /// Sum over its namespaces.
        pub granted: Quota,
        /// Archived teams ask for nothing more.
        #[serde(with = "time::serde::rfc3339::option")]
        pub archived_at: Option<OffsetDateTime>,
    }

    /// What the list of teams is narrowed to.
    #[derive(Default)]
    pub struct TeamFilter {
        /// Part of the title or of the short name.
        #[serde(default)]
        pub text: String,
        /// Archived ones too.
        #[serde(default)]
        pub archived: bool,
    }

    pub struct TeamsView {
        pub filter: TeamFilter,
        pub page: Page<TeamRow>,
        /// Whether who looks may make and change teams.
        pub can_change: bool,
    }

    pub struct TeamView {
        #[serde(flatten)]
        pub row: TeamRow,
        pub description: Option<String>,
        pub cost_centre: Option<String>,
        /// Most it may hold.
        pub limits: Limits,
        pub groups: Vec<AccessRow>,
        /// People whom Berth has seen, with their strongest role; at most 200.
        pub people: Vec<TeamPerson>,
        /// Roles without a group, until a date.
        pub memberships: Vec<MembershipView>,
        pub n_open_requests: i64,
        /// The first 50, by name.
        pub namespaces: Vec<NamespaceRow>,
        /// Counts its changes; the ETag.
        pub version: i32,
        pub changed_by: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub changed_at: Option<OffsetDateTime>,
        /// Whether who looks may change it.
        pub can_change: bool,
    }

    /// Somebody with a role in a team.
    pub struct TeamPerson {
        pub id: PersonId,
        pub name: String,
        pub role: TeamRole,
        /// Groups that give the role, and the membership.
        pub via: Vec<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub last_seen_at: OffsetDateTime,
    }

    pub struct TeamPage {
        pub team: TeamView,
        pub fields: MembershipFields,
        pub errors: Vec<FieldError>,
        /// Why something else was not done.
        pub refusal: Option<String>,
    }

    pub struct TeamForm {
        /// Short name and title of the team that is changed; none for a new one.
        pub team: Option<(String, String)>,
        pub fields: TeamFields,
        pub errors: Vec<FieldError>,
        pub refusal: Option<String>,
    }

    /// A group with a role for all of Berth.
    pub struct PlatformRoleRow {
        pub group: String,
        pub role: PlatformRole,
        /// People of the group whom Berth has seen.
        pub people: Vec<String>,
        /// A group that people do have, and that may have been meant where nobody has this one.
        pub near: Option<String>,
        /// Why it cannot be taken away by who looks; none when it can.
        pub kept_because: Option<String>,
    }

    pub struct PlatformRolesPage {
        pub rows: Vec<PlatformRoleRow>,
        pub can_change: bool,
        pub fields: PlatformRoleFields,
        pub errors: Vec<FieldError>,
        pub refusal: Option<String>,
    }
}
