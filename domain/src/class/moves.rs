//! What it would mean for a namespace to follow another version of its class.

use super::{ClassSpec, PodSecurity};
use crate::name::ClusterName;
use crate::quota::Quota;

impl ClassSpec {
    /// What people should know before a namespace moves from `before` to `self`, in sentences. None of it stops the
    /// move: what was granted stays granted.
    pub fn concerns(&self, before: &ClassSpec, quota: &Quota, cluster: &ClusterName) -> Vec<String> {
        let mut concerns = Vec::new();
        let over = quota.beyond(&self.ceiling);
        if !over.is_empty() {
            let says: Vec<_> = over.iter().map(ToString::to_string).collect();
            concerns.push(format!("Its quota passes the new ceiling by {}; it keeps it.", says.join(", ")));
        }
        if self.pod_security > before.pod_security {
            let level = self.pod_security.as_str();
            concerns.push(format!(
                "Running pods that do not meet {level} keep running, but are refused when they are recreated."
            ));
        } else if self.pod_security == before.pod_security
            && self.pod_security != PodSecurity::Privileged
            && self.pod_security_version != before.pod_security_version
        {
            let version = &self.pod_security_version;
            concerns.push(format!(
                "Pod security follows the rules of {version}; pods may be refused when they are recreated."
            ));
        }
        if self.network < before.network {
            concerns.push(format!("Pods reach less: {}.", self.network.title()));
        }
        if self.roles.viewer < before.roles.viewer
            || self.roles.developer < before.roles.developer
            || self.roles.owner < before.roles.owner
        {
            concerns.push("People of the team may do less on the cluster.".into());
        }
        if self.guardrails != before.guardrails {
            concerns.push("Its guardrails differ: existing objects stay, and new ones have to pass them.".into());
        }
        if !self.may_be_on(cluster) {
            concerns.push(format!("The new version is not for {cluster}; the namespace stays there."));
        }
        concerns
    }
}
