//! How people get in: signing in and out, sessions, access tokens, and what one's own page shows.

mod refresh;
mod revoke;
mod secret;
mod session;
mod token;

pub use refresh::{RefreshGroups, refresh_groups};
pub(in crate::app) use revoke::in_background as revoke_in_background;
pub use revoke::{RevokeTokens, revoke_tokens};
pub use session::{
    ClearSessions, ID_TOKEN, REFRESH_TOKEN, SignedOut, by_cookie, clear_sessions, end_session, logged_out, sign_in,
    sign_out,
};
pub(in crate::app) use session::{list as sessions_of, named, parse_short_id, window};
pub use token::{by_token, create_token, revoke_token};

use super::{Ctx, Error, Result, favourites};
use crate::store;
use crate::store::frame::Duties;
use domain::actor::{Actor, Person, PlatformRole, TeamRole};
use domain::id::{PersonId, TeamId};
use domain::view::{GroupsView, MeView, TeamRoleView, Viewer};
use domain::{Action, allow};
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
    let actor = Actor::Person(somebody(person(ctx)?, team));
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

/// As [`viewer`] says it, without what has to be looked up.
pub fn viewer_of(ctx: &Ctx) -> Option<Viewer> {
    let person = ctx.actor.person()?;
    Some(Viewer {
        name: person.name.clone(),
        email: person.email.clone(),
        teams: teams(person),
        platform: person.platform.iter().copied().collect::<Vec<PlatformRole>>(),
        n_to_decide: 0,
        n_failed: 0,
        n_stopped: 0,
        can_ask: person.teams.iter().any(|membership| membership.role >= TeamRole::Developer),
        can_see_clusters: allow(&ctx.actor, Action::SeeClusters).is_ok(),
        can_see_audit: allow(&ctx.actor, Action::SeeAudit).is_ok(),
        can_see_jobs: allow(&ctx.actor, Action::SeeJobs).is_ok(),
        can_see_people: allow(&ctx.actor, Action::SeePeople).is_ok(),
        can_see_setup: allow(&ctx.actor, Action::SeeSetUp).is_ok(),
        favourites: Vec::new(),
        contact: ctx.berth.config.help.contact.clone(),
    })
}

/// Who is signed in, for the frame around every page.
pub async fn viewer(ctx: &Ctx) -> Result<Viewer> {
    let person = person(ctx)?;
    let duties = Duties {
        retries: allow(&ctx.actor, Action::RetryJob).is_ok(),
        sets_up: allow(&ctx.actor, Action::SetUp).is_ok(),
    };
    let around = store::frame::get(ctx.db(), person, duties, favourites::MOST).await?;
    Ok(Viewer {
        n_to_decide: around.n_to_decide,
        n_failed: around.n_failed,
        n_stopped: around.n_stopped,
        favourites: around.favourites,
        ..viewer_of(ctx).ok_or(Error::SignInFirst)?
    })
}

/// One's own page.
pub async fn me(ctx: &Ctx) -> Result<MeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = person(ctx)?;
    Ok(MeView {
        viewer: viewer(ctx).await?,
        groups: groups(store::people::get_groups(ctx.db(), person.id).await?),
        tokens: store::tokens::list_live(ctx.db(), person.id, ctx.now()).await?,
        sessions: session::list(ctx, person.id).await?,
    })
}

/// Whether the provider has ever said all groups of the person who acts.
pub async fn are_groups_known(ctx: &Ctx) -> Result<bool> {
    ctx.allow(Action::SeeOwn)?;
    Ok(store::people::get_groups(ctx.db(), person(ctx)?.id).await?.are_known)
}

pub(in crate::app) fn groups(found: store::people::Groups) -> GroupsView {
    GroupsView {
        groups: found.groups,
        at: found.at,
        incomplete_since: found.incomplete_since,
        are_known: found.are_known,
    }
}

/// The person who acts; nobody else has anything of their own.
fn person(ctx: &Ctx) -> Result<&Person> {
    ctx.actor.person().ok_or(Error::SignInFirst)
}

fn teams(person: &Person) -> Vec<TeamRoleView> {
    let view =
        |m: &domain::actor::Membership| TeamRoleView { slug: m.slug.to_string(), title: m.title.clone(), role: m.role };
    person.teams.iter().map(view).collect()
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
