//! Settings of a cluster that is there: by hand one at a time, or from setup files ([`crate::app::setup`]).

use super::subject;
use crate::app::{Change, Ctx, Error, Result, change};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use domain::audit::EventKind;
use domain::audit::detail::ClusterState;
use domain::form::{ClusterFields, ClusterSettingsFields};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::setup::ClusterSetup;
use domain::view::ClusterSettingsForm;
use domain::{Action, Refusal};

/// Makes the settings what is wanted. `read` is the version that was read; none writes over whatever is there.
/// Nobody loses anything that was granted, also where there is less capacity then.
pub async fn change(ctx: &Ctx, name: &ClusterName, read: Option<i32>, wanted: &ClusterSetup) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    wanted.check()?;
    if wanted.name != *name {
        return Err(Refusal::invalid("name", "never changes: requests and namespaces are known by it").into());
    }
    change!(ctx, |tx| {
        let before = store::clusters::lock(tx, name).await?;
        if read.is_some_and(|read| read != before.settings_version) {
            let by = before.changed_by.unwrap_or_else(|| "somebody".into());
            return Err(Refusal::ChangedSince { what: format!("cluster {name}"), by }.into());
        }
        save(tx, ctx, &before, wanted).await?;
        Ok(())
    })
}

/// Saves what is different, and has follow what depends on it. Whoever calls holds the cluster.
pub async fn save(tx: &mut Change, ctx: &Ctx, cluster: &Cluster, wanted: &ClusterSetup) -> Result<()> {
    let before = cluster.settings();
    if before == *wanted {
        return Ok(());
    }
    refuse_own_roles(tx, ctx, Some(&before), wanted).await?;
    store::clusters::save_settings(&mut **tx, cluster.id, wanted, ctx.actor.label(), ctx.now()).await?;
    resync_affected(tx, cluster.id, Some(&before), wanted).await?;
    tx.admit_waiting();
    let (before, after) = (ClusterState::Settings(before), ClusterState::Settings(wanted.clone()));
    tx.record(ctx, subject(&cluster.name), None, EventKind::ClusterChanged { before, after });
    Ok(())
}

/// What is put before names says whose they are on the cluster: nobody makes others' roles their own by it.
pub(super) async fn refuse_own_roles(
    tx: &mut Conn,
    ctx: &Ctx,
    before: Option<&ClusterSetup>,
    wanted: &ClusterSetup,
) -> Result<()> {
    let Some(setter) = ctx.actor.person_id().filter(|_| !before.is_some_and(|before| spells_alike(before, wanted)))
    else {
        return Ok(());
    };
    let to_self = store::own_roles::is_own_by_prefix(tx, setter, &wanted.groups_prefix, &wanted.users_prefix).await?;
    if to_self { ctx.allow(Action::GiveRole { to_self }) } else { Ok(()) }
}

fn spells_alike(one: &ClusterSetup, other: &ClusterSetup) -> bool {
    (&one.groups_prefix, &one.users_prefix) == (&other.groups_prefix, &other.users_prefix)
}

/// Where the names of people are spelt otherwise, access is made anew.
pub(super) async fn resync_affected(
    tx: &mut Change,
    id: ClusterId,
    before: Option<&ClusterSetup>,
    after: &ClusterSetup,
) -> Result<()> {
    if before.is_some_and(|before| !spells_alike(before, after)) {
        super::enqueue_syncs(tx, id).await?;
    }
    Ok(())
}

/// The form with the settings as they are.
pub async fn settings_form(ctx: &Ctx, name: &ClusterName) -> Result<ClusterSettingsForm> {
    ctx.allow(Action::SetUp)?;
    let mut conn = ctx.snapshot().await?;
    let cluster = store::clusters::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let capacity = store::clusters::find_capacity(&mut conn, cluster.id).await?;
    Ok(ClusterSettingsForm {
        name: name.to_string(),
        fields: ClusterSettingsFields {
            version: cluster.settings_version,
            settings: ClusterFields::of(&cluster.settings()),
        },
        lines: capacity.as_ref().map(super::capacity_lines).unwrap_or_default(),
        n_waiting: store::line::count(&mut *conn, cluster.id).await?,
        errors: Vec::new(),
        refusal: None,
    })
}
