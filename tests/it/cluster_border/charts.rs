//! What charts bring besides workloads, with the rights of the account for deployments: roles for accounts of their own, and no
//! way up from there.

use super::ground::Ground;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use kube::api::{Api, PostParams};
use serde_json::{Value, json};
use tests::{Kubectl, Said, eventually};

const RBAC: &str = "rbac.authorization.k8s.io";

fn object(api_version: &str, kind: &str, name: &str, more: Value) -> Value {
    tests::with(json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}), more)
}

fn role(name: &str, group: &str, resource: &str, verb: &str) -> Value {
    let rule = json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]});
    object("rbac.authorization.k8s.io/v1", "Role", name, json!({"rules": [rule]}))
}

fn binding(name: &str, (kind, role): (&str, &str), subject: Value) -> Value {
    let role = json!({"apiGroup": RBAC, "kind": kind, "name": role});
    object("rbac.authorization.k8s.io/v1", "RoleBinding", name, json!({"roleRef": role, "subjects": [subject]}))
}

fn account(namespace: &str, name: &str) -> Value {
    json!({"kind": "ServiceAccount", "namespace": namespace, "name": name})
}

fn refused(said: &Said) {
    assert!(!said.is_done && (said.text.contains("forbidden") || said.text.contains("denied")), "{}", said.text);
}

#[tokio::test]
async fn a_chart_brings_accounts_with_roles_that_may_no_more_than_who_installs_it() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let deployer = Kubectl::of_account(name, "berth-deployer").await;
    for made in [
        object("v1", "ServiceAccount", "operator", json!({})),
        role("operator", "", "configmaps", "update"),
        role("leader", "coordination.k8s.io", "leases", "create"),
        role("tells", "", "events", "create"),
        binding("operator", ("Role", "operator"), account(name, "operator")),
        object("coordination.k8s.io/v1", "Lease", "operator", json!({"spec": {"holderIdentity": "a"}})),
    ] {
        deployer.apply(&made).await.is_done();
    }
    let reviews: Api<SubjectAccessReview> = Api::all(ground.admin.clone());
    let may = async |verb: &str, resource: &str| {
        let asked = ResourceAttributes {
            namespace: Some(name.into()),
            verb: Some(verb.into()),
            resource: Some(resource.into()),
            ..ResourceAttributes::default()
        };
        let spec = SubjectAccessReviewSpec {
            user: Some(format!("system:serviceaccount:{name}:operator")),
            resource_attributes: Some(asked),
            ..SubjectAccessReviewSpec::default()
        };
        let review = SubjectAccessReview { spec, ..SubjectAccessReview::default() };
        let answer = reviews.create(&PostParams::default(), &review).await.expect("answers");
        answer.status.is_some_and(|status| status.allowed)
    };
    eventually("its account has the role", async || may("update", "configmaps").await.then_some(())).await;
    assert!(!may("update", "secrets").await);
    ground.clear(name).await;
}

#[tokio::test]
async fn nobody_climbs_by_what_a_chart_brings() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let deployer = Kubectl::of_account(name, "berth-deployer").await;
    deployer.apply(&role("reads", "", "secrets", "get")).await.is_done();
    let mine = ("Role", "reads");
    let person = json!({"kind": "User", "apiGroup": RBAC, "name": "oidc:somebody@berth.test"});
    let group = json!({"kind": "Group", "apiGroup": RBAC, "name": "oidc:payments-viewers"});
    let everybody = json!({"kind": "Group", "apiGroup": RBAC, "name": "system:authenticated"});
    for climbs in [
        // More than the account has itself.
        role("tokens", "", "serviceaccounts/token", "create"),
        role("execs", "", "pods/exec", "create"),
        role("binds", RBAC, "roles", "escalate"),
        role("quota", "", "resourcequotas", "update"),
        role("opens", "networking.k8s.io", "networkpolicies", "create"),
        role("all", "*", "*", "*"),
        // To people, to Berth's own, to others.
        binding("person", mine, person),
        binding("group", mine, group),
        binding("everybody", mine, everybody),
        binding("viewer", mine, account(name, "berth-viewer")),
        binding("other", mine, account("default", "default")),
        // ClusterRoles, whoever's they are and whatever they may.
        binding("deploys", ("ClusterRole", "berth-deployer"), account(name, "default")),
        binding("views", ("ClusterRole", "berth-view"), account(name, "default")),
        binding("administers", ("ClusterRole", "cluster-admin"), account(name, "default")),
        // In Berth's place.
        binding("berth-robot", mine, account(name, "default")),
        object("v1", "ServiceAccount", "berth-robot", json!({})),
        role("berth-view", "", "configmaps", "get"),
        // Beyond the namespace, and what the class decides on.
        object("rbac.authorization.k8s.io/v1", "ClusterRole", "reads", json!({"rules": []})),
        object("networking.k8s.io/v1", "NetworkPolicy", "open", json!({"spec": {"podSelector": {}, "ingress": [{}]}})),
        object("v1", "ResourceQuota", "more", json!({"spec": {"hard": {"pods": "900"}}})),
        object(
            "v1",
            "Pod",
            "acts",
            json!({"spec": {"serviceAccountName": "berth-owner", "containers": [{"name": "c", "image": "c"}]}}),
        ),
    ] {
        refused(&deployer.apply(&climbs).await);
    }
    // Nor by changing a binding that was let in.
    deployer.apply(&binding("mine", mine, account(name, "default"))).await.is_done();
    refused(&deployer.apply(&binding("mine", mine, account(name, "berth-viewer"))).await);
    ground.clear(name).await;
}
