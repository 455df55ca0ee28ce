//! Versions of entries: how far each is, and who approved it.

use super::{Result, parsed};
use domain::catalog::{ApprovalMark, ChartVersion, Findings, VersionState};
use domain::id::{PersonId, VersionId};
use domain::name::EntryName;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::{Date, OffsetDateTime};

/// A version that is being taken in.
pub struct NewVersion<'a> {
    pub id: VersionId,
    pub entry: &'a EntryName,
    pub version: &'a str,
    /// Sorts as versions do, byte by byte.
    pub sort_key: &'a str,
    pub is_prerelease: bool,
    pub digest: &'a str,
    /// Where it was found, for people.
    pub origin: &'a str,
    pub findings: &'a Findings,
    /// The manifests that these were found in.
    pub rendered: &'a str,
    pub approvals_needed: u8,
    pub taken_in_by: Option<PersonId>,
}

/// A version as it is stored.
pub struct Version {
    pub about: ChartVersion,
    pub digest: String,
    pub origin: String,
    pub findings: Findings,
    pub reason: Option<String>,
    pub round: i32,
    pub taken_in_at: OffsetDateTime,
    /// None when nobody did: it was found at its source.
    pub taken_in_by: Option<String>,
}

struct Row {
    id: uuid::Uuid,
    entry: String,
    version: String,
    digest: String,
    origin: String,
    findings: Json<Findings>,
    state: String,
    sunset_on: Option<Date>,
    reason: Option<String>,
    approvals_needed: i16,
    round: i32,
    taken_in_at: OffsetDateTime,
    taken_in_by: Option<String>,
}

/// As a candidate.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewVersion<'_>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into chart_versions (id, entry, version, sort_key, is_prerelease, digest, origin, findings, state_at,
                                     approvals_needed, taken_in_at, taken_in_by, rendered)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11, $12)",
        new.id.0,
        new.entry.as_str(),
        new.version,
        new.sort_key,
        new.is_prerelease,
        new.digest,
        new.origin,
        Json(new.findings) as _,
        at,
        i16::from(new.approvals_needed),
        new.taken_in_by.map(|id| id.0),
        new.rendered
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, entry: &EntryName, version: &str) -> Result<Option<Version>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id, v.entry, v.version, v.digest, v.origin, v.findings as "findings: Json<Findings>", v.state,
                  v.sunset_on, v.reason, v.approvals_needed, v.round, v.taken_in_at, p.name as "taken_in_by?"
           from chart_versions v left join people p on p.id = v.taken_in_by where v.entry = $1 and v.version = $2"#,
        entry.as_str(),
        version
    )
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(Some(with_approvals(conn, row).await?)),
        None => Ok(None),
    }
}

/// The newest that teams may install, `today` being the day: of approved ones, or else of those that end. Pre-releases are
/// offered where the entry says so.
pub async fn find_offered(conn: &mut PgConnection, entry: &EntryName, today: Date) -> Result<Option<Version>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id, v.entry, v.version, v.digest, v.origin, v.findings as "findings: Json<Findings>", v.state,
                  v.sunset_on, v.reason, v.approvals_needed, v.round, v.taken_in_at, p.name as "taken_in_by?"
           from offered_versions o join chart_versions v on v.id = o.id left join people p on p.id = v.taken_in_by
           where o.entry = $1 and o.offered_until > $2
           order by o.state, o.sort_key desc limit 1"#,
        entry.as_str(),
        today
    )
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(Some(with_approvals(conn, row).await?)),
        None => Ok(None),
    }
}

async fn with_approvals(conn: &mut PgConnection, row: Row) -> Result<Version> {
    let approvals = sqlx::query!(
        "select a.person_id, p.name, a.at from version_approvals a join people p on p.id = a.person_id
         where a.version_id = $1 and a.round = $2 order by a.at",
        row.id,
        row.round
    )
    .fetch_all(conn)
    .await?;
    let approvals =
        approvals.into_iter().map(|r| ApprovalMark { person: PersonId(r.person_id), name: r.name, at: r.at });
    row.into_version(approvals.collect())
}

impl Row {
    fn into_version(self, approvals: Vec<ApprovalMark>) -> Result<Version> {
        let state = VersionState::find(&self.state, self.sunset_on)
            .ok_or_else(|| sqlx::Error::Decode(format!("no such state of a version: {}", self.state).into()))?;
        let about = ChartVersion {
            id: VersionId(self.id),
            entry: parsed(&self.entry)?,
            version: self.version,
            state,
            signature: self.findings.0.signature.clone(),
            approvals_needed: u8::try_from(self.approvals_needed).unwrap_or(u8::MAX),
            approvals,
        };
        Ok(Version {
            about,
            digest: self.digest,
            origin: self.origin,
            findings: self.findings.0,
            reason: self.reason,
            round: self.round,
            taken_in_at: self.taken_in_at,
            taken_in_by: self.taken_in_by,
        })
    }
}

pub async fn add_approval(
    db: impl PgExecutor<'_>,
    version: &Version,
    person: PersonId,
    comment: Option<&str>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into version_approvals (version_id, round, person_id, comment, at) values ($1, $2, $3, $4, $5)",
        version.about.id.0,
        version.round,
        person.0,
        comment,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Brings it into a state. One that is a candidate again begins a new round of approvals.
pub async fn set_state(
    db: impl PgExecutor<'_>,
    id: VersionId,
    state: VersionState,
    reason: Option<&str>,
    at: OffsetDateTime,
) -> Result<()> {
    let sunset_on = match state {
        VersionState::Deprecated { sunset_on } => Some(sunset_on),
        VersionState::Candidate | VersionState::Approved | VersionState::Blocked => None,
    };
    sqlx::query!(
        "update chart_versions set state = $2, sunset_on = $3, reason = $4, state_at = $5,
                offered_at = coalesce(offered_at, case when $2 = 'approved' then $5::timestamptz end),
                round = round + case when $2 = 'candidate' then 1 else 0 end
         where id = $1",
        id.0,
        state.as_str(),
        sunset_on,
        reason,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// So many people must approve it from now on.
pub async fn set_approvals_needed(db: impl PgExecutor<'_>, id: VersionId, needed: u8) -> Result<()> {
    sqlx::query!("update chart_versions set approvals_needed = $2 where id = $1", id.0, i16::from(needed))
        .execute(db)
        .await?;
    Ok(())
}

/// Another version of the entry that is this one, but for a `v` in front of it.
pub async fn find_other_spelling(db: impl PgExecutor<'_>, entry: &EntryName, version: &str) -> Result<Option<String>> {
    let other = sqlx::query_scalar!(
        "select version from chart_versions
         where entry = $1 and version <> $2 and ltrim(version, 'v') = ltrim($2, 'v') limit 1",
        entry.as_str(),
        version
    );
    other.fetch_optional(db).await
}

/// Whether teams were ever offered one of an entry.
pub async fn was_offered(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<bool> {
    let was = sqlx::query_scalar!(
        r#"select exists (select from chart_versions where entry = $1 and offered_at is not null) as "was!""#,
        entry.as_str()
    );
    was.fetch_one(db).await
}
