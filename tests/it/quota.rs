//! Asking for more or less of what a namespace has.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, ResourceQuota};
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};
use tests::{Actor, Answer, CLUSTER, Desk, Opening, Role, ask, eventually, kubernetes, quota, with};

/// The ask for another quota of the namespace that a request made.
fn change(request: &Value, size: &str) -> Value {
    json!({"kind": "quota", "cluster": CLUSTER, "name": request["name"], "size": size, "purpose": "Load tests"})
}

/// With so much CPU instead of what it has.
fn with_cpu(request: &Value, cpu_m: u64) -> Value {
    let numbers = with(request["granted"].clone(), json!({"cpu_m": cpu_m}));
    with(change(request, ""), json!({"size": null, "quota": numbers}))
}

async fn submit(actor: &Actor, body: &Value) -> Answer {
    actor.post("/api/v1/requests", body).await
}

async fn approve(actor: &Actor, number: &Value) -> Answer {
    actor.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await
}

async fn enforced_cpu(name: &Value) -> String {
    let quotas: Api<ResourceQuota> = Api::namespaced(kubernetes::admin().await, name.as_str().expect("is text"));
    let found = quotas.get("berth-compute").await.expect("is there");
    found.spec.and_then(|spec| spec.hard).expect("is set")["requests.cpu"].0.clone()
}

#[tokio::test]
async fn more_is_decided_by_people_and_then_enforced_on_the_cluster() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await; // S: 2 CPU
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let body = change(&made, "M");
    let verdict = developer.post("/api/v1/requests/check", &body).await.expect(200).json();
    assert_eq!((&verdict["outcome"], &verdict["base"]), (&json!("review"), &made["granted"]));
    let request = submit(&developer, &body).await.expect(201).json();
    assert_eq!((&request["state"], &request["base"]), (&json!("in_review"), &made["granted"]));
    assert_eq!(request["title"], format!("Quota of {}", made["name"].as_str().expect("is text")));
    approve(&owner, &request["number"]).await.expect(200);
    let done = desk.until(request["number"].as_i64().expect("is a number"), "completed").await;
    assert_eq!(done["granted"]["cpu_m"], 4000);
    assert!(done["steps"].as_array().is_some_and(|steps| steps.len() == 9), "{}", done["steps"]);
    assert_eq!(enforced_cpu(&made["name"]).await, "4");

    let path = format!("/api/v1/namespaces/{CLUSTER}/{}/quota-history", made["name"].as_str().expect("is text"));
    let history = developer.get(&path).await.expect(200).json();
    let steps: Vec<_> =
        history["items"].as_array().into_iter().flatten().map(|change| &change["after"]["cpu_m"]).collect();
    assert_eq!(steps, [&json!(4000), &json!(2000)]);
    assert_eq!(history["items"][0]["reason"], "Load tests");
    let first = developer.get(&format!("{path}?limit=1")).await.expect(200).json();
    let after = first["next"].as_str().expect("there is more");
    let second = developer.get(&format!("{path}?limit=1&after={after}")).await.expect(200).json();
    assert_eq!((&second["items"][0]["after"]["cpu_m"], &second["next"]), (&json!(2000), &Value::Null));
}

/// Granted is what was decided; in force is what bounds what runs, wherever a quota is shown.
#[tokio::test]
async fn what_is_granted_and_waits_is_shown_nowhere_as_what_is_in_force() {
    let desk = Desk::with(Opening { watches: true, ..Opening::default() }).await;
    let made = desk.made().await; // S: 2 CPU
    let name = made["name"].as_str().expect("is text");
    let (developer, platform) = (desk.as_(Role::Developer).await, desk.as_(Role::Platform).await);
    let row = async || developer.get("/api/v1/namespaces").await.expect(200).json()["items"][0].clone();
    let enforces = async |cpu_m: u64| {
        eventually("the list says what is enforced", async || {
            Some(row().await).filter(|row| row["enforced"]["cpu_m"] == cpu_m && row["used"].is_object())
        })
        .await
    };
    enforces(2000).await;
    let page = format!("/namespaces/{CLUSTER}/{name}");
    let pages = ["/".to_owned(), "/namespaces".to_owned(), page.clone(), format!("{page}/quota")];
    let n_saying = async || {
        let mut n = 0;
        for page in &pages {
            n += usize::from(developer.get(page).await.expect(200).text().contains("data-not-in-force"));
        }
        n
    };
    assert_eq!(n_saying().await, 0);

    platform.post(&format!("/api/v1/clusters/{CLUSTER}/pause"), &json!({"reason": "New nodes"})).await.expect(200);
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", &change(&made, "M")).await;
    request.expect_problem(409, "cluster_not_ready");
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/resume"), &json!({})).await.expect(200);
    let request = submit(&developer, &change(&made, "M")).await.expect(201).json();
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/pause"), &json!({"reason": "New nodes"})).await.expect(200);
    approve(&desk.as_(Role::Owner).await, &request["number"]).await.expect(200);
    let number = request["number"].as_i64().expect("is a number");
    for state in ["approved", "failed"] {
        desk.forged().request_in(number, state).await;
        let row = row().await;
        assert_eq!((&row["quota"]["cpu_m"], &row["enforced"]["cpu_m"]), (&json!(4000), &json!(2000)), "{state}");
        let view = developer.get(&format!("/api/v1{page}")).await.expect(200).json();
        let line = &view["lines"][0];
        assert_eq!((&line["granted"], &line["enforced"]), (&json!(4000), &json!(2000)), "{state}");
        assert_eq!(n_saying().await, pages.len(), "{state}");
        let unapplied = &view["sync"]["unapplied"];
        assert_eq!((&unapplied["number"], &unapplied["state"]), (&json!(number), &json!(state)));
    }
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/resume"), &json!({})).await.expect(200);
    for state in ["approved", "applying", "failed", "undoing"] {
        desk.forged().request_in(number, state).await;
        desk.forged().jobs_done(None).await;
        let sync = developer.get(&format!("{page}/sync")).await.expect(200).text();
        assert!(sync.contains(&format!("data-unapplied=\"{state}\"")), "{state}");
        for green in ["class=\"note ok\"", "class=\"ok\""] {
            assert!(!sync.contains(green), "{state}: {green}");
            assert!(!developer.get(&page).await.expect(200).text().contains(green), "{state}: {green}");
            let quota = developer.get(&format!("{page}/quota")).await.expect(200).text();
            assert!(!quota.contains(green), "{state}: {green}");
        }
    }
    desk.forged().request_in(number, "approved").await;
    desk.forged().looks_ordered().await;
    let worker = desk.start_worker();
    desk.until(number, "completed").await;
    enforces(4000).await;
    eventually("a look finds it as granted, and no other is due", async || {
        let sync = developer.get(&format!("{page}/sync")).await.expect(200).text();
        (sync.contains("class=\"note ok\"") && !sync.contains("data-unapplied")).then_some(())
    })
    .await;
    worker.stop().await;
    assert_eq!(n_saying().await, 0);
}

#[tokio::test]
async fn less_needs_nobody_and_gives_its_capacity_back_when_the_cluster_has_done_it() {
    let desk = Desk::quiet().await;
    let made = desk.made().await; // 2 CPU
    let granted = async || {
        let cluster =
            desk.as_(Role::Platform).await.get(&format!("/api/v1/clusters/{CLUSTER}")).await.expect(200).json();
        let lines = cluster["lines"].as_array().expect("has lines").clone();
        lines.iter().find(|line| line["resource"] == "cpu").expect("has CPU")["granted"].clone()
    };
    let less = with(with_cpu(&made, 500), json!({"acknowledge_below_use": true}));
    let request = submit(&desk.as_(Role::Developer).await, &less).await.expect(201).json();
    assert_eq!((&request["state"], &request["reasons"][0]["rule"]), (&json!("approved"), &json!("decrease_automatic")));
    assert_eq!(granted().await, 2000, "the cluster still enforces the larger one");
    let worker = desk.start_worker();
    desk.until(request["number"].as_i64().expect("is a number"), "completed").await;
    worker.stop().await;
    assert_eq!(granted().await, 500);
    assert_eq!(enforced_cpu(&made["name"]).await, "500m");
}

#[tokio::test]
async fn what_changes_nothing_or_cannot_be_is_refused() {
    let desk = Desk::quiet().await;
    let (made, developer) = (desk.ready().await, desk.as_(Role::Developer).await);
    submit(&developer, &change(&made, "S")).await.expect_problem(422, "unchanged");
    submit(&developer, &change(&made, "Huge")).await.expect_problem(422, "invalid");
    submit(&developer, &with_cpu(&made, 33_000)).await.expect_problem(422, "invalid");
    submit(&developer, &with_cpu(&made, 0)).await.expect_problem(422, "invalid");
    let stray = with(change(&made, "M"), json!({"team": "payments"}));
    submit(&developer, &stray).await.expect_problem(422, "invalid");
    let nowhere = with(change(&made, "M"), json!({"name": "payments-nowhere"}));
    submit(&developer, &nowhere).await.expect_problem(422, "invalid");
    let stranger = desk.as_(Role::Stranger).await;
    let problem = submit(&stranger, &change(&made, "M")).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["message"], "there is no such namespace", "nobody learns of others' names");
    submit(&desk.as_(Role::Platform).await, &change(&made, "M")).await.expect_problem(403, "not_allowed");
    let half = desk.request(desk.approved().await).await;
    submit(&developer, &change(&half, "M")).await.expect_problem(409, "namespace_not_ready");
}

#[tokio::test]
async fn ones_own_open_request_makes_place_for_the_next_and_somebody_elses_stands_in_the_way() {
    let desk = Desk::quiet().await;
    let (made, developer, owner) = (desk.ready().await, desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let first = submit(&developer, &change(&made, "M")).await.expect(201).json();
    let problem = submit(&owner, &change(&made, "L")).await.expect_problem(409, "open_request");
    let named = format!("REQ-{}", first["number"]);
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(&named)), "{problem}");

    let verdict = developer.post("/api/v1/requests/check", &change(&made, "L")).await.expect(200).json();
    assert_eq!(verdict["supersedes"], first["number"]);
    let second = submit(&developer, &change(&made, "L")).await.expect(201).json();
    assert_eq!(second["supersedes"], first["number"]);
    let first = desk.request(first["number"].as_i64().expect("is a number")).await;
    assert_eq!((&first["state"], &first["superseded_by"]), (&json!("superseded"), &second["number"]));
    approve(&owner, &first["number"]).await.expect_problem(409, "closed");
    approve(&owner, &second["number"]).await.expect(200);
    submit(&developer, &change(&made, "M")).await.expect_problem(409, "open_request");
}

#[tokio::test]
async fn a_submit_for_quota_that_is_sent_again_is_answered_as_before() {
    let desk = Desk::quiet().await;
    let (made, developer) = (desk.ready().await, desk.as_(Role::Developer).await);
    let send = async |size: &str| {
        let request = developer.request(http::Method::POST, "/api/v1/requests").header("idempotency-key", "k1");
        developer.send(request.json(&change(&made, size))).await
    };
    let (one, other) = tokio::join!(send("M"), send("M"));
    assert_eq!(one.expect(201).json()["number"], other.expect(201).json()["number"]);
    send("L").await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn less_than_is_used_must_be_meant_and_use_lets_a_quota_grow_by_itself() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await; // 2 CPU
    let name = made["name"].as_str().expect("is text");
    let deployments: Api<Deployment> = Api::namespaced(kubernetes::person(Role::Developer).await, name);
    let web = kubernetes::a_deployment("web", 1, "1500m", "");
    deployments.create(&PostParams::default(), &web).await.expect("is deployed");
    let developer = desk.as_(Role::Developer).await;
    let verdict = eventually("use is seen", async || {
        let verdict = developer.post("/api/v1/requests/check", &with_cpu(&made, 1000)).await.expect(200).json();
        verdict["below_use"].as_array().is_some_and(|below| !below.is_empty()).then_some(verdict)
    })
    .await;
    assert_eq!(verdict["below_use"], json!([{"resource": "cpu", "used": 1500, "asked": 1000}]));
    let problem = submit(&developer, &with_cpu(&made, 1000)).await.expect_problem(422, "below_use");
    assert_eq!(problem["errors"][0]["field"], "acknowledge_below_use");

    // Three quarters are used: half as much again needs nobody.
    let grown = submit(&developer, &with_cpu(&made, 3000)).await.expect(201).json();
    assert_eq!(grown["reasons"][0]["rule"], "small_increase", "{}", grown["reasons"]);
    desk.until(grown["number"].as_i64().expect("is a number"), "completed").await;
    let verdict = developer.post("/api/v1/requests/check", &with_cpu(&made, 4000)).await.expect(200).json();
    assert_eq!(verdict["outcome"], "review", "now only half of it is used");

    let meant = with(with_cpu(&made, 1000), json!({"acknowledge_below_use": true}));
    let less = submit(&developer, &meant).await.expect(201).json();
    desk.until(less["number"].as_i64().expect("is a number"), "completed").await;
    assert_eq!(enforced_cpu(&made["name"]).await, "1");
}

#[tokio::test]
async fn less_than_there_is_must_be_meant_by_everybody_where_use_is_not_known() {
    let desk = Desk::quiet().await;
    let (made, developer, owner) = (desk.ready().await, desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let less = with_cpu(&made, 1000);
    let verdict = developer.post("/api/v1/requests/check", &less).await.expect(200).json();
    assert_eq!((&verdict["use_unknown"], &verdict["below_use"]), (&json!(["cpu"]), &json!([])));
    let problem = submit(&developer, &less).await.expect_problem(422, "use_unknown");
    assert_eq!(problem["errors"][0]["field"], "acknowledge_below_use");
    let path = format!("/namespaces/{CLUSTER}/{}/quota", made["name"].as_str().expect("is text"));
    let typed =
        [("size", "own"), ("cpu", "1"), ("memory", "4Gi"), ("storage", "1Gi"), ("pods", "1"), ("purpose", "Less")];
    let page = developer.post_form(&path, &typed).await.expect(422).text();
    assert!(page.contains("name=\"acknowledge_below_use\""), "{page}");

    // More of one and less of another is decided by people: they say it, too.
    let numbers = with(made["granted"].clone(), json!({"cpu_m": 4000, "pods": 1}));
    let mixed = with(change(&made, ""), json!({"size": null, "quota": numbers}));
    submit(&developer, &mixed).await.expect_problem(422, "use_unknown");
    let meant = with(mixed.clone(), json!({"acknowledge_below_use": true}));
    let asked = submit(&developer, &meant).await.expect(201).json();
    assert_eq!((&asked["state"], &asked["quota"]["use_unknown"]), (&json!("in_review"), &json!(["pods"])));
    let revision = |more: Value| {
        with(
            json!({"revision": 1, "quota": with(numbers.clone(), json!({"cpu_m": 3000})), "purpose": "A little less"}),
            more,
        )
    };
    let revise = format!("/api/v1/requests/{}/revise", asked["number"]);
    developer.post(&revise, &revision(json!({}))).await.expect_problem(422, "use_unknown");
    approve(&owner, &asked["number"]).await.expect_problem(422, "use_unknown");
    let page = format!("/requests/{}", asked["number"]);
    assert!(owner.get(&page).await.expect(200).text().contains("name=\"acknowledge_below_use\""));
    let form = format!("{page}/approve");
    let refused = owner.post_form(&form, &[("revision", "1")]).await.expect(422).text();
    assert!(refused.contains("id=\"error-acknowledge_below_use\""), "{refused}");
    owner.post_form(&form, &[("revision", "1"), ("acknowledge_below_use", "yes")]).await.expect(303);
    assert_eq!(desk.request(asked["number"].as_i64().expect("is a number")).await["state"], "approved");
}

#[tokio::test]
async fn the_page_asks_and_gives_back_what_was_typed() {
    let desk = Desk::quiet().await;
    let (made, developer) = (desk.ready().await, desk.as_(Role::Developer).await);
    let path = format!("/namespaces/{CLUSTER}/{}/quota", made["name"].as_str().expect("is text"));
    let refused = developer.post_form(&path, &[("size", "own"), ("cpu", "many"), ("purpose", "kept as typed")]).await;
    assert!(refused.expect(422).text().contains("kept as typed"));
    let checked = developer.get(&format!("{path}?check=1&size=M&purpose=Load+tests")).await.expect(200);
    assert!(checked.text().contains("Decided by owners of Payments"), "{}", checked.text());
    let asked = developer.post_form(&path, &[("size", "M"), ("purpose", "Load tests")]).await.expect(303);
    assert!(asked.header("location").starts_with("/requests/"));
    let page = developer.get(&path).await.expect(200).text();
    let (_, mark) = page.split_once("name=\"mark\" value=\"").expect("has a mark");
    let mark = mark.split('"').next().expect("has a value");
    let send = async || developer.post_form(&path, &[("mark", mark), ("size", "L"), ("purpose", "More tests")]).await;
    let first = send().await.expect(303).header("location").to_owned();
    assert_eq!(send().await.expect(303).header("location"), first, "sent twice it is one request");
    desk.as_(Role::Stranger).await.get(&path).await.expect(404);
}

#[tokio::test]
async fn however_many_ask_and_decide_at_once_grants_of_both_kinds_stay_below_the_ceiling() {
    const CEILING_CPU_M: i64 = 13_000;
    let desk = Desk::quiet().await;
    desk.set_capacity(&with(quota(13_000, 900), json!({"pods": 9000}))).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let made = desk.ready().await; // 2 CPU each
        numbers.push(submit(&developer, &change(&made, "M")).await.expect(201).json()["number"].clone()); // 2 more
    }
    for _ in 0..4 {
        let body = ask(&desk.new_name("payments"), "standard", "S"); // 2 CPU each
        numbers.push(submit(&developer, &body).await.expect(201).json()["number"].clone());
    }
    let approvals = futures::future::join_all(numbers.iter().map(|number| approve(&owner, number))).await;
    let states: Vec<_> = approvals.into_iter().map(|answer| answer.expect(200).json()["state"].clone()).collect();
    let n_waiting = states.iter().filter(|state| **state == "waiting").count();
    assert_eq!(n_waiting, 4, "{states:?}");
    let held: i64 = sqlx::query_scalar("select sum(cpu_m)::bigint from held").fetch_one(desk.db()).await.expect("sums");
    assert_eq!(held, CEILING_CPU_M - 1000);
}

#[tokio::test]
async fn what_grows_by_itself_does_so_twice_in_ninety_days_and_then_people_decide() {
    let desk = Desk::open().await;
    let made = desk.provisioned().await; // 2 CPU
    let name = made["name"].as_str().expect("is text");
    let deployments: Api<Deployment> = Api::namespaced(kubernetes::person(Role::Developer).await, name);
    let web = kubernetes::a_deployment("web", 1, "1500m", "");
    deployments.create(&PostParams::default(), &web).await.expect("is deployed");
    let developer = desk.as_(Role::Developer).await;
    let rule = async |cpu_m: u64| {
        let verdict = developer.post("/api/v1/requests/check", &with_cpu(&made, cpu_m)).await.expect(200).json();
        let reasons = verdict["reasons"].as_array().expect("is a list").clone();
        reasons.into_iter().find(|reason| reason["rule"] == "small_increase").expect("is looked at")
    };
    eventually("use is seen", async || (rule(2100).await["applied"] == true).then_some(())).await;
    for cpu_m in [2100, 2120] {
        let grown = submit(&developer, &with_cpu(&made, cpu_m)).await.expect(201).json();
        assert_eq!(grown["reasons"][0]["rule"], "small_increase", "{}", grown["reasons"]);
        desk.until(grown["number"].as_i64().expect("is a number"), "completed").await;
    }
    let third = rule(2140).await;
    assert_eq!(
        (&third["applied"], &third["says"]),
        (&json!(false), &json!("It grew automatically 2 times in 90 days, so people decide."))
    );
    let asked = submit(&developer, &with_cpu(&made, 2140)).await.expect(201).json();
    assert_eq!(asked["state"], "in_review");

    desk.forged().quota_changes_age(91).await;
    assert_eq!(rule(2140).await["applied"], true, "that was long ago");
}

#[tokio::test]
async fn raises_that_nobody_approved_stay_within_the_teams_part_of_the_cluster() {
    let desk = Desk::with(Opening { watches: true, ..Opening::default() }).await;
    let bounds = json!({"per_person": 9, "per_team": 9, "cluster_percent": 1});
    let class = desk.class(json!({"automatic": bounds})).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = submit(&developer, &ask(&desk.new_name("payments"), &class, "S")).await.expect(201).json(); // 2 CPU
    approve(&owner, &asked["number"]).await.expect(200);
    let made = {
        let worker = desk.start_worker();
        let made = desk.until(asked["number"].as_i64().expect("is a number"), "completed").await;
        worker.stop().await;
        made
    };
    let name = made["name"].as_str().expect("is text");
    let deployments: Api<Deployment> = Api::namespaced(kubernetes::person(Role::Developer).await, name);
    let web = kubernetes::a_deployment("web", 1, "1900m", "");
    deployments.create(&PostParams::default(), &web).await.expect("is deployed");
    // One core is 1 % of it.
    desk.set_capacity(&with(quota(100_000, 9_000), json!({"pods": 9_000}))).await;
    let rule = async |cpu_m: u64| {
        let verdict = developer.post("/api/v1/requests/check", &with_cpu(&made, cpu_m)).await.expect(200).json();
        let reasons = verdict["reasons"].as_array().expect("is a list").clone();
        reasons.into_iter().find(|reason| reason["rule"] == "small_increase").expect("is looked at")
    };
    eventually("use is seen", async || (rule(2600).await["applied"] == true).then_some(())).await;
    let is_automatic = async |cpu_m: u64| {
        let rule = rule(cpu_m).await;
        rule["applied"].as_bool().filter(|applied| *applied).ok_or(rule["says"].clone())
    };
    assert_eq!(is_automatic(3000).await, Ok(true), "what people approved is not counted");
    let grown = submit(&developer, &with_cpu(&made, 2600)).await.expect(201).json();
    assert_eq!(grown["state"], "approved");
    let worker = desk.start_worker();
    let number = grown["number"].as_i64().expect("is a number");
    desk.until(number, "completed").await;
    worker.stop().await;
    assert_eq!(is_automatic(3000).await, Ok(true), "600 and 400 are one core");
    is_automatic(3001).await.expect_err("what the first raise added is counted");
    desk.forged().request_in(number, "undone").await;
    assert_eq!(is_automatic(3001).await, Ok(true), "what was undone is not");
}

#[tokio::test]
async fn a_quota_is_not_approved_for_what_has_vanished_or_is_being_removed() {
    let desk = Desk::quiet().await;
    let made = desk.ready().await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = submit(&developer, &change(&made, "M")).await.expect(201).json();
    let name = made["name"].as_str().expect("is text");
    for how in ["missing", "leaving", "replaced", "removing"] {
        if how == "removing" {
            desk.forged().found(None).await;
            desk.forged().in_state(name, how).await;
        } else {
            desk.forged().found(Some(how)).await;
        }
        approve(&owner, &asked["number"]).await.expect_problem(409, "namespace_gone");
        // No revision of it could be granted either.
        let path = format!("/api/v1/requests/{}", asked["number"]);
        let back = json!({"revision": 1, "comment": "Less, please"});
        owner.post(&format!("{path}/request-changes"), &back).await.expect_problem(409, "namespace_gone");
        let request = owner.get(&path).await.expect(200).json();
        assert_eq!(
            (&request["blocked_by"], &request["can_request_changes"]["allowed"]),
            (&json!("namespace_gone"), &json!(false))
        );
        assert_eq!(request["gone"], how);
        let acts: Vec<_> =
            request["next"].as_array().expect("a list").iter().map(|next| next["action"].clone()).collect();
        assert_eq!(acts, ["reject", "withdraw"]);
    }
    assert_eq!(desk.request(asked["number"].as_i64().expect("is a number")).await["state"], "in_review");
    desk.forged().in_state(name, "ready").await;
    approve(&owner, &asked["number"]).await.expect(200);
}

#[tokio::test]
async fn a_quota_approved_for_what_vanished_meanwhile_fails_and_makes_nothing_again() {
    let desk = Desk::quiet().await;
    let made = desk.made().await;
    let name = made["name"].as_str().expect("is text");
    let asked = submit(&desk.as_(Role::Developer).await, &change(&made, "M")).await.expect(201).json();
    approve(&desk.as_(Role::Owner).await, &asked["number"]).await.expect(200);
    let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
    namespaces.delete(name, &DeleteParams::default()).await.expect("is deleted");
    eventually("it is gone", async || namespaces.get_opt(name).await.expect("answers").is_none().then_some(())).await;

    let worker = desk.start_worker();
    let failed = desk.until(asked["number"].as_i64().expect("is a number"), "failed").await;
    assert!(failed["failure"].as_str().is_some_and(|why| why.contains("cannot recreate it")), "{failed}");
    let path = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let developer = desk.as_(Role::Developer).await;
    eventually("its page says so", async || {
        let view = developer.get(&path).await.expect(200).json();
        (view["sync"]["condition"]["kind"] == "missing").then_some(())
    })
    .await;
    worker.stop().await;
    assert!(namespaces.get_opt(name).await.expect("answers").is_none());
}
