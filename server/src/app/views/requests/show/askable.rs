//! What the forms need that ask something of a namespace that is there: whether the reader may, and what is asked already.

use super::permissions::permission;
use super::view;
use crate::app::requests::kinds::last_day;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::namespaces::Stored;
use domain::request::Kind;
use domain::view::{OpenRequest, Permission, RequestView};
use domain::{Action, Refusal, allow};

pub(super) struct Askable {
    /// Whether the reader may ask, and if not, why.
    pub can_ask: Permission,
    /// A request of the same kind that is open.
    pub open: Option<OpenRequest>,
}

impl Askable {
    pub(super) async fn of(ctx: &Ctx, kind: Kind, stored: &Stored) -> Result<Self> {
        let mut conn = ctx.snapshot().await?;
        let team = stored.namespace.team.id;
        ctx.allow(Action::SeeNamespaces(team))?;
        let mut can_ask = permission(allow(&ctx.actor, Action::Ask(team)));
        if can_ask.allowed
            && let Err(refusal) = check(kind, stored)
        {
            can_ask = Permission::no(refusal.to_string());
        }
        let open = match store::requests::find_open(&mut *conn, stored.namespace.id, kind).await? {
            Some(number) => Some(open_request(ctx, view(&mut conn, ctx, number).await?, can_ask.allowed)),
            None => None,
        };
        Ok(Self { can_ask, open })
    }
}

/// Whether the namespace can have it at all.
fn check(kind: Kind, stored: &Stored) -> Result<(), Refusal> {
    kind.require_namespace(&stored.namespace.name, Some((stored.state, stored.condition)))?;
    kind.require_no_deletion(&stored.namespace.name, stored.ending)?;
    if kind == Kind::Extend { last_day(&stored.namespace).map(|_| ()) } else { Ok(()) }
}

/// One's own takes the place of one's own that nobody has granted, for who may still ask; all else stands in the way.
fn open_request(ctx: &Ctx, request: RequestView, can_ask: bool) -> OpenRequest {
    let is_yours = ctx.actor.person_id() == Some(request.row.requester.id);
    OpenRequest {
        is_yours,
        gives_way: is_yours && can_ask && request.row.state.is_pending(),
        can_revise: request.can_revise.allowed,
        can_comment: request.can_comment.allowed,
        row: request.row,
    }
}
