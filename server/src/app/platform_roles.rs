//! Which groups have a role for all of Berth.

use super::{Change, Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::actor::{Person, PlatformRole};
use domain::audit::EventKind;
use domain::audit::detail::Binding;
use domain::setup::{PlatformBinding, keeps_platform};

/// Gives a group a role. Done again it changes nothing.
pub async fn add(ctx: &Ctx, binding: &PlatformBinding) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        store::bindings::lock_all(&mut **tx).await?;
        insert(tx, ctx, binding).await?;
        Ok(())
    })
}

pub async fn remove(ctx: &Ctx, binding: &PlatformBinding) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        store::bindings::lock_all(&mut **tx).await?;
        let bindings = current(tx).await?;
        if !bindings.contains(binding) {
            return Err(Error::NotFound);
        }
        may_remove(&bindings, binding, own_groups(tx, ctx).await?.as_deref())?;
        delete(tx, ctx, binding).await?;
        Ok(())
    })
}

pub(super) async fn current(conn: &mut Conn) -> Result<Vec<PlatformBinding>> {
    let bindings = store::bindings::list_of_platform(conn).await?;
    Ok(bindings.into_iter().map(|(group, role)| PlatformBinding { group, role }).collect())
}

pub(super) async fn insert(tx: &mut Change, ctx: &Ctx, binding: &PlatformBinding) -> Result<()> {
    if store::bindings::insert_of_platform(&mut **tx, &binding.group, binding.role).await? {
        let binding = Binding::Platform(binding.clone());
        tx.record(ctx, "platform".into(), None, EventKind::BindingAdded { binding });
    }
    Ok(())
}

/// Whoever calls has asked [`keeps_platform`].
pub(super) async fn delete(tx: &mut Change, ctx: &Ctx, binding: &PlatformBinding) -> Result<()> {
    if store::bindings::delete_of_platform(&mut **tx, &binding.group, binding.role).await? {
        let binding = Binding::Platform(binding.clone());
        tx.record(ctx, "platform".into(), None, EventKind::BindingRemoved { binding });
    }
    Ok(())
}

/// Groups of the person who acts, if they have the role `platform` and could lose it.
pub(super) async fn own_groups(conn: &mut Conn, ctx: &Ctx) -> Result<Option<Vec<String>>> {
    let runs_berth = |person: &&Person| person.is(PlatformRole::Platform);
    match ctx.actor.person().filter(runs_berth) {
        Some(person) => Ok(Some(store::people::get_groups(conn, person.id).await?.groups)),
        None => Ok(None),
    }
}

pub(super) fn may_remove(
    bindings: &[PlatformBinding],
    binding: &PlatformBinding,
    own_groups: Option<&[String]>,
) -> Result<(), domain::Refusal> {
    if binding.role != PlatformRole::Platform {
        return Ok(());
    }
    let left: Vec<_> = bindings.iter().filter(|other| *other != binding).cloned().collect();
    keeps_platform(&left, own_groups)
}
