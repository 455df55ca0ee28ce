//! Pictures of entries, by the SHA-256 of their bytes.

use super::Result;
use domain::name::EntryName;
use sqlx::PgExecutor;
use time::OffsetDateTime;

/// A picture as it is served.
pub struct Icon {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Keeps it, unless it is kept already.
pub async fn keep(db: impl PgExecutor<'_>, digest: &str, icon: &Icon, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into icons (digest, media_type, bytes, kept_at) values ($1, $2, $3, $4) on conflict do nothing",
        digest,
        icon.media_type,
        icon.bytes,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The one of this digest, if it is the entry's or that of one of its versions.
pub async fn find(db: impl PgExecutor<'_>, entry: &EntryName, digest: &str) -> Result<Option<Icon>> {
    sqlx::query_as!(
        Icon,
        "select i.media_type, i.bytes from icons i
         where i.digest = $2
           and (exists (select from catalog_entries e where e.name = $1 and e.icon = i.digest)
                or exists (select from chart_versions v join chart_archives a on a.digest = v.digest
                           where v.entry = $1 and a.icon = i.digest))",
        entry.as_str(),
        digest
    )
    .fetch_optional(db)
    .await
}

/// What the platform team gave an entry.
pub async fn find_of_entry(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<Option<String>> {
    let icon = sqlx::query_scalar!("select icon from catalog_entries where name = $1", entry.as_str());
    Ok(icon.fetch_optional(db).await?.flatten())
}

/// That of the newest version whose chart has one.
pub async fn find_of_versions(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<Option<String>> {
    let icon = sqlx::query_scalar!(
        "select a.icon from chart_versions v join chart_archives a on a.digest = v.digest
         where v.entry = $1 and a.icon is not null order by v.sort_key desc limit 1",
        entry.as_str()
    );
    Ok(icon.fetch_optional(db).await?.flatten())
}

/// From now on the entry has this one, or that of its chart.
pub async fn set(db: impl PgExecutor<'_>, entry: &EntryName, digest: Option<&str>) -> Result<()> {
    sqlx::query!("update catalog_entries set icon = $2 where name = $1", entry.as_str(), digest).execute(db).await?;
    Ok(())
}
