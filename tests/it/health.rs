//! What machines ask: whether Berth lives, whether it can serve, and its numbers.

use tests::{Desk, Opening, Role, Wire, database_socket, eventually, metrics_url};

#[tokio::test]
async fn berth_is_ready_while_the_database_answers_and_says_so_when_it_does_not() {
    let mut wire = Wire::to_socket(database_socket()).await;
    let desk = Desk::with(Opening { database_at: Some(wire.address()), ..Opening::default() }).await;
    let (nobody, developer) = (desk.nobody(), desk.as_(Role::Developer).await);
    assert_eq!(nobody.get("/livez").await.expect(200).text(), "alive\n");
    assert_eq!(nobody.get("/readyz").await.expect(200).text(), "ready\n");
    wire.cut().await;
    assert_eq!(nobody.get("/readyz").await.expect(503).text(), "the database does not answer\n");
    nobody.get("/livez").await.expect(200);
    let (api, page) = tokio::join!(developer.get("/api/v1/requests"), developer.get("/requests"));
    assert_eq!(api.header("retry-after"), "5");
    api.expect_problem(503, "unavailable");
    assert!(page.expect(503).text().contains("database does not answer"));
    wire.restore().await;
    eventually("ready again", async || (nobody.get("/readyz").await.status == 200).then_some(())).await;
    developer.get("/requests").await.expect(200);
}

#[tokio::test]
async fn a_database_without_the_schema_is_not_ready() {
    let desk = Desk::quiet().await;
    desk.forged().schema_forgotten().await;
    let says = desk.nobody().get("/readyz").await.expect(503).text();
    assert!(says.contains("run `berth migrate`"), "{says}");
}

#[tokio::test]
async fn numbers_are_served_on_a_port_of_their_own_and_name_nobody() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    desk.as_(Role::Developer).await.get(&format!("/requests/{number}?secret=1")).await.expect(200);
    desk.nobody().get("/wp-admin/login.php").await.expect(404);
    desk.nobody().get("/metrics").await.expect(404);
    let text = reqwest::get(metrics_url().await).await.expect("answers").text().await.expect("is text");
    let route = r#"berth_http_request_duration_seconds_count{method="GET",route="/requests/{number}",status="200"}"#;
    assert!(text.contains(route), "{text}");
    assert!(text.contains(r#"route="none",status="404""#), "{text}");
    for word in ["secret", "wp-admin", "developer@berth.test"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_clock_that_is_not_the_databases_is_found() {
    let desk = Desk::quiet().await;
    // `PROBLEM       clock · …`: how it stands, and of what.
    let not_ok = |said: &str| {
        let findings = said.lines().filter_map(|line| line.split_once(" · ")?.0.split_once("  "));
        let findings = findings.map(|(mark, what)| (mark.to_owned(), what.trim().to_owned()));
        findings.filter(|(mark, _)| mark != "ok").collect::<Vec<_>>()
    };
    let in_step = desk.run(&["doctor"]).await;
    assert_eq!(in_step.code, 0, "{}{}", in_step.stdout, in_step.stderr);
    assert!(in_step.stdout.lines().any(|line| line.starts_with("ok ") && line.contains("  clock · ")), "is looked at");
    let before = not_ok(&in_step.stdout);
    desk.forged().clock_ahead().await;
    let late = desk.run(&["doctor"]).await;
    assert_eq!(late.code, 1, "{}{}", late.stdout, late.stderr);
    let new: Vec<_> = not_ok(&late.stdout).into_iter().filter(|found| !before.contains(found)).collect();
    assert_eq!(new, [("PROBLEM".to_owned(), "clock".to_owned())], "{}", late.stdout);
}
