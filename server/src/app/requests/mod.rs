//! Asking and deciding.

mod comments;
mod decide;
mod evaluate;
mod fit;
mod forgotten;
mod grant;
mod hindrance;
mod history;
mod impact;
mod kinds;
mod limits;
mod lists;
mod new_form;
mod obstacle;
mod periodic;
mod revise;
mod show;
mod standstill;
mod submit;
mod undo;

pub use comments::{comment, list_comments};
pub use decide::{approve, reject, request_changes, withdraw};
pub use evaluate::{check, check_revision};
pub(super) use fit::{annotate as annotate_fit, clusters_of};
pub use history::quota_history;
pub(super) use kinds::adopt_quota;
pub use lists::{count, list};
pub use new_form::{new_form, refused_new_form};
pub use periodic::{AdmitWaiting, ExpireRequests, admit_waiting, expire};
pub use revise::{accept_suggestion, revise};
pub use show::{get, lifetime_form, quota_form};
pub(super) use show::{timeline, with_comments};
pub(super) use standstill::mark_away;
pub use submit::submit;
pub(super) use undo::restart;
pub use undo::{retry, undo};

use super::{Change, Ctx, Error, Result};
use crate::store;
use crate::store::Conn;
use domain::actor::{Actor, Person};
use domain::audit::EventKind;
use domain::audit::detail::ApprovedBy;
use domain::name::RequestNumber;
use domain::request::Request;

pub(super) async fn save(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<()> {
    Ok(store::requests::save(tx, request, ctx.now()).await?)
}

pub(super) async fn record_event(tx: &mut Change, ctx: &Ctx, request: &Request, kind: EventKind) -> Result<()> {
    let subject = request.number.to_string();
    match &ctx.actor {
        Actor::System(_) | Actor::Rule(_) => {
            let ctx = on_behalf_of_requester(tx, ctx, request).await?;
            tx.record(&ctx, subject, Some(request.team.id), kind);
        }
        Actor::Person(_) | Actor::Operator | Actor::Nobody => {
            tx.record(ctx, subject, Some(request.team.id), kind);
        }
    }
    Ok(())
}

/// That a rule approved it, where one did: nobody decided, so nobody is named.
pub(super) async fn record_approved_by_rule(tx: &mut Change, ctx: &Ctx, request: &Request) -> Result<()> {
    let Some(rule) = request.plan.automatic_by() else { return Ok(()) };
    let ctx = ctx.instead(Actor::Rule(rule.to_owned()));
    let by = ApprovedBy::rule(rule, request.granted());
    record_event(tx, &ctx, request, EventKind::RequestApproved { by }).await
}

/// What Berth does for a request it does for whoever asked.
pub(super) async fn on_behalf_of_requester(tx: &mut Conn, ctx: &Ctx, request: &Request) -> Result<Ctx> {
    let name = store::people::find_name(tx, request.requester).await?;
    let on_behalf_of = name.map(|name| (request.requester, name));
    Ok(Ctx { on_behalf_of, ..ctx.clone() })
}

pub(super) async fn lock(tx: &mut Conn, number: RequestNumber) -> Result<Request> {
    Ok(store::requests::lock(tx, number).await?)
}

pub(super) fn signed_in(ctx: &Ctx) -> Result<&Person> {
    match &ctx.actor {
        Actor::Person(person) => Ok(person),
        Actor::Nobody | Actor::Operator | Actor::System(_) | Actor::Rule(_) => Err(Error::SignInFirst),
    }
}
