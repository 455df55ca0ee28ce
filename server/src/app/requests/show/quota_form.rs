//! What the form that asks for another quota needs.

use super::permissions::permission;
use super::view;
use crate::app::clusters::freshness;
use crate::app::namespaces::quota_lines;
use crate::app::teams::class_view;
use crate::app::{Ctx, Error, Result};
use crate::store;
use domain::name::{ClusterName, NamespaceName};
use domain::refusal::FieldError;
use domain::request::can_have_quota;
use domain::view::{OpenQuota, Permission, QuotaFields, QuotaForm, RequestView, Verdict};
use domain::{Action, allow};

/// What the form that asks for another quota needs.
pub async fn quota_form(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    fields: QuotaFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<QuotaForm> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let mut can_ask = permission(allow(&ctx.actor, Action::Ask(namespace.team.id)));
    if can_ask.allowed
        && let Err(refusal) = can_have_quota(name, Some((stored.state, stored.condition)))
    {
        can_ask = Permission::no(refusal.to_string());
    }
    let open = match store::requests::find_open_quota(&mut *conn, namespace.id).await? {
        Some(number) => Some(open_quota(ctx, view(&mut conn, ctx, number).await?, can_ask.allowed)),
        None => None,
    };
    drop(conn);
    let size = namespace.class.spec.sizes.iter().find(|size| size.quota == namespace.quota);
    Ok(QuotaForm {
        cluster: cluster.to_string(),
        name: name.to_string(),
        team: namespace.team.slug.to_string(),
        size: size.map(|size| size.name.to_string()),
        lines: quota_lines(ctx, &stored),
        freshness: freshness(ctx, namespace.cluster.id),
        can_ask,
        open,
        class: class_view(stored.namespace.class),
        fields,
        errors,
        verdict,
    })
}

/// One's own takes the place of one's own that nobody has granted, for who may still ask; all else stands in the way.
fn open_quota(ctx: &Ctx, request: RequestView, can_ask: bool) -> OpenQuota {
    let is_yours = ctx.actor.person_id() == Some(request.row.requester.id);
    OpenQuota {
        is_yours,
        gives_way: is_yours && can_ask && request.row.state.is_pending(),
        can_revise: request.can_revise.allowed,
        can_comment: request.can_comment.allowed,
        row: request.row,
    }
}
