//! Files by which people's `kubectl` finds a namespace. Pure; what is in them is given.

use super::Credentials;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::name::{ClusterName, NamespaceName};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// Where a namespace is.
pub struct Place<'a> {
    pub cluster: &'a ClusterName,
    pub namespace: &'a NamespaceName,
}

/// How `kubectl` says who somebody is.
pub enum Login<'a> {
    /// By a token; `user` says whose and until when.
    Token { user: &'a str, token: &'a SecretString },
    /// By signing in at an identity provider whose tokens the cluster takes, with the plugin `oidc-login`.
    Oidc { issuer: &'a str, client_id: &'a str, scopes: &'a [String] },
}

const OIDC_USER: &str = "oidc";
const INSTALL_HINT: &str =
    "This file needs the plugin oidc-login: kubectl krew install oidc-login (https://github.com/int128/kubelogin)";

/// The file, with `comment` at its top. `berth` says where the cluster is and whom to trust; its own token stays here.
pub fn write(place: &Place<'_>, berth: &Credentials, login: &Login<'_>, comment: &str) -> String {
    let (cluster, context) = (place.cluster.as_str(), format!("{}/{}", place.cluster, place.namespace));
    let (user_name, user) = match login {
        Login::Token { user, token } => (*user, json!({ "token": token.expose_secret() })),
        Login::Oidc { issuer, client_id, scopes } => (OIDC_USER, oidc(issuer, client_id, scopes)),
    };
    let file = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": cluster, "cluster": server(berth) }],
        "contexts": [{
            "name": context,
            "context": { "cluster": cluster, "namespace": place.namespace.as_str(), "user": user_name },
        }],
        "current-context": context,
        "users": [{ "name": user_name, "user": user }],
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
    let mut args = vec![
        "oidc-login".to_owned(),
        "get-token".to_owned(),
        format!("--oidc-issuer-url={issuer}"),
        format!("--oidc-client-id={client_id}"),
    ];
    args.extend(scopes.iter().map(|scope| format!("--oidc-extra-scope={scope}")));
    json!({ "exec": {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "kubectl",
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
        let place = Place {
            cluster: &"harbour-1".parse().expect("is a name"),
            namespace: &"payments-dev".parse().expect("is a name"),
        };
        let berth = Credentials {
            server: "https://harbour-1.berth.test:6443".into(),
            ca_pem: Some("-----BEGIN CERTIFICATE-----\n".into()),
            tls_server_name: None,
            token: "of-the-provisioner".to_owned().into(),
        };
        write(&place, &berth, login, "payments-dev on harbour-1\nas developer")
    }

    #[test]
    fn a_file_with_a_token_holds_that_token_and_not_berths_own() {
        let token = SecretString::from("of-the-person");
        let file = written(&Login::Token { user: "developer-until-2026-11-21T11:00:00Z", token: &token });
        insta::assert_snapshot!(file);
        assert!(!file.contains("of-the-provisioner"));
    }

    #[test]
    fn a_file_for_signing_in_holds_no_secret() {
        let scopes = ["email".to_owned(), "groups".to_owned()];
        let login = Login::Oidc { issuer: "https://login.berth.test", client_id: "kubernetes", scopes: &scopes };
        insta::assert_snapshot!(written(&login));
    }
}
