//! What the form that asks for another quota needs.

use super::askable::Askable;
use crate::app::clusters::freshness;
use crate::app::namespaces::quota_lines;
use crate::app::teams::class_view;
use crate::app::{Ctx, Result};
use domain::name::{ClusterName, NamespaceName};
use domain::refusal::FieldError;
use domain::request::Kind;
use domain::view::{AskFields, QuotaForm, Verdict};

/// What the form that asks for another quota needs.
pub async fn quota_form(
    ctx: &Ctx,
    cluster: &ClusterName,
    name: &NamespaceName,
    fields: AskFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<QuotaForm> {
    let Askable { stored, can_ask, open } = Askable::of(ctx, Kind::Quota, cluster, name).await?;
    let namespace = &stored.namespace;
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
