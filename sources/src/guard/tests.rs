use super::*;
use futures::future::BoxFuture;
use rstest::rstest;
use std::io;
use std::sync::Mutex;

/// Names that lead where a test says, and nothing that is dialled: what would be is written down.
#[derive(Clone, Default)]
struct Recorder {
    leads_to: Vec<IpAddr>,
    n_resolved: Arc<Mutex<usize>>,
    dialled: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Recorder {
    fn leading_to(addresses: &[&str]) -> Self {
        Self { leads_to: addresses.iter().map(|it| it.parse().expect("is an address")).collect(), ..Self::default() }
    }

    async fn connect(&self, allowed: &[&str], host: &str) -> Unconnected {
        let allowed = Allowed::parse(allowed.iter().copied()).expect("is a list");
        Guard::over(allowed, self.clone()).connect(host, 443).await.expect_err("nothing is dialled")
    }

    fn dialled(&self) -> Vec<String> {
        self.dialled.lock().expect("is whole").iter().map(SocketAddr::to_string).collect()
    }
}

impl Network for Recorder {
    fn resolve<'a>(&'a self, _: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        *self.n_resolved.lock().expect("is whole") += 1;
        Box::pin(async { Ok(self.leads_to.clone()) })
    }

    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.dialled.lock().expect("is whole").push(address);
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }
}

fn read(allowed: &[&str], typed: &str) -> Result<String, Refused> {
    let allowed = Allowed::parse(allowed.iter().copied()).expect("is a list");
    Guard::over(allowed, Recorder::default()).read(typed).map(String::from)
}

#[rstest]
#[case("https://charts.example.com", "https://charts.example.com/")]
#[case("https://charts.example.com./a", "https://charts.example.com/a")]
#[case("HTTPS://Charts.Example.COM:443/a/../b#c", "https://charts.example.com/b")]
#[case("https://1.1.1.1:8443/", "https://1.1.1.1:8443/")]
#[case("https://[2606:4700::1111]/", "https://[2606:4700::1111]/")]
fn an_address_has_one_spelling(#[case] typed: &str, #[case] expected: &str) {
    assert_eq!(read(&[], typed).as_deref(), Ok(expected));
}

#[rstest]
#[case::plain("https://127.0.0.1/")]
#[case::decimal("https://2130706433/")]
#[case::octal("https://0177.0.0.1/")]
#[case::hex("https://0x7f.0x0.0x0.0x1/")]
#[case::one_hex("https://0x7f000001/")]
#[case::short("https://127.1/")]
#[case::with_a_dot("https://127.0.0.1./")]
#[case::wide_digits("https://１２７.０.０.１/")]
#[case::escaped("https://%31%32%37.0.0.1/")]
#[case::another_full_stop("https://127。0。0。1/")]
#[case::with_a_port("https://127.0.0.1:2376/")]
#[case::six("https://[::1]/")]
#[case::mapped("https://[::ffff:127.0.0.1]/")]
#[case::mapped_in_hex("https://[::ffff:7f00:1]/")]
#[case::compatible("https://[::127.0.0.1]/")]
#[case::six_to_four("https://[2002:7f00:1::]/")]
#[case::nat64("https://[64:ff9b::7f00:1]/")]
#[case::long_form("https://[0000:0000:0000:0000:0000:0000:0000:0001]/")]
fn loopback_is_refused_in_every_spelling(#[case] typed: &str) {
    let refused = read(&[], typed).expect_err("is refused");
    assert!(matches!(refused, Refused::Address { kind: Kind::Loopback, .. }), "{refused:?}");
}

#[rstest]
#[case::metadata("https://169.254.169.254/latest/meta-data/")]
#[case::metadata_decimal("https://2852039166/")]
#[case::metadata_mapped("https://[::ffff:a9fe:a9fe]/")]
#[case::metadata_six("https://[fd00:ec2::254]/")]
#[case::unspecified("https://0/")]
#[case::unspecified_six("https://[::]/")]
#[case::private("https://10.0.0.1/")]
#[case::unique_local("https://[fd12:3456::1]/")]
#[case::link("https://[fe80::1]/")]
#[case::carrier("https://100.64.1.1/")]
#[case::multicast("https://224.0.0.251/")]
fn what_is_not_public_is_refused_as_it_is_written(#[case] typed: &str) {
    let refused = read(&[], typed).expect_err("is refused");
    assert!(matches!(refused, Refused::Address { .. }), "{refused:?}");
}

#[rstest]
#[case::zone("https://[fe80::1%25eth0]/")]
#[case::zone_unescaped("https://[fe80::1%eth0]/")]
#[case::no_scheme("charts.example.com")]
#[case::no_host("https://")]
#[case::a_path_for_a_host("https:///charts.example.com")]
#[case::dots_only("https://./")]
#[case::two_dots("https://charts.example.com../")]
#[case::too_large_a_number("https://4294967296/")]
#[case::a_space("https://charts.example.com /")]
#[case::a_line_end("https://charts.example.com\n/")]
#[case::a_tab_that_would_be_dropped("https://127\t.0.0.1/")]
#[case::a_backslash("https:\\\\charts.example.com")]
#[case::no_port("https://charts.example.com:99999/")]
fn what_is_no_address_is_refused(#[case] typed: &str) {
    let refused = read(&[], typed).expect_err("is refused");
    assert!(matches!(refused, Refused::NotAnAddress { .. }), "{refused:?}");
}

#[rstest]
#[case("https://user:hunter2@charts.example.com/")]
#[case("https://user@charts.example.com/")]
#[case("https://@charts.example.com/")]
#[case("https://charts.example.com:hunter2@10.0.0.1/")]
fn names_and_passwords_in_an_address_are_refused_and_not_repeated(#[case] typed: &str) {
    let refused = read(&[], typed).expect_err("is refused");
    assert!(matches!(refused, Refused::UserInfo { .. }), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("hunter2"));
}

#[test]
fn a_password_is_not_repeated_from_what_is_no_address_either() {
    let refused = read(&[], "https://user:hunter2@charts.example.com:99999/?token=hunter2").expect_err("is refused");
    assert!(!format!("{refused} {refused:?}").contains("hunter2"), "{refused}");
}

#[rstest]
#[case("ftp://charts.example.com/")]
#[case("file:///etc/passwd")]
#[case("gopher://127.0.0.1:6379/_x")]
#[case("oci://127.0.0.1/charts")]
fn other_schemes_are_refused(#[case] typed: &str) {
    let refused = read(&["127.0.0.0/8"], typed).expect_err("is refused");
    assert!(matches!(refused, Refused::Scheme { .. }), "{refused:?}");
}

#[test]
fn without_tls_only_hosts_are_asked_that_the_platform_allows() {
    for typed in ["http://charts.example.com/", "http://1.1.1.1/", "http://charts.example.com.evil.example/"] {
        let refused = read(&["charts.corp.example", "10.0.0.0/8"], typed).expect_err("is refused");
        assert!(matches!(refused, Refused::Plain { .. }), "{refused:?}");
    }
    for typed in ["http://charts.corp.example/", "http://CHARTS.corp.example.:81/", "http://10.1.2.3/"] {
        assert!(read(&["charts.corp.example", "10.0.0.0/8"], typed).is_ok(), "{typed}");
    }
}

#[tokio::test]
async fn what_a_name_leads_to_is_judged_and_the_same_is_dialled() {
    let network = Recorder::leading_to(&["1.1.1.1", "2606:4700::1111"]);
    let unconnected = network.connect(&[], "charts.example.com").await;
    assert!(matches!(unconnected, Unconnected::Unreachable { .. }), "{unconnected:?}");
    assert_eq!(network.dialled(), ["1.1.1.1:443", "[2606:4700::1111]:443"]);
    assert_eq!(*network.n_resolved.lock().expect("is whole"), 1, "nobody asks again what was judged");
}

#[rstest]
#[case("127.0.0.1")]
#[case("169.254.169.254")]
#[case("::1")]
#[case("fd00:ec2::254")]
#[case("::ffff:10.0.0.1")]
#[case("64:ff9b::a00:1")]
#[case("0.0.0.0")]
#[tokio::test]
async fn a_name_that_leads_to_what_is_not_public_is_not_dialled(#[case] address: &str) {
    let network = Recorder::leading_to(&[address]);
    let unconnected = network.connect(&[], "rebound.example.com").await;
    let expected = address.parse::<IpAddr>().expect("is an address");
    assert!(
        matches!(&unconnected, Unconnected::Refused(Refused::LeadsTo { host, address, .. })
            if host == "rebound.example.com" && *address == expected),
        "{unconnected:?}"
    );
    assert_eq!(network.dialled(), [""; 0]);
}

#[tokio::test]
async fn of_several_addresses_only_those_that_may_be_are_dialled_in_both_families() {
    let network = Recorder::leading_to(&["10.0.0.1", "1.1.1.1", "fd12::1", "2606:4700::1111", "127.0.0.1"]);
    network.connect(&[], "both.example.com").await;
    assert_eq!(network.dialled(), ["1.1.1.1:443", "[2606:4700::1111]:443"]);
}

#[tokio::test]
async fn what_the_platform_allows_is_dialled_and_nothing_beside_it() {
    let network = Recorder::leading_to(&["10.0.0.1", "192.168.0.1", "169.254.169.254"]);
    network.connect(&["10.0.0.0/8"], "charts.example.com").await;
    assert_eq!(network.dialled(), ["10.0.0.1:443"]);
    let network = Recorder::leading_to(&["10.0.0.1", "192.168.0.1", "169.254.169.254"]);
    network.connect(&["charts.example.com"], "charts.example.com").await;
    assert_eq!(network.dialled(), ["10.0.0.1:443", "192.168.0.1:443"]);
}

#[tokio::test]
async fn a_mapped_address_is_dialled_as_what_it_is() {
    let network = Recorder::default();
    network.connect(&["10.0.0.0/8"], "[::ffff:10.0.0.1]").await;
    assert_eq!(network.dialled(), ["10.0.0.1:443"]);
}

#[rstest]
#[case("127.0.0.1")]
#[case("2130706433")]
#[case("0x7f.1")]
#[case("[::1]")]
#[tokio::test]
async fn an_address_is_judged_when_it_is_dialled_too(#[case] host: &str) {
    let network = Recorder::leading_to(&["1.1.1.1"]);
    let unconnected = network.connect(&[], host).await;
    assert!(matches!(unconnected, Unconnected::Refused(Refused::Address { .. })), "{unconnected:?}");
    assert_eq!(network.dialled(), [""; 0]);
}

#[tokio::test]
async fn a_name_with_a_thousand_addresses_is_asked_at_a_few() {
    let network =
        Recorder { leads_to: (0..1000).map(|n| IpAddr::from([1, 1, 1, n as u8])).collect(), ..Recorder::default() };
    network.connect(&[], "many.example.com").await;
    assert_eq!(network.dialled().len(), MOST_ADDRESSES);
}

#[tokio::test]
async fn a_name_without_addresses_leads_nowhere() {
    let unconnected = Recorder::default().connect(&[], "nowhere.example.com").await;
    assert!(matches!(unconnected, Unconnected::Unresolved { .. }), "{unconnected:?}");
}

mod spelled {
    use super::*;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    /// The spellings that URLs have for one address.
    fn spellings(address: Ipv4Addr) -> Vec<String> {
        let (bits, [a, b, c, d]) = (address.to_bits(), address.octets());
        let mapped = address.to_ipv6_mapped();
        vec![
            format!("{address}"),
            format!("{address}."),
            format!("{bits}"),
            format!("0x{bits:x}"),
            format!("0{bits:o}"),
            format!("0x{a:X}.0{b:o}.{c}.0x{d:x}"),
            format!("{a}.{}", bits & 0xff_ffff),
            format!("{a}.{b}.0x{:x}", bits & 0xffff),
            format!("[{mapped}]"),
            format!("[::ffff:{:x}:{:x}]", bits >> 16, bits & 0xffff),
        ]
    }

    proptest! {
        #[test]
        fn an_address_is_judged_alike_in_every_spelling(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            for spelling in spellings(address) {
                let is_refused = read(&[], &format!("https://{spelling}/")).is_err();
                prop_assert_eq!(is_refused, kind(address.into()).is_some(), "{}", spelling);
            }
        }

        #[test]
        fn what_is_read_is_read_alike_again(typed in "(https?|oci)://[a-z0-9.:@%\\[\\]/?#é0xX-]{0,40}") {
            if let Ok(url) = read(&["a.example", "10.0.0.0/8"], &typed) {
                prop_assert_eq!(read(&["a.example", "10.0.0.0/8"], &url), Ok(url));
            }
        }
    }
}
