//! The form of an entry, worked on in the browser: nothing of it is kept before it is saved.

use serde_json::{Value, json};
use tests::{Actor, Desk, Role, chart, eventually};

/// With what forms have trouble with: a schema within itself, more options than anybody reads, and a pattern that explodes.
const SCHEMA: &str = r##"{"type": "object", "properties": {
  "replicas": {"type": "integer", "minimum": 1, "maximum": 9},
  "tree": {"$ref": "#/$defs/tree"},
  "name": {"type": "string", "pattern": "^(a+)+$"},
  "auth": {"type": "object", "properties": {"password": {"type": "string"}}}},
  "$defs": {"tree": {"type": "object", "properties": {"child": {"$ref": "#/$defs/tree"}}}}}"##;
const VALUES: &str = "# How many pods run\nreplicas: 2\nauth:\n  password: hunter2\n";

fn api(entry: &str) -> String {
    format!("/api/v1/curation/{entry}")
}

fn page(entry: &str) -> String {
    format!("/admin/catalog/{entry}/form")
}

/// An entry with this form and one version that was taken in.
async fn entry(desk: &Desk, platform: &Actor, form: Value) -> String {
    entry_of(desk, platform, form, &[]).await
}

/// The same of a chart with more files.
async fn entry_of(desk: &Desk, platform: &Actor, form: Value, more: &[(&str, &str)]) -> String {
    let entry = desk.new_name("web");
    let spec = json!({"title": "Web", "summary": "A web service.", "category": "service", "owner": "Platform team", "form": form});
    platform.put(&api(&entry), &json!({"spec": spec})).await.expect(200);
    let files = [&[("values.yaml", VALUES), ("values.schema.json", SCHEMA)], more].concat();
    let archive = chart("web", "1.0.0", &files);
    let request = platform.request(http::Method::POST, &format!("{}/versions", api(&entry)));
    let begun =
        platform.send(request.header("content-type", "application/gzip").body(archive)).await.expect(202).json();
    let followed = format!("{}/ingests/{}", api(&entry), begun["id"].as_str().expect("has an id"));
    let ended = eventually("it ends", async || {
        let now = platform.get(&followed).await.expect(200).json();
        (now["state"] != "running").then_some(now)
    })
    .await;
    assert_eq!(ended["state"], "taken_in", "{ended}");
    entry
}

async fn spec(actor: &Actor, entry: &str) -> Value {
    actor.get(&api(entry)).await.expect(200).json()
}

/// What a browser would send of the text that stands in the page.
fn text(html: &str) -> String {
    let area = html.split("name=\"overlay\"").nth(1).expect("has the text");
    let text = area.split_once('>').and_then(|(_, rest)| rest.split_once("</textarea>")).expect("ends").0;
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[tokio::test]
async fn a_form_is_made_of_the_charts_values_and_kept_when_it_is_saved() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let opened = platform.get(&page(&entry)).await.expect(200).text();
    for path in ["replicas", "tree", "name", "auth.password"] {
        assert!(opened.contains(&format!("data-pick=\"{path}\"")), "{path} is not to be picked");
    }
    assert!(!opened.contains("hunter2"));

    let mut overlay = text(&opened);
    for (step, more) in [
        ("offer /replicas", ("", "")),
        ("hide-rest", ("", "")),
        ("add-group", ("new_group", "How large")),
        ("open value /replicas", ("", "")),
        ("default /replicas", ("default_value", "3")),
        ("impose /auth/password", ("imposed_value", "swordfish")),
    ] {
        let fields = [("entry_version", "1"), ("overlay", overlay.as_str()), ("do", step), more];
        let answer = platform.post_form(&page(&entry), &fields).await.expect(200).text();
        overlay = text(&answer);
    }
    assert_eq!(spec(&platform, &entry).await["spec"].get("form"), None, "nothing is saved yet");

    let described = [
        ("entry_version", "1"),
        ("overlay", overlay.as_str()),
        ("do", "save"),
        ("open", "value /replicas"),
        ("label", "Pods"),
        ("group", "how-large"),
        ("maximum", "5"),
    ];
    platform.post_form(&page(&entry), &described).await.expect(303);
    let saved = spec(&platform, &entry).await;
    let form = json!({
        "rest": "hidden",
        "groups": [{"name": "how-large", "label": "How large"}],
        "fields": [{"path": "/replicas", "group": "how-large", "label": "Pods", "rules": {"maximum": 5.0}}],
        "defaults": [{"path": "/replicas", "value": 3}],
        "imposed": [{"path": "/auth/password", "value": "swordfish", "note": ""}],
    });
    assert_eq!((&saved["spec"]["form"], &saved["version"]), (&form, &json!(2)));
    let shown = platform.get(&page(&entry)).await.expect(200).text();
    assert!(shown.contains("data-value=\"replicas\"") && shown.contains("How large"), "{shown}");
}

#[tokio::test]
async fn a_form_that_is_saved_as_it_was_changes_nothing() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let form =
        json!({"fields": [{"path": "/replicas", "required": false}], "imposed": [{"path": "/name", "value": "a"}]});
    let entry = entry(&desk, &platform, form.clone()).await;
    let overlay = text(&platform.get(&page(&entry)).await.expect(200).text());
    let fields = [("entry_version", "1"), ("overlay", overlay.as_str()), ("do", "save")];
    platform.post_form(&page(&entry), &fields).await.expect(303);
    let now = spec(&platform, &entry).await;
    assert_eq!((&now["spec"]["form"], &now["version"]), (&form, &json!(1)));
}

#[tokio::test]
async fn what_cannot_be_read_or_done_is_said_and_nothing_typed_is_lost() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let long = format!("# {}\n", "x".repeat(20_000));
    for (overlay, step, open, says) in [
        ("fields: [", "save", "", "cannot be read as YAML"),
        ("field: []", "save", "", "field is not known here"),
        ("fields: [{path: a}]", "preview", "", "is no form"),
        (long.as_str(), "preview", "", "at most"),
        ("rest: hidden", "off /replicas", "", "does not offer replicas"),
        ("rest: hidden", "explode", "", "no button of this page does that"),
        ("fields: [{path: /replicas}]", "preview", "value /replicas", "must be a number"),
    ] {
        let fields = [
            ("entry_version", "1"),
            ("overlay", overlay),
            ("do", step),
            ("open", open),
            ("minimum", "much"),
            ("label", "Typed"),
        ];
        let answer = platform.post_form(&page(&entry), &fields).await.expect(422);
        assert!(answer.text().contains(says), "{overlay}: {says}");
        assert_eq!(text(&answer.text()), overlay);
        assert!(open.is_empty() || answer.text().contains("value=\"Typed\""));
    }
    let unfit = [("entry_version", "1"), ("overlay", "fields: [{path: /not/there}]"), ("do", "preview")];
    let answer = platform.post_form(&page(&entry), &unfit).await.expect(200);
    assert!(answer.text().contains("data-note=\"mistakes\""), "{}", answer.text());
    platform.get(&format!("{}?version=9.9.9", page(&entry))).await.expect(404);
    platform.get(&format!("{}?class=none&environment=mars&q=%3Cb%3E", page(&entry))).await.expect(200);
}

#[tokio::test]
async fn what_somebody_else_has_changed_meanwhile_is_not_overwritten() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let fields = |overlay| [("entry_version", "1"), ("overlay", overlay), ("do", "save")];
    platform.post_form(&page(&entry), &fields("rest: hidden")).await.expect(303);
    let late = platform.post_form(&page(&entry), &fields("fields: [{path: /replicas}]")).await.expect(409);
    assert!(late.text().contains("data-note=\"refused\""));
    assert_eq!(text(&late.text()), "fields: [{path: /replicas}]");
    assert_eq!(spec(&platform, &entry).await["spec"]["form"], json!({"rest": "hidden"}));
}

#[tokio::test]
async fn only_those_who_set_up_work_on_a_form() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    for role in [Role::Developer, Role::Auditor] {
        let actor = desk.as_(role).await;
        let read = actor.get(&page(&entry)).await.status;
        let fields = [("entry_version", "1"), ("overlay", "rest: hidden"), ("do", "save")];
        let sent = actor.post_form(&page(&entry), &fields).await.status;
        assert_eq!((read, sent), (404, 404), "{role:?}");
    }
    assert_eq!(spec(&platform, &entry).await["version"], json!(1));
}

#[tokio::test]
async fn what_a_chart_asks_becomes_the_form() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let questions = "questions:\n- {variable: replicas, label: Pods, type: int, group: Size, min: 1}\n- {variable: auth.password, type: password}\n";
    let entry = entry_of(&desk, &platform, json!({}), &[("questions.yaml", questions)]).await;
    assert!(platform.get(&page(&entry)).await.expect(200).text().contains("value=\"questions\""));
    let fields = [("entry_version", "1"), ("overlay", "rest: shown"), ("do", "questions")];
    let taken = platform.post_form(&page(&entry), &fields).await.expect(200).text();
    let fields = [("entry_version", "1"), ("overlay", &text(&taken)), ("do", "save")];
    platform.post_form(&page(&entry), &fields).await.expect(303);
    let form = &spec(&platform, &entry).await["spec"]["form"];
    assert_eq!(
        form["fields"][0],
        json!({"path": "/replicas", "group": "Size", "label": "Pods", "rules": {"minimum": 1.0}})
    );
    assert_eq!((&form["secrets"], &form["rest"]), (&json!(["/auth/password"]), &json!("hidden")));
}
