//! What a page asks of the database does not grow with what it shows, and is known: one line for each page and each
//! list of the API, with how many queries it takes. A new line, or another number, is for a reviewer to see.

use crate::sweep::{desk, operations, pages};

use std::collections::{BTreeMap, HashMap};
use tests::{Actor, CLUSTER, Desk, Role, queries_of};

/// Of everything that a page or a list may show.
const FEW: i64 = 1;
const MANY: i64 = 40;
/// What waits for a decision: it is told of each whether there is capacity for it.
const REVIEW_QUEUE: &str = "/requests?queue=to_decide";
const LOOKING: [Role; 3] = [Role::Developer, Role::Owner, Role::Platform];

#[tokio::test]
async fn no_page_and_no_list_asks_more_when_there_is_more_to_show() {
    let desk = desk().await;
    let things = Things::make(&desk).await;
    things.fill_up(&desk, 0, FEW).await;
    let few = count_all(&desk, &things).await;
    things.fill_up(&desk, FEW, MANY).await;
    let many = count_all(&desk, &things).await;
    let grown: Vec<_> = many.iter().filter(|(page, n)| few.get(*page).is_none_or(|few| few < *n)).collect();
    assert!(grown.is_empty(), "with {FEW} row and with {MANY} rows: {grown:#?} instead of {few:#?}");
    let lines: String = many.iter().map(|((page, role), n)| format!("{page:<56} {role:<10} {n}\n")).collect();
    insta::assert_snapshot!(lines);
}

/// The things that pages are of.
struct Things {
    number: i64,
    namespace: String,
    class: String,
    entry: String,
    ingest: String,
    source: String,
}

impl Things {
    async fn make(desk: &Desk) -> Self {
        let ready = desk.ready().await;
        let class = desk.class(serde_json::json!({"summary": "First"})).await;
        desk.draft(&class, serde_json::json!({"summary": "Second"})).await;
        // Being seen is written down now and then, which is no query of a page.
        desk.forged().seen_ago(-60).await;
        let entry = desk.new_name("web");
        let ingest = desk.forged().entry(&entry, tests::Offered::Approved).await;
        let source = desk.new_name("source");
        desk.forged().source(&source).await;
        desk.forged().comes_from(&entry, &source).await;
        Self {
            entry,
            ingest,
            source,
            number: desk.asked().await,
            namespace: ready["name"].as_str().expect("is text").to_owned(),
            class,
        }
    }

    /// Makes there be `to` of everything, where there were `from`.
    async fn fill_up(&self, desk: &Desk, from: i64, to: i64) {
        for _ in from..to {
            desk.asked().await;
            desk.ready().await;
        }
        desk.forged().rows_of_everything(from, to, self.number, &self.namespace).await;
    }

    /// What `{id}` stands for, by a part of the path before it.
    async fn ids(&self, desk: &Desk) -> HashMap<&'static str, String> {
        let person = sqlx::query_scalar("select id::text from people where subject = $1").bind(Role::Owner.name());
        HashMap::from([
            ("/ingests/", self.ingest.clone()),
            ("/people/", person.fetch_one(desk.db()).await.expect("is there")),
        ])
    }

    /// The address of a page, with what its parameters stand for.
    fn fill(&self, path: &str, ids: &HashMap<&str, String>) -> String {
        let mut target = path.replace("{number}", &self.number.to_string()).replace("{class}", &self.class);
        target = target.replace("{entry}", &self.entry).replace("{version}", "1.0.0").replace("{source}", &self.source);
        target = target.replace("/clusters/{name}", &format!("/clusters/{CLUSTER}")).replace("{cluster}", CLUSTER);
        target = target.replace("{name}", &self.namespace).replace("{tab}", "workloads").replace("{slug}", "payments");
        for (of, id) in ids {
            target = if path.contains(of) { target.replace("{id}", id) } else { target };
        }
        target = target.replace("{*file}", "manifest.json");
        if path.ends_with("/search") {
            target += "?q=row";
        }
        assert!(!target.contains('{'), "nobody has said what the parameters of {path} are");
        target
    }
}

/// Every page and every reading call, by everybody who looks and may: how many queries it took.
async fn count_all(desk: &Desk, things: &Things) -> BTreeMap<(String, &'static str), usize> {
    let ids = things.ids(desk).await;
    let mut counts = BTreeMap::new();
    let routes = pages().chain(operations(desk).await).chain([("GET".to_owned(), REVIEW_QUEUE.to_owned())]);
    for (_, path) in routes.filter(|(method, path)| method == "GET" && !path.ends_with("/events") && path != "/live") {
        for role in LOOKING {
            if let Some(n) = count(&desk.as_(role).await, &things.fill(&path, &ids)).await {
                counts.insert((path.clone(), role.name()), n);
            }
        }
    }
    counts
}

/// None where there is nothing to see.
async fn count(actor: &Actor, target: &str) -> Option<usize> {
    let answer = actor.get(target).await;
    assert!(answer.status < 500, "{target}: {}", answer.text());
    (answer.status == 200).then(|| queries_of(answer.header("x-request-id")))
}
