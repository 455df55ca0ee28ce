//! Settings of a cluster that is there: by hand one at a time, or from setup files ([`crate::app::setup`]).

use super::manage::subject;
use crate::app::{Ctx, Error, Result, audit, requests};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::setup::ClusterSetup;
use domain::view::{ClusterFields, ClusterSettingsFields, ClusterSettingsForm};
use domain::{Action, Refusal};
use serde_json::json;

/// Makes the settings what is wanted. `read` is the version that was read; none writes over whatever is there.
/// Nobody loses anything that was granted, also where there is less room then.
pub async fn change(ctx: &Ctx, name: &ClusterName, read: Option<i32>, wanted: &ClusterSetup) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    wanted.check()?;
    if wanted.name != *name {
        return Err(Refusal::invalid("name", "never changes: requests and namespaces are known by it").into());
    }
    let mut tx = ctx.begin().await?;
    let before = store::clusters::lock(&mut tx, name).await?;
    if read.is_some_and(|read| read != before.settings_version) {
        let by = before.changed_by.unwrap_or_else(|| "somebody".into());
        return Err(Refusal::ChangedSince { what: format!("cluster {name}"), by }.into());
    }
    save(&mut tx, ctx, &before, wanted).await?;
    tx.commit().await?;
    Ok(())
}

/// Saves what is different, and has follow what depends on it. Whoever calls holds the cluster.
pub async fn save(tx: &mut Conn, ctx: &Ctx, cluster: &Cluster, wanted: &ClusterSetup) -> Result<()> {
    let before = cluster.settings();
    if before == *wanted {
        return Ok(());
    }
    store::clusters::save_settings(&mut *tx, cluster.id, wanted, ctx.actor.label(), ctx.now()).await?;
    let detail = json!({"before": before, "after": wanted});
    follow(tx, ctx, cluster.id, Some(&before), wanted).await?;
    requests::order_to_let_in(tx, ctx).await?;
    audit::note(tx, ctx, "cluster.changed", subject(&cluster.name), None, detail).await
}

/// Where the names of people are spelt otherwise, access is made anew.
pub(super) async fn follow(
    tx: &mut Conn,
    ctx: &Ctx,
    id: ClusterId,
    before: Option<&ClusterSetup>,
    after: &ClusterSetup,
) -> Result<()> {
    let spells_alike = |before: &ClusterSetup| {
        (&before.groups_prefix, &before.users_prefix) == (&after.groups_prefix, &after.users_prefix)
    };
    if before.is_some_and(|before| !spells_alike(before)) {
        super::order_syncs(tx, ctx, id).await?;
    }
    Ok(())
}

/// The form with the settings as they are.
pub async fn settings_form(ctx: &Ctx, name: &ClusterName) -> Result<ClusterSettingsForm> {
    ctx.allow(Action::SetUp)?;
    let mut conn = ctx.db().acquire().await?;
    let cluster = store::clusters::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let room = store::clusters::find_room(&mut conn, cluster.id).await?;
    Ok(ClusterSettingsForm {
        name: name.to_string(),
        fields: ClusterSettingsFields {
            version: cluster.settings_version,
            settings: ClusterFields::of(&cluster.settings()),
        },
        lines: room.as_ref().map(super::room_lines).unwrap_or_default(),
        n_waiting: store::requests::count_waiting(&mut *conn, cluster.id).await?,
        errors: Vec::new(),
        refusal: None,
    })
}
