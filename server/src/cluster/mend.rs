//! Putting right what differs on a cluster from what was granted, and saying what it was: which field, what it was found
//! to be, and who set it. What Berth did not make is not touched.

use super::apply::{Provisioner, is_ours};
use super::compare::{self, Difference, Step as Part};
use super::object::Object;
use super::{BERTH, Error, MANAGED_BY, manifests};
use domain::drift::Drift;
use domain::namespace::{Namespace, Step};
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

/// Whether something else is wished than what was last applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// What differs was changed by somebody else.
    Same,
    /// Everything is applied anew; what differs may be an earlier wish of Berth.
    New,
}

/// What was found, and what became of it.
#[derive(Debug, Default)]
pub struct Mended {
    pub put_back: Vec<Drift>,
    /// What could not be put back; `trouble` says why.
    pub left: Vec<Drift>,
    /// The first of the cluster's refusals.
    pub trouble: Option<Error>,
    /// Whether something was written.
    pub has_changed: bool,
    /// Why it was not looked over to the end.
    pub broke_off: Option<Error>,
}

impl Provisioner {
    /// Of what the namespace should be made of: changes whenever something else is wished.
    pub fn digest(&self, namespace: &Namespace) -> [u8; 32] {
        let mut digest = Sha256::new();
        for (_, object) in manifests::objects(namespace, &self.site) {
            digest.update(object.value().to_string());
        }
        digest.finalize().into()
    }

    /// Compares everything the namespace is made of, puts back what differs, takes away what is too much.
    pub async fn mend(&self, namespace: &Namespace, wish: Wish) -> Mended {
        let mut mended = Mended::default();
        let late = |_| Err(Error::unreachable(format!("looking it over took longer than {} s", LIMIT.as_secs())));
        let all = tokio::time::timeout(LIMIT, self.mend_all(namespace, wish, &mut mended)).await.unwrap_or_else(late);
        mended.broke_off = all.err();
        mended
    }

    /// An error ends it early; what the cluster refuses of what is to be done is noted.
    async fn mend_all(&self, namespace: &Namespace, wish: Wish, mended: &mut Mended) -> Result<(), Error> {
        let objects = manifests::objects(namespace, &self.site);
        for (_, object) in &objects {
            self.mend_object(object, wish, mended).await?;
        }
        self.prune::<RoleBinding>(namespace, &objects, wish, mended).await?;
        self.prune::<NetworkPolicy>(namespace, &objects, wish, mended).await?;
        if (mended.has_changed || wish == Wish::New) && mended.trouble.is_none() {
            mended.note(self.run_step(namespace, Step::Verify).await.map(drop))?;
        }
        Ok(())
    }

    async fn mend_object(&self, object: &Object, wish: Wish, mended: &mut Mended) -> Result<(), Error> {
        let Some(found) = object.api(&self.client).get_opt(object.name()).await? else {
            let drift = (wish == Wish::Same).then(|| missing(object)).into_iter().collect();
            let made = self.patch(object, false).await;
            return mended.take(drift, made.map(|_| true));
        };
        if object.is_whole() && !is_ours(&found, object.namespace_id()) {
            return mended.note(Err(Error::Collision { kind: object.kind().into(), name: object.name().into() }));
        }
        let differences = self.differences(object, &found).await?;
        if differences.is_empty() && wish == Wish::Same {
            return Ok(());
        }
        let mut drift: Vec<_> = differences
            .iter()
            .map(|difference| difference.drift(object.kind(), object.name(), found.managed_fields()))
            .collect();
        if wish == Wish::New {
            // What Berth itself set was wished before; what nobody set was not wished yet.
            drift.retain(|drift| drift.manager.is_some());
        }
        let put = self.put(object, &found, &differences).await;
        mended.take(drift, put)
    }

    /// What differs once the API server has written the wish its own way: `0.5` and `500m` are the same.
    async fn differences(&self, object: &Object, found: &DynamicObject) -> Result<Vec<Difference>, Error> {
        let found = json(found);
        let mut differences = compare::differences(object.value(), &found);
        if differences.is_empty() || binds_another_role(&differences) {
            return Ok(differences);
        }
        match self.patch(object, true).await {
            Ok(tried) => {
                let wished = json(&tried);
                differences.retain(|d| compare::at(&wished, &d.path) != d.found.as_ref());
                Ok(differences)
            }
            Err(error @ Error::Unreachable { .. }) => Err(error),
            // Refused: so will be the real one, and say why.
            Err(_) => Ok(differences),
        }
    }

    /// Answers whether anything is other than before. The role of a binding cannot be changed: the binding is made anew.
    async fn put(&self, object: &Object, found: &DynamicObject, differences: &[Difference]) -> Result<bool, Error> {
        if binds_another_role(differences) {
            self.delete(object).await?;
        }
        let put = self.patch(object, false).await?;
        Ok(put.resource_version() != found.resource_version())
    }

    /// Takes away what has Berth's label and is not wished.
    async fn prune<K>(
        &self,
        namespace: &Namespace,
        objects: &[(Step, Object)],
        wish: Wish,
        mended: &mut Mended,
    ) -> Result<(), Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + DeserializeOwned + Debug,
    {
        let name = namespace.name.as_str();
        let ours = ListParams::default().labels(&format!("{MANAGED_BY}={BERTH}")).limit(MOST_EXTRA);
        let found = Api::<K>::namespaced(self.client.clone(), name).list_metadata(&ours).await?;
        let kind = K::kind(&());
        let is_wished = |name: &str| objects.iter().any(|(_, object)| object.kind() == kind && object.name() == name);
        for extra in found.items.iter().filter(|found| !is_wished(&found.name_any())) {
            let drift = too_much(&kind, &extra.name_any(), extra.managed_fields());
            let drift = (wish == Wish::Same || drift.manager.is_some()).then_some(drift);
            let gone = self.delete(&super::object::absent::<K>(name, &extra.name_any())).await;
            mended.take(drift.into_iter().collect(), gone.map(|()| true))?;
        }
        Ok(())
    }
}

impl Mended {
    fn take(&mut self, drift: Vec<Drift>, put: Result<bool, Error>) -> Result<(), Error> {
        match &put {
            Ok(has_changed) => {
                self.has_changed |= has_changed;
                self.put_back.extend(drift);
            }
            Err(_) => self.left.extend(drift),
        }
        self.note(put.map(drop))
    }

    /// Goes on after a refusal; the first is kept.
    fn note(&mut self, answer: Result<(), Error>) -> Result<(), Error> {
        match answer {
            Err(error @ Error::Unreachable { .. }) => Err(error),
            Err(error @ (Error::Refused { .. } | Error::Collision { .. })) => {
                self.trouble.get_or_insert(error);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }
}

fn missing(object: &Object) -> Drift {
    Drift {
        kind: object.kind().into(),
        name: object.name().into(),
        field: String::new(),
        wished: Some("there".into()),
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
        wished: None,
        found: Some("there".into()),
        manager: setter.and_then(|entry| entry.manager.clone()),
        changed_at: setter.and_then(compare::set_at),
    }
}

fn binds_another_role(differences: &[Difference]) -> bool {
    differences.iter().any(|difference| difference.path.first() == Some(&Part::Key("roleRef".into())))
}

fn json(object: &DynamicObject) -> Value {
    serde_json::to_value(object).expect("Kubernetes' objects are maps with text keys")
}
