//! Deleting a namespace with everything in it. One that is not this row's is never touched.

use super::apply::{Provisioner, why_still_there};
use super::error::patiently;
use super::{Error, LEAVING, NAMESPACE_ID};
use domain::namespace::Namespace;
use domain::terminating::DeletionBlocker;
use k8s_openapi::api::core::v1 as corev1;
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams, Preconditions};
use serde_json::json;

/// How far a deletion is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deletion {
    /// It is gone, or was never there.
    Over,
    /// What keeps it, as far as the cluster says.
    UnderWay(Vec<DeletionBlocker>),
}

impl Provisioner {
    /// Deletes it with all that is in it, and says how far that is.
    pub async fn delete_namespace(&self, namespace: &Namespace) -> Result<Deletion, Error> {
        patiently(|| self.take_away(namespace)).await
    }

    async fn take_away(&self, namespace: &Namespace) -> Result<Deletion, Error> {
        let name = namespace.name.as_str();
        let Some(found) = self.find_again(name).await? else { return Ok(Deletion::Over) };
        if found.labels().get(NAMESPACE_ID) != Some(&namespace.id.to_string()) {
            return Ok(Deletion::Over);
        }
        if found.metadata.deletion_timestamp.is_some() {
            return Ok(Deletion::UnderWay(why_still_there(&found)));
        }
        self.mark_and_delete(found).await?;
        Ok(Deletion::UnderWay(Vec::new()))
    }

    /// Only what was looked at: one that was changed meanwhile is looked at again.
    pub(super) async fn mark_and_delete(&self, found: corev1::Namespace) -> Result<(), Error> {
        let namespaces = Api::<corev1::Namespace>::all(self.client.clone());
        let name = found.name_any();
        let mark = json!({"metadata": {"annotations": {LEAVING: "true"}, "resourceVersion": found.resource_version()}});
        let marked = namespaces.patch(&name, &PatchParams::default(), &Patch::Merge(mark)).await?;
        let exactly = Preconditions { uid: found.uid(), resource_version: marked.resource_version() };
        let params = DeleteParams { preconditions: Some(exactly), ..DeleteParams::default() };
        match namespaces.delete(&name, &params).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            answer => answer.map(|_| ()).map_err(Error::from),
        }
    }
}
