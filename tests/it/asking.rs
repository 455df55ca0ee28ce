//! Asking for a namespace: the verdict before, what happens after, and everything that cannot be asked.

use serde_json::{Value, json};
use tests::{Account, Answer, CLUSTER, Desk, Role, ask, quota, with};

async fn submit(desk: &Desk, body: &Value) -> Answer {
    desk.as_(Role::Developer).await.post("/api/v1/requests", body).await
}

async fn check(desk: &Desk, body: &Value) -> Value {
    desk.as_(Role::Developer).await.post("/api/v1/requests/check", body).await.expect(200).json()
}

fn fields(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().expect("has errors").iter().filter_map(|error| error["field"].as_str()).collect()
}

#[tokio::test]
async fn a_small_sandbox_is_approved_the_moment_it_is_asked_for() {
    let desk = Desk::quiet().await;
    let answer = submit(&desk, &ask(&desk.new_name("payments"), "sandbox", "S")).await.expect(201);
    let request = answer.json();
    assert_eq!(request["state"], "approved");
    assert_eq!(request["granted"], request["asked"]);
    assert_eq!(answer.header("location"), format!("/api/v1/requests/{}", request["number"]));
    let by: String = sqlx::query_scalar("select detail->>'by' from audit_events where action = 'request.approved'")
        .fetch_one(desk.db())
        .await
        .expect("is noted");
    assert_eq!(by, "policy");
}

#[tokio::test]
async fn a_larger_sandbox_and_everything_else_waits_for_people() {
    let desk = Desk::quiet().await;
    for (class, size, stages) in [
        ("sandbox", "M", vec!["owners of Payments"]),
        ("standard", "S", vec!["owners of Payments"]),
        ("production", "S", vec!["owners of Payments", "Platform"]),
    ] {
        let request = submit(&desk, &ask(&desk.new_name("payments"), class, size)).await.expect(201).json();
        assert_eq!(request["state"], "in_review", "{class} {size}");
        let planned: Vec<_> =
            request["stages"].as_array().expect("has stages").iter().map(|s| s["deciders"].clone()).collect();
        assert_eq!(planned, stages, "{class} {size}");
    }
}

#[tokio::test]
async fn an_owners_own_ask_goes_to_platform_when_there_is_no_other_owner() {
    let desk = Desk::quiet().await;
    let owner = desk.as_(Role::Owner).await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let request = owner.post("/api/v1/requests", &body).await.expect(201).json();
    assert_eq!(request["waits_for"], "Platform");
    desk.bind("orders-owners", Some("payments"), "owner").await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let request = owner.post("/api/v1/requests", &body).await.expect(201).json();
    assert_eq!(request["waits_for"], "owners of Payments");
}

#[tokio::test]
async fn the_verdict_before_is_what_happens_after() {
    let desk = Desk::quiet().await;
    let name = || desk.new_name("payments");
    let own = |cpu_m, memory_gib| json!({"size": null, "quota": quota(cpu_m, memory_gib)});
    let taken = name();
    submit(&desk, &ask(&taken, "standard", "S")).await.expect(201);
    for body in [
        ask(&name(), "sandbox", "S"),
        ask(&name(), "sandbox", "M"),
        ask(&name(), "standard", "XL"),
        ask(&name(), "production", "S"),
        with(ask(&name(), "sandbox", ""), own(1000, 2)),
        with(ask(&name(), "sandbox", ""), own(1001, 2)),
        with(ask(&name(), "sandbox", ""), own(4001, 2)),
        with(ask(&name(), "standard", ""), own(0, 2)),
        ask(&taken, "standard", "S"),
        ask(&name(), "standard", "XXL"),
        ask(&name(), "luxury", "S"),
        ask("orders-dev", "standard", "S"),
        with(ask(&name(), "standard", "S"), json!({"cluster": "harbour-9"})),
        with(ask(&name(), "standard", "S"), json!({"purpose": "x"})),
        with(ask(&name(), "standard", "S"), json!({"name": "Payments_Dev"})),
    ] {
        let verdict = check(&desk, &body).await;
        let answer = submit(&desk, &body).await;
        let said = answer.json();
        let happened = match answer.status {
            201 if said["state"] == "approved" => "automatic",
            201 if said["state"] == "in_review" => "review",
            409 | 422 => "refused",
            _ => panic!("{said}"),
        };
        assert_eq!(verdict["outcome"], happened, "{body}\n{verdict}\n{said}");
        let [before, after] = [&verdict, &said].map(|of| {
            of["stages"].as_array().map(|stages| stages.iter().map(|s| s["deciders"].clone()).collect::<Vec<_>>())
        });
        assert_eq!(before.unwrap_or_default(), after.unwrap_or_default(), "{body}");
        if happened == "refused" && verdict["errors"] != json!([]) {
            assert_eq!(verdict["errors"], said["errors"], "{body}");
        }
    }
}

#[tokio::test]
async fn the_form_gives_the_verdict_without_script() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let query = "/namespaces/new?check=1&team=payments&cluster=harbour-1&class=sandbox&size=S&purpose=Trying&name=";
    let page = developer.get(&format!("{query}perf")).await.expect(200).text();
    assert!(page.contains("Approved automatically"), "{page}");
    let page = developer.get(&format!("{query}Not%20a%20name")).await.expect(200).text();
    assert!(page.contains("lower-case letters"), "{page}");
}

#[tokio::test]
async fn the_form_asks_and_leads_to_the_request() {
    let desk = Desk::quiet().await;
    let (developer, name) = (desk.as_(Role::Developer).await, desk.new_name("payments"));
    let short = name.trim_start_matches("payments-");
    let fields =
        [("team", "payments"), ("cluster", "harbour-1"), ("class", "standard"), ("name", short), ("size", "own")];
    let numbers = [("cpu", "1500m"), ("memory", "2 GiB"), ("pods", "5"), ("purpose", "Trying <b>things</b>")];
    let answer = developer.post_form("/namespaces/new", &[&fields[..], &numbers[..]].concat()).await.expect(303);
    let page = developer.get(answer.header("location")).await.expect(200).text();
    assert!(page.contains(&name) && page.contains("Trying &lt;b&gt;things&lt;/b&gt;"), "{page}");
    let asked = developer.get("/api/v1/requests?queue=mine").await.expect(200).json()["items"][0]["asked"].clone();
    assert_eq!(
        (&asked["cpu_m"], &asked["memory_bytes"], &asked["pods"]),
        (&json!(1500), &json!(2u64 << 30), &json!(5))
    );

    let wrong = [&fields[..], &[("cpu", "lots"), ("purpose", "kept as typed")]].concat();
    let page = developer.post_form("/namespaces/new", &wrong).await.expect(422).text();
    assert!(page.contains("kept as typed") && page.contains("lots"), "{page}");
}

#[tokio::test]
async fn a_form_that_is_sent_twice_as_it_is_asks_once() {
    let desk = Desk::quiet().await;
    let (developer, name) = (desk.as_(Role::Developer).await, desk.new_name("payments"));
    let form = async || {
        let page = developer.get("/namespaces/new").await.expect(200).text();
        let (_, mark) = page.split_once("name=\"mark\" value=\"").expect("has a mark");
        mark.split('"').next().expect("has a value").to_owned()
    };
    let mark = form().await;
    assert_ne!(mark, form().await);
    let send = async |purpose: &str| {
        let fields = [
            ("mark", mark.as_str()),
            ("team", "payments"),
            ("cluster", "harbour-1"),
            ("class", "standard"),
            ("name", &name),
            ("size", "S"),
            ("purpose", purpose),
        ];
        developer.post_form("/namespaces/new", &fields).await
    };
    let (one, other) = futures::join!(send("Trying"), send("Trying"));
    let first = one.expect(303).header("location").to_owned();
    assert_eq!(other.expect(303).header("location"), first, "a double click");
    assert_eq!(send("Trying").await.expect(303).header("location"), first, "back, and again");
    let page = send("Something else").await.expect(422).text();
    assert!(page.contains("Something else"), "what was changed is another ask, of a name that is taken: {page}");
    assert_eq!(n_requests(&desk).await, 1);
}

#[tokio::test]
async fn the_same_submit_again_is_the_same_request() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let submit = async |body: &Value, key: &str| {
        let request = developer.request(http::Method::POST, "/api/v1/requests").header("idempotency-key", key);
        developer.send(request.json(body)).await
    };
    let first = submit(&body, "one").await.expect(201).json()["number"].clone();
    let again = submit(&body, "one").await.expect(201).json()["number"].clone();
    assert_eq!(first, again);
    let other = ask(&desk.new_name("payments"), "standard", "S");
    let problem = submit(&other, "one").await.expect_problem(422, "invalid");
    assert_eq!(fields(&problem), ["Idempotency-Key"]);
    submit(&other, &"k".repeat(101)).await.expect_problem(400, "bad_header");
    submit(&body, "two").await.expect_problem(409, "name_taken");
    assert_eq!(n_requests(&desk).await, 1);
}

#[tokio::test]
async fn the_same_submit_many_times_at_once_is_one_request() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let submits = (0..6).map(|_| {
        let request = developer.request(http::Method::POST, "/api/v1/requests").header("idempotency-key", "one");
        developer.send(request.json(&body))
    });
    let numbers: std::collections::BTreeSet<_> = futures::future::join_all(submits)
        .await
        .into_iter()
        .map(|answer| answer.expect(201).json()["number"].as_i64())
        .collect();
    assert_eq!(numbers.len(), 1);
    assert_eq!(n_requests(&desk).await, 1);
}

#[tokio::test]
async fn one_key_for_several_asks_at_once_is_one_request() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let submits = (0..6).map(|_| {
        let request = developer.request(http::Method::POST, "/api/v1/requests").header("idempotency-key", "one");
        developer.send(request.json(&ask(&desk.new_name("payments"), "standard", "S")))
    });
    let mut statuses: Vec<_> =
        futures::future::join_all(submits).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422, 422, 422, 422, 422]);
    assert_eq!(n_requests(&desk).await, 1);
}

#[tokio::test]
async fn one_name_asked_for_many_times_at_once_is_one_request() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let submits = (0..6).map(|_| developer.post("/api/v1/requests", &body));
    let mut statuses: Vec<_> =
        futures::future::join_all(submits).await.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|status| matches!(status, 409 | 422)), "{statuses:?}");
    assert_eq!(n_requests(&desk).await, 1);
}

async fn n_requests(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from requests").fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn a_name_is_taken_from_the_ask_on_and_free_again_when_the_ask_is_over() {
    let desk = Desk::quiet().await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let number = submit(&desk, &body).await.expect(201).json()["number"].clone();
    submit(&desk, &body).await.expect_problem(409, "name_taken");
    let developer = desk.as_(Role::Developer).await;
    developer.post(&format!("/api/v1/requests/{number}/withdraw"), &json!({})).await.expect(200);
    let number = submit(&desk, &body).await.expect(201).json()["number"].clone();
    let owner = desk.as_(Role::Owner).await;
    owner.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await.expect(200);
    submit(&desk, &body).await.expect_problem(409, "name_taken");
}

#[tokio::test]
async fn what_the_cluster_never_has_is_refused_and_what_it_has_not_now_waits() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(3000, 64), json!({"pods": 500}))).await;
    let large = ask(&desk.new_name("payments"), "standard", "M");
    let verdict = check(&desk, &large).await;
    assert_eq!(verdict["outcome"], "refused");
    assert_eq!(verdict["headline"], "Not possible: the cluster is short of 1 CPU.");
    submit(&desk, &large).await.expect_problem(409, "no_capacity");

    desk.approved().await; // holds 2 CPU
    let next = ask(&desk.new_name("payments"), "standard", "S");
    let verdict = check(&desk, &next).await;
    assert_eq!(
        (&verdict["outcome"], &verdict["capacity"]["short"]),
        (&json!("review"), &json!([{"resource": "cpu", "missing": 1000}]))
    );
    let number = submit(&desk, &next).await.expect(201).json()["number"].clone();
    let owner = desk.as_(Role::Owner).await;
    let path = format!("/api/v1/requests/{number}/approve");
    let request = owner.post(&path, &json!({"revision": 1})).await.expect(200).json();
    assert_eq!((&request["state"], &request["place_in_line"]), (&json!("waiting"), &json!(1)));
    assert_eq!(request["waits_for"], "capacity on the cluster");
}

#[tokio::test]
async fn a_small_sandbox_without_capacity_is_not_automatic() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(2500, 64), json!({"pods": 500}))).await;
    desk.approved().await; // holds 2 CPU
    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    assert_eq!(check(&desk, &body).await["outcome"], "review");
    assert_eq!(submit(&desk, &body).await.expect(201).json()["state"], "in_review");
}

#[tokio::test]
async fn nothing_is_asked_of_a_cluster_whose_nodes_were_never_read() {
    let desk = Desk::quiet().await;
    desk.forged().never_read().await;
    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    assert_eq!(check(&desk, &body).await["outcome"], "refused");
    submit(&desk, &body).await.expect_problem(409, "cluster_not_ready");
}

#[tokio::test]
async fn every_mistake_is_said_at_once() {
    let desk = Desk::quiet().await;
    let body = with(ask("UPPER", "standard", "S"), json!({"size": null, "quota": quota(0, 0), "purpose": ""}));
    let problem = submit(&desk, &body).await.expect_problem(422, "invalid");
    let named = fields(&problem);
    for field in ["name", "team", "cpu_m", "memory_bytes", "purpose"] {
        assert!(named.contains(&field), "{field}: {problem}");
    }
}

#[tokio::test]
async fn no_team_is_asked_for_by_those_who_do_not_work_in_it() {
    let desk = Desk::quiet().await;
    let body = ask(&desk.new_name("payments"), "sandbox", "S");
    for role in [Role::Stranger, Role::Teamless] {
        let problem = desk.as_(role).await.post("/api/v1/requests", &body).await.expect_problem(422, "invalid");
        let nowhere = with(body.clone(), json!({"team": "nowhere", "name": "nowhere-x"}));
        let unknown = desk.as_(role).await.post("/api/v1/requests", &nowhere).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"], unknown["errors"], "a team one may not see is like none");
    }
    for role in [Role::Platform, Role::Auditor] {
        desk.as_(role).await.post("/api/v1/requests", &body).await.expect_problem(403, "not_allowed");
    }
}

#[tokio::test]
async fn a_namespace_that_berth_did_not_make_is_seen_before_anybody_asks() {
    use k8s_openapi::api::core::v1::Namespace;
    use kube::api::{Api, DeleteParams, PostParams};
    let desk = Desk::open().await;
    let name = desk.new_name("payments");
    let namespaces: Api<Namespace> = Api::all(tests::kubernetes::admin().await);
    let body = ask(&name, "standard", "S");
    tests::eventually("what is on the cluster is known", async || {
        (check(&desk, &body).await["unchecked"] == json!([])).then_some(())
    })
    .await;
    let foreign = serde_json::from_value(json!({"metadata": {"name": name}})).expect("is a namespace");
    namespaces.create(&PostParams::default(), &foreign).await.expect("is made");
    let verdict = tests::eventually("it is seen", async || {
        let verdict = check(&desk, &body).await;
        (verdict["outcome"] == "refused").then_some(verdict)
    })
    .await;
    assert_eq!(verdict["errors"][0]["field"], "name");
    submit(&desk, &body).await.expect_problem(409, "name_on_cluster");
    namespaces.delete(&name, &DeleteParams::default()).await.expect("is deleted");
    tests::eventually("it is gone", async || (check(&desk, &body).await["outcome"] == "review").then_some(())).await;
}

#[tokio::test]
async fn a_desk_that_sees_no_cluster_says_that_it_does_not_know_the_name() {
    let desk = Desk::quiet().await;
    let verdict = check(&desk, &ask(&desk.new_name("payments"), "standard", "S")).await;
    assert_eq!((&verdict["outcome"], verdict["unchecked"].as_array().map(Vec::len)), (&json!("review"), Some(1)));
}

#[tokio::test]
async fn past_what_may_be_granted_automatically_people_are_asked() {
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(900_000, 9_000), json!({"pods": 9_000}))).await;
    let bounds = json!({"per_person": 3, "per_team": 10, "cluster_percent": 25});
    let class = desk.class(json!({"environment": "sandbox", "automatic": bounds})).await;
    for _ in 0..3 {
        let request = submit(&desk, &ask(&desk.new_name("payments"), &class, "S")).await.expect(201).json();
        assert_eq!(request["state"], "approved");
    }
    let body = ask(&desk.new_name("payments"), &class, "S");
    let verdict = check(&desk, &body).await;
    assert_eq!((&verdict["outcome"], &verdict["reasons"][0]["applied"]), (&json!("review"), &json!(false)));
    assert_eq!(submit(&desk, &body).await.expect(201).json()["state"], "in_review");
}

#[tokio::test]
async fn who_asks_at_once_for_several_teams_and_clusters_is_granted_no_more_than_one_person_may_have_automatically() {
    let desk = Desk::quiet().await;
    let other = "quay-8";
    desk.forged().cluster(other).await;
    desk.set_capacity(&with(quota(900_000, 9_000), json!({"pods": 9_000}))).await;
    let bounds = json!({"per_person": 2, "per_team": 10, "cluster_percent": 100});
    let class = desk.class(json!({"environment": "sandbox", "automatic": bounds})).await;
    let team = json!({"slug": "returns", "title": "Returns", "groups": [{"group": "returns-developers", "role": "developer"}]});
    desk.as_(Role::Platform).await.post("/api/v1/teams", &team).await.expect(201);
    let account = Account::new(&["payments-developers", "returns-developers"]).await;
    let both = desk.sign_in(&account).await;
    let asks: Vec<_> = [("payments", CLUSTER), ("returns", other), ("payments", other), ("returns", CLUSTER)]
        .into_iter()
        .cycle()
        .take(8)
        .map(|(team, cluster)| with(ask(&desk.new_name(team), &class, "S"), json!({"team": team, "cluster": cluster})))
        .collect();
    let answers = futures::future::join_all(asks.iter().map(|body| both.post("/api/v1/requests", body))).await;
    let states: Vec<_> = answers.into_iter().map(|answer| answer.expect(201).json()["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == "approved").count(), 2, "{states:?}");
    assert_eq!(states.iter().filter(|state| **state == "in_review").count(), 6, "{states:?}");
}

#[tokio::test]
async fn numbers_without_a_unit_are_asked_back_and_what_holds_no_container_is_refused() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let typed = [
        ("team", "payments"),
        ("cluster", tests::CLUSTER),
        ("class", "standard"),
        ("name", "bare"),
        ("size", "own"),
        ("cpu", "1"),
        ("memory", "4"),
        ("storage", "10"),
        ("pods", "5"),
        ("purpose", "Bare numbers"),
    ];
    let page = developer.post_form("/namespaces/new", &typed).await.expect(422).text();
    for (field, meant) in [("memory", "4Gi"), ("storage", "10Gi")] {
        assert!(page.contains(&format!("id=\"error-{field}\"")) && page.contains(meant), "{field}: {page}");
    }
    let body = |small| {
        let own = with(with(quota(1000, 1), json!({"storage_bytes": 0})), small);
        with(ask(&desk.new_name("payments"), "standard", "S"), json!({"size": null, "quota": own}))
    };
    for (small, field) in [
        (json!({"memory_bytes": 4}), "memory_bytes"),
        (json!({"storage_bytes": 10}), "storage_bytes"),
        (json!({"memory_bytes": 64 << 20}), "memory_bytes"),
        (json!({"cpu_m": 1}), "cpu_m"),
    ] {
        let problem = submit(&desk, &body(small)).await.expect_problem(422, "invalid");
        assert_eq!(fields(&problem), [field]);
    }
    submit(&desk, &body(json!({}))).await.expect(201);
}
