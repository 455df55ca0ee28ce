//! Being asked for again.

use crate::realm::{Realm, is_out, role};
use http::Method;
use serde_json::json;
use tests::eventually;

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn who_loses_the_last_group_loses_the_role() {
    let realm = Realm::new(&[("owner", &["payments-owners", "payments-developers"])]).await;
    let owner = realm.sign_in("owner").await;
    for (group, left) in [("payments-owners", Some("developer")), ("payments-developers", None)] {
        realm.take_out("owner", group).await;
        realm.ask_again().await.expect("is done");
        assert_eq!(role(&owner).await.as_deref(), left);
    }
    // Each refresh token was good once; Keycloak is told to see to that.
    realm.ask_again().await.expect("is done");
    owner.get("/api/v1/me").await.expect(200);
    assert_eq!(role(&realm.sign_in("owner").await).await, None, "a new sign-in says the same");
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn who_is_gone_there_is_out_here_and_holds_up_nobody() {
    let realm = Realm::new(&[("gone", &["payments-developers"]), ("owner", &["payments-owners"])]).await;
    let (gone, owner) = (realm.sign_in("gone").await, realm.sign_in("owner").await);
    let id = realm.id_of("gone").await;
    realm.ask(Method::DELETE, &format!("/users/{id}"), &json!({})).await;
    realm.take_out("owner", "payments-owners").await;
    realm.ask_again().await.expect("is done");
    is_out(&gone).await;
    assert_eq!(role(&owner).await, None);
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn a_secret_that_was_changed_there_ends_no_session() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let owner = realm.sign_in("owner").await;
    let client = realm.client_id().await;
    let secret = realm.get(&format!("/clients/{client}/client-secret")).await["value"].clone();
    realm.ask(Method::POST, &format!("/clients/{client}/client-secret"), &json!({})).await;
    assert!(realm.ask_again().await.is_err(), "the job tells of it");
    assert_eq!(role(&owner).await.as_deref(), Some("owner"));
    let mut right = realm.get(&format!("/clients/{client}")).await;
    right["secret"] = secret;
    realm.ask(Method::PUT, &format!("/clients/{client}"), &right).await;
    realm.take_out("owner", "payments-owners").await;
    realm.ask_again().await.expect("is done");
    assert_eq!(role(&owner).await, None);
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn new_keys_are_taken_up() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let before = realm.sign_in("owner").await;
    let id = realm.get("").await["id"].clone();
    let key = json!({
        "name": "new", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider", "parentId": id,
        "config": {"priority": ["1000"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]},
    });
    realm.ask(Method::POST, "/components", &key).await;
    // What is unknown is read again, at most every ten seconds.
    eventually("a token with the new key is taken", async || {
        realm.desk.forged().groups_age().await;
        realm.desk.ask_again().await.ok()
    })
    .await;
    // Until then nothing could be said of the session, so it went on.
    assert_eq!(role(&before).await.as_deref(), Some("owner"));
    let after = eventually("somebody signs in with the new key", async || {
        stack::sign_in::Session::open(realm.desk.url(), &realm.account("owner")).await.ok()
    })
    .await;
    realm.desk.nobody().with_cookie(after.cookie()).get("/api/v1/me").await.expect(200);
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn a_keycloak_that_is_away_keeps_everybody_who_is_in() {
    let mut realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let owner = realm.sign_in("owner").await;
    realm.wire.cut().await;
    assert!(realm.ask_again().await.is_err());
    assert_eq!(role(&owner).await.as_deref(), Some("owner"));
    realm.wire.restore().await;
    realm.take_out("owner", "payments-owners").await;
    realm.ask_again().await.expect("is done");
    assert_eq!(role(&owner).await, None);
}
