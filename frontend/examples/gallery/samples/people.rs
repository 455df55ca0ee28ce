//! Everybody who has signed in, as Platform sees them.

use super::me::{groups, session, token};
use super::values::page_of;
use super::viewers::platform;
use super::{Gallery, HOSTILE, NOW, shown};
use domain::actor::Scope;
use domain::id::PersonId;
use domain::view::*;
use frontend::{Again, pages};
use time::Duration;
use uuid::Uuid;

pub fn pages(to: &mut Gallery) {
    to.add("people", platform(), "/admin/people", people(""), pages::people::page);
    to.add("person", platform(), "/admin/people/x", (), |frame, ()| {
        pages::person::page(frame, person(), Again::default())
    });
}

pub fn people(text: &str) -> PeopleView {
    let unknown = PersonRow {
        name: HOSTILE.into(),
        groups_incomplete_since: Some(NOW - Duration::days(2)),
        n_sessions: 0,
        n_tokens: 0,
        roles: vec![],
        ..row()
    };
    PeopleView { text: text.into(), page: page_of(vec![row(), unknown], Some("payments owner")) }
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
        groups: shown(groups(HOSTILE)),
        tokens: shown(vec![TokenView {
            created_at: NOW - Duration::days(6),
            ..token("deploy pipeline", Scope::Write, Duration::days(28), true)
        }]),
        sessions: shown(vec![SessionView {
            created_at: NOW - Duration::hours(3),
            ..session("9f2c4e1b", "Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36", false)
        }]),
        can_end: true,
    }
}
