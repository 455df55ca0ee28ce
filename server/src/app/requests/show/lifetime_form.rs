//! What the forms need that ask for another expiry of a namespace, or for its end.

use super::permissions::permission;
use super::quota_form::open_request;
use super::view;
use crate::app::namespaces::contents;
use crate::app::{Ctx, Error, Result};
use crate::store;
use domain::lifetime::grace;
use domain::name::{ClusterName, NamespaceName};
use domain::refusal::FieldError;
use domain::request::{Kind, UntilDate};
use domain::view::{AskFields, LifetimeForm, Permission, Verdict};
use domain::{Action, allow};
use time::Duration;

/// As it is opened, checked or refused. Without a day it begins with the one up to which nobody need agree.
pub async fn lifetime_form(
    ctx: &Ctx,
    kind: Kind,
    (cluster, name): (&ClusterName, &NamespaceName),
    mut fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<LifetimeForm> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::namespaces::find(&mut conn, cluster, name).await?.ok_or(Error::NotFound)?;
    let namespace = &stored.namespace;
    ctx.allow(Action::SeeNamespaces(namespace.team.id))?;
    let mut can_ask = permission(allow(&ctx.actor, Action::Ask(namespace.team.id)));
    if can_ask.allowed {
        if let Err(refusal) = kind.require_namespace(name, Some((stored.state, stored.condition))) {
            can_ask = Permission::no(refusal.to_string());
        } else if kind == Kind::Extend && namespace.expires_at.is_none() {
            can_ask = Permission::no(format!("{name} does not expire"));
        }
    }
    let open = match store::requests::find_open(&mut *conn, namespace.id, kind).await? {
        Some(number) => Some(open_request(ctx, view(&mut conn, ctx, number).await?, can_ask.allowed)),
        None => None,
    };
    let lifetime_days = namespace.class.spec.lifetime_days;
    if let Some(days) = lifetime_days.filter(|_| fields.until.is_empty()) {
        fields.until = UntilDate::of(ctx.now() + Duration::days(days.into())).to_string();
    }
    let contents = (kind == Kind::Delete).then(|| contents(ctx, &stored));
    let grace_days = grace(namespace.class.spec.environment).whole_days();
    Ok(LifetimeForm { kind, lifetime_days, grace_days, contents, can_ask, open, fields, errors, verdict })
}
