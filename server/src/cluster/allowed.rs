//! The words in the annotation [`ALLOWS`](super::ALLOWS): written by [`manifests`](super::manifests), read by the
//! admission policies of [`install`](super::install); and the words by which those speak of them.

use domain::class::{ClassSpec, Loosening, PodSecurity};

pub const NODE_PORTS: &str = "node-ports";
/// Followed by a colon and a value, as are those below.
pub const TOLERATION: &str = "toleration";
pub const PRIORITY_CLASS: &str = "priority-class";
pub const SOURCE_RANGE: &str = "source-range";
pub const HOST: &str = "host";
pub const DEVICE: &str = "device";

/// What the border says, before the word, where Berth may not loosen it.
pub const ONLY_WHERE: &str = "only where it may loosen guardrails";
/// Its name for the pod security level `privileged`; the others are [`LOOSENING`].
pub const POD_SECURITY: &str = "pod-security";

/// Words that loosen: they are in force only where the cluster's administrator lets Berth use them.
pub const LOOSENING: [&str; 12] = [
    word(Loosening::ExternalIps),
    word(Loosening::ExternalNames),
    word(Loosening::LoadBalancerAddresses),
    word(Loosening::UnboundIngresses),
    word(Loosening::NodeNames),
    word(Loosening::CrossNamespaceAffinity),
    word(Loosening::VolumeNames),
    word(Loosening::PodNetworks),
    word(Loosening::LastingTokens),
    NODE_PORTS,
    TOLERATION,
    PRIORITY_CLASS,
];

/// What a class loosens: its namespaces are made only where the cluster's administrator has agreed to each.
pub fn loosened(spec: &ClassSpec) -> Vec<&'static str> {
    let guardrails = &spec.guardrails;
    let counted = [
        (NODE_PORTS, guardrails.node_ports > 0),
        (TOLERATION, !guardrails.tolerations.is_empty()),
        (PRIORITY_CLASS, !guardrails.priority_classes.is_empty()),
        (POD_SECURITY, spec.pod_security == PodSecurity::Privileged),
    ];
    let loosened = |what: &Loosening| {
        guardrails.allows(*what)
            || (*what == Loosening::UnboundIngresses && guardrails.ingress_hosts.iter().any(|h| is_broad(h)))
    };
    let words = Loosening::ALL.into_iter().filter(loosened).map(word);
    words.chain(counted.into_iter().filter(|(_, is_loosened)| *is_loosened).map(|(word, _)| word)).collect()
}

/// All below one label: `*.com`, and `*.lan` as well.
fn is_broad(host: &str) -> bool {
    host.strip_prefix("*.").is_some_and(|parent| !parent.contains('.'))
}

pub const fn word(what: Loosening) -> &'static str {
    match what {
        Loosening::ExternalIps => "external-ips",
        Loosening::ExternalNames => "external-names",
        Loosening::LoadBalancerAddresses => "load-balancer-addresses",
        Loosening::UnboundIngresses => "unbound-ingresses",
        Loosening::NodeNames => "node-names",
        Loosening::CrossNamespaceAffinity => "cross-namespace-affinity",
        Loosening::VolumeNames => "volume-names",
        Loosening::PodNetworks => "pod-networks",
        Loosening::LastingTokens => "lasting-tokens",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::class::Guardrails;
    use std::collections::BTreeSet;

    #[test]
    fn whatever_a_class_loosens_is_asked_for_and_nothing_else() {
        let listed = || BTreeSet::from(["some".to_owned()]);
        let bounding = Guardrails { load_balancer_sources: listed(), ingress_hosts: listed(), ..Guardrails::default() };
        let bound = ClassSpec { guardrails: bounding.clone(), ..ClassSpec::blank() };
        assert_eq!(loosened(&bound), [""; 0], "what bounds more needs nobody");
        let broad = |host: &str| {
            let guardrails = Guardrails { ingress_hosts: [host.to_owned()].into(), ..Guardrails::default() };
            loosened(&ClassSpec { guardrails, ..ClassSpec::blank() })
        };
        assert_eq!((broad("*.lan"), broad("*.apps.lan"), broad("lan")), (vec!["unbound-ingresses"], vec![], vec![]));
        let guardrails = Guardrails {
            allows: Loosening::ALL.into_iter().collect(),
            tolerations: listed(),
            priority_classes: listed(),
            node_ports: 1,
            ..bounding
        };
        let all = ClassSpec { guardrails, pod_security: PodSecurity::Privileged, ..ClassSpec::blank() };
        let words: BTreeSet<_> = loosened(&all).into_iter().collect();
        assert_eq!(words, LOOSENING.into_iter().chain([POD_SECURITY]).collect());
    }
}
