//! Putting right what differs on a cluster from what was granted, and saying what it was: which field, what it was found
//! to be, and who set it. First everything is looked at, so that it can be written down before any of it changes. What
//! Berth did not make is not touched.

use super::apply::{Made, Provisioner, require_ours};
use super::compare::{self, Difference, Step as Part};
use super::error::patiently;
use super::object::Object;
use super::{BERTH, Error, MANAGED_BY, manifests, some_at_once};
use domain::drift::Drift;
use domain::namespace::{Namespace, Step};
use futures::FutureExt;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{DynamicObject, ListParams};
use kube::{Api, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Debug;
use std::time::Duration;

/// How long a whole namespace may take.
const LIMIT: Duration = Duration::from_secs(120);
/// Objects too many of one kind that are taken away at a time.
const MOST_EXTRA: u32 = 100;

/// Whether something else is desired than what was last applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesiredChange {
    /// What differs was changed by somebody else.
    Unchanged,
    /// Everything is applied anew; what differs may be what Berth desired earlier.
    Changed,
}

/// What a look found to be done, in order.
#[derive(Debug, Default)]
pub struct Repairs {
    repairs: Vec<Repair>,
    /// Why some of it cannot be done: something is there which Berth did not make.
    refused: Option<Error>,
}

#[derive(Debug)]
struct Repair {
    action: Action,
    object: Object,
    /// What people are told of it.
    drift: Vec<Drift>,
}

#[derive(Debug)]
enum Action {
    Create,
    Apply {
        /// Its version, to see whether anything changed.
        before: Option<String>,
        /// A merge patch that takes away what somebody added.
        removal: Option<Value>,
    },
    /// The role of a binding cannot be changed.
    Recreate,
    Delete,
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Repaired {
    /// What is not put back; `refused` and `broke_off` say why.
    pub left: Vec<Drift>,
    /// The first of the cluster's refusals.
    pub refused: Option<Error>,
    /// Whether something was written.
    pub has_changed: bool,
    /// Why it did not come to its end.
    pub broke_off: Option<Error>,
}

impl Repairs {
    /// All that was found to differ.
    pub fn drift(&self) -> Vec<Drift> {
        self.repairs.iter().flat_map(|repair| repair.drift.iter().cloned()).collect()
    }
}

impl Provisioner {
    /// Of what the namespace should be made of: changes whenever something else is desired.
    pub fn digest(&self, namespace: &Namespace) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (_, object) in manifests::objects(namespace, &self.site) {
            digest.update(object.value().to_string());
        }
        digest.finalize().into()
    }

    /// Of the same without its revision: what a revision stands for.
    pub fn desired_digest(&self, namespace: &Namespace) -> [u8; 32] {
        self.digest(&Namespace { revision: 0, ..namespace.clone() })
    }

    /// Compares everything the namespace is made of, and changes nothing.
    pub async fn diff(&self, namespace: &Namespace, desired: DesiredChange) -> Result<Repairs, Error> {
        let late = |_| Error::unreachable(format!("looking it over took longer than {} s", LIMIT.as_secs()));
        let looking = patiently(|| self.plan_repairs(namespace, desired));
        tokio::time::timeout(LIMIT, looking).await.map_err(late)?
    }

    async fn plan_repairs(&self, namespace: &Namespace, desired: DesiredChange) -> Result<Repairs, Error> {
        let objects: Vec<_> = manifests::objects(namespace, &self.site).into_iter().map(|(_, object)| object).collect();
        // After a collision the other objects are looked at all the same.
        let look = async |object| match self.plan_repair(object, desired).await {
            Err(collision @ Error::Collision { .. }) => Ok(Err(collision)),
            looked => looked.map(Ok),
        };
        let looks = objects.iter().map(|object| look(object).boxed()).collect();
        let mut found = Repairs::default();
        for looked in some_at_once(looks).await? {
            match looked {
                Ok(repair) => found.repairs.extend(repair),
                Err(collision) => drop(found.refused.get_or_insert(collision)),
            }
        }
        found.repairs.extend(self.find_extra::<RoleBinding>(namespace, &objects, desired).await?);
        found.repairs.extend(self.find_extra::<NetworkPolicy>(namespace, &objects, desired).await?);
        Ok(found)
    }

    async fn plan_repair(&self, object: &Object, desired: DesiredChange) -> Result<Option<Repair>, Error> {
        let repair = |action, drift| Some(Repair { action, object: object.clone(), drift });
        let Some(found) = object.api(&self.client).get_opt(object.name()).await? else {
            let drift = (desired == DesiredChange::Unchanged).then(|| missing(object)).into_iter().collect();
            return Ok(repair(Action::Create, drift));
        };
        require_ours(object, &found)?;
        let differences = self.differences(object, &found).await?;
        if differences.is_empty() && desired == DesiredChange::Unchanged {
            return Ok(None);
        }
        let mut drift: Vec<_> = differences
            .iter()
            .map(|difference| difference.drift(object.kind(), object.name(), found.managed_fields()))
            .collect();
        if desired == DesiredChange::Changed {
            // What Berth itself set was desired before; what nobody set was not desired yet.
            drift.retain(|drift| drift.manager.is_some());
        }
        let action = if binds_another_role(&differences) {
            Action::Recreate
        } else {
            Action::Apply { before: found.resource_version(), removal: compare::removal(differences.iter()) }
        };
        Ok(repair(action, drift))
    }

    /// What differs once the API server has written the desired state its own way: `0.5` and `500m` are the same.
    async fn differences(&self, object: &Object, found: &DynamicObject) -> Result<Vec<Difference>, Error> {
        let found = json(found);
        let mut differences = compare::differences(object.value(), &found, object.is_whole());
        if differences.is_empty() || binds_another_role(&differences) {
            return Ok(differences);
        }
        match self.patch(object, true).await {
            Ok(tried) => {
                let desired = json(&tried);
                differences.retain(|d| d.is_left_by_apply() || compare::at(&desired, &d.path) != d.found.as_ref());
                Ok(differences)
            }
            Err(error @ Error::Unreachable { .. }) => Err(error),
            // Refused: so will be the real one, and say why.
            Err(_) => Ok(differences),
        }
    }

    /// What has Berth's label and is not desired.
    async fn find_extra<K>(
        &self,
        namespace: &Namespace,
        objects: &[Object],
        desired: DesiredChange,
    ) -> Result<Vec<Repair>, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
    {
        let name = namespace.name.as_str();
        let ours = ListParams::default().labels(&format!("{MANAGED_BY}={BERTH}")).limit(MOST_EXTRA);
        let found = Api::<K>::namespaced(self.client.clone(), name).list_metadata(&ours).await?;
        let kind = K::kind(&());
        let is_desired = |name: &str| objects.iter().any(|object| object.kind() == kind && object.name() == name);
        let extra = found.items.iter().filter(|found| !is_desired(&found.name_any())).map(|extra| {
            let drift = too_much(&kind, &extra.name_any(), extra.managed_fields());
            let drift = (desired == DesiredChange::Unchanged || drift.manager.is_some()).then_some(drift);
            let object = super::object::absent::<K>(name, &extra.name_any());
            Repair { action: Action::Delete, object, drift: drift.into_iter().collect() }
        });
        Ok(extra.collect())
    }

    /// Puts back what differs, makes what is missing, takes away what is too much.
    pub async fn repair(&self, namespace: &Namespace, desired: DesiredChange, found: Repairs) -> Repaired {
        let mut repaired = Repaired { left: found.drift(), refused: found.refused, ..Repaired::default() };
        let late = |_| Err(Error::unreachable(format!("putting it right took longer than {} s", LIMIT.as_secs())));
        let all = self.repair_all(namespace, desired, &found.repairs, &mut repaired);
        repaired.broke_off = tokio::time::timeout(LIMIT, all).await.unwrap_or_else(late).err();
        repaired
    }

    /// An error ends it early; what the cluster refuses of what is to be done is noted.
    async fn repair_all(
        &self,
        namespace: &Namespace,
        desired: DesiredChange,
        repairs: &[Repair],
        repaired: &mut Repaired,
    ) -> Result<(), Error> {
        let mut keeps_former = false;
        for repair in repairs {
            // Who has access follows the people, whatever else is refused.
            if keeps_former && !repair.object.is_access() {
                continue;
            }
            match patiently(|| self.carry_out(repair)).await {
                Ok(has_changed) => {
                    repaired.has_changed |= has_changed;
                    repaired.left.retain(|left| !repair.drift.contains(left));
                }
                Err(error) => {
                    repaired.record(error)?;
                    if repair.object.is_namespace() && matches!(repair.action, Action::Create) {
                        // Nothing else can be there without it.
                        return Ok(());
                    }
                    // The rest belongs to what it may not be: half of one desired state and half of another is neither.
                    keeps_former |= desired == DesiredChange::Changed && repair.object.is_namespace();
                }
            }
        }
        if (repaired.has_changed || desired == DesiredChange::Changed)
            && repaired.refused.is_none()
            && let Err(error) = self.run_step(namespace, Step::Verify, Made::Before).await
        {
            repaired.record(error)?;
        }
        Ok(())
    }

    /// Answers whether anything is other than before.
    async fn carry_out(&self, repair: &Repair) -> Result<bool, Error> {
        let object = &repair.object;
        match &repair.action {
            Action::Create => self.patch(object, false).await.map(|_| true),
            Action::Apply { before, removal } => {
                if let Some(removal) = removal {
                    self.take_out(object, removal).await?;
                }
                Ok(self.patch(object, false).await?.resource_version() != *before)
            }
            Action::Recreate => {
                self.delete(object).await?;
                self.patch(object, false).await.map(|_| true)
            }
            Action::Delete => self.delete(object).await.map(|()| true),
        }
    }
}

impl Repaired {
    /// Goes on after a refusal; the first is kept.
    fn record(&mut self, error: Error) -> Result<(), Error> {
        match error {
            Error::Unreachable { .. } => Err(error),
            Error::Refused { .. } | Error::Collision { .. } => {
                self.refused.get_or_insert(error);
                Ok(())
            }
        }
    }
}

fn missing(object: &Object) -> Drift {
    Drift {
        kind: object.kind().into(),
        name: object.name().into(),
        field: String::new(),
        desired: Some("there".into()),
        found: None,
        manager: None,
        changed_at: None,
    }
}

fn too_much(
    kind: &str,
    name: &str,
    managed: &[k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry],
) -> Drift {
    let label = ["metadata", "labels", MANAGED_BY].map(|key| Part::Key(key.into()));
    let setter = compare::setter(managed, &label);
    Drift {
        kind: kind.into(),
        name: name.into(),
        field: String::new(),
        desired: None,
        found: Some("there".into()),
        manager: setter.and_then(compare::manager),
        changed_at: setter.and_then(compare::set_at),
    }
}

fn binds_another_role(differences: &[Difference]) -> bool {
    differences.iter().any(|difference| difference.path.first() == Some(&Part::Key("roleRef".into())))
}

fn json(object: &DynamicObject) -> Value {
    serde_json::to_value(object).expect("Kubernetes' objects are maps with text keys")
}
