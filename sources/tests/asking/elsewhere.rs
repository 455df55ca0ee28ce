//! Where a source leads: redirects, links, hosts that give tokens. Nothing is dialled that the guard refuses, and credentials stay
//! with their host.

use crate::support::certificates::Certificates;
use crate::support::hostile::{Hostile, Reply};
use crate::support::network::Staged;
use crate::support::push::{CHART, MANIFEST, manifest};
use crate::support::{index, registry};
use rstest::rstest;
use serde_json::json;
use sources::guard::{Allowed, Guard, Kind as AddressKind, Refused};
use sources::repository::Index;
use sources::{Credentials, Error, Kind, Limits, Reader, Source};

fn ada() -> Credentials {
    Credentials::Basic { user: "ada".into(), password: "hunter2".into() }
}

fn index_at(address: &str, network: &Staged, ca: &Certificates) -> sources::repository::IndexRepository {
    let mut source = Source::new(Kind::Index, address);
    source.ca = Some(ca.ca.clone());
    source.credentials = ada();
    match source.open(&Guard::over(Allowed::nothing(), network.clone()), Limits::default()).expect("is a source") {
        Reader::Index(repository) => *repository,
        Reader::Registry(_) => panic!("is a repository"),
    }
}

#[tokio::test]
async fn a_public_host_is_asked_at_the_address_that_was_judged() {
    let certificates = Certificates::of("charts.example.com");
    let server = Hostile::with_tls(&certificates, |_| Reply::of(200, &[], "apiVersion: v1")).await;
    let network = Staged::before(server.address).leading("charts.example.com", &["1.1.1.1"]);
    let asked = index_at("https://charts.example.com", &network, &certificates);
    assert!(matches!(asked.index(None).await, Ok(Index::Changed { .. })));
    assert_eq!(network.dialled(), ["1.1.1.1:443"]);
    assert_eq!(server.n_with_credentials(), 1);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_refused_the_second_time() {
    let certificates = Certificates::of("charts.example.com");
    let server = Hostile::with_tls(&certificates, |_| Reply::of(200, &[], "apiVersion: v1")).await;
    let network = Staged::before(server.address).leading("charts.example.com", &["1.1.1.1", "169.254.169.254"]);
    let asked = index_at("https://charts.example.com", &network, &certificates);
    assert!(matches!(asked.index(None).await, Ok(Index::Changed { .. })));
    let refused = asked.index(None).await;
    assert!(
        matches!(&refused, Err(Error::Refused(Refused::LeadsTo { kind: AddressKind::Metadata, .. }))),
        "{refused:?}"
    );
    assert_eq!(network.dialled(), ["1.1.1.1:443"]);
}

#[rstest]
#[case::metadata("https://169.254.169.254/latest/meta-data/")]
#[case::loopback("https://127.0.0.1:6443/")]
#[case::in_another_spelling("https://0x7f000001/")]
#[case::mapped("https://[::ffff:10.0.0.1]/")]
#[case::by_a_name("https://inside.example.com/")]
#[case::another_scheme("file:///etc/passwd")]
#[case::with_a_password("https://ada:hunter2@charts.example.com/")]
#[tokio::test]
async fn a_redirect_to_what_is_refused_is_not_followed(#[case] to: &'static str) {
    let certificates = Certificates::of("charts.example.com");
    let server = Hostile::with_tls(&certificates, move |_| Reply::moved(to)).await;
    let network = Staged::before(server.address)
        .leading("charts.example.com", &["1.1.1.1"])
        .leading("inside.example.com", &["10.1.2.3"]);
    let refused = index_at("https://charts.example.com", &network, &certificates).index(None).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    assert_eq!(network.dialled(), ["1.1.1.1:443"]);
}

#[tokio::test]
async fn a_redirect_from_https_to_http_is_not_followed_even_to_a_host_that_is_allowed() {
    let certificates = Certificates::of("localhost");
    let plain = Hostile::start(|_| Reply::of(200, &[], "apiVersion: v1")).await;
    let to = plain.url("/index.yaml");
    let server = Hostile::with_tls(&certificates, move |_| Reply::moved(&to)).await;
    let mut source = Source::new(Kind::Index, server.url(""));
    source.ca = Some(certificates.ca.clone());
    let refused = index(&source).index(None).await;
    assert!(matches!(refused, Err(Error::RedirectInTheClear { .. })), "{refused:?}");
    assert_eq!(plain.asked().len(), 0);
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_and_not_without_end() {
    let server = Hostile::start(|path| match path.trim_start_matches("/index.yaml") {
        "xxxxx" => Reply::of(200, &[], "apiVersion: v1"),
        more => Reply::moved(&format!("/index.yaml{more}x")),
    })
    .await;
    let found = index(&Source::new(Kind::Index, server.url(""))).index(None).await;
    assert!(matches!(found, Ok(Index::Changed { .. })), "{found:?}");
    let circle = Hostile::start(|_| Reply::moved("/index.yaml")).await;
    let refused = index(&Source::new(Kind::Index, circle.url(""))).index(None).await;
    assert!(matches!(refused, Err(Error::Redirects { limit: 5, .. })), "{refused:?}");
    assert_eq!(circle.asked().len(), 6);
    let nowhere = Hostile::start(|_| Reply::of(302, &[], "")).await;
    let refused = index(&Source::new(Kind::Index, nowhere.url(""))).index(None).await;
    assert!(matches!(refused, Err(Error::RedirectNowhere { .. })), "{refused:?}");
}

#[tokio::test]
async fn credentials_stay_with_their_host_and_go_to_one_that_is_listed() {
    let other = Hostile::start(|_| Reply::of(200, &[], "apiVersion: v1")).await;
    let to = other.url("/index.yaml");
    let own = Hostile::start(move |_| Reply::moved(&to)).await;
    let mut source = Source::new(Kind::Index, own.url(""));
    source.credentials = ada();
    assert!(matches!(index(&source).index(None).await, Ok(Index::Changed { .. })));
    assert_eq!((own.n_with_credentials(), other.asked().len(), other.n_with_credentials()), (1, 1, 0));
    assert!(index(&source).fetch(&other.url("/web.tgz"), None).await.is_ok());
    assert_eq!(other.n_with_credentials(), 0);
    source.credential_hosts = vec![other.url("")];
    assert!(index(&source).fetch(&other.url("/web.tgz"), None).await.is_ok());
    assert!(other.n_with_credentials() > 0);
}

#[tokio::test]
async fn a_layer_at_another_host_is_fetched_without_credentials() {
    let store = Hostile::start(|_| Reply::of(200, &[], "the chart")).await;
    let to = store.url("/store/layer?signature=x");
    let manifest = manifest(b"{}", &[(CHART, b"the chart")]).to_string();
    let own = Hostile::start(move |path| match path {
        path if path.contains("/manifests/1.0.0") => Reply::of(200, &[("Content-Type", MANIFEST)], &manifest),
        path if path.contains("/blobs/") => Reply::moved(&to),
        _ => Reply::not_found(),
    })
    .await;
    let mut source = Source::new(Kind::Registry, own.url(""));
    source.credentials = Credentials::Bearer("hunter2".into());
    assert_eq!(registry(&source).fetch("web", "1.0.0").await.expect("is fetched").bytes, b"the chart");
    assert_eq!((store.asked().len(), store.n_with_credentials()), (1, 0));
    assert!(own.n_with_credentials() > 1);
}

#[tokio::test]
async fn another_host_that_wants_to_know_who_asks_is_not_told() {
    let store = Hostile::start(|_| Reply::of(401, &[("WWW-Authenticate", "Basic realm=\"store\"")], "")).await;
    let to = store.url("/layer");
    let manifest = manifest(b"{}", &[(CHART, b"the chart")]).to_string();
    let own = Hostile::start(move |path| match path {
        path if path.contains("/manifests/") => Reply::of(200, &[("Content-Type", MANIFEST)], &manifest),
        _ => Reply::moved(&to),
    })
    .await;
    let mut source = Source::new(Kind::Registry, own.url(""));
    source.credentials = ada();
    let refused = registry(&source).fetch("web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })), "{refused:?}");
    assert_eq!((store.asked().len(), store.n_with_credentials()), (1, 0));
}

#[tokio::test]
async fn a_host_for_tokens_that_is_not_listed_is_not_asked_at_all() {
    let thief = Hostile::start(|_| Reply::json(json!({"token": "t"}))).await;
    let challenge = format!("Bearer realm=\"{}\",service=\"x\"", thief.url("/token"));
    let own = Hostile::start(move |_| Reply::of(401, &[("WWW-Authenticate", &challenge)], "")).await;
    let mut source = Source::new(Kind::Registry, own.url(""));
    for credentials in [ada(), Credentials::Anonymous, Credentials::Bearer("hunter2".into())] {
        source.credentials = credentials;
        let refused = registry(&source).versions("web").await;
        assert!(matches!(refused, Err(Error::TokenHost { .. } | Error::Unauthorized { .. })), "{refused:?}");
    }
    assert_eq!(thief.asked().len(), 0);
}

#[rstest]
#[case::metadata("https://169.254.169.254/token")]
#[case::no_url("token")]
#[case::a_file("file:///etc/passwd")]
#[case::with_a_password("http://ada:hunter2@127.0.0.1/token")]
#[tokio::test]
async fn a_host_for_tokens_is_judged_as_any_other(#[case] realm: &'static str) {
    let challenge = format!("Bearer realm=\"{realm}\"");
    let own = Hostile::start(move |_| Reply::of(401, &[("WWW-Authenticate", &challenge)], "")).await;
    let refused = registry(&Source::new(Kind::Registry, own.url(""))).versions("web").await;
    assert!(matches!(refused, Err(Error::Refused(_) | Error::Challenge { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_token_is_for_reading_and_is_used_again() {
    let tokens = Hostile::start(|_| Reply::json(json!({"access_token": "t-1", "expires_in": 300}))).await;
    let challenge =
        format!("Bearer realm=\"{}\",service=\"x y\",scope=\"repository:web:pull,push,delete\"", tokens.url("/token"));
    let n_refused = std::sync::atomic::AtomicUsize::new(0);
    let own = Hostile::start(move |_| match n_refused.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 => Reply::of(401, &[("WWW-Authenticate", &challenge)], ""),
        _ => Reply::json(json!({"tags": ["1.0.0"]})),
    })
    .await;
    let mut source = Source::new(Kind::Registry, own.url(""));
    source.credential_hosts = vec![tokens.url("")];
    let asked = registry(&source);
    for _ in 0..2 {
        assert_eq!(asked.versions("web").await.expect("are listed"), ["1.0.0"]);
    }
    assert_eq!(tokens.asked().len(), 1);
    assert!(
        tokens.asked()[0].starts_with("GET /token?service=x+y&scope=repository%3Aweb%3Apull "),
        "{:?}",
        tokens.asked()
    );
    let with_token = own.asked().iter().filter(|head| head.contains("authorization: Bearer t-1\r\n")).count();
    assert_eq!((own.asked().len(), with_token), (3, 2));
}

#[rstest]
#[case::none("{}")]
#[case::empty(r#"{"token":""}"#)]
#[case::no_json("t")]
#[tokio::test]
async fn an_answer_without_a_token_is_told(#[case] said: &'static str) {
    let tokens = Hostile::start(move |_| Reply::json(said)).await;
    let challenge = format!("Bearer realm=\"{}\"", tokens.url("/"));
    let own = Hostile::start(move |_| Reply::of(401, &[("WWW-Authenticate", &challenge)], "")).await;
    let mut source = Source::new(Kind::Registry, own.url(""));
    source.credential_hosts = vec![tokens.url("")];
    let refused = registry(&source).versions("web").await;
    assert!(matches!(refused, Err(Error::Json { .. })), "{refused:?}");
}

#[tokio::test]
async fn the_next_page_is_at_the_same_host_or_there_is_none() {
    let other = Hostile::start(|_| Reply::json(json!({"tags": ["2.0.0"]}))).await;
    let link = format!("<{}>; rel=\"next\"", other.url("/v2/web/tags/list"));
    let own = Hostile::start(move |_| Reply::of(200, &[("Link", &link)], r#"{"tags":["1.0.0"]}"#)).await;
    let refused = registry(&Source::new(Kind::Registry, own.url(""))).versions("web").await;
    assert!(matches!(refused, Err(Error::LinkElsewhere { .. })), "{refused:?}");
    assert_eq!(other.asked().len(), 0);
}

#[rstest]
#[case::private("oci://10.0.0.1/charts")]
#[case::in_another_spelling("oci://0x7f.1/charts")]
#[case::without_tls("http://charts.example.com/charts")]
#[case::with_a_password("oci://ada:hunter2@charts.example.com/charts")]
#[case::with_a_query("oci://charts.example.com/charts?token=hunter2")]
#[case::no_name("oci://charts.example.com/Charts")]
#[case::no_host("oci:///charts")]
#[case::another_scheme("ftp://charts.example.com")]
fn what_is_no_address_of_a_source_is_refused_before_anybody_is_asked(#[case] address: &str) {
    let guard = Guard::new(Allowed::nothing());
    let refused = Source::new(Kind::Registry, address).open(&guard, Limits::default()).err().expect("is refused");
    let shown = format!("{refused} {refused:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[rstest]
#[case(Credentials::Basic { user: "ada:x".into(), password: "hunter2".into() })]
#[case(Credentials::Bearer("hunter2\r\nX: y".into()))]
fn credentials_that_cannot_be_sent_are_refused(#[case] credentials: Credentials) {
    let mut source = Source::new(Kind::Registry, "oci://charts.example.com");
    source.credentials = credentials;
    let refused = source.open(&Guard::new(Allowed::nothing()), Limits::default()).err().expect("is refused");
    assert!(matches!(refused, Error::Credentials { .. }), "{refused:?}");
}

#[tokio::test]
async fn whoever_builds_on_the_guards_connectors_dials_what_was_judged_too() {
    use sources::{TlsOverGuard, guard::Connector, guard::Unconnected};
    use tower_service::Service;
    let server = Hostile::start(|_| Reply::not_found()).await;
    let network = Staged::before(server.address)
        .leading("api.example.com", &["1.1.1.1"])
        .leading("inside.example.com", &["10.1.2.3"]);
    let guard = Guard::over(Allowed::nothing(), network.clone());
    let mut connector = Connector(guard.clone());
    let mut with_tls = TlsOverGuard::new(guard, None).expect("is a connector");
    for refused in ["https://inside.example.com", "https://169.254.169.254/", "https://[::1]:6443/", "http://0x7f.1/"] {
        let plain = connector.call(refused.parse().expect("is a URI")).await;
        assert!(matches!(plain, Err(Unconnected::Refused(_))), "{refused}");
        let secure = with_tls.call(refused.parse().expect("is a URI")).await;
        assert!(matches!(secure, Err(Unconnected::Refused(_))), "{refused}");
    }
    assert_eq!(network.dialled(), [""; 0]);
    for (url, dialled) in
        [("https://api.example.com:6443/", "1.1.1.1:6443"), ("https://api.example.com/", "1.1.1.1:443")]
    {
        assert!(connector.call(url.parse().expect("is a URI")).await.is_ok());
        assert_eq!(network.dialled().last().map(String::as_str), Some(dialled));
    }
}
