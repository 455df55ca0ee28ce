//! What is set up, as a whole: exported, planned, applied.

use serde_json::{Value, json};
use tests::{Desk, Role, with};

#[tokio::test]
async fn what_is_exported_changes_nothing_when_it_is_applied() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    platform
        .post("/api/v1/teams", &json!({"slug": "old", "title": "Old", "limits": {"gpus": 0}, "archived": true}))
        .await
        .expect(201);
    let whole = platform.get("/api/v1/setup").await.expect(200).json();
    assert_eq!(whole["teams"].as_array().map(Vec::len), Some(3));
    assert!(whole["clusters"][0].get("observer").is_none() && !whole.to_string().contains("token"), "{whole}");
    let body = json!({"setup": whole, "prune": true});
    for path in ["/api/v1/setup/plan", "/api/v1/setup/apply"] {
        let plan = platform.post(path, &body).await.expect(200).json();
        assert_eq!(plan, json!({"changes": [], "effects": [], "needs": []}), "{path}");
    }
    let auditor = desk.as_(Role::Auditor).await;
    auditor.post("/api/v1/setup/plan", &body).await.expect(200);
    auditor.post("/api/v1/setup/apply", &body).await.expect_problem(404, "not_found");
    desk.as_(Role::Owner).await.get("/api/v1/setup").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_plan_changes_nothing_and_applying_it_changes_just_that() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    desk.approved().await;
    let whole = platform.get("/api/v1/setup").await.expect(200).json();
    let mut class = whole["classes"][0].clone();
    class["spec"]["summary"] = json!("Another summary");
    let setup = json!({
        "teams": [
            {"slug": "payments", "title": "Payments", "groups": [{"group": "payments-owners", "role": "owner"}]},
            {"slug": "search", "title": "Search"},
        ],
        "classes": [class],
        "clusters": [
            with(whole["clusters"][0].clone(), json!({"overcommit_percent": 120})),
            {"name": "harbour-9", "overcommit_percent": 100, "groups_prefix": "", "users_prefix": ""},
        ],
    });
    let body = json!({"setup": setup});
    let planned = platform.post("/api/v1/setup/plan", &body).await.expect(200).json();
    assert_eq!(platform.get("/api/v1/setup").await.expect(200).json(), whole);
    let said = |plan: &Value| -> Vec<String> {
        let changes = plan["changes"].as_array().expect("has changes").iter();
        changes.map(|c| format!("{} {}: {}", c["mark"], c["subject"], c["what"]).replace('"', "")).collect()
    };
    let name = class["name"].as_str().expect("is text");
    assert_eq!(
        said(&planned),
        [
            "removed team payments: group payments-developers gives developer".to_owned(),
            "added team search: title".to_owned(),
            format!("changed class {name}: version"),
            format!("changed class {name}: summary"),
            "changed cluster harbour-1: overcommit_percent".to_owned(),
        ]
    );
    assert!(planned["effects"].to_string().contains("1 namespace of team payments gets new access"), "{planned}");
    assert!(planned["needs"].to_string().contains("berth cluster add harbour-9"), "{planned}");

    assert_eq!(platform.post("/api/v1/setup/apply", &body).await.expect(200).json(), planned);
    let again = platform.post("/api/v1/setup/plan", &body).await.expect(200).json();
    assert_eq!(again["changes"], json!([]));
    desk.as_(Role::Developer).await.get("/teams/payments").await.expect(404);
    let ordered: i64 = sqlx::query_scalar("select count(*) from jobs where kind = 'sync_namespace'")
        .fetch_one(desk.db())
        .await
        .expect("is counted");
    assert_eq!(ordered, 1);
}

#[tokio::test]
async fn pruning_archives_what_is_not_named_but_never_locks_everybody_out() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let before = platform.get("/api/v1/setup").await.expect(200).json();
    let nobody = json!({"setup": {"teams": [], "platform": []}, "prune": true});
    platform.post("/api/v1/setup/apply", &nobody).await.expect_problem(409, "last_platform_role");
    // All or nothing.
    assert_eq!(platform.get("/api/v1/setup").await.expect(200).json(), before);

    let one = json!({"setup": {"teams": [], "platform": [{"group": "platform", "role": "platform"}]}, "prune": true});
    platform.post("/api/v1/setup/apply", &one).await.expect(200);
    let after = platform.get("/api/v1/setup").await.expect(200).json();
    assert_eq!(after["platform"], json!([{"group": "platform", "role": "platform"}]));
    assert!(after["teams"].as_array().expect("has teams").iter().all(|team| team["archived"] == true), "{after}");
    assert_eq!(after["classes"], before["classes"]);
}

#[tokio::test]
async fn every_mistake_is_named_at_once() {
    let desk = Desk::quiet().await;
    let setup = json!({"teams": [
        {"slug": "a", "title": "A", "limits": {"pods": 99_999_999}},
        {"slug": "b", "title": "B", "groups": [{"group": "g", "role": "owner"}, {"group": "g", "role": "owner"}]},
        {"slug": "b", "title": "B again"},
    ]});
    let platform = desk.as_(Role::Platform).await;
    let problem = platform.post("/api/v1/setup/apply", &json!({"setup": setup})).await.expect_problem(422, "invalid");
    let fields: Vec<_> = problem["errors"].as_array().expect("has errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["teams.b", "teams.a.limits.pods", "teams.b.groups"]);
}
