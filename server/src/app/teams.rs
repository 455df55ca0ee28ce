//! Teams and classes, as people see them.

use super::namespaces::access_rows;
use super::requests::signed_in;
use super::{Ctx, Error, Result};
use crate::store;
use crate::store::Visible;
use domain::Action;
use domain::actor::{Actor, TeamRole};
use domain::class::Class;
use domain::name::TeamSlug;
use domain::refusal::FieldError;
use domain::view::{
    ClassView, NewNamespaceFields, NewNamespaceForm, OfferView, SizeView, TeamRoleView, TeamView, Verdict,
};

/// The teams one may see, with who is in them and what they hold.
pub async fn list(ctx: &Ctx) -> Result<Vec<TeamView>> {
    ctx.allow(Action::SeeOwn)?;
    let person = signed_in(ctx)?;
    let mut conn = ctx.db().acquire().await?;
    let sums = store::teams::list_sums(&mut *conn, &Visible::to(person)).await?;
    let ids: Vec<_> = sums.iter().map(|s| s.team.id.0).collect();
    let bindings = store::bindings::list_of_teams(&mut *conn, &ids).await?;
    let groups: Vec<_> = bindings.values().flatten().map(|(group, _)| group.to_string()).collect();
    let people = store::people::list_in_groups(&mut *conn, &groups).await?;
    let view = |sum: store::teams::TeamSums| TeamView {
        slug: sum.team.slug.to_string(),
        title: sum.team.title,
        your_role: person.role_in(sum.team.id),
        groups: bindings.get(&sum.team.id).map(|g| access_rows(g, &people)).unwrap_or_default(),
        n_namespaces: sum.n_namespaces,
        granted: sum.granted,
    };
    Ok(sums.into_iter().map(view).collect())
}

pub async fn get(ctx: &Ctx, slug: &TeamSlug) -> Result<TeamView> {
    let all = list(ctx).await?;
    all.into_iter().find(|t| t.slug == slug.as_str()).ok_or(Error::NotFound)
}

/// What is on offer: the latest version of every class, the least that is at stake first.
pub async fn classes(ctx: &Ctx) -> Result<Vec<ClassView>> {
    ctx.allow(Action::SeeOffer)?;
    let mut classes = store::classes::list_latest(ctx.db()).await?;
    classes.sort_by(|a, b| (a.spec.environment, &a.name).cmp(&(b.spec.environment, &b.name)));
    Ok(classes.into_iter().map(class_view).collect())
}

/// What the actor may ask for, and where.
pub async fn offer(ctx: &Ctx) -> Result<OfferView> {
    let classes = classes(ctx).await?;
    let clusters = store::clusters::list(ctx.db()).await?;
    let clusters = clusters.into_iter().map(|cluster| cluster.name.to_string()).collect();
    Ok(OfferView { teams: askable_teams(&ctx.actor), clusters, classes })
}

/// The form for a new namespace: where and what one may ask for, and what was typed so far.
pub async fn new_namespace_form(
    ctx: &Ctx,
    fields: NewNamespaceFields,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
) -> Result<NewNamespaceForm> {
    let OfferView { teams, clusters, classes } = offer(ctx).await?;
    Ok(NewNamespaceForm { teams, clusters, classes, fields, errors, verdict })
}

/// The teams the actor may ask for.
fn askable_teams(actor: &Actor) -> Vec<TeamRoleView> {
    let memberships = actor.person().map(|p| p.teams.as_slice()).unwrap_or_default();
    let may_ask = memberships.iter().filter(|m| m.role >= TeamRole::Developer);
    may_ask.map(|m| TeamRoleView { slug: m.slug.to_string(), title: m.title.clone(), role: m.role }).collect()
}

pub(super) fn class_view(class: Class) -> ClassView {
    ClassView {
        name: class.name.to_string(),
        version: class.version,
        title: class.spec.title,
        summary: class.spec.summary,
        environment: class.spec.environment,
        pod_security: class.spec.pod_security,
        network: class.spec.network,
        sizes: class.spec.sizes.iter().map(size_view).collect(),
        ceiling: class.spec.ceiling,
    }
}

pub(super) fn size_view(size: &domain::class::Size) -> SizeView {
    SizeView { name: size.name.to_string(), quota: size.quota }
}
