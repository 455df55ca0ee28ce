//! The table of what matters: both sides of each image, right, object of the cluster, level, need and opening.

use super::{Cuts, Limits};
use crate::rendered::{Certainty, RenderedFacts, Right, Total};
use domain::quantity::{describe_bytes, describe_milli};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All rows, topic by topic; in a topic what differs first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub rows: Vec<Row>,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub topic: Topic,
    /// What it is about: an image's repository, `secrets in the whole cluster`.
    pub key: String,
    pub state: State,
    /// None where it is not there.
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    New,
    Changed,
    Removed,
    Same,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Images,
    Rights,
    Bindings,
    ClusterScoped,
    PodSecurity,
    Host,
    Accounts,
    Exposed,
    Webhooks,
    Hooks,
    Kinds,
    Secrets,
    Needs,
}

impl Topic {
    pub const ALL: [Topic; 13] = [
        Self::Images,
        Self::Rights,
        Self::Bindings,
        Self::ClusterScoped,
        Self::PodSecurity,
        Self::Host,
        Self::Accounts,
        Self::Exposed,
        Self::Webhooks,
        Self::Hooks,
        Self::Kinds,
        Self::Secrets,
        Self::Needs,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Images => "Images",
            Self::Rights => "Rights",
            Self::Bindings => "Role bindings",
            Self::ClusterScoped => "Objects of the cluster",
            Self::PodSecurity => "Pod security",
            Self::Host => "Access to nodes",
            Self::Accounts => "Service accounts",
            Self::Exposed => "Reached from outside",
            Self::Webhooks => "Webhooks",
            Self::Hooks => "Hooks",
            Self::Kinds => "Kinds the chart brings",
            Self::Secrets => "Secrets",
            Self::Needs => "Needs",
        }
    }

    fn facts(self, facts: &RenderedFacts) -> Side {
        match self {
            Self::Images => images(facts),
            Self::Rights => facts.rights.rights.iter().flat_map(rights).collect(),
            Self::Bindings => bindings(facts),
            Self::ClusterScoped => {
                facts.cluster_scoped().map(|object| (object.id.to_string(), api(&object.id))).collect()
            }
            Self::PodSecurity => pod_security(facts),
            Self::Host => host(facts),
            Self::Accounts => {
                facts.accounts.iter().map(|account| (account.object.to_string(), self::account(account))).collect()
            }
            Self::Exposed => exposed(facts),
            Self::Webhooks => facts.webhooks.iter().map(webhook).collect(),
            Self::Hooks => {
                let says =
                    |hook: &crate::rendered::HookFacts| format!("{}, weight {}", hook.events.join(", "), hook.weight);
                facts.hooks.iter().map(|hook| (hook.object.to_string(), says(hook))).collect()
            }
            Self::Kinds => facts.crds.iter().map(|crd| (crd.name.clone(), crd.versions.join(", "))).collect(),
            Self::Secrets => {
                facts.secrets.iter().map(|secret| (secret.object.to_string(), secret.kind.clone())).collect()
            }
            Self::Needs => needs(facts),
        }
    }
}

/// What one side says of each key.
type Side = BTreeMap<String, String>;

impl Summary {
    /// What is not the same.
    pub fn differing(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.state != State::Same)
    }
}

pub fn between([before, after]: &[RenderedFacts; 2], limits: &Limits, cuts: &mut Cuts) -> Summary {
    let of_topic = |topic: Topic| {
        let rows = rows(topic, &topic.facts(before), &topic.facts(after));
        cuts.shorten("summary", rows, limits.rows)
    };
    Summary { rows: Topic::ALL.into_iter().flat_map(of_topic).collect() }
}

fn rows(topic: Topic, before: &Side, after: &Side) -> Vec<Row> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let row = |key: &String| {
        let (before, after) = (before.get(key).cloned(), after.get(key).cloned());
        let state = match (&before, &after) {
            (None, _) => State::New,
            (_, None) => State::Removed,
            (Some(before), Some(after)) if before == after => State::Same,
            (Some(_), Some(_)) => State::Changed,
        };
        Row { topic, key: key.clone(), state, before, after }
    };
    let mut rows: Vec<Row> = keys.into_iter().map(row).collect();
    rows.sort_by_key(|row| row.state);
    rows
}

fn api(id: &crate::rendered::ObjectRef) -> String {
    id.api_version.clone()
}

fn images(facts: &RenderedFacts) -> Side {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for image in &facts.images {
        let key = match image.certainty {
            Certainty::Used => image.full_repository(),
            Certainty::Perhaps => format!("{}, perhaps", image.full_repository()),
        };
        let tag = image.tag.as_deref().unwrap_or("no tag");
        let version = image.digest.as_ref().map_or(tag.to_owned(), |digest| format!("{tag}@{digest}"));
        versions.entry(key).or_default().insert(version);
    }
    joined(versions)
}

fn joined(sets: BTreeMap<String, BTreeSet<String>>) -> Side {
    sets.into_iter().map(|(key, set)| (key, set.into_iter().collect::<Vec<_>>().join(", "))).collect()
}

/// One for each resource, so that it stays where it is when others join it.
fn rights(right: &Right) -> Vec<(String, String)> {
    let marks: Vec<&str> = right.marks.iter().map(|mark| mark.title()).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    let of_group = if right.group.is_empty() { String::new() } else { format!(" of {}", right.group) };
    let named = if right.names.is_empty() { String::new() } else { format!(" named {}", right.names.join(", ")) };
    let things = right.resources.iter().chain(&right.urls);
    let key = |thing: &String| format!("{thing}{of_group}{named} {}", right.reach.title());
    things.map(|thing| (key(thing), format!("{}{marks}", right.verbs.join(", ")))).collect()
}

fn bindings(facts: &RenderedFacts) -> Side {
    let says = |binding: &crate::rendered::Binding| {
        let subjects: Vec<String> =
            binding.subjects.iter().map(|subject| format!("{} {}", subject.kind, subject.name)).collect();
        format!("{} {} to {}", binding.role_kind, binding.role, subjects.join(", "))
    };
    facts.rights.bindings.iter().map(|binding| (binding.object.to_string(), says(binding))).collect()
}

fn pod_security(facts: &RenderedFacts) -> Side {
    let whole = ("Whole chart".to_owned(), facts.pod_security.level.as_str().to_owned());
    let pods = facts.pod_security.pods.iter().map(|pod| (pod.object.to_string(), pod.level.as_str().to_owned()));
    std::iter::once(whole).chain(pods).collect()
}

fn host(facts: &RenderedFacts) -> Side {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for host in &facts.host_uses {
        uses.entry(host.object.to_string()).or_default().insert(format!("{} {}", host.field, host.value));
    }
    joined(uses)
}

fn account(account: &crate::rendered::Account) -> String {
    use crate::rendered::TokenUse;
    let token = match account.token {
        TokenUse::Mounted => "with its token",
        TokenUse::Projected => "with a token of a volume",
        TokenUse::None => "without a token",
    };
    format!("{} {token}", account.account)
}

fn exposed(facts: &RenderedFacts) -> Side {
    use crate::rendered::ServiceKind;
    let services = facts.services.iter().map(|service| {
        let kind = match service.kind {
            ServiceKind::LoadBalancer => "load balancer",
            ServiceKind::NodePort => "node port",
            ServiceKind::ExternalName => "external name",
            ServiceKind::ExternalIps => "external addresses",
        };
        let ports: Vec<String> = service.ports.iter().map(u64::to_string).collect();
        (service.object.to_string(), format!("{kind} {}", ports.join(", ")))
    });
    let hosts = facts.ingresses.iter().map(|ingress| (ingress.object.to_string(), ingress.hosts.join(", ")));
    services.chain(hosts).collect()
}

fn webhook(webhook: &crate::rendered::WebhookFacts) -> (String, String) {
    let fails = if webhook.is_fail_closed { "blocks while down" } else { "ignored while down" };
    let place = if webhook.is_everywhere { "everywhere" } else { "in some namespaces" };
    (format!("{} {}", webhook.object, webhook.name), format!("{}, {place}, {fails}", webhook.asked_for.join("; ")))
}

fn needs(facts: &RenderedFacts) -> Side {
    let needs = &facts.needs;
    let total = |name: &str, total: &Total| {
        let Total { requests, limits, unnamed } = total;
        let or_more = |n: u64, text: String| {
            if n == 0 { text } else { format!("{text}, and {n} containers that name nothing") }
        };
        [
            (format!("CPU requested, {name}"), or_more(unnamed.cpu_requests, describe_milli(requests.cpu_m))),
            (
                format!("Memory requested, {name}"),
                or_more(unnamed.memory_requests, describe_bytes(requests.memory_bytes)),
            ),
            (format!("CPU limit, {name}"), or_more(unnamed.cpu_limits, describe_milli(limits.cpu_m))),
            (format!("Memory limit, {name}"), or_more(unnamed.memory_limits, describe_bytes(limits.memory_bytes))),
            (format!("Storage, {name}"), describe_bytes(requests.storage_bytes)),
            (format!("Pods, {name}"), requests.pods.to_string()),
            (format!("GPUs, {name}"), requests.gpus.to_string()),
        ]
    };
    let least = total("at least", &needs.at_least);
    let jobs = total("with jobs", &needs.at_most_with_jobs);
    let balancers = ("Load balancers".to_owned(), needs.load_balancers.to_string());
    least.into_iter().chain(jobs).chain([balancers]).collect()
}
