//! Which groups have a role for all of Berth.

use super::people::near_groups;
use crate::app::platform_roles::{current, may_remove, own_groups};
use crate::app::{Ctx, Result};
use crate::store;
use domain::Action;
use domain::setup::PlatformBinding;
use domain::view::PlatformRoleRow;

pub async fn list(ctx: &Ctx) -> Result<Vec<PlatformRoleRow>> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let bindings = current(&mut conn).await?;
    let own = own_groups(&mut conn, ctx).await?;
    let groups: Vec<_> = bindings.iter().map(|binding| binding.group.to_string()).collect();
    let people = store::people::list_in_groups(&mut *conn, &groups).await?;
    let near = near_groups(&mut conn, bindings.iter().map(|binding| &binding.group), &people).await?;
    let row = |binding: &PlatformBinding| PlatformRoleRow {
        group: binding.group.to_string(),
        role: binding.role,
        people: people.get(binding.group.as_str()).cloned().unwrap_or_default(),
        near: near.get(binding.group.as_str()).cloned(),
        kept_because: may_remove(&bindings, binding, own.as_deref()).err().map(|refusal| refusal.to_string()),
    };
    Ok(bindings.iter().map(row).collect())
}
