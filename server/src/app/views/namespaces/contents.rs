//! What is in a namespace, as the watch sees it: for who is about to end it.

use crate::app::Ctx;
use crate::app::clusters::freshness;
use crate::cluster::watch::{Observed, SeenClaim};
use crate::store::namespaces::Stored;
use domain::diagnosis::{Pod, Workload};
use domain::drift::Condition;
use domain::view::{ContainedService, ContainedVolume, ContainedWorkload, ContentsView};

/// Of each that are listed.
const LISTED_MOST: usize = 200;

/// Asks nobody: what was seen last, and how old that is. Of one that is gone from its cluster nothing is known.
pub fn contents(ctx: &Ctx, stored: &Stored) -> ContentsView {
    let (cluster, name, now) = (stored.namespace.cluster.id, &stored.namespace.name, ctx.now());
    let caches = &ctx.berth.caches;
    let is_there = !stored.condition.is_some_and(Condition::is_gone);
    let observed = if is_there { caches.namespace(cluster, name) } else { None };
    let services = if is_there { caches.external_services(cluster, name, now) } else { None };
    let claims = if is_there { caches.claims(cluster, name, now) } else { None };
    let service = |(name, addresses)| ContainedService { name, addresses };
    let mut workloads = observed.as_ref().filter(|seen| !seen.lacks_workloads).map(workloads);
    let mut services: Option<Vec<_>> = services.map(|all| all.into_iter().map(service).collect());
    let volume = |(name, claim): (String, SeenClaim)| ContainedVolume { name, bytes: claim.bytes };
    let mut volumes: Option<Vec<_>> = claims.map(|all| all.into_iter().map(volume).collect());
    let is_cut = [cut(&mut workloads), cut(&mut services), cut(&mut volumes)].contains(&true);
    ContentsView {
        is_cut,
        freshness: freshness(ctx, cluster),
        changed_at: observed.as_ref().and_then(changed_at),
        n_pods: observed.as_ref().map(|seen| count(seen.pods.len())),
        n_running: observed.as_ref().map(|seen| count(seen.pods.iter().filter(is_running).count())),
        workloads,
        services,
        volumes,
    }
}

/// Answers whether there was more.
fn cut<T>(list: &mut Option<Vec<T>>) -> bool {
    let is_cut = list.as_ref().is_some_and(|list| list.len() > LISTED_MOST);
    if let Some(list) = list {
        list.truncate(LISTED_MOST);
    }
    is_cut
}

fn workloads(seen: &Observed) -> Vec<ContainedWorkload> {
    let one = |workload: &Workload| ContainedWorkload {
        kind: workload.kind,
        name: workload.name.clone(),
        desired: workload.desired,
        ready: workload.ready,
    };
    let mut all: Vec<_> = seen.workloads.iter().map(one).collect();
    all.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    all
}

fn changed_at(seen: &Observed) -> Option<time::OffsetDateTime> {
    let pods = seen.pods.iter().filter_map(|pod| pod.created_at);
    pods.chain(seen.workloads.iter().filter_map(|workload| workload.created_at)).max()
}

fn is_running(pod: &&Pod) -> bool {
    pod.phase == "Running" && pod.deletion.is_none()
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
