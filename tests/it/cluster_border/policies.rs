//! The admission policies: what the API server keeps for Berth alone, whatever rights somebody has, and where it keeps
//! the provisioner. Cluster administrators are not bound by them, but by the rule on RoleBindings.

use super::ground::{DESK_URL, Ground, named};
use domain::view::CheckOutcome;
use k8s_openapi::api::core::v1::{self as corev1, ConfigMap, ResourceQuota, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::{ClusterRole, ClusterRoleBinding, RoleBinding};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::cluster::check::check;
use std::fmt::Debug;
use tests::{Role, eventually, kubernetes};

#[tokio::test]
async fn what_berth_made_is_kept_from_everybody_but_berth_and_administrators() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let nearly = Nearly::all_mighty(&ground.admin, name).await;
    let client = nearly.client().await;
    let quotas: Api<ResourceQuota> = Api::namespaced(client.clone(), name);
    let policies: Api<NetworkPolicy> = Api::namespaced(client.clone(), name);
    let infos: Api<ConfigMap> = Api::namespaced(client.clone(), name);

    let raise = json!({"spec": {"hard": {"pods": "1000"}}});
    denied(patched(&quotas, "berth-compute", &raise).await);
    denied(quotas.delete("berth-compute", &DeleteParams::default()).await);
    denied(policies.delete("berth-default-deny", &DeleteParams::default()).await);
    denied(policies.delete_collection(&DeleteParams::default(), &Default::default()).await);
    denied(
        patched(&infos, "berth-info", &json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": null}}})).await,
    );
    denied(patched(&infos, "berth-info", &json!({"metadata": {"annotations": {"berth.dev/purpose": "mine"}}})).await);
    let counted = json!({"status": {"hard": {"pods": "1000"}}});
    denied(quotas.patch_status("berth-compute", &PatchParams::default(), &Patch::Merge(&counted)).await);
    let as_berth: ResourceQuota = read(json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "berth-compute"},
        "spec": {"hard": {"pods": "1000"}},
    }));
    let apply = PatchParams::apply("berth").force();
    denied(quotas.patch("berth-compute", &apply, &Patch::Apply(&as_berth)).await);

    let managed = json!({"app.kubernetes.io/managed-by": "berth"});
    let pretender: ConfigMap = read(json!({"metadata": {"name": "pretender", "labels": managed}}));
    denied(infos.create(&PostParams::default(), &pretender).await);
    let own = ConfigMap { metadata: named("own"), ..ConfigMap::default() };
    infos.create(&PostParams::default(), &own).await.expect("their own is theirs");
    denied(patched(&infos, "own", &json!({"metadata": {"labels": managed}})).await);
    denied(patched(&infos, "own", &json!({"metadata": {"labels": {"berth.dev/team": "orders"}}})).await);
    patched(&infos, "own", &json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}))
        .await
        .expect("free");
    infos.delete("own", &DeleteParams::default()).await.expect("their own is theirs");
    nearly.clear().await;
    ground.clear(name).await;
}

#[tokio::test]
async fn a_namespace_of_berth_keeps_its_marks_and_its_pod_security_level() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let nearly = Nearly::all_mighty(&ground.admin, name).await;
    let namespaces: Api<corev1::Namespace> = Api::all(nearly.client().await);
    let labels = |labels: Value| json!({"metadata": {"labels": labels}});
    denied(patched(&namespaces, name, &labels(json!({"pod-security.kubernetes.io/enforce": "privileged"}))).await);
    denied(patched(&namespaces, name, &labels(json!({"pod-security.kubernetes.io/enforce": null}))).await);
    denied(patched(&namespaces, name, &labels(json!({"berth.dev/namespace-id": null}))).await);
    denied(patched(&namespaces, name, &labels(json!({"app.kubernetes.io/managed-by": "me"}))).await);
    let through_status = Patch::Merge(labels(json!({"pod-security.kubernetes.io/enforce": "privileged"})));
    denied(namespaces.patch_status(name, &PatchParams::default(), &through_status).await);
    let mut finalized = namespaces.get(name).await.expect("is there");
    finalized.labels_mut().remove("berth.dev/namespace-id");
    denied(namespaces.replace_subresource("finalize", name, &PostParams::default(), &finalized).await);
    denied(namespaces.delete(name, &DeleteParams::default()).await);
    let reach: corev1::Namespace =
        read(json!({"metadata": {"name": format!("{name}-too"), "labels": {"berth.dev/ingress-controller": "true"}}}));
    denied(namespaces.create(&PostParams::default(), &reach).await);
    patched(&namespaces, name, &labels(json!({"mesh.test/inject": "true"}))).await.expect("others have labels, too");
    nearly.clear().await;
    ground.clear(name).await;
}

#[tokio::test]
async fn role_bindings_in_a_namespace_of_berth_give_berths_roles_to_the_teams_people_only() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let bindings: Api<RoleBinding> = Api::namespaced(ground.admin.clone(), name);
    let everybody = json!({"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:authenticated"});
    let someone = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "oidc:somebody@berth.test"});
    let account = |place: &str| json!({"kind": "ServiceAccount", "name": "default", "namespace": place});
    let disguised = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "system:serviceaccount:default:default"});
    for (kind, role, subject) in [
        ("ClusterRole", "cluster-admin", &someone),
        ("ClusterRole", "admin", &someone),
        ("Role", "berth-view", &someone),
        ("ClusterRole", "berth-view", &everybody),
        ("ClusterRole", "berth-view", &account("default")),
        ("ClusterRole", "berth-view", &disguised),
    ] {
        denied(bindings.create(&PostParams::default(), &binding("more", kind, role, subject)).await);
    }
    let granted = binding("more", "ClusterRole", "berth-view", &account(name));
    bindings.create(&PostParams::default(), &granted).await.expect("an account of this namespace");
    denied(patched(&bindings, "more", &json!({"subjects": [everybody]})).await);
    patched(&bindings, "more", &json!({"metadata": {"labels": {"seen": "yes"}}})).await.expect("gives nothing more");
    let elsewhere: Api<RoleBinding> = Api::namespaced(ground.admin.clone(), "default");
    let try_only = PostParams { dry_run: true, ..PostParams::default() };
    elsewhere.create(&try_only, &binding("more", "ClusterRole", "view", &everybody)).await.expect("not Berth's matter");
    ground.clear(name).await;
}

#[tokio::test]
async fn the_teams_people_and_accounts_cannot_get_around_what_was_granted() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    for client in [
        kubernetes::person(Role::Developer).await,
        kubernetes::person(Role::Owner).await,
        account(name, "berth-deployer").await,
    ] {
        let infos: Api<ConfigMap> = Api::namespaced(client.clone(), name);
        denied(patched(&infos, "berth-info", &json!({"data": {"quota": "all of it"}})).await);
        denied(infos.delete("berth-info", &DeleteParams::default()).await);
        let managed = json!({"app.kubernetes.io/managed-by": "berth"});
        let pretender: ConfigMap = read(json!({"metadata": {"name": "pretender", "labels": managed}}));
        denied(infos.create(&PostParams::default(), &pretender).await);
        let quotas: Api<ResourceQuota> = Api::namespaced(client.clone(), name);
        forbidden(patched(&quotas, "berth-compute", &json!({"spec": {"hard": {"pods": "1000"}}})).await);
    }
    let accounts: Api<ServiceAccount> = Api::namespaced(kubernetes::person(Role::Owner).await, name);
    denied(accounts.delete("berth-deployer", &DeleteParams::default()).await);
    ground.clear(name).await;
}

#[tokio::test]
async fn the_built_in_admin_of_a_namespace_is_kept_from_what_berth_made() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let name = namespace.name.as_str();
    let nearly = Nearly::bound_to("admin", &ground.admin, name).await;
    let client = nearly.client().await;
    let policies: Api<NetworkPolicy> = Api::namespaced(client.clone(), name);
    denied(policies.delete("berth-default-deny", &DeleteParams::default()).await);
    let bindings: Api<RoleBinding> = Api::namespaced(client.clone(), name);
    denied(bindings.delete("berth-develop", &DeleteParams::default()).await);
    let themselves = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": nearly.user});
    denied(bindings.create(&PostParams::default(), &binding("more", "ClusterRole", "admin", &themselves)).await);
    nearly.clear().await;
    ground.clear(name).await;
}

#[tokio::test]
async fn the_provisioner_works_in_namespaces_of_berth_only() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let berth = ground.as_provisioner().await;
    let apply = PatchParams::apply("berth").force();
    let someone = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "oidc:somebody@berth.test"});
    let mut own = binding("berth-own", "ClusterRole", "berth-own", &someone);
    for place in ["kube-system", "default", "berth-system"] {
        let bindings: Api<RoleBinding> = Api::namespaced(berth.clone(), place);
        denied(bindings.patch("berth-own", &apply, &Patch::Apply(&own)).await);
        own.labels_mut().insert("app.kubernetes.io/managed-by".into(), "berth".into());
        denied(bindings.patch("berth-own", &apply, &Patch::Apply(&own)).await);
        let accounts: Api<ServiceAccount> = Api::namespaced(berth.clone(), place);
        denied(patched(&accounts, "default", &json!({"automountServiceAccountToken": true})).await);
    }
    let namespaces: Api<corev1::Namespace> = Api::all(berth.clone());
    let adopt = json!({"app.kubernetes.io/managed-by": "berth", "berth.dev/namespace-id": namespace.id.to_string()});
    denied(patched(&namespaces, "default", &json!({"metadata": {"labels": adopt}})).await);
    let foreign = corev1::Namespace { metadata: named("berth-without-marks"), ..corev1::Namespace::default() };
    denied(namespaces.create(&PostParams::default(), &foreign).await);
    let other = json!({"metadata": {"labels": {"berth.dev/namespace-id": "another"}}});
    denied(patched(&namespaces, namespace.name.as_str(), &other).await);

    let bindings: Api<RoleBinding> = Api::namespaced(berth, namespace.name.as_str());
    let everybody = json!([{"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:authenticated"}]);
    denied(patched(&bindings, "berth-develop", &json!({"subjects": everybody})).await);
    ground.clear(namespace.name.as_str()).await;
}

#[tokio::test]
async fn controllers_still_empty_a_namespace_that_an_administrator_deletes() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    ground.deploy(&namespace, &kubernetes::a_deployment("web", 2, "100m", "")).await.expect("is deployed");
    ground.clear(namespace.name.as_str()).await;
    let namespaces: Api<corev1::Namespace> = Api::all(ground.admin.clone());
    eventually("it is gone", async || {
        namespaces.get_opt(namespace.name.as_str()).await.expect("answers").is_none().then_some(())
    })
    .await;
}

#[tokio::test]
async fn pods_that_pretend_to_be_berths_are_not_made_for_a_workload() {
    let ground = Ground::find().await;
    let namespace = ground.provisioned().await;
    let mut deployment = kubernetes::a_deployment("pretender", 1, "100m", "");
    let template = &mut deployment.spec.as_mut().expect("has one").template.metadata;
    let labels = template.as_mut().expect("has some").labels.as_mut().expect("has some");
    labels.insert("app.kubernetes.io/managed-by".into(), "berth".into());
    ground.deploy(&namespace, &deployment).await.expect("the Deployment itself pretends nothing");
    let events: Api<corev1::Event> = Api::namespaced(ground.admin.clone(), namespace.name.as_str());
    eventually("its pods are refused", async || {
        let events = events.list(&Default::default()).await.expect("answers");
        let said = |event: &corev1::Event| {
            event.message.as_deref().is_some_and(|said| said.contains("ValidatingAdmissionPolicy 'berth-"))
        };
        events.items.iter().any(said).then_some(())
    })
    .await;
    ground.clear(namespace.name.as_str()).await;
}

/// On the real cluster, but with what was found exchanged: others rely on the policies being there.
#[tokio::test]
async fn a_check_says_which_policy_is_not_what_it_should_be() {
    let ground = Ground::find().await;
    let installed = &ground.installed;
    let found = check(&installed.observer, &installed.provisioner, DESK_URL, None).await;
    let of = |what: &str| found.checks.iter().find(|check| check.what.contains(what)).expect("is checked").clone();
    let is_so = |what: &str| of(what).outcome == CheckOutcome::Passed;
    assert!(is_so("admission policies") && is_so("kept to Berth's namespaces"), "{found:#?}");
    let other = check(&installed.observer, &installed.provisioner, "https://elsewhere.test", None).await;
    let policies = other.checks.iter().find(|check| check.what.contains("admission policies")).expect("is checked");
    assert!(
        policies.outcome == CheckOutcome::Passed && policies.detail.contains("berth cluster renew"),
        "{policies:?}"
    );
}

/// Who may do everything but what makes an administrator of the cluster.
struct Nearly {
    user: String,
    admin: Client,
    has_role: bool,
}

impl Nearly {
    async fn all_mighty(admin: &Client, name: &str) -> Self {
        let everything = json!([{"apiGroups": ["", "apps", "networking.k8s.io", "rbac.authorization.k8s.io"],
            "resources": ["*"], "verbs": ["*"]}]);
        let role: ClusterRole = read(json!({"metadata": {"name": format!("nearly-{name}")}, "rules": everything}));
        Api::all(admin.clone()).create(&PostParams::default(), &role).await.expect("is made");
        Self { has_role: true, ..Self::bound_to(&role.name_any(), admin, name).await }
    }

    async fn bound_to(role: &str, admin: &Client, name: &str) -> Self {
        let user = format!("nearly-{name}");
        let bound: ClusterRoleBinding = read(json!({
            "metadata": {"name": user},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": user}],
        }));
        Api::all(admin.clone()).create(&PostParams::default(), &bound).await.expect("is made");
        let nearly = Self { user, admin: admin.clone(), has_role: false };
        let (pods, nothing) = (Api::<corev1::Pod>::namespaced(nearly.client().await, name), Default::default());
        eventually("their rights count", async || pods.list(&nothing).await.ok().map(drop)).await;
        nearly
    }

    async fn client(&self) -> Client {
        let user = self.user.clone();
        kubernetes::admin_as(|config| config.auth_info.impersonate = Some(user)).await
    }

    async fn clear(&self) {
        let bindings: Api<ClusterRoleBinding> = Api::all(self.admin.clone());
        bindings.delete(&self.user, &DeleteParams::default()).await.expect("is deleted");
        if self.has_role {
            let roles: Api<ClusterRole> = Api::all(self.admin.clone());
            roles.delete(&self.user, &DeleteParams::default()).await.expect("is deleted");
        }
    }
}

/// A service account of the namespace.
async fn account(namespace: &str, name: &str) -> Client {
    let user = format!("system:serviceaccount:{namespace}:{name}");
    kubernetes::admin_as(|config| config.auth_info.impersonate = Some(user)).await
}

fn binding(name: &str, kind: &str, role: &str, subject: &Value) -> RoleBinding {
    read(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
        "subjects": [subject],
    }))
}

async fn patched<K>(api: &Api<K>, name: &str, patch: &Value) -> kube::Result<K>
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    api.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await
}

/// Rights would do, but a policy says no, and why.
#[track_caller]
fn denied<T: Debug>(answer: kube::Result<T>) {
    match answer {
        Err(kube::Error::Api(status)) if status.code == 403 && status.message.contains("ValidatingAdmissionPolicy") => {
        }
        other => panic!("no policy denied it: {other:?}"),
    }
}

#[track_caller]
fn forbidden<T: Debug>(answer: kube::Result<T>) {
    assert!(matches!(&answer, Err(kube::Error::Api(status)) if status.code == 403), "{answer:?}");
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is such an object")
}
