//! What one may ask for, and where.

use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Visible;
use domain::Action;
use domain::actor::{Actor, TeamRole};
use domain::class::{Class, ClassSpec, Size};
use domain::view::{ClassView, OfferView, SizeView, TeamRoleView};

/// What is on offer: the latest version of every class that is not retired, the least that is at stake first.
pub async fn classes(ctx: &Ctx) -> Result<Vec<ClassView>> {
    ctx.allow(Action::SeeOffer)?;
    let mut classes = store::classes::list_offered(ctx.db()).await?;
    classes.sort_by(|a, b| (a.spec.environment, &a.name).cmp(&(b.spec.environment, &b.name)));
    Ok(classes.into_iter().map(class_view).collect())
}

/// What the actor may ask for, and where.
pub async fn get(ctx: &Ctx) -> Result<OfferView> {
    let classes = classes(ctx).await?;
    let clusters = store::clusters::list(ctx.db()).await?;
    let clusters = clusters.into_iter().map(|cluster| cluster.name.to_string()).collect();
    Ok(OfferView { teams: askable_teams(ctx).await?, clusters, classes })
}

/// The teams the actor may ask for; archived ones ask for nothing more.
async fn askable_teams(ctx: &Ctx) -> Result<Vec<TeamRoleView>> {
    let Actor::Person(person) = &ctx.actor else { return Ok(Vec::new()) };
    let archived = store::teams::list_archived(ctx.db(), &Visible::to(person).teams).await?;
    let may_ask = person.teams.iter().filter(|m| m.role >= TeamRole::Developer && !archived.contains(&m.team));
    let view =
        |m: &domain::actor::Membership| TeamRoleView { slug: m.slug.to_string(), title: m.title.clone(), role: m.role };
    Ok(may_ask.map(view).collect())
}

pub(super) fn class_view(class: Class) -> ClassView {
    let sizes = class.spec.sizes.iter().map(|size| size_view(&class.spec, size)).collect();
    ClassView {
        name: class.name.to_string(),
        version: class.version,
        title: class.spec.title,
        summary: class.spec.summary,
        environment: class.spec.environment,
        pod_security: class.spec.pod_security,
        network: class.spec.network,
        sizes,
        ceiling: class.spec.ceiling,
        devices: class.spec.guardrails.devices,
        clusters: class.spec.clusters.iter().map(ToString::to_string).collect(),
        lifetime_days: class.spec.lifetime_days,
    }
}

pub(super) fn size_view(class: &ClassSpec, size: &Size) -> SizeView {
    SizeView { name: size.name.to_string(), quota: size.quota, monthly_cost: class.monthly_cost(&size.quota) }
}
