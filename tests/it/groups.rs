//! Groups, asked for again while somebody is signed in: roles follow, and nothing is lost when the provider is away.

use serde_json::{Value, json};
use server::config::MissingGroups;
use tests::{Account, Actor, Desk, Opening, Provider, Role, ask, eventually};

pub(crate) async fn refresh(desk: &Desk) -> server::app::Result<()> {
    desk.ask_again().await
}

pub(crate) async fn age(desk: &Desk) {
    desk.forged().groups_age().await;
}

async fn me(actor: &Actor) -> Value {
    actor.get("/api/v1/me").await.expect(200).json()
}

async fn team_role(actor: &Actor) -> Option<String> {
    me(actor).await["viewer"]["teams"][0]["role"].as_str().map(str::to_owned)
}

/// Sessions of others have nothing to do with it.
pub(crate) async fn alone(desk: &Desk, account: &Account) {
    desk.forged().only_session_is_of(&account.role).await;
}

#[tokio::test]
async fn roles_follow_the_groups_while_somebody_is_signed_in() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    assert_eq!(team_role(&person).await.as_deref(), Some("developer"));
    account.set(json!({"groups": ["payments-owners"]})).await;
    refresh(&desk).await.expect("is done");
    assert_eq!(team_role(&person).await.as_deref(), Some("developer"), "what is fresh is not asked for again");
    age(&desk).await;
    alone(&desk, &account).await;
    refresh(&desk).await.expect("is done");
    assert_eq!(team_role(&person).await.as_deref(), Some("owner"));
    // The new refresh token works as the first did.
    account.set(json!({"groups": []})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    assert_eq!(team_role(&person).await, None);
    let detail: Value = sqlx::query_scalar(
        "select detail from audit_events where action = 'person.groups_changed' order by seq limit 1",
    )
    .fetch_one(desk.db())
    .await
    .expect("is noted");
    assert_eq!(detail["before"]["groups"], json!(["payments-developers"]));
    assert_eq!(detail["after"]["groups"], json!(["payments-owners"]));
}

#[tokio::test]
async fn groups_that_are_not_all_said_neither_give_nor_take_a_role() {
    let unknown = |config: &mut server::config::Config| config.oidc.missing_groups = Some(MissingGroups::Unknown);
    let desk = Desk::configured(Opening::default(), unknown).await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    for incomplete in [json!({"groups": null}), json!({"groups": ["payments-owners"], "overage": true})] {
        account.set(incomplete).await;
        age(&desk).await;
        alone(&desk, &account).await;
        refresh(&desk).await.expect("is done");
        assert_eq!(team_role(&person).await.as_deref(), Some("developer"));
        let me = me(&person).await;
        assert!(me["groups_incomplete_since"].is_string(), "{me}");
        assert_eq!(me["groups"], json!(["payments-developers"]));
    }
    assert!(person.get("/me").await.expect(200).text().contains("Not all groups are known"));
    account.set(json!({"groups": ["payments-owners"]})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    assert!(me(&person).await["groups_incomplete_since"].is_null());
    assert_eq!(team_role(&person).await.as_deref(), Some("owner"));
}

#[tokio::test]
async fn who_is_said_to_be_in_no_group_has_no_role_any_more_and_overage_says_nothing() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    account.set(json!({"groups": ["payments-owners"], "overage": true})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    assert_eq!(team_role(&person).await.as_deref(), Some("developer"));
    account.set(json!({"groups": null})).await;
    age(&desk).await;
    refresh(&desk).await.expect("is done");
    assert_eq!(team_role(&person).await, None);
    let me = me(&person).await;
    assert!(me["groups_incomplete_since"].is_null() && me["groups"] == json!([]), "{me}");
}

#[tokio::test]
async fn one_whom_the_provider_will_not_vouch_for_holds_up_nobody() {
    let desk = Desk::quiet().await;
    for answer in ["server_error", "invalid_scope", "invalid_client"] {
        let [stuck, other] = [Account::new(&["payments-developers"]).await, Account::new(&["payments-owners"]).await];
        let (stuck_person, person) = (desk.sign_in(&stuck).await, desk.sign_in(&other).await);
        stuck.set(json!({"groups": ["payments-developers"], "answer": answer})).await;
        other.set(json!({"groups": []})).await;
        age(&desk).await;
        // The one that is not refreshed is the first in line, as it would be each time.
        desk.forged().groups_age_more(&[&stuck.role], 1).await;
        let _ = refresh(&desk).await;
        assert_eq!(team_role(&person).await, None, "{answer}");
        match answer {
            // It was asked about this session, and said no.
            "invalid_scope" => {
                stuck_person.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
            }
            _ => assert_eq!(team_role(&stuck_person).await.as_deref(), Some("developer")),
        }
        let put_off: i64 = sqlx::query_scalar("select count(*) from sessions where refresh_after > now()")
            .fetch_one(desk.db())
            .await
            .expect("counts");
        assert_eq!(put_off, i64::from(answer != "invalid_scope"), "{answer}");
        stuck.set(json!({"groups": ["payments-developers"]})).await;
        desk.forged().refreshes_due().await;
    }
}

/// What the provider says when it cannot, in whatever words, is no word about a session.
#[tokio::test]
async fn trouble_of_the_provider_ends_no_session_whatever_it_says_beside() {
    let desk = Desk::quiet().await;
    for (answer, status, ends) in [
        ("unknown_error", 500, false),
        ("invalid_grant", 503, false),
        ("too_many", 429, false),
        ("invalid_grant", 429, false),
        ("no_such_realm", 404, false),
        ("invalid_grant", 403, true),
    ] {
        let account = Account::new(&["payments-developers"]).await;
        let person = desk.sign_in(&account).await;
        alone(&desk, &account).await;
        account.set(json!({"groups": [], "answer": answer, "status": status})).await;
        age(&desk).await;
        assert_eq!(refresh(&desk).await.is_err(), !ends, "the job says why: {answer} {status}");
        if ends {
            person.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
        } else {
            assert_eq!(team_role(&person).await.as_deref(), Some("developer"), "{answer} {status}");
        }
    }
}

#[tokio::test]
async fn those_who_are_stuck_let_the_others_have_their_turn() {
    let desk = Desk::quiet().await;
    let good = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&good).await;
    alone(&desk, &good).await;
    let mut stuck = Vec::new();
    for _ in 0..3 {
        let account = Account::new(&["payments-developers"]).await;
        stuck.push((desk.sign_in(&account).await, account.role.clone()));
        account.set(json!({"groups": [], "answer": "server_error", "status": 500})).await;
    }
    good.set(json!({"groups": ["payments-owners"]})).await;
    age(&desk).await;
    // They come first, and are due again at once each time.
    let subjects: Vec<_> = stuck.iter().map(|(_, role)| role.as_str()).collect();
    desk.forged().groups_age_more(&subjects, 60).await;
    assert!(refresh(&desk).await.is_err());
    desk.forged().refreshes_due().await;
    let _ = refresh(&desk).await;
    assert_eq!(team_role(&person).await.as_deref(), Some("owner"));
    for (person, _) in &stuck {
        assert_eq!(team_role(person).await.as_deref(), Some("developer"));
    }
    let put_off: Vec<i64> = sqlx::query_scalar(
        "select round(extract(epoch from refresh_after - now()) / 60)::bigint from sessions where refresh_after > now()",
    )
    .fetch_all(desk.db())
    .await
    .expect("are there");
    assert_eq!(put_off, [2, 2, 2], "longer each time");
}

/// What comes for a session that ended while the provider was asked is no news of its person.
#[tokio::test]
async fn an_answer_for_a_session_that_has_ended_changes_nobody() {
    let provider = Provider::start().await;
    let desk = Desk::with(Opening { provider_at: Some(provider.address()), ..Opening::default() }).await;
    let account = provider.account(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    alone(&desk, &account).await;
    account.set(json!({"groups": ["payments-owners"], "held": true})).await;
    age(&desk).await;
    let (done, ()) = tokio::join!(refresh(&desk), async {
        eventually("it is asked for", async || (provider.n_held() > 0).then_some(())).await;
        person.post_form("/auth/logout", &[]).await.expect(303);
        account.set(json!({"groups": ["payments-owners"]})).await;
    });
    done.expect("is done");
    let groups: Vec<String> = sqlx::query_scalar("select groups from people where subject = $1")
        .bind(&account.role)
        .fetch_one(desk.db())
        .await
        .expect("is there");
    assert_eq!(groups, ["payments-developers"]);
}

/// The ID token of the sign-in told them, so nobody knows yet whether userinfo would; once it has, it is enough.
#[tokio::test]
async fn a_refresh_without_an_id_token_takes_the_last_group_once_userinfo_has_told_groups() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    alone(&desk, &account).await;
    for (groups, role, is_known) in [
        (json!(null), Some("developer"), false),
        (json!(["payments-owners"]), Some("owner"), true),
        (json!(null), None, true),
    ] {
        account.set(json!({"groups": groups, "bare": true})).await;
        age(&desk).await;
        refresh(&desk).await.expect("is done");
        assert_eq!(team_role(&person).await.as_deref(), role, "{groups}");
        assert_eq!(me(&person).await["groups_incomplete_since"].is_null(), is_known, "{groups}");
    }
}

#[tokio::test]
async fn somebody_whose_groups_were_never_said_is_told_so() {
    let desk = Desk::quiet().await;
    let account = Account::new(&[]).await;
    account.set(json!({"groups": ["payments-owners"], "overage": true})).await;
    let person = desk.sign_in(&account).await;
    let home = person.get("/").await.expect(200).text();
    assert!(home.contains("Your groups are not known"), "{home}");
    let teamless = desk.as_(Role::Teamless).await.get("/").await.expect(200).text();
    assert!(teamless.contains("You are not in a team yet") && !teamless.contains("Your groups are not known"));
}

#[tokio::test]
async fn a_session_ends_when_the_provider_vouches_no_longer() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    account.set(json!({"groups": ["payments-developers"], "disabled": true})).await;
    age(&desk).await;
    alone(&desk, &account).await;
    refresh(&desk).await.expect("is done");
    person.get("/api/v1/me").await.expect_problem(401, "sign_in_first");
    let n: i64 = sqlx::query_scalar(
        "select count(*) from audit_events where action = 'session.ended' and detail->>'reason' like '%vouches%'",
    )
    .fetch_one(desk.db())
    .await
    .expect("counts");
    assert_eq!(n, 1);
}

#[tokio::test]
async fn several_who_ask_at_once_use_no_refresh_token_twice() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-developers"]).await;
    let person = desk.sign_in(&account).await;
    alone(&desk, &account).await;
    for _ in 0..3 {
        age(&desk).await;
        let all = futures::future::join_all((0..4).map(|_| refresh(&desk))).await;
        assert!(all.into_iter().all(|done| done.is_ok()));
        person.get("/api/v1/me").await.expect(200);
    }
}

#[tokio::test]
async fn a_token_stops_when_nobody_has_vouched_for_its_person_for_thirty_days() {
    let desk = Desk::quiet().await;
    let reader = desk.reader_of(Role::Developer).await;
    desk.forged().vouched_days_ago(29).await;
    reader.get("/api/v1/me").await.expect(200);
    desk.forged().vouched_days_ago(31).await;
    reader.get("/api/v1/me").await.expect_problem(401, "token_invalid");
}

#[tokio::test]
async fn who_loses_a_group_loses_sight_at_once_and_what_they_decided_stays() {
    let desk = Desk::quiet().await;
    let account = Account::new(&["payments-owners"]).await;
    let owner = desk.sign_in(&account).await;
    let body = ask(&desk.new_name("payments"), "production", "S");
    let decided = desk.as_(Role::Developer).await.post("/api/v1/requests", &body).await.expect(201).json();
    let (decided, waiting) = (decided["number"].as_i64().expect("is a number"), desk.asked().await);
    let approve = async |person: &Actor, number: i64| {
        person.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await
    };
    approve(&owner, decided).await.expect(200);
    let mut events = owner.listen(&format!("/api/v1/requests/{waiting}/events")).await;
    events.next().await;
    account.set(json!({"groups": []})).await;
    age(&desk).await;
    desk.forged().only_refreshable_is(&account.role).await;
    refresh(&desk).await.expect("is done");
    events.ends().await;
    owner.get(&format!("/api/v1/requests/{waiting}")).await.expect_problem(404, "not_found");
    owner.get(&format!("/requests/{waiting}")).await.expect(404);
    approve(&owner, waiting).await.expect_problem(404, "not_found");
    // They were in the team when they said yes.
    assert_eq!(desk.request(decided).await["waits_for"], "Platform");
    assert_eq!(approve(&desk.as_(Role::Platform).await, decided).await.expect(200).json()["state"], "approved");
    // What waits for the team waits for those who are left.
    assert_eq!(approve(&desk.as_(Role::Owner).await, waiting).await.expect(200).json()["state"], "approved");
}
