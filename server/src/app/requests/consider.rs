//! What would happen to an ask: the verdict before it is submitted, and the plan when it is.

use super::show::stage_views;
use super::signed_in;
use crate::app::clusters::freshness;
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use domain::ask::{Amount, NewNamespace};
use domain::class::Class;
use domain::cluster::Room;
use domain::name::{ClusterName, SizeName};
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::TeamRef;
use domain::view::{Outcome, RoomLine, RoomView, Verdict};
use domain::{Action, Refusal, policy};

/// An ask with all that was looked up for it.
pub(super) struct Considered {
    pub team: TeamRef,
    pub cluster: store::clusters::Cluster,
    pub class: Class,
    pub size: Option<SizeName>,
    pub asked: Quota,
    pub room: Room,
    pub plan: Plan,
    pub is_taken: bool,
}

/// Whether anybody else may grant on the cluster before the transaction ends.
pub(super) enum Lock {
    None,
    Room,
}

/// The verdict on an ask. Mistakes are part of it, not an error; what the actor may not see is.
pub async fn check(ctx: &Ctx, new: Result<NewNamespace, Refusal>) -> Result<Verdict> {
    let new = match new {
        Ok(new) => new,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    let mut conn = ctx.db().acquire().await?;
    match consider(&mut conn, ctx, &new, Lock::None).await {
        Ok(considered) if considered.is_taken => Ok(refused(&Refusal::NameTaken(new.name))),
        Ok(considered) => verdict(&mut conn, ctx, considered).await,
        Err(Error::Refused(refusal)) => Ok(refused(&refusal)),
        Err(error) => Err(error),
    }
}

pub(super) async fn consider(conn: &mut Conn, ctx: &Ctx, new: &NewNamespace, lock: Lock) -> Result<Considered> {
    let team = store::teams::find(&mut *conn, &new.team).await?.ok_or_else(|| unknown("team"))?;
    // A team one may not see is a team that does not exist.
    ctx.allow(Action::SeeTeam(team.id)).map_err(|_| unknown("team"))?;
    ctx.allow(Action::Ask(team.id))?;
    let cluster = store::clusters::find(&mut *conn, &new.cluster).await?.ok_or_else(|| unknown("cluster"))?;
    let class = store::classes::find_latest(&mut *conn, &new.class).await?.ok_or_else(|| unknown("class"))?;
    let (size, asked) = amount(&class, &new.amount)?;
    let room = match lock {
        Lock::None => store::clusters::find_room(conn, cluster.id).await?,
        Lock::Room => store::clusters::lock_room(conn, cluster.id).await?,
    };
    let room = room.ok_or_else(|| not_read_yet(&cluster.name))?;
    let beyond = asked.beyond(&room.ceiling);
    if !beyond.is_empty() {
        return Err(Refusal::NoRoom(beyond).into());
    }
    let n_owners = store::people::count_owners(&mut *conn, team.id, &[signed_in(ctx)?.id]).await?;
    let plan = policy::plan(&policy::Facts { class: &class, asked, room: &room, n_owners });
    let is_taken = store::namespaces::is_taken(&mut *conn, cluster.id, &new.name).await?;
    Ok(Considered { team, cluster, class, size, asked, room, plan, is_taken })
}

/// Nobody can say what fits before the cluster's nodes were read once.
pub(super) fn not_read_yet(cluster: &ClusterName) -> Error {
    Refusal::ClusterNotReady {
        cluster: cluster.to_string(),
        state: "not read yet: Berth does not know its room".into(),
    }
    .into()
}

pub(super) fn room_view(ctx: &Ctx, cluster: &store::clusters::Cluster, room: &Room, asked: &Quota) -> RoomView {
    let line = |resource| RoomLine {
        resource,
        granted: room.granted.get(resource),
        asked: asked.get(resource),
        ceiling: room.ceiling.get(resource),
    };
    RoomView {
        cluster: cluster.name.to_string(),
        freshness: freshness(ctx, cluster.id),
        lines: room.bounded().map(line).collect(),
        short: room.short_of(asked),
    }
}

fn amount(class: &Class, amount: &Amount) -> Result<(Option<SizeName>, Quota)> {
    match amount {
        Amount::Size(name) => Ok((Some(name.clone()), class.size(name)?.quota)),
        Amount::Own(quota) => {
            let over = quota.beyond(&class.spec.ceiling);
            if over.is_empty() {
                return Ok((None, *quota));
            }
            let error = |s: &domain::quota::Shortfall| domain::refusal::FieldError {
                field: s.resource.field().into(),
                message: format!(
                    "class {} allows up to {}",
                    class.name,
                    s.resource.say(class.spec.ceiling.get(s.resource))
                ),
            };
            Err(Refusal::Invalid(over.iter().map(error).collect()).into())
        }
    }
}

async fn verdict(conn: &mut Conn, ctx: &Ctx, considered: Considered) -> Result<Verdict> {
    let Considered { team, cluster, asked, room, plan, .. } = considered;
    let stages = stage_views(conn, ctx, &plan, &team, None, &[signed_in(ctx)?.id]).await?;
    let room = room_view(ctx, &cluster, &room, &asked);
    let (outcome, headline) = if plan.is_automatic() {
        (Outcome::Automatic, "Approved automatically.".to_owned())
    } else {
        (Outcome::Review, headline(&plan, &team))
    };
    Ok(Verdict {
        outcome,
        headline,
        errors: Vec::new(),
        reasons: plan.reasons,
        stages,
        asked: Some(asked),
        room: Some(room),
    })
}

/// `Decided by owners of Payments, then Platform.`
fn headline(plan: &Plan, team: &TeamRef) -> String {
    let titles: Vec<_> = plan.stages.iter().map(|s| s.deciders.title(&team.title)).collect();
    match titles.split_first() {
        Some((first, [])) => format!("Decided by {first}."),
        Some((first, rest)) => format!("Decided by {first}, then {}.", rest.join(", then ")),
        None => String::new(),
    }
}

fn refused(refusal: &Refusal) -> Verdict {
    let errors = refusal.fields();
    let headline = if errors.is_empty() { format!("Not possible: {refusal}.") } else { "Not complete yet.".into() };
    Verdict {
        outcome: Outcome::Refused,
        headline,
        errors,
        reasons: Vec::new(),
        stages: Vec::new(),
        asked: None,
        room: None,
    }
}

fn unknown(what: &str) -> Error {
    Refusal::invalid(what, &format!("there is no such {what}")).into()
}
