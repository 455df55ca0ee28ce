//! Roles in a team for one person, without a group, until a date.

use serde_json::{Value, json};
use tests::{Account, Actor, Answer, Desk, Opening, Role, eventually};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

pub(crate) async fn give(actor: &Actor, role: &str, until: OffsetDateTime) -> Answer {
    let until = until.format(&Rfc3339).expect("is a time");
    let person = Role::Teamless.account().email.clone();
    let body = json!({"person": person, "role": role, "until": until, "reason": "Helps out for a while"});
    actor.post("/api/v1/teams/payments/memberships", &body).await
}

pub(crate) fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc() + Duration::days(days)
}

/// The day is over, as far as Berth can tell.
async fn let_end(desk: &Desk) {
    desk.forged().memberships_end().await;
}

fn id(team: &Value) -> String {
    team["memberships"][0]["person"]["id"].as_str().expect("is text").to_owned()
}

#[tokio::test]
async fn a_membership_gives_its_role_until_it_ends_and_nothing_after() {
    let desk = Desk::quiet().await;
    let (platform, somebody) = (desk.as_(Role::Platform).await, desk.as_(Role::Teamless).await);
    let program = desk.program_of(Role::Teamless).await;
    somebody.get("/teams/payments").await.expect(404);

    let team = give(&platform, "developer", in_days(30)).await.expect(201).json();
    assert_eq!(team["memberships"][0]["given_by"], "Platform");
    for actor in [&somebody, &program] {
        let me = actor.get("/api/v1/me").await.expect(200).json();
        assert_eq!(me["viewer"]["teams"], json!([{"slug": "payments", "title": "Payments", "role": "developer"}]));
    }
    somebody.post("/api/v1/requests", &tests::ask(&desk.new_name("payments"), "sandbox", "S")).await.expect(201);

    let_end(&desk).await;
    for actor in [&somebody, &program] {
        assert_eq!(actor.get("/api/v1/me").await.expect(200).json()["viewer"]["teams"], json!([]));
        actor.get("/api/v1/teams/payments").await.expect(404);
    }
    let team = platform.get("/api/v1/teams/payments").await.expect(200).json();
    assert_eq!(team["memberships"], json!([]));
}

#[tokio::test]
async fn an_owner_by_membership_decides_like_any_other() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    give(&desk.as_(Role::Platform).await, "owner", in_days(1)).await.expect(201);
    let somebody = desk.as_(Role::Teamless).await;
    somebody.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await.expect(200);
}

#[tokio::test]
async fn another_membership_replaces_the_first_and_ending_it_takes_it_away() {
    let desk = Desk::quiet().await;
    let (platform, somebody) = (desk.as_(Role::Platform).await, desk.as_(Role::Teamless).await);
    give(&platform, "owner", in_days(30)).await.expect(201);
    let team = give(&platform, "viewer", in_days(2)).await.expect(201).json();
    assert_eq!(team["memberships"].as_array().map(Vec::len), Some(1));
    assert_eq!(team["memberships"][0]["role"], "viewer");
    let path = format!("/api/v1/teams/payments/memberships/{}", id(&team));
    desk.as_(Role::Owner).await.delete(&path).await.expect_problem(404, "not_found");
    platform.delete(&path).await.expect(204);
    platform.delete(&path).await.expect_problem(404, "not_found");
    somebody.get("/teams/payments").await.expect(404);
    let trail = platform.get("/api/v1/audit?action=membership.").await.expect(200).json();
    let actions: Vec<_> =
        trail["items"].as_array().expect("has rows").iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions, ["membership.ended", "membership.given", "membership.given"]);
}

#[tokio::test]
async fn a_membership_is_for_known_people_and_at_most_a_year() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    for until in [in_days(-1), in_days(400)] {
        let problem = give(&platform, "viewer", until).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "until");
    }
    let fields = [("person", "stranger@elsewhere.test"), ("role", "owner"), ("until", "soon"), ("why", "")];
    let page = platform.post_form("/teams/payments/memberships", &fields).await.expect(422).text();
    assert!(page.contains("id=\"error-until\"") && page.contains("id=\"error-why\""), "{page}");
    let day = in_days(5).date().to_string();
    let fields = [("person", "stranger@elsewhere.test"), ("role", "owner"), ("until", &day), ("why", "Helps out")];
    let page = platform.post_form("/teams/payments/memberships", &fields).await.expect(422).text();
    assert!(page.contains("signed in to Berth yet"), "{page}");
    let person = Role::Teamless.account().email.as_str();
    let fields = [("person", person), ("role", "owner"), ("until", &day), ("why", "Helps out")];
    platform.post_form("/teams/payments/memberships", &fields).await.expect(303);
    give(&desk.as_(Role::Owner).await, "viewer", in_days(1)).await.expect_problem(404, "not_found");
    give(&desk.reader_of(Role::Platform).await, "viewer", in_days(1)).await.expect_problem(403, "read_only_token");
}

#[tokio::test]
async fn access_on_the_cluster_follows_a_membership_also_when_it_ends_by_itself() {
    use k8s_openapi::api::core::v1::ConfigMap;
    let desk = Desk::open().await;
    let request = desk.provisioned().await;
    let namespace = request["name"].as_str().expect("is text").to_owned();
    let theirs: kube::Api<ConfigMap> =
        kube::Api::namespaced(tests::kubernetes::person(Role::Teamless).await, &namespace);
    let may_read = async || theirs.get("berth-info").await.is_ok();
    assert!(!may_read().await);
    give(&desk.as_(Role::Platform).await, "viewer", in_days(1)).await.expect(201);
    eventually("they may read", async || may_read().await.then_some(())).await;
    desk.forged().found_right_an_hour_ago().await;
    let_end(&desk).await;
    // What comes again by itself is due now.
    desk.forged().jobs_due(Some("follow_memberships")).await;
    eventually("they may no longer read", async || (!may_read().await).then_some(())).await;
}

#[tokio::test]
async fn the_access_tab_lists_people_with_a_membership_beside_the_groups() {
    let desk = Desk::quiet().await;
    let made = desk.ready().await;
    give(&desk.as_(Role::Platform).await, "developer", in_days(30)).await.expect(201);
    let path = format!(
        "/namespaces/{}/{}",
        made["cluster"].as_str().expect("is text"),
        made["name"].as_str().expect("is text")
    );
    let developer = desk.as_(Role::Developer).await;
    let view = developer.get(&format!("/api/v1{path}")).await.expect(200).json();
    assert_eq!((&view["members"][0]["role"], &view["groups_prefix"]), (&json!("developer"), &json!("oidc:")));
    let page = developer.get(&format!("{path}/access")).await.expect(200).text();
    assert!(page.contains("People with a membership") && page.contains("Helps out for a while"), "{page}");
    assert!(page.contains(view["provider"].as_str().expect("is text")), "{page}");
}

#[tokio::test]
async fn who_has_a_role_and_which_roles_somebody_has_are_the_same_answer() {
    let desk = Desk::quiet().await;
    let n = async |query: String| -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(desk.db()).await.expect("counts")
    };
    let are_the_same = async || {
        let of_each = "select p.id as person_id, r.* from people p cross join lateral roles_of(p.id, p.groups) r";
        for (from, without) in [("table roles", of_each), (of_each, "table roles")] {
            let missing = n(format!("select count(*) from ({from} except all {without}) missing")).await;
            assert_eq!(missing, 0, "{from} without {without}");
        }
    };
    give(&desk.as_(Role::Platform).await, "viewer", in_days(1)).await.expect(201);
    let n_before = n("select count(*) from roles".into()).await;
    are_the_same().await;
    let_end(&desk).await;
    assert_eq!(n("select count(*) from roles".into()).await, n_before - 1, "the membership has ended");
    are_the_same().await;
}

#[tokio::test]
async fn an_address_that_nobody_has_verified_gives_no_membership_unless_all_are_trusted() {
    for is_trusted in [false, true] {
        let desk = Desk::configured(Opening::default(), |config| config.oidc.trust_emails = is_trusted).await;
        let account = Account::new(&[]).await;
        account.set(json!({"groups": [], "email_verified": false})).await;
        desk.sign_in(&account).await;
        let until = in_days(1).format(&Rfc3339).expect("is a time");
        let body =
            json!({"person": account.email, "role": "viewer", "until": until, "reason": "Helps out for a while"});
        let answer = desk.as_(Role::Platform).await.post("/api/v1/teams/payments/memberships", &body).await;
        assert_eq!(answer.status, if is_trusted { 201 } else { 422 }, "{}", answer.text());
    }
}
