//! Sources of charts: connected, listed, and taken in from.

use crate::catalog::approve;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use serde_json::{Value, json};
use tests::{Actor, Desk, Registry, Role, chart, eventually, with};

fn spec(more: Value) -> Value {
    let spec = json!({"title": "Web", "summary": "A web service.", "category": "service", "owner": "Platform team"});
    with(spec, more)
}

async fn connect(desk: &Desk, platform: &Actor, spec: &Value) -> String {
    let source = desk.new_name("source");
    let body = json!({"spec": spec, "credentials": Registry::default().credentials()});
    platform.put(&format!("/api/v1/sources/{source}"), &body).await.expect(200);
    source
}

/// An entry whose versions are of a chart at a source; both have the same name.
async fn entry(platform: &Actor, chart: &str, source: &str) {
    let spec = spec(json!({"origin": {"source": source, "chart": chart}}));
    platform.put(&format!("/api/v1/curation/{chart}"), &json!({"spec": spec})).await.expect(200);
}

/// What the source has, once it was asked.
async fn listed(platform: &Actor, entry: &str) -> Value {
    eventually("it was asked", async || {
        let now = platform.get(&format!("/api/v1/curation/{entry}/available")).await.expect(200).json();
        (now["is_listing"] == false).then_some(now)
    })
    .await
}

async fn take_in(platform: &Actor, entry: &str, version: &str) -> Value {
    let path = format!("/api/v1/curation/{entry}/available/{version}");
    let begun = platform.post(&path, &json!({})).await.expect(202).json();
    let followed = format!("/api/v1/curation/{entry}/ingests/{}", begun["id"].as_str().expect("has an id"));
    eventually("it ends", async || {
        let now = platform.get(&followed).await.expect(200).json();
        (now["state"] != "running").then_some(now)
    })
    .await
}

fn states(available: &Value) -> Vec<(&str, &str)> {
    let versions = available["versions"]["items"].as_array().expect("a list").iter();
    versions.map(|row| (row["version"].as_str().expect("has one"), row["state"].as_str().expect("has one"))).collect()
}

#[tokio::test]
async fn versions_of_a_registry_are_listed_taken_in_and_followed() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    registry.push("it", &chart(&name, "1.0.0", &[]));
    let source = connect(&desk, &platform, &registry.source("it", &[&name])).await;
    let check = platform.post(&format!("/api/v1/sources/{source}/check"), &json!({})).await.expect(200).json();
    let steps = check["steps"].as_array().expect("a list");
    assert!(steps.len() >= 4 && steps.iter().all(|step| step["is_ok"] == true), "{check}");
    assert_eq!(check["charts"], json!([name]));

    entry(&platform, &name, &source).await;
    assert_eq!(states(&listed(&platform, &name).await), [("1.0.0", "new")]);
    let ended = take_in(&platform, &name, "1.0.0").await;
    assert_eq!((ended["state"].as_str(), ended["version"].as_str()), (Some("taken_in"), Some("1.0.0")), "{ended}");
    let review = platform.get(&format!("/api/v1/curation/{name}/versions/1.0.0")).await.expect(200).json();
    assert!(review["origin"].as_str().is_some_and(|origin| origin.contains(&format!("it/{name}:1.0.0"))), "{review}");
    assert_eq!(states(&listed(&platform, &name).await), [("1.0.0", "taken_in")]);

    // What is newer comes in by itself; what is older waits for people.
    registry.push("it", &chart(&name, "1.1.0", &[]));
    registry.push("it", &chart(&name, "0.9.0", &[]));
    platform.post(&format!("/api/v1/curation/{name}/available"), &json!({})).await.expect(202);
    let curated = eventually("the newer is there", async || {
        let now = platform.get(&format!("/api/v1/curation/{name}")).await.expect(200).json();
        (now["versions"]["items"][0]["version"] == "1.1.0").then_some(now)
    })
    .await;
    assert_eq!(curated["ingests"][0]["is_by_itself"], true);
    assert_eq!(curated["versions"]["items"].as_array().map(Vec::len), Some(2), "{curated}");
    let expected = [("1.1.0", "taken_in"), ("1.0.0", "taken_in"), ("0.9.0", "new")];
    assert_eq!(states(&listed(&platform, &name).await), expected);

    // A tag that has other bytes is refused, and what was taken in stays.
    registry.push("it", &chart(&name, "1.0.0", &[("README.md", "other")]));
    let again = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(again["state"], "refused");
    assert!(again["error"].as_str().is_some_and(|why| why.contains("other bytes")), "{again}");
}

#[tokio::test]
async fn sources_are_asked_by_themselves_and_the_rule_approves_what_they_bring() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    registry.push("it", &chart(&name, "1.0.0", &[]));
    let source = connect(&desk, &platform, &registry.source("it", &[&name])).await;
    let spec = spec(json!({"origin": {"source": source, "chart": name}, "automatic": "patches"}));
    platform.put(&format!("/api/v1/curation/{name}"), &json!({"spec": spec})).await.expect(200);
    listed(&platform, &name).await;
    take_in(&platform, &name, "1.0.0").await;
    approve(&platform, &name, "1.0.0").await.expect(200);

    // Nothing is due yet; an hour later it is, and nobody asks for it.
    registry.push("it", &chart(&name, "1.0.1", &[]));
    desk.round_of_sources().await;
    assert_eq!(states(&listed(&platform, &name).await), [("1.0.0", "taken_in")]);
    desk.forged().asked_long_ago().await;
    desk.round_of_sources().await;
    let review = eventually("the patch is there", async || {
        let answer = platform.get(&format!("/api/v1/curation/{name}/versions/1.0.1")).await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    assert_eq!((&review["state"]["state"], &review["approvals_needed"]), (&json!("approved"), &json!(0)), "{review}");
}

#[tokio::test]
async fn an_index_says_when_bytes_change_and_a_wrong_digest_is_refused() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    let file = |version: &str| format!("{name}-{version}.tgz");
    registry
        .publish(&name, &[(&file("1.0.0"), chart(&name, "1.0.0", &[])), (&file("0.9.0"), chart(&name, "0.9.0", &[]))]);
    let source = connect(&desk, &platform, &registry.repository(&name)).await;
    let check = platform.post(&format!("/api/v1/sources/{source}/check"), &json!({})).await.expect(200).json();
    assert_eq!(check["charts"], json!([name]), "{check}");
    entry(&platform, &name, &source).await;
    assert_eq!(states(&listed(&platform, &name).await), [("1.0.0", "new"), ("0.9.0", "new")]);
    let ended = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(ended["state"], "taken_in", "{ended}");

    // Somebody puts another archive under the same version: the index tells of it, and it is not taken in.
    let index = registry.publish(&name, &[(&file("1.0.0"), chart(&name, "1.0.0", &[("README.md", "other")]))]);
    platform.post(&format!("/api/v1/curation/{name}/available"), &json!({})).await.expect(202);
    let now = listed(&platform, &name).await;
    assert_eq!(states(&now), [("1.0.0", "other_bytes"), ("0.9.0", "new")]);
    let again = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(again["state"], "refused", "{again}");
    // An archive that is not what the index says it is.
    let text = std::fs::read_to_string(&index).expect("is there");
    let wrong = format!("digest: {}", "a".repeat(64));
    let lines = text.lines().map(|line| {
        line.split("digest: ").next().filter(|it| *it != line).map_or(line.to_owned(), |it| format!("{it}{wrong}"))
    });
    std::fs::write(&index, lines.collect::<Vec<_>>().join("\n")).expect("is written");
    platform.post(&format!("/api/v1/curation/{name}/available"), &json!({})).await.expect(202);
    listed(&platform, &name).await;
    let wrong = take_in(&platform, &name, "0.9.0").await;
    assert_eq!(wrong["state"], "refused", "{wrong}");
    assert!(wrong["error"].as_str().is_some_and(|why| why.contains("should be")), "{wrong}");
}

#[tokio::test]
async fn a_source_that_is_moved_forgets_what_the_former_had() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    let [before, after] = ["before", "after"].map(|place| format!("{name}-{place}"));
    registry.publish(&before, &[("web-1.0.0.tgz", chart(&name, "1.0.0", &[]))]);
    registry.publish(&after, &[("web-2.0.0.tgz", chart(&name, "2.0.0", &[]))]);
    let source = connect(&desk, &platform, &registry.repository(&before)).await;
    entry(&platform, &name, &source).await;
    assert_eq!(states(&listed(&platform, &name).await), [("1.0.0", "new")]);
    let moved = json!({"version": 1, "spec": registry.repository(&after)});
    platform.put(&format!("/api/v1/sources/{source}"), &moved).await.expect(200);
    assert_eq!(states(&listed(&platform, &name).await), [("2.0.0", "new")]);
    let gone = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(gone["state"], "refused", "{gone}");
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_before_anything_is_asked() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let source = desk.new_name("source");
    let path = format!("/api/v1/sources/{source}");
    for (kind, address) in [
        ("registry", "oci://169.254.169.254/charts"),
        ("registry", "oci://10.0.0.1/charts"),
        ("registry", "oci://[fd12::1]/charts"),
        ("registry", "oci://0x7f000002/charts"),
        ("index", "http://charts.example.com/"),
        ("index", "https://robot:secret@charts.example.com/"),
        ("index", "file:///etc/passwd"),
        ("index", "not an address"),
    ] {
        let body = json!({"spec": {"kind": kind, "address": address}});
        let refused = platform.put(&path, &body).await.expect_problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "address", "{address}: {refused}");
        assert!(!refused.to_string().contains("robot:secret"), "{refused}");
    }
    platform.get(&path).await.expect(404);
}

#[tokio::test]
async fn credentials_are_never_shown_and_do_not_move() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let registry = Registry::default();
    let spec = registry.source("it", &["web"]);
    let source = connect(&desk, &platform, &spec).await;
    let path = format!("/api/v1/sources/{source}");
    let secret = registry.address().password.as_str();
    let seen = platform.get(&path).await.expect(200).json();
    assert_eq!(seen["auth"], "basic");
    for shown in
        [path.as_str(), "/api/v1/audit", &format!("/admin/sources/{source}"), &format!("/admin/sources/{source}/edit")]
    {
        let text = platform.get(shown).await.expect(200).text();
        assert!(!text.contains(secret), "{shown}");
    }
    let moved = with(spec.clone(), json!({"address": "oci://registry.example.com/it"}));
    let body = json!({"version": 1, "spec": moved});
    let refused = platform.put(&path, &body).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "secret");
    let other =
        with(spec.clone(), json!({"address": spec["address"].as_str().expect("has one").replace("/it", "/other")}));
    platform.put(&path, &json!({"version": 1, "spec": other})).await.expect(200);
    platform.put(&path, &json!({"version": 1, "spec": other})).await.expect_problem(409, "changed_since");
    let check = platform.post(&format!("{path}/check"), &json!({})).await.expect(200).json();
    let signs_in = check["steps"].as_array().expect("a list").iter().find(|step| step["title"] == "Sign in");
    assert_eq!(signs_in.map(|step| &step["is_ok"]), Some(&json!(true)), "{check}");
    let anonymous = json!({"version": 2, "spec": other, "credentials": {"auth": "anonymous"}});
    assert_eq!(platform.put(&path, &anonymous).await.expect(200).json()["auth"], "anonymous");
}

#[tokio::test]
async fn what_a_source_demands_is_signed_or_refused() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    let proof = json!({"require": [{"kind": "cosign_key", "keys": [pem(&key)]}]});
    let source = connect(&desk, &platform, &with(registry.source("it", &[&name]), json!({"proof": proof}))).await;
    registry.push("it", &chart(&name, "1.0.0", &[]));
    entry(&platform, &name, &source).await;
    let missing = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(missing["state"], "failed", "{missing}");
    assert!(missing["error"].as_str().is_some_and(|why| why.contains("there is none")), "{missing}");

    let other = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
    registry.sign(&format!("it/{name}"), "1.0.0", &other).await;
    let wrong = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(wrong["state"], "refused", "{wrong}");

    registry.sign(&format!("it/{name}"), "1.0.0", &key).await;
    let signed = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(signed["state"], "taken_in", "{signed}");
    let review = platform.get(&format!("/api/v1/curation/{name}/versions/1.0.0")).await.expect(200).json();
    assert_eq!(review["findings"]["signature"]["state"], "verified", "{review}");
}

fn pem(key: &KeyPair) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let der = STANDARD.encode(key.subject_public_key_info());
    format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
}

#[tokio::test]
async fn a_policy_that_cannot_be_meant_is_refused_without_repeating_it() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let path = format!("/api/v1/sources/{}", desk.new_name("source"));
    for proof in [
        json!({"require": [{"kind": "cosign_key", "keys": ["-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----"]}]}),
        json!({"require": [{"kind": "provenance", "keyring": "hunter2"}]}),
        json!({"require": [{"kind": "cosign_keyless", "root": "public-good", "identities": [{"issuer": "https://i.example", "subject": {"glob": "**"}}]}]}),
        json!({"require": [{"kind": "trust_me"}]}),
        json!({"require": [], "trust": true}),
    ] {
        let body = json!({"spec": {"kind": "registry", "address": "oci://registry.example.com", "proof": proof}});
        let refused = platform.put(&path, &body).await.expect_problem(422, "invalid");
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}

#[tokio::test]
async fn a_source_that_is_away_or_gone_keeps_nothing_and_says_why() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let (registry, name) = (Registry::default(), desk.new_name("web"));
    // Nobody listens at a port that was just free.
    let port = stack::free_port().expect("there is one");
    let away = json!({"kind": "index", "address": format!("https://127.0.0.1:{port}/"), "ca": registry.ca()});
    let source = connect(&desk, &platform, &away).await;
    let check = platform.post(&format!("/api/v1/sources/{source}/check"), &json!({})).await.expect(200).json();
    assert_eq!(check["steps"][0]["is_ok"], false, "{check}");
    entry(&platform, &name, &source).await;
    let now = listed(&platform, &name).await;
    assert!(now["error"].is_string() && now["listed_at"].is_null() && states(&now).is_empty(), "{now}");
    let failed = take_in(&platform, &name, "1.0.0").await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let page = platform.get(&format!("/admin/catalog/{name}")).await.expect(200).text();
    assert!(page.contains("not_listed"), "{page}");

    let path = format!("/api/v1/sources/{source}");
    platform.delete(&path).await.expect_problem(409, "not_possible");
    let uploaded = json!({"version": 1, "spec": spec(json!({}))});
    platform.put(&format!("/api/v1/curation/{name}"), &uploaded).await.expect(200);
    platform.get(&format!("/api/v1/curation/{name}/available")).await.expect(404);
    platform.delete(&path).await.expect(204);
    platform.get(&path).await.expect(404);
    let gone = spec(json!({"origin": {"source": source, "chart": name}}));
    let refused = platform.put(&format!("/api/v1/curation/{name}"), &json!({"version": 2, "spec": gone})).await;
    assert_eq!(refused.expect_problem(422, "invalid")["errors"][0]["field"], "source");
}

#[tokio::test]
async fn sources_are_for_those_who_set_up() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let registry = Registry::default();
    let source = connect(&desk, &platform, &registry.source("it", &["web"])).await;
    let path = format!("/api/v1/sources/{source}");
    let developer = desk.as_(Role::Developer).await;
    developer.get(&path).await.expect(404);
    developer.post(&format!("{path}/check"), &json!({})).await.expect(404);
    let auditor = desk.as_(Role::Auditor).await;
    auditor.get(&path).await.expect(200);
    auditor.post(&format!("{path}/check"), &json!({})).await.expect(404);
    auditor.delete(&path).await.expect(404);
}
