//! What is of oneself.

use super::values::{ago, error};
use super::viewers::developer;
use super::{Gallery, NOW};
use domain::actor::Scope;
use domain::form::TokenFields;
use domain::id::TokenId;
use domain::view::*;
use frontend::pages;
use time::Duration;
use uuid::Uuid;

pub fn pages(to: &mut Gallery) {
    to.add("me", developer(), "/me", me(), pages::me::page);
    to.add("me-token", developer(), "/me", me_with_token(), pages::me::page);
    to.add("me-refused", developer(), "/me", me_refused(), pages::me::page);
}

pub fn session(id: &str, agent: &str, is_this: bool) -> SessionView {
    SessionView {
        id: id.into(),
        user_agent: agent.into(),
        is_this,
        created_at: ago(200),
        last_seen_at: ago(2),
        expires_at: NOW + Duration::hours(8),
    }
}

pub fn groups(second: &str) -> GroupsView {
    GroupsView {
        groups: vec!["payments-developers".into(), second.into()],
        at: ago(7),
        incomplete_since: None,
        are_known: true,
    }
}

pub fn me() -> MePage {
    MePage {
        me: MeView {
            viewer: developer(),
            groups: groups("everyone"),
            tokens: vec![
                token("deploy pipeline", Scope::Write, Duration::days(28), true),
                token("dashboard", Scope::Read, -Duration::days(1), false),
            ],
            sessions: vec![
                session(
                    "9f2c4e1b",
                    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                    true,
                ),
                session(
                    "1a2b3c4d",
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                    false,
                ),
            ],
        },
        new_token: None,
        fields: TokenFields::default(),
        errors: vec![],
    }
}

pub fn me_with_token() -> MePage {
    let view = token("deploy pipeline", Scope::Write, Duration::days(30), false);
    MePage { new_token: Some(NewToken { token: "berth_k3QzJ8vW2mN5pR7tY9bC1dF4gH6jL0sX".into(), view }), ..me() }
}

pub fn me_refused() -> MePage {
    let fields = TokenFields { name: String::new(), scope: "write".into(), days: "9000".into() };
    let errors = vec![error("name", "is missing"), error("days", "must be 1 to 365")];
    MePage {
        fields,
        errors,
        me: MeView {
            tokens: vec![],
            groups: GroupsView { groups: vec![], at: ago(7), incomplete_since: Some(ago(90)), are_known: false },
            ..me().me
        },
        ..me()
    }
}

pub fn token(name: &str, scope: Scope, ends: Duration, used: bool) -> TokenView {
    TokenView {
        id: TokenId(Uuid::nil()),
        name: name.into(),
        scope,
        prefix: "berth_k3Qz".into(),
        created_at: ago(9000),
        expires_at: NOW + ends,
        last_used_at: used.then(|| ago(12)),
    }
}
