//! What a chart renders to, as facts: what is applied, what it may do, how safe its pods are and how much it needs.
//!
//! Read like Kubernetes reads it after helm: YAML 1.1, in which `yes` is true and `00` is zero. What is ambiguous there, a key
//! that stands twice, is refused: whoever reviews would read one value, and the cluster another.

mod allowed;
mod crds;
mod document;
mod exposed;
mod hooks;
mod images;
mod kinds;
mod listing;
mod needs;
mod object;
mod place;
mod pod;
mod pod_security;
mod rights;
mod value;

pub use allowed::{Allowed, Outside, WhyOutside};
pub use crds::{CrdFacts, KindOrigin};
pub use document::RenderedError;
pub use exposed::{
    Account, HostUse, IngressFacts, SecretFacts, ServiceFacts, ServiceKind, TokenUse, WebhookFacts, WebhookKind,
};
pub use hooks::HookFacts;
pub use images::{Certainty, ImageFacts};
pub use kinds::Scope;
pub use listing::ObjectFacts;
pub use needs::{Amounts, ContainerNeeds, Needs, PodNeeds, Replicas, Total, Unnamed, WorkloadNeeds};
pub use object::ObjectRef;
pub use place::Place;
pub use pod::ContainerRole;
pub use pod_security::{Control, PodFacts, PodSecurityFacts, Violation};
pub use rights::{Binding, Concern, Reach, Right, RightsFacts, Subject};

pub(crate) use document::{objects, parse_values};
pub(crate) use object::Object;
pub(crate) use value::shown_value;

use serde::{Deserialize, Serialize};

/// How much is read; what is more is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub bytes: usize,
    /// Of YAML in all documents, those that aliases stand for included.
    pub nodes: usize,
    pub depth: usize,
    pub objects: usize,
    /// Of each list of facts: what is more is counted in [`RenderedFacts::n_left_out`].
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, nodes: 500_000, depth: 100, objects: 3000, entries: 5000 }
    }
}

/// Everything that is told of what a chart renders to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderedFacts {
    /// In the order in which helm writes them.
    pub objects: Vec<ObjectFacts>,
    pub crds: Vec<CrdFacts>,
    pub hooks: Vec<HookFacts>,
    /// By name, each once.
    pub images: Vec<ImageFacts>,
    pub rights: RightsFacts,
    pub pod_security: PodSecurityFacts,
    pub needs: Needs,
    /// Those that are reached from outside of the cluster.
    pub services: Vec<ServiceFacts>,
    pub ingresses: Vec<IngressFacts>,
    /// Names, never values.
    pub secrets: Vec<SecretFacts>,
    pub accounts: Vec<Account>,
    /// What pods take of their node.
    pub host_uses: Vec<HostUse>,
    pub webhooks: Vec<WebhookFacts>,
    /// How many entries of these lists are left out, because there are too many.
    pub n_left_out: usize,
}

impl RenderedFacts {
    pub fn cluster_scoped(&self) -> impl Iterator<Item = &ObjectFacts> {
        self.objects.iter().filter(|object| object.scope == Scope::Cluster)
    }
}

/// Facts of what `helm template` wrote.
pub fn read(text: &str, limits: &Limits) -> Result<RenderedFacts, RenderedError> {
    Ok(facts_of(&objects(text, limits)?, limits))
}

pub(crate) fn facts_of(objects: &[Object], limits: &Limits) -> RenderedFacts {
    let (pod_security, n_left_out) = pod_security::facts(objects, limits.entries);
    let mut facts = RenderedFacts {
        crds: crds::crds(objects),
        objects: listing::facts(objects),
        hooks: hooks::facts(objects),
        images: images::facts(objects),
        rights: rights::facts(objects),
        pod_security,
        needs: needs::facts(objects),
        services: exposed::services(objects),
        ingresses: exposed::ingresses(objects),
        secrets: exposed::secrets(objects),
        accounts: exposed::accounts(objects),
        host_uses: exposed::host_uses(objects),
        webhooks: exposed::webhooks(objects),
        n_left_out,
    };
    facts.cut(limits.entries);
    facts
}

impl RenderedFacts {
    fn cut(&mut self, most: usize) {
        let lists = [
            cut(&mut self.crds, most),
            cut(&mut self.hooks, most),
            cut(&mut self.images, most),
            cut(&mut self.rights.rights, most),
            cut(&mut self.rights.bindings, most),
            cut(&mut self.pod_security.pods, most),
            cut(&mut self.needs.workloads, most),
            cut(&mut self.services, most),
            cut(&mut self.ingresses, most),
            cut(&mut self.secrets, most),
            cut(&mut self.accounts, most),
            cut(&mut self.host_uses, most),
            cut(&mut self.webhooks, most),
        ];
        self.n_left_out += lists.into_iter().sum::<usize>();
    }
}

/// How many are gone.
fn cut<T>(list: &mut Vec<T>, most: usize) -> usize {
    let n_gone = list.len().saturating_sub(most);
    list.truncate(most);
    n_gone
}

#[cfg(test)]
mod tests;
