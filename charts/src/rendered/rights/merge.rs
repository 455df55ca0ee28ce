//! Rules of many roles as few rights: what is allowed twice is said once.

use super::{Concern, Reach, Right};
use crate::rendered::object::Object;
use crate::rendered::value::{items_at, words_at};
use std::collections::{BTreeMap, BTreeSet};

/// Most combinations of group, resource and name; a chart that has more is not read by people either.
const MOST: usize = 20_000;

const ADMISSION: [&str; 6] = [
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
    "mutatingwebhookconfigurations",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
];

/// One thing that verbs are for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    reach: Reach,
    group: String,
    /// Nothing for an address.
    resource: String,
    url: String,
    names: Vec<String>,
}

/// Rights, and how many targets are left out.
pub fn rights(roles: &[(&Object, Reach)]) -> (Vec<Right>, usize) {
    let mut verbs_of: BTreeMap<Target, BTreeSet<String>> = BTreeMap::new();
    let mut n_left_out = 0;
    for (role, reach) in roles {
        for rule in items_at(&role.value, &["rules"]) {
            let verbs = words_at(rule, &["verbs"]);
            for target in targets(rule, *reach) {
                if verbs_of.len() < MOST || verbs_of.contains_key(&target) {
                    verbs_of.entry(target).or_default().extend(verbs.iter().cloned());
                } else {
                    n_left_out += 1;
                }
            }
        }
    }
    (together(verbs_of), n_left_out)
}

/// Each group with each resource; no more of them than are kept.
fn targets(rule: &serde_json::Value, reach: Reach) -> Vec<Target> {
    let mut names = words_at(rule, &["resourceNames"]);
    names.sort();
    let (groups, resources) = (words_at(rule, &["apiGroups"]), words_at(rule, &["resources"]));
    let target = |group: &str, resource: &str, url: String| Target {
        reach,
        group: group.to_owned(),
        resource: resource.to_owned(),
        url,
        names: names.clone(),
    };
    let of_resources =
        groups.iter().flat_map(|group| resources.iter().map(|resource| target(group, resource, String::new())));
    let of_urls = words_at(rule, &["nonResourceURLs"]).into_iter().map(|url| target("", "", url));
    of_urls.chain(of_resources).take(MOST + 1).collect()
}

/// What has the same verbs stands together, unless one of it is to be looked at and another is not.
fn together(verbs_of: BTreeMap<Target, BTreeSet<String>>) -> Vec<Right> {
    // By the right without what it is for.
    let mut things: BTreeMap<Right, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for (target, verbs) in verbs_of {
        let marks = marks(&target, &verbs);
        let Target { reach, group, resource, url, names } = target;
        let verbs = verbs.into_iter().collect();
        let right = Right { reach, group, resources: vec![], urls: vec![], names, verbs, marks };
        let (resources, urls) = things.entry(right).or_default();
        if url.is_empty() {
            resources.push(resource);
        } else {
            urls.push(url);
        }
    }
    let mut rights: Vec<Right> =
        things.into_iter().map(|(right, (resources, urls))| Right { resources, urls, ..right }).collect();
    rights.sort();
    rights
}

fn marks(target: &Target, verbs: &BTreeSet<String>) -> Vec<Concern> {
    let does = |any: &[&str]| verbs.iter().any(|verb| verb == "*" || any.contains(&verb.as_str()));
    let changes = does(&["create", "update", "patch", "delete", "deletecollection"]);
    let writes = does(&["create", "update", "patch"]);
    let on = |group: &str, resources: &[&str]| {
        let is_resource = target.resource == "*" || resources.contains(&target.resource.as_str());
        [group, "*"].contains(&target.group.as_str()) && is_resource && target.url.is_empty()
    };
    let rbac = "rbac.authorization.k8s.io";
    let is_wild = target.group == "*" || target.resource.starts_with('*') || verbs.contains("*") || target.url == "*";
    let escalates = verbs.iter().any(|verb| ["escalate", "bind", "impersonate"].contains(&verb.as_str()))
        || writes && on(rbac, &["roles", "clusterroles", "rolebindings", "clusterrolebindings"])
        || verbs.contains("*") && on("", &["users", "groups", "serviceaccounts"]);
    let workloads = on("", &["pods", "replicationcontrollers"])
        || on("apps", &["deployments", "daemonsets", "replicasets", "statefulsets"])
        || on("batch", &["jobs", "cronjobs"]);
    let runs_code = writes && workloads
        || does(&["create", "get"]) && on("", &["pods/exec", "pods/attach"])
        || writes && on("", &["pods/ephemeralcontainers"]);
    [
        (is_wild, Concern::Wildcard),
        (on("", &["secrets"]) && (changes || does(&["get", "list", "watch"])), Concern::Secrets),
        (escalates, Concern::Escalates),
        (runs_code, Concern::RunsCode),
        (does(&["create"]) && on("", &["serviceaccounts/token"]), Concern::Tokens),
        (changes && on("admissionregistration.k8s.io", &ADMISSION), Concern::Admission),
        (on("", &["nodes/proxy"]), Concern::Nodes),
    ]
    .into_iter()
    .filter_map(|(is_marked, mark)| is_marked.then_some(mark))
    .collect()
}
