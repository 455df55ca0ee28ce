//! A class as the form of its draft holds it: texts as typed, by the names that mistakes are told under.
//!
//! A draft may be unfinished: what is left empty is nothing yet, and publishing says so. Only what cannot be read is
//! a mistake here.

use super::{
    Access, AutomaticBounds, ClassSpec, ContainerBounds, ContainerDefaults, Counted, EphemeralStorage, Guardrails,
    Loosening, PRICED, Prices, RoleMapping, Size,
};
use crate::field_error::FieldErrors;
use crate::name::ClusterName;
use crate::quota::{Quota, Resource};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Texts by name: `title`, `sizes.0.cpu_m`, `clusters.harbour-1`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassFields(BTreeMap<String, String>);

/// Amounts of a container, with the resource each is of.
pub const CONTAINER: [(&str, Resource); 4] = [
    ("container.request_cpu_m", Resource::Cpu),
    ("container.limit_cpu_m", Resource::Cpu),
    ("container.request_memory_bytes", Resource::Memory),
    ("container.limit_memory_bytes", Resource::Memory),
];
pub const BOUNDS: [(&str, Resource); 4] = [
    ("container_bounds.min_cpu_m", Resource::Cpu),
    ("container_bounds.max_cpu_m", Resource::Cpu),
    ("container_bounds.min_memory_bytes", Resource::Memory),
    ("container_bounds.max_memory_bytes", Resource::Memory),
];
pub const AUTOMATIC: [&str; 3] = ["automatic.per_person", "automatic.per_team", "automatic.cluster_percent"];
/// Space on nodes, in the order of [`EphemeralStorage`].
pub const EPHEMERAL: [&str; 3] = [
    "guardrails.ephemeral_storage.request_bytes",
    "guardrails.ephemeral_storage.limit_bytes",
    "guardrails.ephemeral_storage.per_pod_bytes",
];
/// Lists of words, separated by blanks or commas, in the order of [`Guardrails`].
pub const LISTS: [&str; 4] = [
    "guardrails.tolerations",
    "guardrails.priority_classes",
    "guardrails.load_balancer_sources",
    "guardrails.ingress_hosts",
];
/// `amd.com/gpu=2 hugepages-2Mi=64`, separated by blanks or commas.
pub const DEVICES: &str = "guardrails.devices";
pub const NODE_PORTS: &str = "guardrails.node_ports";

impl ClassFields {
    /// As a browser sends them; of two with one name the last counts.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// Empty where nothing was typed.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map(|text| text.trim()).unwrap_or_default()
    }

    /// Rows of sizes that were sent.
    pub fn n_sizes(&self) -> usize {
        let places = self.0.keys().filter_map(|name| name.strip_prefix("sizes.")?.split('.').next()?.parse().ok());
        places.max().map_or(0, |last: usize| last.saturating_add(1)).min(MOST_ROWS)
    }

    pub fn add_size(&mut self) {
        self.0.insert(format!("sizes.{}.name", self.n_sizes()), String::new());
    }

    pub fn remove_size(&mut self, place: usize) {
        let mut rows: Vec<_> = (0..self.n_sizes()).map(|nth| self.size_row(nth)).collect();
        if place < rows.len() {
            rows.remove(place);
        }
        self.0.retain(|name, _| !name.starts_with("sizes."));
        for (nth, row) in rows.into_iter().enumerate() {
            self.0.extend(row.into_iter().map(|(name, text)| (format!("sizes.{nth}.{name}"), text)));
        }
    }

    pub fn of(spec: &ClassSpec) -> Self {
        let mut fields = Self::default();
        for (name, text) in [("title", &spec.title), ("summary", &spec.summary)] {
            fields.put(name, text);
        }
        fields.put("environment", spec.environment.as_str());
        fields.put("pod_security", spec.pod_security.as_str());
        fields.put("pod_security_version", &spec.pod_security_version);
        fields.put("network", spec.network.as_str());
        for (place, size) in spec.sizes.iter().enumerate() {
            fields.put(format!("sizes.{place}.name"), size.name.as_str());
            fields.put_quota(&format!("sizes.{place}"), &size.quota);
        }
        fields.put_quota("ceiling", &spec.ceiling);
        let container = &spec.container;
        let defaults = [
            container.request_cpu_m,
            container.limit_cpu_m,
            container.request_memory_bytes,
            container.limit_memory_bytes,
        ];
        let bounds = spec.container_bounds.unwrap_or_default();
        let bounds = [bounds.min_cpu_m, bounds.max_cpu_m, bounds.min_memory_bytes, bounds.max_memory_bytes];
        let amounts = CONTAINER.into_iter().zip(defaults.map(Some)).chain(BOUNDS.into_iter().zip(bounds));
        for ((name, resource), amount) in amounts {
            fields.put(name, amount.map(|n| typed(resource, n)).unwrap_or_default());
        }
        fields.put_guardrails(&spec.guardrails);
        for cluster in &spec.clusters {
            fields.put(format!("clusters.{cluster}"), "on");
        }
        for (name, access) in
            [("viewer", spec.roles.viewer), ("developer", spec.roles.developer), ("owner", spec.roles.owner)]
        {
            fields.put(format!("roles.{name}"), access.as_str());
        }
        fields.put("lifetime_days", spec.lifetime_days.map(|days| days.to_string()).unwrap_or_default());
        fields.put("overcommit_percent", spec.overcommit_percent.to_string());
        let automatic = &spec.automatic;
        for (name, number) in
            AUTOMATIC.into_iter().zip([automatic.per_person, automatic.per_team, automatic.cluster_percent])
        {
            fields.put(name, number.to_string());
        }
        if let Some(prices) = &spec.prices {
            fields.put("currency", &prices.currency);
            for priced in &PRICED {
                let price = prices.get(priced.resource);
                fields.put(priced.field, format!("{}.{:02}", price / 100, price % 100));
            }
        }
        fields
    }

    /// The class, or everything that cannot be read.
    pub fn read(&self) -> Result<ClassSpec, FieldErrors> {
        let mut reading = Reading { fields: self, errors: FieldErrors::default() };
        let spec = ClassSpec {
            title: self.get("title").into(),
            summary: self.get("summary").into(),
            environment: reading.word("environment", ClassSpec::blank().environment),
            pod_security: reading.word("pod_security", ClassSpec::blank().pod_security),
            pod_security_version: self.get("pod_security_version").into(),
            network: reading.word("network", ClassSpec::blank().network),
            sizes: reading.sizes(),
            ceiling: reading.quota("ceiling"),
            container: {
                let [request_cpu_m, limit_cpu_m, request_memory_bytes, limit_memory_bytes] =
                    CONTAINER.map(|(name, resource)| reading.amount(name, resource).unwrap_or(0));
                ContainerDefaults { request_cpu_m, request_memory_bytes, limit_cpu_m, limit_memory_bytes }
            },
            container_bounds: reading.bounds(),
            guardrails: reading.guardrails(),
            clusters: reading.clusters(),
            roles: reading.roles(),
            lifetime_days: reading.number("lifetime_days"),
            prices: reading.prices(),
            overcommit_percent: reading.number("overcommit_percent").unwrap_or(100),
            automatic: reading.automatic(),
        };
        reading.errors.finish().map(|()| spec)
    }

    fn size_row(&self, place: usize) -> Vec<(String, String)> {
        let prefix = format!("sizes.{place}.");
        let of_row = |(name, text): (&String, &String)| Some((name.strip_prefix(&prefix)?.to_owned(), text.clone()));
        self.0.iter().filter_map(of_row).collect()
    }

    fn put(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.insert(name.into(), text.into());
    }

    fn put_guardrails(&mut self, guardrails: &Guardrails) {
        for what in &guardrails.allows {
            self.put(loosening_field(*what), "on");
        }
        let Guardrails { tolerations, priority_classes, load_balancer_sources, ingress_hosts, .. } = guardrails;
        for (name, words) in
            LISTS.into_iter().zip([tolerations, priority_classes, load_balancer_sources, ingress_hosts])
        {
            self.put(name, words.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
        }
        let devices = guardrails.devices.iter().map(|(name, most)| format!("{name}={most}"));
        self.put(DEVICES, devices.collect::<Vec<_>>().join(" "));
        self.put(NODE_PORTS, guardrails.node_ports.to_string());
        let EphemeralStorage { request_bytes, limit_bytes, per_pod_bytes } = guardrails.ephemeral_storage;
        for (name, amount) in EPHEMERAL.into_iter().zip([request_bytes, limit_bytes, per_pod_bytes]) {
            self.put(name, typed(Resource::Storage, amount));
        }
        for kind in Counted::ALL {
            self.put(counted_field(kind), guardrails.most(kind).to_string());
        }
    }

    fn put_quota(&mut self, prefix: &str, quota: &Quota) {
        for resource in Resource::ALL {
            self.put(format!("{prefix}.{}", resource.field()), typed(resource, quota.get(resource)));
        }
    }
}

/// The name of its box in forms.
pub fn loosening_field(what: Loosening) -> String {
    format!("guardrails.allows.{}", what.as_str())
}

pub fn counted_field(kind: Counted) -> String {
    format!("guardrails.objects.{}", kind.as_str())
}

/// Nothing stays empty.
fn typed(resource: Resource, amount: u64) -> String {
    if amount == 0 { String::new() } else { resource.write(amount) }
}

/// More rows than a class may have sizes, so that the mistake can be told.
const MOST_ROWS: usize = 20;

struct Reading<'a> {
    fields: &'a ClassFields,
    errors: FieldErrors,
}

impl Reading<'_> {
    /// A word of a closed set; the first choice when it was not sent at all.
    fn word<T: DeserializeOwned + Copy>(&mut self, field: &str, unsaid: T) -> T {
        let text = self.fields.get(field);
        if text.is_empty() {
            return unsaid;
        }
        serde_json::from_value(serde_json::Value::from(text)).unwrap_or_else(|_| {
            self.errors.add(field, "is none of the choices");
            unsaid
        })
    }

    fn amount(&mut self, field: &str, resource: Resource) -> Option<u64> {
        let text = self.fields.get(field);
        if text.is_empty() {
            return None;
        }
        self.errors.keep_at(field, resource.parse(text))
    }

    fn quota(&mut self, prefix: &str) -> Quota {
        let mut quota = Quota::ZERO;
        for resource in Resource::ALL {
            quota.set(resource, self.amount(&format!("{prefix}.{}", resource.field()), resource).unwrap_or(0));
        }
        quota
    }

    /// A row in which nothing was typed is no size.
    fn sizes(&mut self) -> Vec<Size> {
        let mut sizes = Vec::new();
        for place in 0..self.fields.n_sizes() {
            let field = format!("sizes.{place}.name");
            let name = self.fields.get(&field);
            if name.is_empty() && self.fields.size_row(place).iter().all(|(_, text)| text.trim().is_empty()) {
                continue;
            }
            let quota = self.quota(&format!("sizes.{place}"));
            match name.parse() {
                Ok(name) => sizes.push(Size { name, quota }),
                Err(_) => self.errors.add(&field, "use 1 to 12 letters, digits or dashes"),
            }
        }
        sizes
    }

    fn bounds(&mut self) -> Option<ContainerBounds> {
        let [min_cpu_m, max_cpu_m, min_memory_bytes, max_memory_bytes] =
            BOUNDS.map(|(name, resource)| self.amount(name, resource).filter(|amount| *amount > 0));
        let bounds = ContainerBounds { min_cpu_m, min_memory_bytes, max_cpu_m, max_memory_bytes };
        (bounds != ContainerBounds::default()).then_some(bounds)
    }

    /// What was not typed has its default.
    fn guardrails(&mut self) -> Guardrails {
        let [tolerations, priority_classes, load_balancer_sources, ingress_hosts] = LISTS.map(|name| self.list(name));
        let unsaid = EphemeralStorage::default();
        let [request_bytes, limit_bytes, per_pod_bytes] = EPHEMERAL.map(|name| self.amount(name, Resource::Storage));
        let node_ports = self.number(NODE_PORTS).unwrap_or(0);
        let devices = self.devices();
        let mut objects = BTreeMap::new();
        for kind in Counted::ALL {
            let most = self.number(&counted_field(kind)).filter(|most| *most != kind.unsaid());
            objects.extend(most.map(|most| (kind, most)));
        }
        Guardrails {
            objects,
            allows: Loosening::ALL.into_iter().filter(|w| !self.fields.get(&loosening_field(*w)).is_empty()).collect(),
            tolerations,
            priority_classes,
            load_balancer_sources,
            ingress_hosts,
            node_ports,
            devices,
            ephemeral_storage: EphemeralStorage {
                request_bytes: request_bytes.unwrap_or(unsaid.request_bytes),
                limit_bytes: limit_bytes.unwrap_or(unsaid.limit_bytes),
                per_pod_bytes: per_pod_bytes.unwrap_or(unsaid.per_pod_bytes),
            },
        }
    }

    fn list(&self, field: &str) -> BTreeSet<String> {
        let words = self.fields.get(field).split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn devices(&mut self) -> BTreeMap<String, u32> {
        let mut devices = BTreeMap::new();
        for word in self.list(DEVICES) {
            let Some((name, Ok(most))) = word.split_once('=').map(|(name, most)| (name, most.parse())) else {
                self.errors.add(DEVICES, format!("{word:?} must be a name and a number, like amd.com/gpu=2"));
                continue;
            };
            if devices.insert(name.to_owned(), most).is_some() {
                self.errors.add(DEVICES, format!("{name:?} is there twice"));
            }
        }
        devices
    }

    fn clusters(&mut self) -> BTreeSet<ClusterName> {
        let ticked = self.fields.0.iter().filter(|(_, text)| !text.is_empty());
        let names: Vec<_> = ticked.filter_map(|(name, _)| name.strip_prefix("clusters.")).collect();
        let mut clusters = BTreeSet::new();
        for name in names {
            match name.parse() {
                Ok(name) => {
                    clusters.insert(name);
                }
                Err(_) => self.errors.add("clusters", "has a name that no cluster can have"),
            }
        }
        clusters
    }

    fn roles(&mut self) -> RoleMapping {
        let unsaid = RoleMapping::default();
        let mut role = |field: &str, unsaid: Access| self.word(field, unsaid);
        RoleMapping {
            viewer: role("roles.viewer", unsaid.viewer),
            developer: role("roles.developer", unsaid.developer),
            owner: role("roles.owner", unsaid.owner),
        }
    }

    fn automatic(&mut self) -> AutomaticBounds {
        let unsaid = AutomaticBounds::default();
        let [per_person, per_team, cluster_percent] = AUTOMATIC.map(|name| self.number(name));
        AutomaticBounds {
            per_person: per_person.unwrap_or(unsaid.per_person),
            per_team: per_team.unwrap_or(unsaid.per_team),
            cluster_percent: cluster_percent.unwrap_or(unsaid.cluster_percent),
        }
    }

    /// A whole number; none where nothing was typed.
    fn number(&mut self, field: &str) -> Option<u32> {
        let text = self.fields.get(field);
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.errors.add(field, "must be a whole number");
        }
        number
    }

    /// None without a currency, if no price was typed either.
    fn prices(&mut self) -> Option<Prices> {
        let currency = self.fields.get("currency").to_owned();
        let is_empty = currency.is_empty() && PRICED.iter().all(|priced| self.fields.get(priced.field).is_empty());
        let prices = Prices::from_fn(currency, |resource| {
            let priced = PRICED.iter().find(|priced| priced.resource == resource);
            priced.and_then(|priced| self.price(priced.field)).unwrap_or(0)
        });
        (!is_empty).then_some(prices)
    }

    /// `20`, `20.5` or `20.50`, in hundredths.
    fn price(&mut self, field: &str) -> Option<u64> {
        let text = self.fields.get(field);
        if text.is_empty() {
            return None;
        }
        let price = hundredths(text);
        if price.is_none() {
            self.errors.add(field, "must be an amount like 20 or 2.50");
        }
        price
    }
}

fn hundredths(text: &str) -> Option<u64> {
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 12 || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}
