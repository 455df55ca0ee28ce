//! What a refusal for lack of quota lacked, read from the API server's words:
//! `exceeded quota: NAME, requested: requests.cpu=2, used: requests.cpu=3, limited: requests.cpu=4`.

use crate::quota::{Quota, Resource, Shortfall};

/// How much more of the quota `n_pods` of what was refused would need; empty where the words are not understood.
pub fn short_of_quota(problem: &str, n_pods: u64) -> Vec<Shortfall> {
    let Some((_, lists)) = problem.split_once("exceeded quota: ") else { return Vec::new() };
    let list = |name: &str| lists.split_once(name).and_then(|(_, rest)| amounts(rest));
    let (Some(requested), Some(used), Some(limited)) = (list("requested: "), list("used: "), list("limited: ")) else {
        return Vec::new();
    };
    let mut short = Quota::ZERO;
    for (name, requested) in &requested {
        let Some(resource) = resource(name) else { continue };
        let of = |list: &[(String, u64)]| list.iter().find(|(other, _)| other == name).map(|(_, amount)| *amount);
        let (Some(used), Some(limited)) = (of(&used), of(&limited)) else { continue };
        let missing = requested.saturating_mul(n_pods.max(1)).saturating_add(used).saturating_sub(limited);
        // Requests and limits of a resource are bounded by one number: the larger need counts.
        short.set(resource, missing.max(short.get(resource)));
    }
    short.beyond(&Quota::ZERO)
}

/// Whether what was refused would fit into a quota of which so much is used now.
pub fn fits_quota(problem: &str, used: &Quota, enforced: &Quota) -> bool {
    let requested = problem.split_once("exceeded quota: ").and_then(|(_, lists)| lists.split_once("requested: "));
    let Some((_, list)) = requested else { return false };
    // What nobody counts here may be what is lacking still.
    let is_known = list
        .split(", ")
        .next()
        .unwrap_or_default()
        .split(',')
        .all(|pair| pair.split_once('=').is_some_and(|(name, _)| resource(name.trim()).is_some()));
    let Some(requested) = amounts(list).filter(|_| is_known) else { return false };
    let fits = |(name, amount): &(String, u64)| {
        resource(name).is_some_and(|resource| used.get(resource).saturating_add(*amount) <= enforced.get(resource))
    };
    !requested.is_empty() && requested.iter().all(fits)
}

/// `requests.cpu=2,pods=1` up to the next list; none where one of ours cannot be read.
fn amounts(text: &str) -> Option<Vec<(String, u64)>> {
    let list = text.split(", ").next().unwrap_or_default();
    let mut amounts = Vec::new();
    for (name, amount) in list.split(',').filter_map(|pair| pair.trim().split_once('=')) {
        let Some(resource) = resource(name) else { continue };
        let amount: String = amount.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
        amounts.push((name.to_owned(), resource.read(&amount).ok()?));
    }
    Some(amounts)
}

/// Which of ours a name in a ResourceQuota bounds.
fn resource(name: &str) -> Option<Resource> {
    match name {
        // Not written by Berth, and the same to Kubernetes.
        "cpu" => Some(Resource::Cpu),
        "memory" => Some(Resource::Memory),
        "count/pods" => Some(Resource::Pods),
        name => Resource::of_quota_name(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str = "pods \"api-1\" is forbidden: exceeded quota: berth-compute, requested: limits.cpu=2,limits.memory=1Gi,requests.cpu=500m, used: limits.cpu=3,limits.memory=1Gi,requests.cpu=1, limited: limits.cpu=4,limits.memory=8Gi,requests.cpu=4";

    #[test]
    fn what_is_missing_is_what_was_requested_and_used_beyond_the_limit() {
        assert_eq!(short_of_quota(REFUSED, 1), [Shortfall { resource: Resource::Cpu, missing: 1000 }]);
        assert_eq!(short_of_quota(REFUSED, 3), [Shortfall { resource: Resource::Cpu, missing: 5000 }]);
    }

    #[test]
    fn thousands_are_read_as_kubernetes_writes_them_and_what_cannot_be_read_is_not_guessed() {
        let of = |used: &str| format!("exceeded quota: q, requested: pods=1, used: pods={used}, limited: pods=1k");
        assert_eq!(short_of_quota(&of("1k"), 1), [Shortfall { resource: Resource::Pods, missing: 1 }]);
        assert_eq!(short_of_quota(&of("many"), 1), []);
    }

    #[test]
    fn what_was_refused_fits_once_there_is_room() {
        let quota = |cpu_m| Quota { cpu_m, memory_bytes: 8 << 30, ..Quota::ZERO };
        assert!(!fits_quota(REFUSED, &quota(3000), &Quota { cpu_m: 4000, memory_bytes: 9 << 30, ..Quota::ZERO }));
        assert!(fits_quota(REFUSED, &quota(2000), &Quota { cpu_m: 4000, memory_bytes: 9 << 30, ..Quota::ZERO }));
        assert!(!fits_quota("no words of quota", &quota(0), &quota(9000)));
        let beside = "exceeded quota: cap, requested: limits.ephemeral-storage=1Gi,requests.cpu=1, used: a, limited: b";
        assert!(!fits_quota(beside, &quota(0), &quota(9000)), "nobody knows whether the other fits");
    }

    #[test]
    fn other_words_lack_nothing() {
        for words in
            ["", "exceeded quota: ", "exceeded quota: x, requested: cpu, used: =, limited: ,", "Error: no image"]
        {
            assert_eq!(short_of_quota(words, 1), []);
        }
    }
}
