//! Sources of charts, and what they have, as those who set up see them.

use crate::app::{Ctx, Error, Result, paginate};
use crate::store;
use domain::Action;
use domain::catalog::ChartOrigin;
use domain::name::{EntryName, SourceName};
use domain::view::{Available, Page, SourceRow, SourceView};

/// Entries of a source that its page shows, and sources that a form offers.
const MOST_ENTRIES: i64 = 100;
const MOST_OFFERED: i64 = 500;

/// All sources, by name.
pub async fn sources(ctx: &Ctx, after: Option<&str>, limit: i64) -> Result<Page<SourceRow>> {
    ctx.allow(Action::SeeSetUp)?;
    let mut items = store::chart_sources::list(ctx.db(), after, limit + 1).await?;
    let next = paginate(&mut items, limit, |row| row.name.to_string());
    Ok(Page { items, next })
}

/// Names to choose a source from.
pub async fn source_names(ctx: &Ctx) -> Result<Vec<SourceName>> {
    ctx.allow(Action::SeeSetUp)?;
    Ok(store::chart_sources::names(ctx.db(), MOST_OFFERED).await?)
}

pub async fn source(ctx: &Ctx, name: &SourceName) -> Result<SourceView> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let found = store::chart_sources::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let entries = store::chart_sources::entries(&mut *conn, name, MOST_ENTRIES).await?;
    Ok(SourceView {
        name: found.name,
        spec: found.spec,
        auth: found.auth,
        version: found.version,
        editor: found.editor,
        edited_at: found.edited_at,
        entries,
        check: found.last_check,
    })
}

/// What an entry's source has, newest first.
pub async fn available(ctx: &Ctx, entry: &EntryName, after: Option<&str>, limit: i64) -> Result<Available> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let spec = store::catalog_entries::find(&mut *conn, entry).await?.ok_or(Error::NotFound)?.spec;
    of_origin(&mut conn, entry, spec.origin.ok_or(Error::NotFound)?, after, limit).await
}

pub(super) async fn of_origin(
    conn: &mut store::Conn,
    entry: &EntryName,
    origin: ChartOrigin,
    after: Option<&str>,
    limit: i64,
) -> Result<Available> {
    let Some(listing) = store::chart_listings::find(&mut *conn, &origin).await? else {
        let versions = Page { items: Vec::new(), next: None };
        return Ok(Available { origin, is_listing: false, listed_at: None, error: None, n_versions: 0, versions });
    };
    let mut rows = store::chart_listings::list_available(&mut *conn, listing.id, entry, after, limit + 1).await?;
    let next = paginate(&mut rows, limit, |(key, _)| key.clone());
    Ok(Available {
        origin,
        is_listing: listing.is_ordered,
        listed_at: listing.listed_at,
        error: listing.error,
        n_versions: listing.n_versions.into(),
        versions: Page { items: rows.into_iter().map(|(_, version)| version).collect(), next },
    })
}
