//! What was found to differ in a namespace.

use crate::app::{Ctx, Error, Result, paginate};
use crate::store;
use domain::Action;
use domain::name::{ClusterName, NamespaceName};
use domain::view::{DriftRow, Page};

/// What was found to differ, newest first. `after` is the id of the last row of the page before.
pub async fn drift(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    after: Option<i64>,
    limit: i64,
) -> Result<Page<DriftRow>> {
    let mut conn = ctx.db().acquire().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeNamespaces(stored.namespace.team.id))?;
    let mut items = store::drift::list(&mut *conn, stored.namespace.id, after, limit + 1).await?;
    let next = paginate(&mut items, limit, |row| row.id.to_string());
    Ok(Page { items, next })
}
