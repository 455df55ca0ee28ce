//! What comes back of a namespace that is restored, whatever happened to it meanwhile.

use crate::lifetimes::ground::*;
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, ServiceAccount};
use kube::ResourceExt;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use serde_json::{Value, json};
use tests::{Role, eventually};
use time::Duration;

/// The cluster refuses to make the ConfigMap `settings` in this namespace, until this is lifted.
struct Refusing<'a> {
    ground: &'a Ground,
    name: String,
}

impl<'a> Refusing<'a> {
    async fn settings(ground: &'a Ground) -> Self {
        let name = format!("refuse-settings-{}", ground.name);
        let rule =
            json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]});
        let policy: ValidatingAdmissionPolicy = object(json!({
            "metadata": {"name": name},
            "spec": {
                "matchConstraints": {"resourceRules": [rule]},
                "validations": [{"expression": "object.metadata.name != 'settings'", "message": "no settings today"}],
            },
        }));
        let selector = json!({"matchLabels": {"kubernetes.io/metadata.name": ground.name}});
        let binding: ValidatingAdmissionPolicyBinding = object(json!({
            "metadata": {"name": name},
            "spec": {
                "policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": selector},
            },
        }));
        Api::all(ground.admin.clone()).create(&PostParams::default(), &policy).await.expect("is made");
        Api::all(ground.admin.clone()).create(&PostParams::default(), &binding).await.expect("is made");
        let this = Self { ground, name };
        eventually("it is refused", async || this.is_refused().await.then_some(())).await;
        this
    }

    async fn is_refused(&self) -> bool {
        let tried: ConfigMap = object(json!({"metadata": {"name": "settings"}}));
        let params = PostParams { dry_run: true, ..PostParams::default() };
        match self.ground.here::<ConfigMap>().create(&params, &tried).await {
            Err(kube::Error::Api(status)) => status.message.contains("no settings today"),
            _ => false,
        }
    }

    async fn lift(self) {
        let (all, params) = (self.ground.admin.clone(), DeleteParams::default());
        Api::<ValidatingAdmissionPolicyBinding>::all(all.clone()).delete(&self.name, &params).await.expect("is there");
        Api::<ValidatingAdmissionPolicy>::all(all).delete(&self.name, &params).await.expect("is there");
        eventually("it is allowed", async || (!self.is_refused().await).then_some(())).await;
    }
}

fn object<T: serde::de::DeserializeOwned>(object: Value) -> T {
    serde_json::from_value(object).expect("is one")
}

async fn delete_namespace(ground: &Ground) {
    let namespaces = Api::<Namespace>::all(ground.admin.clone());
    namespaces.delete(&ground.name, &DeleteParams::default()).await.expect("an administrator may");
    ground.until_gone().await;
}

async fn settle(ground: &Ground) {
    let worker = ground.desk.start_worker();
    until(&ground.desk, &ground.name, "it is restored", |view| {
        view["suspension"].is_null() && view["condition"].is_null()
    })
    .await;
    worker.stop().await;
}

/// Restored after it was deleted on its cluster, where `settings` is refused: what is told of it, with the rest there.
async fn until_refused(ground: &Ground) -> Value {
    restore(&ground.desk, &ground.name).await;
    let worker = ground.desk.start_worker();
    let seen =
        until(&ground.desk, &ground.name, "it says what is refused", |view| view["suspension"]["n_not_made"] == 1)
            .await;
    worker.stop().await;
    assert_eq!(ground.replicas("web").await, 3, "what is refused keeps nothing else");
    seen
}

#[tokio::test]
async fn what_a_cluster_refuses_is_kept_and_comes_when_it_is_allowed() {
    let ground = Ground::open().await;
    ground.fill().await;
    ground.suspend().await;
    let refusing = Refusing::settings(&ground).await;
    delete_namespace(&ground).await;
    let seen = until_refused(&ground).await;
    let not_made = &seen["suspension"]["not_made"][0];
    assert_eq!(not_made["object"], "ConfigMap settings", "{seen}");
    assert!(not_made["why"].as_str().is_some_and(|why| why.contains("no settings today")), "{seen}");
    let page = format!("/namespaces/{}/{}", tests::CLUSTER, ground.name);
    let page = ground.desk.as_(Role::Developer).await.get(&page).await.expect(200).text();
    assert!(page.contains("data-not-made") && page.contains("name=\"leave_rest\""), "{page}");

    // What its people delete of the rest is theirs to delete.
    ground.here::<Secret>().delete("key", &DeleteParams::default()).await.expect("is there");
    refusing.lift().await;
    sync(&ground.desk, &ground.name).await;
    settle(&ground).await;
    ground.here::<ConfigMap>().get("settings").await.expect("came");
    assert!(ground.here::<Secret>().get_opt("key").await.expect("answers").is_none());
    let filled = told(&ground.desk, "namespace.refilled").await;
    let left: Vec<_> = filled.iter().map(|told| &told["n_not_made"]).collect();
    assert_eq!(left, [1, 0], "{filled:?}");
}

#[tokio::test]
async fn one_that_is_deleted_again_before_all_is_there_is_made_again_as_a_whole() {
    let ground = Ground::open().await;
    ground.fill().await;
    ground.suspend().await;
    let refusing = Refusing::settings(&ground).await;
    delete_namespace(&ground).await;
    until_refused(&ground).await;
    delete_namespace(&ground).await;
    refusing.lift().await;
    sync(&ground.desk, &ground.name).await;
    settle(&ground).await;
    assert_eq!(ground.running().await, RUNNING);
    ground.here::<ConfigMap>().get("settings").await.expect("came");
    ground.here::<Secret>().get("key").await.expect("came");
}

#[tokio::test]
async fn what_is_refused_for_good_can_be_left_out_by_those_who_may_restore() {
    let ground = Ground::open().await;
    let (desk, restores) = (&ground.desk, format!("{}/restore?leave_rest=true", path(&ground.name)));
    let developer = desk.as_(Role::Developer).await;
    ground.fill().await;
    ground.suspend().await;
    developer.post(&restores, &json!({})).await.expect_problem(409, "not_possible");
    let refusing = Refusing::settings(&ground).await;
    delete_namespace(&ground).await;
    restore(desk, &ground.name).await;
    developer.post(&restores, &json!({})).await.expect_problem(409, "not_possible");
    assert_eq!(view(desk, &ground.name).await["suspension"]["n_objects"].as_i64().map(|n| n > 0), Some(true));
    let worker = desk.start_worker();
    until(desk, &ground.name, "it says what is refused", |view| view["suspension"]["n_not_made"] == 1).await;
    worker.stop().await;
    desk.as_(Role::Stranger).await.post(&restores, &json!({})).await.expect(404);
    let form = format!("/namespaces/{}/{}/restore", tests::CLUSTER, ground.name);
    developer.post_form(&form, &[("leave_rest", "true")]).await.expect(303);
    assert!(view(desk, &ground.name).await["suspension"].is_null());
    let left = told(desk, "namespace.rest_left_out").await;
    assert_eq!((&left[0]["n_not_made"], &left[0]["not_made"][0]["object"]), (&json!(1), &json!("ConfigMap settings")));
    developer.post(&restores, &json!({})).await.expect_problem(409, "not_possible");
    refusing.lift().await;
}

#[tokio::test]
async fn one_that_somebody_else_put_back_gets_what_it_lacks() {
    let ground = Ground::open().await;
    ground.fill().await;
    let owned = json!({"metadata": {"name": "issued", "ownerReferences": [{
        "apiVersion": "issuer.example.test/v1", "kind": "Certificate", "name": "web", "uid": "7e57", "controller": true,
    }]}});
    let pulls = Patch::Merge(json!({"imagePullSecrets": [{"name": "key"}]}));
    let accounts = ground.here::<ServiceAccount>();
    accounts.patch("default", &PatchParams::default(), &pulls).await.expect("an administrator may");
    ground.make::<Secret>(owned).await;
    ground.suspend().await;
    let namespaces = Api::<Namespace>::all(ground.admin.clone());
    let former = namespaces.get(&ground.name).await.expect("is there");
    delete_namespace(&ground).await;
    let again: Namespace = object(json!({"metadata": {
        "name": ground.name, "labels": former.labels(), "annotations": former.annotations(),
    }}));
    namespaces.create(&PostParams::default(), &again).await.expect("is made");
    restore(&ground.desk, &ground.name).await;
    settle(&ground).await;
    assert_eq!(ground.running().await, RUNNING);
    ground.here::<Secret>().get("issued").await.expect("whoever owned it may not be there");
    let pulls = accounts.get("default").await.expect("comes with it").image_pull_secrets.unwrap_or_default();
    assert_eq!(pulls.first().map(|pull| pull.name.as_str()), Some("key"));
    assert_eq!(told(&ground.desk, "namespace.refilled").await.len(), 1);
}

#[tokio::test]
async fn each_suspension_keeps_everything_anew() {
    let ground = Ground::open().await;
    let desk = &ground.desk;
    ground.fill().await;
    ground.suspend().await;
    // Taken back, and nothing is started again yet.
    restore(desk, &ground.name).await;
    ground.make::<ConfigMap>(json!({"metadata": {"name": "late"}})).await;
    ground.here::<ConfigMap>().delete("settings", &DeleteParams::default()).await.expect("is there");
    let up = Patch::Merge(json!({"spec": {"replicas": 4}}));
    ground.here::<Deployment>().patch("web", &PatchParams::default(), &up).await.expect("an administrator may");
    ground.suspend().await;
    delete_namespace(&ground).await;
    restore(desk, &ground.name).await;
    settle(&ground).await;
    assert_eq!(
        ground.running().await,
        (4, 0, false, true),
        "as it ran last, and what was stopped before that as it ran then"
    );
    ground.here::<ConfigMap>().get("late").await.expect("was there");
    assert!(ground.here::<ConfigMap>().get_opt("settings").await.expect("answers").is_none());
}

#[tokio::test]
async fn a_webhook_that_fails_is_named_and_keeps_no_other_running() {
    let ground = Ground::open().await;
    ground.fill().await;
    let name = format!("fail-{}", ground.name);
    let webhooks: Api<ValidatingWebhookConfiguration> = Api::all(ground.admin.clone());
    let rule = json!({
        "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["deployments"],
    });
    let hook: ValidatingWebhookConfiguration = object(json!({
        "metadata": {"name": name},
        "webhooks": [{
            "name": "fail.example.test", "clientConfig": {"url": "https://127.0.0.1:1/"}, "rules": [rule],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": ground.name}},
            "sideEffects": "None", "admissionReviewVersions": ["v1"], "failurePolicy": "Fail",
        }],
    }));
    webhooks.create(&PostParams::default(), &hook).await.expect("is made");
    let web = ground.here::<Deployment>();
    let params = PatchParams { dry_run: true, ..PatchParams::default() };
    let touch = Patch::Merge(json!({"metadata": {"annotations": {"touched": "yes"}}}));
    eventually("it fails", async || web.patch("web", &params, &touch).await.is_err().then_some(())).await;
    expire_in(&ground.desk, &ground.name, -Duration::MINUTE).await;
    follow(&ground.desk).await;
    let worker = ground.desk.start_worker();
    let seen = until(&ground.desk, &ground.name, "it is named", |view| view["suspension"]["refused"].is_string()).await;
    assert!(seen["suspension"]["refused"].as_str().is_some_and(|why| why.contains("fail.example.test")), "{seen}");
    assert!(seen["suspension"]["scaled_at"].is_null());
    let (web, off, cron, nodes) = ground.running().await;
    assert_eq!((web, off, cron, nodes), (3, 0, true, false), "the others are stopped");
    webhooks.delete(&name, &DeleteParams::default()).await.expect("is there");
    eventually("all is stopped", async || {
        sync(&ground.desk, &ground.name).await;
        (ground.running().await == STOPPED).then_some(())
    })
    .await;
    worker.stop().await;
}
