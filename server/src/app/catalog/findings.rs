//! What was found in a version, in the words in which people decide on it.

use charts::rendered::{self, Allowed, Limits, Reach, RenderedError, RenderedFacts, Right as Found};
use domain::catalog::{Findings, Needs, Right, Signature};
use domain::class::PodSecurity;
use std::collections::BTreeSet;

/// What a chart is rendered for.
pub const SAMPLE_NAMESPACE: &str = "namespace-sample";
/// Of each list; what is more is counted in its last line.
const MOST_SHOWN: usize = 200;

/// Of what a chart renders to with its defaults.
pub fn of(manifests: &str, signature: Signature) -> Result<Findings, RenderedError> {
    let facts = rendered::read(manifests, &Limits::default())?;
    let mut is_cut = false;
    let mut shown = |lines: &mut dyn Iterator<Item = String>| {
        let (lines, is_cut_now) = shown(lines);
        is_cut |= is_cut_now;
        lines
    };
    Ok(Findings {
        images: shown(&mut facts.images.iter().map(|image| image.image.clone())),
        cluster_scoped: shown(&mut facts.cluster_scoped().map(|object| object.id.to_string())),
        custom_resources: shown(&mut facts.crds.iter().map(|crd| crd.kind.clone())),
        rights: facts.rights.rights.iter().map(right).collect(),
        pod_security: facts.pod_security.level,
        pod_security_violations: shown(&mut violations(&facts)),
        not_creatable: shown(
            &mut facts.outside(&creatable(), SAMPLE_NAMESPACE).iter().map(|outside| outside.object.to_string()),
        ),
        hooks: shown(&mut facts.hooks.iter().map(|hook| format!("{} {}", hook.events.join(", "), hook.object))),
        needs: needs(&facts),
        n_objects: facts.objects.len(),
        signature,
        is_cut,
    })
}

/// Each once, in order; and whether there are more than are shown.
fn shown(lines: &mut dyn Iterator<Item = String>) -> (Vec<String>, bool) {
    let all: BTreeSet<_> = lines.map(|line| line.replace('\0', "")).collect();
    let n_more = all.len().saturating_sub(MOST_SHOWN);
    let more = (n_more > 0).then(|| format!("and {n_more} more"));
    (all.into_iter().take(MOST_SHOWN).chain(more).collect(), n_more > 0)
}

fn right(found: &Found) -> Right {
    let is_grave = !found.marks.is_empty();
    let is_cluster_wide = match found.reach {
        Reach::Cluster | Reach::Aggregated => true,
        Reach::Namespace | Reach::Unbound => false,
    };
    Right { words: found.to_string(), is_cluster_wide, is_grave }
}

/// What keeps it from the level above its own.
fn violations(facts: &RenderedFacts) -> impl Iterator<Item = String> + '_ {
    let next = match facts.pod_security.level {
        PodSecurity::Privileged => PodSecurity::Baseline,
        PodSecurity::Baseline | PodSecurity::Restricted => PodSecurity::Restricted,
    };
    let keeps = facts.pod_security.keeps_from(next);
    keeps.map(|(object, violation)| format!("{object}: {} is {}", violation.field, violation.value))
}

fn needs(facts: &RenderedFacts) -> Needs {
    // What runs at times only needs something, too.
    let steady = facts.needs.at_least;
    let least = if steady.requests.pods > 0 { steady } else { facts.needs.at_most_with_jobs };
    let n_unknown = least.unnamed.cpu_requests.max(least.unnamed.memory_requests);
    Needs {
        cpu_m: least.requests.cpu_m,
        memory_bytes: least.requests.memory_bytes,
        storage_bytes: least.requests.storage_bytes,
        n_unknown: usize::try_from(n_unknown).unwrap_or(usize::MAX),
    }
}

/// What the account of a team may create in its namespace, as Berth gives it.
fn creatable() -> Allowed {
    Allowed::new(crate::cluster::creatable_by_deployers())
}
