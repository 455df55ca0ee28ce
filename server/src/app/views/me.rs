//! Who is signed in: the frame around every page, and one's own page.

use crate::app::{Ctx, Error, Result, access, favourites};
use crate::store;
use crate::store::frame::Duties;
use domain::actor::{Person, PlatformRole, TeamRole};
use domain::id::PersonId;
use domain::view::{GroupsView, MeView, SessionView, TeamRoleView, Viewer};
use domain::{Action, allow};

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
        n_versions: 0,
        can_ask: person.teams.iter().any(|membership| membership.role >= TeamRole::Developer),
        can_see_offer: allow(&ctx.actor, Action::SeeOffer).is_ok(),
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
    let person = ctx.person()?;
    let duties = Duties {
        retries: allow(&ctx.actor, Action::RetryJob).is_ok(),
        sets_up: allow(&ctx.actor, Action::SetUp).is_ok(),
    };
    let around = store::frame::get(ctx.db(), person, duties, favourites::MOST).await?;
    Ok(Viewer {
        n_to_decide: around.n_to_decide,
        n_failed: around.n_failed,
        n_stopped: around.n_stopped,
        n_versions: around.n_versions,
        favourites: around.favourites,
        ..viewer_of(ctx).ok_or(Error::SignInFirst)?
    })
}

/// One's own page.
pub async fn get(ctx: &Ctx) -> Result<MeView> {
    ctx.allow(Action::SeeOwn)?;
    let person = ctx.person()?;
    Ok(MeView {
        viewer: viewer(ctx).await?,
        groups: groups(store::people::get_groups(ctx.db(), person.id).await?),
        tokens: store::tokens::list_live(ctx.db(), person.id, ctx.now()).await?,
        sessions: sessions_of(ctx, person.id).await?,
    })
}

/// Whether the provider has ever said all groups of the person who acts.
pub async fn are_groups_known(ctx: &Ctx) -> Result<bool> {
    ctx.allow(Action::SeeOwn)?;
    Ok(store::people::get_groups(ctx.db(), ctx.person()?.id).await?.are_known)
}

pub(super) fn groups(found: store::people::Groups) -> GroupsView {
    GroupsView {
        groups: found.groups,
        at: found.at,
        incomplete_since: found.incomplete_since,
        are_known: found.are_known,
    }
}

fn teams(person: &Person) -> Vec<TeamRoleView> {
    let view =
        |m: &domain::actor::Membership| TeamRoleView { slug: m.slug.to_string(), title: m.title.clone(), role: m.role };
    person.teams.iter().map(view).collect()
}

pub(super) async fn sessions_of(ctx: &Ctx, person: PersonId) -> Result<Vec<SessionView>> {
    let sessions = store::sessions::list(ctx.db(), person, access::window(&ctx.berth, ctx.now())).await?;
    let view = |listed: store::sessions::Listed| SessionView {
        is_this: ctx.session.is_some_and(|hash| listed.hash == hash),
        id: access::short_id(&listed.hash),
        user_agent: listed.user_agent,
        created_at: listed.created_at,
        last_seen_at: listed.last_seen_at,
        expires_at: listed.expires_at,
    };
    Ok(sessions.into_iter().map(view).collect())
}
