//! What helm 4.3 and Kubernetes 1.36 really say, with what it comes to.

use super::*;
use rstest::rstest;

fn admission(by: Admission, says: &str) -> Cause {
    Cause::AdmissionRefused { by, says: says.into() }
}

fn forbidden(verb: &str, resource: &str, namespace: Option<&str>) -> Cause {
    Cause::Forbidden(Forbidden {
        verb: verb.into(),
        resource: resource.into(),
        namespace: namespace.map(str::to_owned),
    })
}

fn waited(object: &str, status: &str, message: &str) -> Vec<Waited> {
    vec![Waited { object: object.into(), status: status.into(), message: message.into() }]
}

fn quota(requested: &str, used: &str, limited: &str) -> Cause {
    let [requested, used, limited] = [requested, used, limited].map(str::to_owned);
    Cause::QuotaExceeded { quota: "q".into(), requested, used, limited }
}

#[rstest]
#[case::pending("another operation (install/upgrade/rollback) is in progress", Cause::InProgress)]
#[case::at_the_same_time("release: already exists", Cause::InProgress)]
#[case::in_use("release name check failed: cannot reuse a name that is still in use", Cause::NameInUse)]
#[case::not_there("release: not found", Cause::NotFound)]
#[case::not_there_to_uninstall("uninstall: Release not loaded: it: release: not found", Cause::NotFound)]
#[case::uninstalled("the release named \"kp\" is already deleted", Cause::NotFound)]
#[case::not_there_to_upgrade("\"it\" has no deployed releases", Cause::NothingDeployed)]
#[case::no_revision("release has no 99 version", Cause::NoSuchRevision)]
#[case::token(
    "cluster reachability check failed: kubernetes cluster unreachable: the server has asked for the client to provide credentials",
    Cause::Unauthorized
)]
#[case::token_in_the_midst("failed to create resource: Unauthorized", Cause::Unauthorized)]
#[case::nobody_listens(
    "cluster reachability check failed: kubernetes cluster unreachable: Get \"https://127.0.0.1:9/version\": dial tcp 127.0.0.1:9: connect: connection refused",
    Cause::Unreachable
)]
#[case::no_name(
    "kubernetes cluster unreachable: Get \"https://no-such-host.invalid:6443/version\": dial tcp: lookup no-such-host.invalid on 10.0.0.10:53: no such host",
    Cause::Unreachable
)]
#[case::another_authority(
    "kubernetes cluster unreachable: Get \"https://127.0.0.1:24626/version\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
    Cause::Unreachable
)]
#[case::forbidden(
    "unable to continue with install: could not get information about the resource Service \"nnn\" in namespace \"team\": services \"nnn\" is forbidden: User \"system:serviceaccount:team:narrow\" cannot get resource \"services\" in API group \"\" in the namespace \"team\"",
    forbidden("get", "services", Some("team"))
)]
#[case::forbidden_with_its_group(
    "failed pre-install: jobs.batch \"nh\" is forbidden: User \"system:serviceaccount:team:narrow\" cannot delete resource \"jobs\" in API group \"batch\" in the namespace \"team\"",
    forbidden("delete", "jobs.batch", Some("team"))
)]
#[case::forbidden_secrets(
    "query: failed to query with labels: secrets is forbidden: User \"system:serviceaccount:team:nobody\" cannot list resource \"secrets\" in API group \"\" in the namespace \"team\"",
    forbidden("list", "secrets", Some("team"))
)]
#[case::forbidden_in_the_cluster(
    "failed to install CRD crds/a.yaml: customresourcedefinitions.apiextensions.k8s.io is forbidden: User \"a\" cannot create resource \"customresourcedefinitions\" in API group \"apiextensions.k8s.io\" at the cluster scope",
    forbidden("create", "customresourcedefinitions.apiextensions.k8s.io", None)
)]
#[case::rights_of_others(
    "server-side apply failed for object team/a rbac.authorization.k8s.io/v1, Kind=Role: roles.rbac.authorization.k8s.io \"a\" is forbidden: user \"x\" (groups=[\"y\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"nodes\"], Verbs:[\"get\"]}",
    forbidden("escalate", "roles.rbac.authorization.k8s.io", None)
)]
#[case::quota(
    "server-side apply failed for object strict/q /v1, Kind=ConfigMap: configmaps \"q\" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1",
    quota("configmaps=1", "configmaps=1", "configmaps=1")
)]
#[case::quota_of_several(
    "pods \"p\" is forbidden: exceeded quota: q, requested: limits.cpu=2,pods=1, used: limits.cpu=3,pods=4, limited: limits.cpu=4,pods=4",
    quota("limits.cpu=2,pods=1", "limits.cpu=3,pods=4", "limits.cpu=4,pods=4")
)]
#[case::quota_of_secrets(
    "create: failed to create: secrets \"sh.helm.release.v1.qs.v1\" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=3, limited: secrets=0",
    quota("secrets=1", "secrets=3", "secrets=0")
)]
#[case::quota_that_asks(
    "pods \"p\" is forbidden: failed quota: q: must specify limits.cpu for: a",
    admission(Admission::Cluster, "failed quota: q: must specify limits.cpu for: a")
)]
#[case::pod_security(
    "server-side apply failed for object strict/p /v1, Kind=Pod: pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container \"a\" must set securityContext.runAsNonRoot=true)",
    admission(
        Admission::PodSecurity,
        "violates PodSecurity \"restricted:latest\": runAsNonRoot != true (pod or container \"a\" must set securityContext.runAsNonRoot=true)"
    )
)]
#[case::policy(
    "server-side apply failed for object team/vap2-x /v1, Kind=ConfigMap: configmaps \"vap2-x\" is forbidden: ValidatingAdmissionPolicy 'no-bad' with binding 'no-bad' denied request: the key forbidden is not allowed here",
    admission(Admission::Policy("no-bad".into()), "the key forbidden is not allowed here")
)]
#[case::webhook(
    "server-side apply failed for object team/a /v1, Kind=Pod: admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource Pod/team/a was blocked",
    admission(Admission::Webhook("validate.kyverno.svc-fail".into()), "\n\nresource Pod/team/a was blocked")
)]
#[case::silent_webhook(
    "server-side apply failed for object team/wh /v1, Kind=Service: Internal error occurred: failed calling webhook \"down.example.com\": failed to call webhook: Post \"https://127.0.0.1:9/x?timeout=10s\": dial tcp 127.0.0.1:9: connect: connection refused",
    admission(Admission::SilentWebhook("down.example.com".into()), "\"down.example.com\": failed to call webhook: Post \"https://127.0.0.1:9/x?timeout=10s\": dial tcp 127.0.0.1:9: connect: connection refused")
)]
#[case::immutable(
    "server-side apply failed for object team/dep apps/v1, Kind=Deployment: Deployment.apps \"dep\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x2\"}}: field is immutable",
    Cause::Immutable { object: "Deployment/team/dep".into(), field: "spec.selector".into() }
)]
#[case::conflict(
    "conflict occurred while applying object team/cc /v1, Kind=ConfigMap: Apply failed with 1 conflict: conflict with \"someone\" using v1: .data.a",
    Cause::Conflict { object: "ConfigMap/team/cc".into(), says: "1 conflict: conflict with \"someone\" using v1: .data.a".into() }
)]
#[case::not_owned(
    "unable to continue with install: ConfigMap \"own\" in namespace \"team\" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"",
    Cause::NotOwned { object: "ConfigMap/team/own".into() }
)]
#[case::no_kind(
    "unable to build kubernetes objects from release manifest: resource mapping not found for name: \"e\" namespace: \"\" from \"\": no matches for kind \"Foo\" in version \"x.io/v1\"\nensure CRDs are installed first",
    Cause::UnknownKind { kind: "Foo".into(), version: "x.io/v1".into() }
)]
#[case::invalid(
    "server-side apply failed for object team/b /v1, Kind=Service: Service \"b\" is invalid: spec.ports[0].port: Invalid value: 80000: must be between 1 and 65535, inclusive",
    Cause::Invalid { object: "Service/team/b".into(), says: "spec.ports[0].port: Invalid value: 80000: must be between 1 and 65535, inclusive".into() }
)]
#[case::unknown_field(
    "server-side apply failed for object team/d /v1, Kind=ConfigMap: failed to create typed patch object (team/d; /v1, Kind=ConfigMap): .dat: field not declared in schema",
    Cause::Invalid { object: "ConfigMap/team/d".into(), says: "(team/d; /v1, Kind=ConfigMap): .dat: field not declared in schema".into() }
)]
#[case::no_name_but_a_bool(
    "unable to build kubernetes objects from release manifest: unable to decode \"\": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string",
    Cause::Invalid { object: String::new(), says: "from release manifest: unable to decode \"\": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string".into() }
)]
#[case::not_in_time(
    "resource Deployment/team/dep not ready. status: InProgress, message: Available: 0/1\ncontext deadline exceeded",
    Cause::TimedOut { waited_for: waited("Deployment/team/dep", "InProgress", "Available: 0/1") }
)]
#[case::hook_not_in_time(
    "failed pre-install: resource Job/team/hk not ready. status: InProgress, message: Job in progress\ncontext deadline exceeded",
    Cause::TimedOut { waited_for: waited("Job/team/hk", "InProgress", "Job in progress") }
)]
#[case::not_gone_in_time(
    "uninstallation completed with 1 error(s): resource ConfigMap/team/a still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded",
    Cause::TimedOut { waited_for: waited("ConfigMap/team/a", "Terminating", "Resource scheduled for deletion") }
)]
#[case::not_in_time_whatever_it_was("timed out waiting for the condition", Cause::TimedOut { waited_for: vec![] })]
#[case::hook_failed(
    "pre-upgrade hooks failed: resource Job/team/a not ready. status: Failed, message: Job Failed. failed: 1/1",
    Cause::NotReady { waited_for: waited("Job/team/a", "Failed", "Job Failed. failed: 1/1") }
)]
#[case::too_large(
    "create: failed to create: Secret \"sh.helm.release.v1.big.v1\" is invalid: data: Too long: may not be more than 1048576 bytes",
    Cause::ReleaseTooLarge
)]
#[case::far_too_large("create: failed to create: Request entity too large: limit is 3145728", Cause::ReleaseTooLarge)]
#[case::stopped("context canceled", Cause::Other)]
fn what_helm_says_comes_to(#[case] said: &str, #[case] expected: Cause) {
    assert_eq!(Failure::of(said).cause, expected);
}

#[rstest]
#[case("failed pre-install: resource Job/team/hk not ready. status: InProgress, message: x", Some("pre-install"))]
#[case("pre-upgrade hooks failed: resource Job/team/a not ready. status: Failed, message: x", Some("pre-upgrade"))]
#[case("post-upgrade hooks failed: x", Some("post-upgrade"))]
#[case("resource Deployment/team/a not ready. status: Failed, message: x", None)]
fn the_moment_of_a_hook_is_told(#[case] said: &str, #[case] hook: Option<&str>) {
    assert_eq!(Failure::of(said).hook.as_deref(), hook);
}

#[rstest]
#[case("release a failed, and has been rolled back due to rollback-on-failure being set: x", Undone::RolledBack)]
#[case("release c failed, and has been uninstalled due to rollback-on-failure being set: x", Undone::Uninstalled)]
#[case("an error occurred while rolling back the release. original upgrade error: x: y", Undone::Failed)]
#[case("an error occurred while uninstalling the release. original install error: x: y", Undone::Failed)]
#[case("x", Undone::No)]
fn what_helm_undid_is_told(#[case] said: &str, #[case] undone: Undone) {
    assert_eq!(Failure::of(said).undone, undone);
}

#[test]
fn a_failure_is_told_in_whole_sentences() {
    let said = "release a failed, and has been rolled back due to rollback-on-failure being set: pre-upgrade hooks failed: resource \
                Job/team/a not ready. status: Failed, message: Job Failed. failed: 1/1";
    let told = Failure::of(said).to_string();
    assert_eq!(
        told,
        "At the chart's pre-upgrade hook: Failed: Job/team/a (Job Failed. failed: 1/1). Helm rolled the release back."
    );
    let told = Failure::of(
        "jobs.batch \"a\" is forbidden: User \"u\" cannot create resource \"jobs\" in API group \"batch\" in the namespace \"team\"",
    );
    assert_eq!(told.to_string(), "The account may not create jobs.batch in team.");
}
