//! From the approval to the cluster: what is made there, who may do what in it, and what happens on the way.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, LimitRange, Namespace, Pod, ResourceQuota, Secret, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use k8s_openapi::{ClusterResourceScope, NamespaceResourceScope};
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::app::{Ctx, namespaces};
use server::jobs::Job;
use std::collections::BTreeMap;
use std::fmt::Debug;
use tests::{Desk, Role, ask, eventually, kubernetes, quota, with};

const MANAGED: &str = "app.kubernetes.io/managed-by=berth";

#[tokio::test]
async fn a_namespace_is_made_of_all_its_parts_with_the_numbers_that_were_granted() {
    let desk = Desk::open().await;
    let number = desk.asked().await; // 2 CPU, 4 GiB
    let less = with(quota(1500, 3), json!({"pods": 7}));
    let approval = json!({"revision": 1, "grant": less});
    desk.as_(Role::Owner).await.post(&format!("/api/v1/requests/{number}/approve"), &approval).await.expect(200);
    let request = desk.until(number, "completed").await;
    let name = request["name"].as_str().expect("is text");
    let cluster = kubernetes::admin().await;

    let namespace = whole::<Namespace>(&cluster, name).await;
    let labels = namespace.labels();
    for (label, value) in [
        ("app.kubernetes.io/managed-by", "berth"),
        ("berth.dev/team", "payments"),
        ("berth.dev/class", "standard"),
        ("berth.dev/environment", "development"),
        ("pod-security.kubernetes.io/enforce", "restricted"),
    ] {
        assert_eq!(labels.get(label).map(String::as_str), Some(value), "{label}");
    }
    assert!(
        labels.contains_key("pod-security.kubernetes.io/enforce-version")
            && labels.contains_key("berth.dev/namespace-id")
    );
    assert_eq!(namespace.annotations()["berth.dev/request"], format!("REQ-{number}"));

    let quotas = made::<ResourceQuota>(&cluster, name).await;
    assert_eq!(quotas.keys().collect::<Vec<_>>(), ["berth-compute", "berth-objects", "berth-storage"]);
    let compute = quotas["berth-compute"].status.as_ref().and_then(|status| status.hard.as_ref()).expect("is enforced");
    let hard = |resource: &str| compute[resource].0.as_str();
    assert_eq!((hard("requests.cpu"), hard("limits.memory"), hard("pods")), ("1500m", "3Gi", "7"));

    assert_eq!(made::<LimitRange>(&cluster, name).await.keys().collect::<Vec<_>>(), ["berth-defaults"]);
    let policies = made::<NetworkPolicy>(&cluster, name).await;
    assert!(policies.contains_key("berth-default-deny") && policies.len() >= 4, "{:?}", policies.keys());
    assert!(made::<ServiceAccount>(&cluster, name).await.contains_key("berth-deployer"));
    let default = Api::<ServiceAccount>::namespaced(cluster.clone(), name).get("default").await.expect("is there");
    assert_eq!(default.automount_service_account_token, Some(false));

    let bindings = made::<RoleBinding>(&cluster, name).await;
    let groups =
        |binding: &str| bindings[binding].subjects.iter().flatten().map(|s| s.name.clone()).collect::<Vec<_>>();
    assert_eq!(groups("berth-develop"), ["oidc:payments-developers"]);
    assert_eq!(groups("berth-own"), ["oidc:payments-owners"]);
    assert!(!bindings.contains_key("berth-view"), "no group has that role");

    let info =
        made::<ConfigMap>(&cluster, name).await.remove("berth-info").and_then(|info| info.data).expect("is there");
    assert_eq!(info["desk"], format!("{}/namespaces/harbour-1/{name}", desk.url()));
}

/// Everything of a kind that Berth made in the namespace, by name.
async fn made<K>(cluster: &Client, namespace: &str) -> BTreeMap<String, K>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let found = Api::<K>::namespaced(cluster.clone(), namespace).list(&ListParams::default().labels(MANAGED)).await;
    let found = found.expect("is listed").items;
    found.iter().for_each(is_applied_by_berth);
    found.into_iter().map(|object| (object.name_any(), object)).collect()
}

async fn whole<K>(cluster: &Client, name: &str) -> K
where
    K: Resource<Scope = ClusterResourceScope, DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let object = Api::<K>::all(cluster.clone()).get(name).await.expect("is there");
    is_applied_by_berth(&object);
    object
}

fn is_applied_by_berth(object: &impl ResourceExt) {
    let managers: Vec<_> =
        object.managed_fields().iter().map(|f| (f.manager.as_deref(), f.operation.as_deref())).collect();
    assert!(managers.contains(&(Some("berth"), Some("Apply"))), "{}: {managers:?}", object.name_any());
}

#[tokio::test]
async fn a_developer_works_in_the_namespace_with_their_own_token_and_nowhere_else() {
    let desk = Desk::open().await;
    let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
    let (developer, stranger) = (kubernetes::person(Role::Developer).await, kubernetes::person(Role::Stranger).await);
    let deployments = |client: &Client, namespace: &str| Api::<Deployment>::namespaced(client.clone(), namespace);
    let (post, web) = (PostParams::default(), kubernetes::a_deployment("web", 1, "100m", ""));
    deployments(&developer, &name).create(&post, &web).await.expect("a developer deploys");
    is_forbidden(deployments(&developer, "default").create(&post, &web).await);
    is_forbidden(deployments(&stranger, &name).create(&post, &web).await);
    is_forbidden(Api::<Pod>::all(developer.clone()).list(&ListParams::default()).await);
    is_forbidden(Api::<Secret>::namespaced(developer.clone(), "berth-system").list(&ListParams::default()).await);

    let quotas: Api<ResourceQuota> = Api::namespaced(developer.clone(), &name);
    let more = Patch::Merge(json!({"spec": {"hard": {"pods": "1000"}}}));
    is_forbidden(quotas.patch("berth-compute", &PatchParams::default(), &more).await);
    is_forbidden(quotas.delete("berth-compute", &DeleteParams::default()).await);
    let bindings: Api<RoleBinding> = Api::namespaced(developer.clone(), &name);
    let own = Patch::Merge(json!({"subjects": [{"kind": "User", "name": "developer"}]}));
    is_forbidden(bindings.patch("berth-own", &PatchParams::default(), &own).await);
    let labels = Patch::Merge(json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}));
    is_forbidden(Api::<Namespace>::all(developer).patch(&name, &PatchParams::default(), &labels).await);
}

#[track_caller]
fn is_forbidden<T>(answer: kube::Result<T>) {
    let code = answer.err().and_then(|error| match error {
        kube::Error::Api(status) => Some(status.code),
        _ => None,
    });
    assert_eq!(code, Some(403));
}

#[tokio::test]
async fn the_steps_are_seen_while_they_run_and_afterwards() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let developer = desk.as_(Role::Developer).await;
    let mut events = developer.listen(&format!("/api/v1/requests/{number}/events")).await;
    let first = events.next().await;
    assert_eq!(first["state"], "approved");
    assert!(steps(&first).iter().all(|(_, state)| state == "waiting"), "{first}");
    let worker = desk.start_worker();
    let mut n_events = 1;
    let last = loop {
        let seen = events.next().await;
        n_events += 1;
        assert_ne!(seen["state"], "failed", "{}", seen["failure"]);
        if seen["state"] == "completed" {
            break seen;
        }
    };
    assert!(n_events > 2, "steps are seen one after another");
    let names: Vec<_> = steps(&last).into_iter().map(|(step, _)| step).collect();
    assert_eq!(names, ["preflight", "namespace", "quota", "limits", "network", "deployer", "access", "info", "verify"]);
    for step in last["steps"].as_array().expect("has steps") {
        assert!(step["state"] == "done" && step["detail"].is_string() && step["ended_at"].is_string(), "{step}");
    }
    let page = developer.get(&format!("/requests/{number}")).await.expect(200).text();
    assert!(page.contains("Verify on the cluster"), "{page}");
    worker.stop().await;
}

fn steps(request: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    request["steps"].as_array().into_iter().flatten().map(|step| (text(&step["step"]), text(&step["state"]))).collect()
}

#[tokio::test]
async fn a_small_sandbox_is_there_without_anybodys_word() {
    let desk = Desk::open().await;
    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let done = desk.until(request["number"].as_i64().expect("is a number"), "completed").await;
    assert_eq!((&done["stages"], &done["namespace_ready"]), (&json!([]), &json!(true)));
    let namespace = whole::<Namespace>(&kubernetes::admin().await, done["name"].as_str().expect("is text")).await;
    assert_eq!(namespace.labels()["berth.dev/environment"], "sandbox");
}

#[tokio::test]
async fn provisioning_twice_at_the_same_time_is_harmless() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let id = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is held");
    let ctx = Ctx::system(desk.berth().clone(), "test");
    tokio::join!(namespaces::SyncNamespace::run(&ctx, id), namespaces::SyncNamespace::run(&ctx, id));
    let request = desk.request(number).await;
    assert_eq!(request["state"], "completed", "{}", request["failure"]);
    assert!(steps(&request).iter().all(|(_, state)| state == "done"), "{request}");
    let completed =
        request["timeline"].as_array().expect("has a timeline").iter().filter(|entry| entry["kind"] == "completed");
    assert_eq!(completed.count(), 1);
}

#[tokio::test]
async fn provisioning_again_what_is_there_changes_nothing() {
    let desk = Desk::open().await;
    let request = desk.provisioned().await;
    let (number, name) = (request["number"].as_i64().expect("is a number"), request["name"].as_str().expect("is text"));
    let cluster = kubernetes::admin().await;
    let before = versions(&cluster, name).await;
    desk.forged().broken_off(number).await;
    desk.until(number, "completed").await;
    assert_eq!(versions(&cluster, name).await, before);
}

/// Of what has a version of its own for each change; a quota's status changes by itself.
async fn versions(cluster: &Client, namespace: &str) -> Vec<String> {
    let mut versions: Vec<_> = made::<RoleBinding>(cluster, namespace).await.values().map(version).collect();
    versions.extend(made::<NetworkPolicy>(cluster, namespace).await.values().map(version));
    versions.extend(made::<LimitRange>(cluster, namespace).await.values().map(version));
    versions.extend(made::<ConfigMap>(cluster, namespace).await.values().map(version));
    versions.extend(made::<ServiceAccount>(cluster, namespace).await.values().map(version));
    versions.extend(made::<ResourceQuota>(cluster, namespace).await.values().map(|quota| format!("{:?}", quota.spec)));
    versions.push(version(&whole::<Namespace>(cluster, namespace).await));
    versions
}

fn version(object: &impl ResourceExt) -> String {
    format!("{} {}", object.name_any(), object.resource_version().unwrap_or_default())
}

#[tokio::test]
async fn a_namespace_that_somebody_else_made_is_left_alone_until_it_is_gone() {
    let desk = Desk::open().await;
    let number = desk.asked().await;
    let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    let foreign: Namespace =
        serde_json::from_value(json!({"metadata": {"name": name, "labels": {"made-by": "somebody"}}})).expect("is one");
    let foreign = namespaces.create(&PostParams::default(), &foreign).await.expect("is made");

    let path = format!("/api/v1/requests/{number}");
    desk.as_(Role::Owner).await.post(&format!("{path}/approve"), &json!({"revision": 1})).await.expect(200);
    let failed = desk.until(number, "failed").await;
    let reason = failed["failure"].as_str().expect("has a reason");
    assert_eq!(
        reason,
        format!("Namespace {name} is already on the cluster and not managed by Berth; it was left as it is")
    );
    assert_eq!(steps(&failed)[0], ("preflight".into(), "failed".into()));
    let found = namespaces.get(&name).await.expect("is still there");
    assert_eq!((found.uid(), found.labels()), (foreign.uid(), foreign.labels()));
    let page = desk.as_(Role::Developer).await.get(&format!("/requests/{number}")).await.expect(200).text();
    assert!(page.contains("not managed by Berth"), "{page}");

    let platform = desk.as_(Role::Platform).await;
    platform.post(&format!("{path}/retry"), &json!({})).await.expect(200);
    desk.until(number, "failed").await;
    namespaces.delete(&name, &DeleteParams::default()).await.expect("is deleted");
    eventually("it is gone", async || namespaces.get_opt(&name).await.expect("answers").is_none().then_some(())).await;
    platform.post(&format!("{path}/retry"), &json!({})).await.expect(200);
    desk.until(number, "completed").await;
    platform.post(&format!("{path}/retry"), &json!({})).await.expect_problem(409, "closed");
}

#[tokio::test]
async fn a_worker_that_is_stopped_between_steps_is_followed_by_another() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let worker = desk.start_worker();
    let done = some_done(&desk).await;
    worker.stop().await;
    assert_eq!(desk.request(number).await["state"], "applying");
    let leased: i64 = sqlx::query_scalar("select count(*) from jobs where leased_by is not null")
        .fetch_one(desk.db())
        .await
        .expect("counts");
    assert_eq!(leased, 0, "the job is put back");

    let other = desk.start_worker();
    desk.until(number, "completed").await;
    let after = done_at(&desk).await;
    assert!(done.iter().all(|(step, at)| after.get(step) == Some(at)), "what was done is not done again");
    other.stop().await;
}

#[tokio::test]
async fn a_worker_that_dies_between_steps_is_followed_by_another_when_its_lease_ends() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let worker = desk.start_worker();
    some_done(&desk).await;
    worker.kill().await;
    let left: bool = sqlx::query_scalar("select leased_until > now() from jobs where kind = 'sync_namespace'")
        .fetch_one(desk.db())
        .await
        .expect("reads");
    assert!(left, "nothing was put back");
    desk.forged().leases_end().await;
    let other = desk.start_worker();
    desk.until(number, "completed").await;
    other.stop().await;
}

/// Waits until some steps are done, and answers when each was.
async fn some_done(desk: &Desk) -> BTreeMap<String, String> {
    eventually("some steps are done", async || Some(done_at(desk).await).filter(|done| !done.is_empty())).await
}

async fn done_at(desk: &Desk) -> BTreeMap<String, String> {
    let rows = sqlx::query_as::<_, (String, String)>("select step, ended_at::text from steps where state = 'done'");
    rows.fetch_all(desk.db()).await.expect("reads").into_iter().collect()
}

#[tokio::test]
async fn a_job_that_was_given_up_is_seen_and_goes_on_when_platform_says_so() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let kept = desk.forged().credentials_damaged().await;
    desk.forged().tried_seven_times().await;
    let (worker, platform) = (desk.start_worker(), desk.as_(Role::Platform).await);
    let job = eventually("it is given up", async || {
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        (jobs[0]["gave_up"] == true).then(|| jobs[0].clone())
    })
    .await;
    assert!(job["last_error"].as_str().is_some_and(|error| error.contains("sealed")), "{job}");
    let failed = desk.until(number, "failed").await;
    assert!(failed["failure"].as_str().is_some_and(|why| !why.contains("sealed")), "{}", failed["failure"]);
    let page = platform.get("/admin/jobs").await.expect(200).text();
    assert!(page.contains("sealed"), "{page}");

    desk.forged().credentials_mended(&kept).await;
    platform.post(&format!("/api/v1/requests/{number}/retry"), &json!({})).await.expect(200);
    desk.until(number, "completed").await;
    eventually("nothing of it is left to do", async || {
        let jobs = platform.get("/api/v1/jobs").await.expect(200).json();
        jobs.as_array()?.iter().all(|job| job["kind"] != "sync_namespace").then_some(())
    })
    .await;
    worker.stop().await;
}

/// Kubernetes writes 1000 as `1k` and 2,000,000,000 as `2G`, whoever wrote it.
#[tokio::test]
async fn amounts_that_kubernetes_writes_its_own_way_are_in_force_and_no_drift() {
    let desk = Desk::open().await;
    let amounts = json!({"cpu_m": 1500, "memory_bytes": 2_000_000_000u64, "storage_bytes": 3_000_000_000_000u64, "pods": 5, "load_balancers": 1000});
    let class = desk
        .class(json!({"environment": "sandbox", "sizes": [{"name": "S", "quota": amounts}], "ceiling": amounts}))
        .await;
    let body = ask(&desk.new_name("payments"), &class, "S");
    let developer = desk.as_(Role::Developer).await;
    let request = developer.post("/api/v1/requests", &body).await.expect(201).json();
    let made = desk.until(request["number"].as_i64().expect("is a number"), "completed").await;
    let path = format!("/api/v1/namespaces/{}/{}", tests::CLUSTER, made["name"].as_str().expect("is text"));
    let enforced = eventually("what is enforced is read", async || {
        let seen = developer.get(&path).await.expect(200).json();
        let lines = seen["lines"].as_array().expect("has lines").clone();
        lines.iter().all(|line| !line["enforced"].is_null()).then_some(lines)
    })
    .await;
    assert!(enforced.iter().all(|line| line["enforced"] == line["granted"]), "{enforced:?}");
    let sync = path.replacen("/api/v1", "", 1) + "/sync";
    desk.as_(Role::Owner).await.post_form(&sync, &[]).await.expect(303);
    eventually("it was looked at", async || {
        let sync = developer.get(&path).await.expect(200).json()["sync"].clone();
        (!sync["looked_at"].is_null() && sync["is_ordered"] == false).then_some(())
    })
    .await;
    assert_eq!(developer.get(&path).await.expect(200).json()["sync"]["drift"], json!([]));
}
