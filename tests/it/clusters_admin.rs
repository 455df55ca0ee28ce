//! Platform's work on a cluster: adding it from the browser, pausing it, checking it, letting go of it.

use serde_json::{Value, json};
use tests::{CLUSTER, Desk, Role, ask, stack};

fn kubeconfig() -> String {
    std::fs::read_to_string(&stack().kubeconfig).expect("can be read")
}

async fn cluster(desk: &Desk) -> Value {
    desk.as_(Role::Auditor).await.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect(200).json()
}

#[tokio::test]
async fn a_pasted_kubeconfig_renews_the_credentials_and_leaves_no_trace() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let sealed = async || -> Vec<u8> {
        sqlx::query_scalar("select observer from clusters where name = $1")
            .bind(CLUSTER)
            .fetch_one(desk.db())
            .await
            .expect("is there")
    };
    let before = sealed().await;
    let (text, overcommit) = (kubeconfig(), "150");
    let fields =
        [("name", CLUSTER), ("kubeconfig", &text), ("groups_prefix", "oidc:"), ("overcommit_percent", overcommit)];
    let page = platform.post_form("/clusters/new", &fields).await.expect(200).text();
    assert!(page.contains("nodes offer"), "{page}");
    assert_ne!(before, sealed().await);
    assert_eq!(cluster(&desk).await["overcommit_percent"], 150);
    let secret = text.lines().find_map(|line| line.trim().strip_prefix("client-key-data: ")).expect("has a key");
    let events = platform.get("/api/v1/audit").await.expect(200).text();
    assert!(!page.contains(&secret[..40]) && !events.contains(&secret[..40]), "the kubeconfig is nowhere");
}

#[tokio::test]
async fn a_kubeconfig_that_would_run_or_read_something_is_refused_with_every_reason() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let marker = std::env::temp_dir().join(format!("berth-test-exec-{}", std::process::id()));
    let text = format!(
        "current-context: a\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {{server: 'http://169.254.169.254', certificate-authority: /etc/passwd}}}}]\n\
         users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: touch, args: ['{}']}}}}}}]\n",
        marker.display()
    );
    let body = json!({"name": "quay-7", "kubeconfig": text});
    let problem = platform.post("/api/v1/clusters", &body).await.expect_problem(422, "invalid");
    let says = problem["errors"][0]["message"].as_str().expect("is text");
    for reason in ["exec", "certificate-authority-data", "not https"] {
        assert!(says.contains(reason), "{says}");
    }
    assert!(!marker.exists(), "nothing was run");
    let page =
        platform.post_form("/clusters/new", &[("name", "quay-7"), ("kubeconfig", &text)]).await.expect(422).text();
    assert!(page.contains("runs a program") && !page.contains("169.254.169.254"), "what was pasted is not shown again");
}

#[tokio::test]
async fn a_paused_cluster_takes_no_asks_and_provisions_nothing_until_it_is_resumed() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let number = desk.asked().await;
    let path = |verb: &str| format!("/api/v1/clusters/{CLUSTER}/{verb}");
    platform.post(&path("pause"), &json!({"reason": "New nodes arrive"})).await.expect(200);
    platform.post(&path("pause"), &json!({"reason": "Again"})).await.expect_problem(409, "not_possible");
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let refused = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await;
    let problem = refused.expect_problem(409, "cluster_not_ready");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains("New nodes arrive")), "{problem}");

    let approve = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    tests::eventually("the first step says that it waits", async || {
        let request = desk.request(number).await;
        let detail = request["steps"][0]["detail"].as_str().unwrap_or_default().to_owned();
        detail.contains("New nodes arrive").then_some(())
    })
    .await;
    assert!(platform.get("/clusters").await.expect(200).text().contains("Paused"));
    platform.post(&path("resume"), &json!({})).await.expect(200);
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn what_a_check_finds_is_kept_with_its_time() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    assert_eq!(cluster(&desk).await["check"], Value::Null);
    let found = platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200).json();
    let kept = cluster(&desk).await["check"].clone();
    assert_eq!(kept["checks"], found["checks"]);
    let answers = kept["checks"]
        .as_array()
        .expect("a list")
        .iter()
        .any(|c| c["what"] == "the API server answers" && c["outcome"] == "passed");
    assert!(answers && kept["at"].is_string(), "{kept}");
    let yaml = platform.get(&format!("/clusters/{CLUSTER}/manifests")).await.expect(200).text();
    assert!(yaml.contains("berth-provisioner") && yaml.contains("ClusterRoleBinding"), "{yaml}");
}

#[tokio::test]
async fn who_lets_go_of_a_cluster_types_its_name_and_says_that_namespaces_are_forgotten() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
    let platform = desk.as_(Role::Platform).await;
    let path = format!("/api/v1/clusters/{CLUSTER}/remove");
    platform.post(&path, &json!({"confirm": "harbour"})).await.expect_problem(422, "invalid");
    let problem = platform.post(&path, &json!({"confirm": CLUSTER})).await.expect_problem(409, "not_possible");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains("1 namespaces")), "{problem}");
    platform.post(&path, &json!({"confirm": CLUSTER, "forget": true})).await.expect(204);
    platform.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect_problem(404, "not_found");
    desk.as_(Role::Developer)
        .await
        .get(&format!("/api/v1/namespaces/{CLUSTER}/{name}"))
        .await
        .expect_problem(404, "not_found");
    assert_eq!(desk.request(number).await["name"], name.as_str(), "what was asked and decided stays readable");
    let left: i64 = sqlx::query_scalar("select length(observer) + length(provisioner)::bigint from clusters")
        .fetch_one(desk.db())
        .await
        .expect("the row stays");
    assert_eq!(left, 0, "no credentials are left");
}
