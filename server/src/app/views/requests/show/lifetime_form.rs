//! What the forms need that ask for another expiry of a namespace, or for its end.

use super::askable::Askable;
use crate::app::views::namespaces::{Desired, contents};
use crate::app::{Ctx, Result};
use domain::form::AskFields;
use domain::lifetime::grace;
use domain::policy;
use domain::refusal::FieldError;
use domain::request::{Kind, UntilDate};
use domain::view::{LifetimeForm, Verdict};
use time::Duration;

/// For how long more one is asked to stay whose class gives no lifetime.
const ANOTHER: u32 = 30;

/// As it is opened, checked or refused. Without a day it begins with one that can be asked for: the last up to which nobody need
/// agree or, where there is none, as long again.
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
    let expires_at = namespace.expires_at.filter(|_| kind == Kind::Extend).map(|at| at.max(ctx.now()));
    let earliest = namespace.expires_at.map(|at| UntilDate::of(at).next().max(UntilDate::of(ctx.now())));
    let automatic_until = policy::automatic_until(&namespace.class, ctx.now())
        .filter(|until| earliest.is_some_and(|earliest| *until >= earliest));
    if let Some(at) = expires_at.filter(|_| fields.until.is_empty()) {
        let days = namespace.class.spec.lifetime_days.unwrap_or(ANOTHER);
        let as_long_again = || UntilDate::of(at + Duration::days(days.into()));
        fields.until = automatic_until.unwrap_or_else(as_long_again).to_string();
    }
    let contents = (kind == Kind::Delete).then(|| contents(ctx, stored));
    let grace_days = grace(namespace.class.spec.environment).whole_days();
    Ok(LifetimeForm { kind, earliest, automatic_until, grace_days, contents, can_ask, open, fields, errors, verdict })
}
