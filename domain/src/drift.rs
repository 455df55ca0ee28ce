//! What differs on a cluster from what was granted, and what stands in the way of putting it right.

use crate::text;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One field of an object of Berth that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    pub kind: String,
    pub name: String,
    /// Its path, as in `spec.hard["pods"]`; empty for the object as a whole.
    pub field: String,
    /// None: it should not be there.
    pub desired: Option<String>,
    /// None: it was not there.
    pub found: Option<String>,
    /// The field manager that set what was found; none when the cluster does not know it.
    pub manager: Option<String>,
    pub changed_at: Option<OffsetDateTime>,
}

/// Why a namespace cannot be put right by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is no longer on the cluster.
    Missing,
    /// It is being deleted there.
    Leaving,
    /// A namespace of its name is there that is not it.
    Replaced,
    /// In it is an object of a name that Berth needs, which Berth did not make.
    Foreign,
    /// The cluster refuses what has to be done.
    Refused,
    /// The cluster has a later desired state than the database knows: the database is older, restored from a backup.
    Ahead,
}

/// Which side is right, where a cluster is ahead of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The quota that the namespace has on the cluster; all else comes from the database.
    Cluster,
    /// What the database says.
    Database,
}

/// A condition of a namespace that is being deleted, as Kubernetes' namespace controller writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeavingCondition {
    /// `NamespaceContentRemaining` and the like.
    pub kind: String,
    pub message: String,
}

/// Longest value kept of a field; what is longer is cut.
const LONGEST_VALUE: usize = 500;

impl Drift {
    /// A value as it is kept and shown: texts as they are, everything else as JSON, not too long.
    pub fn value(json: &str) -> String {
        text::shown(json, LONGEST_VALUE)
    }

    pub fn is_of_same_field(&self, other: &Self) -> bool {
        (&self.kind, &self.name, &self.field) == (&other.kind, &other.name, &other.field)
    }

    pub fn object(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

impl Condition {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Leaving => "leaving",
            Self::Replaced => "replaced",
            Self::Foreign => "foreign",
            Self::Refused => "refused",
            Self::Ahead => "ahead",
        }
    }

    /// Whether nothing of Berth's is to be reached under the namespace's name: what is there, if anything is, is not it.
    pub fn is_gone(self) -> bool {
        match self {
            Self::Missing | Self::Replaced => true,
            Self::Leaving | Self::Foreign | Self::Refused | Self::Ahead => false,
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Missing => "This namespace is missing on the cluster",
            Self::Leaving => "This namespace is being deleted on the cluster",
            Self::Replaced => "The namespace on the cluster was replaced by another one",
            Self::Foreign => "An object on the cluster is not managed by Berth",
            Self::Refused => "The cluster refuses a change by Berth",
            Self::Ahead => "The cluster is ahead of Berth's database",
        }
    }
}

impl Condition {
    /// In the middle of a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::Missing => "the namespace is missing on the cluster",
            Self::Leaving => "the namespace is being deleted on the cluster",
            Self::Replaced => "the namespace on the cluster was replaced by another one",
            Self::Foreign => "an object on the cluster is not managed by Berth",
            Self::Refused => "the cluster refuses a change by Berth",
            Self::Ahead => "the cluster is ahead of Berth's database",
        }
    }
}

/// What keeps a namespace from going, in words; `finalizers` are its own.
/// Conditions: <https://github.com/kubernetes/api/blob/master/core/v1/types.go> (`NamespaceConditionType`).
pub fn explain_leaving(conditions: &[LeavingCondition], finalizers: &[String]) -> String {
    let mut reasons: Vec<_> = conditions.iter().filter_map(reason).collect();
    if !finalizers.is_empty() {
        reasons.push(format!("The namespace itself waits for {}.", finalizers.join(", ")));
    }
    if reasons.is_empty() {
        return "Somebody deleted it on the cluster; its contents are being deleted. Nothing blocks it: check again in a minute.".into();
    }
    format!("Somebody deleted it on the cluster, and it is stuck. {}", reasons.join(" "))
}

fn reason(condition: &LeavingCondition) -> Option<String> {
    let message = condition.message.trim_end_matches('.');
    let (what, next) = match condition.kind.as_str() {
        "NamespaceFinalizersRemaining" => (
            "Objects in it wait for a finalizer that nobody takes off",
            "see that the controller of the finalizer runs, or take it off the objects",
        ),
        "NamespaceContentRemaining" => ("Objects are left in it", "delete them by hand if they stay"),
        "NamespaceDeletionContentFailure" => ("Something in it cannot be deleted", "remove what forbids it"),
        "NamespaceDeletionDiscoveryFailure" => (
            "The cluster cannot list everything that may be in it, because an extension API does not answer",
            "fix or remove that APIService",
        ),
        "NamespaceDeletionGroupVersionParsingFailure" => {
            ("The cluster does not understand a kind of object", "fix the API that offers it")
        }
        _ => return None,
    };
    Some(format!("{what}: {message}. A cluster administrator can help: {next}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(kind: &str, message: &str) -> LeavingCondition {
        LeavingCondition { kind: kind.into(), message: message.into() }
    }

    #[test]
    fn a_namespace_that_goes_by_itself_says_so() {
        assert!(explain_leaving(&[], &[]).contains("Nothing blocks it"));
    }

    #[test]
    fn a_namespace_that_is_stuck_says_what_holds_it_and_who_can_help() {
        let said = explain_leaving(
            &[
                condition(
                    "NamespaceFinalizersRemaining",
                    "Some content in the namespace has finalizers remaining: a.test/b in 1 resource instances",
                ),
                condition("NamespaceDeletionDiscoveryFailure", "Discovery failed for some groups."),
                condition("Unheard", "of"),
            ],
            &["hold.test/on".into()],
        );
        assert_eq!(
            said,
            "Somebody deleted it on the cluster, and it is stuck. Objects in it wait for a finalizer that nobody takes off: \
             Some content in the namespace has finalizers remaining: a.test/b in 1 resource instances. A cluster \
             administrator can help: see that the controller of the finalizer runs, or take it off the objects. The \
             cluster cannot list everything that may be in it, because an extension API does not answer: Discovery \
             failed for some groups. A cluster administrator can help: fix or remove that APIService. The namespace \
             itself waits for hold.test/on."
        );
    }

    #[test]
    fn only_what_is_not_there_and_what_is_another_is_gone() {
        let all = [
            Condition::Missing,
            Condition::Leaving,
            Condition::Replaced,
            Condition::Foreign,
            Condition::Refused,
            Condition::Ahead,
        ];
        let gone: Vec<_> = all.into_iter().filter(|condition| condition.is_gone()).collect();
        assert_eq!(gone, [Condition::Missing, Condition::Replaced]);
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(Drift::value(&"ä".repeat(501)).chars().count(), 501);
        assert_eq!(Drift::value("kept"), "kept");
    }
}
