//! Amounts of every resource, as texts as typed: every form that holds amounts has them.

use crate::quota::Resource;
use serde::{Deserialize, Serialize};

views! {
    #[derive(Default, Eq)]
    pub struct AmountFields {
        #[serde(default)]
        pub cpu: String,
        #[serde(default)]
        pub memory: String,
        #[serde(default)]
        pub storage: String,
        #[serde(default)]
        pub pods: String,
        #[serde(default)]
        pub load_balancers: String,
        #[serde(default)]
        pub gpus: String,
    }
}

impl AmountFields {
    pub fn by(text: impl Fn(Resource) -> String) -> Self {
        Self {
            cpu: text(Resource::Cpu),
            memory: text(Resource::Memory),
            storage: text(Resource::Storage),
            pods: text(Resource::Pods),
            load_balancers: text(Resource::LoadBalancers),
            gpus: text(Resource::Gpus),
        }
    }

    pub fn get(&self, resource: Resource) -> &str {
        match resource {
            Resource::Cpu => &self.cpu,
            Resource::Memory => &self.memory,
            Resource::Storage => &self.storage,
            Resource::Pods => &self.pods,
            Resource::LoadBalancers => &self.load_balancers,
            Resource::Gpus => &self.gpus,
        }
    }

    /// Whether nothing was typed.
    pub fn are_blank(&self) -> bool {
        Resource::ALL.into_iter().all(|resource| self.get(resource).is_empty())
    }
}
