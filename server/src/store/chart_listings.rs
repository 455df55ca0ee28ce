//! What sources had of charts when they were asked last.

use super::{Result, parsed};
use domain::catalog::ChartOrigin;
use domain::name::{EntryName, SourceName};
use domain::view::{AvailableState, AvailableVersion};
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

/// The list of one chart at one source.
pub struct Listing {
    pub id: Uuid,
    pub origin: ChartOrigin,
    pub is_ordered: bool,
    pub listed_at: Option<OffsetDateTime>,
    pub error: Option<String>,
    pub not_before: Option<OffsetDateTime>,
    /// Of the index that it was read from.
    pub etag: Option<String>,
    /// All that there were.
    pub n_versions: i32,
}

/// A version as a source has it.
pub struct Listed {
    pub version: String,
    pub sort_key: String,
    pub is_prerelease: bool,
    pub is_deprecated: bool,
    pub app_version: Option<String>,
    pub created_at: Option<OffsetDateTime>,
    /// Of its archive, where an index says so.
    pub url: Option<String>,
    /// SHA-256 of its archive, in hexadecimal digits.
    pub digest: Option<String>,
}

struct Row {
    id: Uuid,
    source: String,
    chart: String,
    ordered_at: Option<OffsetDateTime>,
    listed_at: Option<OffsetDateTime>,
    error: Option<String>,
    not_before: Option<OffsetDateTime>,
    etag: Option<String>,
    n_versions: i32,
}

impl Row {
    fn into_listing(self) -> Result<Listing> {
        Ok(Listing {
            id: self.id,
            origin: ChartOrigin { source: parsed(&self.source)?, chart: self.chart },
            is_ordered: self.ordered_at.is_some(),
            listed_at: self.listed_at,
            error: self.error,
            not_before: self.not_before,
            etag: self.etag,
            n_versions: self.n_versions,
        })
    }
}

pub async fn find(db: impl PgExecutor<'_>, origin: &ChartOrigin) -> Result<Option<Listing>> {
    let row = sqlx::query_as!(
        Row,
        "select id, source, chart, ordered_at, listed_at, error, not_before, etag, n_versions
         from chart_listings where source = $1 and chart = $2",
        origin.source.as_str(),
        origin.chart
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_listing).transpose()
}

pub async fn get(db: impl PgExecutor<'_>, id: Uuid) -> Result<Option<Listing>> {
    let row = sqlx::query_as!(
        Row,
        "select id, source, chart, ordered_at, listed_at, error, not_before, etag, n_versions
         from chart_listings where id = $1",
        id
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_listing).transpose()
}

/// Says that it is to be asked, and answers its id.
pub async fn order(db: impl PgExecutor<'_>, origin: &ChartOrigin, at: OffsetDateTime) -> Result<Uuid> {
    sqlx::query_scalar!(
        "insert into chart_listings (id, source, chart, ordered_at) values ($1, $2, $3, $4)
         on conflict (source, chart) do update set ordered_at = coalesce(chart_listings.ordered_at, excluded.ordered_at)
         returning id",
        Uuid::now_v7(),
        origin.source.as_str(),
        origin.chart,
        at
    )
    .fetch_one(db)
    .await
}

/// Says of those that are due that they are to be asked, and answers their ids. Due are those of entries that are not
/// withdrawn, which were asked before `before` last and may be asked again; an order from before that was lost.
pub async fn order_due(
    db: impl PgExecutor<'_>,
    before: OffsetDateTime,
    at: OffsetDateTime,
    limit: i64,
) -> Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "update chart_listings set ordered_at = $2 where id in (
             select l.id from chart_listings l
             where (l.ordered_at is null or l.ordered_at < $1) and (l.asked_at is null or l.asked_at < $1)
               and (l.not_before is null or l.not_before <= $2)
               and exists (select from catalog_entries e
                           where e.source = l.source and e.chart = l.chart and e.withdrawn_at is null)
             order by l.asked_at nulls first limit $3 for update skip locked)
         returning id",
        before,
        at,
        limit
    )
    .fetch_all(db)
    .await
}

/// Forgets all that a source had, for it is another now, and says that it is to be asked again. Answers their ids.
pub async fn forget(db: &mut PgConnection, source: &SourceName, at: OffsetDateTime) -> Result<Vec<Uuid>> {
    sqlx::query!(
        "delete from listed_versions v using chart_listings l where l.id = v.listing_id and l.source = $1",
        source.as_str()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_scalar!(
        "update chart_listings set ordered_at = $2, listed_at = null, error = null, not_before = null, etag = null,
                n_versions = 0
         where source = $1 returning id",
        source.as_str(),
        at
    )
    .fetch_all(db)
    .await
}

/// Drops what no entry names any more.
pub async fn drop_unused(db: impl PgExecutor<'_>, origin: &ChartOrigin) -> Result<()> {
    sqlx::query!(
        "delete from chart_listings l where l.source = $1 and l.chart = $2
           and not exists (select from catalog_entries e where e.source = l.source and e.chart = l.chart)",
        origin.source.as_str(),
        origin.chart
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What came of asking.
pub struct Asked<'a> {
    pub error: Option<&'a str>,
    pub not_before: Option<OffsetDateTime>,
    pub etag: Option<&'a str>,
}

/// Writes down that it was asked. Without an error, the list that is kept is of now.
pub async fn finish(db: impl PgExecutor<'_>, id: Uuid, asked: &Asked<'_>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update chart_listings set ordered_at = null, asked_at = $2, error = $3, not_before = $4,
                listed_at = case when $3::text is null then $2 else listed_at end,
                etag = case when $3::text is null then $5 else etag end
         where id = $1",
        id,
        at,
        asked.error,
        asked.not_before,
        asked.etag
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The source wants to be left alone until then: that is so for all that is asked of it.
pub async fn rest(db: impl PgExecutor<'_>, source: &SourceName, not_before: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update chart_listings set not_before = $2 where source = $1 and (not_before is null or not_before < $2)",
        source.as_str(),
        not_before
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts these versions in the place of those that were there. `n_versions` is how many the source has.
pub async fn replace(db: &mut PgConnection, id: Uuid, versions: &[Listed], n_versions: usize) -> Result<()> {
    sqlx::query!("delete from listed_versions where listing_id = $1", id).execute(&mut *db).await?;
    let texts = |of: fn(&Listed) -> &String| versions.iter().map(|listed| of(listed).clone()).collect::<Vec<_>>();
    let options = |of: fn(&Listed) -> &Option<String>| versions.iter().map(|it| of(it).clone()).collect::<Vec<_>>();
    let is_prerelease: Vec<_> = versions.iter().map(|listed| listed.is_prerelease).collect();
    let is_deprecated: Vec<_> = versions.iter().map(|listed| listed.is_deprecated).collect();
    let created_at: Vec<_> = versions.iter().map(|listed| listed.created_at).collect();
    sqlx::query!(
        "insert into listed_versions
            (listing_id, version, sort_key, is_prerelease, is_deprecated, app_version, created_at, url, digest)
         select $1, t.version, t.sort_key, t.is_prerelease, t.is_deprecated, t.app_version, t.created_at, t.url, t.digest
         from unnest($2::text[], $3::text[], $4::bool[], $5::bool[], $6::text[], $7::timestamptz[], $8::text[], $9::text[])
             as t (version, sort_key, is_prerelease, is_deprecated, app_version, created_at, url, digest)
         on conflict do nothing",
        id,
        &texts(|listed| &listed.version),
        &texts(|listed| &listed.sort_key),
        &is_prerelease,
        &is_deprecated,
        &options(|listed| &listed.app_version) as _,
        &created_at as _,
        &options(|listed| &listed.url) as _,
        &options(|listed| &listed.digest) as _
    )
    .execute(&mut *db)
    .await?;
    let n = i32::try_from(n_versions).unwrap_or(i32::MAX);
    sqlx::query!("update chart_listings set n_versions = $2 where id = $1", id, n).execute(db).await?;
    Ok(())
}

/// Newest first, each with its place in the list, beside what was taken in of it for an entry.
pub async fn list_available(
    db: impl PgExecutor<'_>,
    id: Uuid,
    entry: &EntryName,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(String, AvailableVersion)>> {
    let rows = sqlx::query!(
        r#"select l.version, l.sort_key, l.is_deprecated, l.app_version, l.created_at, l.digest as listed_digest,
                  v.digest as "digest?"
           from listed_versions l
             left join chart_versions v on v.entry = $2 and ltrim(v.version, 'v') = ltrim(l.version, 'v')
           where l.listing_id = $1 and ($3::text is null or l.sort_key < $3 collate "C")
           order by l.sort_key desc limit $4"#,
        id,
        entry.as_str(),
        after,
        limit
    )
    .fetch_all(db)
    .await?;
    let row = rows.into_iter().map(|row| {
        let state = match (&row.digest, &row.listed_digest) {
            (None, _) => AvailableState::New,
            (Some(ours), Some(theirs)) if ours != theirs => AvailableState::OtherBytes,
            (Some(_), _) => AvailableState::TakenIn,
        };
        let version = AvailableVersion {
            version: row.version,
            app_version: row.app_version,
            created_at: row.created_at,
            is_deprecated: row.is_deprecated,
            state,
        };
        (row.sort_key, version)
    });
    Ok(row.collect())
}

/// Where an index has the archive of a version: its address and, if it says so, its SHA-256.
pub async fn archive(
    db: impl PgExecutor<'_>,
    origin: &ChartOrigin,
    version: &str,
) -> Result<Option<(String, Option<String>)>> {
    let row = sqlx::query!(
        r#"select v.url as "url!", v.digest from listed_versions v join chart_listings l on l.id = v.listing_id
           where l.source = $1 and l.chart = $2 and v.version = $3 and v.url is not null"#,
        origin.source.as_str(),
        origin.chart,
        version
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.url, row.digest)))
}

/// Versions that are newer than all that were taken in for an entry, newest first; none for an entry without any version, where
/// people choose the first. One that was refused is not among them, nor one that could not be had for several times: it is
/// tried again after `before`, and `attempts` times in all.
pub async fn list_newer(
    db: impl PgExecutor<'_>,
    id: Uuid,
    entry: &EntryName,
    with_prereleases: bool,
    (before, attempts): (OffsetDateTime, i64),
    limit: i64,
) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select l.version from listed_versions l
           where l.listing_id = $1 and not l.is_deprecated and (not l.is_prerelease or $3)
             and l.sort_key > (select max(v.sort_key) from chart_versions v where v.entry = $2)
             and not exists (select from chart_ingests i join chart_listings o on o.id = $1
                             where i.entry = $2 and (i.state <> 'failed' or i.begun_at >= $5)
                               and i.what @> jsonb_build_object('source', o.source, 'chart', o.chart, 'version', l.version))
             and $6 > (select count(*) from chart_ingests i join chart_listings o on o.id = $1
                       where i.entry = $2
                         and i.what @> jsonb_build_object('source', o.source, 'chart', o.chart, 'version', l.version))
           order by l.sort_key desc limit $4"#,
        id,
        entry.as_str(),
        with_prereleases,
        limit,
        before,
        attempts
    )
    .fetch_all(db)
    .await
}

/// Entries that are not withdrawn and whose versions come from there, each with whether pre-releases are offered.
pub async fn list_entries(db: impl PgExecutor<'_>, origin: &ChartOrigin) -> Result<Vec<(EntryName, bool)>> {
    let rows = sqlx::query!(
        r#"select name, coalesce(spec ->> 'channel' = 'preview', false) as "with_prereleases!"
           from catalog_entries where source = $1 and chart = $2 and withdrawn_at is null order by name"#,
        origin.source.as_str(),
        origin.chart
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| Ok((parsed(&row.name)?, row.with_prereleases))).collect()
}
