//! What kind of address an address is, as the registries of special-purpose addresses say
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, `-ipv6-`), with the addresses at which clouds tell machines
//! their secrets.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is none of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Unspecified,
    Loopback,
    Private,
    LinkLocal,
    UniqueLocal,
    /// Between a provider and its customers (RFC 6598).
    CarrierGrade,
    /// Where a cloud's machines ask for their credentials.
    Metadata,
    Multicast,
    Broadcast,
    Documentation,
    Benchmarking,
    /// Leads through a gateway to an IPv4 address: 6to4, Teredo, NAT64 of a site.
    Gateway,
    Reserved,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unspecified => "the unspecified address",
            Self::Loopback => "a loopback address",
            Self::Private => "a private address",
            Self::LinkLocal => "a link-local address",
            Self::UniqueLocal => "a unique local address",
            Self::CarrierGrade => "an address of carrier-grade NAT",
            Self::Metadata => "a cloud's metadata address",
            Self::Multicast => "a multicast address",
            Self::Broadcast => "the broadcast address",
            Self::Documentation => "an address for documentation",
            Self::Benchmarking => "an address for benchmarks",
            Self::Gateway => "an address of a gateway to IPv4",
            Self::Reserved => "a reserved address",
        })
    }
}

/// An IPv4 address that is written as IPv6 is dialled, and judged, as what it is.
pub fn canonical(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
    }
}

/// None of an address of the public internet.
pub fn kind(address: IpAddr) -> Option<Kind> {
    match canonical(address) {
        IpAddr::V4(v4) => kind_of_v4(v4),
        IpAddr::V6(v6) => kind_of_v6(v6),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

/// The first that contains an address says what it is.
const V4: [(Ipv4Net, Kind); 23] = [
    (v4(168, 63, 129, 16, 32), Kind::Metadata),
    (v4(169, 254, 169, 0, 24), Kind::Metadata),
    (v4(169, 254, 170, 0, 24), Kind::Metadata),
    (v4(169, 254, 0, 23, 32), Kind::Metadata),
    (v4(100, 100, 100, 200, 32), Kind::Metadata),
    (v4(192, 0, 0, 192, 32), Kind::Metadata),
    (v4(0, 0, 0, 0, 8), Kind::Unspecified),
    (v4(10, 0, 0, 0, 8), Kind::Private),
    (v4(100, 64, 0, 0, 10), Kind::CarrierGrade),
    (v4(127, 0, 0, 0, 8), Kind::Loopback),
    (v4(169, 254, 0, 0, 16), Kind::LinkLocal),
    (v4(172, 16, 0, 0, 12), Kind::Private),
    (v4(192, 0, 0, 0, 24), Kind::Reserved),
    (v4(192, 0, 2, 0, 24), Kind::Documentation),
    (v4(192, 88, 99, 0, 24), Kind::Gateway),
    (v4(192, 168, 0, 0, 16), Kind::Private),
    (v4(198, 18, 0, 0, 15), Kind::Benchmarking),
    (v4(198, 51, 100, 0, 24), Kind::Documentation),
    (v4(203, 0, 113, 0, 24), Kind::Documentation),
    (v4(233, 252, 0, 0, 24), Kind::Documentation),
    (v4(224, 0, 0, 0, 4), Kind::Multicast),
    (v4(255, 255, 255, 255, 32), Kind::Broadcast),
    (v4(240, 0, 0, 0, 4), Kind::Reserved),
];

fn kind_of_v4(address: Ipv4Addr) -> Option<Kind> {
    V4.iter().find(|(net, _)| net.contains(&address)).map(|(_, kind)| *kind)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// The first that contains an address says what it is.
const V6: [(Ipv6Net, Kind); 14] = [
    (v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32), Kind::Metadata),
    (v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128), Kind::Metadata),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe], 128), Kind::Metadata),
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Kind::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Kind::Loopback),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Kind::Gateway),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Kind::UniqueLocal),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Kind::LinkLocal),
    // Site-local, as it was before unique local addresses.
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Kind::Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Kind::Multicast),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Kind::Documentation),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Kind::Documentation),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Kind::Benchmarking),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Kind::Gateway),
];
const PROTOCOLS: Ipv6Net = v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23);
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
/// All that is given out of IPv6 so far.
const GLOBAL: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

fn kind_of_v6(address: Ipv6Addr) -> Option<Kind> {
    let listed = V6.iter().find(|(net, _)| net.contains(&address)).map(|(_, kind)| *kind);
    listed.or_else(|| kind_of_what_it_carries(address)).or_else(|| {
        let is_public = GLOBAL.contains(&address) && !PROTOCOLS.contains(&address);
        (!is_public && !NAT64.contains(&address)).then_some(Kind::Reserved)
    })
}

/// Of the IPv4 address inside; of 6to4 that it is one, even where it carries a public address.
fn kind_of_what_it_carries(address: Ipv6Addr) -> Option<Kind> {
    let [_, b, c, _, e, f, g, h] = address.segments();
    let first = address.segments()[..4].iter().all(|segment| *segment == 0);
    if SIX_TO_FOUR.contains(&address) {
        return kind_of_v4(joined(b, c)).or(Some(Kind::Gateway));
    }
    let is_compatible = first && e == 0 && f == 0;
    let is_translated = first && e == 0xffff && f == 0;
    let is_isatap = matches!(e, 0 | 0x200) && f == 0x5efe;
    if is_compatible || is_translated || is_isatap || NAT64.contains(&address) {
        return kind_of_v4(joined(g, h));
    }
    None
}

fn joined(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

/// Whether a network is one address alone.
pub fn is_single(net: &IpNet) -> bool {
    net.prefix_len() == net.max_prefix_len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn kind_of(address: &str) -> Option<Kind> {
        kind(address.parse().expect("is an address"))
    }

    #[rstest]
    #[case("0.0.0.0", Kind::Unspecified)]
    #[case("0.1.2.3", Kind::Unspecified)]
    #[case("10.0.0.0", Kind::Private)]
    #[case("10.255.255.255", Kind::Private)]
    #[case("172.16.0.1", Kind::Private)]
    #[case("172.31.255.255", Kind::Private)]
    #[case("192.168.255.255", Kind::Private)]
    #[case("127.0.0.1", Kind::Loopback)]
    #[case("127.255.255.254", Kind::Loopback)]
    #[case("169.254.1.1", Kind::LinkLocal)]
    #[case("169.254.169.254", Kind::Metadata)]
    #[case("169.254.170.2", Kind::Metadata)]
    #[case("169.254.170.23", Kind::Metadata)]
    #[case("100.100.100.200", Kind::Metadata)]
    #[case("168.63.129.16", Kind::Metadata)]
    #[case("192.0.0.192", Kind::Metadata)]
    #[case("100.64.0.1", Kind::CarrierGrade)]
    #[case("100.127.255.255", Kind::CarrierGrade)]
    #[case("192.0.0.1", Kind::Reserved)]
    #[case("192.0.2.1", Kind::Documentation)]
    #[case("198.51.100.1", Kind::Documentation)]
    #[case("203.0.113.1", Kind::Documentation)]
    #[case("198.18.0.1", Kind::Benchmarking)]
    #[case("198.19.255.255", Kind::Benchmarking)]
    #[case("192.88.99.1", Kind::Gateway)]
    #[case("224.0.0.1", Kind::Multicast)]
    #[case("239.255.255.255", Kind::Multicast)]
    #[case("240.0.0.1", Kind::Reserved)]
    #[case("255.255.255.255", Kind::Broadcast)]
    #[case("::", Kind::Unspecified)]
    #[case("::1", Kind::Loopback)]
    #[case("::2", Kind::Unspecified)]
    #[case("fe80::1", Kind::LinkLocal)]
    #[case("febf::1", Kind::LinkLocal)]
    #[case("fec0::1", Kind::Private)]
    #[case("fc00::1", Kind::UniqueLocal)]
    #[case("fdff::1", Kind::UniqueLocal)]
    #[case("fd00:ec2::254", Kind::Metadata)]
    #[case("fd00:ec2::23", Kind::Metadata)]
    #[case("fd20:ce::254", Kind::Metadata)]
    #[case("fe80::a9fe:a9fe", Kind::Metadata)]
    #[case("ff02::1", Kind::Multicast)]
    #[case("2001:db8::1", Kind::Documentation)]
    #[case("3fff:fff::1", Kind::Documentation)]
    #[case("2001:2::1", Kind::Benchmarking)]
    #[case("2001::1", Kind::Gateway)]
    #[case("2001:20::1", Kind::Reserved)]
    #[case("100::1", Kind::Reserved)]
    #[case("5f00::1", Kind::Reserved)]
    #[case("4000::1", Kind::Reserved)]
    #[case("::ffff:127.0.0.1", Kind::Loopback)]
    #[case("::ffff:169.254.169.254", Kind::Metadata)]
    #[case("::ffff:0:10.0.0.1", Kind::Private)]
    #[case("::10.0.0.1", Kind::Private)]
    #[case("64:ff9b::10.0.0.1", Kind::Private)]
    #[case("64:ff9b::a9fe:a9fe", Kind::Metadata)]
    #[case("64:ff9b:1::1", Kind::Gateway)]
    #[case("2002:7f00:1::1", Kind::Loopback)]
    #[case("2002:a9fe:a9fe::", Kind::Metadata)]
    #[case("2002:808:808::1", Kind::Gateway)]
    #[case("2620:0:2d0::5efe:10.0.0.1", Kind::Private)]
    fn an_address_that_is_not_public_is_known_for_what_it_is(#[case] address: &str, #[case] expected: Kind) {
        assert_eq!(kind_of(address), Some(expected));
    }

    #[rstest]
    #[case("1.1.1.1")]
    #[case("9.255.255.255")]
    #[case("11.0.0.0")]
    #[case("100.63.255.255")]
    #[case("100.128.0.0")]
    #[case("126.255.255.255")]
    #[case("128.0.0.0")]
    #[case("172.15.255.255")]
    #[case("172.32.0.0")]
    #[case("192.167.255.255")]
    #[case("192.169.0.0")]
    #[case("198.17.255.255")]
    #[case("198.20.0.0")]
    #[case("223.255.255.255")]
    #[case("2606:4700::1111")]
    #[case("2a00::1")]
    #[case("::ffff:1.1.1.1")]
    #[case("64:ff9b::1.1.1.1")]
    fn the_addresses_on_either_side_are_public(#[case] address: &str) {
        assert_eq!(kind_of(address), None);
    }
}
