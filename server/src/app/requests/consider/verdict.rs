//! The verdict on an ask, for people.

use super::{Considered, Lock, amount, consider, with_room};
use crate::app::clusters::freshness;
use crate::app::requests::show::{Of, stage_views};
use crate::app::requests::signed_in;
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use domain::Refusal;
use domain::ask::New;
use domain::cluster::Room;
use domain::plan::Plan;
use domain::policy::waits_for_nobody;
use domain::quota::{Quota, Shortfall};
use domain::request::{ClusterRef, Kind, TeamRef};
use domain::view::{Outcome, RoomLine, RoomView, Verdict};

/// The verdict on an ask. Mistakes are part of it, not an error; what the actor may not see is.
pub async fn check(ctx: &Ctx, new: Result<New, Refusal>) -> Result<Verdict> {
    let new = match new {
        Ok(new) => new,
        Err(refusal) => return Ok(refused(&refusal)),
    };
    let mut conn = ctx.snapshot().await?;
    match consider(&mut conn, ctx, &new, Lock::None).await {
        Ok(considered) => match considered.name_refusal() {
            Some(refusal) => Ok(refused(&refusal)),
            None => verdict(&mut conn, ctx, considered).await,
        },
        Err(Error::Refused(refusal)) => {
            let elsewhere =
                if let Refusal::NoRoom(_) = &refusal { elsewhere(&mut conn, &new).await? } else { Vec::new() };
            Ok(Verdict { elsewhere, ..refused(&refusal) })
        }
        Err(error) => Err(error),
    }
}

/// Where what never fits on the chosen cluster would.
async fn elsewhere(conn: &mut Conn, new: &New) -> Result<Vec<String>> {
    let New::Namespace(new) = new else { return Ok(Vec::new()) };
    let Some(class) = store::classes::find_latest(&mut *conn, &new.class).await? else { return Ok(Vec::new()) };
    let (_, asked) = amount(&class, &new.amount)?;
    with_room(conn, &class, Some(&new.cluster), &asked).await
}

/// `need` is what the ask would take of the room, and `short` what it lacks, with those who wait before it.
pub fn room_view(ctx: &Ctx, cluster: &ClusterRef, room: &Room, need: &Quota, short: Vec<Shortfall>) -> RoomView {
    let line = |resource| RoomLine {
        resource,
        granted: room.granted.get(resource),
        asked: need.get(resource),
        ceiling: room.ceiling.get(resource),
    };
    RoomView {
        cluster: cluster.name.to_string(),
        freshness: freshness(ctx, cluster.id),
        lines: room.bounded().map(line).collect(),
        short,
    }
}

/// Of a cluster that was never read, or that Berth no longer reads.
pub fn unknown_room(ctx: &Ctx, cluster: &ClusterRef) -> RoomView {
    let freshness = freshness(ctx, cluster.id);
    RoomView { cluster: cluster.name.to_string(), freshness, lines: Vec::new(), short: Vec::new() }
}

async fn verdict(conn: &mut Conn, ctx: &Ctx, considered: Considered) -> Result<Verdict> {
    let unchecked = unchecked(&considered);
    let Considered { kind, team, cluster, class, base, asked, place, plan, leaves, supersedes, takes_over, .. } =
        considered;
    let of = Of { plan: &plan, team: &team, class: &class.name, request: None };
    let stages = stage_views(conn, ctx, of, &[signed_in(ctx)?.id]).await?;
    let short = place.short_of(&asked);
    let has_choice = kind == Kind::NewNamespace && !short.is_empty();
    let elsewhere = if has_choice { with_room(conn, &class, Some(&cluster.name), &asked).await? } else { Vec::new() };
    // As it is, where those who wait are not counted as if they were let in.
    let room = store::clusters::find_room(conn, cluster.id).await?.unwrap_or(place.room);
    let room = room_view(ctx, &cluster, &room, &place.need(&asked), short.clone());
    let (outcome, headline) = if plan.is_automatic() {
        (Outcome::Automatic, automatic(&short))
    } else {
        (Outcome::Review, headline(&plan, &team))
    };
    Ok(Verdict {
        outcome,
        headline,
        errors: Vec::new(),
        missing: Vec::new(),
        reasons: plan.reasons,
        stages,
        base: (kind == Kind::Quota).then_some(base),
        monthly_cost: class.spec.monthly_cost(&asked),
        asked: Some(asked),
        room: Some(room),
        below_use: leaves.below().to_vec(),
        use_unknown: leaves.unknown().to_vec(),
        supersedes,
        elsewhere,
        unchecked,
        takes_over,
    })
}

/// What could not be looked up now, and may still stand in the way.
fn unchecked(considered: &Considered) -> Vec<String> {
    let Considered { kind, name, cluster, on_cluster, .. } = considered;
    match (kind, on_cluster) {
        (Kind::NewNamespace, NameSeen::Unknown) => {
            vec![format!("Whether {} has a namespace {name} already is not known now.", cluster.name)]
        }
        (Kind::NewNamespace, NameSeen::Held | NameSeen::Free) | (Kind::Quota, _) => Vec::new(),
    }
}

fn automatic(short: &[Shortfall]) -> String {
    if short.is_empty() {
        "Approved automatically.".into()
    } else {
        "Approved automatically; then it waits for room on the cluster.".into()
    }
}

/// `Decided by owners of Payments, then Platform.`
fn headline(plan: &Plan, team: &TeamRef) -> String {
    let titles: Vec<_> = plan.stages.iter().map(|s| s.deciders.title(&team.title)).collect();
    let who = match titles.split_first() {
        Some((first, [])) => format!("Decided by {first}."),
        Some((first, rest)) => format!("Decided by {first}, then {}.", rest.join(", then ")),
        None => String::new(),
    };
    if waits_for_nobody(plan) { format!("{who} Nobody there can decide it yet.") } else { who }
}

fn refused(refusal: &Refusal) -> Verdict {
    let errors = refusal.fields();
    let headline =
        if errors.is_empty() { format!("Not possible: {refusal}.") } else { "This has to change first.".into() };
    Verdict {
        outcome: Outcome::Refused,
        headline,
        errors,
        missing: Vec::new(),
        reasons: Vec::new(),
        stages: Vec::new(),
        base: None,
        monthly_cost: None,
        asked: None,
        room: None,
        below_use: Vec::new(),
        use_unknown: Vec::new(),
        supersedes: None,
        elsewhere: Vec::new(),
        unchecked: Vec::new(),
        takes_over: false,
    }
}
