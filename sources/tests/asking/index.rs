//! A classic repository over TLS, signed by an authority of its own.

use crate::support::parts::{Parts, ada, wrong};
use crate::support::push::archive;
use crate::support::{guard, index};
use sources::repository::Index;
use sources::{Digest, Error, Limits};

const INDEX: &[u8] = b"apiVersion: v1\nentries: {}\n";

#[tokio::test]
async fn an_index_is_read_once_and_again_when_it_changed() {
    let parts = Parts::start(&[]).await;
    parts.write("index.yaml", INDEX);
    let asked = index(&parts.repository());
    let Index::Changed { bytes, etag } = asked.index(None).await.expect("is read") else { panic!("is new") };
    assert_eq!(bytes, INDEX);
    let etag = etag.expect("has one");
    assert_eq!(asked.index(Some(&etag)).await.expect("is asked"), Index::Unchanged);
    parts.write("index.yaml", b"apiVersion: v1\n");
    let changed = asked.index(Some(&etag)).await.expect("is read");
    assert!(matches!(changed, Index::Changed { bytes, .. } if bytes == b"apiVersion: v1\n"));
}

#[tokio::test]
async fn an_archive_comes_with_its_provenance_and_its_digest_is_verified() {
    let parts = Parts::start(&[]).await;
    let chart = archive("web");
    parts.write("web-1.0.0+7.tgz", &chart);
    parts.write("web-1.0.0+7.tgz.prov", b"signed");
    parts.write("bare-1.0.0.tgz", &chart);
    let asked = index(&parts.repository());
    let digest = Digest::of(&chart);
    let hex = &digest.as_str()["sha256:".len()..];
    let absolute = format!("{}/web-1.0.0+7.tgz", parts.said.repository);
    for (address, digest_said) in [("web-1.0.0+7.tgz", Some(hex)), (&absolute, None), ("./web-1.0.0+7.tgz", Some(""))] {
        let fetched = asked.fetch(address, digest_said).await.expect("is fetched");
        assert_eq!((fetched.bytes, fetched.digest), (chart.clone(), digest.clone()));
        assert_eq!(fetched.provenance.as_deref(), Some(&b"signed"[..]));
        assert!(fetched.etag.is_some() && fetched.manifest.is_none());
        assert!(fetched.from.ends_with("/web-1.0.0+7.tgz"), "{}", fetched.from);
    }
    assert_eq!(asked.fetch("bare-1.0.0.tgz", None).await.expect("is fetched").provenance, None);
    let other = Digest::of(b"other");
    let refused = asked.fetch("bare-1.0.0.tgz", Some(other.as_str())).await;
    assert!(matches!(&refused, Err(Error::WrongDigest { expected, .. }) if *expected == other), "{refused:?}");
    let refused = asked.fetch("bare-1.0.0.tgz", Some("md5:0")).await;
    assert!(matches!(refused, Err(Error::Digest(_))), "{refused:?}");
    let refused = asked.fetch("oci://registry.example.com/charts/web:1.0.0", None).await;
    assert!(matches!(refused, Err(Error::InRegistry { .. })), "{refused:?}");
    let refused = asked.fetch("http://127.0.0.1:1/web.tgz", None).await;
    assert!(matches!(refused, Err(Error::RedirectInTheClear { .. })), "{refused:?}");
    let refused = asked.fetch("https://10.0.0.1/web.tgz", None).await;
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn a_repository_with_passwords_lets_in_who_has_one() {
    let parts = Parts::start(&["--auth", "basic"]).await;
    parts.write("index.yaml", INDEX);
    parts.write("web-1.0.0.tgz", archive("web"));
    let mut source = parts.repository();
    for credentials in [sources::Credentials::Anonymous, wrong()] {
        source.credentials = credentials;
        let refused = index(&source).index(None).await;
        assert!(matches!(refused, Err(Error::Unauthorized { .. })), "{refused:?}");
    }
    source.credentials = ada();
    let asked = index(&source);
    assert!(matches!(asked.index(None).await, Ok(Index::Changed { .. })));
    assert_eq!(asked.fetch("web-1.0.0.tgz", None).await.expect("is fetched").bytes, archive("web"));
}

#[tokio::test]
async fn a_check_says_what_it_saw() {
    let parts = Parts::start(&[]).await;
    parts.write("index.yaml", INDEX);
    let steps = parts.repository().open(&guard(), Limits::default()).expect("is a source").check().await;
    let said: Vec<_> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "Reach it: reached 127.0.0.1 over TLS 1.3, signed by Tests of Berth",
            "Read index.yaml: index.yaml has 27 bytes",
        ]
    );
}
