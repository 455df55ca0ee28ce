//! Pages that are open: what changes on them is rendered once for all who see the same of it, and sent as HTML.

use http::Method;
use k8s_openapi::api::core::v1::{Event, Namespace, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{DeleteParams, PostParams};
use serde_json::{Value, json};
use tests::{Actor, CLUSTER, Desk, Events, Opening, Role, eventually, kubernetes, queries_of, renders_of};

/// A namespace that Berth believes to be ready, and one of its name on the cluster, which is seen. No job runs.
struct Place {
    desk: Desk,
    name: String,
}

impl Place {
    async fn open() -> Self {
        let desk = Desk::with(Opening { watches: true, ..Opening::default() }).await;
        let name = desk.ready().await["name"].as_str().expect("is text").to_owned();
        let metadata = ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() };
        let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
        namespaces
            .create(&PostParams::default(), &Namespace { metadata, ..Namespace::default() })
            .await
            .expect("is made");
        let place = Self { desk, name };
        let developer = place.desk.as_(Role::Developer).await;
        eventually("all is read", async || {
            let seen = developer.get(&format!("/api/v1{}", place.path())).await.expect(200).json();
            (seen["freshness"]["state"] == "live").then_some(())
        })
        .await;
        place
    }

    fn path(&self) -> String {
        format!("/namespaces/{CLUSTER}/{}", self.name)
    }

    /// One change on the cluster.
    async fn warn(&self, reason: &str) {
        let warning = Event {
            metadata: ObjectMeta { name: Some(reason.to_lowercase()), ..ObjectMeta::default() },
            involved_object: ObjectReference { namespace: Some(self.name.clone()), ..ObjectReference::default() },
            reason: Some(reason.to_owned()),
            message: Some("It was meant".to_owned()),
            type_: Some("Warning".to_owned()),
            ..Event::default()
        };
        let events: Api<Event> = Api::namespaced(kubernetes::admin().await, &self.name);
        events.create(&PostParams::default(), &warning).await.expect("is made");
    }

    async fn close(self) {
        let namespaces: Api<Namespace> = Api::all(kubernetes::admin().await);
        namespaces.delete(&self.name, &DeleteParams::default()).await.expect("is deleted");
    }
}

/// As a browser that loaded the page.
async fn follow(actor: &Actor, path: &str) -> Events {
    let version = version(actor, path).await;
    follow_with(actor, path, &version).await
}

async fn follow_with(actor: &Actor, path: &str, version: &str) -> Events {
    actor.listen(&format!("/live?version={version}&page={path}")).await
}

/// The version that the page carries.
async fn version(actor: &Actor, path: &str) -> String {
    let page = actor.get(path).await.expect(200).text();
    let props = page.split("&quot;version&quot;:&quot;").nth(1).or_else(|| page.split("\"version\":\"").nth(1));
    let version: String = props.expect("the page is live").chars().take_while(char::is_ascii_hexdigit).collect();
    assert_eq!(version.len(), 16, "{page}");
    version
}

/// In the menu, beside what is listed.
#[tokio::test]
async fn what_waits_for_the_reader_is_counted_anew_on_an_open_page() {
    let desk = Desk::quiet().await;
    let mut home = follow(&desk.as_(Role::Owner).await, "/").await;
    desk.asked().await;
    let (_, slots) = home.until_slots_say("wait for you").await;
    assert!(slots.contains("data-slot=\"n-waiting\""), "{slots}");
}

#[tokio::test]
async fn another_expiry_stands_on_an_open_page_wherever_it_is_said() {
    let place = Place::open().await;
    let (developer, owner) = (place.desk.as_(Role::Developer).await, place.desk.as_(Role::Owner).await);
    place.desk.forged().expires_in(&place.name, Some(time::Duration::days(5))).await;
    let until = (time::OffsetDateTime::now_utc() + time::Duration::days(60)).date().to_string();
    let mut page = follow(&developer, &place.path()).await;
    let ask = json!({
        "kind": "extend", "cluster": CLUSTER, "name": place.name, "until": until, "purpose": "The trial goes on",
    });
    let asked = developer.post("/api/v1/requests", &ask).await.expect(201).json();
    assert_eq!(asked["state"], "in_review", "{asked}");
    let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
    owner.post(&approve, &json!({"revision": 1})).await.expect(200);
    let (_, slots) = page.until_slots_say(&format!("datetime=\"{until}T")).await;
    assert!(slots.contains("data-slot=\"about\""), "{slots}");
    drop(page);
    place.close().await;
}

#[tokio::test]
async fn a_change_on_the_cluster_asks_the_database_nothing_and_is_rendered_once_for_all_who_see_the_same() {
    let place = Place::open().await;
    let (developer, path) = (place.desk.as_(Role::Developer).await, place.path());
    let other = place.desk.in_another_browser(Role::Developer).await.0;
    let (mut first, mut second) = (follow(&developer, &path).await, follow(&other, &path).await);
    place.warn("FirstNews").await;
    let ours = first.until_slots_say("FirstNews").await;
    assert_eq!(ours, second.until_slots_say("FirstNews").await);
    let ids = [first.request_id().to_owned(), second.request_id().to_owned()];
    let asked = || ids.clone().map(|id| queries_of(&id));
    let rendered = || ids.clone().map(|id| renders_of(&id));
    assert!(asked().iter().all(|n| *n > 0) && rendered()[0] > 0, "each was let in, and the page was read");
    // Now and then the database has something to tell, too.
    let mut n = 0;
    eventually("a change is rendered once, and nothing else", async || {
        n += 1;
        let news = format!("News{n}");
        place.warn(&news).await;
        let ours = first.until_slots_say(&news).await;
        assert_eq!(ours, second.until_slots_say(&news).await, "the same bytes");
        assert!(ours.1.contains("data-slot=\"warnings\"") && !ours.1.contains("data-slot=\"quota\""), "{}", ours.1);
        ((asked(), rendered()) == ([0, 0], [1, 0])).then_some(())
    })
    .await;
    place.close().await;
}

#[tokio::test]
async fn what_the_page_says_already_is_not_sent_again() {
    let place = Place::open().await;
    let (developer, path) = (place.desk.as_(Role::Developer).await, place.path());
    let mut events = follow_with(&developer, &path, "").await;
    place.warn("News").await;
    let (version, _) = events.until_slots_say("News").await;
    let again = developer.request(Method::GET, &format!("/live?page={path}")).header("last-event-id", &version);
    let mut readers = vec![developer.begin(again).await];
    let tabs = ["", "/workloads", "/events", "/access", "/sync", "/activity"].map(|tab| format!("{path}{tab}"));
    for page in tabs.into_iter().chain(["/".to_owned(), "/requests".to_owned()]) {
        readers.push(follow(&developer, &page).await);
        // Who knows nothing is sent all of it: it was rendered.
        let all = follow_with(&developer, &page, "").await.next().await;
        assert!(all.as_str().is_some_and(|html| html.contains("data-slot=")), "{page}");
    }
    // That ends them.
    place.desk.bind("payments-developers", Some("payments"), "owner").await;
    for reader in readers {
        reader.ends_without_event().await;
    }
    place.close().await;
}

#[tokio::test]
async fn who_may_do_other_things_is_sent_another_page_and_who_may_not_see_it_none() {
    let place = Place::open().await;
    let path = place.path();
    let sync = format!("{path}/sync");
    // Nothing is ordered, so that it can be.
    place.desk.forged().jobs_done(None).await;
    let (developer, auditor) = (place.desk.as_(Role::Developer).await, place.desk.as_(Role::Auditor).await);
    let mut can = follow_with(&developer, &sync, "").await;
    let mut cannot = follow_with(&auditor, &sync, "").await;
    let form = format!("action=\"{sync}?form_token=");
    let (theirs, others) = (can.next().await, cannot.next().await);
    let has_form = |slots: &Value| slots.as_str().expect("is text").contains(&form);
    assert!(has_form(&theirs) && !has_form(&others), "{theirs}\n{others}");
    let live = |page: &str| format!("/live?page={page}");
    place.desk.as_(Role::Stranger).await.get(&live(&path)).await.expect_problem(404, "not_found");
    place.desk.nobody().get(&live(&path)).await.expect_problem(401, "sign_in_first");
    place.desk.nobody().get(&live("/")).await.expect_problem(401, "sign_in_first");
    developer.get(&live("/teams")).await.expect_problem(404, "not_found");
    developer.get(&live("/namespaces/none/none")).await.expect_problem(404, "not_found");
    place.close().await;
}

/// A browser opens a stream again that has ended, and none that was refused.
#[tokio::test]
async fn a_stream_of_a_page_that_is_not_there_is_answered_like_the_page() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let (developer, stranger) = (desk.as_(Role::Developer).await, desk.as_(Role::Stranger).await);
    let (there, nowhere) = (format!("/requests/{number}"), "/requests/999".to_owned());
    for (who, page) in [(&developer, &nowhere), (&stranger, &there), (&stranger, &nowhere)] {
        who.get(page).await.expect(404);
        who.get(&format!("/live?page={page}")).await.expect_problem(404, "not_found");
    }
    let first = follow_with(&developer, &there, "").await.next().await;
    assert!(first.as_str().is_some_and(|html| html.contains("data-slot=")), "{first}");
}

#[tokio::test]
async fn an_open_page_gets_nothing_more_once_its_reader_may_not_see_it() {
    let place = Place::open().await;
    let developer = place.desk.as_(Role::Developer).await;
    let mut told = follow_with(&developer, &place.path(), "").await;
    let mut ended = follow_with(&developer, &format!("{}/workloads", place.path()), "").await;
    told.next().await;
    ended.next().await;
    // By a change that notifies nobody: found out before the next that the database tells of is sent.
    place.desk.forged().role_taken_unheard("developer").await;
    place.desk.forged().in_state(&place.name, "removing").await;
    told.ends_without_event().await;
    // By one that does: at once.
    place.desk.bind("payments-developers", Some("orders"), "viewer").await;
    ended.ends().await;
    place.close().await;
}

#[tokio::test]
async fn a_request_a_queue_and_home_are_sent_what_changed_on_them() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let owner = desk.as_(Role::Owner).await;
    let mut request = follow(&owner, &format!("/requests/{number}")).await;
    let mut queue = follow(&owner, "/requests?queue=to_decide").await;
    let mut home = follow(&owner, "/").await;
    let comment = json!({"text": "For who has it open"});
    desk.as_(Role::Developer).await.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
    let (_, slots) = request.until_slots_say("For who has it open").await;
    assert!(slots.contains("data-slot=\"timeline\""), "{slots}");
    let another = desk.asked().await;
    queue.until_slots_say(&format!("/requests/{another}")).await;
    home.until_slots_say(&format!("/requests/{another}")).await;
}
