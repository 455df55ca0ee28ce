//! Indexes are read as Helm reads them: what is wrong about one entry is set apart, what is wrong about all is an error.

use charts::index::{Index, IndexError, Rejection};
use rstest::rstest;
use std::fmt::Write;
use url::Url;

fn base() -> Url {
    Url::parse("https://charts.example.com/stable?token=1#top").expect("is an address")
}

fn read(text: &str) -> Result<Index, IndexError> {
    Index::read(text.as_bytes(), &base())
}

const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn sound() -> String {
    format!(
        "apiVersion: v1\ngenerated: \"2026-11-30T00:00:00Z\"\nserverInfo: {{contextPath: /x}}\nentries:\n  redis:\n  \
         - {{name: redis, version: 1.9.0, urls: [redis-1.9.0.tgz], digest: {DIGEST}, created: 2026-01-02T03:04:05.6+01:00}}\n  \
         - name: redis\n    version: v1.10.0\n    appVersion: 7.10\n    description: |\n      Fast.\n      Small.\n    \
         deprecated: true\n    type: library\n    urls: [\"https://cdn.example.org/r.tgz\", /abs.tgz]\n    \
         annotations: {{a: b}}\n    maintainers: [{{name: x}}]\n  \
         - {{name: redis, version: 1.10.0-rc.1, urls: [../up/r.tgz], digest: \"sha256:{DIGEST}\"}}\n  nginx: []\n  empty:\n"
    )
}

#[test]
fn versions_are_read_newest_first_with_their_addresses() {
    let index = read(&sound()).expect("is read");
    assert_eq!((index.n_charts(), index.n_versions(), index.n_rejected()), (1, 3, 0));
    let versions = index.versions("redis");
    assert_eq!(
        versions.iter().map(|entry| entry.version.as_str()).collect::<Vec<_>>(),
        ["v1.10.0", "1.10.0-rc.1", "1.9.0"]
    );
    let [newest, candidate, oldest] = versions else { panic!("{versions:?}") };
    assert_eq!(newest.app_version.as_deref(), Some("7.1"));
    assert_eq!(newest.description.as_deref(), Some("Fast. Small."));
    assert!(newest.is_deprecated && newest.is_library && newest.digest.is_none());
    assert_eq!(newest.host(&base()), (Some("cdn.example.org"), true));
    assert_eq!(newest.urls[1].as_str(), "https://charts.example.com/abs.tgz");
    assert_eq!(candidate.urls[0].as_str(), "https://charts.example.com/up/r.tgz");
    assert_eq!(oldest.urls[0].as_str(), "https://charts.example.com/stable/redis-1.9.0.tgz");
    assert_eq!(oldest.host(&base()), (Some("charts.example.com"), false));
    assert_eq!(oldest.digest, candidate.digest);
    assert_eq!(oldest.created_at.map(|at| at.unix_timestamp()), Some(1_767_319_445));
    assert_eq!(index.find("redis", "v1.10.0"), Some(newest));
    assert_eq!(index.find("redis", "1.10.0"), None);
}

#[test]
fn an_index_of_json_is_read_alike() {
    let entry = format!(r#"{{"name":"redis","version":"1.0.0","urls":["r.tgz"],"digest":"{DIGEST}"}}"#);
    let index =
        read(&format!("\t{{\"apiVersion\":\"v1\",\"entries\":{{\"redis\":[{entry},null]}}}}\n")).expect("is read");
    assert_eq!((index.n_versions(), index.n_rejected()), (1, 1));
}

#[rstest]
#[case::no_fields("redis", Rejection::NoFields)]
#[case::null("null", Rejection::NoFields)]
#[case::no_name("{version: 1.0.0, urls: [a]}", Rejection::Name { listed: "redis".into(), own: String::new() })]
#[case::name("{name: other, version: 1.0.0, urls: [a]}", Rejection::Name { listed: "redis".into(), own: "other".into() })]
#[case::no_version("{name: redis, urls: [a]}", Rejection::Version)]
#[case::version("{name: redis, version: latest, urls: [a]}", Rejection::Version)]
#[case::digest("{name: redis, version: 1.0.0, urls: [a], digest: abc}", Rejection::Digest)]
#[case::no_urls("{name: redis, version: 1.0.0}", Rejection::NoUrl)]
#[case::empty_urls("{name: redis, version: 1.0.0, urls: []}", Rejection::NoUrl)]
#[case::empty_url("{name: redis, version: 1.0.0, urls: ['']}", Rejection::BadUrl)]
#[case::bad_url("{name: redis, version: 1.0.0, urls: ['https://']}", Rejection::BadUrl)]
#[case::file("{name: redis, version: 1.0.0, urls: ['file:///etc/passwd']}", Rejection::Scheme { scheme: "file".into() })]
#[case::registry("{name: redis, version: 1.0.0, urls: ['oci://r.io/redis']}", Rejection::Scheme { scheme: "oci".into() })]
#[case::password("{name: redis, version: 1.0.0, urls: ['https://a:b@c.io/r.tgz']}", Rejection::Credentials)]
#[case::kind("{name: redis, version: [1], urls: [a]}", Rejection::Field { field: "version".into(), expected: "a text" })]
#[case::removed("{name: redis, version: 1.0.0, urls: [a], removed: true}", Rejection::Removed)]
#[case::duplicate("{name: redis, version: 1.9.0, urls: [a]}", Rejection::Duplicate)]
fn one_wrong_entry_is_set_apart(#[case] entry: &str, #[case] reason: Rejection) {
    let text = sound()
        .replace("  redis:\n", &format!("  redis:\n  - {{name: redis, version: 1.9.0, urls: [x]}}\n  - {entry}\n"));
    let text = text.replacen("version: 1.9.0, urls: [redis", "version: 1.8.0, urls: [redis", 1);
    let index = read(&text).expect("is read");
    assert_eq!((index.n_versions(), index.n_rejected()), (4, 1), "{:?}", index.rejected());
    assert_eq!((&index.rejected()[0].reason, index.rejected()[0].name.as_str()), (&reason, "redis"));
}

#[test]
fn an_entry_that_is_too_large_is_set_apart() {
    let large = format!("  - {{name: redis, version: 2.0.0, urls: [a], keywords: [{}]}}\n", "a,".repeat(30_000));
    let long = format!("  - {{name: redis, version: 2.0.1, urls: [a], home: {}}}\n", "h".repeat(2 << 20));
    let deep = format!("  - {{name: redis, version: 2.0.2, urls: [a], x: {}{}}}\n", "[".repeat(58), "]".repeat(58));
    let index = read(&sound().replace("  redis:\n", &format!("  redis:\n{large}{long}{deep}"))).expect("is read");
    let reasons: Vec<_> = index.rejected().iter().map(|rejected| &rejected.reason).collect();
    assert_eq!(reasons, [&Rejection::TooLarge, &Rejection::TooLarge]);
    assert!(index.find("redis", "2.0.2").is_some());
}

#[rstest]
#[case::empty("", "entries is missing")]
#[case::page("<html><body>Sign in</body></html>", "The index line 1 cannot be read")]
#[case::no_entries("apiVersion: v1\n", "entries is missing")]
#[case::no_version("entries: {}\n", "apiVersion is missing")]
#[case::list("- a\n", "The index line 1 cannot be read")]
#[case::entries("apiVersion: v1\nentries: [a]\n", "The index line 2 cannot be read")]
#[case::versions("apiVersion: v1\nentries: {a: b}\n", "The index line 2 cannot be read")]
#[case::name_twice("apiVersion: v1\nentries:\n  a: []\n  a: []\n", "line 4 has the key \"a\" a second time")]
#[case::key_twice("apiVersion: v1\nentries:\n  a: [{name: a, name: b}]\n", "has the key \"name\" a second time")]
#[case::alias("apiVersion: v1\nentries: {a: &a [], b: *a}\n", "too many aliases")]
#[case::json("{\"apiVersion\": 1,\n \"entries\": }", "The index line 2 cannot be read")]
#[case::deep_json(
    "{\"apiVersion\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "The index line 1 cannot be read"
)]
fn what_is_no_index_is_an_error(#[case] text: &str, #[case] said: &str) {
    let error = read(text).expect_err("is refused").to_string();
    assert!(error.contains(said), "{error}");
}

#[test]
fn an_index_that_cannot_be_read_as_text_is_an_error() {
    assert!(matches!(Index::read(b"\xff\xfe", &base()), Err(IndexError::Unreadable(_))));
    let file = Url::parse("file:///tmp").expect("is an address");
    assert!(matches!(Index::read(sound().as_bytes(), &file), Err(IndexError::Scheme { .. })));
}

#[test]
fn pages_go_through_all_charts_in_order() {
    let mut text = String::from("apiVersion: v1\nentries:\n");
    for n in 0..25 {
        write!(text, "  c{n:02}:\n  - {{name: c{n:02}, version: 1.0.0, urls: [a]}}\n").expect("memory takes it");
    }
    let index = read(&text).expect("is read");
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = index.page(after.as_deref(), 10);
        names.extend(page.charts.iter().map(|(name, _)| (*name).to_owned()));
        after = names.last().cloned();
        if !page.has_more {
            break;
        }
    }
    assert_eq!(names, (0..25).map(|n| format!("c{n:02}")).collect::<Vec<_>>());
}
