//! Finds things by a few letters of their names. Each kind is one query, bounded, the best first.
//!
//! Requests grow without end, so they are found by an index: their number, or the beginnings of words. The rest are
//! few enough to be looked through.

use super::{Result, Visible, from_serde_str};
use domain::request::Kind;
use domain::view::RequestState;
use sqlx::PgExecutor;

/// What is looked for: in lower case, and for requests its words.
pub struct Wanted<'a> {
    pub text: &'a str,
    pub words: &'a [String],
    /// The number it may be.
    pub number: Option<i64>,
    /// Of each kind.
    pub limit: i64,
}

pub struct FoundNamespace {
    pub cluster: String,
    pub name: String,
    pub team: String,
    pub class: String,
}

pub async fn namespaces(
    db: impl PgExecutor<'_>,
    visible: &Visible,
    wanted: &Wanted<'_>,
) -> Result<Vec<FoundNamespace>> {
    sqlx::query_as!(
        FoundNamespace,
        "select c.name as cluster, n.name, t.slug as team, k.name as class
         from namespaces n
         join clusters c on c.id = n.cluster_id
         join teams t on t.id = n.team_id
         join classes k on k.id = n.class_id
         where ($1 or n.team_id = any($2)) and c.removed_at is null and strpos(n.name, $3) > 0
         order by n.name <> $3, not starts_with(n.name, $3), n.name, c.name limit $4",
        visible.everything,
        &visible.teams,
        wanted.text,
        wanted.limit
    )
    .fetch_all(db)
    .await
}

pub struct FoundRequest {
    pub number: i64,
    pub kind: Kind,
    pub name: String,
    pub team: String,
    pub state: RequestState,
}

/// Newest first, behind the one of that number. What the index finds is looked at whole: a plan that goes through the
/// newest until it has enough would make words of each.
pub async fn requests(db: impl PgExecutor<'_>, visible: &Visible, wanted: &Wanted<'_>) -> Result<Vec<FoundRequest>> {
    let beginnings: Vec<_> = wanted.words.iter().map(|word| format!("{word}:*")).collect();
    let rows = sqlx::query!(
        r#"with found as materialized (
              select r.number, r.kind, r.name, r.team_id, r.state from requests r
              where ($1 or r.team_id = any($2)) and r.number is distinct from $3
                and to_tsvector('simple', replace(r.name, '-', ' ') || ' ' || r.purpose) @@ to_tsquery('simple', $4)
           )
           (select r.number as "number!", r.kind as "kind!", r.name as "name!", t.slug as "team!", r.state as "state!"
            from requests r join teams t on t.id = r.team_id
            where ($1 or r.team_id = any($2)) and r.number = $3)
           union all
           (select r.number, r.kind, r.name, t.slug, r.state
            from found r join teams t on t.id = r.team_id
            order by r.number desc limit $5)"#,
        visible.everything,
        &visible.teams,
        wanted.number,
        beginnings.join(" & "),
        wanted.limit
    )
    .fetch_all(db)
    .await?;
    let found = rows.into_iter().map(|r| {
        let (kind, state) = (from_serde_str(&r.kind)?, from_serde_str(&r.state)?);
        Ok(FoundRequest { number: r.number, kind, name: r.name, team: r.team, state })
    });
    found.collect()
}

/// Slug and title.
pub async fn teams(db: impl PgExecutor<'_>, visible: &Visible, wanted: &Wanted<'_>) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select slug, title from teams
         where ($1 or id = any($2)) and (strpos(slug, $3) > 0 or strpos(lower(title), $3) > 0)
         order by slug <> $3, not starts_with(slug, $3), slug limit $4",
        visible.everything,
        &visible.teams,
        wanted.text,
        wanted.limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.slug, r.title)).collect())
}

/// Whose entries of the catalog are looked through.
pub struct SeenEntries {
    /// Of these teams, by their slugs; none for all.
    pub teams: Option<Vec<String>>,
    /// Also those of which nothing was ever offered.
    pub with_unoffered: bool,
}

/// Name, title and summary.
pub async fn entries(
    db: impl PgExecutor<'_>,
    seen: &SeenEntries,
    wanted: &Wanted<'_>,
) -> Result<Vec<(String, String, String)>> {
    let rows = sqlx::query!(
        r#"select e.name, e.spec ->> 'title' as "title!", e.spec ->> 'summary' as "summary!" from catalog_entries e
           where (strpos(e.name, $1) > 0 or strpos(lower(e.spec ->> 'title'), $1) > 0)
             and ($2::text[] is null or not e.spec ? 'teams' or e.spec -> 'teams' ?| $2)
             and ($3 or exists (select from chart_versions v where v.entry = e.name and v.offered_at is not null))
           order by e.name <> $1, not starts_with(e.name, $1), e.name limit $4"#,
        wanted.text,
        seen.teams.as_deref() as _,
        seen.with_unoffered,
        wanted.limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.name, r.title, r.summary)).collect())
}

pub async fn clusters(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        "select name from clusters where removed_at is null and strpos(name, $1) > 0
         order by name <> $1, not starts_with(name, $1), name limit $2",
        wanted.text,
        wanted.limit
    )
    .fetch_all(db)
    .await
}

/// Name and title of the latest version.
pub async fn classes(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        r#"select name, title as "title!" from (
              select distinct on (name) name, spec ->> 'title' as title from classes order by name, version desc
           ) latest
           where strpos(name, $1) > 0 or strpos(lower(title), $1) > 0
           order by name <> $1, not starts_with(name, $1), name limit $2"#,
        wanted.text,
        wanted.limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.name, r.title)).collect())
}

/// Id, name and address.
pub async fn people(db: impl PgExecutor<'_>, wanted: &Wanted<'_>) -> Result<Vec<(uuid::Uuid, String, String)>> {
    let rows = sqlx::query!(
        "select id, name, email from people where strpos(lower(name), $1) > 0 or strpos(lower(email), $1) > 0
         order by lower(name) <> $1, not starts_with(lower(name), $1), name, id limit $2",
        wanted.text,
        wanted.limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.id, r.name, r.email)).collect())
}
