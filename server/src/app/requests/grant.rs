//! What the audit trail says of what follows from a decision.

use crate::app::request_record::record_event;
use crate::app::{Change, Ctx, Result};
use domain::actor::Actor;
use domain::audit::EventKind;
use domain::cluster::Placement;
use domain::request::{Progress, Request, State};

/// What Berth does by itself with what is approved and has no capacity.
const PUT_IN_LINE: &str = "put_in_line";
/// And with what is done as soon as it is approved.
const COMPLETED_AT_ONCE: &str = "complete";

/// Where there is no capacity for what was granted it stands in line; what takes none is completed with its approval.
pub(super) async fn record_outcome(
    tx: &mut Change,
    ctx: &Ctx,
    request: &Request,
    placement: Option<&Placement>,
) -> Result<()> {
    match &request.state {
        // Whoever decided did not: the cluster is full.
        State::Granted { grant, progress: Progress::Waiting } => {
            let kind = EventKind::RequestWaiting { grant: *grant, short: grant.short_of(placement) };
            record_event(tx, &ctx.instead(Actor::System(PUT_IN_LINE)), request, kind).await
        }
        State::Granted { grant, progress: Progress::Completed } => {
            let ctx = ctx.instead(Actor::System(COMPLETED_AT_ONCE));
            record_event(tx, &ctx, request, EventKind::RequestCompleted { grant: *grant, mark: None }).await
        }
        State::Open(_) | State::Granted { .. } | State::Closed(_) => Ok(()),
    }
}
