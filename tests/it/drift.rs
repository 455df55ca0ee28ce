//! Namespaces are kept as they were granted: what somebody changes on the cluster is seen, put back and told of.

use k8s_openapi::api::core::v1::{ConfigMap, Namespace, ResourceQuota};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::{Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Debug;
use tests::{CLUSTER, Desk, Opening, Role, eventually, kubernetes};

const BY_HAND: &str = "by-hand";

/// A ready namespace of `payments`, seen by the watch.
struct Kept {
    desk: Desk,
    admin: Client,
    name: String,
}

#[tokio::test]
async fn what_an_administrator_changes_is_put_back_by_the_watch_and_told_with_who_set_it() {
    let kept = Kept::open().await;
    let labels = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
    change(&Api::<Namespace>::all(kept.admin.clone()), &kept.name, &labels).await;
    let quotas: Api<ResourceQuota> = kept.here();
    change(&quotas, "berth-compute", &json!({"spec": {"hard": {"pods": "999"}}})).await;
    change(&quotas, "berth-storage", &json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": null}}})).await;
    let policies: Api<NetworkPolicy> = kept.here();
    policies.delete("berth-default-deny", &DeleteParams::default()).await.expect("is deleted");
    let bindings: Api<RoleBinding> = kept.here();
    change(&bindings, "berth-develop", &json!({"subjects": []})).await;
    let extra: RoleBinding = serde_json::from_value(json!({
        "metadata": {"name": "more", "labels": {"app.kubernetes.io/managed-by": "berth"}},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "berth-own"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:somebody@berth.test"}],
    }))
    .expect("is one");
    let by_hand = PostParams { field_manager: Some(BY_HAND.into()), ..PostParams::default() };
    bindings.create(&by_hand, &extra).await.expect("is made");

    // The sweep looks at what nobody has looked at for ten minutes; this is the watch.
    let rows = kept
        .until_told(&[
            (&kept.name, "metadata.labels[\"pod-security.kubernetes.io/enforce\"]", Some(BY_HAND)),
            ("berth-compute", "spec.hard.pods", Some(BY_HAND)),
            ("berth-storage", "metadata.labels[\"app.kubernetes.io/managed-by\"]", None),
            ("berth-default-deny", "", None),
            ("berth-develop", "subjects", None),
            ("more", "", Some(BY_HAND)),
        ])
        .await;
    let pods = rows.iter().find(|row| row["field"] == "spec.hard.pods").expect("is told");
    assert_eq!((&pods["desired"], &pods["found"]), (&json!("25"), &json!("999")), "{pods}");
    let compute = quotas.get("berth-compute").await.expect("is there").spec.and_then(|spec| spec.hard);
    assert_eq!(compute.expect("has amounts")["pods"].0, "25");
    policies.get("berth-default-deny").await.expect("is back");
    assert_eq!(bindings.get("berth-develop").await.expect("is there").subjects.map(|all| all.len()), Some(1));
    assert!(bindings.get_opt("more").await.expect("answers").is_none(), "what should not be there is gone");

    let developer = kept.desk.as_(Role::Developer).await;
    let page = format!("/namespaces/{CLUSTER}/{}/sync", kept.name);
    eventually("a look finds it in order, and no other is due", async || {
        let page = developer.get(&page).await.expect(200).text();
        (page.contains("class=\"note ok\"") && page.contains(BY_HAND)).then_some(())
    })
    .await;
    let trail =
        kept.desk.as_(Role::Auditor).await.get("/api/v1/audit?action=namespace.drift_corrected").await.expect(200);
    assert!(trail.text().contains("spec.hard.pods"), "{}", trail.text());
}

/// What is in each kind of object that Berth makes, and could be there besides. A kind that is missing here fails.
fn additions() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let policy = |name, patch, field| ("NetworkPolicy", name, patch, field);
    let mark = json!({"metadata": {"annotations": {"berth.dev/more": "1"}}});
    let marked = "metadata.annotations[\"berth.dev/more\"]";
    vec![
        ("Namespace", "", mark.clone(), marked),
        ("ResourceQuota", "berth-compute", json!({"spec": {"hard": {"count/pods": "1"}}}), "spec.hard[\"count/pods\"]"),
        ("ResourceQuota", "berth-storage", mark.clone(), marked),
        (
            "LimitRange",
            "berth-defaults",
            json!([{"op": "add", "path": "/spec/limits/0/maxLimitRequestRatio", "value": {"cpu": "20"}}]),
            "spec.limits[0].maxLimitRequestRatio",
        ),
        policy("berth-default-deny", json!({"spec": {"ingress": [{}], "egress": [{}]}}), "spec.ingress"),
        policy(
            "berth-same-namespace",
            json!([{"op": "add", "path": "/spec/ingress/0/from/0/namespaceSelector", "value": {}}]),
            "spec.ingress[0].from[0].namespaceSelector",
        ),
        policy(
            "berth-dns",
            json!([{"op": "add", "path": "/spec/egress/0/ports/0/endPort", "value": 65535}]),
            "spec.egress[0].ports[0].endPort",
        ),
        (
            "RoleBinding",
            "berth-develop",
            json!([{"op": "add", "path": "/subjects/-", "value": {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:more"}}]),
            "subjects",
        ),
        ("ServiceAccount", "berth-deployer", mark, marked),
        ("ConfigMap", "berth-info", json!({"data": {"more": "1"}}), "data.more"),
    ]
}

#[tokio::test]
async fn what_stands_in_berths_objects_beside_the_desired_state_is_seen_told_and_taken_away() {
    let kept = Kept::open().await;
    let kinds: BTreeSet<_> = additions().into_iter().map(|(kind, ..)| kind).collect();
    for (kind, name, patch, _) in additions() {
        let name = if name.is_empty() { &kept.name } else { name };
        let group = match kind {
            "NetworkPolicy" => "networking.k8s.io",
            "RoleBinding" => "rbac.authorization.k8s.io",
            _ => "",
        };
        let resource = kube::core::ApiResource::from_gvk(&kube::core::GroupVersionKind::gvk(group, "v1", kind));
        let objects: Api<kube::core::DynamicObject> = match kind {
            "Namespace" => Api::all_with(kept.admin.clone(), &resource),
            _ => Api::namespaced_with(kept.admin.clone(), &kept.name, &resource),
        };
        let by_hand = PatchParams { field_manager: Some(BY_HAND.into()), ..PatchParams::default() };
        let patch = match patch.is_array() {
            true => Patch::Json(serde_json::from_value(patch).expect("is a patch")),
            false => Patch::Merge(patch),
        };
        objects.patch(name, &by_hand, &patch).await.expect("an administrator may");
    }
    // A ConfigMap is not watched.
    kept.desk.as_(Role::Platform).await.post(&kept.path("/sync"), &json!({})).await.expect(200);
    let wanted: Vec<_> = additions()
        .into_iter()
        .map(|(_, name, _, field)| (if name.is_empty() { kept.name.clone() } else { name.to_owned() }, field))
        .collect();
    let wanted: Vec<_> = wanted.iter().map(|(name, field)| (name.as_str(), *field, Some(BY_HAND))).collect();
    kept.until_told(&wanted).await;
    kept.until_in_order().await;
    let policies: Api<NetworkPolicy> = kept.here();
    let deny = policies.get("berth-default-deny").await.expect("is there").spec.expect("has rules");
    assert_eq!((deny.ingress, deny.egress), (None, None), "nothing passes again");
    let quotas: Api<ResourceQuota> = kept.here();
    let hard = quotas.get("berth-compute").await.expect("is there").spec.and_then(|spec| spec.hard).expect("is set");
    assert!(!hard.contains_key("count/pods"), "{hard:?}");
    assert_eq!(kinds.len(), 7, "of each kind that Berth makes");
}

#[tokio::test]
async fn what_others_rightly_add_is_left() {
    let kept = Kept::open().await;
    let theirs =
        json!({"metadata": {"labels": {"example.com/theirs": "1"}, "annotations": {"example.com/theirs": "1"}}});
    change(&Api::<Namespace>::all(kept.admin.clone()), &kept.name, &theirs).await;
    let quotas: Api<ResourceQuota> = kept.here();
    change(&quotas, "berth-compute", &theirs).await;
    kept.desk.as_(Role::Platform).await.post(&kept.path("/sync"), &json!({})).await.expect(200);
    kept.until_in_order().await;
    assert!(kept.drift().await.is_empty());
    assert_eq!(quotas.get("berth-compute").await.expect("is there").labels()["example.com/theirs"], "1");
}

#[tokio::test]
async fn a_namespace_that_vanished_is_explained_and_made_again_only_when_somebody_says_so() {
    let kept = Kept::open().await;
    let namespaces: Api<Namespace> = Api::all(kept.admin.clone());
    namespaces.delete(&kept.name, &DeleteParams::default()).await.expect("is deleted");
    let condition = kept.until_in_condition("missing").await;
    assert!(condition["detail"].as_str().is_some_and(|why| why.contains("what ran in it is lost")), "{condition}");
    assert!(namespaces.get_opt(&kept.name).await.expect("answers").is_none(), "nobody has said so");
    kept.takes_no_quota().await;
    let owner = kept.desk.as_(Role::Owner).await;
    // While another look is ordered the page says that.
    eventually("its page offers to make it again", async || {
        let page = owner.get(&format!("/namespaces/{CLUSTER}/{}/sync", kept.name)).await.expect(200).text();
        page.contains("Recreate empty").then_some(())
    })
    .await;
    owner.post_form(&format!("/namespaces/{CLUSTER}/{}/sync", kept.name), &[]).await.expect(303);
    kept.until_in_order().await;
    let made = namespaces.get(&kept.name).await.expect("is there again");
    assert_eq!(made.labels()["pod-security.kubernetes.io/enforce"], "restricted");
    assert!(kept.drift().await.is_empty(), "what is made anew is no drift");

    let foreign: Namespace = serde_json::from_value(json!({"metadata": {"name": kept.name}})).expect("is one");
    namespaces.delete(&kept.name, &DeleteParams::default()).await.expect("is deleted");
    kept.until_in_condition("missing").await;
    let foreign = namespaces.create(&PostParams::default(), &foreign).await.expect("is made by somebody else");
    owner.post(&kept.path("/sync"), &json!({})).await.expect(200);
    let condition = kept.until_in_condition("replaced").await;
    assert!(condition["detail"].as_str().is_some_and(|why| why.contains("kubectl label namespace")), "{condition}");
    kept.takes_no_quota().await;
    let found = namespaces.get(&kept.name).await.expect("is there");
    assert_eq!((found.uid(), found.labels().len()), (foreign.uid(), 1), "only Kubernetes' own label");
    let touched: Vec<_> = found.managed_fields().iter().filter_map(|entry| entry.manager.as_deref()).collect();
    assert!(!touched.contains(&"berth"), "{touched:?}");
}

#[tokio::test]
async fn a_namespace_that_is_stuck_in_deletion_says_what_holds_it() {
    let kept = Kept::open().await;
    let held: ConfigMap =
        serde_json::from_value(json!({"metadata": {"name": "held", "finalizers": ["hold.test/on"]}})).expect("is one");
    let objects: Api<ConfigMap> = kept.here();
    objects.create(&PostParams::default(), &held).await.expect("is made");
    let namespaces: Api<Namespace> = Api::all(kept.admin.clone());
    namespaces.delete(&kept.name, &DeleteParams::default()).await.expect("is deleted");
    eventually("what holds it is said", async || {
        let condition = kept.sync().await["condition"].clone();
        let detail = condition["detail"].as_str().unwrap_or_default().to_owned();
        (condition["kind"] == "leaving" && detail.contains("hold.test/on")).then_some(())
    })
    .await;
    kept.takes_no_quota().await;
    change(&objects, "held", &json!({"metadata": {"finalizers": null}})).await;
    kept.until_in_condition("missing").await;
}

#[tokio::test]
async fn what_is_desired_anew_is_applied_and_is_no_drift() {
    let kept = Kept::open().await;
    kept.desk.forged().pods_granted(7).await;
    kept.desk.as_(Role::Platform).await.post(&kept.path("/sync"), &json!({})).await.expect(200);
    let quotas: Api<ResourceQuota> = kept.here();
    eventually("the quota is lower", async || {
        let hard = quotas.get("berth-compute").await.expect("is there").spec?.hard?;
        (hard["pods"].0 == "7").then_some(())
    })
    .await;
    kept.until_in_order().await;
    assert!(kept.drift().await.is_empty());
}

#[tokio::test]
async fn what_nobody_saw_is_found_by_the_sweep() {
    let kept = Kept::with(Opening { works: true, ..Opening::default() }).await;
    let quotas: Api<ResourceQuota> = kept.here();
    change(&quotas, "berth-compute", &json!({"spec": {"hard": {"pods": "999"}}})).await;
    kept.desk.forged().looks_due().await;
    kept.desk.forged().jobs_due(Some("sweep_namespaces")).await;
    kept.until_told(&[("berth-compute", "spec.hard.pods", Some(BY_HAND))]).await;
}

#[tokio::test]
async fn quota_set_by_hand_can_be_asked_for() {
    let kept = Kept::with(Opening { works: true, ..Opening::default() }).await;
    let quotas: Api<ResourceQuota> = kept.here();
    change(&quotas, "berth-compute", &json!({"spec": {"hard": {"requests.cpu": "9"}}})).await;
    kept.desk.as_(Role::Developer).await.post(&kept.path("/sync"), &json!({})).await.expect(200);
    kept.until_told(&[("berth-compute", "spec.hard[\"requests.cpu\"]", Some(BY_HAND))]).await;
    let sync = format!("/namespaces/{CLUSTER}/{}/sync", kept.name);
    let page = kept.desk.as_(Role::Developer).await.get(&sync).await.expect(200).text();
    assert!(page.contains(&format!("/namespaces/{CLUSTER}/{}/quota?cpu=9", kept.name)), "{page}");
    let page = kept.desk.as_(Role::Auditor).await.get(&sync).await.expect(200).text();
    assert!(!page.contains("quota?cpu=9") && !page.contains("Sync now"), "{page}");
    kept.desk.as_(Role::Auditor).await.post(&kept.path("/sync"), &json!({})).await.expect(403);
}

#[tokio::test]
async fn nothing_is_written_where_nobody_can_say_which_revision_the_cluster_has() {
    let kept = Kept::open().await;
    let namespaces = Api::<Namespace>::all(kept.admin.clone());
    let set = |revision: Value| json!({"metadata": {"annotations": {"berth.dev/revision": revision}}});
    let quotas: Api<ResourceQuota> = kept.here();
    let pods = async || {
        let hard = quotas.get("berth-compute").await.expect("is there").spec.and_then(|spec| spec.hard);
        hard.expect("has amounts")["pods"].0.clone()
    };
    for unreadable in ["many", "9223372036854775807"] {
        change(&namespaces, &kept.name, &set(json!(unreadable))).await;
        change(&quotas, "berth-compute", &json!({"spec": {"hard": {"pods": "999"}}})).await;
        let condition = kept.until_in_condition("refused").await;
        assert!(condition["detail"].as_str().is_some_and(|why| why.contains("berth.dev/revision")), "{condition}");
        assert_eq!(pods().await, "999");
        change(&namespaces, &kept.name, &set(Value::Null)).await;
        kept.until_in_order().await;
        eventually("what was granted is back", async || (pods().await == "25").then_some(())).await;
    }

    // What was granted meanwhile waits for somebody who takes it off.
    change(&namespaces, &kept.name, &set(json!("many"))).await;
    let developer = kept.desk.as_(Role::Developer).await;
    let number = developer.post("/api/v1/requests", &kept.less().await).await.expect(201).json()["number"].clone();
    let path = format!("/api/v1/requests/{number}");
    eventually("it has failed", async || {
        (developer.get(&path).await.expect(200).json()["state"] == "failed").then_some(())
    })
    .await;
    assert_eq!(pods().await, "25");
    change(&namespaces, &kept.name, &set(Value::Null)).await;
    kept.desk.as_(Role::Platform).await.post(&format!("{path}/retry"), &json!({})).await.expect(200);
    eventually("it is completed", async || {
        (developer.get(&path).await.expect(200).json()["state"] == "completed").then_some(())
    })
    .await;
}

impl Kept {
    async fn open() -> Self {
        Self::with(Opening { works: true, watches: true, ..Opening::default() }).await
    }

    async fn with(opening: Opening) -> Self {
        let desk = Desk::with(opening).await;
        let name = desk.provisioned().await["name"].as_str().expect("is text").to_owned();
        let kept = Self { desk, admin: kubernetes::admin().await, name };
        if opening.watches {
            eventually("the cluster has been read", async || {
                let view = kept.view().await;
                (view["freshness"]["state"] == "live").then_some(())
            })
            .await;
        }
        kept
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{CLUSTER}/{}{rest}", self.name)
    }

    fn here<K>(&self) -> Api<K>
    where
        K: Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
    {
        Api::namespaced(self.admin.clone(), &self.name)
    }

    async fn view(&self) -> Value {
        self.desk.as_(Role::Developer).await.get(&self.path("")).await.expect(200).json()
    }

    /// The ask for less CPU, which needs nobody.
    async fn less(&self) -> Value {
        let quota = tests::with(self.view().await["quota"].clone(), json!({"cpu_m": 500}));
        json!({
            "kind": "quota", "cluster": CLUSTER, "name": self.name, "size": null, "purpose": "Less for now",
            "quota": quota, "acknowledge_below_use": true,
        })
    }

    /// Nobody asks for what nobody can be given, by the API or by the form, tried or sent.
    async fn takes_no_quota(&self) {
        let developer = self.desk.as_(Role::Developer).await;
        let less = self.less().await;
        developer.post("/api/v1/requests", &less).await.expect_problem(409, "namespace_gone");
        let verdict = developer.post("/api/v1/requests/check", &less).await.expect(200).json();
        assert_eq!(verdict["outcome"], "refused", "{verdict}");
    }

    async fn sync(&self) -> Value {
        self.view().await["sync"].clone()
    }

    async fn drift(&self) -> Vec<Value> {
        let page = self.desk.as_(Role::Developer).await.get(&self.path("/drift")).await.expect(200).json();
        page["items"].as_array().expect("are rows").clone()
    }

    /// Waits until each of these is told of (object, field, who set it) and put back.
    async fn until_told(&self, wanted: &[(&str, &str, Option<&str>)]) -> Vec<Value> {
        eventually("it is told of and put back", async || {
            let rows = self.drift().await;
            let is_told = |(name, field, manager): &(&str, &str, Option<&str>)| {
                rows.iter().any(|row| {
                    row["name"] == *name
                        && row["field"] == *field
                        && row["put_back_at"].is_string()
                        && manager.is_none_or(|manager| row["manager"] == manager)
                })
            };
            wanted.iter().all(is_told).then_some(rows)
        })
        .await
    }

    async fn until_in_condition(&self, kind: &str) -> Value {
        eventually(&format!("it is {kind}"), async || {
            let condition = self.sync().await["condition"].clone();
            (condition["kind"] == kind).then_some(condition)
        })
        .await
    }

    async fn until_in_order(&self) {
        eventually("it is in order", async || {
            let sync = self.sync().await;
            (sync["condition"].is_null() && sync["is_ordered"] == false).then_some(())
        })
        .await;
    }
}

async fn change<K>(api: &Api<K>, name: &str, patch: &Value)
where
    K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
{
    let by_hand = PatchParams { field_manager: Some(BY_HAND.into()), ..PatchParams::default() };
    api.patch(name, &by_hand, &Patch::Merge(patch)).await.expect("an administrator may");
}

#[tokio::test]
async fn who_has_the_page_open_hears_that_berth_has_looked() {
    let desk = Desk::quiet().await;
    let made = desk.ready().await;
    desk.forged().jobs_done(Some("sync_namespace")).await;
    let path = format!("/api/v1/namespaces/{CLUSTER}/{}", made["name"].as_str().expect("is text"));
    let developer = desk.as_(Role::Developer).await;
    let mut events = developer.listen(&format!("{path}/events")).await;
    let first = events.next().await;
    assert_eq!(first["sync"]["is_ordered"], false);
    developer.post(&format!("{path}/sync"), &json!({})).await.expect(200);
    events.until(|event| event["sync"]["is_ordered"] == true).await;
}

/// What Berth finds by itself, and what Platform does to the whole cluster, is told in the namespace's activity: once, and
/// not with each look.
#[tokio::test]
async fn what_berth_finds_is_told_once_in_the_activity_of_the_namespace() {
    let kept = Kept::open().await;
    let desk = &kept.desk;
    let told = async || -> Vec<String> {
        let says = sqlx::query_scalar(
            "select action from audit_events where subject = $1 or action like 'cluster.%ed' order by seq",
        );
        let place = format!("{CLUSTER}/{}", kept.name);
        let all: Vec<String> = says.bind(place).fetch_all(desk.db()).await.expect("are there");
        let of_requests = ["namespace.provisioned", "namespace.sync_ordered", "cluster.added", "cluster.changed"];
        all.into_iter().filter(|action| !of_requests.contains(&action.as_str())).collect()
    };
    let (platform, developer) = (desk.as_(Role::Platform).await, desk.as_(Role::Developer).await);
    // As the sweep orders one.
    let look = async || {
        let before = kept.sync().await["looked_at"].clone();
        desk.forged().looks_ordered().await;
        eventually("it is looked at", async || (kept.sync().await["looked_at"] != before).then_some(())).await;
    };
    change(&kept.here::<ResourceQuota>(), "berth-compute", &json!({"spec": {"hard": {"pods": "999"}}})).await;
    kept.until_told(&[("berth-compute", "spec.hard.pods", None)]).await;
    assert_eq!(told().await, ["namespace.drift_found", "namespace.drift_corrected"]);

    let pause = |what: &str| format!("/api/v1/clusters/{CLUSTER}/{what}");
    platform.post(&pause("pause"), &json!({"reason": "New nodes"})).await.expect(200);
    platform.post(&pause("resume"), &json!({})).await.expect(200);

    let namespaces: Api<Namespace> = Api::all(kept.admin.clone());
    namespaces.delete(&kept.name, &DeleteParams::default()).await.expect("is deleted");
    kept.until_in_condition("missing").await;
    let of_trouble = async || told().await.into_iter().filter(|action| action == "namespace.trouble_found").count();
    let n_found = of_trouble().await;
    assert!((1..=2).contains(&n_found), "missing, and perhaps first being deleted");
    look().await;
    look().await;
    assert_eq!(of_trouble().await, n_found, "once, and not with each look");
    developer.post(&kept.path("/sync"), &json!({})).await.expect(200);
    kept.until_in_order().await;
    let all = told().await;
    let n = |action: &str| all.iter().filter(|told| *told == action).count();
    assert_eq!(
        (n("namespace.remade"), n("namespace.trouble_over"), n("namespace.trouble_found")),
        (1, 1, n_found),
        "{all:?}"
    );

    let entries = kept.view().await["activity"]["entries"].clone();
    let entries = entries.as_array().expect("are listed");
    let shown = entries.iter().filter(|entry| entry["request"].is_null()).count();
    assert!(shown >= all.len(), "{shown} of {all:?}: {entries:?}");
    assert!(entries.iter().any(|entry| entry["comment"] == "New nodes"), "the pause says why: {entries:?}");
}
