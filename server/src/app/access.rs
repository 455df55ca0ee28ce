//! How people get in: signing in and out, sessions, and access tokens.

mod refresh;
mod revoke;
mod secret;
mod session;
mod token;

pub use refresh::{RefreshGroups, refresh_groups};
pub(in crate::app) use revoke::in_background as revoke_in_background;
pub use revoke::{RevokeTokens, revoke_tokens};
pub use secret::{ID_TOKEN, REFRESH_TOKEN};
pub use session::{ClearSessions, SignedOut, by_cookie, clear_sessions, end_session, logged_out, sign_in, sign_out};
pub(in crate::app) use session::{named, parse_short_id, short_id, window};
pub use token::{by_token, create_token, revoke_token};

use super::{Ctx, Result};
use domain::actor::{Actor, Person, PlatformRole, TeamRole};
use domain::id::{PersonId, TeamId};
use uuid::Uuid;

/// Last use is written down at most this often.
const NOTED_EVERY: time::Duration = time::Duration::MINUTE;

/// When the provider is asked again for something that nothing came of so many times before: after 1, 2, 4, 8 and then 15
/// minutes.
fn later(n_failures: i32) -> time::Duration {
    let shift = n_failures.clamp(0, 4);
    time::Duration::MINUTE.saturating_mul(1_i32 << shift).min(time::Duration::minutes(15))
}

/// For what is rendered for all who have the same roles for a team: a call with these roles, of nobody in particular. What
/// is rendered for it can tell of no one's own. `session` is whose forms are on it.
pub fn audience(ctx: &Ctx, team: TeamId, session: Option<[u8; 32]>) -> Result<Ctx> {
    let actor = Actor::Person(somebody(ctx.person()?, team));
    Ok(Ctx { actor, request_id: None, session, on_behalf_of: None, ..ctx.clone() })
}

/// With the roles that this person has for a team, and nothing else of theirs.
fn somebody(person: &Person, team: TeamId) -> Person {
    Person {
        id: PersonId(Uuid::nil()),
        name: String::new(),
        email: String::new(),
        auth_method: person.auth_method,
        teams: person.teams.iter().filter(|membership| membership.team == team).cloned().collect(),
        platform: person.platform.clone(),
    }
}

/// What an audience has in common.
pub fn roles(ctx: &Ctx, team: TeamId) -> Option<(Option<TeamRole>, Vec<PlatformRole>)> {
    let person = ctx.actor.person()?;
    Some((person.role_in(team), person.platform.iter().copied().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::actor::{AuthMethod, Membership};

    #[test]
    fn an_audience_has_the_roles_that_count_and_nothing_else_of_who_is_in_it() {
        let membership = |team: u128, slug: &str, role| Membership {
            team: TeamId(Uuid::from_u128(team)),
            slug: slug.parse().expect("is a slug"),
            title: slug.to_owned(),
            role,
        };
        let person = |id: u128, others: Vec<Membership>| Person {
            id: PersonId(Uuid::from_u128(id)),
            name: format!("Person {id}"),
            email: format!("{id}@berth.test"),
            auth_method: AuthMethod::Session,
            teams: others.into_iter().chain([membership(1, "payments", TeamRole::Developer)]).collect(),
            platform: [PlatformRole::Auditor].into(),
        };
        let team = TeamId(Uuid::from_u128(1));
        let one = somebody(&person(7, vec![membership(2, "orders", TeamRole::Owner)]), team);
        assert_eq!(one, somebody(&person(8, Vec::new()), team));
        assert_eq!((one.role_in(team), one.teams.len()), (Some(TeamRole::Developer), 1));
        assert!(one.is(PlatformRole::Auditor) && one.name.is_empty() && one.email.is_empty());
    }

    #[test]
    fn the_provider_is_asked_less_and_less_often_but_as_often_as_for_any_session() {
        let minutes: Vec<_> = (0..7).map(|n_failures| later(n_failures).whole_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 15, 15, 15]);
    }
}
