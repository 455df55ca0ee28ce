//! The gallery, and one entry of it.

use super::places::{KnownPlace, known, own_namespaces};
use super::runs::runs;
use super::{can_curate, today};
use crate::app::catalog::{self, MOST_VERSIONS};
use crate::app::{Ctx, Error, Result, paginate};
use crate::store;
use crate::store::catalog_entries::Entry;
use crate::store::catalog_lists::{Offer, Wanted};
use crate::store::chart_versions::Version;
use crate::store::search::SeenEntries;
use domain::Action;
use domain::catalog::{Approval, Category, EntryFit, EntrySpec, Requirements};
use domain::name::EntryName;
use domain::view::{
    EntryAbout, EntryCard, EntryView, Gallery, NamespaceFit, OfferedVersion, Page, VersionNews, VersionRow,
};

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub query: String,
    pub category: Option<Category>,
    /// `cluster/name` of what it is for.
    pub namespace: String,
    pub after: Option<String>,
}

/// Words of what is looked for are cut to this many characters.
const LONGEST_QUERY: usize = 100;

/// Entries that something is offered of, by name, each with whether it fits the namespace that is chosen.
pub async fn gallery(ctx: &Ctx, asked: Asked, limit: i64) -> Result<Gallery> {
    ctx.allow(Action::SeeOffer)?;
    let places = known(ctx, &own_namespaces(ctx).await?);
    let chosen = places.iter().find(|place| place.view.address() == asked.namespace);
    let query: String = asked.query.trim().chars().take(LONGEST_QUERY).collect();
    let wanted = Wanted {
        query: &query,
        category: asked.category,
        teams: teams(ctx),
        after: asked.after.as_deref(),
        today: today(ctx),
        limit: limit + 1,
    };
    let mut conn = ctx.db().acquire().await?;
    let mut offers = store::catalog_lists::list_offers(&mut conn, &wanted).await?;
    let next = paginate(&mut offers, limit, |offer| offer.name.to_string());
    let items = offers.into_iter().map(|offer| card(offer, chosen)).collect();
    Ok(Gallery {
        chosen: chosen.map(|place| place.view.clone()),
        namespaces: places.into_iter().map(|place| place.view).collect(),
        query,
        category: asked.category,
        entries: Page { items, next },
        can_curate: can_curate(ctx),
    })
}

/// One entry, for those it is for; of versions, those that teams see.
pub async fn entry(ctx: &Ctx, name: &EntryName, after: Option<&str>, limit: i64) -> Result<EntryView> {
    ctx.allow(Action::SeeOffer)?;
    let own = own_namespaces(ctx).await?;
    let places = known(ctx, &own);
    let mut conn = ctx.snapshot().await?;
    let entry = seen(ctx, &mut conn, name).await?;
    let offered = store::chart_versions::find_offered(&mut conn, name, today(ctx)).await?;
    let offered = offered.filter(|_| entry.withdrawn_reason.is_none());
    let mut versions = store::catalog_lists::list_versions(&mut *conn, name, true, after, limit + 1).await?;
    let next = paginate(&mut versions, limit, |(key, _)| key.clone());
    let items: Vec<VersionRow> = versions.into_iter().map(|(_, row)| row).collect();
    let archive = match &offered {
        Some(version) => Some(store::chart_archives::describe(&mut *conn, &version.digest).await?),
        None => None,
    };
    let news = match (&offered, &archive) {
        (Some(version), Some(archive)) => news(&mut conn, version, archive.changelog.as_deref()).await?,
        _ => Vec::new(),
    };
    let icon = store::icons::find_of_entry(&mut *conn, name).await?;
    let (runs, n_unseen) = runs(ctx, &mut conn, name, &own).await?;
    let fits = offered.iter().flat_map(|version| {
        places
            .iter()
            .map(|place| NamespaceFit { namespace: place.view.clone(), fit: place.fit(&entry.spec, &version.findings) })
    });
    let icon = icon.or_else(|| archive.as_ref().and_then(|archive| archive.icon.clone()));
    let (metadata, readme) = archive.map(|archive| (archive.metadata, archive.readme)).unzip();
    Ok(EntryView {
        name: entry.name,
        fits: fits.collect(),
        runs,
        n_unseen,
        about: about(entry.spec),
        withdrawn: entry.withdrawn_reason,
        images: offered.as_ref().map(|version| version.findings.images.clone()).unwrap_or_default(),
        offered: offered.map(|version| offered_version(version, metadata.as_ref())),
        readme: readme.flatten(),
        metadata,
        versions: Page { items, next },
        icon,
        news,
        can_curate: can_curate(ctx),
    })
}

/// The entry, for those it is for.
async fn seen(ctx: &Ctx, conn: &mut store::Conn, name: &EntryName) -> Result<Entry> {
    let entry = store::catalog_entries::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    if teams(ctx).is_some_and(|teams| !is_for_any(&entry.spec, &teams)) {
        return Err(Error::NotFound);
    }
    // What nothing was ever offered of is not there yet, but for those who curate it.
    if !can_curate(ctx) && !store::chart_versions::was_offered(&mut *conn, name).await? {
        return Err(Error::NotFound);
    }
    Ok(entry)
}

/// The picture of this digest, for those who see the entry: its own, or that of one of its versions.
pub async fn icon(ctx: &Ctx, name: &EntryName, digest: &str) -> Result<(String, Vec<u8>)> {
    ctx.allow(Action::SeeOffer)?;
    let mut conn = ctx.db().acquire().await?;
    seen(ctx, &mut conn, name).await?;
    let icon = store::icons::find(&mut *conn, name, digest).await?.ok_or(Error::NotFound)?;
    Ok((icon.media_type, icon.bytes))
}

/// What is new in the versions that teams were offered.
async fn news(conn: &mut store::Conn, offered: &Version, changelog: Option<&str>) -> Result<Vec<VersionNews>> {
    let about = &offered.about;
    let limit = i64::try_from(MOST_VERSIONS).unwrap_or(i64::MAX);
    let own = store::chart_archives::list_changes(&mut *conn, &about.entry, true, None, about.id, limit).await?;
    Ok(catalog::news(own, changelog, None, &about.version))
}

fn about(spec: EntrySpec) -> EntryAbout {
    let EntrySpec { title, summary, category, owner, documentation, risk, approval, .. } = spec;
    EntryAbout { title, summary, category, owner, documentation, risk, approval }
}

fn offered_version(version: Version, metadata: Option<&domain::view::ChartMetadata>) -> OfferedVersion {
    let Requirements { needs, pod_security, is_creatable } = Requirements::of(&version.findings);
    OfferedVersion {
        version: version.about.version,
        app_version: metadata.and_then(|metadata| metadata.app_version.clone()),
        state: version.about.state,
        needs,
        pod_security,
        is_creatable,
    }
}

/// Teams of who looks; none for who sees everything.
fn teams(ctx: &Ctx) -> Option<Vec<String>> {
    let person = ctx.actor.person()?;
    (!person.sees_everything()).then(|| person.teams.iter().map(|member| member.slug.to_string()).collect())
}

/// Which entries who looks may find.
pub fn seen_by(ctx: &Ctx) -> SeenEntries {
    SeenEntries { teams: teams(ctx), with_unoffered: can_curate(ctx) }
}

fn is_for_any(spec: &EntrySpec, teams: &[String]) -> bool {
    spec.teams.is_empty() || spec.teams.iter().any(|team| teams.iter().any(|own| own == team.as_str()))
}

fn card(offer: Offer, chosen: Option<&KnownPlace>) -> EntryCard {
    let Offer { name, spec, withdrawn_reason, offered, icon } = offer;
    let offered = offered.filter(|_| withdrawn_reason.is_none());
    let requirements = |offered: &OfferedVersion| Requirements {
        needs: offered.needs,
        pod_security: offered.pod_security,
        is_creatable: offered.is_creatable,
    };
    let fit = chosen.zip(offered.as_ref());
    let fit = fit.map(|(place, offered)| EntryFit::of(&spec, &requirements(offered), &place.place()));
    EntryCard {
        name,
        fit,
        title: spec.title.clone(),
        summary: spec.summary,
        category: spec.category,
        offered,
        needs_approval: spec.approval == Approval::Platform,
        withdrawn: withdrawn_reason,
        icon,
    }
}
