//! Who has a role in a team or a namespace, and why.

use super::PersonView;
use crate::actor::TeamRole;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// A group of the identity provider, and what it may do in the namespace.
    pub struct AccessRow {
        pub group: String,
        pub role: TeamRole,
        /// People of the group whom Berth has seen.
        pub people: Vec<String>,
        /// A group that people do have, and that is the same but for case, blanks or a slash in front: where nobody has
        /// this one, it may have been meant.
        pub near: Option<String>,
    }

    pub struct MembershipView {
        pub person: PersonView,
        pub role: TeamRole,
        pub reason: String,
        pub given_by: String,
        #[serde(with = "time::serde::rfc3339")]
        pub given_at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        pub until: OffsetDateTime,
    }
}
