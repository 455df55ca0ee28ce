//! Moving namespaces along to the latest version of their class.

use super::preview::{diff, sample_yaml};
use crate::app::clusters::disagreements_at;
use crate::app::namespaces::lift_expired;
use crate::app::{Change, Ctx, Error, LARGEST_PAGE, Result, change};
use crate::store;
use crate::store::Conn;
use domain::audit::EventKind;
use domain::class::Class;
use domain::cluster::Capacity;
use domain::id::{ClusterId, NamespaceId};
use domain::name::ClassName;
use domain::namespace::Namespace;
use domain::view::{MoveRow, MoveView, VersionDiff};
use domain::{Action, Refusal};
use std::collections::BTreeMap;

/// Who would follow, and what that would mean.
pub async fn move_view(ctx: &Ctx, name: &ClassName) -> Result<MoveView> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let latest = store::classes::find_latest(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let mut behind = store::namespaces::list_behind(&mut conn, &latest, LARGEST_PAGE + 1).await?;
    let shown = usize::try_from(LARGEST_PAGE).unwrap_or(0);
    let has_more = behind.len() > shown;
    behind.truncate(shown);
    let mut versions = Vec::new();
    for older in store::classes::list_used_before(&mut *conn, &latest).await? {
        versions.push(VersionDiff {
            from: older.version,
            changes: latest.spec.changes_since(&older.spec),
            diff: diff(&sample_yaml(ctx, &older)?, &sample_yaml(ctx, &latest)?),
        });
    }
    let clusters: Vec<_> = behind.iter().map(|namespace| namespace.cluster.id).collect();
    let disagreements = disagreements_at(&mut conn, ctx, &latest, &clusters).await?;
    let namespaces = behind.iter().map(|namespace| row(namespace, &latest)).collect();
    Ok(MoveView {
        name: name.clone(),
        to: latest.version,
        namespaces,
        has_more,
        versions,
        disagreements,
        refusal: None,
    })
}

/// Gives these namespaces the latest version, which must be the one that was looked at. All of them or none.
/// Answers how many.
pub async fn follow(ctx: &Ctx, name: &ClassName, to: i32, chosen: &[NamespaceId]) -> Result<usize> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let latest = store::classes::find_latest(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if latest.version != to {
            let says = format!("version {} of class {name} was published meanwhile: look again", latest.version);
            return Err(Refusal::NotPossible(says).into());
        }
        if chosen.is_empty() {
            return Err(Refusal::invalid("namespaces", "choose at least one").into());
        }
        // Rooms before namespaces, as those who grant do.
        let clusters = store::namespaces::list_clusters(&mut **tx, chosen).await?;
        let capacities = capacities(tx, &clusters).await?;
        let behind = store::namespaces::lock_behind(tx, &latest, chosen).await?;
        if behind.len() != chosen.len() {
            let says = "some of these have the latest version already, or are gone: look again";
            return Err(Refusal::NotPossible(says.into()).into());
        }
        for namespace in &behind {
            store::namespaces::save_class(&mut **tx, namespace.id, &latest).await?;
        }
        refuse_overdrawn(tx, capacities).await?;
        let moved: Vec<_> = behind.iter().map(|namespace| namespace.id).collect();
        tx.syncs(&moved);
        for namespace in &behind {
            record_event(tx, ctx, namespace, &latest);
            lift_expired(tx, ctx, namespace.id).await?;
        }
        Ok(behind.len())
    })
}

fn record_event(tx: &mut Change, ctx: &Ctx, namespace: &Namespace, latest: &Class) {
    let subject = format!("{}/{}", namespace.cluster.name, namespace.name);
    let (before, after) = (&namespace.class, latest);
    let kind = EventKind::NamespaceMoved {
        before: before.into(),
        after: after.into(),
        changes: after.spec.changes_since(&before.spec),
    };
    tx.record(ctx, subject, Some(namespace.team.id), kind);
}

type Capacities = BTreeMap<ClusterId, Option<Capacity>>;

/// The clusters' capacities as they are before, held until the end: in the order of their ids, so that two moves cannot wait
/// for each other.
async fn capacities(tx: &mut Conn, clusters: &[ClusterId]) -> Result<Capacities> {
    let mut capacities: Capacities = clusters.iter().map(|id| (*id, None)).collect();
    for (id, capacity) in &mut capacities {
        *capacity = store::clusters::lock_capacity(tx, *id).await?;
    }
    Ok(capacities)
}

/// A version that overcommits less makes what was granted count for more: never past the ceiling.
async fn refuse_overdrawn(tx: &mut Conn, before: Capacities) -> Result<()> {
    for (id, before) in before {
        let (Some(before), Some(after)) = (before, store::clusters::find_capacity(tx, id).await?) else { continue };
        let grown = after.granted.minus(&before.granted);
        let over: Vec<_> =
            after.granted.beyond(&after.ceiling).into_iter().filter(|short| grown.get(short.resource) > 0).collect();
        if !over.is_empty() {
            return Err(Refusal::NoCapacity(over).into());
        }
    }
    Ok(())
}

fn row(namespace: &Namespace, latest: &Class) -> MoveRow {
    MoveRow {
        id: namespace.id,
        cluster: namespace.cluster.name.clone(),
        name: namespace.name.to_string(),
        team: namespace.team.slug.to_string(),
        from: namespace.class.version,
        quota: namespace.quota,
        concerns: latest.spec.concerns(&namespace.class.spec, &namespace.quota, &namespace.cluster.name),
    }
}
