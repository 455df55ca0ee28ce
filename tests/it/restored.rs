//! A database that was restored from a backup: the cluster has what was granted since, and nothing of it is overwritten
//! until somebody of Platform says which side is right.

use k8s_openapi::api::core::v1::{Namespace, ResourceQuota};
use kube::{Api, ResourceExt};
use serde_json::{Value, json};
use tests::{Actor, Answer, CLUSTER, Desk, Opening, PrivatePostgres, Role, ask, eventually, kubernetes, quota};

/// CPU of the size S, which every namespace begins with, and of the grant that the backup does not know.
const BEFORE: u64 = 2000;
const AFTER: u64 = 2500;

struct Restored {
    desk: Desk,
    postgres: PrivatePostgres,
    developer: Actor,
    owner: Actor,
    platform: Actor,
}

impl Restored {
    /// A desk that works and watches, and the people who were there before the backup.
    async fn open() -> Self {
        let postgres = PrivatePostgres::start().await;
        let opening = Opening { works: true, watches: true, ..Opening::default() };
        let desk = Desk::on(postgres.url(), opening).await;
        let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
        let platform = desk.as_(Role::Platform).await;
        Self { desk, postgres, developer, owner, platform }
    }

    async fn made(&self) -> String {
        self.desk.provisioned().await["name"].as_str().expect("is text").to_owned()
    }

    /// Grants more than the namespace began with, and waits until the cluster has it.
    async fn grant_more(&self, name: &str) {
        let more =
            json!({"kind": "quota", "cluster": CLUSTER, "name": name, "quota": quota(AFTER, 4), "purpose": "More"});
        let number = self.developer.post("/api/v1/requests", &more).await.expect(201).json()["number"].clone();
        let approve = format!("/api/v1/requests/{number}/approve");
        self.owner.post(&approve, &json!({"revision": 1})).await.expect(200);
        self.desk.until(number.as_i64().expect("is a number"), "completed").await;
        assert_eq!(cpu_there(name).await, "2500m");
    }

    async fn back_up(&mut self) {
        self.postgres.back_up().await;
        self.desk.until_answers().await;
    }

    async fn restore(&mut self) {
        self.postgres.restore().await;
        self.desk.until_answers().await;
        // What the worker had in hand is of another time.
        self.desk.forged().leases_end().await;
    }

    async fn view(&self, name: &str) -> Value {
        self.platform.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json()
    }

    async fn sync(&self, name: &str) {
        self.platform.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/sync"), &json!({})).await.expect(200);
    }

    async fn until_ahead(&self, name: &str) -> Value {
        eventually("the cluster is seen to be ahead", async || {
            let view = self.view(name).await;
            (view["condition"] == "ahead").then_some(view)
        })
        .await
    }

    async fn until_in_order(&self, name: &str) -> Value {
        eventually("it is in order", async || {
            let view = self.view(name).await;
            let sync = &view["sync"];
            let is_right = view["condition"].is_null() && sync["is_ordered"] == false && sync["looked_at"].is_string();
            is_right.then_some(view)
        })
        .await
    }

    async fn resolve(&self, who: &Actor, name: &str, keep: &str, revision: &Value) -> Answer {
        let path = format!("/api/v1/namespaces/{CLUSTER}/{name}/resolve-ahead");
        who.post(&path, &json!({"keep": keep, "revision": revision})).await
    }
}

async fn cpu_there(name: &str) -> String {
    let quotas: Api<ResourceQuota> = Api::namespaced(kubernetes::admin().await, name);
    let found = quotas.get("berth-compute").await.expect("is there");
    found.spec.and_then(|spec| spec.hard).expect("is set")["requests.cpu"].0.clone()
}

#[tokio::test]
async fn what_was_granted_since_the_backup_stays_on_the_cluster_until_platform_says_which_is_right() {
    let mut restored = Restored::open().await;
    let (kept, put_back, same) = (restored.made().await, restored.made().await, restored.made().await);
    restored.back_up().await;
    restored.grant_more(&kept).await;
    restored.grant_more(&put_back).await;
    restored.restore().await;
    for name in [&kept, &put_back, &same] {
        restored.sync(name).await;
    }

    // Nothing is written where the cluster is ahead, and only there.
    restored.until_in_order(&same).await;
    for name in [&kept, &put_back] {
        let view = restored.until_ahead(name).await;
        assert_eq!(view["quota"]["cpu_m"], BEFORE, "the database is as old as it is: {view}");
        assert_eq!(view["sync"]["ahead"]["quota"]["cpu_m"], AFTER, "{view}");
        assert_eq!(view["sync"]["ahead"]["can_resolve"], true);
        let drift = view["sync"]["drift"].as_array().expect("is a list").clone();
        let cpu = drift.iter().find(|row| row["field"] == "spec.hard[\"requests.cpu\"]").expect("is told of");
        assert_eq!((&cpu["desired"], &cpu["found"], &cpu["put_back_at"]), (&json!("2"), &json!("2500m"), &Value::Null));
        assert_eq!(cpu_there(name).await, "2500m", "nothing was put back");
    }

    // It is Platform's to say, on what it read, and once.
    let revision = restored.until_ahead(&kept).await["sync"]["ahead"]["revision"].clone();
    let of_owner = restored.owner.get(&format!("/api/v1/namespaces/{CLUSTER}/{kept}")).await.expect(200).json();
    assert_eq!(of_owner["sync"]["ahead"]["can_resolve"], false);
    restored.resolve(&restored.owner, &kept, "cluster", &revision).await.expect(404);
    restored.resolve(&restored.platform, &kept, "cluster", &json!(99)).await.expect_problem(422, "invalid");
    restored.resolve(&restored.platform, &kept, "cluster", &revision).await.expect(200);
    restored.resolve(&restored.platform, &kept, "database", &revision).await.expect_problem(409, "not_possible");
    let view = restored.until_in_order(&kept).await;
    assert_eq!((&view["quota"]["cpu_m"], cpu_there(&kept).await.as_str()), (&json!(AFTER), "2500m"));
    let history = format!("/api/v1/namespaces/{CLUSTER}/{kept}/quota-history");
    let history = restored.developer.get(&history).await.expect(200).json();
    assert_eq!(history["items"][0]["after"]["cpu_m"], AFTER, "{history}");
    assert!(history["items"][0]["by"].is_string(), "{history}");

    let revision = restored.until_ahead(&put_back).await["sync"]["ahead"]["revision"].clone();
    let form = format!("/namespaces/{CLUSTER}/{put_back}/resolve-ahead");
    let revision = revision.to_string();
    let chosen = [("keep", "database"), ("revision", revision.as_str())];
    restored.platform.post_form(&form, &chosen).await.expect(303);
    restored.until_in_order(&put_back).await;
    assert_eq!(cpu_there(&put_back).await, "2");

    // From here on the two go on together.
    restored.grant_more(&put_back).await;
    let trail = restored.platform.get("/api/v1/audit?action=namespace.ahead_resolved").await.expect(200).json();
    assert_eq!(trail["items"].as_array().map(Vec::len), Some(2), "{trail}");
}

#[tokio::test]
async fn what_was_made_since_the_backup_is_shown_and_its_team_takes_it_over_by_asking_for_it() {
    let mut restored = Restored::open().await;
    restored.back_up().await;
    let name = restored.made().await;
    let admin = kubernetes::admin().await;
    let namespaces: Api<Namespace> = Api::all(admin.clone());
    let before = namespaces.get(&name).await.expect("is there");
    restored.restore().await;

    let cluster = format!("/api/v1/clusters/{CLUSTER}");
    let cluster = eventually("it is missed", async || {
        let cluster = restored.platform.get(&cluster).await.expect(200).json();
        let is_forgotten = cluster["forgotten"].as_array()?.iter().any(|namespace| namespace["name"] == name.as_str());
        is_forgotten.then_some(cluster)
    })
    .await;
    let row = cluster["forgotten"].as_array().into_iter().flatten().find(|row| row["name"] == name.as_str());
    assert_eq!(row.map(|row| &row["team"]), Some(&json!("payments")));
    let page = restored.platform.get(&format!("/clusters/{CLUSTER}")).await.expect(200).text();
    assert!(page.contains("data-slot=\"forgotten\""), "{page}");
    let page = restored.platform.get(&format!("/namespaces/{CLUSTER}/{name}")).await;
    assert_eq!(page.status, 404);

    // Whoever asks and whoever decides reads what it means.
    let body = ask(&name, "standard", "S");
    let verdict = restored.developer.post("/api/v1/requests/check", &body).await.expect(200).json();
    assert_eq!((&verdict["takes_over"], &verdict["outcome"]), (&json!(true), &json!("review")), "{verdict}");
    let request = restored.developer.post("/api/v1/requests", &body).await.expect(201).json();
    assert_eq!(request["takes_over"], true, "{request}");
    let approve = format!("/api/v1/requests/{}/approve", request["number"]);
    restored.owner.post(&approve, &json!({"revision": 1})).await.expect(200);
    restored.desk.until(request["number"].as_i64().expect("is a number"), "completed").await;
    let after = namespaces.get(&name).await.expect("is there");
    assert_eq!(before.uid(), after.uid(), "it is the same one");
    assert_eq!(after.labels().get("berth.dev/namespace-id"), before.labels().get("berth.dev/namespace-id"));
    restored.until_in_order(&name).await;
    restored.grant_more(&name).await;
}
