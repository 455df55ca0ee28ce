//! Why nobody works on what is decided: in one request, and in all rows of a page at once.

use crate::app::Ctx;
use crate::app::clusters::freshness;
use crate::store::clusters::Availability;
use crate::store::overview::Overview;
use domain::cluster::Freshness;
use domain::drift::Condition;
use domain::view::{RequestRow, RequestState, StallReason};

/// What stands in the way of a request, as far as the database knows; `store::queues` says the same of a row.
pub(super) fn of(
    state: RequestState,
    cluster: &Availability,
    condition: Option<Condition>,
    is_worked_on: bool,
) -> Option<StallReason> {
    let is_under_way = matches!(state, RequestState::Approved | RequestState::Applying | RequestState::Undoing);
    if cluster.is_removed {
        Some(StallReason::Removed)
    } else if cluster.is_another {
        Some(StallReason::Another)
    } else if cluster.paused_reason.is_some() {
        Some(StallReason::Paused)
    } else if condition == Some(Condition::Ahead) {
        Some(StallReason::Ahead)
    } else {
        (is_under_way && !is_worked_on).then_some(StallReason::NoOrder)
    }
}

/// Whether it would go on, as far as the database knows.
pub(super) fn goes_on(row: &RequestRow) -> bool {
    StallReason::is_of(row.state) && row.stalled_by.is_none()
}

/// Says it of clusters that do not answer, which the watch knows and the database does not.
pub fn mark_away<'a>(ctx: &Ctx, rows: impl Iterator<Item = &'a mut RequestRow>, clusters: &[Overview]) {
    let away = clusters.iter().filter(|cluster| matches!(freshness(ctx, cluster.id), Freshness::Unreachable { .. }));
    let away: Vec<_> = away.map(|cluster| cluster.name.as_str()).collect();
    for row in rows.filter(|row| goes_on(row) && away.contains(&row.cluster.as_str())) {
        *row = row.clone().stalled(Some(StallReason::Away));
    }
}
