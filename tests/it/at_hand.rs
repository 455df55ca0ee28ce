//! What a person keeps at hand: favourites, where they were last, and a word about what they have just done.

use tests::{Actor, CLUSTER, Desk, Role};

async fn made(desk: &Desk) -> (String, String) {
    let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
    (format!("/namespaces/{CLUSTER}/{name}"), name)
}

/// The same browser with one more cookie that was set.
fn keeping(actor: &Actor, answer: &tests::Answer, cookie: &str) -> Actor {
    let lines = answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let set = lines.filter_map(|line| line.split(';').next()).find(|pair| pair.starts_with(cookie));
    let set = set.unwrap_or_else(|| panic!("{cookie} is not set"));
    actor.with_cookie(&format!("{}; {set}", actor.cookie().expect("is signed in")))
}

#[tokio::test]
async fn a_favourite_is_on_every_page_until_it_is_none_any_more() {
    let desk = Desk::quiet().await;
    let (path, name) = made(&desk).await;
    let developer = desk.as_(Role::Developer).await;
    let star = async |on: &str| developer.post_form(&format!("{path}/star"), &[("on", on)]).await.expect(303);
    let favourites = async || developer.get("/api/v1/me").await.expect(200).json()["viewer"]["favourites"].clone();
    star("yes").await;
    star("yes").await;
    assert_eq!(favourites().await, serde_json::json!([{"cluster": CLUSTER, "name": name}]));
    assert!(developer.get("/teams").await.expect(200).text().contains("Favourites"));
    assert_eq!(
        desk.as_(Role::Owner).await.get("/api/v1/me").await.json()["viewer"]["favourites"],
        serde_json::json!([])
    );
    star("no").await;
    assert_eq!(favourites().await, serde_json::json!([]));
    assert!(!developer.get("/teams").await.expect(200).text().contains("Favourites"));
    desk.as_(Role::Stranger).await.post_form(&format!("{path}/star"), &[("on", "yes")]).await.expect(404);
}

#[tokio::test]
async fn where_one_was_is_offered_to_oneself_alone() {
    let desk = Desk::quiet().await;
    let (path, name) = made(&desk).await;
    let developer = desk.as_(Role::Developer).await;
    let looked = developer.get(&path).await.expect(200);
    let browser = keeping(&developer, &looked, "__Host-berth-recent");
    let home = browser.get("/").await.expect(200).text();
    assert!(home.contains("Recent") && home.contains(&name), "{home}");
    assert_eq!(browser.get(&path).await.expect(200).headers.get("set-cookie"), None, "it is the newest already");

    let recent = browser.cookie().and_then(|all| all.split("; ").last()).expect("has one").to_owned();
    let owner = desk.as_(Role::Owner).await;
    let shared = owner.with_cookie(&format!("{}; {recent}", owner.cookie().expect("is signed in")));
    assert!(!shared.get("/search").await.expect(200).text().contains("Recent"), "the same browser, somebody else");
}

#[tokio::test]
async fn what_was_done_is_said_once() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let owner = desk.as_(Role::Owner).await;
    let path = format!("/requests/{number}");
    let done = owner.post_form(&format!("{path}/comments"), &[("text", "Fine")]).await.expect(303);
    let browser = keeping(&owner, &done, "__Host-berth-done");
    let page = browser.get(&path).await.expect(200);
    let says = format!("You have commented on REQ-{number}.");
    assert!(page.text().contains(&says), "{}", page.text());
    let lines = page.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    let forgotten = lines.into_iter().any(|line| line.starts_with("__Host-berth-done=;"));
    assert!(forgotten, "the browser forgets it");
    assert!(!owner.get(&path).await.expect(200).text().contains(&says));
}

#[tokio::test]
async fn the_form_that_approves_carries_what_was_read() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let owner = desk.as_(Role::Owner).await;
    let request = desk.request(number).await;
    let page = owner.get(&format!("/requests/{number}")).await.expect(200).text();
    let version = request["version"].as_i64().expect("is a number");
    assert!(page.contains(&format!("name=\"version\" value=\"{version}\"")), "{page}");
    let fields = |version: i64| {
        [
            ("revision", "1".to_owned()),
            ("version", version.to_string()),
            ("cpu", "2".into()),
            ("memory", "4Gi".into()),
            ("storage", "20Gi".into()),
            ("pods", "20".into()),
        ]
    };
    let approve = async |version: i64| {
        let fields = fields(version);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        owner.post_form(&format!("/requests/{number}/approve"), &fields).await
    };
    approve(version + 1).await.expect(409);
    assert_eq!(desk.request(number).await["state"], "in_review");
}
