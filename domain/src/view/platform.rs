//! Problems, the audit trail, jobs, and what one may ask for.

use super::{ClassView, Page, TeamRoleView};
use crate::form::AuditFields;
use crate::refusal::FieldError;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// An answer that is no page: what happened, and the way on.
    pub struct ProblemView {
        pub status: u16,
        pub title: String,
        pub detail: String,
        /// Find it in the log by this.
        pub request_id: String,
        /// Where trying again begins; none when it would lead nowhere.
        pub again: Option<String>,
    }

    pub struct AuditView {
        pub fields: AuditFields,
        pub errors: Vec<FieldError>,
        pub page: Page<AuditRow>,
    }

    /// What one may ask for, and where.
    pub struct OfferView {
        /// Teams one may ask for.
        pub teams: Vec<TeamRoleView>,
        /// Names of the clusters.
        pub clusters: Vec<String>,
        pub classes: Vec<ClassView>,
    }

    /// One audit event.
    pub struct AuditRow {
        pub seq: i64,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        pub actor: String,
        /// `person`, `operator`, `system` or, where no person decided, `rule`.
        pub actor_kind: String,
        /// The person on whose behalf Berth acted.
        pub on_behalf_of: Option<String>,
        pub action: String,
        pub subject: String,
        pub request_id: Option<String>,
        pub detail: serde_json::Value,
        /// Hex.
        pub hash: String,
    }

    /// A job that gave up or still tries.
    pub struct JobRow {
        pub id: i64,
        pub kind: String,
        /// `CLUSTER/NAME` of a namespace; empty for what is about all of Berth.
        pub subject: String,
        pub attempts: i32,
        pub gave_up: bool,
        pub last_error: Option<String>,
        #[serde(with = "time::serde::rfc3339")]
        pub run_at: OffsetDateTime,
    }
}
