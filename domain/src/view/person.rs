//! Oneself: who is signed in, roles, tokens, sessions.

use super::{FavouriteView, Page};
use crate::actor::{PlatformRole, Scope, TeamRole};
use crate::form::TokenFields;
use crate::id::{PersonId, TokenId};
use crate::refusal::FieldError;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// Who is signed in, and what the frame around every page shows of it.
    pub struct Viewer {
        pub name: String,
        pub email: String,
        pub teams: Vec<TeamRoleView>,
        pub platform: Vec<PlatformRole>,
        /// Requests that wait for this person's decision.
        pub n_to_decide: i64,
        /// Requests that failed and wait for this person of Platform to try them again or give them up.
        pub n_failed: i64,
        /// Clusters that wait for this person of Platform: paused, with requests that wait for them, or another cluster
        /// answers in their place.
        #[serde(default)]
        pub n_stopped: i64,
        /// Versions of charts that wait for this person of Platform to approve or block them.
        #[serde(default)]
        pub n_versions: i64,
        /// Whether there is a team to ask for.
        pub can_ask: bool,
        /// The catalog.
        #[serde(default)]
        pub can_see_offer: bool,
        pub can_see_clusters: bool,
        pub can_see_audit: bool,
        pub can_see_jobs: bool,
        pub can_see_people: bool,
        /// Platform roles, and what else is set up.
        pub can_see_setup: bool,
        /// Namespaces that they keep at hand, by name.
        pub favourites: Vec<FavouriteView>,
        /// Whom to ask for a team, in the words of the configuration.
        pub contact: String,
    }

    pub struct TeamRoleView {
        pub slug: String,
        pub title: String,
        pub role: TeamRole,
    }

    pub struct PersonView {
        pub id: PersonId,
        pub name: String,
    }

    /// One's own page. `new_token` is there once, right after it was made.
    pub struct MePage {
        pub me: MeView,
        pub new_token: Option<NewToken>,
        pub fields: TokenFields,
        pub errors: Vec<FieldError>,
    }

    /// An access token, without its secret.
    pub struct TokenView {
        pub id: TokenId,
        pub name: String,
        pub scope: Scope,
        /// First characters, to tell tokens apart.
        pub prefix: String,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub expires_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339::option")]
        pub last_used_at: Option<OffsetDateTime>,
    }

    /// A token just made: the only time its secret is shown.
    pub struct NewToken {
        pub token: String,
        #[serde(flatten)]
        pub view: TokenView,
    }

    pub struct SessionView {
        /// First characters of the stored hash, in hex.
        pub id: String,
        pub user_agent: String,
        pub is_this: bool,
        #[serde(with = "time::serde::rfc3339")]
        pub created_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub last_seen_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub expires_at: OffsetDateTime,
    }

    /// Groups as the identity provider last said them all.
    pub struct GroupsView {
        pub groups: Vec<String>,
        #[serde(rename = "groups_at", with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        /// Since when it says them no longer all; roles stay what they were.
        #[serde(rename = "groups_incomplete_since", with = "time::serde::rfc3339::option")]
        pub incomplete_since: Option<OffsetDateTime>,
        /// False when it has never said them all.
        #[serde(rename = "are_groups_known")]
        pub are_known: bool,
    }

    /// Somebody who ever signed in, in Platform's list.
    pub struct PersonRow {
        pub id: PersonId,
        pub name: String,
        pub email: String,
        #[serde(with = "time::serde::rfc3339")]
        pub vouched_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339::option")]
        pub groups_incomplete_since: Option<OffsetDateTime>,
        pub n_sessions: i64,
        pub n_tokens: i64,
        /// Each role with the group that gives it: `owner in payments, by payments-owners`.
        pub roles: Vec<String>,
    }

    /// Everybody who ever signed in, and what they were searched for.
    pub struct PeopleView {
        pub text: String,
        pub page: Page<PersonRow>,
    }

    /// One person with their ways in.
    pub struct PersonDetail {
        #[serde(flatten)]
        pub row: PersonRow,
        #[serde(flatten)]
        pub groups: GroupsView,
        pub tokens: Vec<TokenView>,
        pub sessions: Vec<SessionView>,
        /// Whether the one who looks may end them.
        pub can_end: bool,
    }

    pub struct MeView {
        pub viewer: Viewer,
        #[serde(flatten)]
        pub groups: GroupsView,
        pub tokens: Vec<TokenView>,
        pub sessions: Vec<SessionView>,
    }
}
