//! An administrator's kubeconfig that comes from outside, pasted or sent: read so that it can make Berth run nothing
//! and read no file.
//!
//! Only what is named here passes, into a kubeconfig of our own; everything else is refused by its name: programs
//! (`exec`, `auth-provider`), files, proxies, addresses without TLS, and API servers nobody verifies. Whose file it is
//! does not matter here: the operator's own is read by [`super`], with all that kubectl allows.

use crate::input::{self, Unread};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kube::config::Kubeconfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use url::{Host, Url};

/// Much more than an administrator's own.
const LARGEST_BYTES: usize = 64 * 1024;
const MOST_NODES: usize = 5000;

const CA_DATA: &str = "certificate-authority-data";
const CLUSTER_KEYS: [&str; 5] =
    ["server", CA_DATA, "tls-server-name", "disable-compression", "insecure-skip-tls-verify"];
const USER_KEYS: [&str; 5] = ["client-certificate-data", "client-key-data", "token", "username", "password"];

/// Whether an API server may be reached without TLS: on loopback, where the configuration allows it, and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    Refused,
    OnLoopback,
}

/// A kubeconfig with the one context that is meant and nothing but data in it; or every reason why not.
pub fn read(text: &str, context: Option<&str>, plain: Plain) -> Result<Value, Vec<String>> {
    if text.len() > LARGEST_BYTES {
        return Err(vec![format!("it is larger than {} KiB", LARGEST_BYTES / 1024)]);
    }
    let unread = |unread: Unread| vec![format!("it {}", unread.says)];
    let mut whole: Value = input::yaml(text, MOST_NODES).map_err(unread)?;
    let chosen = context.or_else(|| whole["current-context"].as_str()).unwrap_or_default().to_owned();
    let missing = |what: &str, name: &str| vec![format!("it has no {what} {name}")];
    let meant = find(&mut whole, "contexts", "context", &chosen).ok_or_else(|| missing("context", &chosen))?;
    let name_in = |key: &str| meant.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (cluster, user) = (name_in("cluster"), name_in("user"));
    let mut cluster = find(&mut whole, "clusters", "cluster", &cluster).ok_or_else(|| missing("cluster", &cluster))?;
    let mut user = find(&mut whole, "users", "user", &user).ok_or_else(|| missing("user", &user))?;
    let mut reasons = cluster_reasons(&mut cluster, plain);
    reasons.extend(strangers(&user, &USER_KEYS).map(|key| user_reason(&key)));
    reasons.extend(text_reasons(&mut user, "users.user", &USER_KEYS));
    if !reasons.is_empty() {
        return Err(reasons);
    }
    Ok(json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "clusters": [{"name": "it", "cluster": cluster}],
        "users": [{"name": "it", "user": user}],
    }))
}

/// The operator's own file, as kube has read it: what kubectl takes and kube does not is mended, and what neither takes is
/// refused before kube trips over it. Only the context that is meant is looked at, with its cluster and its user: the rest
/// of the file is not used.
pub fn tidy(kubeconfig: &mut Kubeconfig, context: Option<&str>, plain: Plain) -> Result<(), Vec<String>> {
    let chosen = context.or(kubeconfig.current_context.as_deref()).unwrap_or_default();
    let meant = kubeconfig.contexts.iter().find(|named| named.name == chosen).and_then(|named| named.context.clone());
    // kube says that it is not there.
    let Some(meant) = meant else { return Ok(()) };
    let mut reasons = Vec::new();
    let clusters = kubeconfig.clusters.iter_mut().filter(|named| named.name == meant.cluster);
    for cluster in clusters.filter_map(|named| named.cluster.as_mut()) {
        if let Some(server) = &cluster.server {
            reasons.extend(address_reason(server, plain).map(str::to_owned));
        }
        if let Some(data) = &mut cluster.certificate_authority_data {
            reasons.extend(normalize("clusters.cluster", CA_DATA, data));
        }
    }
    let users = kubeconfig.auth_infos.iter_mut().filter(|named| Some(&named.name) == meant.user.as_ref());
    for user in users.filter_map(|named| named.auth_info.as_mut()) {
        if let Some(data) = &mut user.client_certificate_data {
            reasons.extend(normalize("users.user", "client-certificate-data", data));
        }
        for (key, secret) in [("client-key-data", &mut user.client_key_data), ("token", &mut user.token)] {
            let Some(present) = secret else { continue };
            let mut text = present.expose_secret().to_owned();
            reasons.extend(normalize("users.user", key, &mut text));
            *present = text.into();
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

fn find(whole: &mut Value, list: &str, thing: &str, name: &str) -> Option<Map<String, Value>> {
    let entries = whole.get_mut(list)?.as_array_mut()?;
    let entry = entries.iter_mut().find(|entry| entry["name"] == name)?;
    match entry.get_mut(thing)?.take() {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

fn cluster_reasons(cluster: &mut Map<String, Value>, plain: Plain) -> Vec<String> {
    let mut reasons: Vec<_> = strangers(cluster, &CLUSTER_KEYS).map(|key| cluster_reason(&key)).collect();
    if cluster.get("insecure-skip-tls-verify").is_some_and(|skips| skips != &Value::Bool(false)) {
        reasons.push("it skips verification of the API server (insecure-skip-tls-verify)".into());
    }
    if cluster.get("disable-compression").is_some_and(|value| !value.is_boolean()) {
        reasons.push("disable-compression (clusters.cluster) must be true or false".into());
    }
    reasons.extend(text_reasons(cluster, "clusters.cluster", &["server", CA_DATA, "tls-server-name"]));
    let server = cluster.get("server").and_then(Value::as_str).unwrap_or_default();
    reasons.extend(address_reason(server, plain).map(str::to_owned));
    // As it was judged, and not as another parser would read it.
    if let Ok(url) = Url::parse(server) {
        cluster.insert("server".into(), url.to_string().into());
    }
    reasons
}

/// What is wrong with those of these keys that are there.
fn text_reasons(map: &mut Map<String, Value>, path: &str, keys: &[&str]) -> Vec<String> {
    let mut reasons = Vec::new();
    for key in keys {
        match map.get_mut(*key) {
            Some(Value::String(text)) => reasons.extend(normalize(path, key, text)),
            Some(_) => reasons.push(format!("{key} ({path}) must be a text")),
            None => {}
        }
    }
    reasons
}

/// Takes the line breaks out of base64, as kubectl does. Everything else goes into headers and addresses as it is.
fn normalize(path: &str, key: &str, text: &mut String) -> Option<String> {
    if !key.ends_with("-data") {
        let is_odd = text.chars().any(|c| c.is_control() || (key != "password" && c.is_whitespace()));
        return is_odd
            .then(|| format!("{key} ({path}) has a line break, a blank or another character that cannot be sent"));
    }
    text.retain(|c| !matches!(c, '\r' | '\n'));
    let Ok(pem) = BASE64_STANDARD.decode(text.as_bytes()) else {
        return Some(format!("{key} ({path}) is not base64"));
    };
    let holds = if key == "client-key-data" {
        PrivateKeyDer::from_pem_slice(&pem).is_ok()
    } else {
        CertificateDer::from_pem_slice(&pem).is_ok()
    };
    (!holds)
        .then(|| format!("{key} ({path}) holds no {}", if key == "client-key-data" { "key" } else { "certificate" }))
}

fn address_reason(server: &str, plain: Plain) -> Option<&'static str> {
    let Ok(url) = Url::parse(server) else { return Some("its server (clusters.cluster) is no address") };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("its server (clusters.cluster) names no host"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("its server (clusters.cluster) has a name or password in the address");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback && plain == Plain::OnLoopback => None,
        "http" if is_loopback => Some(
            "its server (clusters.cluster) is not https: on loopback clusters.allow_http_on_loopback would let it be",
        ),
        _ => Some("its server (clusters.cluster) is not https"),
    }
}

fn cluster_reason(key: &str) -> String {
    match key {
        "certificate-authority" => "it names a file (certificate-authority): use certificate-authority-data".into(),
        "proxy-url" => "it goes through a proxy (proxy-url)".into(),
        other => format!("it has {other}, which Berth does not take from outside"),
    }
}

fn user_reason(key: &str) -> String {
    match key {
        "exec" | "auth-provider" => format!("it runs a program ({key}): use a token or a client certificate"),
        "tokenFile" => "it names a file (tokenFile): use token".into(),
        "client-certificate" | "client-key" => format!("it names a file ({key}): use {key}-data"),
        other => format!("it has {other}, which Berth does not take from outside"),
    }
}

fn strangers<'a>(map: &'a Map<String, Value>, known: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    map.keys().filter(|key| !known.contains(&key.as_str())).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn kubeconfig(cluster: &str, user: &str) -> String {
        format!(
            "current-context: a\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n\
             clusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
        )
    }

    const SERVER: &str = "server: 'https://cluster.example.org:6443'";

    #[test]
    fn data_passes_and_nothing_else_of_the_file_comes_along() {
        let mut text = kubeconfig(SERVER, "token: secret");
        text.push_str("extensions: [{name: x}]\n");
        let read = read(&text, None, Plain::Refused).expect("is taken");
        assert_eq!(read["clusters"][0]["cluster"]["server"], "https://cluster.example.org:6443/");
        assert_eq!(read["users"][0]["user"], json!({"token": "secret"}));
        assert!(read.get("extensions").is_none());
        serde_json::from_value::<kube::config::Kubeconfig>(read).expect("is a kubeconfig");
    }

    #[rstest]
    #[case::exec(SERVER, "exec: {command: /bin/sh}", "runs a program (exec)")]
    #[case::auth_provider(SERVER, "auth-provider: {name: gcp}", "runs a program (auth-provider)")]
    #[case::token_file(SERVER, "tokenFile: /etc/passwd", "tokenFile")]
    #[case::certificate_file(SERVER, "client-certificate: /etc/passwd", "client-certificate-data")]
    #[case::key_file(SERVER, "client-key: /etc/passwd", "client-key-data")]
    #[case::impersonation(SERVER, "token: x, as: somebody", "has as")]
    #[case::ca_file(
        "server: 'https://c', certificate-authority: /etc/passwd",
        "token: x",
        "certificate-authority-data"
    )]
    #[case::proxy("server: 'https://c', proxy-url: 'http://p'", "token: x", "proxy")]
    #[case::unverified("server: 'https://c', insecure-skip-tls-verify: true", "token: x", "skips verification")]
    #[case::in_the_clear("server: 'http://169.254.169.254'", "token: x", "not https")]
    #[case::file("server: 'file:///etc/passwd'", "token: x", "no host")]
    #[case::credentials("server: 'https://a:b@c'", "token: x", "password")]
    fn what_would_run_or_read_something_is_refused(#[case] cluster: &str, #[case] user: &str, #[case] says: &str) {
        let reasons = read(&kubeconfig(cluster, user), None, Plain::Refused).expect_err("is refused").join("; ");
        assert!(reasons.contains(says), "{reasons}");
    }

    #[rstest]
    #[case::a_line_break("token: \"abc\\r\\nX-More: 1\"", "token (users.user)")]
    #[case::a_number("token: 12", "token (users.user) must be a text")]
    #[case::a_list("username: [a]", "username (users.user) must be a text")]
    #[case::no_base64("client-certificate-data: '!'", "client-certificate-data (users.user) is not base64")]
    #[case::no_certificate("client-certificate-data: QUJD", "holds no certificate")]
    #[case::no_key("client-key-data: QUJD", "holds no key")]
    fn a_value_that_would_trip_the_library_is_refused_by_its_field(#[case] user: &str, #[case] says: &str) {
        let reasons = read(&kubeconfig(SERVER, user), None, Plain::Refused).expect_err("is refused").join("; ");
        assert!(reasons.contains(says), "{reasons}");
        let mut own = Kubeconfig::from_yaml(&kubeconfig(SERVER, user)).ok();
        if let Some(own) = own.as_mut().filter(|_| !user.starts_with("username") && user != "token: 12") {
            let reasons = tidy(own, None, Plain::Refused).expect_err("is refused").join("; ");
            assert!(reasons.contains(says), "{reasons}");
        }
    }

    #[test]
    fn an_authority_that_is_wrapped_is_read_as_kubectl_reads_it() {
        let key = a_certificate();
        let wrapped: Vec<_> =
            key.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        let cluster = format!("{SERVER}, certificate-authority-data: \"{}\"", wrapped.join("\\n"));
        let text = kubeconfig(&cluster, "token: x");
        let sent = read(&text, None, Plain::Refused).expect("is taken");
        assert_eq!(sent["clusters"][0]["cluster"][CA_DATA], key);
        let mut own = Kubeconfig::from_yaml(&text).expect("is read");
        tidy(&mut own, None, Plain::Refused).expect("is taken");
        let cluster = own.clusters[0].cluster.as_ref().expect("is there");
        assert_eq!(cluster.certificate_authority_data.as_deref(), Some(key.as_str()));
    }

    #[test]
    fn what_another_context_says_is_not_held_against_the_one_that_is_meant() {
        let text = format!(
            "current-context: b\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}, \
             {{name: b, context: {{cluster: d, user: v}}}}]\n\
             clusters: [{{name: c, cluster: {{{SERVER}}}}}, {{name: d, cluster: {{server: 'http://10.0.0.1'}}}}]\n\
             users: [{{name: u, user: {{token: x}}}}, {{name: v, user: {{exec: {{command: /bin/false}}, \
             client-certificate-data: '!'}}}}]\n"
        );
        let sent = read(&text, Some("a"), Plain::Refused).expect("is taken");
        assert_eq!(sent["users"], json!([{"name": "it", "user": {"token": "x"}}]));
        assert_eq!(read(&text, None, Plain::Refused).expect_err("is refused").len(), 3);
        let mut own = Kubeconfig::from_yaml(&text).expect("is read");
        tidy(&mut own, Some("a"), Plain::Refused).expect("is taken");
        assert_eq!(tidy(&mut own, None, Plain::Refused).expect_err("is refused").len(), 2);
    }

    #[rstest]
    #[case("http://127.0.0.1:8080", true)]
    #[case("http://0x7f.1:8080", true)]
    #[case("http://[::1]:8080", true)]
    #[case("http://localhost", true)]
    #[case("http://127.0.0.1.example.org", false)]
    #[case("http://10.0.0.1", false)]
    #[case("http://169.254.169.254", false)]
    fn without_tls_only_loopback_is_reached_and_only_when_that_is_allowed(#[case] server: &str, #[case] may: bool) {
        let text = kubeconfig(&format!("server: '{server}'"), "token: x");
        assert!(read(&text, None, Plain::Refused).is_err());
        assert_eq!(read(&text, None, Plain::OnLoopback).is_ok(), may);
        for (plain, may) in [(Plain::Refused, false), (Plain::OnLoopback, may)] {
            let mut own = Kubeconfig::from_yaml(&text).expect("is read");
            assert_eq!(tidy(&mut own, None, plain).is_ok(), may);
        }
    }

    /// In PEM, in base64.
    fn a_certificate() -> String {
        let pem =
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", BASE64_STANDARD.encode([7; 200]));
        BASE64_STANDARD.encode(pem)
    }

    #[test]
    fn every_reason_is_said_at_once() {
        let text = kubeconfig("server: 'http://c', proxy-url: x", "exec: {}, tokenFile: x");
        assert_eq!(read(&text, None, Plain::Refused).expect_err("is refused").len(), 4);
    }

    #[test]
    fn a_file_that_is_too_large_too_deep_or_without_the_context_is_refused() {
        let large = "#".repeat(LARGEST_BYTES + 1);
        let deep = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
        for text in [large.as_str(), deep.as_str(), "a: [", "just words", ""] {
            assert!(read(text, None, Plain::Refused).is_err(), "{:.20}", text);
        }
        assert!(read(&kubeconfig(SERVER, "token: x"), Some("other"), Plain::Refused).is_err());
    }
}
