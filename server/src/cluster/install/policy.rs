//! What admission policies are made of.

use super::metadata;
use crate::cluster::allowed::word;
use crate::cluster::{ALLOWS, BERTH, MANAGED_BY, NAMESPACE_ID, PROVISIONER, SYSTEM_NAMESPACE};
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicy, ValidatingAdmissionPolicySpec, Validation,
    Variable,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

/// Kubernetes' own controllers: they count quota, collect garbage and empty namespaces that are deleted.
pub(super) const IS_CONTROLLER: &str = "request.userInfo.username == 'system:kube-controller-manager' \
     || request.userInfo.username.startsWith('system:serviceaccount:kube-system:')";
pub(super) const IS_NAMESPACE: &str = "request.resource.group == '' && request.resource.resource == 'namespaces'";

/// What changes too often, and matters too little, to be looked at.
const LEFT_OUT: [(&str, &str); 3] = [("", "events"), ("events.k8s.io", "events"), ("coordination.k8s.io", "leases")];

pub(super) const CREATE: &str = "CREATE";
pub(super) const UPDATE: &str = "UPDATE";
pub(super) const DELETE: &str = "DELETE";

pub(super) fn policy(
    name: &str,
    constraints: MatchResources,
    variables: Vec<Variable>,
    validations: Vec<Validation>,
) -> ValidatingAdmissionPolicy {
    ValidatingAdmissionPolicy {
        metadata: metadata(name, None),
        spec: Some(ValidatingAdmissionPolicySpec {
            failure_policy: Some("Fail".into()),
            match_constraints: Some(constraints),
            variables: Some(variables),
            validations: Some(validations),
            ..ValidatingAdmissionPolicySpec::default()
        }),
        status: None,
    }
}

/// In namespaces of Berth.
pub(super) fn in_ours(rules: Vec<NamedRuleWithOperations>) -> MatchResources {
    let has_id = LabelSelectorRequirement { key: NAMESPACE_ID.into(), operator: "Exists".into(), values: None };
    MatchResources {
        namespace_selector: Some(LabelSelector { match_labels: None, match_expressions: Some(vec![has_id]) }),
        ..matching(rules)
    }
}

/// Every kind, with its subresources: labels can be changed through `status` and `finalize`, too.
pub(super) fn everything(operations: &[&str]) -> MatchResources {
    let left_out = LEFT_OUT.map(|(group, resource)| rule(group, resource, &["*"]));
    MatchResources { exclude_resource_rules: Some(left_out.into()), ..matching(vec![rule("*", "*/*", operations)]) }
}

/// Says what the API server would fill in, so that what is found there can be compared.
fn matching(rules: Vec<NamedRuleWithOperations>) -> MatchResources {
    MatchResources {
        match_policy: Some("Equivalent".into()),
        namespace_selector: Some(LabelSelector::default()),
        object_selector: Some(LabelSelector::default()),
        resource_rules: Some(rules),
        exclude_resource_rules: None,
    }
}

pub(super) fn rule(group: &str, resource: &str, operations: &[&str]) -> NamedRuleWithOperations {
    NamedRuleWithOperations {
        api_groups: Some(vec![group.into()]),
        api_versions: Some(vec!["*".into()]),
        operations: Some(operations.iter().map(|operation| (*operation).to_owned()).collect()),
        resources: Some(vec![resource.into()]),
        resource_names: None,
        scope: Some("*".into()),
    }
}

pub(super) fn variable(name: &str, expression: &str) -> Variable {
    Variable { name: name.into(), expression: expression.into() }
}

pub(super) fn refuse_unless(expression: &str, message: String) -> Validation {
    Validation {
        expression: expression.into(),
        message: Some(message),
        reason: Some("Forbidden".into()),
        message_expression: None,
    }
}

pub(super) fn is_provisioner() -> String {
    format!("request.userInfo.username == 'system:serviceaccount:{SYSTEM_NAMESPACE}:{PROVISIONER}'")
}

pub(super) fn has_label(object: &str, label: &str) -> String {
    format!("{object} != null && has({object}.metadata.labels) && '{label}' in {object}.metadata.labels")
}

pub(super) fn is_managed(object: &str) -> String {
    format!("{} && {object}.metadata.labels['{MANAGED_BY}'] == '{BERTH}'", has_label(object, MANAGED_BY))
}

pub(super) fn allows() -> Variable {
    let said = format!("namespaceObject.?metadata.?annotations[?'{ALLOWS}'].orValue('').split(' ')");
    variable("allows", &said)
}

pub(super) fn is_allowed(what: Loosening) -> String {
    format!("'{}' in variables.allows", word(what))
}

pub(super) fn map_of(object: &str, map: &str) -> String {
    format!("{object} != null && has({object}.metadata.{map}) ? {object}.metadata.{map} : {{}}")
}

/// No key that matches was added, changed or removed.
pub(super) fn unchanged(map: &str, old: &str, matches: &str) -> String {
    let (map, old) = (format!("variables.{map}"), format!("variables.{old}"));
    format!(
        "{map}.all(key, !({matches}) || (key in {old} && {old}[key] == {map}[key])) \
         && {old}.all(key, !({matches}) || key in {map})"
    )
}
