//! Who may do what on the cluster: the team's people, and Berth itself.

use super::ground::{DESK_URL, Ground, a_namespace, group, person_in};
use domain::actor::TeamRole;
use domain::namespace::Step;
use domain::view::CheckOutcome;
use k8s_openapi::api::core::v1::{ConfigMap, Pod, ResourceQuota, Secret};
use k8s_openapi::api::rbac::v1::{ClusterRoleBinding, RoleBinding};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::cluster::Error;
use server::cluster::apply::{Made, Provisioner};
use server::cluster::check::check;
use server::cluster::manifests::Site;
use std::collections::BTreeSet;
use tests::eventually;
use tests::kubernetes::a_deployment;

#[tokio::test]
async fn a_group_that_leaves_the_team_loses_its_access() {
    let ground = Ground::find().await;
    let mut namespace = ground.provisioned().await;
    let pods = |client| Api::<Pod>::namespaced(client, namespace.name.as_str());
    let (owners, developers) = (person_in("payments-owners").await, person_in("payments-developers").await);
    let nothing_special = ListParams::default();
    pods(owners.clone()).list(&nothing_special).await.expect("owners see their pods");
    let (owner_pods, developer_pods) = (pods(owners), pods(developers));
    namespace.groups.retain(|(name, _)| *name == group("payments-developers"));
    ground.provisioner().run_step(&namespace, Step::Access, Made::Before).await.expect("access is applied");
    eventually("owners see nothing any more", async || is_forbidden(owner_pods.list(&nothing_special).await)).await;
    developer_pods.list(&nothing_special).await.expect("developers still see their pods");
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn a_group_of_kubernetes_itself_gets_no_access() {
    let ground = Ground::find().await;
    let mut namespace = a_namespace();
    let site = Site { groups_prefix: String::new(), users_prefix: String::new(), public_url: String::new() };
    namespace.groups = vec![(group("system:authenticated"), TeamRole::Owner)];
    let provisioner =
        Provisioner::new(&ground.installed.provisioner.connect().expect("is of use"), site, "border tests")
            .expect("connects");
    let refused = provisioner.run_step(&namespace, Step::Preflight, Made::Now).await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_developer_works_in_the_teams_namespace_and_nowhere_else() {
    let ground = Ground::find().await;
    let (mine, other) = (ground.provisioned().await, a_namespace());
    ground.provisioner().run_step(&other, Step::Namespace, Made::Now).await.expect("is made");
    ground.deploy(&mine, &a_deployment("web", 1, "100m", "")).await.expect("a developer deploys");
    let refused = ground.deploy(&other, &a_deployment("web", 1, "100m", "")).await;
    assert!(is_forbidden(refused).is_some());

    let developer = person_in("payments-developers").await;
    let binding: RoleBinding = read(json!({
        "metadata": {"name": "more"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    }));
    let bindings: Api<RoleBinding> = Api::namespaced(developer.clone(), mine.name.as_str());
    assert!(is_forbidden(bindings.create(&PostParams::default(), &binding).await).is_some());
    let quotas: Api<ResourceQuota> = Api::namespaced(developer.clone(), mine.name.as_str());
    assert!(is_forbidden(quotas.delete("berth-compute", &DeleteParams::default()).await).is_some());
    assert!(is_forbidden(Api::<Pod>::all(developer).list(&ListParams::default()).await).is_some());
    for namespace in [mine, other] {
        ground.clear(namespace.name.as_str()).await;
    }
}

#[tokio::test]
async fn the_provisioner_can_do_no_more_than_provision() {
    let ground = Ground::find().await;
    let berth = ground.as_provisioner().await;
    let secrets: Api<Secret> = Api::namespaced(berth.clone(), "kube-system");
    assert!(is_forbidden(secrets.list(&ListParams::default()).await).is_some());
    let pods: Api<Pod> = Api::default_namespaced(berth.clone());
    assert!(is_forbidden(pods.get("web").await).is_some());
    assert!(is_forbidden(pods.delete("web", &DeleteParams::default()).await).is_some());

    let admin = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
    let everywhere: ClusterRoleBinding = read(json!({"metadata": {"name": "more"}, "roleRef": admin}));
    let created = Api::all(berth.clone()).create(&PostParams::default(), &everywhere).await;
    assert!(is_forbidden(created).is_some());
    let here: RoleBinding = read(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "berth-own"}, "roleRef": admin, "subjects": [],
    }));
    let bindings: Api<RoleBinding> = Api::namespaced(berth.clone(), "default");
    let bound = bindings.patch("berth-own", &PatchParams::apply("berth"), &Patch::Apply(&here)).await;
    assert!(is_forbidden(bound).is_some());
    let infos: Api<ConfigMap> = Api::namespaced(berth, "kube-system");
    assert!(is_forbidden(infos.get("extension-apiserver-authentication").await).is_some());
}

#[tokio::test]
async fn a_check_finds_every_right_and_says_which_are_missing() {
    let ground = Ground::find().await;
    let installed = &ground.installed;
    let report = check(&installed.observer, &installed.provisioner, DESK_URL, None).await;
    let of = |outcome| report.checks.iter().filter(move |check| check.outcome == outcome).collect::<Vec<_>>();
    assert!(report.is_ok() && of(CheckOutcome::Failed).is_empty(), "{:#?}", of(CheckOutcome::Failed));
    let titles: BTreeSet<_> = report.checks.iter().map(|check| &check.what).collect();
    assert_eq!(titles.len(), report.checks.len(), "no two checks read the same: {:#?}", report.checks);
    // No cluster of these tests has a network plugin, or an ingress controller that says so.
    let unknown: Vec<_> = of(CheckOutcome::NotVerified).iter().map(|check| check.what.as_str()).collect();
    assert_eq!(unknown, ["ingress controllers are known", "NetworkPolicies are kept to"]);
    for check in of(CheckOutcome::NotVerified) {
        assert!(check.detail.contains("kubectl") || check.detail.contains("Try"), "it says what to do: {check:?}");
    }
    assert!(report.version.is_some_and(|version| version.starts_with('v')));

    let swapped = check(&installed.provisioner, &installed.observer, DESK_URL, None).await;
    let namespaces = swapped
        .checks
        .iter()
        .find(|check| check.what.contains("provisioner may get, create, patch, delete namespaces"));
    assert_eq!(
        namespaces.map(|check| check.detail.as_str()),
        Some("may not create namespaces, patch namespaces, delete namespaces; run `berth cluster renew`")
    );
}

fn is_forbidden<T>(answer: kube::Result<T>) -> Option<()> {
    matches!(answer, Err(kube::Error::Api(status)) if status.code == 403).then_some(())
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}
