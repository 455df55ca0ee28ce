//! Settings of a cluster that is there, and what they change for who waits for capacity.

use http::Method;
use serde_json::{Value, json};
use server::app::clusters;
use tests::{Actor, Answer, CLUSTER, Desk, Role, SecondCluster, ask, quota, with};
use tokio_util::sync::CancellationToken;

const PATH: &str = "/api/v1/clusters/harbour-1";
const FORM: &str = "/clusters/harbour-1/settings";

async fn settings(desk: &Desk) -> (Value, String) {
    let answer = desk.as_(Role::Platform).await.get(PATH).await.expect(200);
    let (view, tag) = (answer.json(), answer.header("etag").to_owned());
    let names = ["name", "overcommit_percent", "groups_prefix", "users_prefix", "oidc"];
    (names.into_iter().map(|name| (name.to_owned(), view[name].clone())).collect(), tag)
}

async fn put(actor: &Actor, tag: &str, body: &Value) -> Answer {
    actor.send(actor.request(Method::PUT, PATH).header("if-match", tag).json(body)).await
}

async fn set_capacity(desk: &Desk, cpu_m: u64) {
    desk.set_capacity(&with(quota(cpu_m, 900), json!({"pods": 9000}))).await;
}

#[tokio::test]
async fn settings_are_changed_by_who_read_them_and_the_trail_says_before_and_after() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let (before, tag) = settings(&desk).await;
    let wanted = with(
        before.clone(),
        json!({"overcommit_percent": 130, "oidc": {"issuer": "https://login.example.org", "client_id": "kubectl"}}),
    );
    put(&platform, &tag, &wanted).await.expect(200);
    assert_eq!(settings(&desk).await.0, wanted);
    let problem = put(&platform, &tag, &before).await.expect_problem(409, "changed_since");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains(CLUSTER)), "{problem}");
    put(&platform, "*", &with(wanted.clone(), json!({"name": "harbour-9"}))).await.expect_problem(422, "invalid");
    let wrong = with(wanted.clone(), json!({"overcommit_percent": 0, "oidc": {"issuer": "http://a", "client_id": ""}}));
    let problem = put(&platform, "*", &wrong).await.expect_problem(422, "invalid");
    let fields: Vec<_> = problem["errors"].as_array().expect("are listed").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["overcommit_percent", "oidc.issuer", "oidc.client_id"]);
    platform.put(PATH, &wanted).await.expect_problem(422, "invalid");

    let events = platform.get("/api/v1/audit?action=cluster.changed").await.expect(200).json();
    let detail = &events["items"][0]["detail"];
    assert_eq!(
        (&detail["before"]["overcommit_percent"], &detail["after"]["overcommit_percent"]),
        (&json!(100), &json!(130))
    );
    assert_eq!(events["items"].as_array().map(Vec::len), Some(1), "what was refused is no event");
}

#[tokio::test]
async fn the_form_keeps_what_was_typed_when_somebody_was_faster_or_a_field_is_wrong() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let page = platform.get(FORM).await.expect(200).text();
    assert!(page.contains("Existing grants stay") && page.contains("oidc:"), "{page}");
    let fields = [("version", "1"), ("overcommit_percent", "a lot"), ("groups_prefix", "typed:")];
    let page = platform.post_form(FORM, &fields).await.expect(422).text();
    assert!(page.contains("a lot") && page.contains("typed:") && page.contains("whole number of percent"), "{page}");
    let fields = [("version", "1"), ("overcommit_percent", "120"), ("groups_prefix", "oidc:")];
    let saved = platform.post_form(FORM, &fields).await.expect(303);
    assert_eq!(saved.header("location"), "/clusters/harbour-1");
    let page = platform.post_form(FORM, &[("version", "1"), ("groups_prefix", "typed:")]).await.expect(409).text();
    assert!(page.contains("typed:") && page.contains("Read it again"), "{page}");
    desk.as_(Role::Auditor).await.get(FORM).await.expect(404);
}

#[tokio::test]
async fn more_capacity_admits_who_waits_at_once_and_less_throws_nobody_out() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    let (first, second) = (desk.approved().await, desk.approved().await); // 2 CPU each
    assert_eq!(desk.request(second).await["state"], "waiting");
    let page = desk.as_(Role::Platform).await.get(FORM).await.expect(200).text();
    assert!(page.contains("1 request waits for capacity"), "{page}");
    let worker = desk.start_worker();
    desk.until(first, "completed").await;
    // The job that looks after those who wait has had its turn, and is due again much later.
    let platform = desk.as_(Role::Platform).await;
    let (before, _) = settings(&desk).await;
    put(&platform, "*", &with(before.clone(), json!({"overcommit_percent": 200}))).await.expect(200);
    desk.until(second, "completed").await;

    put(&platform, "*", &with(before, json!({"overcommit_percent": 1}))).await.expect(200);
    for number in [first, second] {
        assert_eq!(desk.request(number).await["state"], "completed");
    }
    worker.stop().await;
    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    let verdict = desk.as_(Role::Developer).await.post("/api/v1/requests/check", &body).await.expect(200).json();
    assert_ne!(verdict["capacity"]["short"], json!([]), "{verdict}");
}

#[tokio::test]
async fn nodes_that_come_let_in_who_waits() {
    let desk = Desk::quiet().await;
    set_capacity(&desk, 2500).await;
    let (first, second) = (desk.approved().await, desk.approved().await);
    assert_eq!(desk.request(second).await["state"], "waiting");
    let worker = desk.start_worker();
    desk.until(first, "completed").await;
    // Whoever has seen less is gone.
    desk.forged().seen_long_ago().await;
    let stop = CancellationToken::new();
    let watching = tokio::spawn(clusters::watch(desk.berth().clone(), stop.clone()));
    desk.until(second, "completed").await;
    stop.cancel();
    watching.await.expect("ends");
    worker.stop().await;
}

#[tokio::test]
async fn a_kubeconfig_may_be_a_file_and_is_bounded() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let second = SecondCluster::take().await;
    let kubeconfig = second.kubeconfig();
    let name = desk.new_name("quay");
    let upload = async |file: &str, pasted: &str| {
        let part = |name: &str, more: &str, text: &str| {
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
        };
        let body = [
            part("name", "", &name),
            part("kubeconfig_file", "; filename=\"admin.yaml\"", file),
            part("kubeconfig", "", pasted),
            part("groups_prefix", "", "oidc:"),
            part("oidc_issuer", "", "https://login.example.org"),
            part("oidc_client_id", "", "kubectl"),
            "--edge--\r\n".to_owned(),
        ];
        let request = platform.request(Method::POST, "/clusters/new");
        let request = request.header("content-type", "multipart/form-data; boundary=edge").body(body.concat());
        platform.send(request).await
    };
    let page = upload("", "").await.expect(422).text();
    assert!(page.contains("https://login.example.org") && page.contains("enctype"), "{page}");
    let page = upload(&kubeconfig, &kubeconfig).await.expect(422).text();
    assert!(page.contains("not both") && !page.contains("client-key-data"), "{page}");
    upload(&"a".repeat(70_000), "").await.expect(413);
    upload(&kubeconfig, "").await.expect(200);
    let cluster = platform.get(&format!("/api/v1/clusters/{name}")).await.expect(200).json();
    assert_eq!(cluster["oidc"], json!({"issuer": "https://login.example.org", "client_id": "kubectl"}));
}

#[tokio::test]
async fn what_is_on_a_cluster_once_is_there_as_yaml() {
    let desk = Desk::quiet().await;
    let answer = desk.as_(Role::Auditor).await.get(&format!("{PATH}/manifests")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert!(answer.text().contains("kind: ValidatingAdmissionPolicy"));
    desk.as_(Role::Platform).await.get("/api/v1/clusters/harbour-9/manifests").await.expect_problem(404, "not_found");
}
