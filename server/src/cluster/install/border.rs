//! Where the provisioner may work, and what it may make of a namespace, whoever holds its token.

use super::policy::{
    CREATE, DELETE, IS_NAMESPACE, UPDATE, everything, has_label, is_managed, is_provisioner, map_of, policy,
    refuse_unless, unchanged, variable,
};
use super::policy_names::BORDER;
use super::rights::{GUARDRAILS, LOOSEN, LOOSEN_GROUP};
use crate::cluster::allowed::{HOST, LOOSENING, ONLY_WHERE, POD_SECURITY, word};
use crate::cluster::{ALLOWS, INGRESS_CONTROLLER, LEAVING, MANAGED_BY, NAMESPACE_ID, TEAM};
use domain::class::Loosening;
use k8s_openapi::api::admissionregistration::v1::{MatchCondition, ValidatingAdmissionPolicy, Validation, Variable};

/// The longest life of a token that the provisioner is given for a role's account.
const TOKEN_LIFE_S: u32 = 3600;

/// RBAC lets the provisioner do its work in every namespace; this lets it in Berth's only, on Berth's objects only. An
/// object that has lost one of its two labels is still Berth's, so that the label can be put back.
pub fn border() -> ValidatingAdmissionPolicy {
    let has_id = |object: &str| has_label(object, NAMESPACE_ID);
    let was_ours = format!("({}) || (!variables.isNamespace && {})", has_id("oldObject"), is_managed("oldObject"));
    let variables = vec![
        variable("isNamespace", IS_NAMESPACE),
        variable("isMarked", &format!("{} && {}", is_managed("object"), has_id("object"))),
        variable("wasOurs", &was_ours),
        variable("inOurs", &has_id("namespaceObject")),
        variable("labels", &map_of("object", "labels")),
        variable("oldLabels", &map_of("oldObject", "labels")),
        variable("annotations", &map_of("object", "annotations")),
        variable("oldAnnotations", &map_of("oldObject", "annotations")),
        words("allows", "annotations"),
        words("oldAllows", "oldAnnotations"),
        variable("isDefaultAccount", "request.resource.resource == 'serviceaccounts' && request.name == 'default'"),
    ];
    let namespaces =
        "!variables.isNamespace || (request.operation == 'CREATE' ? variables.isMarked : variables.wasOurs)";
    let identity = format!(
        "!(variables.isNamespace && request.operation == 'UPDATE') || (variables.isMarked \
         && object.metadata.labels['{NAMESPACE_ID}'] == oldObject.metadata.labels['{NAMESPACE_ID}'])"
    );
    let places = "variables.isNamespace || variables.inOurs";
    let objects = "variables.isNamespace || variables.isDefaultAccount || request.subResource != '' \
         || ((oldObject == null || variables.wasOurs) && (object == null || variables.isMarked))";
    let mut validations = vec![
        refuse_unless(namespaces, "Berth makes, changes and deletes only namespaces of its own".into()),
        refuse_unless(&identity, "a namespace of Berth stays the one it is".into()),
        refuse_unless(places, "Berth works in namespaces of its own only".into()),
        refuse_unless(objects, "Berth touches only objects of its own".into()),
    ];
    validations.extend(of_namespaces());
    validations.extend(LOOSENING.map(loosened));
    validations.push(host());
    validations.extend([token(), role()]);
    let mut policy = policy(BORDER, everything(&[CREATE, UPDATE, DELETE]), variables, validations);
    if let Some(spec) = &mut policy.spec {
        let condition = MatchCondition { name: "is-the-provisioner".into(), expression: is_provisioner() };
        spec.match_conditions = Some(vec![condition]);
    }
    policy
}

/// What a namespace may be made into. A pod security level of `privileged` is root on the nodes.
fn of_namespaces() -> Vec<Validation> {
    let unless_namespace = "!variables.isNamespace || request.operation == 'DELETE'";
    let name = format!(
        "{unless_namespace} || ('{TEAM}' in variables.labels \
         && object.metadata.name.startsWith(variables.labels['{TEAM}'] + '-') && object.metadata.name != 'default' \
         && !object.metadata.name.startsWith('kube-') && !object.metadata.name.startsWith('berth-'))"
    );
    let enforce = "pod-security.kubernetes.io/enforce";
    let level = format!(
        "{unless_namespace} || ('{enforce}' in variables.labels && (variables.labels['{enforce}'] in ['baseline', 'restricted'] \
         || ('{enforce}' in variables.oldLabels && variables.oldLabels['{enforce}'] == variables.labels['{enforce}']) \
         || {}))",
        may_loosen(POD_SECURITY)
    );
    let not_ours = format!(
        "key == '{INGRESS_CONTROLLER}' || !(key.startsWith('berth.dev/') || key.startsWith('pod-security.kubernetes.io/') \
         || key in ['{MANAGED_BY}', 'kubernetes.io/metadata.name'])"
    );
    let labels = format!("{unless_namespace} || ({})", unchanged("labels", "oldLabels", &not_ours));
    let annotations = format!(
        "{unless_namespace} || ({})",
        unchanged("annotations", "oldAnnotations", "!key.startsWith('berth.dev/')")
    );
    let leaving =
        format!("!variables.isNamespace || request.operation != 'DELETE' || '{LEAVING}' in variables.oldAnnotations");
    vec![
        refuse_unless(&name, "a namespace of Berth begins with the name of its team".into()),
        refuse_unless(
            &level,
            format!("Berth gives a level of pod security below baseline {ONLY_WHERE} {POD_SECURITY}"),
        ),
        refuse_unless(
            &labels,
            "Berth sets only its own labels on a namespace, and never marks an ingress controller".into(),
        ),
        refuse_unless(&annotations, "Berth sets only its own annotations on a namespace".into()),
        refuse_unless(&leaving, "Berth deletes only a namespace that it has marked as leaving".into()),
    ]
}

/// A word that loosens is new on a namespace only where an administrator of the cluster has agreed. One check of rights
/// for each expression: more would cost more than the API server grants one.
fn loosened(word: &str) -> Validation {
    let is_word = format!("(word == '{word}' || word.startsWith('{word}:'))");
    let rule = format!(
        "!variables.isNamespace || request.operation == 'DELETE' \
         || variables.allows.all(word, !{is_word} || word in variables.oldAllows) || {}",
        may_loosen(word)
    );
    refuse_unless(&rule, format!("Berth allows {word} {ONLY_WHERE} {word}"))
}

/// All below one label may be most of the world's names: as much as any host.
fn host() -> Validation {
    let any = word(Loosening::UnboundIngresses);
    let rule = format!(
        "!variables.isNamespace || request.operation == 'DELETE' || variables.allows.all(word, \
         !word.startsWith('{HOST}:*') || word in variables.oldAllows || word.matches('^{HOST}:[*][.][^.]+[.][^.]')) || {}",
        may_loosen(any)
    );
    refuse_unless(&rule, format!("Berth allows hosts below a single label {ONLY_WHERE} {any}"))
}

fn may_loosen(name: &str) -> String {
    format!("authorizer.group('{LOOSEN_GROUP}').resource('{GUARDRAILS}').name('{name}').check('{LOOSEN}').allowed()")
}

fn token() -> Validation {
    let rule = format!(
        "request.resource.resource != 'serviceaccounts' || !has(request.subResource) || request.subResource != 'token' \
         || (has(object.spec.expirationSeconds) && object.spec.expirationSeconds <= {TOKEN_LIFE_S})"
    );
    refuse_unless(&rule, "Berth is given tokens of at most an hour".into())
}

/// A RoleBinding is called like the role it gives to people, or like the account it gives a role to.
fn role() -> Validation {
    let rule = "request.resource.resource != 'rolebindings' || request.operation == 'DELETE' || !has(object.subjects) \
         || object.subjects.all(subject, subject.kind == 'ServiceAccount' \
         ? subject.name == object.metadata.name : object.roleRef.name == object.metadata.name)";
    refuse_unless(rule, "Berth binds a role by the RoleBinding of its name only".into())
}

/// The words of [`ALLOWS`] in a map of annotations.
fn words(name: &str, map: &str) -> Variable {
    let map = format!("variables.{map}");
    variable(name, &format!("'{ALLOWS}' in {map} ? {map}['{ALLOWS}'].split(' ') : []"))
}
