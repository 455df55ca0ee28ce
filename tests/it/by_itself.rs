//! What nobody decided is nobody's word: in the trail, its export, the story of a request and the API it is Berth's, by a
//! rule or at work, on behalf of whoever asked.

use serde_json::{Value, json};
use server::app::{Ctx, requests};
use tests::{CLUSTER, Desk, Role, ask, quota, with};

/// An event that no person decided, as the trail has it.
struct Noted {
    number: i64,
    action: &'static str,
    kind: &'static str,
    rule: Option<&'static str>,
}

#[tokio::test]
async fn what_no_person_decided_has_no_person_as_its_actor() {
    let desk = Desk::quiet().await;
    let noted = [
        approved_when_submitted(&desk).await,
        approved_when_revised(&desk).await,
        given_back(&desk).await,
        put_in_line(&desk).await,
        admit_waiting(&desk).await,
        expired(&desk).await,
    ];
    let export = desk.as_(Role::Auditor).await.get("/api/v1/audit.csv").await.expect(200).text();
    for Noted { number, action, kind, rule } in noted {
        let row = event(&desk, number, action).await;
        assert_eq!((row["actor"].as_str(), row["actor_kind"].as_str()), (Some("Berth"), Some(kind)), "{row}");
        assert_eq!(row["on_behalf_of"], "Developer", "{row}");
        assert_eq!(row["detail"]["rule"].as_str(), rule, "{row}");
        let line = export.lines().find(|line| line.contains(&format!("{action},REQ-{number},")));
        assert!(line.is_some_and(|line| line.contains(&format!(",Berth,{kind},Developer,"))), "{line:?}");
        let story = desk.request(number).await["timeline"].clone();
        let told: Vec<_> =
            story.as_array().expect("is a list").iter().filter(|entry| entry["at"] == row["at"]).collect();
        assert!(told.iter().any(|entry| entry["actor"] == "Berth"), "{action}: {story}");
    }
    let own: i64 = sqlx::query_scalar(
        "select count(*) from audit_events e join requests r on e.subject = 'REQ-' || r.number
         where e.action in ('request.approved', 'request.waiting') and e.actor_id in (r.requester_id, r.revised_by)",
    )
    .fetch_one(desk.db())
    .await
    .expect("reads");
    assert_eq!(own, 0, "nobody approves what they asked for");
}

async fn event(desk: &Desk, number: i64, action: &str) -> Value {
    let path = format!("/api/v1/audit?subject=REQ-{number}&action={action}");
    desk.as_(Role::Auditor).await.get(&path).await.expect(200).json()["items"][0].clone()
}

async fn submitted(desk: &Desk, body: &Value) -> i64 {
    let request = desk.as_(Role::Developer).await.post("/api/v1/requests", body).await.expect(201).json();
    request["number"].as_i64().expect("is a number")
}

async fn approved_when_submitted(desk: &Desk) -> Noted {
    let number = submitted(desk, &ask(&desk.new_name("payments"), "sandbox", "S")).await;
    Noted { number, action: "request.approved", kind: "rule", rule: Some("sandbox_automatic") }
}

async fn approved_when_revised(desk: &Desk) -> Noted {
    let number = submitted(desk, &ask(&desk.new_name("payments"), "sandbox", "M")).await;
    let smaller = json!({"revision": 1, "size": "S", "purpose": "Less will do"});
    let path = format!("/api/v1/requests/{number}/revise");
    desk.as_(Role::Developer).await.post(&path, &smaller).await.expect(200);
    Noted { number, action: "request.approved", kind: "rule", rule: Some("sandbox_automatic") }
}

async fn given_back(desk: &Desk) -> Noted {
    let name = desk.ready().await["name"].clone();
    let less = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "quota": quota(1000, 1), "purpose": "Less", "acknowledge_below_use": true});
    let number = submitted(desk, &less).await;
    Noted { number, action: "request.approved", kind: "rule", rule: Some("decrease_automatic") }
}

/// The owner approves; that there is no capacity is nobody's doing.
async fn put_in_line(desk: &Desk) -> Noted {
    desk.set_capacity(&with(quota(2500, 900), json!({"pods": 9000}))).await;
    desk.approved().await; // 2 CPU
    let number = desk.approved().await;
    assert_eq!(desk.request(number).await["state"], "waiting");
    Noted { number, action: "request.waiting", kind: "system", rule: None }
}

async fn admit_waiting(desk: &Desk) -> Noted {
    let Noted { number, .. } = put_in_line(desk).await;
    desk.set_capacity(&with(quota(9_000_000, 900_000), json!({"pods": 90_000}))).await;
    requests::admit_waiting(&Ctx::system(desk.berth().clone(), "let_in")).await.expect("is done");
    Noted { number, action: "request.let_in", kind: "system", rule: None }
}

async fn expired(desk: &Desk) -> Noted {
    let number = desk.asked().await;
    desk.forged().in_state_for_days(number, 91).await;
    requests::expire(&Ctx::system(desk.berth().clone(), "expire_requests")).await.expect("is done");
    Noted { number, action: "request.expired", kind: "system", rule: None }
}

#[tokio::test]
async fn a_quota_that_was_taken_back_was_decided_by_whoever_took_it_back() {
    let desk = Desk::quiet().await;
    let name = desk.ready().await["name"].clone();
    let more = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "size": "M", "purpose": "More"});
    let number = submitted(&desk, &more).await;
    let path = |verb: &str| format!("/api/v1/requests/{number}/{verb}");
    desk.as_(Role::Owner).await.post(&path("approve"), &json!({"revision": 1})).await.expect(200);
    desk.give_up(number).await;
    desk.as_(Role::Platform).await.post(&path("undo"), &json!({})).await.expect(200);
    let history = format!("/api/v1/namespaces/{CLUSTER}/{}/quota-history", name.as_str().expect("is text"));
    let history = desk.as_(Role::Developer).await.get(&history).await.expect(200).json();
    let deciders: Vec<_> = history["items"].as_array().expect("is a list").iter().map(|c| c["by"].clone()).collect();
    assert_eq!(deciders, ["Platform", "Owner", "Owner"]);
}
