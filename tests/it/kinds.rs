//! Kinds of requests that ask for no quota: another expiry of a namespace, and its end. With policy, decision, revision, what
//! comes of them, and who may not.

use serde_json::{Value, json};
use tests::{Actor, CLUSTER, Desk, Role, ask};
use time::{Duration, OffsetDateTime};

/// A day so many days from now.
fn day(days: i64) -> String {
    (OffsetDateTime::now_utc() + Duration::days(days)).date().to_string()
}

fn extend(name: &str, until: &str) -> Value {
    json!({"kind": "extend", "cluster": CLUSTER, "name": name, "until": until, "purpose": "The trial goes on"})
}

fn delete(name: &str) -> Value {
    json!({"kind": "delete", "cluster": CLUSTER, "name": name, "confirm": name, "purpose": "Moved elsewhere"})
}

/// A namespace of a class of this environment, as provisioning leaves it, that expires tomorrow.
async fn namespace(desk: &Desk, environment: &str, lifetime_days: Option<u32>) -> String {
    let class = desk.class(json!({"environment": environment, "lifetime_days": lifetime_days})).await;
    let name = desk.new_name("payments");
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &ask(&name, &class, "S")).await.expect(201);
    let number = asked.json()["number"].as_i64().expect("is a number");
    for decider in [Role::Owner, Role::Platform] {
        if desk.request(number).await["state"] == "in_review" {
            let path = format!("/api/v1/requests/{number}/approve");
            desk.as_(decider).await.post(&path, &json!({"revision": 1})).await.expect(200);
        }
    }
    desk.forged().carried_out(number).await;
    desk.forged().expires_in(&name, Some(Duration::DAY)).await;
    name
}

async fn seen(actor: &Actor, name: &str) -> Value {
    actor.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json()
}

#[tokio::test]
async fn who_keeps_what_they_have_no_longer_than_a_new_one_needs_nobody() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let developer = desk.as_(Role::Developer).await;
    let check = developer.post("/api/v1/requests/check", &extend(&name, &day(14))).await.expect(200).json();
    assert_eq!((&check["outcome"], &check["capacity"]), (&json!("automatic"), &Value::Null), "{check}");
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(14))).await.expect(201).json();
    assert_eq!((&asked["state"], &asked["granted"]), (&json!("completed"), &json!(day(14))), "{asked}");
    assert_eq!(asked["quota"], Value::Null);
    let expires_at = seen(&developer, &name).await["expires_at"].as_str().expect("expires").to_owned();
    assert!(expires_at.starts_with(&day(14)), "{expires_at}");
    let events: Vec<_> = asked["timeline"].as_array().expect("is a list").iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(events, ["asked", "approved", "completed"]);
}

/// The button on the page of what expires before a new one would.
#[tokio::test]
async fn one_click_on_its_page_keeps_it_for_as_long_as_a_new_one() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let developer = desk.as_(Role::Developer).await;
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    let until = day(14);
    assert!(page.contains("data-note=\"expires\"") && page.contains(&format!("value=\"{until}\"")), "{page}");
    let fields = [("until", until.as_str()), ("purpose", "Extended with one click")];
    developer.post_form(&format!("/namespaces/{CLUSTER}/{name}/extend"), &fields).await.expect(303);
    assert!(seen(&developer, &name).await["expires_at"].as_str().expect("expires").starts_with(&until));
    let after = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(!after.contains("name=\"until\""), "there is nothing left to be had by a click");
}

#[tokio::test]
async fn longer_is_decided_and_may_be_granted_for_less() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(90))).await.expect(201).json();
    assert_eq!(asked["state"], "in_review", "{asked}");
    let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
    owner.post(&approve, &json!({"revision": 1, "until": day(91)})).await.expect_problem(422, "invalid");
    owner.post(&approve, &json!({"revision": 1, "until": day(0)})).await.expect_problem(422, "invalid");
    let quota = json!({"revision": 1, "grant": tests::quota(1000, 1)});
    owner.post(&approve, &quota).await.expect_problem(422, "invalid");
    let granted = owner.post(&approve, &json!({"revision": 1, "until": day(30)})).await.expect(200).json();
    assert_eq!((&granted["state"], &granted["granted"]), (&json!("completed"), &json!(day(30))), "{granted}");
    assert!(seen(&developer, &name).await["expires_at"].as_str().expect("expires").starts_with(&day(30)));
}

#[tokio::test]
async fn a_suggested_day_is_taken_as_the_next_revision() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "development", Some(14)).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(90))).await.expect(201).json();
    let of = |what: &str| format!("/api/v1/requests/{}/{what}", asked["number"]);
    let changes = json!({"revision": 1, "comment": "Half of it", "until": day(14)});
    owner.post(&of("request-changes"), &changes).await.expect(200);
    let sent_back = developer.get(&format!("/api/v1/requests/{}", asked["number"])).await.expect(200).json();
    assert_eq!(sent_back["changes"]["suggestion"], json!({"until": day(14)}), "{sent_back}");
    // Up to what a new one would have nobody needs to agree.
    let taken = developer.post(&of("accept-suggestion"), &json!({"revision": 1})).await.expect(200).json();
    assert_eq!((&taken["state"], &taken["revision"]), (&json!("completed"), &json!(2)), "{taken}");
}

#[tokio::test]
async fn what_does_not_expire_and_what_comes_no_later_is_not_extended() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let developer = desk.as_(Role::Developer).await;
    let refused = |until: String| {
        let (developer, body) = (&developer, extend(&name, &until));
        async move { developer.post("/api/v1/requests", &body).await.expect_problem(422, "invalid") }
    };
    for until in [day(0), day(-3), day(4000), "soon".into(), String::new()] {
        refused(until).await;
    }
    let with_size = {
        let mut body = extend(&name, &day(9));
        body["size"] = json!("M");
        body
    };
    developer.post("/api/v1/requests", &with_size).await.expect_problem(422, "invalid");
    desk.forged().expires_in(&name, None).await;
    developer.post("/api/v1/requests", &extend(&name, &day(9))).await.expect_problem(409, "not_possible");
}

#[tokio::test]
async fn deleting_needs_its_name_and_suspends_it_at_once() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "development", None).await;
    let developer = desk.as_(Role::Developer).await;
    let mut wrong = delete(&name);
    wrong["confirm"] = json!("payments");
    developer.post("/api/v1/requests", &wrong).await.expect_problem(422, "invalid");
    let asked = developer.post("/api/v1/requests", &delete(&name)).await.expect(201).json();
    assert_eq!((&asked["state"], &asked["grace_days"]), (&json!("completed"), &json!(7)), "{asked}");
    let suspended = seen(&developer, &name).await;
    assert_eq!(suspended["ending"]["cause"], "deletion_requested", "{suspended}");
    developer.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/restore"), &json!({})).await.expect(200);
    assert_eq!(seen(&developer, &name).await["ending"], Value::Null);
}

#[tokio::test]
async fn a_second_person_agrees_to_the_end_of_what_is_in_production() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "production", None).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &delete(&name)).await.expect(201).json();
    assert_eq!((&asked["state"], &asked["grace_days"]), (&json!("in_review"), &json!(30)), "{asked}");
    assert_eq!(seen(&developer, &name).await["ending"], Value::Null);
    let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
    developer.post(&approve, &json!({"revision": 1})).await.expect_problem(403, "own_request");
    // Whoever agrees sees what would be lost.
    let review = owner.get(&format!("/requests/{}", asked["number"])).await.expect(200).text();
    assert!(asked["contents"].is_object() && review.contains("data-inside"), "{review}");
    let granted = owner.post(&approve, &json!({"revision": 1})).await.expect(200).json();
    assert_eq!((&granted["state"], &granted["contents"]), (&json!("completed"), &Value::Null), "{granted}");
    assert_eq!(seen(&developer, &name).await["ending"]["cause"], "deletion_requested");
}

#[tokio::test]
async fn a_deletion_says_what_became_of_it_and_nothing_of_what_was_refused() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "production", None).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &delete(&name)).await.expect(201).json();
    let of = |what: &str| format!("/api/v1/requests/{}{what}", asked["number"]);
    let open = json!([{"number": asked["number"], "kind": "delete", "state": "in_review"}]);
    assert_eq!(seen(&developer, &name).await["open"], open);
    let page = developer.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("data-note=\"open-ask\""), "{page}");
    developer.post(&of("/approve"), &json!({"revision": 1})).await.expect_problem(403, "own_request");
    owner.post(&of("/approve"), &json!({"revision": 1})).await.expect(200);
    assert_eq!(seen(&developer, &name).await["open"], json!([]));
    let granted = developer.get(&of("")).await.expect(200).json();
    assert_eq!(
        (&granted["after_deletion"]["state"], &granted["steps"]),
        (&json!("suspended"), &json!([])),
        "{granted}"
    );
    let kinds: Vec<_> = granted["timeline"].as_array().expect("is a list").iter().map(|e| e["kind"].clone()).collect();
    assert_eq!(kinds, ["asked", "approved", "completed"]);
    for form in ["extend", "delete"] {
        let form = developer.get(&format!("/namespaces/{CLUSTER}/{name}/{form}")).await.expect(200).text();
        assert!(!form.contains("id=\"lifetime\""), "what is refused is not offered");
    }
    developer.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/restore"), &json!({})).await.expect(200);
    let restored = developer.get(&of("")).await.expect(200).json();
    assert_eq!(restored["after_deletion"]["state"], "restored", "{restored}");
    desk.forged().namespaces_deleted().await;
    let gone = developer.get(&of("")).await.expect(200).json();
    assert_eq!(gone["after_deletion"]["state"], "deleted", "{gone}");
}

#[tokio::test]
async fn a_form_opens_with_what_can_be_had_and_keeps_its_verdict_when_it_is_refused() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    for (environment, lifetime_days, outcome) in
        [("production", Some(20), "review"), ("sandbox", Some(60), "automatic"), ("development", None, "review")]
    {
        let name = namespace(&desk, environment, lifetime_days).await;
        desk.forged().expires_in(&name, Some(Duration::days(40))).await;
        let page = format!("/namespaces/{CLUSTER}/{name}");
        let form = developer.get(&format!("{page}/extend")).await.expect(200).text();
        assert!(form.contains(&format!("data-outcome=\"{outcome}\"")), "{environment}: {form}");
        let wrong = [("confirm", "another"), ("purpose", "Moved elsewhere")];
        let refused = developer.post_form(&format!("{page}/delete"), &wrong).await.expect(422).text();
        assert!(refused.contains("data-outcome=\"refused\""), "{refused}");
    }
}

/// Whatever it was asked from: the day that a refusal names is one that can be granted.
#[tokio::test]
async fn who_grants_less_than_there_is_is_told_a_day_that_can_be_granted() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "production", None).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(90))).await.expect(201).json();
    let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
    let grant = |days: i64| json!({"revision": 1, "until": day(days)});
    let refused = owner.post(&approve, &grant(1)).await.expect_problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "until", "{refused}");
    assert!(refused["errors"][0]["message"].as_str().is_some_and(|says| says.contains(&day(2))), "{refused}");
    owner.post(&approve, &grant(2)).await.expect(200);
}

#[tokio::test]
async fn one_of_each_kind_is_open_and_one_s_own_gives_way() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "production", Some(14)).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let first = developer.post("/api/v1/requests", &delete(&name)).await.expect(201).json();
    developer.post("/api/v1/requests", &extend(&name, &day(60))).await.expect(201);
    owner.post("/api/v1/requests", &delete(&name)).await.expect_problem(409, "open_request");
    let mut again = delete(&name);
    again["purpose"] = json!("Moved to the new cluster");
    let second = developer.post("/api/v1/requests", &again).await.expect(201).json();
    assert_eq!(second["supersedes"], first["number"]);
    let former = developer.get(&format!("/api/v1/requests/{}", first["number"])).await.expect(200).json();
    assert_eq!(former["state"], "superseded");
}

#[tokio::test]
async fn who_only_looks_asks_for_neither_and_strangers_find_nothing() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let until = day(2) + "T00:00:00Z";
    let viewer = json!({
        "person": Role::Teamless.account().email, "role": "viewer", "until": until, "reason": "Looks",
    });
    desk.as_(Role::Teamless).await.get("/api/v1/me").await.expect(200);
    desk.as_(Role::Platform).await.post("/api/v1/teams/payments/memberships", &viewer).await.expect(201);
    for body in [extend(&name, &day(9)), delete(&name)] {
        desk.as_(Role::Teamless).await.post("/api/v1/requests", &body).await.expect_problem(403, "not_allowed");
        desk.as_(Role::Stranger).await.post("/api/v1/requests", &body).await.expect_problem(422, "invalid");
    }
    for form in ["extend", "delete"] {
        let path = format!("/namespaces/{CLUSTER}/{name}/{form}");
        desk.as_(Role::Teamless).await.get(&path).await.expect(200);
        desk.as_(Role::Stranger).await.get(&path).await.expect(404);
    }
}

#[tokio::test]
async fn an_archived_team_lets_go_of_what_it_has_and_keeps_it_no_longer() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let (developer, platform) = (desk.as_(Role::Developer).await, desk.as_(Role::Platform).await);
    platform.post("/api/v1/teams/payments/archive", &json!({})).await.expect(200);
    developer.post("/api/v1/requests", &extend(&name, &day(9))).await.expect_problem(422, "invalid");
    developer.post("/api/v1/requests", &delete(&name)).await.expect(201);
}

/// What is Berth's own goes on, whatever the cluster does.
#[tokio::test]
async fn an_extension_waits_for_no_cluster() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let developer = desk.as_(Role::Developer).await;
    desk.pause(CLUSTER, "New nodes").await;
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(9))).await.expect(201).json();
    assert_eq!(asked["state"], "completed", "{asked}");
}

#[tokio::test]
async fn what_is_to_be_deleted_gets_no_other_day_until_that_is_taken_back() {
    let desk = Desk::quiet().await;
    let name = namespace(&desk, "sandbox", Some(14)).await;
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let asked = developer.post("/api/v1/requests", &extend(&name, &day(90))).await.expect(201).json();
    let number = &asked["number"];
    developer.post("/api/v1/requests", &delete(&name)).await.expect(201);
    let approve = format!("/api/v1/requests/{number}/approve");
    owner.post(&approve, &json!({"revision": 1})).await.expect_problem(409, "not_possible");
    let seen = owner.get(&format!("/api/v1/requests/{number}")).await.expect(200).json();
    assert_eq!(seen["state"], "in_review", "{seen}");
    // Whoever looks is told before they press.
    assert_eq!(
        (&seen["blocked_by"], &seen["can_approve"]["allowed"]),
        (&json!("deletion_requested"), &json!(false)),
        "{seen}"
    );
    let queue = owner.get("/api/v1/requests?queue=to_decide").await.expect(200).json();
    let row = queue["items"].as_array().expect("is a list").iter().find(|row| &row["number"] == number);
    assert_eq!(row.expect("waits for the owner")["blocked_by"], "deletion_requested");
    developer.post(&format!("/api/v1/namespaces/{CLUSTER}/{name}/restore"), &json!({})).await.expect(200);
    owner.post(&approve, &json!({"revision": 1})).await.expect(200);
}
