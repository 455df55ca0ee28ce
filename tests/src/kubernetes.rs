//! The real cluster: as its administrator, and as people with their own ID tokens.

use crate::{Role, stack};
use k8s_openapi::api::apps::v1::Deployment;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use stack::sign_in::cluster_id_token;
use std::net::SocketAddr;
use std::path::Path;

pub async fn admin() -> Client {
    admin_as(|_| ()).await
}

/// As its administrator, who may speak for others.
pub async fn admin_as(adapt: impl FnOnce(&mut Config)) -> Client {
    let mut config = admin_config().await;
    adapt(&mut config);
    Client::try_from(config).expect("is a client")
}

/// Somebody with the ID token that the cluster's issuer gives their account.
pub async fn person(role: Role) -> Client {
    let token = cluster_id_token(&stack().cluster_issuer, &stack().cluster_issuer_ca, role.account()).await;
    let token = token.expect("signs in");
    admin_as(|config| config.auth_info = AuthInfo { token: Some(token.into()), ..AuthInfo::default() }).await
}

/// Where the API server listens.
pub async fn address() -> SocketAddr {
    address_of(&stack().kubeconfig).await
}

pub(crate) async fn address_of(kubeconfig: &Path) -> SocketAddr {
    let url = config(kubeconfig).await.cluster_url;
    url.authority().expect("has a host").as_str().parse().expect("is an address")
}

/// Whose certificates it shows, in DER.
pub(crate) async fn authorities() -> Vec<Vec<u8>> {
    admin_config().await.root_cert.expect("the kubeconfig says whom to trust")
}

/// As the administrator of another cluster.
pub(crate) async fn admin_of(kubeconfig: &Path) -> Client {
    Client::try_from(config(kubeconfig).await).expect("is a client")
}

async fn admin_config() -> Config {
    config(&stack().kubeconfig).await
}

async fn config(kubeconfig: &Path) -> Config {
    let kubeconfig = Kubeconfig::read_from(kubeconfig).expect("can be read");
    Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.expect("is a kubeconfig")
}

/// A Deployment whose pods satisfy the level `restricted`. `outcome` says what happens to them (devcluster/stages):
/// nothing bad when it is empty.
pub fn a_deployment(name: &str, replicas: i32, cpu: &str, outcome: &str) -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}, "annotations": {"demo.berth.dev/outcome": outcome}},
                "spec": {
                    "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
                    "containers": [{
                        "name": "web",
                        "image": "registry.test/web:1",
                        "resources": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}},
                        "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                    }],
                },
            },
        },
    }))
    .expect("is a Deployment")
}

/// What the API server's own audit log says of changes, in lines with this text.
pub fn audit_log(text: &str) -> Vec<Value> {
    let file = stack().kubeconfig.with_file_name("log").join("audit.jsonl");
    let log = std::fs::read_to_string(&file).expect("can be read");
    let lines = log.lines().filter(|line| line.contains(text));
    // The last one may be half-written.
    lines.filter_map(|line| serde_json::from_str(line).ok()).collect()
}
