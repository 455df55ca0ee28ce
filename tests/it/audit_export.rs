//! The trail narrowed down, and taken as a file.

use domain::audit::{Event, FORMAT};
use serde_json::{Value, json};
use tests::{Desk, Role, ask};
use time::OffsetDateTime;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

#[tokio::test]
async fn the_trail_is_narrowed_down_by_everything_one_remembers() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let auditor = desk.as_(Role::Auditor).await;
    let n = async |query: &str| {
        let page = auditor.get(&format!("/api/v1/audit?{query}&limit=200")).await.expect(200).json();
        page["items"].as_array().expect("is a list").len()
    };
    let of_request = format!("subject=REQ-{number}");
    let all = n(&of_request).await;
    assert!(all >= 2);
    assert_eq!(n(&format!("{of_request}&team=payments")).await, all);
    assert_eq!(n(&format!("{of_request}&team=orders")).await, 0);
    let today = time::OffsetDateTime::now_utc().date();
    let (yesterday, tomorrow) = (today.previous_day().expect("is a day"), today.next_day().expect("is a day"));
    assert_eq!(n(&format!("{of_request}&from={yesterday}&to={tomorrow}")).await, all);
    assert_eq!(n(&format!("{of_request}&to={yesterday}")).await, 0);
    assert_eq!(n(&format!("{of_request}&from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z")).await, 0);
    assert_eq!(n(&format!("{of_request}&text=cpu_m")).await, n(&format!("{of_request}&text=CPU_M")).await);
    assert_eq!(n(&format!("{of_request}&text=is-in-no-event")).await, 0);
    let problem = auditor.get("/api/v1/audit?from=soon").await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "from");
    // Times that there are, and that no event can have, or no database.
    for time in ["0001-01-01", "1969-12-30", "9999-01-01", "9999-12-31T23:59:59Z", "-4800-01-01", "%2B294277-01-01"] {
        for field in ["from", "to"] {
            for path in ["/api/v1/audit", "/api/v1/audit.jsonl"] {
                let problem = auditor.get(&format!("{path}?{field}={time}")).await.expect_problem(422, "invalid");
                assert_eq!(problem["errors"][0]["field"], field, "{path} {time}");
            }
            let page = auditor.get(&format!("/admin/audit?{field}={time}")).await.expect(200).text();
            assert!(page.contains("must be a day like"), "{page}");
        }
    }
    assert_eq!(n(&format!("{of_request}&from=1970-01-01&to=9998-12-30")).await, all);
    let page = auditor.get("/admin/audit?from=soon&to=2026-11-21").await.expect(200).text();
    assert!(page.contains("must be a day like") && page.contains("value=\"soon\""), "{page}");
}

#[tokio::test]
async fn an_export_is_everything_that_matches_and_an_event_itself() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let auditor = desk.as_(Role::Auditor).await;
    let answer = auditor.get(&format!("/api/v1/audit.jsonl?subject=REQ-{number}")).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/jsonl");
    let events = lines(&answer.text());
    let actions: Vec<_> = events.iter().map(|event| event["action"].as_str().expect("is text")).collect();
    assert_eq!(actions, ["request.submitted", "request.approved"]);

    let whole = lines(&auditor.get("/api/v1/audit.jsonl").await.expect(200).text());
    let numbers: Vec<_> = whole.iter().map(|event| event["seq"].as_i64().expect("is a number")).collect();
    assert_eq!(numbers, (1..=i64::try_from(numbers.len()).expect("fits")).collect::<Vec<_>>());
    let last = whole.last().expect("has events");
    assert_eq!((&last["action"], &last["actor"]), (&json!("audit.exported"), &json!("Auditor")));
    let former = &whole[whole.len() - 2];
    assert_eq!(former["detail"]["filters"]["subject"], format!("REQ-{number}"));
}

/// Events of a name that this version does not know.
async fn note(desk: &Desk, subject: &str, details: impl IntoIterator<Item = Value>) {
    let mut tx = desk.db().begin().await.expect("begins");
    for detail in details {
        let event = Event {
            at: OffsetDateTime::now_utc(),
            actor_kind: "operator".into(),
            actor_id: None,
            actor_label: "operator".into(),
            action: "test.noted".into(),
            subject: subject.into(),
            team: None,
            request_id: None,
            detail,
            on_behalf_id: None,
            on_behalf_label: None,
            format: FORMAT,
        };
        server::store::audit::append(&mut tx, &event).await.expect("is noted");
    }
    tx.commit().await.expect("commits");
}

#[tokio::test]
async fn a_file_of_many_events_is_whole() {
    let desk = Desk::quiet().await;
    for _ in 0..3 {
        desk.asked().await;
    }
    // More than are read at once.
    note(&desk, "many", (0..1100).map(|n| json!({ "n": n }))).await;
    let platform = desk.as_(Role::Platform).await;
    let events = lines(&platform.get("/api/v1/audit.jsonl?subject=many").await.expect(200).text());
    let numbers: Vec<_> = events.iter().map(|event| event["detail"]["n"].as_i64().expect("is a number")).collect();
    assert_eq!(numbers, (0..1100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_spreadsheet_gets_no_formula_from_the_trail() {
    let desk = Desk::quiet().await;
    note(&desk, "=HYPERLINK(\"https://example.org\", \"here\")", [json!({})]).await;
    let answer = desk.as_(Role::Auditor).await.get("/api/v1/audit.csv?action=test.").await.expect(200);
    assert!(answer.header("content-type").starts_with("text/csv"));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"audit.csv\"");
    let text = answer.text();
    assert!(text.starts_with("number,time,actor,"), "{text}");
    assert!(text.contains(",\"'=HYPERLINK(\"\"https://example.org\"\", \"\"here\"\")\","), "{text}");
}

#[tokio::test]
async fn only_platform_and_auditors_take_the_trail() {
    let desk = Desk::quiet().await;
    desk.as_(Role::Developer).await.get("/api/v1/audit.csv").await.expect_problem(404, "not_found");
    desk.as_(Role::Owner).await.get("/api/v1/audit.jsonl").await.expect_problem(404, "not_found");
    desk.nobody().get("/api/v1/audit.csv").await.expect_problem(401, "sign_in_first");
    desk.reader_of(Role::Auditor).await.get("/api/v1/audit.csv").await.expect(200);
    let noted = sqlx::query_scalar::<_, i64>("select count(*) from audit_events where action = 'audit.exported'");
    assert_eq!(noted.fetch_one(desk.db()).await.expect("counts"), 1, "what was refused was not taken");
}

#[tokio::test]
async fn a_secret_in_what_somebody_writes_does_not_stay_in_the_trail() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let token = format!("berth_{}", "x".repeat(43));
    let body = json!({"revision": 1, "comment": format!("use {token} instead")});
    desk.as_(Role::Owner).await.post(&format!("/api/v1/requests/{number}/reject"), &body).await.expect(200);
    let trail =
        desk.as_(Role::Auditor).await.get(&format!("/api/v1/audit?subject=REQ-{number}")).await.expect(200).text();
    assert!(trail.contains("use [redacted] instead") && !trail.contains(&token), "{trail}");
}

#[tokio::test]
async fn what_berth_does_by_itself_it_does_on_somebodys_behalf() {
    let desk = Desk::open().await;
    let number = desk.provisioned().await["number"].as_i64().expect("is a number");
    let auditor = desk.as_(Role::Auditor).await;
    let path = format!("/api/v1/audit?subject=REQ-{number}&action=request.completed");
    let event = auditor.get(&path).await.expect(200).json()["items"][0].clone();
    assert_eq!((&event["actor"], &event["on_behalf_of"]), (&json!("Berth"), &json!("Developer")));
    let of_developer = auditor.get("/api/v1/audit?behalf=developer").await.expect(200).json();
    assert!(of_developer["items"].as_array().is_some_and(|items| !items.is_empty()));
    let page = auditor.get(&format!("/admin/audit?subject=REQ-{number}")).await.expect(200).text();
    assert!(page.contains("for Developer"), "{page}");
}

#[tokio::test]
async fn an_event_opens_to_its_fields() {
    let desk = Desk::quiet().await;
    let body = ask(&desk.new_name("payments"), "standard", "S");
    let asked = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let path = format!("/admin/audit?subject=REQ-{}", asked["number"]);
    let page = desk.as_(Role::Auditor).await.get(&path).await.expect(200).text();
    let ask = "<dt>Ask</dt><dd>2 CPU, 4 GiB memory, 50 GiB storage, 25 pods</dd>";
    assert!(page.contains(ask) && page.contains("download"), "{page}");
}
