//! Charts in a real registry: pushed there as Helm pushes them, and asked for as Berth asks.

use crate::support::certificates::AUTHORITY;
use crate::support::parts::{PASSWORD, Parts, ada, wrong};
use crate::support::push::{self, Pusher, archive, descriptor};
use crate::support::{guard, registry, registry_within};
use serde_json::json;
use sources::oci::{Access, Charts};
use sources::{Digest, Error, Limits, Seen};

#[tokio::test]
async fn a_chart_comes_as_it_was_pushed_with_its_provenance() {
    let parts = Parts::start(&["--auth", "none"]).await;
    let (chart, provenance) = (archive("web"), b"-----BEGIN PGP SIGNED MESSAGE-----");
    let manifest = Pusher::to(&parts).chart("charts/web", "1.2.3_build.7", &chart, Some(provenance)).await;
    let mut source = parts.registry();
    source.address += "/charts";
    let asked = registry(&source);
    let fetched = asked.fetch("web", "1.2.3+build.7").await.expect("is fetched");
    assert_eq!(fetched.bytes, chart);
    assert_eq!(fetched.digest, Digest::of(&chart));
    let there = fetched.manifest.expect("is a registry");
    assert_eq!((there.digest, there.bytes.as_slice()), (Digest::of(&manifest), manifest.as_slice()));
    assert_eq!(fetched.provenance.as_deref(), Some(&provenance[..]));
    assert_eq!(fetched.signatures, []);
    assert!(fetched.from.ends_with("/charts/web:1.2.3_build.7"), "{}", fetched.from);
    assert_eq!(asked.digest("web", "1.2.3+build.7").await.expect("is there"), Digest::of(&manifest));
    assert_eq!(asked.versions("web").await.expect("are listed"), ["1.2.3+build.7"]);
    source.asks_for_proof = false;
    assert_eq!(registry(&source).fetch("web", "1.2.3+build.7").await.expect("is fetched").provenance, None);
}

#[tokio::test]
async fn a_tag_that_is_pushed_anew_has_another_digest() {
    let parts = Parts::start(&["--auth", "none"]).await;
    let pusher = Pusher::to(&parts);
    let asked = registry(&parts.registry());
    pusher.chart("web", "1.0.0", &archive("one"), None).await;
    let before = asked.digest("web", "1.0.0").await.expect("is there");
    pusher.chart("web", "1.0.0", &archive("two"), None).await;
    assert_ne!(asked.digest("web", "1.0.0").await.expect("is there"), before);
}

#[tokio::test]
async fn all_tags_and_repositories_are_listed_over_many_pages() {
    let parts = Parts::start(&["--auth", "none"]).await;
    let pusher = Pusher::to(&parts);
    let manifest = pusher.chart("charts/web", "1.0.0", &archive("web"), None).await;
    let manifest = serde_json::from_slice(&manifest).expect("is JSON");
    let mut expected = vec!["1.0.0".to_owned()];
    for n in 0..230 {
        pusher.manifest("charts/web", &format!("2.0.{n}"), &manifest).await;
        expected.push(format!("2.0.{n}"));
    }
    for n in 0..103 {
        pusher.chart(&format!("many/chart-{n}"), "1.0.0", &archive("other"), None).await;
    }
    let asked = registry(&parts.registry());
    let mut versions = asked.versions("charts/web").await.expect("are listed");
    versions.sort();
    expected.sort();
    assert_eq!(versions, expected);
    let Charts::Catalog(all) = asked.charts().await.expect("are listed") else { panic!("has a catalog") };
    assert_eq!(all.len(), 104);
    let mut below = parts.registry();
    below.address += "/charts/";
    assert_eq!(registry(&below).charts().await.expect("are listed"), Charts::Catalog(vec!["web".into()]));
    let few = Limits { n_names: 150, ..Limits::default() };
    let refused = registry_within(&parts.registry(), few).versions("charts/web").await;
    assert!(matches!(refused, Err(Error::TooMany { limit: 150, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_registry_with_passwords_lets_in_who_has_one() {
    let parts = Parts::start(&["--auth", "basic"]).await;
    let chart = archive("web");
    Pusher::to(&parts).chart("web", "1.0.0", &chart, None).await;
    let mut source = parts.registry();
    let refused = registry(&source).fetch("web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })), "{refused:?}");
    assert_eq!(registry(&source).charts().await.expect("is told"), Charts::CatalogForbidden);
    source.credentials = wrong();
    let refused = registry(&source).fetch("web", "1.0.0").await.expect_err("is refused");
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("battery-staple"));
    source.credentials = ada();
    assert_eq!(registry(&source).fetch("web", "1.0.0").await.expect("is fetched").bytes, chart);
    assert!(!format!("{source:?}").contains(PASSWORD));
}

#[tokio::test]
async fn a_token_is_asked_for_at_the_registry_itself() {
    let parts = Parts::start(&["--auth", "token", "--own-tokens"]).await;
    let (public, private) = (archive("public"), archive("private"));
    let pusher = Pusher::to(&parts);
    pusher.chart("public/web", "1.0.0", &public, None).await;
    pusher.chart("web", "1.0.0", &private, None).await;
    let mut source = parts.registry();
    let asked = registry(&source);
    assert_eq!(asked.fetch("public/web", "1.0.0").await.expect("is for everybody").bytes, public);
    let refused = asked.fetch("web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })), "{refused:?}");
    source.credentials = ada();
    let asked = registry(&source);
    assert_eq!(asked.fetch("web", "1.0.0").await.expect("is fetched").bytes, private);
    assert_eq!(asked.charts().await.expect("are listed"), Charts::Catalog(vec!["public/web".into(), "web".into()]));
    source.credentials = wrong();
    let refused = registry(&source).fetch("web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::Unauthorized { .. })), "{refused:?}");
}

#[tokio::test]
async fn another_host_gives_tokens_only_if_the_source_lists_it() {
    let parts = Parts::start(&["--auth", "token"]).await;
    let chart = archive("web");
    Pusher::to(&parts).chart("public/web", "1.0.0", &chart, None).await;
    let host = parts.said.tokens.trim_start_matches("https://");
    let mut source = parts.registry();
    for credentials in [ada(), sources::Credentials::Anonymous] {
        source.credentials = credentials;
        source.credential_hosts = Vec::new();
        let refused = registry(&source).fetch("public/web", "1.0.0").await;
        assert!(matches!(&refused, Err(Error::TokenHost { realm, .. }) if realm == host), "{refused:?}");
        source.credential_hosts = vec![host.to_owned()];
        assert_eq!(registry(&source).fetch("public/web", "1.0.0").await.expect("is fetched").bytes, chart);
    }
}

#[tokio::test]
async fn a_check_says_what_it_saw() {
    let parts = Parts::start(&["--auth", "token", "--own-tokens"]).await;
    Pusher::to(&parts).chart("public/web", "1.0.0", &archive("web"), None).await;
    let mut source = parts.registry();
    source.credentials = ada();
    let steps = source.open(&guard(), Limits::default()).expect("is a source").check().await;
    let seen: Vec<_> = steps.iter().map(|step| step.outcome.clone().expect("is fine")).collect();
    let Seen::Reached(reached) = &seen[0] else { panic!("{seen:?}") };
    let tls = reached.tls.as_ref().expect("has TLS");
    assert_eq!((tls.version, tls.signed_by.as_str()), ("1.3", AUTHORITY));
    let realm = "127.0.0.1".to_owned();
    assert_eq!(seen[1], Seen::Access(Access::Token { realm, is_anonymous: false }));
    assert_eq!(
        seen[2..],
        [Seen::Charts(Charts::Catalog(vec!["public/web".into()])), Seen::Versions { chart: "public/web".into(), n: 1 },]
    );
    let said: Vec<_> = steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "Reach it: reached 127.0.0.1 over TLS 1.3, signed by Tests of Berth",
            "Sign in: signed in with a token from 127.0.0.1",
            "List charts: 1 repositories listed",
            "List versions: public/web has 1 versions",
        ]
    );
}

#[tokio::test]
async fn a_registry_without_a_list_is_asked_for_the_charts_that_the_source_names() {
    let parts = Parts::start(&["--auth", "none", "--hide-catalog"]).await;
    Pusher::to(&parts).chart("charts/web", "1.0.0", &archive("web"), None).await;
    let mut source = parts.registry();
    assert_eq!(registry(&source).charts().await.expect("is told"), Charts::NoCatalog);
    source.charts = vec!["charts/web".into()];
    let asked = registry(&source);
    assert_eq!(asked.charts().await.expect("are named"), Charts::Named(source.charts.clone()));
    assert_eq!(asked.versions("charts/web").await.expect("are listed"), ["1.0.0"]);
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_with_what_to_do() {
    let parts = Parts::start(&["--auth", "none"]).await;
    let mut source = parts.registry();
    source.ca = None;
    let steps = source.open(&guard(), Limits::default()).expect("is a source").check().await;
    assert_eq!(steps.len(), 1);
    let said = steps[0].to_string();
    assert!(said.contains("authority that is not known here"), "{said}");
}

#[tokio::test]
async fn signatures_are_found_by_their_tag_and_by_what_refers_to_the_chart() {
    let parts = Parts::start(&["--auth", "none"]).await;
    let pusher = Pusher::to(&parts);
    let digest = Digest::of(&pusher.chart("web", "1.0.0", &archive("web"), None).await);
    let (signed, bundle, config) = (b"what is signed", b"a bundle", b"{}");
    for bytes in [&signed[..], bundle, config] {
        pusher.blob("web", bytes).await;
    }
    let mut layer = descriptor("application/vnd.dev.cosign.simplesigning.v1+json", signed);
    layer["annotations"] = json!({"dev.cosignproject.cosign/signature": "c2lnbmF0dXJl"});
    let image = "application/vnd.oci.image.config.v1+json";
    let by_tag = json!({
        "schemaVersion": 2, "mediaType": push::MANIFEST, "config": descriptor(image, config), "layers": [layer],
    });
    let tag = digest.as_str().replacen(':', "-", 1);
    let by_tag = pusher.manifest("web", &format!("{tag}.sig"), &by_tag).await;
    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let referrer = json!({
        "schemaVersion": 2, "mediaType": push::MANIFEST, "artifactType": kind,
        "config": descriptor("application/vnd.oci.empty.v1+json", config), "layers": [descriptor(kind, bundle)],
    });
    let referrer_bytes = referrer.to_string().into_bytes();
    pusher.manifest("web", Digest::of(&referrer_bytes).as_str(), &referrer).await;
    let mut entry = descriptor(push::MANIFEST, &referrer_bytes);
    entry["artifactType"] = kind.into();
    let other = json!({"mediaType": push::MANIFEST, "digest": digest.as_str(), "size": 1, "artifactType": "text/x"});
    let list = "application/vnd.oci.image.index.v1+json";
    let list = json!({"schemaVersion": 2, "mediaType": list, "manifests": [entry, other]});
    pusher.manifest("web", &tag, &list).await;
    let asked = registry(&parts.registry());
    let found = asked.fetch("web", "1.0.0").await.expect("is fetched").signatures;
    assert_eq!(found.iter().map(|it| &it.bytes[..]).collect::<Vec<_>>(), [&signed[..], bundle]);
    assert_eq!(found[0].manifest, Digest::of(&by_tag));
    assert_eq!(found[0].annotations["dev.cosignproject.cosign/signature"], "c2lnbmF0dXJl");
    assert_eq!((&found[1].manifest, found[1].media_type.as_str()), (&Digest::of(&referrer_bytes), kind));
    assert_eq!(asked.versions("web").await.expect("are listed"), ["1.0.0"]);
    let few = Limits { n_signatures: 1, ..Limits::default() };
    let refused = registry_within(&parts.registry(), few).fetch("web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::TooMany { limit: 1, .. })), "{refused:?}");
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_not_there() {
    let parts = Parts::start(&["--auth", "none"]).await;
    Pusher::to(&parts).chart("web", "1.0.0", &archive("web"), None).await;
    let asked = registry(&parts.registry());
    for (chart, version) in [("web", "9.9.9"), ("nothing", "1.0.0")] {
        let refused = asked.fetch(chart, version).await;
        assert!(matches!(refused, Err(Error::NotFound { .. })), "{refused:?}");
    }
    let refused = asked.fetch("../web", "1.0.0").await;
    assert!(matches!(refused, Err(Error::Name { .. })), "{refused:?}");
    let refused = asked.fetch("web", "../1.0.0").await;
    assert!(matches!(refused, Err(Error::Version { .. })), "{refused:?}");
}
