//! Namespaces that a person keeps at hand. How they look at things is their own business: there is no audit event.

use super::{Ctx, Error, Result, change};
use crate::store;
use domain::name::{ClusterName, NamespaceName};
use domain::{Action, Refusal};

/// As many as a person has in sight.
pub(super) const MOST: i64 = 20;

/// Keeps it at hand, or no longer.
pub async fn star(ctx: &Ctx, cluster: &ClusterName, name: &NamespaceName, is_starred: bool) -> Result<()> {
    let person = ctx.person()?;
    change!(ctx, |tx| {
        let namespace = store::namespaces::find(tx, cluster, name).await?.ok_or(Error::NotFound)?.namespace;
        ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
        if !is_starred {
            store::favourites::delete(&mut **tx, person.id, namespace.id).await?;
        } else if store::favourites::count(&mut **tx, person.id).await? >= MOST {
            return Err(Refusal::NotPossible(format!("you have {MOST} favourites: take one away first")).into());
        } else {
            store::favourites::insert(&mut **tx, person.id, namespace.id, ctx.now()).await?;
        }
        Ok(())
    })
}
