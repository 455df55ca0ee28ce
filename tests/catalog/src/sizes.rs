//! Every chart, as it comes, fits into the smallest namespace of the demo: while it rolls out, and with its test beside it.

use crate::helm::Helm;
use crate::judge::{containers, pod_template};
use crate::starter::{Starter, repository};
use serde_json::Value;
use std::fs;

/// What is used, or what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Amount {
    cpu_m: u64,
    memory_bytes: u64,
    storage_bytes: u64,
    pods: u64,
}

impl Amount {
    fn fits_into(self, there_is: Self) -> bool {
        self.cpu_m <= there_is.cpu_m
            && self.memory_bytes <= there_is.memory_bytes
            && self.storage_bytes <= there_is.storage_bytes
            && self.pods <= there_is.pods
    }

    fn plus(self, other: Self) -> Self {
        Self {
            cpu_m: self.cpu_m + other.cpu_m,
            memory_bytes: self.memory_bytes + other.memory_bytes,
            storage_bytes: self.storage_bytes + other.storage_bytes,
            pods: self.pods + other.pods,
        }
    }

    fn times(self, n: u64) -> Self {
        (0..n).fold(Self::default(), |sum, _| sum.plus(self))
    }
}

#[test]
fn every_chart_fits_into_the_smallest_size_of_the_smallest_class() {
    let helm = Helm::new();
    let there_is = smallest();
    for starter in Starter::all() {
        let objects = helm.render(&starter.chart(), &[]).unwrap();
        let takes = objects.iter().map(of).fold(Amount::default(), Amount::plus);
        assert!(takes.pods >= 2, "{}: {takes:?}", starter.id);
        assert!(takes.fits_into(there_is), "{}: {takes:?} of {there_is:?}", starter.id);
    }
}

fn smallest() -> Amount {
    let setup = fs::read_to_string(repository().join("demo/setup.yaml")).unwrap();
    let setup: Value = serde_saphyr::from_str(&setup).unwrap();
    let classes = setup["classes"].as_array().unwrap();
    let sizes = classes.iter().flat_map(|class| class["spec"]["sizes"].as_array().unwrap());
    let quotas = sizes.map(|size| {
        let amount = |name: &str| size["quota"][name].as_u64().unwrap();
        Amount {
            cpu_m: amount("cpu_m"),
            memory_bytes: amount("memory_bytes"),
            storage_bytes: amount("storage_bytes"),
            pods: amount("pods"),
        }
    });
    quotas.min_by_key(|quota| quota.cpu_m).unwrap()
}

/// What an object takes of a quota at most.
fn of(object: &Value) -> Amount {
    if object["kind"] == "PersistentVolumeClaim" {
        let size = object["spec"]["resources"]["requests"]["storage"].as_str().unwrap();
        return Amount { storage_bytes: bytes(size), ..Amount::default() };
    }
    let Some(template) = pod_template(object) else { return Amount::default() };
    let copies = object["spec"]["replicas"].as_u64().unwrap_or(1);
    let more = object["spec"]["strategy"]["rollingUpdate"]["maxSurge"].as_u64().unwrap_or(0);
    of_pod(&template["spec"]).times(copies + more)
}

/// Containers that only prepare take no more than those that stay.
fn of_pod(pod: &Value) -> Amount {
    let limits: Vec<_> = containers(pod).map(|container| &container["resources"]["limits"]).collect();
    let prepare = pod["initContainers"].as_array().map_or(0, Vec::len);
    let amounts: Vec<_> =
        limits.iter().map(|of| (cpu_m(of["cpu"].as_str().unwrap()), bytes(of["memory"].as_str().unwrap()))).collect();
    let (first, stay) = amounts.split_at(prepare);
    let sum = |pick: fn(&(u64, u64)) -> u64| stay.iter().map(pick).sum::<u64>();
    let most = |pick: fn(&(u64, u64)) -> u64| first.iter().map(pick).max().unwrap_or(0);
    let larger = |pick: fn(&(u64, u64)) -> u64| sum(pick).max(most(pick));
    Amount { cpu_m: larger(|of| of.0), memory_bytes: larger(|of| of.1), storage_bytes: 0, pods: 1 }
}

fn cpu_m(text: &str) -> u64 {
    text.strip_suffix('m').unwrap_or_else(|| panic!("in thousandths: {text}")).parse().unwrap()
}

fn bytes(text: &str) -> u64 {
    let units = [("Mi", 20), ("Gi", 30)];
    let (number, bits) = units.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, bits))).unwrap();
    number.parse::<u64>().unwrap() << bits
}
