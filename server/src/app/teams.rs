//! Making and changing teams: by hand one at a time, or from setup files ([`crate::app::setup`]).

use crate::app::{Change, Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use crate::store::teams::Stored;
use domain::audit::EventKind;
use domain::audit::detail::{Binding, TeamFields};
use domain::id::TeamId;
use domain::name::TeamSlug;
use domain::setup::{TeamBinding, TeamSetup};
use domain::{Action, Refusal};
use std::collections::BTreeSet;
use uuid::Uuid;

pub async fn create(ctx: &Ctx, wanted: &TeamSetup) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    wanted.check()?;
    change!(ctx, |tx| {
        store::bindings::lock_all(&mut **tx).await?;
        save(tx, ctx, None, wanted).await?;
        Ok(())
    })
}

/// Makes the team what is wanted. `read` is the version that was read; none writes over whatever is there.
pub async fn change(ctx: &Ctx, slug: &TeamSlug, read: Option<i32>, wanted: &TeamSetup) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    wanted.check()?;
    if wanted.slug != *slug {
        return Err(Refusal::invalid("slug", "never changes: it begins the names of the team's namespaces").into());
    }
    change!(ctx, |tx| {
        let before = lock(tx, slug).await?;
        if read.is_some_and(|read| read != before.version) {
            let by = before.changed_by.unwrap_or_else(|| "somebody".into());
            return Err(Refusal::ChangedSince { what: format!("team {}", before.setup.title), by }.into());
        }
        save(tx, ctx, Some(&before), wanted).await?;
        Ok(())
    })
}

/// The team asks for nothing more; what it has stays.
pub async fn archive(ctx: &Ctx, slug: &TeamSlug) -> Result<()> {
    set_archived(ctx, slug, true).await
}

/// Brings an archived team back.
pub async fn restore(ctx: &Ctx, slug: &TeamSlug) -> Result<()> {
    set_archived(ctx, slug, false).await
}

/// Makes the team, or makes it what is wanted, and has its namespaces follow. Whoever calls holds the bindings.
pub(in crate::app) async fn save(
    tx: &mut Change,
    ctx: &Ctx,
    before: Option<&Stored>,
    wanted: &TeamSetup,
) -> Result<()> {
    let (by, now) = (ctx.actor.label(), ctx.now());
    let id = before.map_or_else(|| TeamId(Uuid::now_v7()), |stored| stored.id);
    match before {
        Some(stored) if is_same(&stored.setup, wanted) => return Ok(()),
        Some(_) => store::teams::save(&mut **tx, id, wanted, by, now).await?,
        None => {
            if wanted.slug.begins_reserved_names() {
                return Err(Refusal::invalid("slug", "begins names that are kept for the cluster itself").into());
            }
            refuse_slug_of_others(tx, &wanted.slug).await?;
            store::teams::insert(&mut **tx, id, wanted, by, now).await?;
        }
    }
    let bound = save_bindings(tx, ctx, id, before, wanted).await?;
    if !bound.is_empty() {
        let namespaces = store::namespaces::list_ids_of_team(&mut **tx, id).await?;
        tx.syncs(&namespaces);
    }
    match before {
        Some(stored) => record_fields(tx, ctx, stored, wanted),
        None => tx.record(ctx, subject(wanted), Some(id), EventKind::TeamAdded { after: wanted.into() }),
    }
    for kind in bound {
        tx.record(ctx, subject(wanted), Some(id), kind);
    }
    Ok(())
}

/// From now on names that begin with the slug are this team's: nobody else may have one then.
async fn refuse_slug_of_others(tx: &mut Conn, slug: &TeamSlug) -> Result<()> {
    match store::namespaces::find_of_slug(&mut *tx, slug).await? {
        None => Ok(()),
        Some((name, team)) => {
            let why = format!("begins {name}, which team {team} has or asks for: choose another");
            Err(Refusal::invalid("slug", &why).into())
        }
    }
}

/// The team as it is, and nobody else changes it before the transaction ends.
pub(in crate::app) async fn lock(tx: &mut Conn, slug: &TeamSlug) -> Result<Stored> {
    store::bindings::lock_all(&mut *tx).await?;
    store::teams::find_stored(tx, slug).await?.ok_or(Error::NotFound)
}

async fn set_archived(ctx: &Ctx, slug: &TeamSlug, archived: bool) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let before = lock(tx, slug).await?;
        let wanted = TeamSetup { archived, ..before.setup.clone() };
        save(tx, ctx, Some(&before), &wanted).await?;
        Ok(())
    })
}

fn record_fields(tx: &mut Change, ctx: &Ctx, before: &Stored, wanted: &TeamSetup) {
    let (was, is) = (TeamFields::from(&before.setup), TeamFields::from(wanted));
    if was != is {
        tx.record(ctx, subject(wanted), Some(before.id), EventKind::TeamChanged { before: was, after: is });
    }
    if before.setup.archived != wanted.archived {
        let kind = if wanted.archived { EventKind::TeamArchived {} } else { EventKind::TeamRestored {} };
        tx.record(ctx, subject(wanted), Some(before.id), kind);
    }
}

/// Answers what the audit trail says of it.
async fn save_bindings(
    tx: &mut Conn,
    ctx: &Ctx,
    id: TeamId,
    before: Option<&Stored>,
    wanted: &TeamSetup,
) -> Result<Vec<EventKind>> {
    let had: BTreeSet<_> = before.map(|stored| stored.setup.groups.iter().collect()).unwrap_or_default();
    let wanted_groups: BTreeSet<_> = wanted.groups.iter().collect();
    let mut bound = Vec::new();
    for binding @ TeamBinding { group, role } in wanted_groups.difference(&had).copied() {
        let to_self = match ctx.actor.person_id() {
            Some(giver) => store::own_roles::is_own_group(&mut *tx, giver, group).await?,
            None => false,
        };
        ctx.allow(Action::GiveRole { to_self })?;
        store::bindings::insert_of_team(&mut *tx, id, group, *role, ctx.actor.person_id()).await?;
        bound.push(EventKind::BindingAdded { binding: Binding::Team(binding.clone()) });
    }
    for binding @ TeamBinding { group, role } in had.difference(&wanted_groups).copied() {
        store::bindings::delete_of_team(&mut *tx, id, group, *role).await?;
        bound.push(EventKind::BindingRemoved { binding: Binding::Team(binding.clone()) });
    }
    Ok(bound)
}

fn is_same(before: &TeamSetup, wanted: &TeamSetup) -> bool {
    let groups = |team: &TeamSetup| team.groups.iter().cloned().collect::<BTreeSet<_>>();
    TeamFields::from(before) == TeamFields::from(wanted)
        && before.archived == wanted.archived
        && groups(before) == groups(wanted)
}

fn subject(team: &TeamSetup) -> String {
    format!("team {}", team.slug)
}
