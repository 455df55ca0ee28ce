//! What who looks may do with a request, and why not.

use super::subject::Subject;
use crate::app::{Ctx, Result};
use domain::request::{Obstacle, Open, Progress, Request, State};
use domain::view::Permission;
use domain::{Action, Denial, Refusal, allow};

/// What who looks may do with a request.
pub(super) struct Permissions {
    pub(super) approve: Permission,
    pub(super) reject: Permission,
    pub(super) send_back: Permission,
    pub(super) revise: Permission,
    pub(super) accept: Permission,
    pub(super) withdraw: Permission,
    pub(super) retry: Permission,
    pub(super) undo: Permission,
    pub(super) comment: Permission,
}

impl Permissions {
    pub(super) fn of(ctx: &Ctx, request: &Request, subject: &Subject) -> Result<Self> {
        let why_not = |obstacle: &Obstacle| Permission::no(obstacle.refusal(&request.cluster.name).to_string());
        let obstacle = subject.obstacle.as_ref().filter(|found| !found.lets_grant()).map(why_not);
        let removed = subject.obstacle.as_ref().filter(|found| **found == Obstacle::Removed).map(why_not);
        let unanswerable = subject.obstacle.as_ref().filter(|found| !found.lets_answer()).map(why_not);
        let may = |action| permission(allow(&ctx.actor, action));
        let while_pending = |action| if request.state.is_pending() { may(action) } else { closed(request) };
        let is_in_review = request.state.is_in_review();
        let is_sent_back = matches!(request.state, State::Open(Open::ChangesRequested(_)));
        let has_failed = matches!(request.state.progress(), Some(Progress::Failed { .. }));
        let has_decided = request.decisions.iter().any(|d| Some(d.person) == ctx.actor.person_id());
        ctx.person()?;
        let decide = match (is_in_review, has_decided) {
            (false, _) => closed(request),
            (true, true) => Permission::no(Refusal::AlreadyDecided.to_string()),
            (true, false) => may(Action::Decide(request)),
        };
        let is_left_lying = request.state.is_under_way() && !subject.is_worked_on;
        Ok(Self {
            approve: obstacle.clone().filter(|_| is_in_review).unwrap_or_else(|| decide.clone()),
            send_back: unanswerable.filter(|_| is_in_review).unwrap_or_else(|| decide.clone()),
            reject: decide,
            revise: match (is_in_review || is_sent_back, &obstacle) {
                (true, Some(why)) => why.clone(),
                (true, None) => may(Action::Revise(request)),
                (false, _) => closed(request),
            },
            accept: match (request.suggestion(), &obstacle) {
                (Some(_), Some(why)) => why.clone(),
                (Some(_), None) => may(Action::Revise(request)),
                (None, _) => Permission::no("nothing is suggested"),
            },
            withdraw: while_pending(Action::Withdraw(request)),
            retry: match (has_failed, is_left_lying, removed) {
                (false, false, _) => Permission::no("only what failed is tried again"),
                (true, _, Some(why)) => why,
                (true, _, None) | (false, true, _) => may(Action::Retry(request)),
            },
            undo: if has_failed { may(Action::Undo(request)) } else { Permission::no("only what failed is undone") },
            comment: may(Action::Comment(request)),
        })
    }
}

fn closed(request: &Request) -> Permission {
    Permission::no(format!("it is {}", request.state.title()))
}

pub(super) fn permission(answer: Result<(), Denial>) -> Permission {
    match answer {
        Ok(()) => Permission::yes(),
        Err(Denial::Refused(refusal)) => Permission::no(refusal.to_string()),
        Err(Denial::Hidden | Denial::SignInFirst) => Permission::no("it is not yours to decide"),
    }
}
