//! The border around what Berth made, kept by the API server: who may touch it, whom RoleBindings may name, who may act as
//! the accounts of people's roles. Where the provisioner itself may work is in [`border`], what a namespace may reach in
//! [`guardrails`](super::guardrails). RBAC knows names and kinds only; these know labels, old values and namespaces.
//!
//! <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>

use super::border::border;
use super::policy::{
    CREATE, DELETE, IS_CONTROLLER, IS_NAMESPACE, UPDATE, allows, everything, in_ours, is_allowed, is_managed,
    is_provisioner, map_of, policy, refuse_unless, rule, unchanged, variable,
};
use super::policy_names::{ACCOUNTS, BINDINGS, MANAGED, MARKS, NAMES, PRIORITIES};
use super::{guardrails, metadata};
use crate::cluster::manifests::BOUND_ROLES;
use crate::cluster::{BERTH, MANAGED_BY, NAMESPACE_ID, Object, ROLE_ACCOUNTS};
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBindingSpec,
    ValidatingAdmissionPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::collections::BTreeMap;

/// Who may change admission policies could take them away: an administrator of the cluster, whatever their group is called.
const IS_ADMINISTRATOR: &str = "authorizer.group('admissionregistration.k8s.io').resource('validatingadmissionpolicies').check('update').allowed()";

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
            param_ref: (policy == PRIORITIES).then(guardrails::every_priority_class),
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

/// Whoever makes them: RoleBindings in Berth's namespaces give Berth's roles, and to nobody whom Kubernetes itself names; or they
/// give a Role to service accounts of the namespace that are not Berth's, as charts do. Who acts as an account of the namespace
/// gives no ClusterRole. What is called `berth-` is Berth's to make.
fn bindings(ask: &str) -> ValidatingAdmissionPolicy {
    const RBAC: &str = "rbac.authorization.k8s.io";
    let constraints = in_ours(vec![
        rule(RBAC, "rolebindings", &[CREATE, UPDATE]),
        rule(RBAC, "roles", &[CREATE]),
        rule("", "serviceaccounts", &[CREATE]),
    ]);
    // So that whoever touches its labels is not stopped by what was there before.
    let same = "oldObject != null && oldObject.roleRef == object.roleRef \
         && (has(object.subjects) ? (has(oldObject.subjects) && oldObject.subjects == object.subjects) : true)";
    let roles = BOUND_ROLES.map(|name| format!("'{name}'")).join(", ");
    let role = format!(
        "!variables.isBinding || variables.isSame || variables.isOfChart || (!variables.isOfAccount \
         && object.roleRef.kind == 'ClusterRole' && object.roleRef.name in [{roles}])"
    );
    let is_of_chart = "object.roleRef.kind == 'Role' && object.?subjects.orValue([]).all(subject, \
         subject.kind == 'ServiceAccount' && subject.?namespace.orValue('') == request.namespace \
         && !subject.name.startsWith('berth-'))";
    let is_of_account = "request.userInfo.username.startsWith('system:serviceaccount:' + request.namespace + ':')";
    let is_theirs = "object != null && (object.metadata.?name.orValue('').startsWith('berth-') \
         || object.metadata.?generateName.orValue('').startsWith('berth-'))";
    let names = "request.operation != 'CREATE' || !variables.isCalledBerth || variables.isProvisioner \
         || variables.isAdministrator";
    let subjects = "!variables.isBinding || variables.isSame || !has(object.subjects) || object.subjects.all(subject, \
         subject.kind == 'ServiceAccount' \
         ? has(subject.namespace) && subject.namespace == request.namespace \
         : !subject.name.startsWith('system:'))";
    let validations = vec![
        refuse_unless(
            &role,
            format!(
                "in a namespace of Berth only {} can be bound, or a Role to its service accounts that are not called berth-; \
                 for more, {ask}",
                BOUND_ROLES.join(", ")
            ),
        ),
        refuse_unless(
            subjects,
            format!(
                "in a namespace of Berth no role goes to groups or users of system: or to service accounts of other \
                 namespaces; for access, {ask}"
            ),
        ),
        refuse_unless(names, format!("names that begin with berth- are Berth's own; take another, or {ask}")),
    ];
    let variables = vec![
        variable("isProvisioner", &is_provisioner()),
        variable("isAdministrator", IS_ADMINISTRATOR),
        variable("isBinding", "request.resource.resource == 'rolebindings'"),
        variable("isSame", same),
        variable("isOfChart", is_of_chart),
        variable("isOfAccount", is_of_account),
        variable("isCalledBerth", is_theirs),
    ];
    policy(BINDINGS, constraints, variables, validations)
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
