//! The resources that quota counts, and everything that is to be known of each. Another one is a line and a row here:
//! forms, tables, the API and the cluster's ResourceQuotas go through [`Resource::ALL`].

use super::unit::Unit;
use serde::{Deserialize, Serialize};

macro_rules! resources {
    ($($(#[$how:meta])* $resource:ident $field:ident,)*) => {
        /// A resource that quota counts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Resource {
            $($resource,)*
        }

        /// One of something for each resource. Amounts are a [`Quota`](super::Quota).
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct PerResource<T> {
            $($(#[$how])* pub $field: T,)*
        }

        impl Resource {
            pub const ALL: [Resource; [$(stringify!($field)),*].len()] = [$(Self::$resource),*];

            /// Its field in [`PerResource`], in JSON, and its column.
            pub fn field(self) -> &'static str {
                match self {
                    $(Self::$resource => stringify!($field),)*
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl Resource {
            /// Whether JSON may leave it out.
            pub(super) fn is_optional(self) -> bool {
                match self {
                    $(Self::$resource => !<[&str]>::is_empty(&[$(stringify!($how)),*]),)*
                }
            }
        }

        impl super::Quota {
            pub const ZERO: Self = Self { $($field: 0,)* };
        }

        impl<T> PerResource<T> {
            pub fn from_fn(of: impl Fn(Resource) -> T) -> Self {
                Self { $($field: of(Resource::$resource),)* }
            }

            /// None as soon as there is none of one resource.
            pub fn try_from_fn(of: impl Fn(Resource) -> Option<T>) -> Option<Self> {
                Some(Self { $($field: of(Resource::$resource)?,)* })
            }
        }

        impl<T> std::ops::Index<Resource> for PerResource<T> {
            type Output = T;

            fn index(&self, resource: Resource) -> &T {
                match resource {
                    $(Resource::$resource => &self.$field,)*
                }
            }
        }

        impl<T> std::ops::IndexMut<Resource> for PerResource<T> {
            fn index_mut(&mut self, resource: Resource) -> &mut T {
                match resource {
                    $(Resource::$resource => &mut self.$field,)*
                }
            }
        }
    };
}

// In this order they are shown, written and digested: what is added comes last, and is left out by who does not know it:
// `serde(default)`.
resources! {
    Cpu cpu_m,
    Memory memory_bytes,
    Storage storage_bytes,
    Pods pods,
    #[serde(default)]
    LoadBalancers load_balancers,
    #[serde(default)]
    Gpus gpus,
}

/// What is to be known of a resource.
struct Facts {
    /// What the screen calls it.
    title: &'static str,
    /// What a sentence calls one of it, and several.
    names: [&'static str; 2],
    /// Its field in forms, in which people type.
    typed: &'static str,
    unit: Unit,
    /// Its unit and an example, beside every field for it.
    hint: &'static str,
    /// Without it nothing runs in a namespace.
    is_needed: bool,
    /// The ResourceQuota that bounds it, and under which names there.
    quota_object: QuotaObject,
    quota_names: &'static [&'static str],
    on_nodes: OnNodes,
    /// A class and a cluster may let it count for less than it is.
    is_overcommitted: bool,
}

/// One of the ResourceQuotas of a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaObject {
    Compute,
    Storage,
    Objects,
}

/// Whether nodes say how much of a resource they have, and under which name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnNodes {
    Always(&'static str),
    /// A node that does not name it has none.
    Sometimes(&'static str),
    /// Clusters do not bound it.
    Never,
}

impl Resource {
    const fn facts(self) -> &'static Facts {
        match self {
            Self::Cpu => &Facts {
                title: "CPU",
                names: ["CPU", "CPU"],
                typed: "cpu",
                unit: Unit::Cores,
                hint: "cores, for example 2 or 500m",
                is_needed: true,
                quota_object: QuotaObject::Compute,
                quota_names: &["requests.cpu", "limits.cpu"],
                on_nodes: OnNodes::Always("cpu"),
                is_overcommitted: true,
            },
            Self::Memory => &Facts {
                title: "Memory",
                names: ["memory", "memory"],
                typed: "memory",
                unit: Unit::Bytes,
                hint: "GiB or MiB, for example 16Gi or 512Mi",
                is_needed: true,
                quota_object: QuotaObject::Compute,
                quota_names: &["requests.memory", "limits.memory"],
                on_nodes: OnNodes::Always("memory"),
                is_overcommitted: true,
            },
            Self::Storage => &Facts {
                title: "Storage",
                names: ["storage", "storage"],
                typed: "storage",
                unit: Unit::Bytes,
                hint: "GiB or MiB, for example 16Gi or 512Mi",
                is_needed: false,
                quota_object: QuotaObject::Storage,
                quota_names: &["requests.storage"],
                on_nodes: OnNodes::Never,
                is_overcommitted: false,
            },
            Self::Pods => &Facts {
                title: "Pods",
                names: ["pod", "pods"],
                typed: "pods",
                unit: Unit::Pieces,
                hint: "pods, for example 50",
                is_needed: true,
                quota_object: QuotaObject::Compute,
                quota_names: &["pods"],
                on_nodes: OnNodes::Always("pods"),
                is_overcommitted: false,
            },
            Self::LoadBalancers => &Facts {
                title: "Load balancers",
                names: ["load balancer", "load balancers"],
                typed: "load_balancers",
                unit: Unit::Pieces,
                hint: "load balancers, for example 2",
                is_needed: false,
                quota_object: QuotaObject::Objects,
                quota_names: &["services.loadbalancers"],
                on_nodes: OnNodes::Never,
                is_overcommitted: false,
            },
            Self::Gpus => &Facts {
                title: "GPUs",
                names: ["GPU", "GPUs"],
                typed: "gpus",
                unit: Unit::Pieces,
                hint: "GPUs, for example 1",
                is_needed: false,
                quota_object: QuotaObject::Objects,
                quota_names: &["requests.nvidia.com/gpu"],
                on_nodes: OnNodes::Sometimes("nvidia.com/gpu"),
                is_overcommitted: false,
            },
        }
    }

    /// What the screen calls it.
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// So much of it, as a sentence names it.
    pub(super) fn name_of(self, amount: u64) -> &'static str {
        let [one, several] = self.facts().names;
        if amount == 1 { one } else { several }
    }

    /// Its field in forms, in which people type.
    pub fn typed_field(self) -> &'static str {
        self.facts().typed
    }

    /// The resource of a field, of a form or of [`PerResource`].
    pub fn of_field(field: &str) -> Option<Resource> {
        Self::ALL.into_iter().find(|resource| [resource.field(), resource.typed_field()].contains(&field))
    }

    pub(super) fn unit(self) -> Unit {
        self.facts().unit
    }

    /// Its unit, and an example: what stands beside every field for it.
    pub fn unit_and_example(self) -> &'static str {
        self.facts().hint
    }

    /// Without it nothing runs in a namespace.
    pub fn is_needed(self) -> bool {
        self.facts().is_needed
    }

    pub fn quota_object(self) -> QuotaObject {
        self.facts().quota_object
    }

    /// What Kubernetes bounds it by: names in the `hard` of a ResourceQuota.
    pub fn quota_names(self) -> &'static [&'static str] {
        self.facts().quota_names
    }

    /// The resource that a name in a ResourceQuota bounds.
    pub fn of_quota_name(name: &str) -> Option<Resource> {
        Self::ALL.into_iter().find(|resource| resource.quota_names().contains(&name))
    }

    pub fn on_nodes(self) -> OnNodes {
        self.facts().on_nodes
    }

    /// Whether a class and a cluster may let it count for less than it is.
    pub fn is_overcommitted(self) -> bool {
        self.facts().is_overcommitted
    }
}

impl OnNodes {
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Always(name) | Self::Sometimes(name) => Some(name),
            Self::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_resources_have_a_name_in_common() {
        let named = |names: fn(Resource) -> Vec<&'static str>| {
            let all: Vec<_> = Resource::ALL.into_iter().flat_map(names).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
        };
        named(|resource| vec![resource.title()]);
        named(|resource| BTreeSet::from([resource.field(), resource.typed_field()]).into_iter().collect());
        named(|resource| resource.quota_names().to_vec());
        named(|resource| resource.on_nodes().name().into_iter().collect());
    }

    #[test]
    fn a_resource_is_found_by_each_of_its_names() {
        for resource in Resource::ALL {
            assert_eq!(Resource::of_field(resource.field()), Some(resource));
            assert_eq!(Resource::of_field(resource.typed_field()), Some(resource));
            for name in resource.quota_names() {
                assert_eq!(Resource::of_quota_name(name), Some(resource));
            }
        }
    }

    #[test]
    fn what_is_set_of_a_resource_is_there_under_its_field() {
        for resource in Resource::ALL {
            let mut amounts = PerResource::<u64>::default();
            amounts[resource] = 7;
            let written = serde_json::to_value(amounts).expect("it is an object");
            assert_eq!((amounts[resource], &written[resource.field()]), (7, &7.into()));
            assert_eq!(serde_json::from_value(written).ok(), Some(amounts));
        }
    }
}
