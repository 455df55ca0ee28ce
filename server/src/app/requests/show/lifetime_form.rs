//! What the forms need that ask for another expiry of a namespace, or for its end.

use super::askable::Askable;
use crate::app::namespaces::{Desired, contents};
use crate::app::{Ctx, Result};
use domain::lifetime::grace;
use domain::refusal::FieldError;
use domain::request::{Kind, UntilDate};
use domain::view::{AskFields, LifetimeForm, Verdict};
use time::Duration;

/// As it is opened, checked or refused. Without a day it begins with the one up to which nobody need agree.
pub async fn lifetime_form(
    ctx: &Ctx,
    kind: Kind,
    Desired { stored, .. }: &Desired,
    mut fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<LifetimeForm> {
    let Askable { can_ask, open } = Askable::of(ctx, kind, stored).await?;
    let namespace = &stored.namespace;
    let lifetime_days = namespace.class.spec.lifetime_days;
    if let Some(days) = lifetime_days.filter(|_| fields.until.is_empty()) {
        fields.until = UntilDate::of(ctx.now() + Duration::days(days.into())).to_string();
    }
    let contents = (kind == Kind::Delete).then(|| contents(ctx, stored));
    let grace_days = grace(namespace.class.spec.environment).whole_days();
    Ok(LifetimeForm { kind, lifetime_days, grace_days, contents, can_ask, open, fields, errors, verdict })
}
