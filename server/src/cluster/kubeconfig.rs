//! Files by which people's `kubectl` finds a namespace. Pure; what is in them is given.

use super::Credentials;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::name::{ClusterName, NamespaceName};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Where a namespace is.
pub struct Place<'a> {
    pub cluster: &'a ClusterName,
    pub namespace: &'a NamespaceName,
}

/// How `kubectl` says who somebody is.
pub enum Login<'a> {
    /// By a token; `title` says whose and until when, and `mark` is of this token alone.
    Token { title: &'a str, mark: &'a str, token: &'a SecretString },
    /// By signing in at an identity provider whose tokens the cluster takes, with the plugin `oidc-login`.
    Oidc { issuer: &'a str, client_id: &'a str, scopes: &'a [String] },
}

/// The plugin's own program. Called through `kubectl` it would start itself without end, where that `kubectl` asks the
/// server for something first.
const PLUGIN: &str = "kubectl-oidc_login";
const INSTALL_HINT: &str =
    "This file needs the plugin oidc-login: kubectl krew install oidc-login (https://github.com/int128/kubelogin)";

/// What a file calls its parts. `kubectl` merges files by these: the same name must mean the same thing, whichever cluster,
/// person or day a file is of.
struct Names {
    cluster: String,
    context: String,
    user: String,
}

impl Names {
    fn of(place: &Place<'_>, server: &Value, login: &Login<'_>) -> Self {
        let cluster = format!("{}-{}", place.cluster, short_hash(&[&server.to_string()]));
        let context = format!("{cluster}/{}", place.namespace);
        match login {
            Login::Token { title, mark, .. } => {
                let user = format!("{context}/{title}-{mark}");
                Self { cluster, context: user.clone(), user }
            }
            Login::Oidc { issuer, client_id, scopes } => {
                let scopes = scopes.join(" ");
                let user = format!("oidc-{}", short_hash(&[issuer, client_id, &scopes]));
                Self { cluster, context, user }
            }
        }
    }
}

/// Enough to tell apart what one person has in their files.
fn short_hash(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The file, with `comment` at its top. `berth` says where the cluster is and whom to trust; its own token stays here.
pub fn write(place: &Place<'_>, berth: &Credentials, login: &Login<'_>, comment: &str) -> String {
    let server = server(berth);
    let Names { cluster, context, user } = Names::of(place, &server, login);
    let credential = match login {
        Login::Token { token, .. } => json!({ "token": token.expose_secret() }),
        Login::Oidc { issuer, client_id, scopes } => oidc(issuer, client_id, scopes),
    };
    let file = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": cluster, "cluster": server }],
        "contexts": [{
            "name": context,
            "context": { "cluster": cluster, "namespace": place.namespace.as_str(), "user": user },
        }],
        "current-context": context,
        "users": [{ "name": user, "user": credential }],
    });
    let yaml = serde_saphyr::to_string(&file).expect("JSON can be written as YAML");
    let comment: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    format!("{comment}{yaml}")
}

fn server(berth: &Credentials) -> Value {
    let mut server = json!({ "server": berth.server });
    if let Some(pem) = &berth.ca_pem {
        server["certificate-authority-data"] = BASE64_STANDARD.encode(pem).into();
    }
    if let Some(name) = &berth.tls_server_name {
        server["tls-server-name"] = name.as_str().into();
    }
    server
}

/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>
fn oidc(issuer: &str, client_id: &str, scopes: &[String]) -> Value {
    let mut args =
        vec!["get-token".to_owned(), format!("--oidc-issuer-url={issuer}"), format!("--oidc-client-id={client_id}")];
    args.extend(scopes.iter().map(|scope| format!("--oidc-extra-scope={scope}")));
    json!({ "exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": PLUGIN,
        "args": args,
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": false,
        "installHint": INSTALL_HINT,
    } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(login: &Login<'_>) -> String {
        written_for("harbour-1", "https://harbour-1.berth.test:6443", login)
    }

    fn written_for(cluster: &str, server: &str, login: &Login<'_>) -> String {
        let place = Place {
            cluster: &cluster.parse().expect("is a name"),
            namespace: &"payments-dev".parse().expect("is a name"),
        };
        let berth = Credentials {
            server: server.into(),
            ca_pem: Some("-----BEGIN CERTIFICATE-----\n".into()),
            tls_server_name: None,
            token: "of-the-provisioner".to_owned().into(),
        };
        write(&place, &berth, login, "payments-dev on harbour-1\nas developer")
    }

    /// The names in a file: of its cluster, context and user.
    fn names(file: &str) -> [String; 3] {
        let file: Value = serde_saphyr::from_str(file).expect("is YAML");
        ["clusters", "contexts", "users"].map(|part| file[part][0]["name"].as_str().expect("is text").to_owned())
    }

    #[test]
    fn a_file_with_a_token_holds_that_token_and_not_berths_own() {
        let token = SecretString::from("of-the-person");
        let title = "developer-until-2026-11-21T11:00:00Z";
        let file = written(&Login::Token { title, mark: "4f3c2a1b", token: &token });
        insta::assert_snapshot!(file);
        assert!(!file.contains("of-the-provisioner"));
    }

    #[test]
    fn a_file_for_signing_in_holds_no_secret() {
        let scopes = ["email".to_owned(), "groups".to_owned()];
        let login = Login::Oidc { issuer: "https://login.berth.test", client_id: "kubernetes", scopes: &scopes };
        insta::assert_snapshot!(written(&login));
    }

    #[test]
    fn a_name_means_the_same_in_every_file() {
        let token = SecretString::from("of-the-person");
        let with_token = |mark| Login::Token { title: "owner-until-2026-11-21T11:00:00Z", mark, token: &token };
        let [cluster, context, user] = names(&written(&with_token("1")));
        let [same_cluster, other_context, other_user] = names(&written(&with_token("2")));
        assert_eq!(cluster, same_cluster);
        assert!(context != other_context && user != other_user, "two tokens are two users");
        let elsewhere = names(&written_for("harbour-1", "https://other.test", &with_token("1")));
        assert!(cluster != elsewhere[0] && context != elsewhere[1] && user != elsewhere[2], "{elsewhere:?}");
        let oidc = |issuer| Login::Oidc { issuer, client_id: "kubernetes", scopes: &[] };
        let [first, second] = ["https://a.test", "https://b.test"].map(|issuer| names(&written(&oidc(issuer))));
        assert!(first[2] != second[2] && first[1] != context);
    }
}
