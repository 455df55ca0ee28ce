//! Classes: drafted, previewed, published, retired; and what they say kept where people ask.

use serde_json::{Value, json};
use tests::{Actor, CLUSTER, Desk, Role, ask, quota, with};

fn path(class: &str, rest: &str) -> String {
    format!("/api/v1/classes/{class}{rest}")
}

async fn platform(desk: &Desk) -> Actor {
    desk.as_(Role::Platform).await
}

async fn check(desk: &Desk, body: &Value) -> Value {
    desk.as_(Role::Developer).await.post("/api/v1/requests/check", body).await.expect(200).json()
}

#[tokio::test]
async fn a_draft_counts_for_nothing_until_it_is_published_and_then_never_changes() {
    let desk = Desk::quiet().await;
    let platform = platform(&desk).await;
    let class = desk.class(json!({"summary": "First"})).await;
    desk.draft(&class, json!({"summary": "Second", "network": "internet"})).await;
    let offered = platform.get("/api/v1/classes").await.expect(200).json();
    let on_offer =
        offered.as_array().expect("a list").iter().find(|c| c["name"] == class.as_str()).expect("is on offer");
    assert_eq!((on_offer["version"].as_i64(), on_offer["summary"].as_str()), (Some(1), Some("First")));

    let preview = platform.get(&path(&class, "/preview")).await.expect(200).json();
    let whats: Vec<_> = preview["changes"].as_array().expect("a list").iter().map(|c| c["what"].clone()).collect();
    assert_eq!(whats, ["Summary", "Network"]);
    assert!(preview["yaml"].as_str().is_some_and(|yaml| yaml.contains("0.0.0.0/0")), "{preview}");
    let added =
        |line: &Value| line["kind"] == "added" && line["text"].as_str().is_some_and(|t| t.contains("0.0.0.0/0"));
    assert!(preview["diff"].as_array().expect("a list").iter().any(added), "{preview}");

    let note = json!({"version": 1, "note": "Reach the internet"});
    let published = platform.post(&path(&class, "/publish"), &note).await.expect(200).json();
    assert_eq!((published["versions"][0]["version"].as_i64(), published["draft"].is_null()), (Some(2), true));
    assert_eq!(published["versions"][0]["note"], "Reach the internet");
    for refused in desk.forged().changes_refused("classes", "spec").await {
        assert!(refused.contains("never changed"), "{refused}");
    }
    let events = platform.get(&format!("/api/v1/audit?subject=class%20{class}")).await.expect(200).json();
    let actions: Vec<_> = events["items"].as_array().expect("a list").iter().map(|e| e["action"].clone()).collect();
    assert_eq!(actions, ["class.published", "class.drafted", "class.published", "class.drafted"]);
}

#[tokio::test]
async fn who_saves_over_what_somebody_else_saved_is_refused() {
    let desk = Desk::quiet().await;
    let platform = platform(&desk).await;
    let class = desk.class(json!({})).await;
    let spec = desk.draft(&class, json!({"summary": "One"})).await["spec"].clone();
    let save = |version: Value| json!({"version": version, "spec": with(spec.clone(), json!({"summary": "Two"}))});
    let saved = platform.put(&path(&class, "/draft"), &save(json!(1))).await.expect(200).json();
    assert_eq!((saved["version"].as_i64(), saved["spec"]["summary"].as_str()), (Some(2), Some("Two")));
    platform.put(&path(&class, "/draft"), &save(json!(1))).await.expect_problem(409, "not_possible");
    platform.put(&path(&class, "/draft"), &save(Value::Null)).await.expect_problem(409, "not_possible");
    platform.post(&path(&class, "/publish"), &json!({"version": 1})).await.expect_problem(409, "not_possible");
    platform.delete(&path(&class, "/draft")).await.expect(204);
    platform.get(&path(&class, "/draft")).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_published_says_every_mistake_with_its_field() {
    let desk = Desk::quiet().await;
    let platform = platform(&desk).await;
    let class = desk.class(json!({})).await;
    let wrong = json!({"title": "", "overcommit_percent": 50, "lifetime_days": 0, "pod_security_version": "newest"});
    let draft = desk.draft(&class, wrong).await;
    let fields = |errors: &Value| -> Vec<String> {
        let errors = errors.as_array().expect("a list").iter();
        errors.map(|e| e["field"].as_str().expect("is text").to_owned()).collect()
    };
    let expected = ["title", "pod_security_version", "lifetime_days", "overcommit_percent"];
    assert_eq!(fields(&draft["problems"]), expected);
    let problem = platform.post(&path(&class, "/publish"), &json!({"version": 1})).await.expect_problem(422, "invalid");
    assert_eq!(fields(&problem["errors"]), expected);
}

#[tokio::test]
async fn a_new_class_is_made_in_the_browser_without_script() {
    let desk = Desk::quiet().await;
    let platform = platform(&desk).await;
    let begun = platform.post_form("/admin/classes/new", &[("name", "batch"), ("copy_of", "")]).await.expect(303);
    assert_eq!(begun.header("location"), "/admin/classes/batch/draft");
    let again = platform.post_form("/admin/classes/new", &[("name", "batch"), ("copy_of", "")]).await.expect(422);
    assert!(again.text().contains("is there already"), "{}", again.text());

    let mut fields = vec![
        ("version", "1"),
        ("title", "Batch"),
        ("summary", "Nightly work"),
        ("environment", "development"),
        ("pod_security", "restricted"),
        ("pod_security_version", "v1.33"),
        ("network", "isolated"),
        ("ceiling.cpu_m", "8"),
        ("ceiling.memory_bytes", "16 GiB"),
        ("ceiling.pods", "50"),
        ("container.request_cpu_m", "100m"),
        ("container.limit_cpu_m", "1"),
        ("container.request_memory_bytes", "128Mi"),
        ("container.limit_memory_bytes", "1Gi"),
        ("overcommit_percent", "150"),
        ("roles.viewer", "none"),
        ("roles.developer", "view"),
        ("roles.owner", "own"),
        ("currency", "EUR"),
        ("price_cpu", "20.50"),
    ];
    fields.extend([("add", "size")]);
    let with_row = platform.post_form("/admin/classes/batch/draft", &fields).await.expect(200).text();
    assert!(with_row.contains("sizes.0.cpu_m"), "a row was added");
    assert!(with_row.contains("value=\"Nightly work\""), "what was typed stays");
    fields.pop();
    fields.extend([("sizes.0.name", "S"), ("sizes.0.cpu_m", "two")]);
    let wrong = platform.post_form("/admin/classes/batch/draft", &fields).await.expect(422).text();
    assert!(wrong.contains("error-sizes.0.cpu_m") && wrong.contains("value=\"two\""), "{wrong}");
    fields.pop();
    fields.extend([("sizes.0.cpu_m", "2"), ("sizes.0.memory_bytes", "4Gi"), ("sizes.0.pods", "10")]);
    let saved = platform.post_form("/admin/classes/batch/draft", &fields).await.expect(303);
    assert_eq!(saved.header("location"), "/admin/classes/batch");
    let stale = platform.post_form("/admin/classes/batch/draft", &fields).await.expect(409).text();
    assert!(stale.contains("somebody else has saved"), "{stale}");
    let preview = platform.get("/admin/classes/batch/preview").await.expect(200).text();
    assert!(preview.contains("Publish version 1"), "{preview}");
    platform.post_form("/admin/classes/batch/publish", &[("version", "2"), ("note", "")]).await.expect(303);
    let verdict = check(&desk, &ask("payments-night", "batch", "S")).await;
    assert_eq!(
        (verdict["outcome"].as_str(), verdict["monthly_cost"]["hundredths"].as_i64()),
        (Some("review"), Some(4100))
    );
}

#[tokio::test]
async fn a_retired_class_is_off_the_offer_and_says_why() {
    let desk = Desk::quiet().await;
    let platform = platform(&desk).await;
    let class = desk.class(json!({})).await;
    platform.post(&path(&class, "/retire"), &json!({"reason": "Use standard"})).await.expect(200);
    platform.post(&path(&class, "/retire"), &json!({"reason": "Again"})).await.expect_problem(409, "not_possible");
    let offered = platform.get("/api/v1/classes").await.expect(200).text();
    assert!(!offered.contains(&class), "{offered}");
    let verdict = check(&desk, &ask("payments-late", &class, "S")).await;
    assert_eq!((&verdict["outcome"], &verdict["errors"][0]["field"]), (&json!("refused"), &json!("class")));
    assert!(verdict["errors"][0]["message"].as_str().is_some_and(|says| says.contains("Use standard")), "{verdict}");
    platform.post(&path(&class, "/restore"), &json!({})).await.expect(200);
    assert_eq!(check(&desk, &ask("payments-late", &class, "S")).await["outcome"], "review");
}

#[tokio::test]
async fn a_class_that_is_for_other_clusters_cannot_be_asked_for_here() {
    let desk = Desk::quiet().await;
    let class = desk.class(json!({"clusters": ["quay-7"]})).await;
    let body = ask("payments-far", &class, "S");
    let problem = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "cluster");
    let here = desk.class(json!({"clusters": ["quay-7", CLUSTER]})).await;
    assert_eq!(check(&desk, &ask("payments-near", &here, "S")).await["outcome"], "review");
}

#[tokio::test]
async fn a_class_that_overcommits_takes_less_of_the_clusters_capacity_and_never_too_little() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(4000, 100), json!({"pods": 1000}))).await;
    let sizes = json!([{"name": "S", "quota": quota(3000, 3)}]);
    let whole = desk.class(json!({"sizes": sizes})).await;
    let third = desk.class(json!({"sizes": sizes, "overcommit_percent": 300})).await;
    let platform = platform(&desk).await;
    for nth in 1..=4i64 {
        let body = ask(&desk.new_name("payments"), &third, "S");
        let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
        let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
        let approved = desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200).json();
        assert_eq!(approved["state"], "approved", "the {nth}. fits");
        let cluster = platform.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect(200).json();
        assert_eq!(cluster["lines"][0]["granted"], nth * 1000, "3 CPU count as 1");
        assert_eq!(cluster["lines"][2]["granted"], nth * 10, "pods count as they are");
    }
    for (class, short) in [(&third, true), (&whole, true)] {
        let verdict = check(&desk, &ask(&desk.new_name("payments"), class, "S")).await;
        assert_eq!(!verdict["capacity"]["short"].as_array().expect("a list").is_empty(), short, "{verdict}");
    }
}

#[tokio::test]
async fn a_namespace_of_a_class_with_a_lifetime_says_when_it_is_meant_to_end() {
    let desk = Desk::open().await;
    let class = desk.class(json!({"lifetime_days": 14})).await;
    let name = desk.new_name("payments");
    let body = ask(&name, &class, "S");
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let number = asked["number"].as_i64().expect("is a number");
    let approve = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    desk.until(number, "completed").await;
    let seen =
        desk.as_(Role::Developer).await.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json();
    let end = seen["expires_at"].as_str().expect("is a time").split('T').next().expect("has a date").to_owned();
    let client = tests::kubernetes::admin().await;
    let infos: kube::Api<k8s_openapi::api::core::v1::ConfigMap> = kube::Api::namespaced(client, &name);
    let info = infos.get("berth-info").await.expect("is there").data.expect("has data");
    assert_eq!(info["expires"], end);
}

#[tokio::test]
async fn what_a_cluster_has_not_agreed_to_is_said_where_a_class_is_published_and_where_it_is_asked_for() {
    let desk = Desk::quiet().await;
    let (platform, developer) = (platform(&desk).await, desk.as_(Role::Developer).await);
    let class = desk.class(json!({"guardrails": {"node_ports": 2, "tolerations": ["spot"]}})).await;
    let draft = json!({"summary": "Again", "guardrails": {"node_ports": 2, "tolerations": ["spot"]}});
    let draft = desk.draft(&class, draft).await;
    let body = ask(&desk.new_name("payments"), &class, "S");
    let asked = developer.post("/api/v1/requests", &body).await.expect(201).json();
    let request = format!("/api/v1/requests/{}", asked["number"]);
    let page = format!("/requests/{}", asked["number"]);
    let check = async || check(&desk, &ask(&desk.new_name("payments"), &class, "S")).await;
    desk.forged().agreed(None).await;
    let unknown = json!({"cluster": CLUSTER, "class": class, "missing": null, "checked_at": null, "agreement": null});
    let preview = platform.get(&path(&class, "/preview")).await.expect(200).json();
    let manifest = preview["disagreements"][0]["agreement"].clone();
    assert_eq!(preview["disagreements"], json!([with(unknown.clone(), json!({"agreement": manifest}))]));
    assert_eq!(check().await["disagreement"], unknown, "who asks does not see how Berth is set up");
    assert!(developer.get(&page).await.expect(200).text().contains("data-agreement=\"unknown\""));

    let cases: [(&[&str], Value); 2] =
        [(&[], json!(["node-ports", "toleration"])), (&["node-ports"], json!(["toleration"]))];
    for (agreed, missing) in cases {
        desk.forged().agreed(Some(agreed)).await;
        let preview = platform.get(&path(&class, "/preview")).await.expect(200).json();
        assert_eq!(preview["disagreements"][0]["missing"], missing);
        let manifest = preview["disagreements"][0]["agreement"].as_str().expect("says what to apply");
        assert!(manifest.contains("ClusterRoleBinding") && manifest.contains("toleration"), "{manifest}");
        // Wherever it is said, all that is missing is, and what is applied to who may see that.
        let cluster = platform.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect(200).json();
        let of_class =
            cluster["disagreements"].as_array().expect("a list").iter().find(|d| d["class"] == class.as_str());
        let detail = platform.get(&path(&class, "")).await.expect(200).json();
        let mine = platform.get(&request).await.expect(200).json();
        let places = [of_class.expect("is on the cluster's page"), &detail["disagreements"][0], &mine["disagreement"]];
        for found in places {
            assert_eq!((&found["missing"], found["agreement"].as_str()), (&missing, Some(manifest)));
        }
        for page in [page.clone(), format!("/admin/classes/{class}"), format!("/clusters/{CLUSTER}")] {
            let shown = platform.get(&page).await.expect(200).text();
            assert!(shown.contains("data-agree=\"apply\"") && shown.contains("data-manifest"), "{page}");
        }
        let shown = platform.get(&format!("/admin/classes/{class}/preview")).await.expect(200).text();
        assert!(shown.contains("data-slot=\"disagreements\"") && shown.contains(CLUSTER));
        assert_eq!(check().await["disagreement"]["missing"], missing);
        assert_eq!(developer.get(&request).await.expect(200).json()["disagreement"]["missing"], missing);
        let shown = developer.get(&page).await.expect(200).text();
        assert!(shown.contains("data-agreement=\"missing\"") && shown.contains("data-agree=\"others\""));
        assert!(!shown.contains("data-manifest"), "a developer reads who can");
    }
    desk.forged().agreed(Some(&["node-ports", "toleration", "external-ips"])).await;
    let preview = platform.get(&path(&class, "/preview")).await.expect(200).json();
    assert_eq!(preview["disagreements"], json!([]));
    assert_eq!(check().await["disagreement"], Value::Null);
    assert!(!developer.get(&page).await.expect(200).text().contains("data-agreement"));

    // One object for all versions: a namespace has the older one, which needs more than the latest.
    let owner = desk.as_(Role::Owner).await;
    owner.post(&format!("{request}/approve"), &json!({"revision": 1})).await.expect(200);
    let publish = json!({"version": draft["version"], "note": "For a test"});
    platform.post(&path(&class, "/publish"), &publish).await.expect(200);
    desk.publish(&class, json!({"guardrails": {"node_ports": 2}})).await;
    desk.forged().agreed(Some(&[])).await;
    let detail = platform.get(&path(&class, "")).await.expect(200).json();
    assert_eq!(detail["disagreements"][0]["missing"], json!(["node-ports", "toleration"]));
    assert!(detail["disagreements"][0]["agreement"].as_str().is_some_and(|manifest| manifest.contains("toleration")));
    assert_eq!(check().await["disagreement"]["missing"], json!(["node-ports"]));
}
