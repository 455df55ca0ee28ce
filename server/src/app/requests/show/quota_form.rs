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
use domain::request::Kind;
use domain::view::{AskFields, OpenRequest, Permission, QuotaForm, RequestView, Verdict};
use domain::{Action, allow};

/// What the form that asks for another quota needs.
pub async fn quota_form(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<QuotaForm> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let mut can_ask = permission(allow(&ctx.actor, Action::Ask(namespace.team.id)));
    if can_ask.allowed
        && let Err(refusal) = Kind::Quota.require_namespace(name, Some((stored.state, stored.condition)))
    {
        can_ask = Permission::no(refusal.to_string());
    }
    let open = match store::requests::find_open(&mut *conn, namespace.id, Kind::Quota).await? {
        Some(number) => Some(open_request(ctx, view(&mut conn, ctx, number).await?, can_ask.allowed)),
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
pub(super) fn open_request(ctx: &Ctx, request: RequestView, can_ask: bool) -> OpenRequest {
    let is_yours = ctx.actor.person_id() == Some(request.row.requester.id);
    OpenRequest {
        is_yours,
        gives_way: is_yours && can_ask && request.row.state.is_pending(),
        can_revise: request.can_revise.allowed,
        can_comment: request.can_comment.allowed,
        row: request.row,
    }
}
