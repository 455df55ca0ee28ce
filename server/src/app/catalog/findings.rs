//! What was found in a version, in the words in which people decide on it.

use crate::cluster::may_deployers;
use charts::rendered::{self, Allowed, Binding, Limits, Reach, RenderedError, RenderedFacts, Right as Found};
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
        not_creatable: shown(&mut not_creatable(&facts)),
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

/// What the account of a team may not create in its namespace, with the rights that Berth gives it: objects of other kinds,
/// roles that may more than the account itself, and bindings that the policy `berth-bindings` refuses.
fn not_creatable(facts: &RenderedFacts) -> impl Iterator<Item = String> {
    let allowed = Allowed::new(crate::cluster::creatable_by_deployers());
    let outside = facts.outside(&allowed, SAMPLE_NAMESPACE).into_iter().map(|outside| outside.object.to_string());
    let beyond = facts.rights.rights.iter().filter(|right| is_of_role(right) && is_beyond(right));
    let beyond: Vec<_> = beyond.map(|right| format!("Role that may {right}")).collect();
    let bound =
        facts.rights.bindings.iter().filter(|binding| binding.object.kind == "RoleBinding" && !is_let_in(binding));
    let bound: Vec<_> =
        bound.map(|binding| format!("{} (binds {} {})", binding.object, binding.role_kind, binding.role)).collect();
    outside.chain(beyond).chain(bound)
}

/// Not of a ClusterRole, which nobody of a team may make at all.
fn is_of_role(right: &Found) -> bool {
    match right.reach {
        Reach::Namespace | Reach::Unbound => true,
        Reach::Cluster | Reach::Aggregated => false,
    }
}

/// More than deployments may: the API server lets nobody make a role that may more than who makes it.
fn is_beyond(right: &Found) -> bool {
    let may = |verb: &String| right.resources.iter().all(|resource| may_deployers(verb, &right.group, resource));
    !right.urls.is_empty() || !right.verbs.iter().all(may)
}

/// A Role, for accounts of the namespace that are not Berth's.
fn is_let_in(binding: &Binding) -> bool {
    binding.role_kind == "Role"
        && binding.subjects.iter().all(|subject| {
            let is_here = subject.namespace.as_deref().is_none_or(|namespace| namespace == SAMPLE_NAMESPACE);
            subject.kind == "ServiceAccount" && is_here && !subject.name.starts_with("berth-")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\n";
    const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\n";

    fn refused(manifests: &str) -> Vec<String> {
        of(manifests, Signature::NotRequired).expect("is judged").not_creatable
    }

    #[test]
    fn a_chart_may_bring_a_role_for_its_account_that_may_no_more_than_who_installs_it() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: operator}\n";
        let role = format!("{ROLE}rules: [{{apiGroups: [''], resources: [configmaps], verbs: [get, update]}}]\n");
        let binding = format!(
            "{BINDING}roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}}\nsubjects: [{{kind: ServiceAccount, name: operator}}]\n"
        );
        let lease = "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: operator}\n";
        assert_eq!(refused(&[account, &role, &binding, lease].join("---\n")), Vec::<String>::new());
    }

    #[test]
    fn what_the_api_server_or_berths_policies_would_refuse_is_named() {
        let bound = |role: &str, subject: &str| format!("{BINDING}roleRef: {{{role}}}\nsubjects: [{{{subject}}}]\n");
        let (mine, account) = ("kind: Role, name: r", "kind: ServiceAccount, name: a");
        let may = |rule: &str| format!("{ROLE}rules: [{{{rule}}}]\n---\n{}", bound(mine, account));
        for manifests in [
            may("apiGroups: [''], resources: [pods/exec], verbs: [create]"),
            may("apiGroups: ['*'], resources: ['*'], verbs: ['*']"),
            may("apiGroups: [''], resources: [secrets], verbs: ['*']"),
            may("apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate]"),
            bound("kind: ClusterRole, name: view", account),
            bound(mine, "kind: User, name: somebody"),
            bound(mine, "kind: ServiceAccount, name: a, namespace: kube-system"),
            bound(mine, "kind: ServiceAccount, name: berth-viewer"),
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open}\n".to_owned(),
        ] {
            assert_eq!(refused(&manifests).len(), 1, "{manifests}: {:?}", refused(&manifests));
        }
    }
}
