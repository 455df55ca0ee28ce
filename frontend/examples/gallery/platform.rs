//! Sample views of what Platform looks after besides classes: people, and forms for clusters.

use crate::samples::{HOSTILE, NOW, shown};
use domain::actor::Scope;
use domain::id::{PersonId, TokenId};
use domain::refusal::FieldError;
use domain::view::*;
use time::Duration;
use uuid::Uuid;

pub fn people(text: &str) -> PeopleView {
    let unknown = PersonRow {
        name: HOSTILE.into(),
        groups_incomplete_since: Some(NOW - Duration::days(2)),
        n_sessions: 0,
        n_tokens: 0,
        roles: vec![],
        ..row()
    };
    PeopleView { text: text.into(), page: Page { items: vec![row(), unknown], next: Some("payments owner".into()) } }
}

fn row() -> PersonRow {
    PersonRow {
        id: PersonId(Uuid::nil()),
        name: "payments developer".into(),
        email: "payments-developer@berth.test".into(),
        vouched_at: NOW - Duration::minutes(7),
        groups_incomplete_since: None,
        n_sessions: 2,
        n_tokens: 1,
        roles: vec!["developer in payments, by payments-developers".into(), "viewer in orders, by everyone".into()],
    }
}

/// Its parts are put through [`shown`]: two of them have a field of one name, so the whole is not read back.
pub fn person() -> PersonDetail {
    PersonDetail {
        row: shown(row()),
        groups: shown(GroupsView {
            groups: vec!["payments-developers".into(), HOSTILE.into()],
            at: NOW - Duration::minutes(7),
            incomplete_since: None,
            are_known: true,
        }),
        tokens: shown(vec![TokenView {
            id: TokenId(Uuid::nil()),
            name: "deploy pipeline".into(),
            scope: Scope::Write,
            prefix: "berth_k3Qz".into(),
            created_at: NOW - Duration::days(6),
            expires_at: NOW + Duration::days(28),
            last_used_at: Some(NOW - Duration::minutes(12)),
        }]),
        sessions: shown(vec![SessionView {
            id: "9f2c4e1b".into(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36".into(),
            is_this: false,
            created_at: NOW - Duration::hours(3),
            last_seen_at: NOW - Duration::minutes(2),
            expires_at: NOW + Duration::hours(8),
        }]),
        can_end: true,
    }
}

pub fn cluster_settings(lines: Vec<CapacityLine>) -> ClusterSettingsForm {
    ClusterSettingsForm {
        name: "harbour-1".into(),
        fields: ClusterSettingsFields { version: 1, settings: settings() },
        lines,
        n_waiting: 2,
        errors: vec![error("overcommit_percent", "is not a number: write 100 or 250")],
        refusal: Some("harbour-1 was changed by platform since you read it".into()),
    }
}

pub fn new_cluster() -> NewClusterFields {
    NewClusterFields {
        name: HOSTILE.into(),
        context: "admin".into(),
        settings: settings(),
        ..NewClusterFields::default()
    }
}

/// What is wrong with it.
pub fn new_cluster_errors() -> Vec<FieldError> {
    vec![error("name", "use lower-case letters, digits and dashes"), error("kubeconfig", "is missing")]
}

fn settings() -> ClusterFields {
    ClusterFields { groups_prefix: "oidc:".into(), overcommit_percent: "a lot".into(), ..ClusterFields::default() }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}
