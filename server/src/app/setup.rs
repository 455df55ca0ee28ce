//! Setting up from files: teams with their bindings, platform bindings, classes.

use super::{Ctx, Result, audit};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::class::Class;
use domain::id::{ClassId, TeamId};
use domain::setup::{ClassSetup, PlatformBinding, Setup, TeamBinding, TeamSetup};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Makes what the file says, all or nothing, and answers what changed, in lines. Applied again it changes nothing.
pub async fn apply(ctx: &Ctx, setup: Setup) -> Result<Vec<String>> {
    ctx.allow(Action::SetUp)?;
    setup.check()?;
    let mut tx = ctx.begin().await?;
    let mut changes = Vec::new();
    for team in &setup.teams {
        changes.extend(apply_team(&mut tx, ctx, team).await?);
    }
    for binding in &setup.platform {
        changes.extend(apply_platform(&mut tx, ctx, binding).await?);
    }
    for class in setup.classes {
        changes.extend(apply_class(&mut tx, ctx, class).await?);
    }
    tx.commit().await?;
    Ok(changes)
}

async fn apply_team(tx: &mut Conn, ctx: &Ctx, setup: &TeamSetup) -> Result<Vec<String>> {
    let subject = format!("team {}", setup.slug);
    let mut changes = Vec::new();
    let before = store::teams::find(&mut *tx, &setup.slug).await?;
    let title = setup.title.as_str();
    let id = before.as_ref().map_or_else(|| TeamId(Uuid::now_v7()), |t| t.id);
    if store::teams::save(&mut *tx, id, &setup.slug, title, ctx.now()).await?.is_some() {
        let action = if before.is_some() { "team.changed" } else { "team.added" };
        let detail = json!({"before": before.map(|t| t.title), "after": title});
        audit::note(tx, ctx, action, subject.clone(), Some(id), detail).await?;
        changes.push(format!("{subject}: {title}"));
    }
    let had: BTreeSet<_> = store::bindings::list_of_team(&mut *tx, id).await?.into_iter().collect();
    let wanted: BTreeSet<_> = setup.groups.iter().map(|TeamBinding { group, role }| (group.clone(), *role)).collect();
    for (group, role) in wanted.difference(&had) {
        store::bindings::insert_of_team(&mut *tx, id, group, *role).await?;
        let detail = json!({"group": group, "role": role});
        audit::note(tx, ctx, "binding.added", subject.clone(), Some(id), detail).await?;
        changes.push(format!("{subject}: group {group} gives {}", role.title()));
    }
    for (group, role) in had.difference(&wanted) {
        store::bindings::delete_of_team(&mut *tx, id, group, *role).await?;
        let detail = json!({"group": group, "role": role});
        audit::note(tx, ctx, "binding.removed", subject.clone(), Some(id), detail).await?;
        changes.push(format!("{subject}: group {group} no longer gives {}", role.title()));
    }
    Ok(changes)
}

async fn apply_platform(tx: &mut Conn, ctx: &Ctx, binding: &PlatformBinding) -> Result<Option<String>> {
    if !store::bindings::insert_of_platform(&mut *tx, &binding.group, binding.role).await? {
        return Ok(None);
    }
    audit::note(tx, ctx, "binding.added", "platform".into(), None, json!(binding)).await?;
    Ok(Some(format!("platform: group {} gives {}", binding.group, binding.role.title())))
}

/// A changed class is a new version; what is published never changes.
async fn apply_class(tx: &mut Conn, ctx: &Ctx, setup: ClassSetup) -> Result<Option<String>> {
    let latest = store::classes::find_latest(&mut *tx, &setup.name).await?;
    if latest.as_ref().is_some_and(|class| class.spec == setup.spec) {
        return Ok(None);
    }
    let version = latest.map_or(1, |class| class.version + 1);
    let class = Class { id: ClassId(Uuid::now_v7()), name: setup.name, version, spec: setup.spec };
    store::classes::insert(&mut *tx, &class, ctx.now()).await?;
    let detail = json!({"version": version, "spec": class.spec});
    audit::note(tx, ctx, "class.published", format!("class {}", class.name), None, detail).await?;
    Ok(Some(format!("class {}: version {version}", class.name)))
}
