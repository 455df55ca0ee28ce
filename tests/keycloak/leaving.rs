//! Going out, from either side.

use crate::realm::{Realm, is_out};
use http::Method;
use reqwest::header::LOCATION;
use serde_json::{Value, json};
use tests::eventually;
use url::Url;

/// How many sessions Keycloak has of somebody, and how many that go on without a browser.
async fn n_sessions(realm: &Realm, name: &str) -> (usize, usize) {
    let (user, client) = (realm.id_of(name).await, realm.client_id().await);
    let n = |all: Value| all.as_array().map_or(0, Vec::len);
    let online = realm.get(&format!("/users/{user}/sessions")).await;
    let offline = realm.get(&format!("/users/{user}/offline-sessions/{client}")).await;
    (n(online), n(offline))
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn signing_out_here_ends_the_session_there() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let (owner, mut browser) = realm.desk.sign_in_with_browser(&realm.account("owner")).await;
    assert_eq!(n_sessions(&realm, "owner").await, (1, 0));
    let onward = owner.post_form("/auth/logout", &[]).await.expect(303);
    let onward: Url = onward.header("location").parse().expect("is an address");
    let answer = browser.request(Method::GET, &onward, None).await.expect("answers");
    let end = answer.headers().get(LOCATION).map(|to| to.to_str().expect("is text").to_owned());
    assert_eq!(end, Some(format!("{}/signed-out", realm.desk.url())), "{}", answer.status());
    is_out(&owner).await;
    eventually("Keycloak has none", async || (n_sessions(&realm, "owner").await == (0, 0)).then_some(())).await;
}

/// Asked for with `offline_access`, they outlive the browser's.
#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn nothing_is_left_of_an_offline_session() {
    let realm = Realm::configured(&[("owner", &["payments-owners"])], |config| {
        config.oidc.scopes.push("offline_access".to_owned());
    })
    .await;
    let owner = realm.sign_in("owner").await;
    assert_eq!(n_sessions(&realm, "owner").await.1, 1);
    owner.post_form("/auth/logout", &[]).await.expect(303);
    eventually("Keycloak has none", async || (n_sessions(&realm, "owner").await.1 == 0).then_some(())).await;
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn a_browser_that_signs_in_twice_is_not_signed_out_by_its_first_session() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let (first, mut browser) = realm.desk.sign_in_with_browser(&realm.account("owner")).await;
    let login: Url = format!("{}/auth/login", realm.desk.url()).parse().expect("is an address");
    let account = realm.account("owner");
    let callback =
        browser.sign_in(login.clone(), &account, |at| at.path() == "/auth/callback").await.expect("signs in");
    browser.request(Method::GET, &callback, None).await.expect("answers");
    is_out(&first).await;
    let cookie = browser.cookie(&login, "__Host-berth").expect("has a session");
    let second = realm.desk.nobody().with_cookie(&format!("__Host-berth={cookie}"));
    realm.ask_again().await.expect("is done");
    second.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn signing_out_there_ends_the_session_here() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let owner = realm.sign_in("owner").await;
    let user = realm.id_of("owner").await;
    realm.ask(Method::POST, &format!("/users/{user}/logout"), &json!({})).await;
    is_out(&owner).await;
}
