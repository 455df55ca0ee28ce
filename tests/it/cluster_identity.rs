//! A cluster is known by who it is, not by its name or address: added once, not replaced unseen, and renewed without a change.

use serde_json::{Value, json};
use tests::{
    Answer, CLUSTER, Desk, Disturbance, Fault, Meanwhile, Opening, Proxy, Refused, Role, SecondCluster, ask,
    eventually, stack,
};

fn kubeconfig() -> String {
    std::fs::read_to_string(&stack().kubeconfig).expect("can be read")
}

async fn cluster(desk: &Desk, name: &str) -> Value {
    desk.as_(Role::Platform).await.get(&format!("/api/v1/clusters/{name}")).await.expect(200).json()
}

/// Another cluster answers from now on.
fn replaced(proxy: &Proxy) -> Disturbance {
    let of_another = Fault::Changed(|object| object["metadata"]["uid"] = "of-another".into());
    proxy.disturb(of_another, |asked| asked.starts_with("GET /api/v1/namespaces/kube-system"))
}

async fn noted(desk: &Desk, action: &str) -> Vec<Value> {
    let path = format!("/api/v1/audit?action={action}");
    let events = desk.as_(Role::Platform).await.get(&path).await.expect(200).json();
    events["items"].as_array().expect("is a list").clone()
}

#[tokio::test]
async fn one_cluster_has_one_name_and_no_other_takes_it() {
    let second = SecondCluster::take().await;
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let again = json!({"name": "quay-8", "kubeconfig": kubeconfig()});
    let problem = platform.post("/api/v1/clusters", &again).await.expect_problem(409, "same_cluster");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains(CLUSTER)), "{problem}");
    let text = kubeconfig();
    let form = [("name", "quay-8"), ("kubeconfig", text.as_str())];
    assert!(platform.post_form("/clusters/new", &form).await.expect(409).text().contains(CLUSTER));
    let text = second.kubeconfig();
    let before = cluster(&desk, CLUSTER).await;
    for path in ["/api/v1/clusters".to_owned(), format!("/api/v1/clusters/{CLUSTER}/renew")] {
        let mut body = json!({"kubeconfig": text});
        if path.ends_with("clusters") {
            body["name"] = CLUSTER.into();
        }
        platform.post(&path, &body).await.expect_problem(409, "other_cluster");
    }
    let form =
        [("name", CLUSTER), ("kubeconfig", text.as_str()), ("groups_prefix", "oidc:"), ("overcommit_percent", "100")];
    for path in ["/clusters/new".to_owned(), format!("/clusters/{CLUSTER}/renew")] {
        let page = platform.post_form(&path, &form).await.expect(409).text();
        assert!(page.contains("id=\"error-kubeconfig\"") && !page.contains("client-key-data"), "{page}");
    }
    assert_eq!(cluster(&desk, CLUSTER).await, before, "nothing was changed");
    // Two at once: the table has the last word.
    assert_eq!(desk.forged().refused(Refused::SameCluster).await, "cluster_uid_taken");

    let rebuilt = json!({"kubeconfig": text, "rebuilt": true});
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/renew"), &rebuilt).await.expect(200);
    assert_ne!(cluster(&desk, CLUSTER).await["uid"], before["uid"]);
}

#[tokio::test]
async fn renewing_touches_no_setting_and_adding_again_only_those_that_are_said() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let names = ["groups_prefix", "users_prefix", "oidc", "overcommit_percent", "settings_version"];
    let settings = async || {
        let view = cluster(&desk, CLUSTER).await;
        names.map(|name| view[name].clone())
    };
    let before = settings().await;
    let sealed = async || -> Vec<u8> {
        sqlx::query_scalar("select observer from clusters").fetch_one(desk.db()).await.expect("is there")
    };
    let old = sealed().await;
    let path = format!("/api/v1/clusters/{CLUSTER}/renew");
    platform.post(&path, &json!({"kubeconfig": kubeconfig()})).await.expect(200);
    assert_ne!(sealed().await, old, "has new credentials");
    assert_eq!(settings().await, before);
    let text = kubeconfig();
    platform.post_form(&format!("/clusters/{CLUSTER}/renew"), &[("kubeconfig", &text)]).await.expect(303);
    assert_eq!(settings().await, before);
    assert_eq!(noted(&desk, "cluster.renewed").await.len(), 2);
    let body = json!({"name": CLUSTER, "kubeconfig": kubeconfig(), "overcommit_percent": 170});
    platform.post("/api/v1/clusters", &body).await.expect(201);
    let after = settings().await;
    assert_eq!((&after[..3], &after[3]), (&before[..3], &json!(170)));
}

/// Whoever adds or renews the cluster has asked it, and comes to write it down while another change is under way.
async fn write_down_after(desk: &Desk, path: &str, change: Meanwhile) -> Answer {
    let platform = desk.as_(Role::Platform).await;
    let mut tx = desk.db().begin().await.expect("begins");
    change.write(&mut tx).await;
    let body = json!({"name": CLUSTER, "kubeconfig": kubeconfig()});
    let body = if path.ends_with("/renew") { json!({"kubeconfig": body["kubeconfig"]}) } else { body };
    let writing = platform.post(path, &body);
    let changing = async {
        let waits = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
        eventually("they wait for the cluster", async || {
            let waits: bool = sqlx::query_scalar(waits).fetch_one(desk.db()).await.expect("is seen");
            waits.then_some(())
        })
        .await;
        tx.commit().await.expect("is committed");
    };
    tokio::join!(writing, changing).0
}

#[tokio::test]
async fn what_changes_while_a_cluster_is_asked_is_kept_or_said() {
    let desk = Desk::quiet().await;
    let renew = format!("/api/v1/clusters/{CLUSTER}/renew");
    write_down_after(&desk, "/api/v1/clusters", Meanwhile::SettingsChanged).await.expect(201);
    assert_eq!(cluster(&desk, CLUSTER).await["overcommit_percent"], 300, "what was not said is as it is now");
    for path in ["/api/v1/clusters", renew.as_str()] {
        let uid = cluster(&desk, CLUSTER).await["uid"].as_str().expect("is known").to_owned();
        write_down_after(&desk, path, Meanwhile::GivenAway).await.expect_problem(409, "changed_since");
        assert_eq!(cluster(&desk, CLUSTER).await["uid"], "of-another", "nothing was written over it");
        desk.forged().known_as(&uid).await;
    }
    write_down_after(&desk, &renew, Meanwhile::Removed).await.expect_problem(409, "changed_since");
    write_down_after(&desk, "/api/v1/clusters", Meanwhile::AddedAgain).await.expect_problem(409, "changed_since");
}

#[tokio::test]
async fn a_cluster_that_was_removed_and_built_anew_comes_back_under_its_name() {
    let second = SecondCluster::take().await;
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let before = cluster(&desk, CLUSTER).await;
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/remove"), &json!({"confirm": CLUSTER})).await.expect(204);
    let text = second.kubeconfig();
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/renew"), &json!({"kubeconfig": text})).await.expect(404);
    let added = json!({"name": CLUSTER, "kubeconfig": text, "groups_prefix": "oidc:"});
    platform.post("/api/v1/clusters", &added).await.expect(201);
    let after = cluster(&desk, CLUSTER).await;
    assert!(after["uid"].is_string() && after["uid"] != before["uid"], "{after}");
    assert_eq!((&after["seen_uid"], &after["is_another"]), (&Value::Null, &json!(false)), "nobody is asked about it");
    let made = desk.provisioned().await;
    let name = made["name"].as_str().expect("is text");
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(second.admin().await);
    namespaces.get(name).await.expect("is on the new one");
    eventually("the new one is watched", async || {
        let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
        let seen = desk.as_(Role::Developer).await.get(&path).await.expect(200).json();
        (seen["freshness"]["state"] == "live").then_some(())
    })
    .await;
}

#[tokio::test]
async fn another_cluster_in_its_place_is_not_written_to_nor_believed_until_platform_says_which_it_is() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let number = desk.asked().await;
    let platform = desk.as_(Role::Platform).await;
    let disturbance = replaced(&proxy);
    let writes = proxy.disturb(Fault::Late(std::time::Duration::ZERO), |asked| {
        asked.starts_with("PATCH ") || asked.starts_with("DELETE ") || asked.contains("/serviceaccounts/")
    });
    let approve = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    eventually("it waits and says why", async || {
        let request = desk.request(number).await;
        let detail = request["steps"][0]["detail"].as_str().unwrap_or_default().to_owned();
        (request["state"] == "applying" && detail.contains("Another cluster")).then_some(())
    })
    .await;
    assert_eq!(writes.count(), 0, "nothing was written");
    let seen = cluster(&desk, CLUSTER).await;
    assert_eq!((&seen["seen_uid"], &seen["is_another"]), (&json!("of-another"), &json!(true)));
    let events = noted(&desk, "cluster.identity_changed").await;
    assert_eq!(events.len(), 1, "{events:?}");
    let body = ask(&desk.new_name("payments"), "standard", "S");
    desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect_problem(409, "cluster_not_ready");
    let page = platform.get(&format!("/clusters/{CLUSTER}")).await.expect(200).text();
    assert!(page.contains("data-slot=\"another-cluster\""), "{page}");
    // It is back, and stays stopped until somebody says so.
    drop(disturbance);
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200);
    assert_eq!(cluster(&desk, CLUSTER).await["is_another"], true);
    let accept = format!("/api/v1/clusters/{CLUSTER}/accept");
    desk.as_(Role::Owner).await.post(&accept, &json!({"uid": seen["uid"]})).await.expect_problem(404, "not_found");
    platform.post(&accept, &json!({"uid": "made-up"})).await.expect_problem(422, "invalid");
    platform.post(&accept, &json!({"uid": seen["uid"]})).await.expect(200);
    platform.post(&accept, &json!({"uid": seen["uid"]})).await.expect_problem(409, "not_possible");
    desk.until(number, "completed").await;
    assert!(writes.count() > 0);
    assert_eq!(noted(&desk, "cluster.identity_accepted").await.len(), 1);
}

#[tokio::test]
async fn a_cluster_from_before_is_known_by_its_first_answer_and_what_is_seen_of_another_is_not_shown() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    let uid = cluster(&desk, CLUSTER).await["uid"].clone();
    desk.forged().uid_unknown().await;
    let path = format!("/api/v1/clusters/{CLUSTER}/check");
    desk.as_(Role::Platform).await.post(&path, &json!({})).await.expect(200);
    assert_eq!(cluster(&desk, CLUSTER).await["uid"], uid);
    eventually("it is live", async || (cluster(&desk, CLUSTER).await["freshness"]["state"] == "live").then_some(()))
        .await;

    let _trouble = replaced(&proxy);
    let found = desk.as_(Role::Platform).await.post(&path, &json!({})).await.expect(200).json();
    let check =
        found["checks"].as_array().into_iter().flatten().find(|c| c["what"] == "it is the cluster that was added");
    assert_eq!(check.map(|check| &check["outcome"]), Some(&json!("failed")));
    eventually("nothing of it is believed", async || {
        let freshness = cluster(&desk, CLUSTER).await["freshness"].clone();
        (freshness["state"] == "unreachable").then_some(())
    })
    .await;
}
