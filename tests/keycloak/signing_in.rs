//! Coming in.

use crate::realm::{Realm, role};
use http::Method;
use reqwest::header::LOCATION;
use serde_json::json;
use server::identity::Secret;
use stack::sign_in::Browser;
use url::Url;

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn a_person_signs_in_and_has_the_roles_of_their_groups() {
    let realm = Realm::new(&[("owner", &["payments-owners"]), ("nobody", &[])]).await;
    assert_eq!(role(&realm.sign_in("owner").await).await.as_deref(), Some("owner"));
    let nobody = realm.sign_in("nobody").await;
    assert_eq!(role(&nobody).await, None);
    assert!(nobody.get("/api/v1/me").await.json()["groups_incomplete_since"].is_null(), "to be in none is known");
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn three_hundred_groups_come_through_and_signing_out_asks() {
    let names: Vec<_> = (0..300).map(|n| format!("some-group-with-a-long-name-{n:03}")).collect();
    let groups: Vec<_> = names.iter().map(String::as_str).chain(["payments-owners"]).collect();
    let realm = Realm::new(&[("owner", groups.as_slice())]).await;
    let owner = realm.sign_in("owner").await;
    let me = owner.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["groups"].as_array().map(Vec::len), Some(301));
    let onward = owner.post_form("/auth/logout", &[]).await.expect(303);
    assert!(!onward.header("location").contains("id_token_hint"), "too long for an address");
}

/// The tabs of a browser that was started again: each begins by itself, and all are answered.
#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn several_tabs_get_in_whichever_is_answered_first() {
    let realm = Realm::new(&[("owner", &["payments-owners"])]).await;
    let account = realm.account("owner");
    let mut browser = Browser::new().expect("is a browser");
    let mut tabs = Vec::new();
    for page in ["/me", "/teams", "/requests"] {
        let mut login: Url = format!("{}/auth/login", realm.desk.url()).parse().expect("is an address");
        login.query_pairs_mut().append_pair("return_to", page);
        let answer = browser.request(Method::GET, &login, None).await.expect("answers");
        tabs.push((page, answer.headers()[LOCATION].to_str().expect("is text").parse::<Url>().expect("is an address")));
    }
    for (page, at) in tabs {
        let callback = browser.sign_in(at, &account, |at| at.path() == "/auth/callback").await.expect("signs in");
        let answer = browser.request(Method::GET, &callback, None).await.expect("answers");
        assert_eq!((answer.status().as_u16(), answer.headers()[LOCATION].to_str().expect("is text")), (303, page));
    }
}

#[tokio::test]
#[ignore = "needs a Keycloak"]
async fn a_wrong_secret_and_an_unknown_scope_are_found_out() {
    let realm = Realm::configured(&[("owner", &["payments-owners"])], |config| {
        config.oidc.scopes.push("groups".to_owned());
    })
    .await;
    let provider = &realm.desk.berth().provider;
    let checked = provider.check_all().await.expect("answers");
    assert_eq!(checked.unknown_scopes, ["groups"]);
    assert!(matches!(checked.secret, Secret::Taken) && checked.could_be_offline && checked.takes_back_tokens);
    let mut browser = Browser::new().expect("is a browser");
    let login: Url = format!("{}/auth/login", realm.desk.url()).parse().expect("is an address");
    let account = realm.account("owner");
    let callback = browser.sign_in(login, &account, |at| at.path() == "/auth/callback").await.expect("comes back");
    let page = browser.request(Method::GET, &callback, None).await.expect("answers");
    assert_eq!(page.status(), 503);

    let client = realm.client_id().await;
    realm.ask(Method::POST, &format!("/clients/{client}/client-secret"), &json!({})).await;
    let checked = provider.check_all().await.expect("answers");
    assert!(matches!(checked.secret, Secret::Refused(_)));
}
