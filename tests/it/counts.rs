//! What is counted is all there is, however much of it is shown.

use crate::sweep::desk;
use tests::Role;

/// More than Home shows of anything.
const MANY: usize = 11;

#[tokio::test]
async fn home_counts_what_it_does_not_show() {
    let desk = desk().await;
    for _ in 0..MANY {
        desk.asked().await;
        desk.sent_back().await;
        desk.ready().await;
    }
    let owner = desk.as_(Role::Owner).await;
    assert_eq!(owner.listen("/api/v1/requests/events").await.next().await["to_decide"], MANY);
    let home = owner.get("/").await.expect(200).text();
    assert!(home.contains(&format!("{MANY} requests wait for your decision")));
    assert_eq!(home.matches(&format!(">{} more</a>", MANY - 8)).count(), 2, "to decide, and namespaces");
    let home = desk.as_(Role::Developer).await.get("/").await.expect(200).text();
    assert!(home.contains(&format!("{MANY} requests wait for your answer")));
    assert!(home.contains(&format!(">{} more</a>", 3 * MANY - 8)), "of one's own requests");
}

#[tokio::test]
async fn a_search_says_when_it_found_more_than_it_shows() {
    let desk = desk().await;
    for _ in 0..21 {
        desk.asked().await;
    }
    let developer = desk.as_(Role::Developer).await;
    let found = developer.get("/api/v1/search?q=payments-").await.expect(200).json();
    assert_eq!((found["hits"].as_array().map(Vec::len), found["has_more"].as_bool()), (Some(20), Some(true)));
    let found = developer.get("/api/v1/search?q=sandbox").await.expect(200).json();
    assert_eq!(found["has_more"], false);
}
