//! What Berth needs on a cluster before it can work there: its two identities with exactly the rights they need, its
//! ClusterRoles, and the admission policies that bound who touches what. Done once per cluster by an administrator; doing
//! it again brings it up to date.

mod admin;
mod annotations;
mod border;
mod guardrails;
mod kubeconfig;
pub mod policies;
mod policy;
pub mod policy_names;
pub mod rights;

use super::credentials::Credentials;
use super::review::{AccessCheck, may_i};
use super::{BERTH, Error, MANAGED_BY, OBSERVER, Object, PROVISIONER, SYSTEM_NAMESPACE};
pub use admin::Admin;
use admin::{not_taken, refused_to};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k8s_openapi::api::core::v1::{Namespace, Secret, ServiceAccount};
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, PolicyRule, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
pub use kubeconfig::Plain;
use rights::{GUARDRAILS, LOOSEN, LOOSEN_GROUP, PROVISIONER_RIGHTS, observer_rights, rules, team_roles};
pub use rights::{creatable_by_deployers, may_deployers};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// How long the cluster may take to fill in a token, and to take up new rights.
const WAIT_LIMIT: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);

/// Berth's identities on a cluster, ready to be stored.
#[derive(Debug, Clone)]
pub struct Installed {
    pub observer: Credentials,
    pub provisioner: Credentials,
}

async fn install(admin: &Admin, public_url: &str) -> Result<Installed, Error> {
    let Admin { config, client } = admin;
    for object in objects(public_url) {
        let apply = PatchParams::apply(BERTH).force();
        let applied = object.api(client).patch(object.name(), &apply, &Patch::Apply(object.value())).await;
        applied.map_err(|error| refused_to(error, &format!("apply {} {}", object.kind(), object.name())))?;
    }
    let installed = Installed {
        observer: credentials(config, token(client, OBSERVER).await?),
        provisioner: credentials(config, token(client, PROVISIONER).await?),
    };
    in_force(&installed.observer, "list", "nodes").await?;
    in_force(&installed.provisioner, "create", "namespaces").await?;
    border_in_force(&installed.provisioner).await?;
    Ok(installed)
}

/// Everything that is on a cluster once, in the order it is applied. `public_url` is where people are sent whom the
/// policies refuse.
pub fn objects(public_url: &str) -> Vec<Object> {
    let mut objects =
        vec![Object::new(&Namespace { metadata: metadata(SYSTEM_NAMESPACE, None), ..Namespace::default() })];
    objects.extend(team_roles().map(|(name, rules)| cluster_role(name, rules)));
    objects.extend(identity(OBSERVER, rules([&observer_rights()])));
    objects.extend(identity(PROVISIONER, rules([PROVISIONER_RIGHTS])));
    objects.extend(policies::objects(public_url));
    objects
}

/// What an administrator of a cluster applies so that classes may loosen this there; named after the class, so that what
/// was agreed for another stays.
pub fn agreement(class: &str, loosened: &[&str]) -> [Object; 2] {
    let name = format!("berth-loosened-{class}");
    let rule = PolicyRule {
        api_groups: Some(vec![LOOSEN_GROUP.into()]),
        resources: Some(vec![GUARDRAILS.into()]),
        verbs: vec![LOOSEN.into()],
        resource_names: Some(loosened.iter().map(|word| (*word).to_owned()).collect()),
        non_resource_urls: None,
    };
    let metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
    let role = ClusterRole { metadata: metadata.clone(), rules: Some(vec![rule]), ..ClusterRole::default() };
    [Object::new(&role), Object::new(&ClusterRoleBinding { metadata, ..bound(&name, PROVISIONER) })]
}

/// Gives a ClusterRole to one of Berth's identities.
fn bound(role: &str, identity: &str) -> ClusterRoleBinding {
    ClusterRoleBinding {
        metadata: metadata(role, None),
        role_ref: RoleRef {
            api_group: "rbac.authorization.k8s.io".into(),
            kind: "ClusterRole".into(),
            name: role.into(),
        },
        subjects: Some(vec![Subject {
            kind: "ServiceAccount".into(),
            name: identity.into(),
            namespace: Some(SYSTEM_NAMESPACE.into()),
            api_group: None,
        }]),
    }
}

async fn read_kubeconfig(file: &Path, context: Option<&str>, plain: Plain) -> Result<Config, Error> {
    let unreadable = |error| Error::refused(format!("{}: {error}", file.display()));
    let mut kubeconfig = Kubeconfig::read_from(file).map_err(unreadable)?;
    kubeconfig::tidy(&mut kubeconfig, context, plain).map_err(not_taken)?;
    let options = KubeConfigOptions { context: context.map(String::from), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(unreadable)?;
    if config.accept_invalid_certs {
        return Err(Error::refused(
            "the kubeconfig skips verification of the API server (insecure-skip-tls-verify), Berth does not: \
             give it certificate-authority-data instead",
        ));
    }
    // Berth talks to clusters directly; a proxy meant for the rest of the machine must not stand in between.
    config.proxy_url = None;
    Ok(config)
}

/// A service account, its token, its ClusterRole and the binding.
fn identity(name: &str, mut rules: Vec<PolicyRule>) -> [Object; 4] {
    rules.push(health_rule());
    let account = ServiceAccount {
        metadata: metadata(name, Some(SYSTEM_NAMESPACE)),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    };
    let binding = bound(name, name);
    [Object::new(&account), Object::new(&token_secret(name)), cluster_role(name, rules), Object::new(&binding)]
}

/// Clusters may have taken these from `system:authenticated`; the heartbeat needs them.
fn health_rule() -> PolicyRule {
    PolicyRule {
        non_resource_urls: Some(vec!["/version".into(), "/livez".into(), "/readyz".into()]),
        verbs: vec!["get".into()],
        ..PolicyRule::default()
    }
}

fn cluster_role(name: &str, rules: Vec<PolicyRule>) -> Object {
    Object::new(&ClusterRole { metadata: metadata(name, None), rules: Some(rules), aggregation_rule: None })
}

/// A Secret which the cluster fills with a token that lasts until the Secret is deleted
/// (<https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets>).
fn token_secret(account: &str) -> Secret {
    let mut metadata = metadata(&token_name(account), Some(SYSTEM_NAMESPACE));
    metadata.annotations = Some(BTreeMap::from([("kubernetes.io/service-account.name".into(), account.into())]));
    Secret { metadata, type_: Some("kubernetes.io/service-account-token".into()), ..Secret::default() }
}

fn token_name(account: &str) -> String {
    format!("{account}-token")
}

async fn token(client: &Client, account: &str) -> Result<SecretString, Error> {
    let secrets: Api<Secret> = Api::namespaced(client.clone(), SYSTEM_NAMESPACE);
    let name = token_name(account);
    let filled = async {
        loop {
            let data = secrets.get(&name).await?.data.unwrap_or_default();
            if let Some(token) = data.get("token").filter(|token| !token.0.is_empty()) {
                return Ok::<_, Error>(token.0.clone());
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let late = |_| Error::unreachable(format!("no token for {account} within {} s", WAIT_LIMIT.as_secs()));
    let token = tokio::time::timeout(WAIT_LIMIT, filled).await.map_err(late)??;
    String::from_utf8(token)
        .map(SecretString::from)
        .map_err(|_| Error::refused(format!("the token of {account} is no text")))
}

/// Waits until an identity may do what its ClusterRole says: API servers hear of it a moment later.
async fn in_force(credentials: &Credentials, verb: &str, resource: &str) -> Result<(), Error> {
    let client = credentials.client()?;
    let access_check = AccessCheck { verb, resource, ..AccessCheck::default() };
    let allowed = async {
        while !may_i(&client, &access_check).await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    };
    let late = |_| Error::refused(format!("Berth may still not {verb} {resource}, although its ClusterRole says so"));
    tokio::time::timeout(WAIT_LIMIT, allowed).await.map_err(late)?
}

/// Waits until the cluster stops the provisioner from making a namespace that is not Berth's.
async fn border_in_force(provisioner: &Credentials) -> Result<(), Error> {
    let client = provisioner.client()?;
    let refused = async {
        while !is_kept_in(&client).await? {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    };
    let late = |_| Error::refused("the cluster does not enforce Berth's admission policies, although they are there");
    tokio::time::timeout(WAIT_LIMIT, refused).await.map_err(late)?
}

/// Whether the provisioner is refused what its rights allow and its border does not. Changes nothing.
pub(super) async fn is_kept_in(provisioner: &Client) -> Result<bool, Error> {
    let foreign = Namespace {
        metadata: ObjectMeta { name: Some("berth-tries-its-border".into()), ..ObjectMeta::default() },
        ..Namespace::default()
    };
    let try_only = PostParams { dry_run: true, ..PostParams::default() };
    match Api::<Namespace>::all(provisioner.clone()).create(&try_only, &foreign).await {
        Ok(_) => Ok(false),
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(status.message.contains(policy_names::BORDER)),
        Err(error) => Err(error.into()),
    }
}

fn credentials(config: &Config, token: SecretString) -> Credentials {
    Credentials {
        server: config.cluster_url.to_string(),
        ca_pem: config.root_cert.as_deref().map(pem),
        tls_server_name: config.tls_server_name.clone(),
        token,
    }
}

fn pem(certificates: &[Vec<u8>]) -> String {
    certificates
        .iter()
        .map(|der| {
            let text = BASE64_STANDARD.encode(der);
            let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
        })
        .collect()
}

fn metadata(name: &str, namespace: Option<&str>) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        namespace: namespace.map(String::from),
        labels: Some(BTreeMap::from([(MANAGED_BY.into(), BERTH.into())])),
        ..ObjectMeta::default()
    }
}
