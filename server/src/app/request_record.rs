//! A request as it is stored: locked, saved, and with what happens to it in the audit trail.

use super::{Change, Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::actor::Actor;
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
