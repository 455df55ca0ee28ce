//! Forms that ask, decide and revise, and what was typed into them.

use super::{
    AmountFields, ClassView, ContentsView, Permission, QuotaLine, RequestRow, RequestView, TeamRoleView, Verdict,
};
use crate::cluster::Freshness;
use crate::form::OWN_SIZE;
use crate::quota::Quota;
use crate::refusal::FieldError;
use crate::request::{Kind, UntilDate};
use serde::{Deserialize, Serialize};

views! {
    /// What the decision form holds. Amounts are texts as typed.
    #[derive(Default)]
    pub struct DecisionFields {
        #[serde(default)]
        pub revision: i32,
        /// How often it had changed when it was read: see [`RequestView::version`].
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

    /// What the form that asks for another quota needs.
    pub struct QuotaForm {
        pub cluster: String,
        pub name: String,
        pub team: String,
        /// The class it has, with its sizes.
        pub class: ClassView,
        /// The size it has now, where one of the class's is exactly that.
        pub size: Option<String>,
        /// What it has now, what of it is used and what the cluster enforces.
        pub lines: Vec<QuotaLine>,
        pub freshness: Freshness,
        /// Whether the reader may ask, and if not, why.
        pub can_ask: Permission,
        /// A request for this namespace that is open.
        pub open: Option<OpenRequest>,
        pub fields: AskFields,
        pub errors: Vec<FieldError>,
        pub verdict: Option<Verdict>,
    }

    /// What the forms need that ask for another expiry of a namespace, or for its end.
    pub struct LifetimeForm {
        /// `extend` or `delete`.
        pub kind: Kind,
        /// The first day that can be asked for; none where it does not expire.
        pub earliest: Option<UntilDate>,
        /// The last one that needs nobody's approval; none where each that can be asked for needs one.
        pub automatic_until: Option<UntilDate>,
        /// Days from its suspension to its deletion.
        pub grace_days: i64,
        /// What would be lost; of an end.
        pub contents: Option<ContentsView>,
        /// Whether the reader may ask, and if not, why.
        pub can_ask: Permission,
        /// A request of this kind for this namespace that is open.
        pub open: Option<OpenRequest>,
        pub fields: AskFields,
        pub errors: Vec<FieldError>,
        pub verdict: Option<Verdict>,
    }

    /// An open request about a namespace, and what the reader can do beside it.
    pub struct OpenRequest {
        #[serde(flatten)]
        pub row: RequestRow,
        /// Whether it is the reader's own.
        pub is_yours: bool,
        /// Whether what the reader asks for now takes its place; else nothing can be asked for until it is over.
        pub gives_way: bool,
        pub can_revise: bool,
        #[serde(default)]
        pub can_comment: bool,
    }

    /// The page of a request: the request, and the decision form as it was left when it was refused.
    pub struct RequestPage {
        pub request: RequestView,
        /// The decision, or the request for changes, as it was typed.
        pub fields: Option<DecisionFields>,
        /// The revision as it was typed.
        pub revision: Option<AskFields>,
        /// The comment as it was typed.
        pub comment: Option<String>,
        pub errors: Vec<FieldError>,
        /// A refusal that is about no field: somebody else decided, no capacity.
        pub refusal: Option<String>,
        /// What would become of the revision as it stands in its form.
        pub verdict: Option<Verdict>,
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

    /// What the form for a new namespace needs.
    pub struct NewNamespaceForm {
        pub teams: Vec<TeamRoleView>,
        pub clusters: Vec<String>,
        pub classes: Vec<ClassView>,
        pub fields: NewNamespaceFields,
        pub errors: Vec<FieldError>,
        pub verdict: Option<Verdict>,
    }
}

impl RequestPage {
    /// As it is opened.
    pub fn of(request: RequestView) -> Self {
        Self { request, fields: None, revision: None, comment: None, errors: Vec::new(), refusal: None, verdict: None }
    }
}

impl AskFields {
    /// What the form that revises a request begins with: what it asks for now.
    pub fn of(request: &RequestView) -> Self {
        let quota = request.row.content.quota();
        Self {
            mark: String::new(),
            revision: request.revision,
            size: quota.map(|quota| quota.size.clone().unwrap_or_else(|| OWN_SIZE.into())).unwrap_or_default(),
            amounts: quota.map(|quota| AmountFields::from_fn(|r| r.write(quota.asked.get(r)))).unwrap_or_default(),
            until: request.row.content.until().map(|until| until.to_string()).unwrap_or_default(),
            confirm: String::new(),
            purpose: request.row.purpose.clone(),
            acknowledge_below_use: String::new(),
        }
    }

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

impl DecisionFields {
    pub fn acknowledges(&self) -> bool {
        !self.acknowledge_below_use.is_empty()
    }
}
