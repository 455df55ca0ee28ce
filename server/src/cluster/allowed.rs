//! The words in the annotation [`ALLOWS`](super::ALLOWS): written by [`manifests`](super::manifests), read by the
//! admission policies of [`install`](super::install).

use domain::class::Loosening;

pub const NODE_PORTS: &str = "node-ports";
/// Followed by a colon and a value, as are those below.
pub const TOLERATION: &str = "toleration";
pub const PRIORITY_CLASS: &str = "priority-class";
pub const SOURCE_RANGE: &str = "source-range";
pub const HOST: &str = "host";
pub const DEVICE: &str = "device";

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
