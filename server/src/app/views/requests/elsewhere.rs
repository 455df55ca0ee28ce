//! Other clusters, for who would wait on the one they chose.

use crate::app::Result;
use crate::store;
use crate::store::Conn;
use domain::class::Class;
use domain::cluster::Placement;
use domain::name::ClusterName;
use domain::quota::Quota;

/// Clusters that are named at most.
const MOST: usize = 5;

/// Names of the clusters other than the chosen one on which so much of the class would be granted at once, behind those who
/// wait there; those with the most CPU free first.
pub async fn with_capacity(
    conn: &mut Conn,
    class: &Class,
    chosen: Option<&ClusterName>,
    asked: &Quota,
) -> Result<Vec<String>> {
    let mut clusters = store::clusters::list(&mut *conn).await?;
    clusters.retain(|c| {
        Some(&c.name) != chosen && c.paused_reason.is_none() && c.seen_uid.is_none() && class.spec.may_be_on(&c.name)
    });
    let names: Vec<_> = clusters.iter().map(|cluster| cluster.name.to_string()).collect();
    let fits = |capacity| {
        Placement { capacity, held: Quota::ZERO, overcommit: class.spec.overcommit() }.short_of(asked).is_empty()
    };
    let capacities = store::clusters::list_capacities(&mut *conn, &names).await?;
    let mut capacities: Vec<_> = capacities.into_iter().filter(|(_, capacity)| fits(*capacity)).collect();
    capacities.sort_by_key(|(_, capacity)| std::cmp::Reverse(capacity.free().cpu_m));
    let mut fitting = Vec::new();
    for (name, capacity) in capacities.into_iter().take(MOST) {
        let Some(cluster) = clusters.iter().find(|cluster| cluster.name.as_str() == name) else { continue };
        let needs = store::line::list_needs(&mut *conn, cluster.id).await?;
        if fits(capacity.behind(&needs)) {
            fitting.push(name);
        }
    }
    Ok(fitting)
}
