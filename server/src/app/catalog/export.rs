//! Entries as they are written to files, for Git.

use super::{archives, day, entry_form};
use crate::app::{Ctx, Error, Result, paginate};
use crate::store;
use crate::store::icons::Icon;
use domain::Action;
use domain::catalog::EntrySpec;
use domain::name::EntryName;

/// Names that are read at a time.
const NAMES: i64 = 200;

/// An entry with what stands beside it.
pub struct Exported {
    pub spec: EntrySpec,
    /// What the platform team gave it; that of its chart is in the chart.
    pub icon: Option<Icon>,
    /// The archive of the version that is offered, if it was asked for and there is one.
    pub chart: Option<Vec<u8>>,
}

/// The names of all entries, in their order.
pub async fn names(ctx: &Ctx) -> Result<Vec<EntryName>> {
    ctx.allow(Action::SeeSetUp)?;
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let mut page =
            store::catalog_lists::list_curated(ctx.db(), after.as_deref(), day(ctx.now()), false, NAMES + 1).await?;
        after = paginate(&mut page, NAMES, |row| row.name.to_string());
        names.extend(page.into_iter().map(|row| row.name));
        if after.is_none() {
            return Ok(names);
        }
    }
}

/// One of them. Who may not set up reads no secret values.
pub async fn export(ctx: &Ctx, name: &EntryName, with_chart: bool) -> Result<Exported> {
    ctx.allow(Action::SeeSetUp)?;
    let mut conn = ctx.snapshot().await?;
    let entry = store::catalog_entries::find(&mut *conn, name).await?.ok_or(Error::NotFound)?;
    let icon = match store::icons::find_of_entry(&mut *conn, name).await? {
        Some(digest) => store::icons::find(&mut *conn, name, &digest).await?,
        None => None,
    };
    let offered = match with_chart {
        true => store::chart_versions::find_offered(&mut conn, name, day(ctx.now())).await?,
        false => None,
    };
    let chart = match offered {
        Some(version) => Some(archives::bytes(ctx, &mut conn, &version.digest).await?),
        None => None,
    };
    drop(conn);
    Ok(Exported { spec: entry_form::as_seen(ctx, name, entry.spec).await?, icon, chart })
}
