//! People whom the identity provider has vouched for, and the roles they have (the view `roles` says by what).

use super::{Result, from_serde_str, parsed};
use domain::actor::{AuthMethod, Membership, Person, PlatformRole, TeamRole};
use domain::id::{PersonId, TeamId};
use domain::plan::Deciders;
use sqlx::PgExecutor;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;
use uuid::Uuid;

/// What the provider said at a sign-in.
pub struct SignIn<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub email: &'a str,
    pub email_verified: bool,
    pub name: &'a str,
    /// None when the provider did not say: those it said before stay.
    pub groups: Option<&'a [String]>,
    pub at: OffsetDateTime,
}

/// Makes the person, or brings what is known of them up to date. `id` is for a new one.
pub async fn save(db: impl PgExecutor<'_>, id: PersonId, sign_in: &SignIn<'_>) -> Result<PersonId> {
    let id = sqlx::query_scalar!(
        "insert into people (id, issuer, subject, email, name, groups, groups_at, created_at,
            groups_incomplete_since, has_known_groups, vouched_at, email_verified)
         values ($1, $2, $3, $4, $5, coalesce($6, '{}'::text[]), $7, $7,
            case when $6::text[] is null then $7::timestamptz end, $6::text[] is not null, $7, $8)
         on conflict on constraint person_issuer_subject do update set
            email = excluded.email, email_verified = excluded.email_verified, name = excluded.name,
            groups = coalesce($6, people.groups),
            groups_at = case when $6::text[] is null then people.groups_at else excluded.groups_at end,
            groups_incomplete_since = case when $6::text[] is null then coalesce(people.groups_incomplete_since, $7) end,
            has_known_groups = people.has_known_groups or excluded.has_known_groups,
            vouched_at = excluded.vouched_at
         returning id",
        id.0,
        sign_in.issuer,
        sign_in.subject,
        sign_in.email,
        sign_in.name,
        sign_in.groups as Option<&[String]>,
        sign_in.at,
        sign_in.email_verified,
    )
    .fetch_one(db)
    .await?;
    Ok(PersonId(id))
}

/// Holds the person's row, so that what is counted of theirs cannot change meanwhile. Rows that name them may be written
/// all the same.
pub async fn lock(db: impl PgExecutor<'_>, person: PersonId) -> Result<()> {
    sqlx::query!("select id from people where id = $1 for no key update", person.0).fetch_one(db).await?;
    Ok(())
}

/// Somebody with a certain e-mail address.
pub struct Addressed {
    pub id: PersonId,
    pub name: String,
    /// Whether the provider says that it is theirs.
    pub is_verified: bool,
}

/// Those with this e-mail address; nothing keeps two from having the same. Those whose it surely is come first.
pub async fn list_by_email(db: impl PgExecutor<'_>, email: &str) -> Result<Vec<Addressed>> {
    let rows = sqlx::query!(
        "select id, name, email_verified from people where lower(email) = lower($1) order by email_verified desc limit 2",
        email
    );
    let addressed = rows.fetch_all(db).await?.into_iter();
    Ok(addressed.map(|r| Addressed { id: PersonId(r.id), name: r.name, is_verified: r.email_verified }).collect())
}

pub async fn find_name(db: impl PgExecutor<'_>, id: PersonId) -> Result<Option<String>> {
    sqlx::query_scalar!("select name from people where id = $1", id.0).fetch_optional(db).await
}

/// Groups as the provider last said them all.
pub struct Groups {
    pub groups: Vec<String>,
    pub at: OffsetDateTime,
    /// Since when it says them no longer all.
    pub incomplete_since: Option<OffsetDateTime>,
    /// Whether it ever said them all.
    pub are_known: bool,
}

pub async fn get_groups(db: impl PgExecutor<'_>, person: PersonId) -> Result<Groups> {
    sqlx::query_as!(
        Groups,
        "select groups, groups_at as at, groups_incomplete_since as incomplete_since, has_known_groups as are_known
         from people where id = $1",
        person.0
    )
    .fetch_one(db)
    .await
}

/// The groups and the name of somebody, held to the end of the transaction.
pub struct Locked {
    pub id: PersonId,
    pub name: String,
    pub email: String,
    pub email_verified: bool,
    pub groups: Vec<String>,
}

pub async fn lock_by_subject(db: impl PgExecutor<'_>, issuer: &str, subject: &str) -> Result<Locked> {
    let row = sqlx::query!(
        "select id, name, email, email_verified, groups from people where issuer = $1 and subject = $2 for update",
        issuer,
        subject
    )
    .fetch_one(db)
    .await?;
    Ok(Locked {
        id: PersonId(row.id),
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        groups: row.groups,
    })
}

/// Somebody who can decide, and through which role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    pub id: PersonId,
    pub name: String,
    pub via: String,
}

/// The people known to Berth who can decide for `team`, by name: at most 100 of its owners and of those who decide for all
/// of Berth, as far as these are among the `deciders`.
pub async fn list_deciders(
    db: impl PgExecutor<'_>,
    team: TeamId,
    deciders: &[Deciders],
    excluding: &[PersonId],
) -> Result<Vec<(Deciders, Decider)>> {
    let rows = sqlx::query!(
        r#"(select false as "is_platform!", p.id as "id!", p.name as "name!", min(b.role) as "role!"
            from roles b join people p on p.id = b.person_id
            where $3 and b.team_id = $1 and b.role = 'owner' and p.id <> all($2)
            group by p.id order by p.name, p.id limit 100)
           union all
           (select true, p.id, p.name, min(b.role)
            from roles b join people p on p.id = b.person_id
            where $4 and b.team_id is null and b.role in ('platform', 'approver') and p.id <> all($2)
            group by p.id order by p.name, p.id limit 100)"#,
        team.0,
        &uuids(excluding),
        deciders.contains(&Deciders::TeamOwners),
        deciders.contains(&Deciders::Platform),
    )
    .fetch_all(db)
    .await?;
    let decider = |id, name, via| Decider { id: PersonId(id), name, via };
    let of = |is_platform| if is_platform { Deciders::Platform } else { Deciders::TeamOwners };
    Ok(rows.into_iter().map(|r| (of(r.is_platform), decider(r.id, r.name, r.role))).collect())
}

/// How many people known to Berth could decide.
pub struct DeciderCounts {
    pub n_owners: i64,
    pub n_platform: i64,
}

/// For `team`.
pub async fn count_deciders(db: impl PgExecutor<'_>, team: TeamId, excluding: &[PersonId]) -> Result<DeciderCounts> {
    sqlx::query_as!(
        DeciderCounts,
        r#"select (select count(distinct person_id) from roles
                   where team_id = $1 and role = 'owner' and person_id <> all($2)) as "n_owners!",
                  (select count(distinct person_id) from roles
                   where team_id is null and role in ('platform', 'approver') and person_id <> all($2)) as "n_platform!""#,
        team.0,
        &uuids(excluding),
    )
    .fetch_one(db)
    .await
}

/// The names of the people in each of `groups`; a group without known people is left out.
pub async fn list_in_groups(db: impl PgExecutor<'_>, groups: &[String]) -> Result<BTreeMap<String, Vec<String>>> {
    let rows = sqlx::query!(
        r#"select g.name as "group!", p.name from unnest($1::text[]) g (name)
           join people p on p.groups @> array[g.name] order by p.name limit 1000"#,
        groups,
    )
    .fetch_all(db)
    .await?;
    let mut names = BTreeMap::<String, Vec<String>>::new();
    for row in rows {
        names.entry(row.group).or_default().push(row.name);
    }
    Ok(names)
}

/// Groups of people whom Berth has seen that are the same as one of these but for case, blanks and the slash in front, as far
/// as some of those who have one show.
pub async fn list_groups_like(db: impl PgExecutor<'_>, bare: &[String]) -> Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select distinct g.name as "name!"
           from (select groups from people where bare_groups(groups) && $1 limit 1000) p
           cross join lateral unnest(p.groups) g (name)
           where ltrim(lower(regexp_replace(g.name, '\s', '', 'g')), '/') = any($1) limit 100"#,
        bare
    )
    .fetch_all(db)
    .await
}

fn uuids(people: &[PersonId]) -> Vec<Uuid> {
    people.iter().map(|person| person.0).collect()
}

/// A person beside one of their roles; as many rows as roles, and at least one.
pub(super) struct RoleRow {
    pub person_id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Option<String>,
    pub team_id: Option<Uuid>,
    pub slug: Option<String>,
    pub title: Option<String>,
}

/// Folds the rows of one person: the strongest role in each team. None when there are no rows.
pub(super) fn from_roles(rows: Vec<RoleRow>, auth_method: AuthMethod) -> Result<Option<Person>> {
    let Some(first) = rows.first() else { return Ok(None) };
    let (id, name, email) = (PersonId(first.person_id), first.name.clone(), first.email.clone());
    let (mut teams, mut platform) = (BTreeMap::<TeamId, Membership>::new(), BTreeSet::new());
    for row in rows {
        match (row.role, row.team_id, row.slug, row.title) {
            (Some(role), Some(team), Some(slug), Some(title)) => {
                let membership =
                    Membership { team: TeamId(team), slug: parsed(&slug)?, title, role: from_serde_str(&role)? };
                strengthen(&mut teams, membership);
            }
            (Some(role), None, None, None) => {
                platform.insert(from_serde_str::<PlatformRole>(&role)?);
            }
            _ => {}
        }
    }
    let mut teams: Vec<_> = teams.into_values().collect();
    teams.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(Some(Person { id, name, email, auth_method, teams, platform }))
}

fn strengthen(teams: &mut BTreeMap<TeamId, Membership>, membership: Membership) {
    let role: TeamRole = membership.role;
    teams.entry(membership.team).and_modify(|known| known.role = known.role.max(role)).or_insert(membership);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(role: Option<&str>, team: Option<(u128, &str)>) -> RoleRow {
        RoleRow {
            person_id: Uuid::from_u128(1),
            name: "Developer".into(),
            email: "developer@berth.test".into(),
            role: role.map(str::to_owned),
            team_id: team.map(|(id, _)| Uuid::from_u128(id)),
            slug: team.map(|(_, slug)| slug.to_owned()),
            title: team.map(|(_, slug)| slug.to_uppercase()),
        }
    }

    #[test]
    fn the_strongest_of_several_roles_in_a_team_counts() {
        let payments = Some((7, "payments"));
        let rows = vec![row(Some("developer"), payments), row(Some("owner"), payments), row(Some("viewer"), payments)];
        let person = from_roles(rows, AuthMethod::Session).expect("reads").expect("is there");
        assert_eq!(person.teams.len(), 1);
        assert_eq!(person.role_in(TeamId(Uuid::from_u128(7))), Some(TeamRole::Owner));
    }

    #[test]
    fn platform_roles_stand_beside_team_roles() {
        let rows = vec![row(Some("auditor"), None), row(Some("viewer"), Some((7, "payments")))];
        let person = from_roles(rows, AuthMethod::Session).expect("reads").expect("is there");
        assert!(person.is(PlatformRole::Auditor) && !person.is(PlatformRole::Platform));
        assert_eq!(person.teams.len(), 1);
    }

    #[test]
    fn somebody_without_a_binding_is_still_somebody() {
        let person = from_roles(vec![row(None, None)], AuthMethod::Session).expect("reads").expect("is there");
        assert!(person.teams.is_empty() && person.platform.is_empty());
        assert_eq!(from_roles(Vec::new(), AuthMethod::Session).expect("reads"), None);
    }

    #[test]
    fn a_role_berth_does_not_know_is_an_error_not_a_right() {
        assert!(from_roles(vec![row(Some("admin"), None)], AuthMethod::Session).is_err());
    }
}
