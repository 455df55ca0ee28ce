//! What must stay secret: nowhere in the database as it is, and in no answer.

use crate::calls::call;
use crate::sweep;
use secrecy::ExposeSecret;
use serde_json::json;
use server::cluster::Credentials;
use sqlx::{Connection, PgConnection};
use stack::sign_in::Session;
use std::fmt::Write;
use tests::{Desk, PrivatePostgres, Provider, Role, kept, metrics_url};
use uuid::Uuid;

#[tokio::test]
async fn no_secret_is_kept_or_shown_as_it_is() {
    let desk = Desk::quiet().await;
    desk.approved().await;
    let secrets = secrets(&desk).await;
    let kept = dump(&desk).await;
    assert!(kept.len() > 10_000 && kept.contains("REQ-1"), "everything is there");
    for (what, secret) in &secrets {
        let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        assert!(!kept.contains(secret) && !kept.contains(&hex), "{what} is in the database");
    }
    // An ID token begins like this, and so does a service account's token.
    assert!(!kept.contains("eyJhbGciOi") && !kept.contains("65794a68624763694f69"));

    let routes = sweep::operations(&desk).await.into_iter().chain(sweep::pages());
    for (method, path) in routes.filter(|(method, path)| method == "GET" && !path.ends_with("/events")) {
        let answer = call(&desk, Some(Role::Platform), &method, &path).await;
        let headers = format!("{:?}", answer.headers);
        for (what, secret) in &secrets {
            assert!(!answer.text().contains(secret) && !headers.contains(secret), "{what} is in the answer of {path}");
        }
    }
}

#[tokio::test]
async fn what_a_provider_and_a_database_of_a_test_wrote_is_kept_to_be_searched() {
    let planted = format!("planted-{}", Uuid::now_v7().simple());
    let provider = Provider::start().await;
    reqwest::get(format!("{}/{planted}", provider.issuer())).await.expect("answers");
    drop(provider);
    assert!(kept("providers.log").contains(&planted));

    let postgres = PrivatePostgres::start().await;
    let mut db = PgConnection::connect(postgres.url().as_str()).await.expect("answers");
    let mistake = sqlx::AssertSqlSafe(format!("select \"{planted}\""));
    sqlx::query(mistake).execute(&mut db).await.expect_err("there is no such column");
    drop(postgres);
    assert!(kept("databases.log").contains(&planted));
}

#[tokio::test]
async fn numbers_hold_nothing_of_what_was_secret_on_the_way() {
    let desk = Desk::quiet().await;
    desk.approved().await;
    let secrets = secrets(&desk).await;
    for (_, secret) in &secrets {
        desk.nobody().with_token(secret).get("/api/v1/me").await; // one of them is a token
        let unknown = reqwest::get(format!("{}/{secret}?token={secret}", desk.url())).await.expect("answers");
        assert_eq!(unknown.status(), 404);
    }
    desk.nobody().with_token("berth_unknown").get("/api/v1/me").await.expect(401);
    let numbers = reqwest::get(metrics_url().await).await.expect("answers").text().await.expect("is text");
    assert!(numbers.contains(r#"route="none",status="404""#) && numbers.contains(r#"status="401""#), "{numbers}");
    for (what, secret) in &secrets {
        assert!(!numbers.contains(secret), "{what} is in the numbers");
    }
    assert!(!numbers.contains("eyJhbGciOi"));
}

/// What it is, and the secret.
async fn secrets(desk: &Desk) -> Vec<(&'static str, String)> {
    let session = Session::open(desk.url(), Role::Platform.account()).await.expect("signs in");
    let (_, cookie) = session.cookie().split_once('=').expect("is a cookie");
    let body = json!({"name": "secret", "scope": "read", "days": 1});
    let made = desk.as_(Role::Platform).await.post("/api/v1/me/tokens", &body).await.expect(201).json();
    let token = made["token"].as_str().expect("is shown");
    let client_secret = std::fs::read_to_string(&tests::stack().client_secret_file).expect("can be read");
    let mut secrets = vec![
        ("a session's cookie", cookie.to_owned()),
        ("an access token", token.to_owned()),
        ("an access token without its mark", token.trim_start_matches("berth_").to_owned()),
        ("the client's secret", client_secret.trim().to_owned()),
    ];
    let sealed: Vec<Vec<u8>> = sqlx::query_scalar("select unnest(array[observer, provisioner]) from clusters")
        .fetch_all(desk.db())
        .await
        .expect("there is a cluster");
    for sealed in sealed {
        let plain = desk.berth().seal.open("cluster credentials", &sealed).expect("is sealed");
        let credentials: Credentials = serde_json::from_slice(&plain).expect("are credentials");
        secrets.push(("a cluster's token", credentials.token.expose_secret().to_owned()));
    }
    secrets
}

/// Every row of every table, as text.
async fn dump(desk: &Desk) -> String {
    let tables: Vec<String> = sqlx::query_scalar("select tablename from pg_tables where schemaname = 'public'")
        .fetch_all(desk.db())
        .await
        .expect("lists");
    let mut dump = String::new();
    for table in tables {
        let select = sqlx::AssertSqlSafe(format!("select to_jsonb(t)::text from {table} t"));
        let rows: Vec<String> = sqlx::query_scalar(select).fetch_all(desk.db()).await.expect("reads");
        dump.extend(rows);
    }
    dump
}
