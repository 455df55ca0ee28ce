//! The stages of a plan with the people who can decide them.

use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::people::Decider;
use domain::id::PersonId;
use domain::name::ClassName;
use domain::namespace::TeamRef;
use domain::plan::{Deciders, Plan, USUAL_WITHIN, usual};
use domain::request::{Open, Request, State, Word};
use domain::view::{DeciderView, StageState, StageView};

pub(super) async fn stages(conn: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Vec<StageView>> {
    let excluded = &request.authors;
    let of =
        StageScope { plan: &request.plan, team: &request.team, class: &request.class.name, request: Some(request) };
    stage_views(conn, ctx, of, excluded).await
}

/// What stages are of; no request before it is asked.
pub(in crate::app::views::requests) struct StageScope<'a> {
    pub plan: &'a Plan,
    pub team: &'a TeamRef,
    pub class: &'a ClassName,
    pub request: Option<&'a Request>,
}

/// The stages with the people who can decide them. `excluding` are those who had a hand in the ask.
pub(in crate::app::views::requests) async fn stage_views(
    conn: &mut Conn,
    ctx: &Ctx,
    StageScope { plan, team, class, request }: StageScope<'_>,
    excluding: &[PersonId],
) -> Result<Vec<StageView>> {
    let is_ahead = !plan.is_automatic() && request.is_none_or(|request| request.state.is_pending());
    let took =
        if is_ahead { store::pace::list(&mut *conn, class, ctx.now() - USUAL_WITHIN).await? } else { Vec::new() };
    let usually = |deciders| usual(took.iter().filter(|(who, _)| *who == deciders).map(|(_, took)| *took).collect());
    let deciders: Vec<_> = plan.stages.iter().map(|stage| stage.deciders).collect();
    let people = match deciders.is_empty() {
        true => Vec::new(),
        false => store::people::list_deciders(conn, team.id, &deciders, excluding).await?,
    };
    let you = ctx.actor.person_id();
    let view = |(_, decider): &(Deciders, Decider)| DeciderView {
        name: decider.name.clone(),
        via: decider.via.clone(),
        is_you: you == Some(decider.id),
    };
    let stages = plan.stages.iter().enumerate().map(|(index, stage)| StageView {
        deciders: stage.deciders.title(&team.title),
        quorum: stage.quorum,
        usually_s: usually(stage.deciders).map(time::Duration::whole_seconds),
        state: request.map_or_else(|| before_it_is_asked(index), |request| stage_state(request, index)),
        people: people.iter().filter(|(who, _)| *who == stage.deciders).map(view).collect(),
    });
    Ok(stages.collect())
}

/// In a verdict the first stage is the one it would wait at.
fn before_it_is_asked(index: usize) -> StageState {
    if index == 0 { StageState::Current } else { StageState::Waiting }
}

fn stage_state(request: &Request, index: usize) -> StageState {
    let rejected = |d: &&domain::request::Decision| usize::try_from(d.stage) == Ok(index) && d.word == Word::Reject;
    if request.decisions.iter().any(|d| rejected(&d)) {
        return StageState::Rejected;
    }
    if request.approvals(index) >= usize::from(request.plan.stages[index].quorum) {
        return StageState::Approved;
    }
    match (request.stage_index(), &request.state) {
        (Some(current), _) if current == index => StageState::Current,
        (Some(_), _) | (None, State::Open(Open::ChangesRequested(_))) => StageState::Waiting,
        (None, _) => StageState::Skipped,
    }
}
