//! Why nobody works on what is decided: in one request, and in all rows of a page at once.

use crate::app::clusters::freshness;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::clusters::Cluster;
use domain::cluster::Freshness;
use domain::drift::Condition;
use domain::view::{RequestRow, RequestState, Standstill};

/// What stands in the way of a request, as far as the database knows; `store::queues` says the same of a row.
pub(super) fn of(
    state: RequestState,
    cluster: &Cluster,
    condition: Option<Condition>,
    is_worked_on: bool,
) -> Option<Standstill> {
    let is_under_way = matches!(state, RequestState::Approved | RequestState::Applying | RequestState::Undoing);
    if cluster.removed_at.is_some() {
        Some(Standstill::Removed)
    } else if cluster.seen_uid.is_some() {
        Some(Standstill::Another)
    } else if cluster.paused_reason.is_some() {
        Some(Standstill::Paused)
    } else if condition == Some(Condition::Ahead) {
        Some(Standstill::Ahead)
    } else {
        (is_under_way && !is_worked_on).then_some(Standstill::NoOrder)
    }
}

/// Says it of clusters that do not answer, which the watch knows and the database does not.
pub async fn mark_away(conn: &mut Conn, ctx: &Ctx, rows: &mut [RequestRow]) -> Result<()> {
    let goes_on = |row: &RequestRow| Standstill::is_of(row.state) && row.standstill.is_none();
    if !rows.iter().any(goes_on) {
        return Ok(());
    }
    let clusters = store::clusters::list(conn).await?;
    let away = clusters.iter().filter(|cluster| matches!(freshness(ctx, cluster.id), Freshness::Unreachable { .. }));
    let away: Vec<_> = away.map(|cluster| cluster.name.as_str()).collect();
    for row in rows.iter_mut().filter(|row| goes_on(row) && away.contains(&row.cluster.as_str())) {
        *row = row.clone().standing_still(Some(Standstill::Away));
    }
    Ok(())
}
