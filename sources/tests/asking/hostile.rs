//! Servers that mean no good, or are broken: each trouble is told as what it is, and costs no more than its bounds.

use crate::support::hostile::{Hostile, Reply};
use crate::support::push::{CHART, MANIFEST, archive, manifest};
use crate::support::{index, index_within, registry, registry_within};
use rstest::rstest;
use serde_json::{Value, json};
use sources::repository::Index;
use sources::{Credentials, Digest, Error, Kind, Limits, Source};
use std::time::Duration;

/// What is never to be waited for in a test that is about something else is long; this is for those that are about waiting.
fn impatient() -> Limits {
    Limits { read: Duration::from_millis(300), answer: Duration::from_millis(900), ..Limits::default() }
}

fn small() -> Limits {
    Limits { index_bytes: 100_000, chart_bytes: 100_000, document_bytes: 100_000, ..Limits::default() }
}

async fn index_of(reply: impl Fn() -> Reply + Send + Sync + 'static, limits: Limits) -> Error {
    let server = Hostile::start(move |_| reply()).await;
    let source = Source::new(Kind::Index, server.url("/charts"));
    index_within(&source, limits).index(None).await.expect_err("is refused")
}

#[rstest]
#[case::too_many(429, "7", 7)]
#[case::unavailable(503, "30", 30)]
#[case::an_old_date(503, "Sun, 06 Nov 1994 08:49:37 GMT", 1)]
#[case::the_far_future(429, "Sat, 06 Nov 2094 08:49:37 GMT", 86_400)]
#[tokio::test]
async fn who_is_asked_too_much_says_when_to_ask_again(
    #[case] status: u16,
    #[case] value: &'static str,
    #[case] s: u64,
) {
    let refused = index_of(move || Reply::of(status, &[("Retry-After", value)], ""), Limits::default()).await;
    assert_eq!(refused.later(), Some(Duration::from_secs(s)), "{refused:?}");
}

#[rstest]
#[case::nothing_is_said(Reply::Stall(Vec::new()))]
#[case::half_a_head(Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-".to_vec()))]
#[case::half_a_body(Reply::raw(200, &[("Content-Length", "100")], "apiVersion").then_stall())]
#[tokio::test]
async fn who_says_nothing_more_is_not_waited_for(#[case] reply: Reply) {
    let Reply::Stall(bytes) = reply else { panic!("stalls") };
    let refused = index_of(move || Reply::Stall(bytes.clone()), impatient()).await;
    assert!(matches!(refused, Error::Slow { limit, .. } if limit == impatient().read), "{refused:?}");
}

#[tokio::test]
async fn who_answers_drop_by_drop_is_not_waited_for_either() {
    let head = || Reply::raw(200, &[("Transfer-Encoding", "chunked")], "").then_again("1\r\na\r\n");
    let limits = Limits { answer: Duration::from_millis(300), index_bytes: u64::MAX, ..Limits::default() };
    let refused = index_of(head, limits).await;
    assert!(matches!(refused, Error::Slow { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_list_that_never_ends_is_not_waited_for_as_a_whole() {
    let server = Hostile::start(|_| {
        Reply::of(200, &[("Link", "</v2/web/tags/list?last=1>; rel=\"next\"")], r#"{"tags":["1.0.0"]}"#)
    })
    .await;
    let source = Source::new(Kind::Registry, server.url(""));
    let limits = Limits { n_pages: 20, ..Limits::default() };
    let refused = registry_within(&source, limits).versions("web").await;
    assert!(matches!(refused, Err(Error::TooMany { limit: 20, .. })), "{refused:?}");
    assert_eq!(server.asked().len(), 20);
    let limits = Limits { order: Duration::from_millis(300), n_pages: usize::MAX, ..Limits::default() };
    let refused = registry_within(&source, limits).versions("web").await;
    assert!(matches!(refused, Err(Error::Slow { .. })), "{refused:?}");
}

#[rstest]
#[case::as_it_says(|| Reply::raw(200, &[("Content-Length", "100001")], ""))]
#[case::in_chunks(|| Reply::raw(200, &[("Transfer-Encoding", "chunked")], "").then_again(format!("400\r\n{}\r\n", "a".repeat(0x400))))]
#[case::until_it_closes(|| Reply::raw(200, &[], "").then_again("a".repeat(1000)))]
#[tokio::test]
async fn what_has_no_end_is_not_read_to_it(#[case] reply: fn() -> Reply) {
    let refused = index_of(reply, small()).await;
    assert!(matches!(refused, Error::TooLarge { limit: 100_000, .. }), "{refused:?}");
}

#[rstest]
#[case::gzip("gzip")]
#[case::brotli("br")]
#[case::twice("gzip, gzip")]
#[tokio::test]
async fn what_comes_compressed_is_not_unpacked(#[case] encoding: &'static str) {
    let refused = index_of(move || Reply::of(200, &[("Content-Encoding", encoding)], archive("a")), small()).await;
    assert!(matches!(&refused, Error::Encoded { encoding: found, .. } if found == encoding), "{refused:?}");
}

#[tokio::test]
async fn a_transfer_that_is_compressed_is_refused() {
    let reply = || Reply::raw(200, &[("Transfer-Encoding", "gzip, chunked")], "0\r\n\r\n");
    let refused = index_of(reply, small()).await;
    assert!(matches!(refused, Error::Encoded { .. }), "{refused:?}");
}

#[rstest]
#[case::cut(|| Reply::raw(200, &[("Content-Length", "100")], "apiVersion"))]
#[tokio::test]
async fn an_index_that_is_cut_short_is_said_to_be(#[case] reply: fn() -> Reply) {
    let refused = index_of(reply, Limits::default()).await;
    assert!(matches!(refused, Error::CutShort { got: 10, expected: 100, .. }), "{refused:?}");
}

#[rstest]
#[case::half_a_chunk(|| Reply::raw(200, &[("Transfer-Encoding", "chunked")], "400\r\na"))]
#[case::no_http(|| Reply::Bytes(b"SSH-2.0-OpenSSH_9\r\n".to_vec()))]
#[case::nothing(|| Reply::Bytes(Vec::new()))]
#[case::a_head_without_end(|| Reply::Bytes(b"HTTP/1.1 200 OK\r\n".to_vec()).then_again(format!("A: {}\r\n", "b".repeat(1000))))]
#[tokio::test]
async fn what_is_no_http_breaks_off(#[case] reply: fn() -> Reply) {
    let refused = index_of(reply, Limits::default()).await;
    assert!(matches!(refused, Error::Broken { .. }), "{refused:?}");
}

#[rstest]
#[case::by_its_type(|| Reply::of(200, &[("Content-Type", "text/html; charset=utf-8")], "Sign in"))]
#[case::by_its_looks(|| Reply::of(200, &[], "\n <!doctype html><title>Sign in"))]
#[tokio::test]
async fn a_page_to_sign_in_is_called_a_web_page(#[case] reply: fn() -> Reply) {
    let refused = index_of(reply, Limits::default()).await;
    assert!(matches!(refused, Error::WebPage { .. }), "{refused:?}");
    let server = Hostile::start(move |_| reply()).await;
    let asked = registry(&Source::new(Kind::Registry, server.url("")));
    for refused in
        [asked.charts().await.err(), asked.fetch("web", "1.0.0").await.err(), asked.versions("web").await.err()]
    {
        assert!(matches!(refused, Some(Error::WebPage { .. })), "{refused:?}");
    }
}

#[rstest]
#[case(500, None)]
#[case(502, Some("the store is full"))]
#[case(418, None)]
#[case(204, None)]
#[case(206, None)]
#[case(304, None)]
#[tokio::test]
async fn any_other_status_is_told(#[case] status: u16, #[case] said: Option<&'static str>) {
    let body = said.map(|said| json!({"errors": [{"message": said}]}).to_string()).unwrap_or_default();
    let refused = index_of(move || Reply::of(status, &[], &body), Limits::default()).await;
    assert!(matches!(&refused, Error::Status { status: found, .. } if *found == status), "{refused:?}");
    assert!(refused.to_string().contains(said.unwrap_or("index.yaml")), "{refused}");
}

/// A registry with one chart, in which a test changes something. `blob` answers for the chart's layer.
async fn with_chart(manifest: Value, blob: impl Fn() -> Reply + Send + Sync + 'static) -> Hostile {
    let manifest = manifest.to_string();
    Hostile::start(move |path| match path {
        path if path.contains("/manifests/1.0.0") => Reply::of(200, &[("Content-Type", MANIFEST)], &manifest),
        path if path.contains("/blobs/") => blob(),
        _ => Reply::not_found(),
    })
    .await
}

async fn fetch_from(server: &Hostile, limits: Limits) -> Result<sources::Fetched, Error> {
    registry_within(&Source::new(Kind::Registry, server.url("")), limits).fetch("web", "1.0.0").await
}

fn chart() -> Value {
    manifest(b"{}", &[(CHART, b"the chart")])
}

#[tokio::test]
async fn a_layer_that_is_what_it_should_be_is_taken() {
    let server = with_chart(chart(), || Reply::of(200, &[], "the chart")).await;
    assert_eq!(fetch_from(&server, Limits::default()).await.expect("is fetched").bytes, b"the chart");
    let server = with_chart(chart(), || Reply::raw(200, &[], "the chart")).await;
    assert_eq!(fetch_from(&server, Limits::default()).await.expect("is fetched").bytes, b"the chart");
}

#[rstest]
#[case::half_of_it_and_its_length(|| Reply::raw(200, &[("Content-Length", "9")], "the"), "CutShort")]
#[case::half_of_it(|| Reply::raw(200, &[], "the"), "CutShort")]
#[case::another_length(|| Reply::of(200, &[], "the"), "Length")]
#[case::more_of_it(|| Reply::raw(200, &[], "the chart and more"), "Length")]
#[case::no_end_of_it(|| Reply::raw(200, &[], "").then_again("the chart"), "Length")]
#[case::other_bytes(|| Reply::of(200, &[], "the charm"), "WrongDigest")]
#[case::not_there(|| Reply::not_found(), "NotFound")]
#[case::later(|| Reply::of(429, &[("Retry-After", "5")], ""), "Later")]
#[case::compressed(|| Reply::raw(200, &[("Transfer-Encoding", "gzip")], "the chart"), "Encoded")]
#[tokio::test]
async fn a_layer_that_is_not_what_it_should_be_is_refused(#[case] blob: fn() -> Reply, #[case] expected: &str) {
    let server = with_chart(chart(), blob).await;
    let refused = fetch_from(&server, Limits::default()).await.expect_err("is refused");
    assert!(format!("{refused:?}").starts_with(expected), "{refused:?}");
}

#[tokio::test]
async fn a_layer_that_says_to_be_too_large_is_not_asked_for() {
    let mut large = chart();
    large["layers"][0]["size"] = 100_001.into();
    let server = with_chart(large, || Reply::of(200, &[], "the chart")).await;
    let refused = fetch_from(&server, small()).await;
    assert!(matches!(refused, Err(Error::TooLarge { limit: 100_000, .. })), "{refused:?}");
    assert_eq!(server.asked().len(), 1);
}

#[rstest]
#[case::no_digest("the chart")]
#[case::another_algorithm("md5:d41d8cd98f00b204e9800998ecf8427e")]
#[case::a_path("sha256:../../../../_catalog")]
#[tokio::test]
async fn a_layer_is_named_by_a_digest_and_nothing_else(#[case] digest: &str) {
    let mut wrong = chart();
    wrong["layers"][0]["digest"] = digest.into();
    let server = with_chart(wrong, || Reply::of(200, &[], "the chart")).await;
    let refused = fetch_from(&server, Limits::default()).await;
    assert!(matches!(refused, Err(Error::Digest(_))), "{refused:?}");
    assert_eq!(server.asked().len(), 1);
}

#[rstest]
#[case::an_image_list(json!({"mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}), "ImageList")]
#[case::an_image(json!({"config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "x", "size": 1}}), "NoChart")]
#[case::an_unknown_type(json!({"mediaType": "application/vnd.example+json"}), "MediaType")]
#[case::no_object(json!([1, 2]), "Json")]
#[case::nested(json!({"layers": [[[[[[[[]]]]]]]]}), "Json")]
#[tokio::test]
async fn a_manifest_of_something_else_is_called_what_it_is(#[case] manifest: Value, #[case] expected: &str) {
    let server = with_chart(manifest, Reply::not_found).await;
    let refused = fetch_from(&server, Limits::default()).await.expect_err("is refused");
    assert!(format!("{refused:?}").starts_with(expected), "{refused:?}");
}

#[tokio::test]
async fn json_of_a_million_brackets_is_refused() {
    let server = Hostile::start(|_| Reply::json("[".repeat(1_000_000))).await;
    let refused = registry(&Source::new(Kind::Registry, server.url(""))).versions("web").await;
    assert!(matches!(refused, Err(Error::Json { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_manifest_that_is_not_what_its_digest_says_is_refused() {
    let other = Digest::of(b"other");
    let server = Hostile::start(move |_| {
        let headers = [("Content-Type", MANIFEST), ("Docker-Content-Digest", other.as_str())];
        Reply::of(200, &headers, chart().to_string())
    })
    .await;
    let refused = fetch_from(&server, Limits::default()).await;
    assert!(matches!(refused, Err(Error::WrongDigest { .. })), "{refused:?}");
}

#[tokio::test]
async fn more_signatures_than_anybody_needs_are_not_fetched() {
    let entry = |n: usize| {
        let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
        json!({"digest": Digest::of(&n.to_le_bytes()).as_str(), "size": 1, "artifactType": kind})
    };
    let referrers = json!({"manifests": (0..1000).map(entry).collect::<Vec<_>>()});
    let server = Hostile::start(move |path| match path {
        path if path.contains("/manifests/1.0.0") => Reply::of(200, &[("Content-Type", MANIFEST)], chart().to_string()),
        path if path.contains("/blobs/") => Reply::of(200, &[], "the chart"),
        path if path.contains("/referrers/") => Reply::json(&referrers),
        _ => Reply::not_found(),
    })
    .await;
    let refused = fetch_from(&server, Limits::default()).await;
    assert!(matches!(refused, Err(Error::TooMany { limit: 32, .. })), "{refused:?}");
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn names_that_nobody_could_ask_for_are_not_listed() {
    let server = Hostile::start(|path| match path {
        path if path.starts_with("/v2/_catalog") => {
            Reply::json(json!({"repositories": ["web", "../web", "WEB", "a b", "<script>", ""]}))
        }
        _ => Reply::json(json!({"name": "web", "tags": ["1.0.0", "../1", "1 2", "", "<b>"]})),
    })
    .await;
    let asked = registry(&Source::new(Kind::Registry, server.url("")));
    assert_eq!(asked.charts().await.expect("are listed").names(), ["web"]);
    assert_eq!(asked.versions("web").await.expect("are listed"), ["1.0.0"]);
}

#[rstest]
#[case::null(json!({"name": "web", "tags": null}))]
#[case::nothing(json!({"name": "web"}))]
#[tokio::test]
async fn a_repository_without_tags_has_no_versions(#[case] said: Value) {
    let server = Hostile::start(move |_| Reply::json(&said)).await;
    let asked = registry(&Source::new(Kind::Registry, server.url("")));
    assert_eq!(asked.versions("web").await.expect("is told"), [""; 0]);
}

#[tokio::test]
async fn an_archive_is_taken_as_it_is_stored_whatever_its_encoding_is_called() {
    let server = Hostile::start(|path| match path {
        "/web.tgz" => Reply::of(200, &[("Content-Encoding", "x-gzip")], archive("web")),
        "/page.tgz" => Reply::of(200, &[], "<html>"),
        "/br.tgz" => Reply::of(200, &[("Content-Encoding", "br")], "x"),
        _ => Reply::of(200, &[("Content-Type", "text/html")], "<html>"),
    })
    .await;
    let asked = index(&Source::new(Kind::Index, server.url("")));
    let fetched = asked.fetch("web.tgz", None).await.expect("is fetched");
    assert_eq!((fetched.bytes, fetched.provenance), (archive("web"), None));
    let refused = asked.fetch("page.tgz", None).await;
    assert!(matches!(refused, Err(Error::WebPage { .. })), "{refused:?}");
    let refused = asked.fetch("br.tgz", None).await;
    assert!(matches!(refused, Err(Error::Encoded { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_tag_of_the_index_that_is_too_long_is_not_kept() {
    let long = format!("\"{}\"", "a".repeat(300));
    let server = Hostile::start(move |_| Reply::of(200, &[("ETag", &long)], "apiVersion: v1")).await;
    let found = index(&Source::new(Kind::Index, server.url(""))).index(None).await.expect("is read");
    assert!(matches!(found, Index::Changed { etag: None, .. }), "{found:?}");
}

#[tokio::test]
async fn no_error_and_nothing_that_is_shown_has_a_secret() {
    let server = Hostile::start(|_| Reply::of(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], "")).await;
    let address = server.url("");
    let mut shown = String::new();
    for credentials in
        [Credentials::Basic { user: "ada".into(), password: "hunter2".into() }, Credentials::Bearer("hunter2".into())]
    {
        for kind in [Kind::Registry, Kind::Index] {
            let mut source = Source::new(kind, &address);
            source.credentials = credentials.clone();
            let reader = source.open(&crate::support::guard(), Limits::default()).expect("is a source");
            let steps = reader.check().await;
            shown += &format!("{source:?} {steps:?}");
            shown.extend(steps.iter().map(ToString::to_string));
        }
    }
    assert!(shown.contains("Unauthorized") && server.n_with_credentials() > 0);
    for secret in ["hunter2", "aHVudGVyMg", "YWRhOmh1bnRlcjI"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
