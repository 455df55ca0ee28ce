//! Why a namespace is still being deleted: from the conditions that Kubernetes' namespace controller writes
//! (`NamespaceConditionType` in <https://github.com/kubernetes/api/blob/master/core/v1/types.go>) to cause, evidence and next
//! step.

use crate::drift::LeavingCondition;
use crate::text;
use serde::{Deserialize, Serialize};

/// Something that keeps a namespace from being gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletionBlocker {
    pub cause: String,
    /// The condition that says it, in the cluster's words.
    pub evidence: String,
    pub next_step: String,
}

/// Characters of the cluster's own words that are shown.
const LONGEST_EVIDENCE: usize = 500;

/// What keeps it, what hinders most first. Nothing while it goes as usual. `finalizers` are the namespace's own.
pub fn diagnose_terminating(
    name: &str,
    conditions: &[LeavingCondition],
    finalizers: &[String],
) -> Vec<DeletionBlocker> {
    let of = |kind: &str| conditions.iter().find(|condition| condition.kind == kind);
    let found = ORDER.into_iter().filter_map(|kind| Some((kind, of(kind)?)));
    let mut found: Vec<_> = found.filter_map(|(kind, condition)| diagnose(name, kind, &condition.message)).collect();
    if !finalizers.is_empty() {
        found.push(DeletionBlocker {
            cause: "The namespace itself has a finalizer".into(),
            evidence: format!("metadata.finalizers: {}", finalizers.join(", ")),
            next_step: "See that the controller of this finalizer runs; it takes it off when it is done.".into(),
        });
    }
    found
}

/// A cause that others follow from comes before them.
const ORDER: [&str; 5] = [DISCOVERY, PARSING, CONTENT, FINALIZERS, REMAINING];
const DISCOVERY: &str = "NamespaceDeletionDiscoveryFailure";
const PARSING: &str = "NamespaceDeletionGroupVersionParsingFailure";
const CONTENT: &str = "NamespaceDeletionContentFailure";
const FINALIZERS: &str = "NamespaceFinalizersRemaining";
const REMAINING: &str = "NamespaceContentRemaining";

fn diagnose(name: &str, kind: &str, message: &str) -> Option<DeletionBlocker> {
    let (cause, next_step) = match kind {
        DISCOVERY => (
            "An extension API does not answer, so the cluster cannot list everything that may be in it",
            "Find it with `kubectl get apiservices` (AVAILABLE is False). Repair what serves it, or delete that APIService \
             if nothing does any more."
                .to_owned(),
        ),
        PARSING => (
            "The cluster offers an API whose version it cannot read",
            "Look at `kubectl api-versions` and `kubectl get apiservices`, and repair or delete the one that is named."
                .to_owned(),
        ),
        CONTENT => (
            "Something in it cannot be deleted",
            "See what refuses the deletion: an admission webhook, as a rule. Repair it; the cluster tries again by itself."
                .to_owned(),
        ),
        FINALIZERS if is_only_of_volumes(message) => (
            "Volumes in it are still used by pods",
            format!(
                "They go with the pods that use them: see `kubectl get pods -n {name}`. One on a node that is gone for good goes with \
                 `kubectl delete pod NAME -n {name} --force`."
            ),
        ),
        FINALIZERS => (
            "Objects in it wait for a finalizer that nobody takes off",
            format!(
                "See that the controller of this finalizer runs. Where it is gone for good, take the finalizer off: \
                 `kubectl patch KIND NAME -n {name} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'`. What it was \
                 to clean up stays then."
            ),
        ),
        REMAINING => (
            "Objects are left in it",
            format!(
                "Usually they go within a minute. Those that stay are listed by `kubectl api-resources --verbs=list \
                 --namespaced -o name | xargs -n 1 kubectl get -n {name} --ignore-not-found --show-kind`."
            ),
        ),
        _ => return None,
    };
    let evidence = format!("{kind}: {}", text::shown(message, LONGEST_EVIDENCE));
    Some(DeletionBlocker { cause: cause.into(), evidence, next_step })
}

/// By `Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 2 resource instances`.
fn is_only_of_volumes(message: &str) -> bool {
    let named = message.rsplit("remaining: ").next().unwrap_or_default();
    named.split(", ").all(|finalizer| finalizer.starts_with("kubernetes.io/pv"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn condition(kind: &str, message: &str) -> LeavingCondition {
        LeavingCondition { kind: kind.into(), message: message.into() }
    }

    #[rstest]
    #[case::discovery(
        DISCOVERY,
        "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: \
         metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1",
        "kubectl get apiservices"
    )]
    #[case::parsing(PARSING, "Group/Version parsing failed: a/b/c", "kubectl api-versions")]
    #[case::content(CONTENT, "Failed to delete all resource types, 1 remaining: admission webhook denied", "webhook")]
    #[case::finalizers(
        FINALIZERS,
        "Some content in the namespace has finalizers remaining: a.test/hold in 1 resource instances",
        "kubectl patch KIND NAME -n payments-dev"
    )]
    #[case::volumes(
        FINALIZERS,
        "Some content in the namespace has finalizers remaining: kubernetes.io/pvc-protection in 2 resource instances",
        "kubectl get pods -n payments-dev"
    )]
    #[case::remaining(
        REMAINING,
        "Some resources are remaining: pods. has 2 resource instances",
        "kubectl get -n payments-dev"
    )]
    fn each_condition_says_cause_evidence_and_next_step(
        #[case] kind: &str,
        #[case] message: &str,
        #[case] next_step: &str,
    ) {
        let found = diagnose_terminating("payments-dev", &[condition(kind, message)], &[]);
        let [found] = found.as_slice() else { panic!("one condition is one cause: {found:?}") };
        assert!(!found.cause.is_empty() && found.next_step.contains(next_step), "{found:?}");
        assert_eq!(found.evidence, format!("{kind}: {message}"));
    }

    #[test]
    fn what_others_follow_from_comes_first_and_what_is_unheard_of_is_left_out() {
        let conditions = [REMAINING, FINALIZERS, "Unheard", DISCOVERY].map(|kind| condition(kind, "said"));
        let found = diagnose_terminating("here", &conditions, &["hold.test/on".into()]);
        let evidence: Vec<_> = found.iter().map(|found| found.evidence.split(':').next().unwrap_or_default()).collect();
        assert_eq!(evidence, [DISCOVERY, FINALIZERS, REMAINING, "metadata.finalizers"]);
    }

    #[test]
    fn a_namespace_that_goes_as_usual_has_nothing_to_explain() {
        assert_eq!(diagnose_terminating("here", &[], &[]), []);
    }

    #[test]
    fn a_long_message_is_cut() {
        let found = diagnose_terminating("here", &[condition(REMAINING, &"x".repeat(5000))], &[]);
        assert!(found[0].evidence.chars().count() < 600);
    }
}
