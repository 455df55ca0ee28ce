//! Why Berth says no: one value per reason, with the facts in its fields.

pub use crate::field_error::FieldError;

use crate::field_error::FieldErrors;
use crate::gone::Gone;
use crate::name::{NamespaceName, RequestNumber};
use crate::quota::{Resource, Shortfall};
use crate::team::OverLimit;
use serde::{Deserialize, Serialize};
use time::Date;

/// A resource of which more is used now than is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BelowUse {
    pub resource: Resource,
    pub used: u64,
    pub asked: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{}", list_fields(.0))]
    Invalid(Vec<FieldError>),
    #[error("{0} is already taken on this cluster")]
    NameTaken(NamespaceName),
    /// Berth did not make it, so it neither takes it over nor makes another.
    #[error("{0} exists on this cluster already and Berth did not make it: choose another name")]
    NameOnCluster(NamespaceName),
    /// The team that had it may ask for it again.
    #[error(
        "{name} belonged to a namespace of another team that was deleted: it is reserved for that team until {until}"
    )]
    NameReserved { name: NamespaceName, until: Date },
    #[error("the cluster is short of {}", list_shortfalls(.0))]
    NoCapacity(Vec<Shortfall>),
    #[error("team {team} has reached its limit: {}", list_limits(.over))]
    TeamLimit { team: String, over: Vec<OverLimit> },
    /// Somebody must be left who runs Berth, and nobody locks themselves out.
    #[error("{}", if *.is_own { "this gives you your own platform role: let somebody else of Platform take it away" } else { "this is the last group that gives platform: give it to another group first" })]
    LastPlatformRole { is_own: bool },
    /// Somebody else changed it since it was read.
    #[error("{what} was changed by {by} since you read it: read it again, then make your change")]
    ChangedSince { what: String, by: String },
    #[error("a grant may be less than was asked, never more: {} too much", list_shortfalls(.0))]
    RaisesAsk(Vec<Shortfall>),
    #[error("nobody decides their own request")]
    OwnRequest,
    /// Whoever runs Berth would come to use what others are to guard.
    #[error("nobody gives themselves a role in a team, nor a group they are in: another person of Platform can")]
    OwnRole,
    #[error("you have already decided this request; another stage needs another person")]
    AlreadyDecided,
    #[error("you have approved this version already: another person must, too")]
    VersionApproved,
    #[error("{number} is {state}: this cannot be done now")]
    Closed { number: RequestNumber, state: String },
    #[error("{number} has changed since you read it: read it again")]
    Changed { number: RequestNumber },
    #[error(
        "{namespace} has an open request already: {number} is {state}. Comment on it or revise it, or wait until it is over"
    )]
    OpenRequest { namespace: NamespaceName, number: RequestNumber, state: String },
    #[error("{namespace} is not ready: this can be asked for once it is")]
    NamespaceNotReady { namespace: NamespaceName },
    /// A quota is for what is there: granting it would make another namespace, without what was in this one.
    #[error("{namespace} {}. {}", how.says(), how.leads_to())]
    NamespaceGone { namespace: NamespaceName, how: Gone },
    #[error("this changes nothing")]
    Unchanged,
    #[error("below current usage: {}. New pods will be refused; nothing that runs is stopped. Confirm to continue", list_below(.0))]
    BelowUse(Vec<BelowUse>),
    /// What is not known may be more than is asked for.
    #[error("less {} than now, and current usage is unknown. If it is higher, new pods will be refused; nothing that runs is stopped. Confirm to continue", list_titles(.0))]
    UseUnknown(Vec<Resource>),
    #[error("you decided on revision {seen}, but the request is now at revision {current}: read it again")]
    StaleRevision { seen: i32, current: i32 },
    #[error("this stage is decided by {deciders}")]
    NotYourStage { deciders: String },
    #[error("cluster {cluster} is {state}")]
    ClusterNotReady { cluster: String, state: String },
    /// One API server has one name: under two its capacity would be given away twice.
    #[error("this is the cluster {} already: one cluster has one name", known_as.as_deref().unwrap_or("of another name"))]
    SameCluster { known_as: Option<String> },
    #[error(
        "this is another cluster than the one that was added as {cluster}: add it under a name of its own, or, if {cluster} was built anew, renew it and say so"
    )]
    OtherCluster { cluster: String },
    /// Things are not as who asked believed them to be.
    #[error("{0}")]
    NotPossible(String),
    #[error("your token may only read")]
    ReadOnlyToken,
    #[error("a token cannot do this: sign in with the browser")]
    NeedsSession,
    #[error("{0}")]
    NotAllowed(String),
}

impl Refusal {
    pub fn invalid(field: &str, message: &str) -> Self {
        FieldErrors::of(field, message).into()
    }

    /// Stable name of the reason, for clients and for the audit trail.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::NameTaken(_) => "name_taken",
            Self::NameOnCluster(_) => "name_on_cluster",
            Self::NameReserved { .. } => "name_reserved",
            Self::NoCapacity(_) => "no_capacity",
            Self::TeamLimit { .. } => "team_limit",
            Self::LastPlatformRole { .. } => "last_platform_role",
            Self::ChangedSince { .. } => "changed_since",
            Self::RaisesAsk(_) => "raises_ask",
            Self::OwnRequest => "own_request",
            Self::OwnRole => "own_role",
            Self::AlreadyDecided => "already_decided",
            Self::VersionApproved => "version_approved",
            Self::Closed { .. } => "closed",
            Self::Changed { .. } => "stale_version",
            Self::OpenRequest { .. } => "open_request",
            Self::NamespaceNotReady { .. } => "namespace_not_ready",
            Self::NamespaceGone { .. } => "namespace_gone",
            Self::Unchanged => "unchanged",
            Self::BelowUse(_) => "below_use",
            Self::UseUnknown(_) => "use_unknown",
            Self::StaleRevision { .. } => "stale_revision",
            Self::NotYourStage { .. } => "not_your_stage",
            Self::ClusterNotReady { .. } => "cluster_not_ready",
            Self::SameCluster { .. } => "same_cluster",
            Self::OtherCluster { .. } => "other_cluster",
            Self::NotPossible(_) => "not_possible",
            Self::ReadOnlyToken => "read_only_token",
            Self::NeedsSession => "needs_session",
            Self::NotAllowed(_) => "not_allowed",
        }
    }

    /// The fields at fault, for a form; empty when the refusal is not about a field.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            Self::NameTaken(_) | Self::NameOnCluster(_) | Self::NameReserved { .. } => {
                vec![FieldError { field: "name".into(), message: self.to_string() }]
            }
            Self::RaisesAsk(_) => vec![FieldError { field: "grant".into(), message: self.to_string() }],
            Self::Unchanged => vec![FieldError { field: "quota".into(), message: self.to_string() }],
            Self::BelowUse(_) | Self::UseUnknown(_) => {
                vec![FieldError { field: "acknowledge_below_use".into(), message: self.to_string() }]
            }
            Self::NoCapacity(_)
            | Self::TeamLimit { .. }
            | Self::LastPlatformRole { .. }
            | Self::ChangedSince { .. }
            | Self::OwnRequest
            | Self::OwnRole
            | Self::AlreadyDecided
            | Self::VersionApproved
            | Self::Closed { .. }
            | Self::Changed { .. }
            | Self::OpenRequest { .. }
            | Self::NamespaceNotReady { .. }
            | Self::NamespaceGone { .. }
            | Self::StaleRevision { .. }
            | Self::NotYourStage { .. }
            | Self::ClusterNotReady { .. }
            | Self::SameCluster { .. }
            | Self::OtherCluster { .. }
            | Self::NotPossible(_)
            | Self::ReadOnlyToken
            | Self::NeedsSession
            | Self::NotAllowed(_) => Vec::new(),
        }
    }

    /// Whether who asked is at fault for lack of rights, rather than for what was asked.
    pub fn is_about_rights(&self) -> bool {
        matches!(
            self,
            Self::OwnRequest
                | Self::OwnRole
                | Self::NotYourStage { .. }
                | Self::ReadOnlyToken
                | Self::NeedsSession
                | Self::NotAllowed(_)
        )
    }
}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors.0)
    }
}

fn list_fields(fields: &[FieldError]) -> String {
    let say = |f: &FieldError| match f.field.as_str() {
        "" => f.message.clone(),
        field => format!("{}: {}", title(field), f.message),
    };
    fields.iter().map(say).collect::<Vec<_>>().join("; ")
}

/// What people call a field.
fn title(field: &str) -> String {
    match Resource::ALL.into_iter().find(|resource| resource.field() == field) {
        Some(resource) => resource.title().to_owned(),
        None => field.replace(['_', '.'], " "),
    }
}

fn list_titles(resources: &[Resource]) -> String {
    resources.iter().map(|resource| resource.title()).collect::<Vec<_>>().join(", ")
}

fn list_below(below: &[BelowUse]) -> String {
    let say = |b: &BelowUse| {
        format!("{} {} of {} used", b.resource.title(), b.resource.format(b.asked), b.resource.format(b.used))
    };
    below.iter().map(say).collect::<Vec<_>>().join(", ")
}

fn list_limits(over: &[OverLimit]) -> String {
    let parts: Vec<_> = over.iter().map(ToString::to_string).collect();
    parts.join("; ")
}

pub(crate) fn list_shortfalls(shortfalls: &[Shortfall]) -> String {
    let parts: Vec<_> = shortfalls.iter().map(ToString::to_string).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_reached_says_what_is_used_asked_and_allowed() {
        let over = |resource, used, asked, limit| OverLimit { resource, used, asked, limit };
        let over = vec![over(None, 2, 1, 2), over(Some(Resource::Cpu), 14_000, 4000, 16_000)];
        assert_eq!(
            Refusal::TeamLimit { team: "Payments".into(), over }.to_string(),
            "team Payments has reached its limit: namespaces: 1 asked, 2 of 2 used; CPU: 4 asked, 14 of 16 used"
        );
    }
}
