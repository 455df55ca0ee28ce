//! Teams: a row of each, and one with all that belongs to it.

use super::namespaces::{access_rows, rows};
use super::people::near_groups;
use crate::app::{Ctx, Error, PAGE, Result, paginate};
use crate::store;
use crate::store::Visible;
use crate::store::teams::{Filter, PersonWithRole, TeamSums};
use domain::actor::{Person, TeamRole};
use domain::name::{GroupName, TeamSlug};
use domain::setup::TeamSetup;
use domain::view::{Page, TeamFilter, TeamPerson, TeamRow, TeamView, TeamsView};
use domain::{Action, allow};

/// People that a team's page shows at most.
const LARGEST_TEAM: i64 = 200;

/// The teams one may see, by short name. `after` is the short name of the last one of the page before.
pub async fn list(ctx: &Ctx, filter: TeamFilter, after: Option<&str>, limit: i64) -> Result<TeamsView> {
    ctx.allow(Action::SeeOwn)?;
    let person = ctx.person()?;
    let narrowed = Filter { text: filter.text.trim(), archived: filter.archived, after, limit: limit + 1 };
    let mut sums = store::teams::list_sums(ctx.db(), &Visible::to(person), &narrowed).await?;
    let next = paginate(&mut sums, limit, |sum| sum.team.slug.to_string());
    let items = sums.into_iter().map(|sum| row(person, sum)).collect();
    Ok(TeamsView { filter, page: Page { items, next }, can_change: allow(&ctx.actor, Action::SetUp).is_ok() })
}

/// One team with all that belongs to it.
pub async fn get(ctx: &Ctx, slug: &TeamSlug) -> Result<TeamView> {
    let mut conn = ctx.snapshot().await?;
    let stored = store::teams::find_stored(&mut conn, slug).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::SeeTeam(stored.id))?;
    let held = store::teams::get_held(&mut *conn, stored.id).await?;
    let bound: Vec<(GroupName, TeamRole)> = stored.setup.groups.iter().map(|b| (b.group.clone(), b.role)).collect();
    let groups: Vec<_> = bound.iter().map(|(group, _)| group.to_string()).collect();
    let in_groups = store::people::list_in_groups(&mut *conn, &groups).await?;
    let near = near_groups(&mut conn, bound.iter().map(|(group, _)| group), &in_groups).await?;
    let only = Visible { everything: false, teams: vec![stored.id.0] };
    let namespaces = store::namespaces::list(&mut conn, &only, None, PAGE).await?;
    Ok(TeamView {
        row: TeamRow {
            slug: slug.to_string(),
            title: stored.setup.title.to_string(),
            your_role: ctx.person()?.role_in(stored.id),
            n_namespaces: i64::try_from(held.n_namespaces).unwrap_or(i64::MAX),
            granted: held.quota,
            archived_at: stored.archived_at,
        },
        description: stored.setup.description.map(String::from),
        cost_centre: stored.setup.cost_centre.map(String::from),
        limits: stored.setup.limits,
        groups: access_rows(&bound, &in_groups, &near),
        people: people(store::teams::list_people(&mut *conn, stored.id, LARGEST_TEAM).await?),
        memberships: store::memberships::list(&mut *conn, stored.id).await?,
        n_open_requests: store::teams::count_open_requests(&mut *conn, stored.id).await?,
        namespaces: rows(ctx, &namespaces),
        version: stored.version,
        changed_by: stored.changed_by,
        changed_at: stored.changed_at,
        can_change: allow(&ctx.actor, Action::SetUp).is_ok(),
    })
}

/// What is set up of a team, with its version, for whoever changes it.
pub async fn get_setup(ctx: &Ctx, slug: &TeamSlug) -> Result<(TeamSetup, i32)> {
    ctx.allow(Action::SetUp)?;
    let stored = store::teams::find_stored(&mut *ctx.db().acquire().await?, slug).await?.ok_or(Error::NotFound)?;
    Ok((stored.setup, stored.version))
}

fn row(person: &Person, sum: TeamSums) -> TeamRow {
    TeamRow {
        slug: sum.team.slug.to_string(),
        title: sum.team.title,
        your_role: person.role_in(sum.team.id),
        n_namespaces: sum.n_namespaces,
        granted: sum.granted,
        archived_at: sum.archived_at,
    }
}

/// One row per person, with their strongest role and everything that gives them one.
fn people(rows: Vec<PersonWithRole>) -> Vec<TeamPerson> {
    let mut people: Vec<TeamPerson> = Vec::new();
    for row in rows {
        let via = row.group.map_or_else(|| "membership".to_owned(), |group| format!("group {group}"));
        match people.last_mut() {
            Some(person) if person.id == row.id => {
                person.role = person.role.max(row.role);
                person.via.push(via);
            }
            Some(_) | None => {
                let (id, name, role, last_seen_at) = (row.id, row.name, row.role, row.last_seen_at);
                people.push(TeamPerson { id, name, role, via: vec![via], last_seen_at });
            }
        }
    }
    people
}
