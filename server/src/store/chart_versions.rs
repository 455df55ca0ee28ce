//! Versions of entries: how far each is, and who approved it.

use super::{Result, parsed};
use domain::catalog::{ApprovalMark, ChartVersion, Findings, Judging, VersionState};
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
    /// The values of its entry that it was rendered with.
    pub given: &'a str,
    pub approvals_needed: u8,
    pub taken_in_by: Option<PersonId>,
}

/// A version as it is stored.
pub struct Version {
    pub about: ChartVersion,
    pub digest: String,
    pub origin: String,
    pub findings: Findings,
    /// What was found in it when it was approved last.
    pub approved_findings: Option<Findings>,
    /// SHA-256, in hexadecimal digits, of what it rendered to when it was approved last.
    pub approved_rendering: Option<String>,
    /// Judging made it a candidate again, no person did.
    pub taken_back: bool,
    /// The values of its entry that it was rendered with; none where that is not known.
    pub given: Option<String>,
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
    approved_findings: Option<Json<Findings>>,
    approved_rendering: Option<String>,
    approved_round: Option<i32>,
    taken_back: bool,
    given: Option<String>,
    is_stale: bool,
    judging_error: Option<String>,
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
                                     approvals_needed, taken_in_at, taken_in_by, rendered, given)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11, $12, $13)",
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
        new.rendered,
        new.given
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The times that it was taken in stay, without it.
pub async fn remove(db: impl PgExecutor<'_>, id: VersionId) -> Result<()> {
    sqlx::query!("delete from chart_versions where id = $1", id.0).execute(db).await?;
    Ok(())
}

pub async fn find(conn: &mut PgConnection, entry: &EntryName, version: &str) -> Result<Option<Version>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id, v.entry, v.version, v.digest, v.origin, v.findings as "findings: Json<Findings>", v.state,
                  v.sunset_on, v.reason, v.approvals_needed, v.round, v.taken_in_at, p.name as "taken_in_by?", v.given,
                  v.approved_findings as "approved_findings: Json<Findings>", v.taken_back, v.approved_rendering, v.approved_round,
                  v.given is distinct from e.given as "is_stale!", v.judging_error
           from chart_versions v join catalog_entries e on e.name = v.entry left join people p on p.id = v.taken_in_by where v.entry = $1 and v.version = $2"#,
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
                  v.sunset_on, v.reason, v.approvals_needed, v.round, v.taken_in_at, p.name as "taken_in_by?", v.given,
                  v.approved_findings as "approved_findings: Json<Findings>", v.taken_back, v.approved_rendering, v.approved_round,
                  v.given is distinct from e.given as "is_stale!", v.judging_error
           from offered_versions o join chart_versions v on v.id = o.id join catalog_entries e on e.name = v.entry left join people p on p.id = v.taken_in_by
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

/// What a version is compared with, with what was found in it when it was approved: the one that is offered, `today` being the
/// day, or else the last that was. Never the version itself.
pub async fn find_before(
    conn: &mut PgConnection,
    entry: &EntryName,
    version: &str,
    today: Date,
) -> Result<Option<Version>> {
    let row = sqlx::query_as!(
        Row,
        r#"select v.id, v.entry, v.version, v.digest, v.origin,
                  coalesce(v.approved_findings, v.findings) as "findings!: Json<Findings>", v.state,
                  v.sunset_on, v.reason, v.approvals_needed, v.round, v.taken_in_at, p.name as "taken_in_by?", v.given,
                  v.approved_findings as "approved_findings: Json<Findings>", v.taken_back, v.approved_rendering, v.approved_round,
                  v.given is distinct from e.given as "is_stale!", v.judging_error
           from chart_versions v join catalog_entries e on e.name = v.entry
           left join offered_versions o on o.id = v.id and o.offered_until > $3 left join people p on p.id = v.taken_in_by
           where v.entry = $1 and v.version <> $2 and v.offered_at is not null
           order by o.id is null, o.state, o.sort_key desc, v.offered_at desc, v.sort_key desc limit 1"#,
        entry.as_str(),
        version,
        today
    )
    .fetch_optional(&mut *conn)
    .await?;
    match row {
        Some(row) => Ok(Some(with_approvals(conn, row).await?)),
        None => Ok(None),
    }
}

/// Those of the round in which it was approved, or else of the one that is open.
async fn with_approvals(conn: &mut PgConnection, row: Row) -> Result<Version> {
    let is_approved = ["approved", "deprecated"].contains(&row.state.as_str());
    let round = row.approved_round.filter(|_| is_approved).unwrap_or(row.round);
    let approvals = sqlx::query!(
        "select a.person_id, p.name, a.comment, a.at from version_approvals a join people p on p.id = a.person_id
         where a.version_id = $1 and a.round = $2 order by a.at",
        row.id,
        round
    )
    .fetch_all(conn)
    .await?;
    let approvals = approvals.into_iter().map(|r| ApprovalMark {
        person: PersonId(r.person_id),
        name: r.name,
        comment: r.comment,
        at: r.at,
    });
    row.into_version(approvals.collect())
}

impl Row {
    fn into_version(self, approvals: Vec<ApprovalMark>) -> Result<Version> {
        let state = VersionState::find(&self.state, self.sunset_on)
            .ok_or_else(|| sqlx::Error::Decode(format!("no such state of a version: {}", self.state).into()))?;
        let judging = match (self.is_stale, self.judging_error) {
            (false, _) => Judging::Done,
            (true, None) => Judging::Waits,
            (true, Some(why)) => Judging::Failed { why },
        };
        let about = ChartVersion {
            id: VersionId(self.id),
            entry: parsed(&self.entry)?,
            version: self.version,
            state,
            signature: self.findings.0.signature.clone(),
            judging,
            approvals_needed: u8::try_from(self.approvals_needed).unwrap_or(u8::MAX),
            approvals,
        };
        Ok(Version {
            about,
            digest: self.digest,
            origin: self.origin,
            findings: self.findings.0,
            approved_findings: self.approved_findings.map(|found| found.0),
            approved_rendering: self.approved_rendering,
            taken_back: self.taken_back,
            given: self.given,
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
    sqlx::query!(
        "update chart_versions set state = $2, sunset_on = $3, reason = $4, state_at = $5, taken_back = false,
                offered_at = coalesce(offered_at, case when $2 = 'approved' then $5::timestamptz end),
                approved_findings = case when $2 = 'approved' then findings else approved_findings end,
                approved_rendering = case when $2 = 'approved' then rendering_digest(rendered) else approved_rendering end,
                approved_rendered = case when $2 = 'approved' then null else approved_rendered end,
                approved_round = case when $2 = 'approved' and state = 'candidate' then round else approved_round end,
                round = round + case when $2 = 'candidate' then 1 else 0 end
         where id = $1",
        id.0,
        state.as_str(),
        state.sunset_on(),
        reason,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A version as it is judged with other values of its entry.
pub struct JudgedAnew<'a> {
    pub id: VersionId,
    pub given: &'a str,
    pub rendered: &'a str,
    pub findings: &'a Findings,
    pub state: VersionState,
    /// Why, where that is another than before.
    pub reason: Option<&'a str>,
    pub approvals_needed: u8,
}

/// What was found in it from now on. Approvals of a candidate count no more where something else was found than before.
pub async fn judge_anew(db: impl PgExecutor<'_>, judged: &JudgedAnew<'_>, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "update chart_versions set given = $2, rendered = $3, findings = $4, judging_error = null, approvals_needed = $5,
                sunset_on = $7, state = $6, state_at = case when state = $6 then state_at else $8 end,
                reason = case when state = $6 then reason else $9 end,
                taken_back = $6 = 'candidate' and (taken_back or state = 'approved'),
                approved_findings = case when $6 in ('approved', 'deprecated') then $4 else approved_findings end,
                approved_rendering = case when $6 in ('approved', 'deprecated') then rendering_digest($3) else approved_rendering end,
                approved_rendered = case when $6 in ('approved', 'deprecated') then null
                                         when state in ('approved', 'deprecated') then rendered else approved_rendered end,
                round = round + case when $6 = 'candidate' and (state <> $6 or (findings, rendered) is distinct from ($4, $3))
                                       or $6 = 'approved' and state = 'candidate' then 1 else 0 end
         where id = $1",
        judged.id.0,
        judged.given,
        judged.rendered,
        Json(judged.findings) as _,
        i16::from(judged.approvals_needed),
        judged.state.as_str(),
        judged.state.sunset_on(),
        at,
        judged.reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Those of an entry that were rendered with other values than it gives now. What was said of trying is forgotten.
pub async fn await_judging(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<Vec<VersionId>> {
    let ids = sqlx::query_scalar!(
        "update chart_versions v set judging_error = null from catalog_entries e
         where e.name = v.entry and e.name = $1 and v.given is distinct from e.given returning v.id",
        entry.as_str()
    );
    Ok(ids.fetch_all(db).await?.into_iter().map(VersionId).collect())
}

/// Why it cannot be rendered with what its entry gives now.
pub async fn set_judging_error(db: impl PgExecutor<'_>, id: VersionId, why: &str) -> Result<()> {
    sqlx::query!("update chart_versions set judging_error = $2 where id = $1", id.0, why).execute(db).await?;
    Ok(())
}

/// Of which entry it is, and which of its versions.
pub async fn find_name(db: impl PgExecutor<'_>, id: VersionId) -> Result<Option<(EntryName, String)>> {
    let row = sqlx::query!("select entry, version from chart_versions where id = $1", id.0).fetch_optional(db).await?;
    row.map(|row| Ok((parsed(&row.entry)?, row.version))).transpose()
}

/// So many people must approve it from now on.
pub async fn set_approvals_needed(db: impl PgExecutor<'_>, id: VersionId, needed: u8) -> Result<()> {
    sqlx::query!("update chart_versions set approvals_needed = $2 where id = $1", id.0, i16::from(needed))
        .execute(db)
        .await?;
    Ok(())
}

/// Other versions of the entry whose keys begin as this does.
pub async fn list_alike(
    db: impl PgExecutor<'_>,
    entry: &EntryName,
    version: &str,
    key_begins: &str,
) -> Result<Vec<String>> {
    let alike = sqlx::query_scalar!(
        "select version from chart_versions where entry = $1 and version <> $2 and starts_with(sort_key, $3)",
        entry.as_str(),
        version,
        key_begins
    );
    alike.fetch_all(db).await
}

/// Whether teams were ever offered one of an entry.
pub async fn was_offered(db: impl PgExecutor<'_>, entry: &EntryName) -> Result<bool> {
    let was = sqlx::query_scalar!(
        r#"select exists (select from chart_versions where entry = $1 and offered_at is not null) as "was!""#,
        entry.as_str()
    );
    was.fetch_one(db).await
}
