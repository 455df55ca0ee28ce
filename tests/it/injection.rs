//! Text that would be markup, and forms that no page of Berth gave out.

use crate::absurd_everywhere::who_can_on_pages;
use crate::calls;
use crate::shape::{difference, shape};
use crate::sweep;
use domain::FormKey;
use http::Method;
use std::collections::BTreeMap;
use tests::{Actor, Answer, CLUSTER, Desk, Role};

/// Fits in every field of people.
const HOSTILE: &str = "x</textarea></title><b id=x onclick=y>\"'";
/// As wrong as that wherever a text must be a name or a number.
const HARMLESS: &str = "x_/textarea__/title__b id=x onclick=y___";

/// Answers to the same question with either text, as pages: what they are made of is the same.
#[track_caller]
fn are_built_alike(hostile: &Answer, harmless: &Answer, what: &str) {
    let is_page = |answer: &Answer| answer.header("content-type").starts_with("text/html");
    assert!(hostile.status < 500 && harmless.status < 500, "{what}: {} {}", hostile.status, harmless.status);
    if hostile.status == harmless.status && is_page(hostile) {
        let differs = difference(&shape(&hostile.text()), &shape(&harmless.text()));
        assert_eq!(differs, None, "{what}: {}", hostile.status);
    }
}

#[tokio::test]
async fn no_form_that_comes_back_takes_its_texts_for_markup() {
    let desk = sweep::desk().await;
    let mut n_shown = 0;
    for (_, path) in sweep::pages().filter(|(method, _)| method == "POST") {
        if path.contains("/auth/") || path.ends_with("/move") || path.ends_with("/check") {
            continue;
        }
        let role = who_can_on_pages(&path);
        let target = calls::fill(&desk, Some(role), "POST", &path).await;
        let (actor, fields) = (desk.as_(role).await, calls::form(&desk, &target, &path).await);
        for place in 0..fields.len() {
            let send = async |text: &str| {
                let mut sent: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                sent[place].1 = text;
                actor.post_form(&target, &sent).await
            };
            let (hostile, harmless) = (send(HOSTILE).await, send(HARMLESS).await);
            // The others tell of things as they stand, which the first of the two may have changed.
            if hostile.status == 422 {
                are_built_alike(&hostile, &harmless, &format!("{path} {}", fields[place].0));
            }
            n_shown += u32::from(hostile.text().contains("&lt;/textarea&gt;"));
        }
    }
    assert!(n_shown >= 10, "only {n_shown} forms showed what was typed");
}

#[tokio::test]
async fn no_page_takes_what_its_address_says_for_markup() {
    let desk = sweep::desk().await;
    let actor = desk.as_(Role::Platform).await;
    let names = [
        "purpose",
        "name",
        "team",
        "cluster",
        "class",
        "size",
        "cpu",
        "memory",
        "storage",
        "pods",
        "text",
        "q",
        "actor",
        "behalf",
        "action",
        "subject",
        "from",
        "to",
        "title",
        "context",
        "groups_prefix",
        "comment",
        "return_to",
        "mark",
    ];
    for (_, path) in sweep::pages().filter(|(method, path)| method == "GET" && !path.starts_with("/auth/")) {
        let target = calls::fill(&desk, Some(Role::Platform), "GET", &path).await;
        let ask = async |text: &str| {
            let query: Vec<_> = names.iter().map(|name| (*name, text)).collect();
            actor.send(actor.request(Method::GET, &target).query(&query)).await
        };
        are_built_alike(&ask(HOSTILE).await, &ask(HARMLESS).await, &path);
    }
}

#[tokio::test]
async fn no_page_takes_what_is_kept_for_markup() {
    let desk = sweep::desk().await;
    desk.bind("placeholder", Some("payments"), "viewer").await;
    let number = desk.asked().await;
    let platform = desk.as_(Role::Platform).await;
    platform.post_form(&format!("/requests/{number}/comments"), &[("text", "Is that all?")]).await.expect(303);
    let mut targets = vec![format!("/requests/{number}"), format!("/requests/{}", desk.failed().await)];
    for (_, path) in sweep::pages().filter(|(method, path)| method == "GET" && !path.starts_with("/auth/")) {
        targets.push(calls::fill(&desk, Some(Role::Platform), "GET", &path).await);
    }
    let name = targets.iter().find_map(|path| path.strip_prefix(&format!("/namespaces/{CLUSTER}/"))).expect("has one");
    let name = name.split('/').next().unwrap_or_default().to_owned();
    targets.extend(
        ["overview", "events", "access", "activity", "sync", "quota", "extend", "delete"]
            .map(|tab| format!("/namespaces/{CLUSTER}/{name}/{tab}")),
    );
    let mut built = Vec::new();
    for text in [HOSTILE, HARMLESS] {
        desk.forged().every_text(text).await;
        let mut pages = BTreeMap::new();
        for role in [Role::Platform, Role::Owner, Role::Developer] {
            let actor = desk.as_(role).await;
            for target in &targets {
                pages.insert((role, target.clone()), actor.get(target).await);
            }
        }
        built.push(pages);
    }
    let (hostile, harmless) = (&built[0], &built[1]);
    let n_held = hostile.values().filter(|page| page.text().contains("&lt;/textarea&gt;")).count();
    assert!(n_held > 40, "only {n_held} pages show what is kept");
    for ((role, target), page) in hostile {
        are_built_alike(page, &harmless[&(*role, target.clone())], &format!("{target} as {role:?}"));
    }
}

/// As a form would be sent that somebody has brought into a page: from there, with the cookie, and with the token of
/// another form.
async fn smuggled(actor: &Actor, target: &str, fields: &[(&str, &str)], query: &str) -> Answer {
    actor.send(actor.request(Method::POST, &format!("{target}?{query}")).form(fields)).await
}

fn key_of(actor: &Actor) -> FormKey {
    use sha2::{Digest, Sha256};
    let value = actor.cookie().and_then(|cookie| cookie.strip_prefix("__Host-berth=")).expect("is signed in");
    FormKey::of_session(&Sha256::digest(value).into())
}

#[tokio::test]
async fn a_form_that_no_page_gave_out_for_this_changes_nothing() {
    let desk = sweep::desk().await;
    let before: i64 = sqlx::query_scalar("select seq from audit_head").fetch_one(desk.db()).await.expect("has one");
    let paths: Vec<_> =
        sweep::pages().filter(|(method, path)| method == "POST" && !path.contains("backchannel")).collect();
    for (_, path) in &paths {
        // Nothing needs to be there: it is not looked for.
        let target = path
            .replace("{number}", "1")
            .replace("{cluster}", CLUSTER)
            .replace("{slug}", "payments")
            .replace("{id}", "1");
        let target = target.replace("{name}", "payments-dev").replace("{class}", "standard").replace("{person}", "1");
        let actor = desk.as_(Role::Platform).await;
        let other = key_of(&actor).address("/me/elsewhere");
        let others = key_of(&desk.as_(Role::Owner).await).address(&target);
        for address in [
            "x=1",
            "form_token=",
            other.split_once('?').expect("has one").1,
            others.split_once('?').expect("has one").1,
        ] {
            let answer = smuggled(&actor, &target, &[("revision", "1")], address).await.expect(403);
            assert!(answer.header("location").is_empty(), "{path}");
        }
    }
    for (method, path) in sweep::operations(&desk).await.iter().filter(|(method, _)| method == "POST") {
        let target = path.replace("{number}", "1").replace("{cluster}", CLUSTER).replace("{slug}", "payments");
        let target = target.replace("{name}", "payments-dev").replace("{class}", "standard").replace("{id}", "1");
        let actor = desk.as_(Role::Platform).await;
        for kind in
            ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "Text/Plain;x"]
        {
            let request =
                actor.request(method.parse().expect("is one"), &target).header("content-type", kind).body("{}");
            actor.send(request).await.expect_problem(403, "unknown_form");
        }
    }
    let after: i64 = sqlx::query_scalar("select seq from audit_head").fetch_one(desk.db()).await.expect("has one");
    assert_eq!(after, before, "nothing was done, and nobody was known");
}

#[tokio::test]
async fn a_form_of_another_session_of_the_same_person_keeps_what_was_typed() {
    let desk = Desk::quiet().await;
    let (first, second) = (desk.in_another_browser(Role::Developer).await.0, desk.as_(Role::Developer).await);
    let stale = key_of(&first).address("/namespaces/new");
    let query = stale.split_once('?').expect("has one").1;
    let fields = [("team", "payments"), ("purpose", "Kept word for word")];
    let refused = smuggled(&second, "/namespaces/new", &fields, query).await.expect(403);
    assert!(refused.text().contains("href=\"/namespaces/new\""), "leads back to the form");
    let typed = refused.set_cookies().into_iter().find(|line| line.starts_with("__Host-berth-typed="));
    let typed = typed.and_then(|line| line.split(';').next()).expect("is kept");
    let cookie = format!("{}; {typed}", second.cookie().expect("is signed in"));
    let page = second.with_cookie(&cookie).get("/namespaces/new").await.expect(200).text();
    assert!(page.contains("Kept word for word"));
}
