//! Whether a role in a team would come to the person who gives it: by a group of theirs, by themselves, or because a
//! cluster's prefix makes another's name read as theirs (`reads_as` in the schema).

use super::Result;
use domain::id::PersonId;
use domain::name::GroupName;
use sqlx::PgExecutor;

pub async fn is_own_group(db: impl PgExecutor<'_>, giver: PersonId, group: &GroupName) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
              select from people p, unnest(p.groups) own,
                 (select groups_prefix from clusters where removed_at is null union all select '') c
              where p.id = $1 and reads_as(c.groups_prefix, $2, own)
           ) as "is!""#,
        giver.0,
        group.as_str()
    )
    .fetch_one(db)
    .await
}

pub async fn is_own_person(db: impl PgExecutor<'_>, giver: PersonId, person: PersonId) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select $1::uuid = $2::uuid or exists (
              select from people giver, people other,
                 (select coalesce(users_prefix, groups_prefix) as prefix from clusters where removed_at is null) c
              where giver.id = $1 and other.id = $2 and reads_as(c.prefix, other.subject, giver.subject)
           ) as "is!""#,
        giver.0,
        person.0
    )
    .fetch_one(db)
    .await
}

/// Whether these prefixes make a bound group, or somebody with a membership, read as who sets them.
pub async fn is_own_by_prefix(
    db: impl PgExecutor<'_>,
    setter: PersonId,
    groups_prefix: &str,
    users_prefix: &str,
) -> Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
              select from people p, unnest(p.groups) own, bindings b
              where p.id = $1 and b.team_id is not null and own <> b.group_name and reads_as($2, b.group_name, own)
           ) or exists (
              select from people p, memberships m join people other on other.id = m.person_id
              where p.id = $1 and other.subject <> p.subject and reads_as($3, other.subject, p.subject)
           ) as "is!""#,
        setter.0,
        groups_prefix,
        users_prefix
    )
    .fetch_one(db)
    .await
}
