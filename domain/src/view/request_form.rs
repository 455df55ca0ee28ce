//! Forms that ask, decide and revise: what they show around what was typed.

use super::{ClassView, ContentsView, Permission, QuotaLine, RequestRow, RequestView, TeamRoleView, Verdict};
use crate::cluster::Freshness;
use crate::form::{AmountFields, AskFields, DecisionFields, NewNamespaceFields, OWN_SIZE};
use crate::refusal::FieldError;
use crate::request::{Kind, UntilDate};
use serde::{Deserialize, Serialize};

views! {
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
}
