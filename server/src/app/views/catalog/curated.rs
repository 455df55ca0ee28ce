//! Entries as those who set up see them, and what is being taken in.

use super::{sources, today};
use crate::app::{Ctx, Error, Result, catalog, paginate};
use crate::store;
use domain::Action;
use domain::id::IngestId;
use domain::name::EntryName;
use domain::view::{CuratedEntry, CuratedRow, IngestStep, IngestView, Page};

/// Times that something was taken in which an entry's page shows.
const INGESTS_SHOWN: i64 = 10;
/// Versions at its source that it shows.
const AVAILABLE_SHOWN: i64 = 20;

/// All entries, by name; or those with versions that wait for a decision.
pub async fn curated(ctx: &Ctx, waiting_only: bool, after: Option<&str>, limit: i64) -> Result<Page<CuratedRow>> {
    ctx.allow(Action::SeeSetUp)?;
    let mut items = store::catalog_lists::list_curated(ctx.db(), after, today(ctx), waiting_only, limit + 1).await?;
    let next = paginate(&mut items, limit, |row| row.name.to_string());
    Ok(Page { items, next })
}

/// One entry with its versions, newest first.
pub async fn curated_entry(ctx: &Ctx, name: &EntryName, after: Option<&str>, limit: i64) -> Result<CuratedEntry> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let entry = store::catalog_entries::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let mut versions = store::catalog_lists::list_versions(&mut *conn, name, false, after, limit + 1).await?;
    let next = paginate(&mut versions, limit, |(key, _)| key.clone());
    let items = versions.into_iter().map(|(_, row)| row).collect();
    let ingests = store::chart_ingests::list(&mut *conn, name, INGESTS_SHOWN).await?;
    let available = match entry.spec.origin.clone() {
        Some(origin) => Some(sources::of_origin(&mut conn, name, origin, None, AVAILABLE_SHOWN).await?),
        None => None,
    };
    let own = store::icons::find_of_entry(&mut *conn, name).await?;
    let has_own_icon = own.is_some();
    let icon = match own {
        Some(own) => Some(own),
        None => store::icons::find_of_versions(&mut *conn, name).await?,
    };
    drop(conn);
    let ingests = match catalog::may_read_given(ctx, name, &entry.spec, &[]).await? {
        true => ingests,
        false => ingests.into_iter().map(without_words).collect(),
    };
    Ok(CuratedEntry {
        available,
        spec: catalog::as_seen(ctx, name, entry.spec).await?,
        name: entry.name,
        version: entry.version,
        editor: entry.editor,
        edited_at: entry.edited_at,
        withdrawn: entry.withdrawn_reason,
        versions: Page { items, next },
        ingests,
        icon,
        has_own_icon,
    })
}

/// One time that something was taken in for this entry.
pub async fn ingest(ctx: &Ctx, entry: &EntryName, id: IngestId) -> Result<IngestView> {
    ctx.allow(Action::SeeSetUp)?;
    let found = store::chart_ingests::find(ctx.db(), id).await?;
    let found = found.filter(|ingest| ingest.entry == *entry).ok_or(Error::NotFound)?;
    let about = store::catalog_entries::find(ctx.db(), entry).await?.ok_or(Error::NotFound)?;
    Ok(match catalog::may_read_given(ctx, entry, &about.spec, &[]).await? {
        true => found,
        false => without_words(found),
    })
}

/// Without what Helm said, which may hold values of its entry.
fn without_words(ingest: IngestView) -> IngestView {
    let steps = ingest.steps.into_iter().map(|step| match step.is_done {
        true => step,
        false => IngestStep { detail: catalog::WITHHELD.into(), ..step },
    });
    IngestView { steps: steps.collect(), error: ingest.error.map(|_| catalog::WITHHELD.into()), ..ingest }
}
