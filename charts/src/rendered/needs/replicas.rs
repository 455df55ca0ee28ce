//! How many pods there are of a workload, and when.

use crate::rendered::hooks::is_hook;
use crate::rendered::object::Object;
use crate::rendered::value::{number_at, text_at};
use serde::{Deserialize, Serialize};

/// How many pods, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "when")]
pub enum Replicas {
    /// As long as the release is there; more of them where load asks for it.
    Always { min: u64, max: u64 },
    /// One on each node that they may run on.
    OnEveryNode,
    /// Until it is done.
    Once { at_a_time: u64 },
    /// Again and again, until it is done.
    Scheduled { at_a_time: u64 },
    /// While the release is installed, changed, deleted or tested.
    Hook { at_a_time: u64 },
}

impl Replicas {
    pub fn is_steady(self) -> bool {
        match self {
            Self::Always { .. } | Self::OnEveryNode => true,
            Self::Once { .. } | Self::Scheduled { .. } | Self::Hook { .. } => false,
        }
    }

    pub fn is_job(self) -> bool {
        match self {
            Self::Once { .. } | Self::Scheduled { .. } => true,
            Self::Always { .. } | Self::OnEveryNode | Self::Hook { .. } => false,
        }
    }

    pub fn is_hook(self) -> bool {
        match self {
            Self::Hook { .. } => true,
            Self::Always { .. } | Self::OnEveryNode | Self::Once { .. } | Self::Scheduled { .. } => false,
        }
    }

    /// Fewest pods while it runs.
    pub fn least(self) -> u64 {
        match self {
            Self::Always { min, .. } => min,
            Self::OnEveryNode => 1,
            Self::Once { at_a_time } | Self::Scheduled { at_a_time } | Self::Hook { at_a_time } => at_a_time,
        }
    }
}

pub fn of(object: &Object, objects: &[Object]) -> Replicas {
    let kind = object.id.kind.as_str();
    let at_a_time = match kind {
        "Job" => parallelism(object, &["spec"]),
        "CronJob" => parallelism(object, &["spec", "jobTemplate", "spec"]),
        "Pod" | "DaemonSet" => 1,
        // Nothing is made of it until somebody asks.
        "PodTemplate" => 0,
        _ => number_at(&object.value, &["spec", "replicas"]).unwrap_or(1),
    };
    match kind {
        _ if is_hook(object) => Replicas::Hook { at_a_time },
        "Job" => Replicas::Once { at_a_time },
        "CronJob" => Replicas::Scheduled { at_a_time },
        "DaemonSet" => Replicas::OnEveryNode,
        _ => match autoscaled(object, objects) {
            Some((min, max)) => Replicas::Always { min, max: max.max(min) },
            None => Replicas::Always { min: at_a_time, max: at_a_time },
        },
    }
}

fn parallelism(object: &Object, spec: &[&str]) -> u64 {
    let number = |name| number_at(&object.value, &[spec, &[name]].concat());
    let parallelism = number("parallelism").unwrap_or(1);
    number("completions").map_or(parallelism, |completions| parallelism.min(completions))
}

/// Between which numbers an autoscaler of the chart keeps it.
fn autoscaled(object: &Object, objects: &[Object]) -> Option<(u64, u64)> {
    let is_its = |other: &&Object| {
        let target = |field| text_at(&other.value, &["spec", "scaleTargetRef", field]);
        other.is("autoscaling", "HorizontalPodAutoscaler")
            && other.id.namespace == object.id.namespace
            && target("kind") == Some(&object.id.kind)
            && target("name") == Some(&object.id.name)
    };
    let scaler = &objects.iter().find(is_its)?.value;
    let max = number_at(scaler, &["spec", "maxReplicas"])?;
    Some((number_at(scaler, &["spec", "minReplicas"]).unwrap_or(1), max))
}
