//! What the platform opens by its configuration: hosts by name, networks by prefix.

use super::kind::{Kind, canonical, is_single};
use ipnet::IpNet;
use std::net::IpAddr;
use url::Host;

/// Hosts that may be asked although their addresses are not public.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    names: Vec<String>,
    nets: Vec<IpNet>,
}

/// A line of the configuration that is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither the name of a host nor a network such as 10.0.0.0/8; write it without scheme, port and path")]
pub struct NeitherNameNorNetwork(pub String);

impl Allowed {
    /// Nothing but public addresses.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Names of hosts (`registry.corp.example`), addresses and networks (`10.20.0.0/16`). Every line that is none is in the error.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<NeitherNameNorNetwork>> {
        let (mut allowed, mut wrong) = (Self::default(), Vec::new());
        for line in lines {
            match Line::parse(line.trim()) {
                Some(Line::Name(name)) => allowed.names.push(name),
                Some(Line::Net(net)) => allowed.nets.push(net),
                None => wrong.push(NeitherNameNorNetwork(line.to_owned())),
            }
        }
        if wrong.is_empty() { Ok(allowed) } else { Err(wrong) }
    }

    /// Whether an address of this kind may be dialled for this host. A name opens what a host of a company has; what no company
    /// gives its hosts, or a whole network may contain by mistake, it does not.
    pub fn opens(&self, name: Option<&str>, address: IpAddr, kind: Kind) -> bool {
        let address = canonical(address);
        let is_in = |net: &&IpNet| net.contains(&address);
        match kind {
            Kind::Unspecified | Kind::Multicast | Kind::Broadcast => false,
            Kind::Metadata => self.nets.iter().filter(is_in).any(is_single),
            Kind::LinkLocal | Kind::Gateway | Kind::Reserved => self.nets.iter().any(|net| net.contains(&address)),
            Kind::Loopback
            | Kind::Private
            | Kind::UniqueLocal
            | Kind::CarrierGrade
            | Kind::Documentation
            | Kind::Benchmarking => {
                self.nets.iter().any(|net| net.contains(&address)) || name.is_some_and(|name| self.names(name))
            }
        }
    }

    /// Whether the host itself is opened, so that it may be asked without TLS.
    pub fn opens_host(&self, host: &Host<&str>) -> bool {
        let in_net = |address: IpAddr| self.nets.iter().any(|net| net.contains(&canonical(address)));
        match host {
            Host::Domain(name) => self.names(name),
            Host::Ipv4(address) => in_net((*address).into()),
            Host::Ipv6(address) => in_net((*address).into()),
        }
    }

    fn names(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name.trim_end_matches('.')))
    }
}

enum Line {
    Name(String),
    Net(IpNet),
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        if let Ok(net) = line.parse::<IpNet>() {
            return Some(Self::Net(net));
        }
        let has_more = line.contains(['/', ':', '@', '?', '#', '\\']) && line.parse::<IpAddr>().is_err();
        if has_more {
            return None;
        }
        if let Ok(address) = line.parse::<IpAddr>() {
            return Some(Self::Net(canonical(address).into()));
        }
        match Host::parse(line).ok()? {
            Host::Domain(name) => Some(Self::Name(name.trim_end_matches('.').to_owned())),
            Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::kind;
    use super::*;
    use rstest::rstest;

    fn opens(lines: &[&str], name: Option<&str>, address: &str) -> bool {
        let address = address.parse().expect("is an address");
        let kind = kind(address).expect("is not public");
        Allowed::parse(lines.iter().copied()).expect("is a list").opens(name, address, kind)
    }

    #[rstest]
    #[case::a_network(&["10.0.0.0/8"], None, "10.1.2.3")]
    #[case::its_mapped_form(&["10.0.0.0/8"], None, "::ffff:10.1.2.3")]
    #[case::a_name(&["Registry.Corp.Example"], Some("registry.corp.example"), "10.1.2.3")]
    #[case::a_name_with_its_dot(&["registry.corp.example."], Some("registry.corp.example"), "fd12::1")]
    #[case::an_address(&["127.0.0.1"], None, "127.0.0.1")]
    #[case::metadata_alone(&["169.254.169.254"], None, "169.254.169.254")]
    #[case::a_link(&["169.254.0.0/16"], None, "169.254.7.7")]
    fn what_is_listed_is_open(#[case] lines: &[&str], #[case] name: Option<&str>, #[case] address: &str) {
        assert!(opens(lines, name, address));
    }

    #[rstest]
    #[case::another_network(&["10.0.0.0/8"], None, "192.168.1.1")]
    #[case::another_name(&["registry.corp.example"], Some("example"), "10.1.2.3")]
    #[case::a_name_below(&["corp.example"], Some("registry.corp.example"), "10.1.2.3")]
    #[case::metadata_in_a_network(&["0.0.0.0/0", "169.254.0.0/16"], None, "169.254.169.254")]
    #[case::metadata_by_a_name(&["registry.corp.example"], Some("registry.corp.example"), "169.254.169.254")]
    #[case::a_link_by_a_name(&["registry.corp.example"], Some("registry.corp.example"), "fe80::1")]
    #[case::what_cannot_be_a_host(&["0.0.0.0/0"], None, "0.0.0.0")]
    #[case::many_hosts(&["::/0"], None, "ff02::1")]
    fn what_is_not_listed_is_not(#[case] lines: &[&str], #[case] name: Option<&str>, #[case] address: &str) {
        assert!(!opens(lines, name, address));
    }

    #[test]
    fn every_line_that_is_neither_name_nor_network_is_told() {
        let lines = ["https://a.example", "a.example:5000", "10.0.0.0/33", "", "a b", "0x7f.1", "a.example"];
        let wrong = Allowed::parse(lines).expect_err("six are wrong");
        assert_eq!(wrong.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), lines[..6]);
    }
}
