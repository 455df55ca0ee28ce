//! An administrator's kubeconfig that comes from outside, pasted or sent: read so that it can make Berth run nothing
//! and read no file.
//!
//! Only what is named here passes, into a kubeconfig of our own; everything else is refused by its name: programs
//! (`exec`, `auth-provider`), files, proxies, addresses without TLS, and API servers nobody verifies. Whose file it is
//! does not matter here: the operator's own is read by [`super`], with all that kubectl allows.

use serde_json::{Map, Value, json};
use url::{Host, Url};

/// Much more than an administrator's own.
const LARGEST_BYTES: usize = 64 * 1024;
const DEEPEST: usize = 16;

const CLUSTER_KEYS: [&str; 5] =
    ["server", "certificate-authority-data", "tls-server-name", "disable-compression", "insecure-skip-tls-verify"];
const USER_KEYS: [&str; 5] = ["client-certificate-data", "client-key-data", "token", "username", "password"];

/// A kubeconfig with the one context that is meant and nothing but data in it; or every reason why not.
pub fn read(text: &str, context: Option<&str>) -> Result<Value, Vec<String>> {
    if text.len() > LARGEST_BYTES {
        return Err(vec![format!("it is larger than {} KiB", LARGEST_BYTES / 1024)]);
    }
    let whole: Value = serde_saphyr::from_str(text).map_err(|_| vec!["it is no YAML".to_owned()])?;
    if is_deeper(&whole, DEEPEST) {
        return Err(vec!["it is nested too deeply".into()]);
    }
    let chosen = context.or_else(|| whole["current-context"].as_str()).unwrap_or_default();
    let missing = |what: &str, name: &str| vec![format!("it has no {what} {name}")];
    let context = find(&whole, "contexts", "context", chosen).ok_or_else(|| missing("context", chosen))?;
    let (cluster, user) =
        (context["cluster"].as_str().unwrap_or_default(), context["user"].as_str().unwrap_or_default());
    let cluster = find(&whole, "clusters", "cluster", cluster).ok_or_else(|| missing("cluster", cluster))?;
    let user = find(&whole, "users", "user", user).ok_or_else(|| missing("user", user))?;
    let mut reasons = cluster_reasons(cluster);
    reasons.extend(strangers(user, &USER_KEYS).map(|key| user_reason(&key)));
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

fn find<'a>(whole: &'a Value, list: &str, thing: &str, name: &str) -> Option<&'a Map<String, Value>> {
    let entries = whole[list].as_array()?;
    entries.iter().find(|entry| entry["name"] == name)?[thing].as_object()
}

fn cluster_reasons(cluster: &Map<String, Value>) -> Vec<String> {
    let mut reasons: Vec<_> = strangers(cluster, &CLUSTER_KEYS).map(|key| cluster_reason(&key)).collect();
    if cluster.get("insecure-skip-tls-verify").is_some_and(|skips| skips != &Value::Bool(false)) {
        reasons.push("it skips verification of the API server (insecure-skip-tls-verify)".into());
    }
    let server = cluster.get("server").and_then(Value::as_str).unwrap_or_default();
    reasons.extend(address_reason(server).map(str::to_owned));
    reasons
}

fn address_reason(server: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(server) else { return Some("its server is no address") };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("its server names no host"),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Some("its server has a name or password in the address");
    }
    match url.scheme() {
        "https" => None,
        "http" if is_loopback => None,
        _ => Some("its server is not https"),
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

fn is_deeper(value: &Value, depth: usize) -> bool {
    let deeper = |value: &Value| depth == 0 || is_deeper(value, depth - 1);
    match value {
        Value::Array(items) => items.iter().any(deeper),
        Value::Object(map) => map.values().any(deeper),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
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
        let read = read(&text, None).expect("is taken");
        assert_eq!(read["clusters"][0]["cluster"]["server"], "https://cluster.example.org:6443");
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
        let reasons = read(&kubeconfig(cluster, user), None).expect_err("is refused").join("; ");
        assert!(reasons.contains(says), "{reasons}");
    }

    #[test]
    fn every_reason_is_said_at_once() {
        let text = kubeconfig("server: 'http://c', proxy-url: x", "exec: {}, tokenFile: x");
        assert_eq!(read(&text, None).expect_err("is refused").len(), 4);
    }

    #[test]
    fn a_file_that_is_too_large_too_deep_or_without_the_context_is_refused() {
        let large = "#".repeat(LARGEST_BYTES + 1);
        let deep = format!("a: {}{}", "[".repeat(40), "]".repeat(40));
        for text in [large.as_str(), deep.as_str(), "a: [", "just words", ""] {
            assert!(read(text, None).is_err(), "{:.20}", text);
        }
        assert!(read(&kubeconfig(SERVER, "token: x"), Some("other")).is_err());
        assert!(read(&kubeconfig("server: 'http://127.0.0.1:8080'", "token: x"), Some("a")).is_ok());
    }
}
