//! Roles in a team for one person, without a group, until a date. Platform gives and ends them.

use super::teams::lock;
use super::{Change, Ctx, Error, Result, change, clusters};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::Conn;
use domain::actor::TeamRole;
use domain::audit::EventKind;
use domain::id::{PersonId, TeamId};
use domain::name::{Reason, TeamSlug};
use domain::{Action, Refusal};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub struct NewMembership {
    pub person: Whom,
    pub role: TeamRole,
    pub until: OffsetDateTime,
    pub reason: Reason,
}

/// Somebody who has signed in at least once.
pub enum Whom {
    Id(PersonId),
    Email(String),
}

const LONGEST: Duration = Duration::days(366);
/// Namespaces that one run orders at most; the next run goes on.
const BATCH: i64 = 200;

/// Gives the role, in place of the one the person was given in the team before.
pub async fn give(ctx: &Ctx, slug: &TeamSlug, new: NewMembership) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    let giver = ctx.person()?;
    let now = ctx.now();
    if new.until <= now || new.until > now + LONGEST {
        return Err(Refusal::invalid("until", "choose a day within the next year").into());
    }
    change!(ctx, |tx| {
        let team = lock(tx, slug).await?;
        let (person, name) = find(tx, &new.person).await?;
        let to_self = store::own_roles::is_own_person(&mut **tx, giver.id, person).await?;
        ctx.allow(Action::GiveRole { to_self })?;
        let membership = store::memberships::New {
            team: team.id,
            person,
            role: new.role,
            reason: &new.reason,
            given_by: giver.id,
            given_at: now,
            until: new.until,
        };
        store::memberships::save(&mut **tx, &membership).await?;
        let until = new.until.format(&time::format_description::well_known::Rfc3339).map_err(Error::internal)?;
        let (role, reason) = (new.role, new.reason.clone());
        let kind = EventKind::MembershipGiven { person: name, person_id: person, role, until, reason };
        sync(tx, team.id).await?;
        tx.record(ctx, format!("team {slug}"), Some(team.id), kind);
        Ok(())
    })
}

/// Ends it now.
pub async fn end(ctx: &Ctx, slug: &TeamSlug, person: PersonId) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let team = lock(tx, slug).await?;
        let role = store::memberships::delete(&mut **tx, team.id, person).await?.ok_or(Error::NotFound)?;
        let name = store::people::find_name(&mut **tx, person).await?;
        let kind = EventKind::MembershipEnded { person: name, person_id: person, role };
        sync(tx, team.id).await?;
        tx.record(ctx, format!("team {slug}"), Some(team.id), kind);
        Ok(())
    })
}

/// Has the clusters follow memberships that began or ended by themselves. As a job.
pub async fn resync_affected(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    change!(ctx, |tx| {
        let behind = store::memberships::list_behind(&mut **tx, &clusters::away(ctx), BATCH).await?;
        tx.looks(&behind, ctx.now(), Duration::ZERO);
        Ok(())
    })
}

async fn find(tx: &mut Conn, whom: &Whom) -> Result<(PersonId, String)> {
    let unknown = || Refusal::invalid("person", "nobody with this address has signed in to Berth yet");
    match whom {
        Whom::Id(id) => Ok((*id, store::people::find_name(tx, *id).await?.ok_or_else(unknown)?)),
        Whom::Email(email) => {
            let mut found = store::people::list_by_email(tx, email.trim()).await?;
            if found.len() > 1 {
                return Err(
                    Refusal::invalid("person", "several people have this address: use the API with an id").into()
                );
            }
            let found = found.pop().ok_or_else(unknown)?;
            if !found.is_verified {
                return Err(Refusal::invalid(
                    "person",
                    "the identity provider does not say that this address is theirs: use the API with an id",
                )
                .into());
            }
            Ok((found.id, found.name))
        }
    }
}

async fn sync(tx: &mut Change, team: TeamId) -> Result<()> {
    let namespaces = store::namespaces::list_ids_of_team(&mut **tx, team).await?;
    tx.syncs(&namespaces);
    Ok(())
}

/// Has the clusters follow memberships that began or ended.
pub struct ResyncMemberships;

impl Job<Ctx> for ResyncMemberships {
    const NAME: &'static str = "follow_memberships";
    const EVERY: Option<Duration> = Some(Duration::minutes(1));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        resync_affected(ctx).await.into()
    }
}
