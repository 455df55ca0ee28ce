//! What people type into forms, as it was typed, so that a mistake is shown and not lost.

use super::{AmountFields, OWN_SIZE};
use crate::quota::Quota;
use serde::{Deserialize, Serialize};

views! {
    /// What the decision form holds. Amounts are texts as typed.
    #[derive(Default)]
    pub struct DecisionFields {
        #[serde(default)]
        pub revision: i32,
        /// How often it had changed when it was read: see [`RequestView::version`](crate::view::RequestView::version).
        #[serde(default)]
        pub version: Option<i32>,
        #[serde(flatten)]
        pub amounts: AmountFields,
        /// The last day that is granted of an extension.
        #[serde(default)]
        pub until: String,
        #[serde(default)]
        pub comment: String,
        /// A check box: any text when it is ticked.
        #[serde(default)]
        pub acknowledge_below_use: String,
    }

    /// What is asked for in a namespace that is there, or revised, whatever its kind. Everything is as typed, so that a
    /// mistake is shown, not lost.
    #[derive(Default)]
    pub struct AskFields {
        /// What tells this form from every other that was given out.
        #[serde(default)]
        pub mark: String,
        /// The revision that was read, when one is revised.
        #[serde(default)]
        pub revision: i32,
        /// Name of a size, or `own`.
        #[serde(default)]
        pub size: String,
        #[serde(flatten)]
        pub amounts: AmountFields,
        /// The last day of an extension.
        #[serde(default)]
        pub until: String,
        /// The name of the namespace that is to be deleted, once more.
        #[serde(default)]
        pub confirm: String,
        #[serde(default)]
        pub purpose: String,
        /// A check box: any text when it is ticked.
        #[serde(default)]
        pub acknowledge_below_use: String,
    }

    /// What a new namespace is asked with. Amounts are texts as typed, so that a mistake is shown, not lost.
    #[derive(Default)]
    pub struct NewNamespaceFields {
        /// What tells this form from every other that was given out.
        #[serde(default)]
        pub mark: String,
        #[serde(default)]
        pub team: String,
        #[serde(default)]
        pub cluster: String,
        #[serde(default)]
        pub class: String,
        /// The part after `TEAM-`, or the whole name.
        #[serde(default)]
        pub name: String,
        /// Name of a size, or `own`.
        #[serde(default)]
        pub size: String,
        #[serde(flatten)]
        pub amounts: AmountFields,
        #[serde(default)]
        pub purpose: String,
    }

    /// The form for a membership, as typed.
    #[derive(Default)]
    pub struct MembershipFields {
        /// E-mail address, as the identity provider says it.
        #[serde(default)]
        pub person: String,
        #[serde(default)]
        pub role: String,
        /// Last day: `2026-12-31`.
        #[serde(default)]
        pub until: String,
        #[serde(default)]
        pub why: String,
    }

    /// The form for a team, as typed. Groups are lines; an empty limit is none.
    #[derive(Default)]
    pub struct TeamFields {
        #[serde(default)]
        pub slug: String,
        #[serde(default)]
        pub title: String,
        #[serde(default)]
        pub description: String,
        #[serde(default)]
        pub cost_centre: String,
        #[serde(default)]
        pub owners: String,
        #[serde(default)]
        pub developers: String,
        #[serde(default)]
        pub viewers: String,
        #[serde(default)]
        pub namespaces: String,
        #[serde(flatten)]
        pub amounts: AmountFields,
        /// The version that was read.
        #[serde(default)]
        pub version: i32,
    }

    #[derive(Default)]
    pub struct PlatformRoleFields {
        #[serde(default)]
        pub group: String,
        #[serde(default)]
        pub role: String,
    }

    /// The filters of the audit page, as typed.
    #[derive(Default)]
    #[serde(default)]
    pub struct AuditFields {
        /// Part of the actor's name.
        pub actor: String,
        /// Part of the name of the person on whose behalf Berth acted.
        pub behalf: String,
        /// Beginning of the action: `request.` or `request.approved`.
        pub action: String,
        /// Part of what it was done to: `REQ-12`.
        pub subject: String,
        /// Slug of the team it concerns.
        pub team: String,
        /// From this day on: `2026-11-21`, or a time as in RFC 3339.
        pub from: String,
        /// Up to the end of this day, or before this time.
        pub to: String,
        /// Part of anything else in the event.
        pub text: String,
    }

    /// What a cluster is added with in the browser. The kubeconfig is never shown again.
    #[derive(Default)]
    pub struct NewClusterFields {
        #[serde(default)]
        pub name: String,
        /// Pasted.
        #[serde(default)]
        pub kubeconfig: String,
        /// Content of a file that was chosen instead.
        #[serde(default)]
        pub kubeconfig_file: String,
        #[serde(default)]
        pub context: String,
        #[serde(flatten)]
        pub settings: ClusterFields,
    }

    /// What a cluster is renewed with in the browser. The kubeconfig is never shown again.
    #[derive(Default)]
    pub struct RenewClusterFields {
        /// Pasted.
        #[serde(default)]
        pub kubeconfig: String,
        /// Content of a file that was chosen instead.
        #[serde(default)]
        pub kubeconfig_file: String,
        #[serde(default)]
        pub context: String,
        /// `1` when another cluster is taken in its place.
        #[serde(default)]
        pub rebuilt: String,
    }

    /// Settings of a cluster as typed.
    #[derive(Default)]
    pub struct ClusterFields {
        #[serde(default)]
        pub groups_prefix: String,
        /// Empty for the same as of groups.
        #[serde(default)]
        pub users_prefix: String,
        #[serde(default)]
        pub overcommit_percent: String,
        #[serde(default)]
        pub oidc_issuer: String,
        #[serde(default)]
        pub oidc_client_id: String,
    }

    /// The form for the settings of a cluster that is there, as typed.
    #[derive(Default)]
    pub struct ClusterSettingsFields {
        /// The version that was read.
        #[serde(default)]
        pub version: i32,
        #[serde(flatten)]
        pub settings: ClusterFields,
    }

    /// What a new class is begun with.
    #[derive(Default)]
    pub struct NewClassFields {
        #[serde(default)]
        pub name: String,
        /// A class to begin with; empty begins with nothing.
        #[serde(default)]
        pub copy_of: String,
    }

    /// What a token is made with.
    #[derive(Default)]
    pub struct TokenFields {
        #[serde(default)]
        pub name: String,
        /// `read` or `write`.
        #[serde(default)]
        pub scope: String,
        /// Until it ends: 1 to 365.
        #[serde(default)]
        pub days: String,
    }
}

impl DecisionFields {
    pub fn acknowledges(&self) -> bool {
        !self.acknowledge_below_use.is_empty()
    }
}

impl AskFields {
    /// Whether neither a size nor any amount was given.
    pub fn is_blank(&self) -> bool {
        self.size.is_empty() && self.amounts.are_blank()
    }

    /// A link may give the amounts it is about and no size: then they are own numbers, and the others stay as they are.
    pub fn begin_with(self, now: &Quota) -> Self {
        if !self.size.is_empty() || self.is_blank() {
            return self;
        }
        let amounts = AmountFields::from_fn(|resource| match self.amounts.get(resource) {
            "" => resource.write(now.get(resource)),
            typed => typed.to_owned(),
        });
        Self { size: OWN_SIZE.into(), amounts, ..self }
    }

    pub fn acknowledges(&self) -> bool {
        !self.acknowledge_below_use.is_empty()
    }
}
