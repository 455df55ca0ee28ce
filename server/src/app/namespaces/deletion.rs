//! The deletion of a namespace whose grace is over: on its cluster, then in the database. What is not Berth's is left alone.

use super::suspension::{AFTER_REFUSAL, Run};
use super::{ending, record_event};
use crate::app::clusters::no_answer;
use crate::app::{Ctx, Result, change};
use crate::cluster;
use crate::cluster::delete::Deletion;
use crate::jobs::Outcome;
use crate::store;
use domain::audit::{EventKind, redact_text};
use domain::lifetime::RESERVED;
use domain::namespace::{Namespace, NamespaceState};
use std::time::Duration;

/// Until a namespace that is stuck is looked at again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Deletes it there; whether it is gone is asked again later, so that nobody waits for it.
pub(super) async fn delete(run: &Run<'_>) -> Result<Outcome> {
    let Run { ctx, namespace, .. } = run;
    match run.provisioner.delete_namespace(namespace).await {
        Ok(Deletion::Over) => {
            finish(ctx, namespace, Some(&run.correlation_id.event)).await?;
            Ok(Outcome::Done)
        }
        Ok(Deletion::UnderWay(why)) => {
            store::endings::save_terminating(ctx.db(), namespace.id, Some(&why)).await?;
            store::endings::clear_refusal(ctx.db(), namespace.id).await?;
            let says = if why.is_empty() { "its contents are being deleted" } else { "it is stuck: its page says why" };
            Ok(Outcome::Later { why: says.into(), not_before: PATIENCE })
        }
        Err(cluster::Error::Unreachable { reason, not_before, answered }) => {
            Ok(Outcome::Later { why: no_answer(&namespace.cluster.name, &reason, answered), not_before })
        }
        Err(error @ (cluster::Error::Refused { .. } | cluster::Error::Collision { .. })) => {
            let why = redact_text(&error.to_string());
            store::endings::save_refusal(ctx.db(), namespace.id, &why).await?;
            Ok(Outcome::Later { why, not_before: AFTER_REFUSAL })
        }
    }
}

/// Nothing of it is left: its capacity is free, and its name is kept for its team for some time. Without a correlation ID where
/// its cluster is no longer Berth's.
pub(super) async fn finish(ctx: &Ctx, namespace: &Namespace, correlation_id: Option<&str>) -> Result<()> {
    change!(ctx, |tx| {
        // All of them, in their order, before those that are still open are read.
        store::endings::lock_requests(&mut **tx, namespace.id).await?;
        let open = ending::lock_open_requests(tx, namespace.id).await?;
        store::clusters::lock_capacity(tx, namespace.cluster.id).await?;
        let Some(stored) = store::namespaces::lock(tx, namespace.id).await? else { return Ok(()) };
        if stored.state != NamespaceState::Removing {
            return Ok(());
        }
        ending::end_requests(tx, ctx, open).await?;
        let until = ctx.now() + RESERVED;
        store::endings::reserve(&mut **tx, &namespace.cluster, &namespace.name, &namespace.team, until).await?;
        store::namespaces::delete(tx, namespace.id).await?;
        tx.admit_waiting();
        let kind = EventKind::NamespaceDeleted {
            ending: stored.ending,
            class: namespace.class.name.clone(),
            quota: namespace.quota,
            reserved_until: until.date().to_string(),
            mark: correlation_id.map(str::to_owned),
        };
        record_event(tx, ctx, namespace, kind);
        Ok(())
    })
}
