//! What a class says, in words, line by line: for reading it, and for telling two versions apart.

use super::{AutomaticBounds, ClassSpec, Counted, Environment, Loosening, PRICED};
use crate::quota::Resource;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing a class says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpecLine {
    pub what: String,
    pub says: String,
}

/// A thing of which two versions say something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpecChange {
    pub what: String,
    /// None: it was not there.
    pub before: Option<String>,
    /// None: it is gone.
    pub after: Option<String>,
}

impl ClassSpec {
    /// Sizes are named by themselves, so that an added one does not move the others.
    pub fn lines(&self) -> Vec<SpecLine> {
        let mut lines = vec![
            line("Title", &self.title),
            line("Summary", &self.summary),
            line("Environment", self.environment.as_str()),
            line("Pod security", format!("{}, rules of {}", self.pod_security.as_str(), self.pod_security_version)),
            line("Network", self.network.title()),
        ];
        lines.extend(self.sizes.iter().map(|size| line(format!("Size {}", size.name), size.quota.describe())));
        lines.push(line("Custom, up to", self.ceiling.describe()));
        lines.extend(self.container_lines());
        lines.extend(self.guardrail_lines());
        let clusters: Vec<_> = self.clusters.iter().map(|name| name.as_str()).collect();
        lines.push(line("Clusters", if clusters.is_empty() { "all".to_owned() } else { clusters.join(", ") }));
        let roles = &self.roles;
        for (who, access) in [("Viewers", roles.viewer), ("Developers", roles.developer), ("Owners", roles.owner)] {
            lines.push(line(format!("{who} on the cluster"), access.as_str()));
        }
        let lifetime = self.lifetime_days.map_or("for good".to_owned(), |days| format!("{days} days"));
        lines.push(line("Lifetime", lifetime));
        lines.push(line("Overcommit", format!("{} %", self.overcommit_percent)));
        if self.environment == Environment::Sandbox {
            lines.push(line("Approved automatically, at most", self.describe_automatic()));
        }
        lines.push(line("Prices", self.describe_prices()));
        lines
    }

    fn container_lines(&self) -> Vec<SpecLine> {
        let container = &self.container;
        let both =
            |cpu, memory| format!("{} CPU, {} memory", Resource::Cpu.format(cpu), Resource::Memory.format(memory));
        let mut lines = vec![
            line("Container requests unless it says", both(container.request_cpu_m, container.request_memory_bytes)),
            line("Container limits unless it says", both(container.limit_cpu_m, container.limit_memory_bytes)),
        ];
        if let Some(bounds) = &self.container_bounds {
            let least = bound(bounds.min_cpu_m, bounds.min_memory_bytes);
            let most = bound(bounds.max_cpu_m, bounds.max_memory_bytes);
            lines.extend(least.map(|says| line("A container requests at least", says)));
            lines.extend(most.map(|says| line("A container is limited to at most", says)));
        }
        lines
    }

    fn describe_automatic(&self) -> String {
        let AutomaticBounds { per_person, per_team, cluster_percent } = self.automatic;
        format!(
            "{per_person} for each person, {per_team} for each team, {cluster_percent} % of a cluster for each team"
        )
    }

    fn guardrail_lines(&self) -> Vec<SpecLine> {
        let guardrails = &self.guardrails;
        let bytes = |amount| Resource::Storage.format(amount);
        let storage = guardrails.ephemeral_storage;
        let mut lines = vec![
            line(
                "Space on nodes, of a container unless it says",
                format!("{} requested, {} limit", bytes(storage.request_bytes), bytes(storage.limit_bytes)),
            ),
            line("Space on nodes, all in all", format!("{} for each pod of the quota", bytes(storage.per_pod_bytes))),
        ];
        let answer = |what| if guardrails.allows(what) { "allowed" } else { "refused" };
        lines.extend(Loosening::ALL.map(|what| line(what.title(), answer(what))));
        let node_ports = match guardrails.node_ports {
            0 => "only those of load balancers".to_owned(),
            more => format!("{more} besides those of load balancers"),
        };
        lines.push(line("Node ports", node_ports));
        lines.push(line(
            "Taints that pods may tolerate",
            words(&guardrails.tolerations, "only those that Kubernetes adds, and GPUs"),
        ));
        let devices: BTreeSet<_> =
            guardrails.devices.iter().map(|(name, most)| format!("{name}, at most {most}")).collect();
        lines.push(line("Devices and huge pages", words(&devices, "GPUs of the quota only")));
        lines.push(line("Priority classes", words(&guardrails.priority_classes, "the cluster's default only")));
        lines.push(line(
            "Load balancers take traffic from",
            words(&guardrails.load_balancer_sources, "where their Service says"),
        ));
        lines.push(line("Ingresses serve", words(&guardrails.ingress_hosts, "hosts that they name")));
        lines.extend(
            Counted::ALL.map(|kind| line(format!("{}, at most", kind.title()), guardrails.most(kind).to_string())),
        );
        lines
    }

    fn describe_prices(&self) -> String {
        let Some(prices) = &self.prices else { return "none".into() };
        let parts: Vec<_> = PRICED
            .iter()
            .map(|priced| (priced.name, prices.get(priced.resource)))
            .filter(|(_, price)| *price > 0)
            .map(|(name, price)| format!("{}.{:02} per {name}", price / 100, price % 100))
            .collect();
        if parts.is_empty() { "none".into() } else { format!("{} a month: {}", prices.currency, parts.join(", ")) }
    }

    /// What is different in `self`, in the order of its lines; what is gone comes last.
    pub fn changes_since(&self, before: &ClassSpec) -> Vec<SpecChange> {
        let (was, is) = (before.lines(), self.lines());
        let said = |lines: &[SpecLine], what: &str| lines.iter().find(|l| l.what == what).map(|l| l.says.clone());
        let mut changes: Vec<_> = is
            .iter()
            .map(|line| SpecChange {
                what: line.what.clone(),
                before: said(&was, &line.what),
                after: Some(line.says.clone()),
            })
            .filter(|change| change.before != change.after)
            .collect();
        let gone = was.iter().filter(|line| said(&is, &line.what).is_none());
        changes.extend(gone.map(|line| SpecChange {
            what: line.what.clone(),
            before: Some(line.says.clone()),
            after: None,
        }));
        changes
    }
}

fn line(what: impl Into<String>, says: impl Into<String>) -> SpecLine {
    SpecLine { what: what.into(), says: says.into() }
}

fn bound(cpu_m: Option<u64>, memory_bytes: Option<u64>) -> Option<String> {
    let cpu = cpu_m.map(|amount| format!("{} CPU", Resource::Cpu.format(amount)));
    let memory = memory_bytes.map(|amount| format!("{} memory", Resource::Memory.format(amount)));
    let parts: Vec<_> = [cpu, memory].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn words(words: &BTreeSet<String>, none: &str) -> String {
    if words.is_empty() { none.to_owned() } else { words.iter().map(String::as_str).collect::<Vec<_>>().join(", ") }
}
