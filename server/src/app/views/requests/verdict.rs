//! The verdict on an ask, for people.

use super::capacity::capacity_view;
use super::elsewhere::with_capacity;
use super::show::{StageScope, stage_views};
use crate::app::clusters::Lacking;
use crate::app::requests::evaluate::Evaluation;
use crate::app::requests::facts::amount;
use crate::app::requests::{Lock, blocker, kinds, obstacle};
use crate::app::{Ctx, Error, Result};
use crate::cluster::watch::NameSeen;
use crate::store;
use crate::store::Conn;
use domain::field_error::FieldErrors;
use domain::form::{New, Revision};
use domain::name::RequestNumber;
use domain::namespace::TeamRef;
use domain::plan::Plan;
use domain::policy::waits_for_nobody;
use domain::quota::Shortfall;
use domain::request::{Ask, Kind, Obstacle, Progress, Request};
use domain::view::{Outcome, Verdict};
use domain::{Action, Refusal};

/// The verdict on an ask. Mistakes are part of it, not an error; what the actor may not see is.
pub async fn check(ctx: &Ctx, new: Result<New, FieldErrors>) -> Result<Verdict> {
    let new = match new {
        Ok(new) => new,
        Err(errors) => return Ok(refused(&errors.into())),
    };
    let mut conn = ctx.snapshot().await?;
    match kinds::evaluate(&mut conn, ctx, &new, Lock::None).await {
        Ok(evaluation) => match evaluation.name_refusal() {
            Some(refusal) => Ok(refused(&refusal)),
            None => verdict(&mut conn, ctx, evaluation, None).await,
        },
        Err(Error::Refused(refusal)) => {
            let elsewhere =
                if let Refusal::NoCapacity(_) = &refusal { elsewhere(&mut conn, &new).await? } else { Vec::new() };
            Ok(Verdict { elsewhere, ..refused(&refusal) })
        }
        Err(error) => Err(error),
    }
}

/// The verdict on another revision of a request: what would become of it, were it sent like this.
/// `read` reads what was typed as a revision of a request of this kind.
pub async fn check_revision(
    ctx: &Ctx,
    number: RequestNumber,
    read: impl FnOnce(Kind) -> Result<Revision, FieldErrors>,
) -> Result<Verdict> {
    let mut conn = ctx.snapshot().await?;
    let request = store::requests::find(&mut conn, number).await?.ok_or(Error::NotFound)?;
    ctx.allow(Action::Revise(&request))?;
    let revision = match read(request.kind()) {
        Ok(revision) => revision,
        Err(errors) => return Ok(refused(&errors.into())),
    };
    match again(&mut conn, ctx, request, &revision).await {
        Err(Error::Refused(refusal)) => Ok(refused(&refusal)),
        found => found,
    }
}

async fn again(conn: &mut Conn, ctx: &Ctx, request: Request, revision: &Revision) -> Result<Verdict> {
    let seen = request.revision.into();
    request.check_revisable(seen)?;
    obstacle::refuse(conn, ctx, &request).await?;
    let evaluation = kinds::reevaluate(conn, ctx, &request, revision, Lock::None).await?;
    let (n_before, placement) = (request.decisions.len(), evaluation.impact.placement);
    let revised = evaluation.clone().into_revised();
    match request.clone().revise(ctx.person()?, seen, revised, placement.as_ref()) {
        Ok(revised) => {
            let found = verdict(conn, ctx, evaluation, Some(&revised)).await?;
            let headline = found.headline.clone() + approvals(n_before, revised.decisions.len());
            Ok(Verdict { headline, ..found })
        }
        Err(Refusal::Unchanged) => {
            let evaluation = Evaluation { plan: request.plan.clone(), ..evaluation };
            let found = verdict(conn, ctx, evaluation, Some(&request)).await?;
            Ok(Verdict { headline: "This equals the current request: nothing is revised yet.".into(), ..found })
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What becomes of those that there are.
fn approvals(n_before: usize, n_after: usize) -> &'static str {
    match (n_before, n_after) {
        (0, _) => "",
        (_, 0) => " Earlier approvals no longer count.",
        // Where others' stay, only one's own falls.
        (before, after) if after < before => " Your own approval counts no more; what others approved stays.",
        (_, _) => " Earlier approvals still count.",
    }
}

/// Where what never fits on the chosen cluster would.
async fn elsewhere(conn: &mut Conn, new: &New) -> Result<Vec<String>> {
    let New::Namespace(new) = new else { return Ok(Vec::new()) };
    let Some(class) = store::classes::find_latest(&mut *conn, &new.class).await? else { return Ok(Vec::new()) };
    let (_, asked) = amount(&class, &new.amount)?;
    with_capacity(conn, &class, Some(&new.cluster), &asked).await
}

/// `request` is what it would be then, where it is there already.
async fn verdict(conn: &mut Conn, ctx: &Ctx, evaluation: Evaluation, request: Option<&Request>) -> Result<Verdict> {
    let unchecked = unchecked(&evaluation);
    let asked = evaluation.asked_quota();
    let Evaluation { ask, team, cluster, class, impact, plan, supersedes, takes_over, target_state, .. } = evaluation;
    let kind = ask.kind();
    let of = StageScope { plan: &plan, team: &team, class: &class.name, request };
    let asker = [ctx.person()?.id];
    let known = store::overview::find(&mut *conn, cluster.id, &cluster.name).await?;
    let check = known.as_ref().and_then(|known| known.check.as_ref());
    let disagreement = blocker::disagreement(conn, ctx, kind, &class, &cluster, check).await?;
    let lacking = disagreement.as_ref().map(Lacking::from);
    // Those that were removed are not found.
    let stopped = known.as_ref().map_or(Some(Obstacle::Removed), |known| obstacle::stopped(&known.availability));
    let is_away = blocker::is_away(ctx, cluster.id);
    let blocked_by = blocker::of(kind, stopped.as_ref(), target_state, is_away, lacking.as_ref());
    let stages = stage_views(conn, ctx, of, request.map_or(&asker[..], |request| &request.authors)).await?;
    let short = ask.whole().short_of(impact.placement.as_ref());
    let elsewhere = match asked.filter(|_| kind == Kind::NewNamespace && request.is_none() && !short.is_empty()) {
        Some(asked) => with_capacity(conn, &class, Some(&cluster.name), &asked).await?,
        None => Vec::new(),
    };
    let capacity = impact.placement.zip(asked).map(|(placement, asked)| {
        // As it is, where those who wait are not counted as if they were let in.
        let capacity = known.and_then(|known| known.capacity).unwrap_or(placement.capacity);
        capacity_view(ctx, &cluster, &capacity, (&asked, &placement.need(&asked)), short.clone())
    });
    let decided = request.and_then(|request| decided(request.state.progress()));
    let (outcome, headline) = match (plan.is_automatic(), decided) {
        (true, _) => (Outcome::Automatic, automatic(&short)),
        (false, Some(says)) => (Outcome::Automatic, says.into()),
        (false, None) => (Outcome::Review, headline(&plan, &team)),
    };
    Ok(Verdict {
        outcome,
        kind: Some(kind),
        headline,
        errors: Vec::new(),
        missing: Vec::new(),
        reasons: plan.reasons,
        stages,
        base: if let Ask::Quota { base, .. } = ask { Some(base) } else { None },
        monthly_cost: asked.and_then(|asked| class.spec.monthly_cost(&asked)),
        asked,
        capacity,
        below_use: impact.leaves.below().to_vec(),
        use_unknown: impact.leaves.unknown().to_vec(),
        supersedes,
        elsewhere,
        unchecked,
        blocked_by,
        disagreement,
        takes_over,
    })
}

/// What could not be looked up now, and may still stand in the way.
fn unchecked(evaluation: &Evaluation) -> Vec<String> {
    let Evaluation { ask, name, cluster, on_cluster, .. } = evaluation;
    match (ask.kind().needs_namespace(), on_cluster) {
        (false, NameSeen::Unknown) => {
            vec![format!("Whether {} has a namespace {name} already is not known now.", cluster.name)]
        }
        (false, NameSeen::Held | NameSeen::Free) | (true, _) => Vec::new(),
    }
}

/// Of what nobody has to decide any more, as it would be then.
fn decided(progress: Option<&Progress>) -> Option<&'static str> {
    match progress {
        Some(Progress::Approved) => Some("Approved at once: no decision is left."),
        Some(Progress::Waiting) => Some("No decision is left; then it waits for capacity on the cluster."),
        Some(_) | None => None,
    }
}

fn automatic(short: &[Shortfall]) -> String {
    if short.is_empty() {
        "Approved automatically.".into()
    } else {
        "Approved automatically; then it waits for capacity on the cluster.".into()
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
        kind: None,
        headline,
        errors,
        missing: Vec::new(),
        reasons: Vec::new(),
        stages: Vec::new(),
        base: None,
        monthly_cost: None,
        asked: None,
        capacity: None,
        below_use: Vec::new(),
        use_unknown: Vec::new(),
        supersedes: None,
        elsewhere: Vec::new(),
        unchecked: Vec::new(),
        blocked_by: None,
        disagreement: None,
        takes_over: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_says_of_approvals_which_of_them_stay() {
        let [all, own, none] = [(2, 2), (2, 1), (2, 0)].map(|(before, after)| approvals(before, after));
        assert_eq!((approvals(0, 0), approvals(1, 0), approvals(1, 1)), ("", none, all));
        assert!(own != none && own != all && none != all);
        assert!(own.contains("own") && own.contains("others") && !all.contains("no more"));
    }

    #[test]
    fn what_goes_in_line_is_not_said_to_be_approved_at_once() {
        let said = [Some(&Progress::Approved), Some(&Progress::Waiting), None].map(decided);
        assert!(said[0] != said[1] && said[2].is_none(), "{said:?}");
        assert!(said[1].is_some_and(|says| says.contains("waits for capacity")), "{said:?}");
    }
}
