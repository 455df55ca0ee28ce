//! Whether a class can be published: every mistake with its field, at once.

use super::bounds::is_device;
use super::price::{HIGHEST_PRICE, PRICED};
use super::{ClassSpec, ContainerBounds, Counted};
use crate::field_error::FieldErrors;
use crate::quota::{Quota, Resource};
use crate::text::{Lines, check_characters};
use std::collections::{BTreeMap, BTreeSet};

const LONGEST_TITLE: usize = 60;
const LONGEST_SUMMARY: usize = 300;
/// Forms and pages list them all.
const MOST_SIZES: usize = 12;
/// Ten years.
const LONGEST_LIFETIME_DAYS: u32 = 3650;
/// Namespaces of one person or team that nobody approved.
const MOST_AUTOMATIC: u32 = 1000;
/// The same bounds as in the schema.
const OVERCOMMIT: std::ops::RangeInclusive<u32> = 100..=1000;

impl ClassSpec {
    /// Names are there and single, sizes grow no further than the ceiling, defaults make sense together.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.text("title", &self.title, LONGEST_TITLE);
        errors.text("summary", &self.summary, LONGEST_SUMMARY);
        self.check_sizes(&mut errors);
        self.check_sizes_hold_a_container(&mut errors);
        self.check_containers(&mut errors);
        self.check_guardrails(&mut errors);
        self.check_bounds(&mut errors);
        self.check_prices(&mut errors);
        errors.finish()
    }

    /// What an unfinished class may not hold either: characters that nobody sees.
    pub fn check_texts(&self) -> Result<(), FieldErrors> {
        let currency = self.prices.as_ref().map_or("", |prices| prices.currency.as_str());
        let texts = [
            ("title", self.title.as_str()),
            ("summary", &self.summary),
            ("pod_security_version", &self.pod_security_version),
            ("currency", currency),
        ];
        let mut errors = FieldErrors::default();
        for (field, text) in texts {
            if let Err(problem) = check_characters(text, Lines::One) {
                errors.add(field, problem);
            }
        }
        errors.finish()
    }

    fn check_sizes(&self, errors: &mut FieldErrors) {
        errors.unless((1..=MOST_SIZES).contains(&self.sizes.len()), "sizes", "must be 1 to 12");
        let names: BTreeSet<_> = self.sizes.iter().map(|s| s.name.as_str().to_lowercase()).collect();
        errors.unless(names.len() == self.sizes.len(), "sizes", "two sizes have the same name");
        errors.quota("ceiling", &self.ceiling);
        for (place, size) in self.sizes.iter().enumerate() {
            let field = format!("sizes.{place}");
            errors.quota(&field, &size.quota);
            for over in size.quota.beyond(&self.ceiling) {
                let ceiling = over.resource.format(self.ceiling.get(over.resource));
                let says = format!("size {} is larger than the ceiling, {ceiling}", size.name);
                errors.add(&format!("{field}.{}", over.resource.field()), says);
            }
        }
    }

    /// What a container gets that names nothing must fit into the smallest namespace, or nothing would ever start there.
    fn check_sizes_hold_a_container(&self, errors: &mut FieldErrors) {
        for (place, size) in self.sizes.iter().enumerate() {
            errors.keep_under(&format!("sizes.{place}"), self.container.check_fits(&size.quota));
        }
    }

    fn check_containers(&self, errors: &mut FieldErrors) {
        let defaults = &self.container;
        let bounds = self.container_bounds.unwrap_or_default();
        let ContainerBounds { min_cpu_m, min_memory_bytes, max_cpu_m, max_memory_bytes } = bounds;
        let rows = [
            ("cpu_m", Resource::Cpu, defaults.request_cpu_m, defaults.limit_cpu_m, min_cpu_m, max_cpu_m),
            (
                "memory_bytes",
                Resource::Memory,
                defaults.request_memory_bytes,
                defaults.limit_memory_bytes,
                min_memory_bytes,
                max_memory_bytes,
            ),
        ];
        for (unit, resource, request, limit, min, max) in rows {
            let field = |what: &str| format!("{what}_{unit}");
            errors.unless(request > 0, &field("container.request"), "must be more than nothing");
            for (what, amount) in [
                ("container.request", Some(request)),
                ("container.limit", Some(limit)),
                ("container_bounds.min", min),
                ("container_bounds.max", max),
            ] {
                if let Some(mistake) = amount.and_then(|amount| resource.mistake(amount)) {
                    errors.add(&field(what), mistake);
                }
            }
            errors.unless(request <= limit, &field("container.request"), "is larger than the default limit");
            errors.unless(
                limit <= self.ceiling.get(resource),
                &field("container.limit"),
                "is larger than the ceiling of the class",
            );
            if let Some(min) = min {
                errors.unless(min <= request, &field("container_bounds.min"), "is larger than the default request");
            }
            if let Some(max) = max {
                errors.unless(limit <= max, &field("container_bounds.max"), "is smaller than the default limit");
            }
        }
    }

    fn check_guardrails(&self, errors: &mut FieldErrors) {
        errors.unless(
            is_kubernetes_version(&self.pod_security_version),
            "pod_security_version",
            "must be a version like v1.33, or latest",
        );
        let roles = &self.roles;
        errors.unless(
            roles.viewer <= roles.developer && roles.developer <= roles.owner,
            "roles",
            "must not give a lower team role more than a higher one",
        );
        let lifetime = self.lifetime_days.unwrap_or(1);
        errors.unless((1..=LONGEST_LIFETIME_DAYS).contains(&lifetime), "lifetime_days", "must be 1 to 3650 days");
        errors.unless(
            OVERCOMMIT.contains(&self.overcommit_percent),
            "overcommit_percent",
            "must be between 100 and 1000 percent",
        );
        for (field, number) in
            [("automatic.per_person", self.automatic.per_person), ("automatic.per_team", self.automatic.per_team)]
        {
            errors.unless(number <= MOST_AUTOMATIC, field, "must be at most 1000");
        }
        let is_part = (1..=100).contains(&self.automatic.cluster_percent);
        errors.unless(is_part, "automatic.cluster_percent", "must be between 1 and 100 percent");
    }

    fn check_bounds(&self, errors: &mut FieldErrors) {
        let guardrails = &self.guardrails;
        let name = |word: &str| is_word(word, "-._/");
        errors.words("guardrails.tolerations", &guardrails.tolerations, |word| word == "*" || name(word));
        errors.words("guardrails.priority_classes", &guardrails.priority_classes, name);
        errors.words("guardrails.load_balancer_sources", &guardrails.load_balancer_sources, is_range);
        errors.words("guardrails.ingress_hosts", &guardrails.ingress_hosts, |word| {
            let host = word.strip_prefix("*.").unwrap_or(word);
            is_word(host, "-.") && host.split('.').all(|label| !label.is_empty())
        });
        errors.devices(&guardrails.devices);
        errors.unless(guardrails.node_ports <= MOST_NODE_PORTS, "guardrails.node_ports", "must be at most 1000");
        let storage = guardrails.ephemeral_storage;
        let field = |what: &str| format!("guardrails.ephemeral_storage.{what}_bytes");
        let largest = Resource::Storage.largest();
        errors.unless(storage.request_bytes > 0, &field("request"), "must be more than nothing");
        errors.unless(storage.request_bytes <= storage.limit_bytes, &field("request"), "is larger than the limit");
        errors.unless(storage.limit_bytes <= storage.per_pod_bytes, &field("limit"), "is larger than what a pod has");
        errors.unless(storage.per_pod_bytes <= largest, &field("per_pod"), "is more than anybody has");
        for kind in Counted::ALL {
            let most = guardrails.most(kind);
            let says = "must be at most 100000, and leave room for what Berth itself makes";
            errors.unless((MADE_BY_BERTH..=MOST_OBJECTS).contains(&most), &super::fields::counted_field(kind), says);
        }
    }

    fn check_prices(&self, errors: &mut FieldErrors) {
        let Some(prices) = &self.prices else { return };
        let is_code = prices.currency.len() == 3 && prices.currency.chars().all(|c| c.is_ascii_uppercase());
        errors.unless(is_code, "currency", "must be three capital letters, like EUR");
        for priced in &PRICED {
            let is_price = prices.get(priced.resource) <= HIGHEST_PRICE;
            errors.unless(is_price, priced.field, "must be at most 10000000");
        }
    }
}

/// Service accounts and ConfigMaps of which Berth and Kubernetes make some themselves.
const MADE_BY_BERTH: u32 = 5;
const MOST_OBJECTS: u32 = 100_000;
const MOST_NODE_PORTS: u32 = 1000;
/// They stand in one annotation of each namespace.
const MOST_WORDS: usize = 50;

impl FieldErrors {
    fn words(&mut self, field: &str, words: &BTreeSet<String>, is_one: impl Fn(&str) -> bool) {
        self.unless(words.len() <= MOST_WORDS, field, "has more than 50");
        for wrong in words.iter().filter(|word| !is_one(word)) {
            self.add(field, format!("{wrong:?} cannot be one"));
        }
    }

    fn devices(&mut self, devices: &BTreeMap<String, u32>) {
        let field = "guardrails.devices";
        self.unless(devices.len() <= MOST_WORDS, field, "has more than 50");
        for wrong in devices.keys().filter(|name| !is_device(name)) {
            self.add(field, format!("{wrong:?} is no name of a device or of huge pages in Kubernetes"));
        }
        let is_some = |most: &u32| (1..=MOST_OBJECTS).contains(most);
        self.unless(devices.values().all(is_some), field, "must be 1 to 100000 of each");
    }

    /// One line of words.
    fn text(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.add(field, "is missing");
        } else if text.chars().count() > longest {
            self.add(field, format!("must be at most {longest} characters"));
        } else if let Err(problem) = check_characters(text, Lines::One) {
            self.add(field, problem);
        }
    }

    fn quota(&mut self, field: &str, quota: &Quota) {
        self.keep_under(field, quota.check());
    }
}

/// `v1.33`, or `latest`, as the labels of pod security take it.
fn is_kubernetes_version(text: &str) -> bool {
    let is_number = |text: &str| (1..=3).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
    text == "latest" || text.strip_prefix("v1.").is_some_and(is_number)
}

/// Letters and digits of ASCII, and some other characters, as names in Kubernetes have them.
fn is_word(text: &str, others: &str) -> bool {
    (1..=253).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// `10.0.0.0/8`, `fd00::/8`.
fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.parse::<u8>().is_ok_and(|bits| bits <= most)
}
