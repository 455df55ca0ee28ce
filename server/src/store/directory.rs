//! Everybody who ever signed in, with their roles and ways in, for Platform.

use super::Result;
use super::sessions::Going;
use domain::id::PersonId;
use domain::view::PersonRow;
use sqlx::PgExecutor;

/// A page by name. `text` is part of the name or e-mail address; `after` is name and id of the last one of the page before.
pub async fn list(
    db: impl PgExecutor<'_>,
    going: Going,
    text: &str,
    after: Option<(&str, PersonId)>,
    limit: i64,
) -> Result<Vec<PersonRow>> {
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.email, p.vouched_at, p.groups_incomplete_since,
                  (select count(*) from sessions s
                   where s.person_id = p.id and s.expires_at > $1 and s.last_seen_at > $2) as "n_sessions!",
                  (select count(*) from access_tokens a
                   where a.person_id = p.id and a.expires_at > $1 and a.revoked_at is null) as "n_tokens!",
                  array(select r.role || coalesce(' in ' || t.slug, '')
                               || coalesce(', by ' || r.group_name, ', by membership until ' || r.until::date)
                        from roles r left join teams t on t.id = r.team_id
                        where r.person_id = p.id order by t.slug nulls first, r.role limit 20) as "roles!"
           from people p
           where ($3 = '' or strpos(lower(p.name), lower($3)) > 0 or strpos(lower(p.email), lower($3)) > 0)
             and ($4::text is null or (p.name, p.id) > ($4, $5::uuid))
           order by p.name, p.id limit $6"#,
        going.now,
        going.used_since,
        text,
        after.map(|(name, _)| name),
        after.map(|(_, id)| id.0),
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| PersonRow {
            id: PersonId(r.id),
            name: r.name,
            email: r.email,
            vouched_at: r.vouched_at,
            groups_incomplete_since: r.groups_incomplete_since,
            n_sessions: r.n_sessions,
            n_tokens: r.n_tokens,
            roles: r.roles,
        })
        .collect())
}

pub async fn get(db: impl PgExecutor<'_>, going: Going, id: PersonId) -> Result<PersonRow> {
    let r = sqlx::query!(
        r#"select p.id, p.name, p.email, p.vouched_at, p.groups_incomplete_since,
                  (select count(*) from sessions s
                   where s.person_id = p.id and s.expires_at > $1 and s.last_seen_at > $2) as "n_sessions!",
                  (select count(*) from access_tokens a
                   where a.person_id = p.id and a.expires_at > $1 and a.revoked_at is null) as "n_tokens!",
                  array(select r.role || coalesce(' in ' || t.slug, '')
                               || coalesce(', by ' || r.group_name, ', by membership until ' || r.until::date)
                        from roles r left join teams t on t.id = r.team_id
                        where r.person_id = p.id order by t.slug nulls first, r.role limit 20) as "roles!"
           from people p where p.id = $3"#,
        going.now,
        going.used_since,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(PersonRow {
        id: PersonId(r.id),
        name: r.name,
        email: r.email,
        vouched_at: r.vouched_at,
        groups_incomplete_since: r.groups_incomplete_since,
        n_sessions: r.n_sessions,
        n_tokens: r.n_tokens,
        roles: r.roles,
    })
}
