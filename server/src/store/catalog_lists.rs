//! Lists of the catalog: the gallery, what is curated, and the versions of an entry.

use super::{Result, parsed, push_holds};
use domain::catalog::{Category, EntrySpec, Findings, Requirements, VersionState};
use domain::name::EntryName;
use domain::view::{ChartMetadata, CuratedRow, OfferedVersion, Unjudged, VersionRow};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgExecutor, Postgres, QueryBuilder};
use std::collections::HashMap;
use time::Date;

/// What the gallery is narrowed to.
pub struct Wanted<'a> {
    pub query: &'a str,
    pub category: Option<Category>,
    /// Teams of who looks; none for who sees everything.
    pub teams: Option<Vec<String>>,
    pub after: Option<&'a str>,
    pub today: Date,
    pub limit: i64,
}

/// An entry with what is offered of it.
pub struct Offer {
    pub name: EntryName,
    pub spec: EntrySpec,
    pub withdrawn_reason: Option<String>,
    pub offered: Option<OfferedVersion>,
    /// SHA-256 of its picture.
    pub icon: Option<String>,
}

#[derive(FromRow)]
struct OfferRow {
    name: String,
    spec: Json<EntrySpec>,
    withdrawn_reason: Option<String>,
    version: Option<String>,
    state: Option<String>,
    sunset_on: Option<Date>,
    findings: Option<Json<Findings>>,
    app_version: Option<String>,
    icon: Option<String>,
}

/// Entries for teams, by name, that something is offered of, were it not that they are withdrawn.
pub async fn list_offers(conn: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Vec<Offer>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select e.name, e.spec, e.withdrawn_reason, v.version, v.state, v.sunset_on, v.findings,
                a.metadata ->> 'app_version' as app_version, coalesce(e.icon, a.icon) as icon
         from catalog_entries e
         left join lateral (
             select version, state, sunset_on, findings, digest from offered_versions v
             where v.entry = e.name and v.offered_until > ",
    );
    query.push_bind(wanted.today).push(
        " order by v.state, v.sort_key desc limit 1
         ) v on true
         left join chart_archives a on a.digest = v.digest
         where v.version is not null",
    );
    if let Some(teams) = &wanted.teams {
        query.push(" and (not e.spec ? 'teams' or e.spec -> 'teams' ?| ").push_bind(teams.clone()).push(")");
    }
    if let Some(category) = wanted.category {
        query.push(" and e.spec ->> 'category' = ").push_bind(category.as_str());
    }
    for word in wanted.query.split_whitespace() {
        query.push(" and (");
        let columns = [
            "e.name",
            "e.spec ->> 'title'",
            "e.spec ->> 'summary'",
            "e.spec ->> 'documentation'",
            "v.findings ->> 'images'",
        ];
        for (place, column) in columns.into_iter().enumerate() {
            if place > 0 {
                query.push(" or ");
            }
            push_holds(&mut query, &format!("coalesce({column}, '')"), word);
        }
        query.push(")");
    }
    if let Some(after) = wanted.after {
        query.push(" and e.name > ").push_bind(after.to_owned());
    }
    query.push(" order by e.name limit ").push_bind(wanted.limit);
    let rows: Vec<OfferRow> = query.build_query_as().fetch_all(conn).await?;
    rows.into_iter().map(OfferRow::into_offer).collect()
}

impl OfferRow {
    fn into_offer(self) -> Result<Offer> {
        let offered = match (self.version, self.state, self.findings) {
            (Some(version), Some(state), Some(findings)) => {
                let Requirements { needs, pod_security, is_creatable } = Requirements::of(&findings.0);
                let state = version_state(&state, self.sunset_on)?;
                Some(OfferedVersion {
                    version,
                    app_version: self.app_version,
                    state,
                    needs,
                    pod_security,
                    is_creatable,
                })
            }
            _ => None,
        };
        let Self { name, spec, withdrawn_reason, icon, .. } = self;
        Ok(Offer { name: parsed(&name)?, spec: spec.0, withdrawn_reason, offered, icon })
    }
}

/// Entries for those who curate, by name.
pub async fn list_curated(
    db: impl PgExecutor<'_>,
    after: Option<&str>,
    today: Date,
    waiting_only: bool,
    limit: i64,
) -> Result<Vec<CuratedRow>> {
    let rows = sqlx::query!(
        r#"select e.name, e.spec as "spec: Json<EntrySpec>", e.withdrawn_reason, offered.version as "offered?",
                  counted.n as "n_versions!", counted.n_candidates as "n_candidates!",
                  coalesce(e.icon, newest.icon) as "icon?"
           from catalog_entries e
           cross join lateral (
               select count(*) as n, count(*) filter (where v.state = 'candidate') as n_candidates
               from chart_versions v where v.entry = e.name
           ) counted
           left join lateral (
               select o.version from offered_versions o where o.entry = e.name and o.offered_until > $3
               order by o.state, o.sort_key desc limit 1
           ) offered on true
           left join lateral (
               select a.icon from chart_versions n join chart_archives a on a.digest = n.digest
               where n.entry = e.name order by n.sort_key desc limit 1
           ) newest on true
           where ($1::text is null or e.name > $1) and (not $4 or counted.n_candidates > 0 and e.withdrawn_reason is null)
           order by e.name limit $2"#,
        after,
        limit,
        today,
        waiting_only
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(CuratedRow {
                name: parsed(&r.name)?,
                title: r.spec.0.title,
                category: r.spec.0.category,
                offered: r.offered,
                n_candidates: r.n_candidates,
                n_versions: r.n_versions,
                withdrawn: r.withdrawn_reason,
                icon: r.icon,
            })
        })
        .collect()
}

/// Versions of an entry, newest first; `after` is the last key of the page before. With `offered_only` those that teams
/// were ever offered.
/// Each comes with its key.
pub async fn list_versions(
    db: impl PgExecutor<'_>,
    entry: &EntryName,
    offered_only: bool,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<(String, VersionRow)>> {
    let rows = sqlx::query!(
        r#"select v.sort_key, v.version, v.state, v.sunset_on, v.reason, v.taken_in_at, v.approvals_needed,
                  a.metadata as "metadata: Json<ChartMetadata>",
                  (select count(*) from version_approvals p where p.version_id = v.id and p.round = v.round) as "approvals!",
                  v.given is distinct from e.given as "is_stale!", v.judging_error is not null as "has_failed!", v.is_prerelease
           from chart_versions v join chart_archives a on a.digest = v.digest join catalog_entries e on e.name = v.entry
           where v.entry = $1 and ($2::text is null or v.sort_key < $2)
             and (not $3 or v.offered_at is not null and v.state <> 'candidate')
           order by v.sort_key desc limit $4"#,
        entry.as_str(),
        after,
        offered_only,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            let row = VersionRow {
                version: r.version,
                app_version: r.metadata.0.app_version,
                state: version_state(&r.state, r.sunset_on)?,
                reason: r.reason,
                taken_in_at: r.taken_in_at,
                is_prerelease: r.is_prerelease,
                unjudged: match (r.is_stale, r.has_failed) {
                    (false, _) => None,
                    (true, false) => Some(Unjudged::Waits),
                    (true, true) => Some(Unjudged::Failed),
                },
                approvals: usize::try_from(r.approvals).unwrap_or(0),
                approvals_needed: u8::try_from(r.approvals_needed).unwrap_or(0),
            };
            Ok((r.sort_key, row))
        })
        .collect()
}

/// How far those of these versions are that teams were ever offered.
pub async fn states_of(
    db: impl PgExecutor<'_>,
    entry: &EntryName,
    versions: &[String],
) -> Result<HashMap<String, VersionState>> {
    let rows = sqlx::query!(
        "select version, state, sunset_on from chart_versions
         where entry = $1 and version = any($2) and offered_at is not null",
        entry.as_str(),
        versions
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    rows.map(|row| Ok((row.version, version_state(&row.state, row.sunset_on)?))).collect()
}

fn version_state(state: &str, sunset_on: Option<Date>) -> Result<VersionState> {
    VersionState::find(state, sunset_on)
        .ok_or_else(|| sqlx::Error::Decode(format!("no such state of a version: {state}").into()))
}
