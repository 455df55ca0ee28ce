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
}

impl Things {
    async fn make(desk: &Desk) -> Self {
        let ready = desk.ready().await;
        let class = desk.class(serde_json::json!({"summary": "First"})).await;
        desk.draft(&class, serde_json::json!({"summary": "Second"})).await;
        // Being seen is written down now and then, which is no query of a page.
        let unseen = sqlx::query("update sessions set last_seen_at = now() + interval '1 hour'");
        unseen.execute(desk.db()).await.expect("is changed");
        Self { number: desk.asked().await, namespace: ready["name"].as_str().expect("is text").to_owned(), class }
    }

    /// Makes there be `to` of everything, where there were `from`.
    async fn fill_up(&self, desk: &Desk, from: i64, to: i64) {
        for _ in from..to {
            desk.asked().await;
            desk.ready().await;
        }
        for statement in ROWS {
            let statement = sqlx::query(statement).bind(from).bind(to).bind(self.number).bind(&self.namespace);
            statement.execute(desk.db()).await.expect("is made");
        }
    }

    /// What `{id}` stands for, by a part of the path before it.
    async fn ids(&self, desk: &Desk) -> HashMap<&'static str, String> {
        let person = sqlx::query_scalar("select id::text from people where subject = $1").bind(Role::Owner.name());
        HashMap::from([("/people/", person.fetch_one(desk.db()).await.expect("is there"))])
    }

    /// The address of a page, with what its parameters stand for.
    fn fill(&self, path: &str, ids: &HashMap<&str, String>) -> String {
        let mut target = path.replace("{number}", &self.number.to_string()).replace("{class}", &self.class);
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

/// More of everything: `$1` and `$2` are from where to where, `$3` is the number of a request, `$4` the name of a
/// namespace. What people ask for is asked for.
const ROWS: [&str; 16] = [
    "insert into people (id, issuer, subject, email, name, groups, groups_at, created_at)
     select gen_random_uuid(), 'x', 'row-' || i, '', 'Row ' || i, array['payments-developers', 'payments-owners'], now(), now()
     from generate_series($1 + 1, $2) i",
    "insert into teams (id, slug, title, created_at) select gen_random_uuid(), 'row-' || i, 'Row ' || i, now()
     from generate_series($1 + 1, $2) i",
    "insert into bindings (group_name, team_id, role) select slug || r, id, r from teams, unnest(array['owner', 'developer']) r
     where slug like 'row-%' on conflict do nothing",
    "insert into bindings (group_name, team_id, role) select 'row-' || i, null, 'auditor' from generate_series($1 + 1, $2) i",
    "insert into memberships (team_id, person_id, role, reason, given_by, given_at, until)
     select t.id, p.id, 'viewer', 'A row', giver.id, now(), now() + interval '1 day'
     from teams t, people p, people giver where giver.subject = 'platform' and t.slug = 'payments' and p.subject like 'row-%' on conflict do nothing",
    "insert into request_comments (request_id, author_id, text, made_at)
     select id, requester_id, 'Row', now() from requests, generate_series($1 + 1, $2) where number = $3",
    "insert into revisions (request_id, revision, author_id, digest, asked, size, purpose, made_at)
     select id, i + 1, requester_id, digest, asked, size, purpose, now() from requests, generate_series($1 + 1, $2) i
     where number = $3",
    "insert into namespace_drift (namespace_id, kind, name, field, wished, found, seen_at, put_back_at)
     select id, 'ResourceQuota', 'row', i::text, 'this', 'that', now(), now()
     from namespaces, generate_series($1 + 1, $2) i where name = $4",
    "insert into quota_changes (namespace_id, request_id, before, after, reason, free, is_increase, decided_at)
     select n.id, r.id, r.base, r.asked, 'Row', '{}', true, now()
     from namespaces n join requests r on r.id = n.request_id, generate_series($1 + 1, $2) where n.name = $4",
    "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
     select sha256(gen_random_uuid()::text::bytea), id, 'row', now(), now(), now() + interval '1 day'
     from people, generate_series($1 + 1, $2) where issuer <> 'x'",
    "insert into access_tokens (id, person_id, name, hash, prefix, scope, created_at, expires_at)
     select gen_random_uuid(), id, 'row', sha256(gen_random_uuid()::text::bytea), 'row', 'read', now(), now() + interval '1 day'
     from people, generate_series($1 + 1, $2) where issuer <> 'x'",
    "insert into jobs (kind, key, run_at, created_at) select 'sync_namespace', gen_random_uuid(), now(), now()
     from generate_series($1 + 1, $2)",
    "insert into classes (id, name, version, spec, published_at)
     select gen_random_uuid(), 'row-' || i, 1, spec, now() from classes, generate_series($1 + 1, $2) i
     where name = 'standard' and version = 1",
    "insert into classes (id, name, version, spec, published_at)
     select gen_random_uuid(), 'standard', version + i, spec, now() from classes, generate_series($1 + 1, $2) i
     where name = 'standard' and version = 1",
    "insert into class_drafts (name, version, spec, edited_at)
     select 'row-' || i, 1, spec, now() from classes, generate_series($1 + 1, $2) i where name = 'standard' and version = 1",
    "insert into clusters (id, name, api_url, groups_prefix, overcommit_percent, observer, provisioner, created_at)
     select gen_random_uuid(), 'row-' || i, api_url, groups_prefix, overcommit_percent, observer, provisioner, now()
     from clusters, generate_series($1 + 1, $2) i where name = 'harbour-1'",
];

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
