//! The border around what Berth made, kept by the API server: who may touch it, whom RoleBindings may name, who may act as
//! the accounts of people's roles. Where the provisioner itself may work is in [`border`], what a namespace may reach in
//! [`guardrails`](super::guardrails). RBAC knows names and kinds only; these know labels, old values and namespaces.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>

use super::border::border;
use super::guardrails::{allows, is_allowed};
use super::{guardrails, metadata};
use crate::cluster::manifests::BOUND_ROLES;
use crate::cluster::{BERTH, MANAGED_BY, NAMESPACE_ID, Object, PROVISIONER, ROLE_ACCOUNTS, SYSTEM_NAMESPACE};
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicySpec, Validation, Variable,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use std::collections::BTreeMap;

/// Each policy has a binding of the same name.
pub const NAMES: [&str; 10] = [
    MANAGED,
    MARKS,
    BINDINGS,
    ACCOUNTS,
    guardrails::PODS,
    guardrails::PRIORITIES,
    guardrails::SERVICES,
    guardrails::INGRESSES,
    guardrails::CLAIMS,
    BORDER,
];

/// Objects that Berth made.
const MANAGED: &str = "berth-managed";
/// Labels and annotations by which Berth knows its own.
const MARKS: &str = "berth-marks";
/// RoleBindings in Berth's namespaces.
const BINDINGS: &str = "berth-bindings";
/// The service accounts whose tokens people take.
const ACCOUNTS: &str = "berth-accounts";
/// What the provisioner may touch.
pub const BORDER: &str = "berth-provisioner";

/// Who may change admission policies could take them away: an administrator of the cluster, whatever their group is called.
const IS_ADMINISTRATOR: &str = "authorizer.group('admissionregistration.k8s.io').resource('validatingadmissionpolicies').check('update').allowed()";
/// Kubernetes' own controllers: they count quota, collect garbage and empty namespaces that are deleted.
pub(super) const IS_CONTROLLER: &str = "request.userInfo.username == 'system:kube-controller-manager' \
     || request.userInfo.username.startsWith('system:serviceaccount:kube-system:')";
pub(super) const IS_NAMESPACE: &str = "request.resource.group == '' && request.resource.resource == 'namespaces'";

/// What changes too often, and matters too little, to be looked at.
const LEFT_OUT: [(&str, &str); 3] = [("", "events"), ("events.k8s.io", "events"), ("coordination.k8s.io", "leases")];

pub(super) const CREATE: &str = "CREATE";
pub(super) const UPDATE: &str = "UPDATE";
pub(super) const DELETE: &str = "DELETE";

/// `public_url` is where people are sent who are refused.
pub fn policies(public_url: &str) -> Vec<ValidatingAdmissionPolicy> {
    let ask = format!("ask for it at the desk: {}", public_url.trim_end_matches('/'));
    let mut policies = vec![managed(&ask), marks(&ask), bindings(&ask), accounts(&ask)];
    policies.extend(guardrails::policies(&ask));
    policies.push(border());
    policies
}

pub fn binding(policy: &str) -> ValidatingAdmissionPolicyBinding {
    ValidatingAdmissionPolicyBinding {
        metadata: metadata(policy, None),
        spec: Some(ValidatingAdmissionPolicyBindingSpec {
            policy_name: Some(policy.into()),
            param_ref: (policy == guardrails::PRIORITIES).then(guardrails::every_priority_class),
            validation_actions: Some(vec!["Deny".into()]),
            ..ValidatingAdmissionPolicyBindingSpec::default()
        }),
    }
}

/// Whether one does what the other does, whatever it says to people.
pub fn is_same(found: &ValidatingAdmissionPolicy, wanted: &ValidatingAdmissionPolicy) -> bool {
    silent(found) == silent(wanted)
}

fn silent(policy: &ValidatingAdmissionPolicy) -> Option<ValidatingAdmissionPolicySpec> {
    let mut spec = policy.spec.clone()?;
    for validation in spec.validations.iter_mut().flatten() {
        validation.message = None;
    }
    Some(spec)
}

pub(super) fn objects(public_url: &str) -> Vec<Object> {
    let policies = policies(public_url).iter().map(Object::new).collect::<Vec<_>>();
    policies.into_iter().chain(NAMES.map(|name| Object::new(&binding(name)))).collect()
}

/// Nobody else makes, changes or deletes what carries Berth's label, or puts it on or takes it off. Controllers do their
/// work; of a namespace, others may change what is not Berth's.
fn managed(ask: &str) -> ValidatingAdmissionPolicy {
    let label = BTreeMap::from([(MANAGED_BY.into(), BERTH.into())]);
    let constraints = MatchResources {
        object_selector: Some(LabelSelector { match_labels: Some(label), match_expressions: None }),
        ..everything(&[CREATE, UPDATE, DELETE])
    };
    let variables = vec![
        variable("isProvisioner", &is_provisioner()),
        variable("isAdministrator", IS_ADMINISTRATOR),
        variable("isController", IS_CONTROLLER),
        variable("isNamespace", IS_NAMESPACE),
        variable("keepsLabel", &format!("{} && {}", is_managed("oldObject"), is_managed("object"))),
    ];
    let rule = "variables.isProvisioner || variables.isAdministrator \
         || (request.operation == 'DELETE' && variables.isController) \
         || (request.operation == 'UPDATE' && variables.keepsLabel && (variables.isController || variables.isNamespace))";
    let message = format!("Berth keeps what has the label {MANAGED_BY}={BERTH} as it was granted; for a change, {ask}");
    policy(MANAGED, constraints, variables, vec![refuse_unless(rule, message)])
}

/// Nobody else sets, changes or removes labels and annotations of Berth on anything, or the pod security level of a
/// namespace of Berth.
fn marks(ask: &str) -> ValidatingAdmissionPolicy {
    let variables = vec![
        variable("isProvisioner", &is_provisioner()),
        variable("isAdministrator", IS_ADMINISTRATOR),
        variable("labels", &map_of("object", "labels")),
        variable("oldLabels", &map_of("oldObject", "labels")),
        variable("annotations", &map_of("object", "annotations")),
        variable("oldAnnotations", &map_of("oldObject", "annotations")),
        variable("isOurs", &format!("{IS_NAMESPACE} && '{NAMESPACE_ID}' in variables.oldLabels")),
    ];
    let allowed = "variables.isProvisioner || variables.isAdministrator";
    let ours = "key.startsWith('berth.dev/')";
    let pod_security = "key.startsWith('pod-security.kubernetes.io/')";
    let marks = format!(
        "({} && {}) || {allowed}",
        unchanged("labels", "oldLabels", ours),
        unchanged("annotations", "oldAnnotations", ours)
    );
    let level = format!("!variables.isOurs || ({}) || {allowed}", unchanged("labels", "oldLabels", pod_security));
    let validations = vec![
        refuse_unless(
            &marks,
            format!("labels and annotations of berth.dev/ are set by Berth only; for a change, {ask}"),
        ),
        refuse_unless(
            &level,
            format!("the pod security level comes with the namespace's class; for another one, {ask}"),
        ),
    ];
    policy(MARKS, everything(&[CREATE, UPDATE]), variables, validations)
}

/// Whoever makes them: RoleBindings in Berth's namespaces give Berth's roles, and to nobody whom Kubernetes itself names.
fn bindings(ask: &str) -> ValidatingAdmissionPolicy {
    let constraints = in_ours(vec![rule("rbac.authorization.k8s.io", "rolebindings", &[CREATE, UPDATE])]);
    // So that whoever touches its labels is not stopped by what was there before.
    let same = "oldObject != null && oldObject.roleRef == object.roleRef \
         && (has(object.subjects) ? (has(oldObject.subjects) && oldObject.subjects == object.subjects) : true)";
    let roles = BOUND_ROLES.map(|name| format!("'{name}'")).join(", ");
    let role =
        format!("variables.isSame || (object.roleRef.kind == 'ClusterRole' && object.roleRef.name in [{roles}])");
    let subjects = "variables.isSame || !has(object.subjects) || object.subjects.all(subject, \
         subject.kind == 'ServiceAccount' \
         ? has(subject.namespace) && subject.namespace == request.namespace \
         : !subject.name.startsWith('system:'))";
    let validations = vec![
        refuse_unless(
            &role,
            format!("in a namespace of Berth only {} can be bound; for more, {ask}", BOUND_ROLES.join(", ")),
        ),
        refuse_unless(
            subjects,
            format!(
                "in a namespace of Berth no role goes to groups or users of system: or to service accounts of other \
                 namespaces; for access, {ask}"
            ),
        ),
    ];
    policy(BINDINGS, constraints, vec![variable("isSame", same)], validations)
}

const IS_NODE: &str = "request.userInfo.username.startsWith('system:node:')";
/// The longest life of a token that a team makes for an account of its own.
const TEAM_TOKEN_S: u32 = 24 * 3600;

/// In Berth's namespaces tokens end, also those that a team makes for itself: who leaves it does not keep one. The
/// accounts of people's roles are for tokens that Berth hands out, and for nothing else: else
/// whoever may make pods or Secrets could act as any of them. It is the pod that counts, so that no controller makes it
/// for somebody.
fn accounts(ask: &str) -> ValidatingAdmissionPolicy {
    let constraints = in_ours(vec![
        rule("", "pods", &[CREATE]),
        rule("", "secrets", &[CREATE, UPDATE]),
        rule("", "serviceaccounts/token", &[CREATE]),
    ]);
    let names = ROLE_ACCOUNTS.map(|name| format!("'{name}'")).join(", ");
    let pods = format!(
        "request.resource.resource != 'pods' || !has(object.spec.serviceAccountName) \
         || !(object.spec.serviceAccountName in [{names}])"
    );
    // <https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets>
    let account = "kubernetes.io/service-account.name";
    let secrets = format!(
        "request.resource.resource != 'secrets' || !has(object.type) \
         || object.type != 'kubernetes.io/service-account-token' || !has(object.metadata.annotations) \
         || !('{account}' in object.metadata.annotations) \
         || !(object.metadata.annotations['{account}'] in [{names}])"
    );
    let tokens = format!(
        "request.resource.resource != 'serviceaccounts' || !(request.name in [{names}]) \
         || variables.isProvisioner || variables.isAdministrator"
    );
    let is_lasting = is_allowed(Loosening::LastingTokens);
    let no_lasting_secrets = format!(
        "request.resource.resource != 'secrets' || !has(object.type) \
         || object.type != 'kubernetes.io/service-account-token' || {is_lasting} || variables.isAdministrator \
         || (oldObject != null && oldObject.?metadata.?annotations[?'{account}'].orValue('') \
         == object.?metadata.?annotations[?'{account}'].orValue(''))"
    );
    // Tokens of pods are asked for by their node, and end with the pod.
    let no_lasting_tokens = format!(
        "request.resource.resource != 'serviceaccounts' || object.?spec.?expirationSeconds.orValue(0) <= {TEAM_TOKEN_S} \
         || {is_lasting} || variables.isAdministrator || {IS_NODE}"
    );
    // The API server gives one for a pod a year where it is asked for just what kubelets ask for.
    // <https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/>, --service-account-extend-token-expiration
    let no_bound_tokens = format!(
        "request.resource.resource != 'serviceaccounts' || !has(object.spec.boundObjectRef) \
         || object.spec.boundObjectRef == null || {is_lasting} || variables.isAdministrator || {IS_NODE}"
    );
    let variables =
        vec![allows(), variable("isProvisioner", &is_provisioner()), variable("isAdministrator", IS_ADMINISTRATOR)];
    let ours = ROLE_ACCOUNTS.join(", ");
    let validations = vec![
        refuse_unless(&pods, format!("nothing runs as {ours}: they are for people; name another service account")),
        refuse_unless(&secrets, format!("no Secret holds a token of {ours}; for a token of your own, {ask}")),
        refuse_unless(&tokens, format!("Berth alone gives tokens of {ours}; for a token of your own, {ask}")),
        refuse_unless(
            &no_lasting_secrets,
            format!("a token in a Secret has no end: use kubectl create token or a projected volume; otherwise {ask}"),
        ),
        refuse_unless(&no_lasting_tokens, format!("a token is good for a day at most; for longer, {ask}")),
        refuse_unless(
            &no_bound_tokens,
            format!("tokens of a pod or a Secret are for nodes to ask for; otherwise {ask}"),
        ),
    ];
    policy(ACCOUNTS, constraints, variables, validations)
}

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
