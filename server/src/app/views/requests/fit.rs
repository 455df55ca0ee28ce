//! Whether there is capacity for what waits for a decision: for all rows of a page at once.

use crate::app::requests::blocker;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::overview::Overview;
use crate::store::queues::Listed;

/// The clusters that these are on, whose capacity [`annotate`] looks at.
pub fn clusters_of(listed: &[Listed]) -> Vec<String> {
    let mut names: Vec<_> = listed.iter().map(|Listed { row, .. }| row.cluster.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Says it in each row, where the cluster was read already, with what else stands in the way.
pub async fn annotate(conn: &mut Conn, ctx: &Ctx, listed: &mut [Listed], clusters: &[Overview]) -> Result<()> {
    if listed.is_empty() {
        return Ok(());
    }
    blocker::annotate(ctx, listed, clusters);
    let numbers: Vec<_> = listed.iter().map(|Listed { row, .. }| row.number.0).collect();
    let wants = store::wants::list(conn, &clusters_of(listed), &numbers).await?;
    for Listed { row, .. } in listed {
        let waiting: Vec<_> =
            wants.iter().filter(|want| want.is_in_line && want.cluster == row.cluster).map(|want| want.need).collect();
        let own = wants.iter().find(|want| want.number == row.number.0);
        let cluster = clusters.iter().find(|cluster| cluster.name.as_str() == row.cluster);
        let capacity = cluster.and_then(|cluster| cluster.capacity.as_ref());
        row.fit = capacity.zip(own).map(|(capacity, own)| capacity.fit(&waiting, &own.need));
    }
    Ok(())
}
