//! The form for a new namespace: where and what one may ask for, what was typed so far, and what would happen to it.

use super::elsewhere::with_capacity;
use super::verdict::check;
use crate::app::views::offer;
use crate::app::{Ctx, Result};
use crate::store;
use domain::form::{New, NewNamespace, NewNamespaceFields, OWN_SIZE};
use domain::name::ClassName;
use domain::refusal::FieldError;
use domain::view::{ClassView, NewNamespaceForm, OfferView};

/// As it is opened, or typed so far: with the verdict on what is chosen, whatever is still to be filled in.
/// `shows_mistakes` once somebody has typed, and wants to know.
pub async fn new_form(ctx: &Ctx, fields: NewNamespaceFields, shows_mistakes: bool) -> Result<NewNamespaceForm> {
    let OfferView { teams, clusters, classes } = offer::get(ctx).await?;
    let offer = OfferView { teams, clusters, classes };
    let fields = chosen(ctx, fields, &offer).await?;
    let OfferView { teams, clusters, classes } = offer;
    let form = NewNamespaceForm { teams, clusters, classes, fields, errors: Vec::new(), verdict: None };
    if form.teams.is_empty() || form.clusters.is_empty() || form.classes.is_empty() {
        return Ok(form);
    }
    let (draft, missing) = NewNamespace::draft(&form.fields);
    let verdict = check(ctx, draft.map(New::Namespace)).await?;
    let errors = if shows_mistakes { verdict.errors.clone() } else { Vec::new() };
    Ok(NewNamespaceForm { errors, verdict: Some(domain::view::Verdict { missing, ..verdict }), ..form })
}

/// As it was refused.
pub async fn refused_new_form(
    ctx: &Ctx,
    fields: NewNamespaceFields,
    errors: Vec<FieldError>,
) -> Result<NewNamespaceForm> {
    let OfferView { teams, clusters, classes } = offer::get(ctx).await?;
    Ok(NewNamespaceForm { teams, clusters, classes, fields, errors, verdict: None })
}

/// What was not chosen yet is chosen as most people would: their team, the class that asks least of people, its smallest
/// size, and the cluster where the team is and there is capacity.
async fn chosen(ctx: &Ctx, mut fields: NewNamespaceFields, offer: &OfferView) -> Result<NewNamespaceFields> {
    if fields.team.is_empty() {
        fields.team = offer.teams.first().map(|team| team.slug.clone()).unwrap_or_default();
    }
    let known = offer.classes.iter().find(|class| class.name == fields.class);
    let Some(class) = known.or_else(|| offer.classes.iter().min_by_key(|class| class.environment)) else {
        return Ok(fields);
    };
    fields.class.clone_from(&class.name);
    if fields.size.is_empty() {
        fields.size = class.sizes.first().map_or_else(|| OWN_SIZE.to_owned(), |size| size.name.clone());
    }
    if fields.cluster.is_empty() {
        fields.cluster = cluster(ctx, class, &fields.team, offer).await?;
    }
    Ok(fields)
}

/// Where the team is already, if there is capacity for the smallest size of the class; else where there is most.
async fn cluster(ctx: &Ctx, class: &ClassView, team: &str, offer: &OfferView) -> Result<String> {
    let mut conn = ctx.db().acquire().await?;
    let homes = store::places::list_clusters_of_team(&mut *conn, team).await?;
    let fitting = match (class.name.parse::<ClassName>(), class.sizes.first()) {
        (Ok(name), Some(size)) => match store::classes::find_latest(&mut *conn, &name).await? {
            Some(class) => with_capacity(&mut conn, &class, None, &size.quota).await?,
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    let at_home = homes.iter().find(|home| fitting.contains(home));
    let any = || offer.clusters.iter().find(|name| class.clusters.is_empty() || class.clusters.contains(name));
    let best = at_home.or(fitting.first()).or(homes.first()).or_else(any);
    Ok(best.or(offer.clusters.first()).cloned().unwrap_or_default())
}
