//! How a namespace's quota came to be what it is.

use crate::app::{Ctx, Error, Result, paginate};
use crate::store;
use domain::Action;
use domain::name::{ClusterName, NamespaceName};
use domain::view::{Page, QuotaChangeView};

/// A page, newest first. `after` is the id of the last change of the page before.
pub async fn quota_history(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    after: Option<i64>,
    limit: i64,
) -> Result<Page<QuotaChangeView>> {
    let mut conn = ctx.db().acquire().await?;
    let namespace = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let mut items = store::quota_changes::list(&mut *conn, namespace.id, after, limit + 1).await?;
    let next = paginate(&mut items, limit, |change| change.id.to_string());
    Ok(Page { items, next })
}
