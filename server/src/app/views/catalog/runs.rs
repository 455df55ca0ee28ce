//! What runs of an entry in namespaces of one's teams, by what Helm and charts write on workloads. Releases of which nothing runs
//! are not seen.

use super::places::place_of;
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::namespaces::Stored;
use domain::cluster::Freshness;
use domain::name::EntryName;
use domain::view::EntryRun;

/// Releases that are told.
const MOST: usize = 100;

/// With the number of namespaces of which is not known what runs there.
pub async fn runs(
    ctx: &Ctx,
    conn: &mut store::Conn,
    entry: &EntryName,
    stored: &[Stored],
) -> Result<(Vec<EntryRun>, usize)> {
    let Some(chart) = store::chart_archives::chart_name(&mut *conn, entry).await? else { return Ok((Vec::new(), 0)) };
    let (mut runs, mut n_unseen) = (Vec::new(), 0);
    for stored in stored {
        let namespace = &stored.namespace;
        let caches = &ctx.berth.caches;
        let is_live = matches!(caches.freshness(namespace.cluster.id, ctx.now()), Freshness::Live { .. });
        let summary = caches.summary(namespace.cluster.id, &namespace.name, ctx.now());
        let Some(summary) = summary.filter(|summary| is_live && !summary.lacks_workloads) else {
            n_unseen += 1;
            continue;
        };
        let of_chart = summary.releases.iter().filter_map(|release| Some((release, release.version_of(&chart)?)));
        runs.extend(of_chart.map(|(release, version)| EntryRun {
            namespace: place_of(stored),
            release: release.name.clone(),
            version,
            state: None,
        }));
    }
    runs.truncate(MOST);
    let versions: Vec<_> = runs.iter().map(|run| run.version.clone()).collect();
    let states = store::catalog_lists::states_of(&mut *conn, entry, &versions).await?;
    for run in &mut runs {
        run.state = states.get(&run.version).copied();
    }
    Ok((runs, n_unseen))
}
