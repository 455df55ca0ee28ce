//! What the gallery shows besides words: pictures, and what is new.

use crate::catalog::{approve, entry, path, take_in};
use http::Method;
use serde_json::{Value, json};
use tests::{Actor, Answer, Desk, Role, chart};

const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0" fill="#fff"/></svg>"##;

async fn set_icon(actor: &Actor, entry: &str, bytes: &[u8]) -> Answer {
    let request = actor.request(Method::PUT, &path(entry, "/icon"));
    actor.send(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
}

fn icon_at(entry: &str, view: &Value) -> String {
    format!("/catalog/{entry}/icon?digest={}", view["icon"].as_str().expect("has one"))
}

#[tokio::test]
async fn a_picture_is_served_as_what_it_is_and_does_nothing() {
    let desk = Desk::open().await;
    let (platform, developer) = (desk.as_(Role::Platform).await, desk.as_(Role::Developer).await);
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[("icon.svg", ICON)])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    let answer = developer.get(&icon_at(&entry, &seen)).await.expect(200);
    for (header, value) in [
        ("content-type", "image/svg+xml"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ("cache-control", "private, max-age=31536000, immutable"),
    ] {
        assert_eq!(answer.header(header), value, "{header}");
    }
    assert_eq!(answer.text(), ICON);
    let html = developer.get(&format!("/catalog?q={entry}")).await.expect(200).text();
    assert!(html.contains(&icon_at(&entry, &seen)), "the card has it");

    // The platform team's own comes before the chart's, until it is taken away.
    let other = ICON.replace("#fff", "#000");
    set_icon(&platform, &entry, other.as_bytes()).await.expect(200);
    let own = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(developer.get(&icon_at(&entry, &own)).await.expect(200).text(), other);
    platform.delete(&path(&entry, "/icon")).await.expect(200);
    let again = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(again["icon"], seen["icon"]);
    developer.get(&icon_at(&entry, &own)).await.expect(404);
}

#[tokio::test]
async fn a_picture_is_for_those_who_see_the_entry() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({"teams": ["payments"]})).await;
    set_icon(&platform, &entry, ICON.as_bytes()).await.expect(200);
    let view = platform.get(&path(&entry, "")).await.expect(200).json();
    let at = icon_at(&entry, &view);
    desk.as_(Role::Developer).await.get(&at).await.expect(404);
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    for (role, status) in [(Role::Developer, 200), (Role::Stranger, 404), (Role::Platform, 200), (Role::Auditor, 200)] {
        desk.as_(role).await.get(&at).await.expect(status);
    }
    for digest in ["", "x", &"0".repeat(64)] {
        platform.get(&format!("/catalog/{entry}/icon?digest={digest}")).await.expect(404);
    }
}

#[tokio::test]
async fn pictures_that_could_do_something_are_refused_and_those_of_charts_are_left_out() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let svg = |inside: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inside}</svg>");
    let hostile = [
        svg("\x3cscript>alert(1)</script>"),
        svg("<path d=\"M0 0\" onload=\"alert(1)\"/>"),
        svg("<foreignObject/>"),
        svg("<image href=\"https://elsewhere.example.com/pixel.png\"/>"),
        svg("<style>@import '//elsewhere.example.com/a.css';</style>"),
        format!("<!DOCTYPE svg [<!ENTITY a \"b\">]>{}", svg("&a;")),
        "<!doctype html>\x3cscript>alert(1)</script>".to_owned(),
        String::new(),
    ];
    for picture in &hostile {
        let problem = set_icon(&platform, &entry, picture.as_bytes()).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], "icon", "{picture}");
    }
    set_icon(&platform, &entry, &vec![b' '; 50 * 1024]).await.expect_problem(422, "invalid");
    let ended = take_in(&platform, &entry, chart("web", "1.0.0", &[("icon.svg", &hostile[0])])).await;
    assert_eq!(ended["state"], "taken_in", "{ended}");
    assert!(ended["steps"].to_string().contains("not shown"), "{ended}");
    let view = platform.get(&path(&entry, "")).await.expect(200).json();
    assert!(view["icon"].is_null(), "{view}");
}

#[tokio::test]
async fn what_is_new_is_told_version_by_version() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let about = |version: &str, changes: &str| {
        format!(
            "apiVersion: v2\nname: web\nversion: {version}\nappVersion: \"1.0\"\nannotations:\n  artifacthub.io/changes: |\n    {changes}\n"
        )
    };
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let second = about("1.1.0", "- kind: fixed\n      description: A leak\n    - A port");
    take_in(&platform, &entry, chart("web", "1.1.0", &[("Chart.yaml", &second)])).await;
    let changelog = "# Changes\n## 1.3.0\nnot yet\n## 1.2.0\nmore \x3cscript>alert(1)</script> of it\n## 1.1.0\nother words\n## 1.0.0\nfirst\n";
    take_in(&platform, &entry, chart("web", "1.2.0", &[("CHANGELOG.md", changelog)])).await;

    let review = path(&entry, "/versions/1.2.0");
    let told = platform.get(&review).await.expect(200).json()["news"].clone();
    assert_eq!(
        told,
        json!([
            {"version": "1.2.0", "changes": [], "text": "more \x3cscript>alert(1)</script> of it"},
            {"version": "1.1.0", "text": null, "changes": [
                {"kind": "fixed", "description": "A leak"}, {"kind": null, "description": "A port"},
            ]},
        ])
    );
    approve(&platform, &entry, "1.2.0").await.expect(200);
    let html = desk.as_(Role::Developer).await.get(&format!("/catalog/{entry}")).await.expect(200).text();
    assert!(html.contains("data-news=\"1.2.0\"") && !html.contains("data-news=\"1.3.0\""), "{html}");
    assert!(!html.contains("\x3cscript>alert"), "what it says is text");
}

#[tokio::test]
async fn a_version_has_one_spelling() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let ended = take_in(&platform, &entry, chart("web", "v1.0.0", &[])).await;
    assert_eq!(ended["state"], "refused", "{ended}");
    assert!(ended["error"].as_str().is_some_and(|why| why.contains("1.0.0 is there")), "{ended}");
    assert_eq!(take_in(&platform, &entry, chart("web", "v1.0.1", &[])).await["state"], "taken_in");
}
