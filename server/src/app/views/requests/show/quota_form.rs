//! What the form that asks for another quota needs.

use super::askable::Askable;
use crate::app::clusters::freshness;
use crate::app::views::namespaces::{Desired, quota_lines};
use crate::app::views::offer::class_view;
use crate::app::{Ctx, Result};
use domain::form::AskFields;
use domain::refusal::FieldError;
use domain::request::Kind;
use domain::view::{QuotaForm, Verdict};

/// What the form that asks for another quota needs.
pub async fn quota_form(
    ctx: &Ctx,
    Desired { stored, .. }: &Desired,
    fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<QuotaForm> {
    let Askable { can_ask, open } = Askable::of(ctx, Kind::Quota, stored).await?;
    let namespace = &stored.namespace;
    let size = namespace.class.spec.sizes.iter().find(|size| size.quota == namespace.quota);
    Ok(QuotaForm {
        cluster: namespace.cluster.name.to_string(),
        name: namespace.name.to_string(),
        team: namespace.team.slug.to_string(),
        size: size.map(|size| size.name.to_string()),
        lines: quota_lines(ctx, stored),
        freshness: freshness(ctx, namespace.cluster.id),
        can_ask,
        open,
        class: class_view(namespace.class.clone()),
        fields,
        errors,
        verdict,
    })
}
