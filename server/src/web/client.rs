//! Which address a request comes from: the connection's, or what a proxy of ours says about it.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Whoever connects may write headers, so only a trusted proxy's are read: from its end, where the proxies wrote, up to the
/// first address that is none of theirs. `Forwarded` is not read: a proxy that does not write it passes on what a visitor
/// made up.
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let mut address = peer.to_canonical();
    let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_proxy(address, proxies) {
            break;
        }
        let Some(before) = parse(hop.trim()) else { break };
        address = before.to_canonical();
    }
    address
}

pub fn is_proxy(address: IpAddr, proxies: &[IpNet]) -> bool {
    proxies.iter().any(|network| network.contains(&address.to_canonical()))
}

/// Whose share something at this address counts for. Nobody's, where many may stand behind it: on this machine, and at a
/// trusted proxy.
pub fn shareholder(address: IpAddr, proxies: &[IpNet]) -> Option<IpAddr> {
    let address = address.to_canonical();
    (!address.is_loopback() && !is_proxy(address, proxies)).then(|| network_of(address))
}

/// Whom an address stands for: of IPv6 everybody has a whole network.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Some proxies say the port, too.
fn parse(hop: &str) -> Option<IpAddr> {
    hop.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use rstest::rstest;

    fn proxies() -> Vec<IpNet> {
        ["10.0.0.0/8", "127.0.0.1/32"].map(|network| network.parse().expect("is one")).into()
    }

    #[rstest]
    #[case("203.0.113.7", &["198.51.100.1"], "203.0.113.7")] // who is no proxy is not believed
    #[case("10.0.0.1", &[], "10.0.0.1")]
    #[case("10.0.0.1", &["198.51.100.1"], "198.51.100.1")]
    #[case("10.0.0.1", &["192.0.2.66, 198.51.100.1"], "198.51.100.1")] // the first one a visitor may have made up
    #[case("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1")]
    #[case("10.0.0.1", &["192.0.2.66", "198.51.100.1"], "198.51.100.1")]
    #[case("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1")]
    #[case("10.0.0.1", &["nonsense"], "10.0.0.1")]
    #[case("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1")]
    #[case("::ffff:10.0.0.1", &["2001:db8::7"], "2001:db8::7")]
    fn the_last_address_that_is_no_proxys_counts(#[case] peer: &str, #[case] lines: &[&str], #[case] is: &str) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).expect("fits"));
        }
        headers.append("forwarded", HeaderValue::from_static("for=192.0.2.66"));
        let address = address(peer.parse().expect("is one"), &headers, &proxies());
        assert_eq!(address, is.parse::<IpAddr>().expect("is one"));
    }

    #[rstest]
    #[case("192.0.2.7", "192.0.2.7")]
    #[case("::ffff:192.0.2.7", "192.0.2.7")]
    #[case("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    fn a_network_counts_as_one(#[case] address: &str, #[case] site: &str) {
        assert_eq!(network_of(address.parse().expect("is one")), site.parse::<IpAddr>().expect("is one"));
    }

    #[rstest]
    #[case("203.0.113.7", true)]
    #[case("10.1.2.3", false)]
    #[case("127.0.0.2", false)]
    fn an_address_that_many_stand_behind_is_nobodys_share(#[case] address: &str, #[case] is_one: bool) {
        assert_eq!(shareholder(address.parse().expect("is one"), &proxies()).is_some(), is_one);
    }
}
