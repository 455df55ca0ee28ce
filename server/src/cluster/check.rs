//! Whether Berth can work on a cluster: can it be reached, are all rights there, is something missing.

use super::allowed::{LOOSENING, POD_SECURITY};
use super::install::rights::{GUARDRAILS, LOOSEN, LOOSEN_GROUP, PROVISIONER_RIGHTS, Right, observer_rights};
use super::install::{is_kept_in, policies, policy_names};
use super::manifests::BOUND_ROLES;
use super::review::{AccessCheck, may_i};
use super::{Credentials, Error, INGRESS_CONTROLLER, identity};
use domain::view::{CheckOutcome, words_agreed};
use futures::stream::{self, StreamExt, TryStreamExt};
use k8s_openapi::api::admissionregistration::v1::{ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use k8s_openapi::api::apps::v1::DaemonSet;
use k8s_openapi::api::core::v1::{Namespace, Node};
use k8s_openapi::api::rbac::v1::ClusterRole;
use k8s_openapi::apimachinery::pkg::version::Info;
use kube::api::{Api, ListParams};
use kube::{Client, Resource, ResourceExt};
use std::pin::pin;

/// The oldest Kubernetes that Berth is meant for: 1.30.
const OLDEST_MINOR: u32 = 30;
/// How many rights are asked for at once.
const ASKED_AT_ONCE: usize = 8;

const ANSWERS: &str = "the API server answers";
const POLICIES: &str = "Berth's admission policies are in force";
const BORDER: &str = "the provisioner is kept to Berth's namespaces";
const LOOSENED: &str = "what classes may loosen here is known";
const NETWORK_POLICIES: &str = "NetworkPolicies are kept to";
/// DaemonSets of network plugins that enforce NetworkPolicies.
const ENFORCERS: [&str; 7] =
    ["calico-node", "cilium", "antrea-agent", "kube-router", "weave-net", "ovnkube-node", "azure-npm"];

/// What a check of a cluster found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// None when the cluster did not answer.
    pub version: Option<String>,
    /// Who it is; none when that cannot be known.
    pub uid: Option<String>,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What should be so.
    pub what: String,
    pub outcome: CheckOutcome,
    /// What was found, or what is missing and how to mend it.
    pub detail: String,
    /// Of [`LOOSENED`]: what is agreed.
    pub agreed: Option<Vec<&'static str>>,
}

/// Asks everything. A no is a failed check, never an error; what gets no answer is not verified.
/// `public_url` is where the cluster should send people; `uid` who the cluster is, as far as that is known.
pub async fn check(observer: &Credentials, provisioner: &Credentials, public_url: &str, uid: Option<&str>) -> Report {
    let info = match version(observer).await {
        Ok(info) => info,
        Err(error) => {
            return Report { version: None, uid: None, checks: vec![wrong(ANSWERS, &error.to_string())] };
        }
    };
    let mut checks = vec![passed(ANSWERS, &info.git_version), supported(&info)];
    let seen = who(observer).await;
    checks.push(is_the_same(&seen, uid));
    checks.extend(identity(observer, "observer", &observer_rights()).await);
    checks.extend(identity(provisioner, "provisioner", PROVISIONER_RIGHTS).await);
    checks.push(
        no_secrets(provisioner).await.unwrap_or_else(|error| unanswered("the provisioner reads no Secrets", &error)),
    );
    checks.push(
        cluster_roles(observer).await.unwrap_or_else(|error| unanswered("Berth's ClusterRoles are there", &error)),
    );
    checks.push(policies(observer, public_url).await.unwrap_or_else(|error| unanswered(POLICIES, &error)));
    checks.push(border(provisioner).await.unwrap_or_else(|error| unanswered(BORDER, &error)));
    checks.push(loosened(provisioner).await.unwrap_or_else(|error| unanswered(LOOSENED, &error)));
    checks.push(nodes(observer).await.unwrap_or_else(|error| unanswered("there are nodes", &error)));
    checks.push(ingress(observer).await.unwrap_or_else(|error| unanswered("ingress controllers are known", &error)));
    checks.push(network_policies(observer).await.unwrap_or_else(|error| unanswered(NETWORK_POLICIES, &error)));
    Report { version: Some(info.git_version), uid: seen.ok(), checks }
}

impl Report {
    /// Whether nothing is known to be wrong.
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.outcome != CheckOutcome::Failed)
    }
}

async fn version(credentials: &Credentials) -> Result<Info, Error> {
    Ok(credentials.client()?.apiserver_version().await?)
}

async fn who(observer: &Credentials) -> Result<String, Error> {
    Ok(identity::uid(&observer.client()?).await?)
}

fn is_the_same(seen: &Result<String, Error>, uid: Option<&str>) -> Check {
    let what = "it is the cluster that was added";
    match (seen, uid) {
        (Ok(seen), Some(uid)) if seen != uid => wrong(
            what,
            &format!(
                "its kube-system has the UID {seen}, that of the cluster that was added is {uid}: nothing is done there \
                 until Platform says on its page, or with `berth cluster accept`, which cluster it is"
            ),
        ),
        (Ok(seen), _) => passed(what, &format!("its kube-system has the UID {seen}")),
        (Err(error), _) => unanswered(what, error),
    }
}

fn supported(info: &Info) -> Check {
    let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let (outcome, detail) = match number(&info.major).zip(number(&info.minor)) {
        Some(version) if version >= (1, OLDEST_MINOR) => (CheckOutcome::Passed, info.git_version.clone()),
        Some(_) => (CheckOutcome::Failed, format!("{} is too old", info.git_version)),
        None => (CheckOutcome::NotVerified, format!("it calls itself {:?}: compare that yourself", info.git_version)),
    };
    Check { what: format!("Kubernetes is 1.{OLDEST_MINOR} or later"), outcome, detail, agreed: None }
}

/// Asks for each right of an identity, one check per kind of thing.
async fn identity(credentials: &Credentials, who: &str, rights: &[Right]) -> Vec<Check> {
    let client = match credentials.client() {
        Ok(client) => client,
        Err(error) => return vec![unanswered(&format!("the {who} has its rights"), &error)],
    };
    let checks = rights.iter().map(|right| async {
        let what = title(who, right);
        match missing(&client, right).await {
            (missing, None) if missing.is_empty() => passed(&what, "yes"),
            (missing, Some(error)) if missing.is_empty() => unanswered(&what, &error),
            (missing, _) => wrong(&what, &format!("may not {}; run `berth cluster renew`", missing.join(", "))),
        }
    });
    stream::iter(checks.collect::<Vec<_>>()).buffered(ASKED_AT_ONCE).collect().await
}

/// What it may, and of what name, so that no two read the same.
fn title(who: &str, right: &Right) -> String {
    let named = if right.names.is_empty() { String::new() } else { format!(" named {}", right.names.join(", ")) };
    format!("the {who} may {} {}{named}", right.verbs.join(", "), right.resources.join(", "))
}

/// What surely is not allowed, and why the rest is not known, if it is not.
async fn missing(client: &Client, right: &Right) -> (Vec<String>, Option<Error>) {
    let ask = async |access_check: AccessCheck<'static>| (may_i(client, &access_check).await, access_check);
    let asked: Vec<_> = right.access_checks().into_iter().map(ask).collect();
    let mut answers = pin!(stream::iter(asked).buffered(ASKED_AT_ONCE));
    let mut missing = Vec::new();
    while let Some((answer, access_check)) = answers.next().await {
        match answer {
            Ok(true) => {}
            Ok(false) => missing.push(describe(&access_check)),
            Err(error) => return (missing, Some(error)),
        }
    }
    (missing, None)
}

fn describe(access_check: &AccessCheck<'_>) -> String {
    match access_check.name {
        Some(name) => format!("{} {} {name}", access_check.verb, access_check.resource),
        None => format!("{} {}", access_check.verb, access_check.resource),
    }
}

async fn no_secrets(provisioner: &Credentials) -> Result<Check, Error> {
    let access_check = AccessCheck { verb: "get", resource: "secrets", ..AccessCheck::default() };
    let may = may_i(&provisioner.client()?, &access_check).await?;
    let detail = if may { "it may: something else on the cluster gives it more than it needs" } else { "it may not" };
    Ok(checked("the provisioner reads no Secrets", !may, detail))
}

async fn cluster_roles(observer: &Credentials) -> Result<Check, Error> {
    let roles: Api<ClusterRole> = Api::all(observer.client()?);
    let mut missing = Vec::new();
    for name in BOUND_ROLES {
        match roles.get_metadata_opt(name).await.map_err(Error::from) {
            Ok(Some(_)) => {}
            Ok(None) => missing.push(name),
            // What is known to be missing is, whatever else is not known.
            Err(error) if missing.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    let what = "Berth's ClusterRoles are there";
    Ok(match missing.is_empty() {
        true => passed(what, &BOUND_ROLES.join(", ")),
        false => wrong(what, &format!("{} missing; run `berth cluster renew`", missing.join(", "))),
    })
}

/// Whether the admission policies are what this version of Berth installs, and bound.
async fn policies(observer: &Credentials, public_url: &str) -> Result<Check, Error> {
    let client = observer.client()?;
    let found: Api<ValidatingAdmissionPolicy> = Api::all(client.clone());
    let bound: Api<ValidatingAdmissionPolicyBinding> = Api::all(client);
    let (mut wrong, mut is_old) = (Vec::new(), false);
    for wanted in policies::policies(public_url) {
        let name = wanted.name_any();
        match found.get_opt(&name).await.map_err(Error::from) {
            Ok(None) => wrong.push(format!("{name} is missing")),
            Ok(Some(found)) if policies::is_same(&found, &wanted) => is_old |= found.spec != wanted.spec,
            Ok(Some(_)) => wrong.push(format!("{name} is not as this version of Berth wants it")),
            // Where an earlier version of Berth was installed, which did not know of it.
            Err(Error::Refused { .. }) => {
                wrong.push(format!("{name} is missing, or Berth may not read it"));
                continue;
            }
            Err(error) if wrong.is_empty() => return Err(error),
            Err(_) => break,
        }
        match bound.get_opt(&name).await.map_err(Error::from) {
            Ok(binding) => {
                if binding.and_then(|binding| binding.spec) != policies::binding(&name).spec {
                    wrong.push(format!("{name} is not bound as it should be"));
                }
            }
            Err(error) if wrong.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    let again = "run `berth cluster renew`";
    let detail = match wrong.is_empty() {
        true if is_old => format!("they send people to another address than {public_url}; {again}"),
        true => policy_names::NAMES.join(", "),
        false => format!("{}; {again}, and if that does not help, delete it first", wrong.join("; ")),
    };
    Ok(checked(POLICIES, wrong.is_empty(), &detail))
}

/// What the cluster does, whatever is written there.
async fn border(provisioner: &Credentials) -> Result<Check, Error> {
    let is_kept_in = is_kept_in(&provisioner.client()?).await?;
    let detail = if is_kept_in { "yes" } else { "it may work everywhere; run `berth cluster renew`" };
    Ok(checked(BORDER, is_kept_in, detail))
}

/// An administrator's choice, not a fault; but people should know.
async fn loosened(provisioner: &Credentials) -> Result<Check, Error> {
    let words: Vec<_> = LOOSENING.into_iter().chain([POD_SECURITY]).collect();
    let may = agreed(&provisioner.client()?, &words).await?;
    let detail = words_agreed(&may.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    Ok(Check { agreed: Some(may), ..passed(LOOSENED, &detail) })
}

/// To which of these words an administrator of the cluster has agreed.
pub(super) async fn agreed(client: &Client, words: &[&'static str]) -> Result<Vec<&'static str>, Error> {
    let ask = async |name: &'static str| Ok::<_, Error>((may_i(client, &loosen(name)).await?, name));
    let asked: Vec<_> = words.iter().copied().map(ask).collect();
    let answers: Vec<_> = stream::iter(asked).buffered(ASKED_AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().filter(|(may, _)| *may).map(|(_, name)| name).collect())
}

fn loosen(name: &str) -> AccessCheck<'_> {
    AccessCheck { verb: LOOSEN, group: LOOSEN_GROUP, resource: GUARDRAILS, namespace: None, name: Some(name) }
}

async fn nodes(observer: &Credentials) -> Result<Check, Error> {
    let n_nodes = count::<Node>(observer, &ListParams::default()).await?;
    Ok(checked("there are nodes", n_nodes > 0, &format!("{n_nodes} nodes")))
}

/// Not having any is no fault, but people should know why nothing reaches their pods.
async fn ingress(observer: &Credentials) -> Result<Check, Error> {
    let (what, label) = ("ingress controllers are known", format!("{INGRESS_CONTROLLER}=true"));
    let n_namespaces = count::<Namespace>(observer, &ListParams::default().labels(&label)).await?;
    Ok(match n_namespaces {
        0 => not_verified(
            what,
            &format!(
                "no namespace has the label {label}, so nothing from outside reaches pods. Where there is a controller, \
                 label its namespace: `kubectl label namespace NAME {label}`"
            ),
        ),
        n => passed(what, &format!("{n} namespaces have the label {label}")),
    })
}

/// The API server takes NetworkPolicies whether or not anything keeps to them; only a network plugin that is known to can be
/// recognised.
async fn network_policies(observer: &Credentials) -> Result<Check, Error> {
    let daemons = Api::<DaemonSet>::all(observer.client()?).list_metadata(&ListParams::default()).await?;
    let plugin = daemons.items.iter().map(ResourceExt::name_any).find(|name| ENFORCERS.contains(&name.as_str()));
    Ok(match plugin {
        Some(name) => passed(NETWORK_POLICIES, &format!("{name} runs there, which does")),
        None => not_verified(
            NETWORK_POLICIES,
            "no network plugin was recognised. Try whether a pod in one namespace reaches a pod in another: it must not",
        ),
    })
}

async fn count<K>(credentials: &Credentials, params: &ListParams) -> Result<usize, Error>
where
    K: Resource<DynamicType = ()> + Clone + std::fmt::Debug + serde::de::DeserializeOwned,
{
    Ok(Api::<K>::all(credentials.client()?).list_metadata(params).await?.items.len())
}

fn checked(what: &str, is_so: bool, detail: &str) -> Check {
    Check { what: what.into(), outcome: CheckOutcome::of(is_so), detail: detail.into(), agreed: None }
}

fn passed(what: &str, detail: &str) -> Check {
    checked(what, true, detail)
}

fn wrong(what: &str, detail: &str) -> Check {
    checked(what, false, detail)
}

fn not_verified(what: &str, detail: &str) -> Check {
    Check { what: what.into(), outcome: CheckOutcome::NotVerified, detail: detail.into(), agreed: None }
}

/// What an error says of what was asked: a no is a no, and where no answer came nothing is known.
fn unanswered(what: &str, error: &Error) -> Check {
    match error {
        Error::Unreachable { .. } => not_verified(what, &format!("{error}; check again")),
        Error::Refused { .. } | Error::Collision { .. } => wrong(what, &error.to_string()),
    }
}
