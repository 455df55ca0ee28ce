//! Why nobody works on what is decided: in one request, and in all rows of a page at once.

use crate::app::clusters::freshness;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::cluster::Freshness;
use domain::drift::Trouble;
use domain::request::Obstacle;
use domain::view::{RequestRow, RequestState, Standstill};

/// What stands in the way of a request, as far as the database knows.
pub(super) fn of(
    state: RequestState,
    obstacle: Option<&Obstacle>,
    trouble: Option<Trouble>,
    is_worked_on: bool,
) -> Option<Standstill> {
    let is_under_way = matches!(state, RequestState::Approved | RequestState::Applying | RequestState::Undoing);
    match obstacle {
        Some(Obstacle::Removed) => Some(Standstill::Removed),
        Some(Obstacle::Replaced) => Some(Standstill::Another),
        Some(Obstacle::Paused { .. }) => Some(Standstill::Paused),
        Some(Obstacle::RoomUnknown { .. } | Obstacle::Namespace(_)) | None => match trouble {
            Some(Trouble::Ahead) => Some(Standstill::Ahead),
            Some(Trouble::Missing | Trouble::Leaving | Trouble::Foreign | Trouble::Refused) | None => {
                (is_under_way && !is_worked_on).then_some(Standstill::NoOrder)
            }
        },
    }
}

/// Says it of clusters that do not answer, which the watch knows and the database does not.
pub async fn say_away(conn: &mut Conn, ctx: &Ctx, rows: &mut [RequestRow]) -> Result<()> {
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
