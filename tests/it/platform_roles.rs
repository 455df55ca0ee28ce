//! Which groups have a role for all of Berth.

use serde_json::{Value, json};
use tests::{Desk, Role};

const PATH: &str = "/api/v1/platform-roles";

fn binding(group: &str, role: &str) -> Value {
    json!({"group": group, "role": role})
}

#[tokio::test]
async fn a_group_that_is_given_a_role_has_it_at_once() {
    let desk = Desk::quiet().await;
    let (platform, owner) = (desk.as_(Role::Platform).await, desk.as_(Role::Owner).await);
    owner.get("/admin/audit").await.expect(404);
    platform.post(PATH, &binding("payments-owners", "auditor")).await.expect(204);
    owner.get("/admin/audit").await.expect(200);
    // An auditor sees who has which role, and changes nothing.
    owner.get(PATH).await.expect(200);
    owner.post(PATH, &binding("payments-owners", "platform")).await.expect_problem(404, "not_found");
    platform.post(&format!("{PATH}/remove"), &binding("payments-owners", "auditor")).await.expect(204);
    owner.get("/admin/audit").await.expect(404);
    platform.post(&format!("{PATH}/remove"), &binding("payments-owners", "auditor")).await.expect(404);
}

#[tokio::test]
async fn the_last_group_that_gives_platform_stays() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let last = binding("platform", "platform");
    platform.post(&format!("{PATH}/remove"), &last).await.expect_problem(409, "last_platform_role");
    let fields = [("group", "platform"), ("role", "platform")];
    let page = platform.post_form("/admin/platform-roles/remove", &fields).await.expect(409).text();
    assert!(page.contains("This is the last group that gives platform"), "{page}");

    // With another one there, it is still one's own.
    platform.post(PATH, &binding("payments-owners", "platform")).await.expect(204);
    let problem = platform.post(&format!("{PATH}/remove"), &last).await.expect_problem(409, "last_platform_role");
    assert!(problem["detail"].as_str().expect("is text").contains("your own platform role"), "{problem}");
    desk.as_(Role::Owner).await.post(&format!("{PATH}/remove"), &last).await.expect(204);
    platform.get(PATH).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn of_two_who_take_the_last_two_away_at_once_one_is_refused() {
    let desk = Desk::quiet().await;
    let (platform, owner) = (desk.as_(Role::Platform).await, desk.as_(Role::Owner).await);
    platform.post(PATH, &binding("payments-owners", "platform")).await.expect(204);
    let path = format!("{PATH}/remove");
    let (theirs, ours) = (binding("payments-owners", "platform"), binding("platform", "platform"));
    let (one, two) = tokio::join!(platform.post(&path, &theirs), owner.post(&path, &ours));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 204, "{statuses:?}");
    assert!(matches!(statuses[1], 404 | 409), "{statuses:?}");
    let left: i64 = sqlx::query_scalar("select count(*) from bindings where team_id is null and role = 'platform'")
        .fetch_one(desk.db())
        .await
        .expect("is counted");
    assert_eq!(left, 1);
}

#[tokio::test]
async fn the_page_says_what_is_wrong_with_what_was_typed() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let page = platform.post_form("/admin/platform-roles", &[("group", " "), ("role", "auditor")]).await.expect(422);
    assert!(page.text().contains("id=\"error-group\""), "{}", page.text());
    let fields = [("group", "change-board"), ("role", "approver")];
    platform.post_form("/admin/platform-roles", &fields).await.expect(303);
    assert!(platform.get("/admin/platform-roles").await.expect(200).text().contains("change-board"));
}
