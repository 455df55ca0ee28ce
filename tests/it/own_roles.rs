//! Whoever runs Berth does not come to use what others guard: nobody gives themselves a role in a team.

use serde_json::{Value, json};
use tests::{Account, Actor, CLUSTER, Desk, Refused, Role};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

const GROUPS: [&str; 2] = ["platform", "payments-guests"];

fn membership(person: &str, role: &str) -> Value {
    let until = (OffsetDateTime::now_utc() + Duration::DAY).format(&Rfc3339).expect("is a time");
    json!({"person": person, "role": role, "until": until, "reason": "Looking after it"})
}

async fn teams_of(actor: &Actor) -> Value {
    actor.get("/api/v1/me").await.expect(200).json()["viewer"]["teams"].clone()
}

#[tokio::test]
async fn platform_gives_itself_no_role_in_a_team_by_any_door() {
    let desk = Desk::quiet().await;
    let account = Account::new(&GROUPS).await;
    let own = desk.sign_in(&account).await;
    let bound = |role: &str| json!([{"group": "payments-guests", "role": role}]);

    let give = |role: &str| membership(&account.email, role);
    own.post("/api/v1/teams/payments/memberships", &give("viewer")).await.expect_problem(403, "own_role");
    let day = (OffsetDateTime::now_utc() + Duration::days(3)).date().to_string();
    let fields = [("person", account.email.as_str()), ("role", "owner"), ("until", &day), ("why", "Looking after it")];
    own.post_form("/teams/payments/memberships", &fields).await.expect(403);

    let team = json!({"slug": "mine", "title": "Mine", "groups": bound("owner")});
    own.post("/api/v1/teams", &team).await.expect_problem(403, "own_role");
    let fields = [("slug", "mine"), ("title", "Mine"), ("owners", "payments-guests")];
    own.post_form("/admin/teams/new", &fields).await.expect(403);
    let widened = json!({"slug": "payments", "title": "Payments", "groups": bound("owner")});
    let request = own.request(http::Method::PUT, "/api/v1/teams/payments").header("if-match", "*").json(&widened);
    own.send(request).await.expect_problem(403, "own_role");
    let setup = json!({"setup": {"teams": [team]}});
    own.post("/api/v1/setup/apply", &setup).await.expect_problem(403, "own_role");
    assert_eq!(teams_of(&own).await, json!([]));

    // Another person of Platform can, and then the first one cannot make it more or longer.
    let other = desk.as_(Role::Platform).await;
    other.post("/api/v1/teams/payments/memberships", &give("viewer")).await.expect(201);
    own.post("/api/v1/teams/payments/memberships", &give("owner")).await.expect_problem(403, "own_role");
    assert_eq!(teams_of(&own).await[0]["role"], "viewer");
    let request = other.request(http::Method::PUT, "/api/v1/teams/orders").header("if-match", "*");
    let orders = json!({"slug": "orders", "title": "Orders", "groups": bound("developer")});
    other.send(request.json(&orders)).await.expect(200);
    assert_eq!(teams_of(&own).await.as_array().map(Vec::len), Some(2));
    // What they have they may give up.
    let id: String = sqlx::query_scalar("select id::text from people where email = $1")
        .bind(&account.email)
        .fetch_one(desk.db())
        .await
        .expect("has signed in");
    own.delete(&format!("/api/v1/teams/payments/memberships/{id}")).await.expect(204);
}

/// A cluster knows groups by a prefix and their name: another group's role must not become one's own by the prefix.
#[tokio::test]
async fn platform_gives_itself_no_role_by_what_a_cluster_puts_before_names() {
    let desk = Desk::quiet().await;
    let account = Account::new(&GROUPS).await;
    let own = desk.sign_in(&account).await; // in the group `platform`
    let put = |path: &str, body: &Value| own.request(http::Method::PUT, path).header("if-match", "*").json(body);
    let settings = |prefix: &str| json!({"name": CLUSTER, "overcommit_percent": 100, "groups_prefix": prefix, "users_prefix": "oidc:"});
    let cluster = format!("/api/v1/clusters/{CLUSTER}");
    let team =
        |group: &str| json!({"slug": "payments", "title": "Payments", "groups": [{"group": group, "role": "owner"}]});
    own.send(put("/api/v1/teams/payments", &team("form"))).await.expect(200);
    own.send(put(&cluster, &settings("oidc:plat"))).await.expect_problem(403, "own_role");
    let setup = json!({"setup": {"clusters": [settings("oidc:plat")]}});
    own.post("/api/v1/setup/apply", &setup).await.expect_problem(403, "own_role");
    own.send(put(&cluster, &settings("keycloak:"))).await.expect(200);

    // The other way round: the prefix is there, and the group comes after it.
    own.send(put("/api/v1/teams/payments", &team("payments-owners"))).await.expect(200);
    desk.as_(Role::Platform).await.get("/me").await.expect(200);
    desk.set_cluster(CLUSTER, json!({"groups_prefix": "oidc:plat"})).await;
    own.send(put("/api/v1/teams/payments", &team("form"))).await.expect_problem(403, "own_role");
}

#[tokio::test]
async fn the_database_takes_no_role_that_somebody_gave_themselves() {
    let desk = Desk::quiet().await;
    desk.as_(Role::Platform).await.get("/me").await.expect(200);
    assert_eq!(desk.forged().refused(Refused::OwnMembership).await, "membership_not_own");
    assert_eq!(desk.forged().refused(Refused::OwnBinding).await, "binding_not_own");
}

/// The only person of Platform is not locked out: whoever runs the program may set up everything.
#[tokio::test]
async fn the_operator_gives_what_platform_may_not_give_itself() {
    let desk = Desk::quiet().await;
    let account = Account::new(&GROUPS).await;
    let own = desk.sign_in(&account).await;
    let dir = tempfile::tempdir().expect("makes a directory");
    let file = dir.path().join("setup.yaml");
    let setup = "teams:\n- slug: mine\n  title: Mine\n  groups:\n  - group: payments-guests\n    role: owner\n";
    std::fs::write(&file, setup).expect("is written");
    desk.run(&["apply", "-f", file.to_str().expect("is text")]).await.expect(0);
    assert_eq!(teams_of(&own).await[0]["role"], "owner");
    let events = own.get("/api/v1/audit?action=binding.added&subject=team%20mine").await.expect(200).json();
    assert_eq!(events["items"][0]["actor_kind"], "operator");
}
