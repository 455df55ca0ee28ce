//! Whether there is capacity for what waits for a decision: for all rows of a page at once.

use super::hindrance;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use domain::view::RequestRow;

/// Says it in each row, where the cluster was read already, with what else stands in the way.
pub async fn annotate(conn: &mut Conn, ctx: &Ctx, rows: &mut [RequestRow]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    hindrance::annotate(conn, ctx, rows).await?;
    let mut clusters: Vec<_> = rows.iter().map(|row| row.cluster.clone()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let numbers: Vec<_> = rows.iter().map(|row| row.number.0).collect();
    let capacities = store::clusters::list_capacities(&mut *conn, &clusters).await?;
    let wants = store::wants::list(&mut *conn, &clusters, &numbers).await?;
    for row in rows {
        let waiting: Vec<_> =
            wants.iter().filter(|want| want.is_in_line && want.cluster == row.cluster).map(|want| want.need).collect();
        let own = wants.iter().find(|want| want.number == row.number.0);
        row.fit = capacities.get(&row.cluster).zip(own).map(|(capacity, own)| capacity.fit(&waiting, &own.need));
    }
    Ok(())
}
