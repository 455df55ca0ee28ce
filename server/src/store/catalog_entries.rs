//! Entries of the catalog: what the platform team says of charts.

use super::{Result, parsed};
use domain::catalog::{EntrySpec, Stakes};
use domain::id::PersonId;
use domain::name::EntryName;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// An entry as it is stored.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: EntryName,
    pub spec: EntrySpec,
    /// Raised by each change.
    pub version: i32,
    pub edited_at: OffsetDateTime,
    /// None when the operator did it.
    pub editor: Option<String>,
    pub withdrawn_reason: Option<String>,
    /// The values that it gives Helm; none where that is not known.
    pub given: Option<String>,
    /// See [`domain::catalog::Gravity::Eased`].
    pub is_eased: bool,
}

impl Entry {
    /// What of it bears on who decides on its versions.
    pub fn stakes(&self) -> Stakes {
        Stakes { risk: self.spec.risk, is_eased: self.is_eased }
    }
}

struct Row {
    name: String,
    spec: Json<EntrySpec>,
    version: i32,
    edited_at: OffsetDateTime,
    editor: Option<String>,
    withdrawn_reason: Option<String>,
    given: Option<String>,
    is_eased: bool,
}

impl Row {
    fn into_entry(self) -> Result<Entry> {
        let Self { name, spec, version, edited_at, editor, withdrawn_reason, given, is_eased } = self;
        let name = parsed(&name)?;
        Ok(Entry { name, spec: spec.0, version, edited_at, editor, withdrawn_reason, given, is_eased })
    }
}

/// Which of these teams and classes are not there.
pub async fn list_unknown(
    db: impl PgExecutor<'_>,
    teams: &[String],
    classes: &[String],
) -> Result<(Vec<String>, Vec<String>)> {
    let row = sqlx::query!(
        r#"select array(select name from unnest($1::text[]) name where name not in (select slug from teams)) as "teams!",
                  array(select name from unnest($2::text[]) name where name not in (select name from classes)) as "classes!""#,
        teams,
        classes
    );
    let row = row.fetch_one(db).await?;
    Ok((row.teams, row.classes))
}

/// Whether nobody ever approved a version of it, or this version: then nothing is lost with it but what was looked at.
pub async fn is_removable(db: impl PgExecutor<'_>, entry: &EntryName, version: Option<&str>) -> Result<bool> {
    let is_removable = sqlx::query_scalar!(
        r#"select not exists (
               select from chart_versions v where v.entry = $1 and ($2::text is null or v.version = $2) and (
                   v.offered_at is not null or exists (select from version_approvals a where a.version_id = v.id))
           ) as "is_removable!""#,
        entry.as_str(),
        version
    );
    is_removable.fetch_one(db).await
}

/// With its versions and the times that they were taken in. Our own copies of charts stay.
pub async fn remove(conn: &mut PgConnection, entry: &EntryName) -> Result<()> {
    sqlx::query!("delete from chart_ingests where entry = $1", entry.as_str()).execute(&mut *conn).await?;
    sqlx::query!("delete from chart_versions where entry = $1", entry.as_str()).execute(&mut *conn).await?;
    sqlx::query!("delete from catalog_entries where name = $1", entry.as_str()).execute(&mut *conn).await?;
    Ok(())
}

pub async fn find(db: impl PgExecutor<'_>, name: &EntryName) -> Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select e.name, e.spec as "spec: Json<EntrySpec>", e.version, e.edited_at, p.name as "editor?",
                  e.withdrawn_reason, e.given, e.is_eased
           from catalog_entries e left join people p on p.id = e.editor_id where e.name = $1"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_entry).transpose()
}

/// The entry, and nobody else changes it or its versions before the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, name: &EntryName) -> Result<Option<Entry>> {
    let row = sqlx::query_as!(
        Row,
        r#"select e.name, e.spec as "spec: Json<EntrySpec>", e.version, e.edited_at, p.name as "editor?",
                  e.withdrawn_reason, e.given, e.is_eased
           from catalog_entries e left join people p on p.id = e.editor_id where e.name = $1 for no key update of e"#,
        name.as_str()
    )
    .fetch_optional(db)
    .await?;
    row.map(Row::into_entry).transpose()
}

/// False when there is one of this name already. `given`: the values that it gives Helm.
pub async fn insert(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    spec: &EntrySpec,
    given: &str,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<bool> {
    let done = sqlx::query!(
        "insert into catalog_entries (name, spec, added_at, edited_at, editor_id, given) values ($1, $2, $3, $3, $4, $5)
         on conflict do nothing",
        name.as_str(),
        Json(spec) as _,
        at,
        editor.map(|id| id.0),
        given
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// `given`: the values that it gives Helm. `eases`: whether less is needed to approve its versions than before.
pub async fn save(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    spec: &EntrySpec,
    (given, eases): (&str, bool),
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update catalog_entries set spec = $2, version = version + 1, edited_at = $3, editor_id = $4, given = $5,
                is_eased = is_eased or $6
         where name = $1",
        name.as_str(),
        Json(spec) as _,
        at,
        editor.map(|id| id.0),
        given,
        eases
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The values that it gives Helm, where they were not known.
pub async fn set_given(db: impl PgExecutor<'_>, name: &EntryName, given: &str) -> Result<()> {
    sqlx::query!("update catalog_entries set given = $2 where name = $1", name.as_str(), given).execute(db).await?;
    Ok(())
}

/// Two people have approved a version of it since it was eased.
pub async fn end_ease(db: impl PgExecutor<'_>, name: &EntryName) -> Result<()> {
    sqlx::query!("update catalog_entries set is_eased = false where name = $1 and is_eased", name.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// Takes it off the offer, or, without a reason, puts it there again.
pub async fn set_withdrawn(
    db: impl PgExecutor<'_>,
    name: &EntryName,
    reason: Option<&str>,
    editor: Option<PersonId>,
    at: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "update catalog_entries set withdrawn_reason = $2, withdrawn_at = case when $2::text is null then null else $3::timestamptz end,
                version = version + 1, edited_at = $3, editor_id = $4
         where name = $1",
        name.as_str(),
        reason,
        at,
        editor.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}
