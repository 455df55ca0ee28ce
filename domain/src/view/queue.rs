//! Lists of requests.

use super::{Page, RequestRow};
use serde::{Deserialize, Serialize};

views! {
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Queue {
        /// Waits for this person's decision.
        ToDecide,
        /// Asked by this person.
        Mine,
        /// Of the teams this person is in.
        MyTeams,
        /// All that this person may see.
        #[default]
        All,
        Failed,
    }

    /// What a list of requests is narrowed to; empty means no narrowing.
    #[derive(Default)]
    #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
    #[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
    pub struct RequestFilter {
        /// Slug of a team.
        #[serde(default)]
        pub team: String,
        #[serde(default)]
        pub cluster: String,
        #[serde(default)]
        pub class: String,
        /// A kind: `new_namespace`, `quota`, `extend`, `delete`.
        #[serde(default)]
        pub kind: String,
        /// A state: `in_review`, `waiting`, …
        #[serde(default)]
        pub state: String,
        /// Part of the namespace's name or of the purpose, or a request's number: `REQ-12`.
        #[serde(default)]
        pub text: String,
    }

    pub struct RequestsView {
        pub queue: Queue,
        pub filter: RequestFilter,
        pub counts: QueueCounts,
        pub page: Page<RequestRow>,
    }

    pub struct QueueCounts {
        pub to_decide: i64,
        pub mine: i64,
        pub my_teams: i64,
        pub all: i64,
        pub failed: i64,
    }
}

impl Queue {
    /// Its name in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToDecide => "to_decide",
            Self::Mine => "mine",
            Self::MyTeams => "my_teams",
            Self::All => "all",
            Self::Failed => "failed",
        }
    }
}
