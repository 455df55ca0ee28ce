//! How a namespace stands is known only where it is looked at: unknown is never green, and never zero.

use serde_json::{Value, json};
use tests::{Actor, CLUSTER, Desk, Role, ask};
use time::Duration;

/// What the pages of a namespace have in their part `slot`.
async fn part(actor: &Actor, page: &str, slot: &str) -> String {
    let page = actor.get(page).await.expect(200).text();
    let part = page.split(&format!("data-slot=\"{slot}\"")).nth(1).unwrap_or_default();
    part.split("data-slot=").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_namespace_that_nobody_looks_at_is_not_in_order_and_takes_no_order() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    let (api, page) = (format!("/api/v1/namespaces/{CLUSTER}/{name}"), format!("/namespaces/{CLUSTER}/{name}"));
    let developer = desk.as_(Role::Developer).await;
    desk.forged().found_right().await;
    let sync = developer.get(&api).await.expect(200).json()["sync"].clone();
    assert_eq!((&sync["stopped"], sync["next_look_at"].is_string()), (&Value::Null, true));
    let tab = part(&developer, &format!("{page}/sync"), "sync").await;
    assert!(!tab.contains("note ok"), "it is about to be looked at: {tab}");
    desk.forged().jobs_done(None).await;
    assert!(part(&developer, &format!("{page}/sync"), "sync").await.contains("note ok"));
    for by in ["paused", "another"] {
        stop(&desk, by).await;
        let sync = developer.get(&api).await.expect(200).json()["sync"].clone();
        assert_eq!((&sync["stopped"]["by"], &sync["next_look_at"]), (&json!(by), &Value::Null));
        developer.post(&format!("{api}/sync"), &json!({})).await.expect_problem(409, "cluster_not_ready");
        let refused = developer.post_form(&format!("{page}/sync"), &[]).await.expect(409);
        assert!(refused.text().contains(&format!("href=\"{page}/sync\"")), "leads back");
        let tab = part(&developer, &format!("{page}/sync"), "sync").await;
        assert!(!tab.contains("note ok") && tab.contains("disabled"), "{tab}");
        for tab in [
            "",
            "/workloads",
            "/events",
            "/access",
            "/quota",
            "/extend",
            "/delete",
            "/quota-history",
            "/sync",
            "/activity",
        ] {
            assert!(part(&developer, &format!("{page}{tab}"), "stopped").await.contains("class=\"note"), "{by}: {tab}");
        }
        assert!(!part(&developer, &page, "as-granted").await.contains("class=\"ok\""));
    }
    desk.forged().answered_by(CLUSTER, None).await;
    developer.post(&format!("{api}/sync"), &json!({})).await.expect(200);
}

/// The next thing that stops everything on a cluster; what stopped it before no longer does.
async fn stop(desk: &Desk, by: &str) {
    match by {
        "paused" => desk.pause(CLUSTER, "New nodes").await,
        "another" => {
            desk.resume(CLUSTER).await;
            desk.forged().answered_by(CLUSTER, Some("another")).await;
        }
        "ahead" => {
            desk.forged().answered_by(CLUSTER, None).await;
            desk.forged().found(Some("ahead")).await;
        }
        "no_order" => {
            desk.forged().found(None).await;
            desk.forged().jobs_done(None).await;
        }
        "removed" => desk.forged().removed(CLUSTER).await,
        other => panic!("nobody has said how a cluster is {other}"),
    }
}

/// Each is the one thing that is not as it was.
#[tokio::test]
async fn what_was_not_found_right_since_it_was_desired_is_not_in_order() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let page = format!("/namespaces/{CLUSTER}/{}", ready["name"].as_str().expect("is text"));
    let developer = desk.as_(Role::Developer).await;
    let right = async || {
        desk.forged().found_right().await;
        desk.forged().jobs_done(None).await;
    };
    right().await;
    let is_green = async || {
        let (sync, about) =
            (part(&developer, &format!("{page}/sync"), "sync").await, part(&developer, &page, "as-granted").await);
        (sync.contains("note ok"), about.contains("class=\"ok\""))
    };
    assert_eq!(is_green().await, (true, true));
    for not_right in ["looked at since", "not looked at again", "never found right"] {
        match not_right {
            "looked at since" => desk.forged().looked_at_since().await,
            "not looked at again" => {
                desk.forged().looks_ordered().await;
                desk.forged().given_up(ready["number"].as_i64().expect("is a number")).await;
            }
            _ => desk.forged().never_found_right().await,
        }
        assert_eq!(is_green().await, (false, false), "{not_right}");
        right().await;
        assert_eq!(is_green().await, (true, true), "{not_right} any more");
    }
    // Moved before anybody wrote down what it has: that is not guessed.
    let class = ready["class"].as_str().expect("is text");
    desk.publish(class, json!({"network": "internet"})).await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from namespaces").fetch_one(desk.db()).await.expect("is there");
    let moved = json!({"to": 2, "namespaces": [id]});
    desk.as_(Role::Platform).await.post(&format!("/api/v1/classes/{class}/move"), &moved).await.expect(200);
    let view = developer.get(&format!("/api/v1{page}")).await.expect(200).json();
    assert_eq!((&view["class_version"], &view["sync"]["applied_version"]), (&json!(2), &Value::Null));
    assert!(!is_green().await.0);
}

#[tokio::test]
async fn of_a_namespace_that_is_missing_or_another_nothing_is_counted_and_no_file_is_given_out() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    desk.forged().found_right().await;
    for gone in ["missing", "replaced"] {
        desk.forged().found(Some(gone)).await;
        nothing_is_known(&desk, name).await;
    }
}

async fn nothing_is_known(desk: &Desk, name: &str) {
    let (api, page) = (format!("/api/v1/namespaces/{CLUSTER}/{name}"), format!("/namespaces/{CLUSTER}/{name}"));
    let developer = desk.as_(Role::Developer).await;
    let view = developer.get(&api).await.expect(200).json();
    for count in ["n_workloads", "n_failing", "n_pods", "n_warnings"] {
        assert_eq!(view[count], Value::Null, "{count}");
    }
    assert_eq!((&view["others"], &view["n_others"]), (&Value::Null, &Value::Null));
    assert!(part(&developer, &format!("{page}/access"), "other-access").await.contains("data-others=\"unknown\""));
    assert!(!part(&developer, &page, "as-granted").await.contains("class=\"ok\""));
    assert!(!developer.get(&format!("{page}/access")).await.expect(200).text().contains("/kubeconfig"));
    for form in ["token", "oidc"] {
        let asked = developer.post(&format!("{api}/kubeconfig"), &json!({"form": form})).await;
        asked.expect_problem(409, "not_possible");
    }
}

#[tokio::test]
async fn what_is_decided_does_not_look_as_if_it_went_on_where_nobody_works_on_it() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let developer = desk.as_(Role::Developer).await;
    let (api, page) = (format!("/api/v1/requests/{number}"), format!("/requests/{number}"));
    let request = developer.get(&api).await.expect(200).json();
    assert_eq!((&request["stalled_by"], &request["waits_for"]), (&Value::Null, &json!("Berth")));
    let name = request["name"].as_str().expect("is text");
    let namespace = format!("/namespaces/{CLUSTER}/{name}");
    for why in ["paused", "another", "ahead", "no_order", "removed"] {
        stop(&desk, why).await;
        for state in ["approved", "applying", "undoing"] {
            desk.forged().request_in(number, state).await;
            let request = developer.get(&api).await.expect(200).json();
            let list = developer.get("/api/v1/requests?queue=mine").await.expect(200).json();
            for row in [&request, &list["items"][0]] {
                assert_eq!(row["stalled_by"], why, "{state}");
                assert_eq!(row["waits_for"], request["waits_for"], "{state}");
            }
            assert_ne!(request["waits_for"], "Berth", "{state}");
            for page in [page.as_str(), "/", "/requests?queue=mine"] {
                let page = developer.get(page).await.expect(200).text();
                assert!(page.contains(&format!("data-stalled-by=\"{why}\"")), "{state}: {page}");
            }
        }
        if ["paused", "another"].contains(&why) {
            for page in [namespace.as_str(), "/namespaces"] {
                assert!(developer.get(page).await.expect(200).text().contains("data-stalled-by"), "{page}");
            }
        }
    }
}

#[tokio::test]
async fn a_quota_stands_still_on_its_page_as_in_its_list_whatever_else_is_in_the_way() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let quota =
        json!({"kind": "quota", "cluster": CLUSTER, "name": ready["name"], "size": "M", "purpose": "More capacity"});
    let developer = desk.as_(Role::Developer).await;
    let asked = developer.post("/api/v1/requests", &quota).await.expect(201).json();
    let number = asked["number"].as_i64().expect("is a number");
    if asked["state"] == "in_review" {
        let approve = format!("/api/v1/requests/{number}/approve");
        desk.as_(Role::Owner).await.post(&approve, &json!({"revision": 1})).await.expect(200);
    }
    let (api, page) = (format!("/api/v1/requests/{number}"), format!("/requests/{number}"));
    let name = ready["name"].as_str().expect("is text");
    for way in ["paused", "missing", "leaving", "replaced", "removing", "never read"] {
        match way {
            "paused" => desk.pause(CLUSTER, "for a test.").await,
            "removing" => desk.forged().in_state(name, way).await,
            "never read" => desk.forged().never_read().await,
            condition => desk.forged().found(Some(condition)).await,
        }
        for state in ["approved", "applying", "undoing"] {
            desk.forged().request_in(number, state).await;
            let request = developer.get(&api).await.expect(200).json();
            let list = developer.get("/api/v1/requests?queue=mine").await.expect(200).json();
            let rows = list["items"].as_array().expect("are listed");
            let row = rows.iter().find(|row| row["number"] == number).expect("is listed");
            assert_eq!(
                (&request["stalled_by"], &row["stalled_by"]),
                (&json!("paused"), &json!("paused")),
                "{way}: {state}"
            );
            assert!(request["held_up"].as_str().is_some_and(|why| why.contains("for a test.")), "{way}: {request}");
            let page = developer.get(&page).await.expect(200).text();
            assert!(page.contains("data-stalled-by=\"paused\"") && !page.contains("http-equiv=\"refresh\""), "{way}");
            assert!(page.contains("for a test.") && !page.contains("for a test.."), "{way}");
        }
    }
}

#[tokio::test]
async fn what_failed_says_why_in_every_list() {
    let desk = Desk::quiet().await;
    let number = desk.failed().await;
    desk.forged().failed_because(number, "forbidden by policy 7").await;
    let list = desk.as_(Role::Developer).await.get("/api/v1/requests?queue=mine").await.expect(200).json();
    assert_eq!(list["items"][0]["failure"], "forbidden by policy 7");
    for page in ["/".to_owned(), "/requests?queue=failed".to_owned(), format!("/requests/{number}")] {
        for role in [Role::Developer, Role::Platform] {
            let page = desk.as_(role).await.get(&page).await.expect(200).text();
            assert!(page.contains("orbidden by policy 7"), "{role:?}: {page}");
        }
    }
}

#[tokio::test]
async fn home_names_what_failed_to_those_who_wait_for_it_and_to_those_it_waits_for() {
    let desk = Desk::quiet().await;
    let number = desk.failed().await;
    let home = async |role: Role| {
        let actor = desk.as_(role).await;
        let page = actor.get("/").await.expect(200).text();
        (actor.get("/api/v1/me").await.expect(200).json()["viewer"]["n_failed"].clone(), page)
    };
    let link = format!("href=\"/requests/{number}\"");
    for (role, n_failed, is_named) in
        [(Role::Platform, 1, true), (Role::Developer, 0, true), (Role::Auditor, 0, false), (Role::Stranger, 0, false)]
    {
        let (count, page) = home(role).await;
        let attention = page.split("data-slot=\"attention\"").nth(1).and_then(|rest| rest.split("</ul>").next());
        assert_eq!(count, n_failed, "{role:?}");
        assert_eq!(attention.is_some_and(|rows| rows.contains(&link)), is_named, "{role:?}");
    }
    let (_, platform) = home(Role::Platform).await;
    assert!(platform.contains("href=\"/requests?queue=failed\""), "the menu leads there");
    assert!(!platform.contains("href=\"/namespaces/new\""), "nothing is offered that is refused");
}

/// What stands in the way, and who put it there, is said to who waits and to who can end it.
#[tokio::test]
async fn a_pause_is_told_with_who_since_when_and_why_to_who_waits_and_to_who_can_end_it() {
    let desk = Desk::quiet().await;
    let (developer, platform) = (desk.as_(Role::Developer).await, desk.as_(Role::Platform).await);
    let number = desk.approved().await;
    let name = desk.request(number).await["name"].as_str().expect("is text").to_owned();
    let reason = "Its network is rebuilt";
    platform.post(&format!("/api/v1/clusters/{CLUSTER}/pause"), &json!({"reason": reason})).await.expect(200);
    let waiting = async |actor: &Actor| actor.get("/api/v1/me").await.expect(200).json()["viewer"]["n_stopped"].clone();
    let attention = async |actor: &Actor| part(actor, "/", "attention").await;
    let (page, cluster) = (format!("/namespaces/{CLUSTER}/{name}"), format!("/clusters/{CLUSTER}"));
    let by =
        platform.get("/api/v1/me").await.expect(200).json()["viewer"]["name"].as_str().expect("is text").to_owned();
    let who = format!("data-paused-by=\"{by}\"");

    assert_eq!((waiting(&platform).await, waiting(&developer).await), (json!(1), json!(0)));
    for said in [
        attention(&platform).await,
        attention(&developer).await,
        platform.get(&cluster).await.expect(200).text(),
        part(&developer, &page, "stopped").await,
    ] {
        // Since when stands in the same element.
        let beside = said.split_once(&who).and_then(|(_, rest)| rest.split_once("</span>")).map(|(beside, _)| beside);
        assert!(beside.is_some_and(|beside| beside.contains("<time ")) && said.contains(reason), "{said}");
    }
    let view = platform.get(&format!("/api/v1{cluster}")).await.expect(200).json();
    let sync = developer.get(&format!("/api/v1{page}")).await.expect(200).json()["sync"].clone();
    for paused_by in [&view["paused_by"], &sync["stopped"]["paused_by"]] {
        assert_eq!((&paused_by["name"], paused_by["at"].is_string()), (&json!(by), true));
    }
    assert!(attention(&platform).await.contains(&format!("href=\"{cluster}\"")), "leads to where it ends");
    assert!(!attention(&developer).await.contains("href=\"/clusters"), "nothing leads to what is not theirs to see");
    for actor in [&platform, &developer] {
        assert!(part(actor, "/", "summary").await.contains("data-waits=\"something\""));
    }
    assert!(part(&desk.as_(Role::Stranger).await, "/", "summary").await.contains("data-waits=\"nothing\""));
    for list in ["/", "/namespaces"] {
        let list = developer.get(list).await.expect(200).text();
        assert!(list.contains("data-stopped=\"paused\""), "{list}");
    }
    assert!(!desk.as_(Role::Stranger).await.get("/").await.expect(200).text().contains("data-stopped"));

    // A pause that nothing waits for is no work for anybody; who has something there still reads of it.
    desk.forged().request_in(number, "completed").await;
    assert_eq!(waiting(&platform).await, 0);
    assert!(!attention(&platform).await.contains("data-stopped"));
    assert!(attention(&developer).await.contains(&who));
    // One of which nobody wrote down who did it is said to be so.
    desk.resume(CLUSTER).await;
    assert!(!attention(&developer).await.contains("data-stopped"));
    desk.forged().paused_by_nobody("for a test").await;
    assert!(attention(&developer).await.contains("data-paused-by=\"\""));
    stop(&desk, "another").await;
    assert_eq!(waiting(&platform).await, 1);
    assert!(attention(&platform).await.contains("data-stopped=\"another\""));
}

#[tokio::test]
async fn what_waits_for_a_paused_cluster_is_counted_for_who_may_see_it() {
    let desk = Desk::quiet().await;
    desk.approved().await;
    let (stranger, owner) = (desk.as_(Role::Stranger).await, desk.as_(Role::OrdersOwner).await);
    for _ in 0..2 {
        let body = ask(&desk.new_name("orders"), "standard", "S");
        let asked = stranger.post("/api/v1/requests", &body).await.expect(201).json();
        let approve = format!("/api/v1/requests/{}/approve", asked["number"]);
        owner.post(&approve, &json!({"revision": 1})).await.expect(200);
    }
    desk.pause(CLUSTER, "New nodes").await;
    for (role, n) in [(Role::Platform, 3), (Role::Developer, 1), (Role::Stranger, 2), (Role::OrdersOwner, 2)] {
        let said = part(&desk.as_(role).await, "/", "attention").await;
        assert!(said.contains(&format!("data-waiting=\"{n}\"")), "{role:?}: {said}");
    }
}

#[tokio::test]
async fn home_names_namespaces_with_a_condition_and_clusters_of_which_nothing_is_known() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    desk.forged().found(Some("leaving")).await;
    let page = desk.as_(Role::Developer).await.get("/").await.expect(200).text();
    let attention = page.split("data-slot=\"attention\"").nth(1).and_then(|rest| rest.split("</ul>").next());
    let attention = attention.expect("something needs attention");
    let name = ready["name"].as_str().expect("is text");
    assert!(attention.contains(&format!("/namespaces/{CLUSTER}/{name}/sync")), "{attention}");
    assert!(attention.contains(&format!("data-unknown=\"{CLUSTER}\"")), "nothing was read of it: {attention}");
}

#[tokio::test]
async fn what_is_open_of_ones_own_stands_before_what_is_over() {
    let desk = Desk::quiet().await;
    let open = desk.asked().await;
    let over = desk.asked().await;
    desk.as_(Role::Developer).await.post(&format!("/api/v1/requests/{over}/withdraw"), &json!({})).await.expect(200);
    let page = desk.as_(Role::Developer).await.get("/").await.expect(200).text();
    let mine = page.split("data-slot=\"mine\"").nth(1).expect("is there");
    let place = |number: i64| mine.find(&format!("href=\"/requests/{number}\"")).expect("is listed");
    assert!(place(open) < place(over));
}

#[tokio::test]
async fn a_namespaces_activity_is_all_that_happened_to_it_newest_first_and_nothing_of_another() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    let api = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let developer = desk.as_(Role::Developer).await;
    desk.forged().made_days_ago(1).await;
    let quota = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "size": "M", "purpose": "More capacity"});
    let asked = developer.post("/api/v1/requests", &quota).await.expect(201).json()["number"].clone();
    developer.post(&format!("{api}/sync"), &json!({})).await.expect(200);
    desk.as_(Role::Auditor).await.post(&format!("{api}/sync"), &json!({})).await.expect(403);
    let activity = developer.get(&api).await.expect(200).json()["activity"].clone();
    assert_eq!(activity["has_more"], false);
    let event = developer.listen(&format!("{api}/events")).await.next().await;
    assert_eq!((&event["name"], &event["activity"]), (&json!(name), &Value::Null), "events leave it out");
    let page = format!("/namespaces/{CLUSTER}/{name}");
    assert!(part(&developer, &format!("{page}/activity"), "activity").await.contains("<li data-kind="));
    let entries = activity["entries"].as_array().expect("are listed");
    assert_eq!(
        (&entries[0]["request"], &entries[0]["kind"]),
        (&Value::Null, &json!("changed")),
        "the sync: {entries:?}"
    );
    assert_eq!((&entries[1]["request"], &entries[1]["kind"]), (&asked, &json!("asked")));
    assert!(entries[2..].iter().all(|entry| entry["request"] == ready["number"] || entry["request"].is_null()));
    let times: Vec<_> = entries.iter().map(|entry| entry["at"].as_str().expect("is a time")).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

/// Whether there is more is judged by what would be shown.
#[tokio::test]
async fn activity_says_that_there_is_more_only_where_there_is_and_shows_as_much_as_it_can() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let name = ready["name"].as_str().expect("is text");
    let developer = desk.as_(Role::Developer).await;
    let api = format!("/api/v1/namespaces/{CLUSTER}/{name}");
    let write = async |action: &str, in_time: Duration, n: i64| {
        let subject = format!("{CLUSTER}/{name}");
        desk.forged().events(action, &subject, in_time, n).await;
    };
    let activity = async || {
        let activity = developer.get(&api).await.expect(200).json()["activity"].clone();
        let n = activity["entries"].as_array().expect("are listed").len();
        (n, activity["has_more"].as_bool().expect("is said"))
    };
    let (n, has_more) = activity().await;
    assert!(n > 0 && !has_more);
    // Of another that had the name, and what is told by a request.
    write("namespace.drift_corrected", -Duration::days(365), 120).await;
    write("namespace.provisioned", Duration::MINUTE, 120).await;
    assert_eq!(activity().await, (n, false));
    write("namespace.drift_corrected", Duration::MINUTE, 100 - i64::try_from(n).expect("is few")).await;
    assert_eq!(activity().await, (100, false));
    write("namespace.drift_corrected", Duration::MINUTE, 1).await;
    assert_eq!(activity().await, (100, true));
}
