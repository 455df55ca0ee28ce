//! Everybody who ever signed in, with their roles and ways in, for Platform.

use super::Result;
use super::sessions::SessionWindow;
use domain::id::PersonId;
use domain::view::PersonRow;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A page by name. `text` is part of the name or e-mail address; `after` is name and id of the last one of the page before.
pub async fn list(
    db: &mut PgConnection,
    window: SessionWindow,
    text: &str,
    after: Option<(&str, PersonId)>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    let ids = sqlx::query_scalar!(
        "select id from people
         where ($1 = '' or strpos(lower(name), lower($1)) > 0 or strpos(lower(email), lower($1)) > 0)
           and ($2::text is null or (name, id) > ($2, $3::uuid))
         order by name, id limit $4",
        text,
        after.map(|(name, _)| name),
        after.map(|(_, id)| id.0),
        limit
    )
    .fetch_all(&mut *db)
    .await?;
    load(db, window, &ids).await
}

pub async fn get(db: impl PgExecutor<'_>, window: SessionWindow, id: PersonId) -> Result<PersonRow> {
    load(db, window, &[id.0]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}

/// Those with these ids, by name.
async fn load(db: impl PgExecutor<'_>, window: SessionWindow, ids: &[Uuid]) -> Result<Vec<PersonRow>> {
    let rows = sqlx::query!(
        r#"with held as (
              select p.id, array_agg(r.role || coalesce(' in ' || t.slug, '')
                               || coalesce(', by ' || r.group_name, ', by membership until ' || r.until::date)
                               order by t.slug nulls first, r.role) as roles
              from people p cross join lateral roles_of(p.id, p.groups) r left join teams t on t.id = r.team_id
              where p.id = any($3) group by p.id
           )
           select p.id, p.name, p.email, p.vouched_at, p.groups_incomplete_since,
                  (select count(*) from sessions s
                   where s.person_id = p.id and s.expires_at > $1 and s.last_seen_at > $2) as "n_sessions!",
                  (select count(*) from access_tokens a
                   where a.person_id = p.id and a.expires_at > $1 and a.revoked_at is null) as "n_tokens!",
                  coalesce(h.roles[1:20], '{}') as "roles!"
           from people p left join held h on h.id = p.id where p.id = any($3) order by p.name, p.id"#,
        window.now,
        window.used_since,
        ids
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter().map(|r| PersonRow {
        id: PersonId(r.id),
        name: r.name,
        email: r.email,
        vouched_at: r.vouched_at,
        groups_incomplete_since: r.groups_incomplete_since,
        n_sessions: r.n_sessions,
        n_tokens: r.n_tokens,
        roles: r.roles,
    });
    Ok(rows.collect())
}
