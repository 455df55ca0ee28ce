//! `berth catalog export` and `berth catalog import`, as somebody runs them who keeps the catalog in Git.

use crate::catalog::{approve, entry, path, take_in};
use serde_json::json;
use std::path::Path;
use tests::{Desk, Role, chart};

const ICON: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>"#;

fn text(dir: &Path) -> &str {
    dir.to_str().expect("is text")
}

#[tokio::test]
async fn a_catalog_goes_out_is_changed_and_comes_back() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let form = json!({"imposed": [{"path": "/replicas", "value": 2, "note": "Two."}]});
    let first = entry(&desk, &platform, json!({"documentation": "# It\n\n- a: b\n", "form": form})).await;
    let second = entry(&desk, &platform, json!({"teams": ["payments"], "risk": "elevated"})).await;
    take_in(&platform, &first, chart("web", "1.0.0", &[])).await;
    approve(&platform, &first, "1.0.0").await.expect(200);
    platform.send(platform.request(http::Method::PUT, &path(&first, "/icon")).body(ICON)).await.expect(200);
    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = scratch.path().join("catalog");

    let said = desk.run(&["catalog", "export", text(&dir), "--charts"]).await.expect(0);
    for file in ["entry.yaml", "icon.svg", "chart.tgz"] {
        assert!(dir.join(&first).join(file).is_file(), "{said}");
    }
    assert!(dir.join(&second).join("entry.yaml").is_file() && !dir.join(&second).join("chart.tgz").exists(), "{said}");
    desk.run(&["catalog", "check", text(&dir)]).await.expect(0);
    let said = desk.run(&["catalog", "import", text(&dir)]).await.expect(0);
    for name in [&first, &second] {
        assert!(said.contains(&format!("{name}: as it was\n")), "{said}");
    }
    assert!(said.contains(&format!("{first} 1.0.0: was there already\n")), "{said}");
    assert!(!said.contains("another icon") && !said.contains("changed"), "{said}");

    // What differs in a file changes in its entry, and in no other.
    let file = dir.join(&second).join("entry.yaml");
    let was = std::fs::read_to_string(&file).expect("is there");
    std::fs::write(&file, was.replace("risk: elevated", "risk: high")).expect("is written");
    std::fs::remove_dir_all(dir.join(&first)).expect("is removed");
    let said = desk.run(&["catalog", "import", text(&dir)]).await.expect(0);
    assert!(said.contains(&format!("{second}: changed\n")), "{said}");
    assert!(said.contains(&format!("{first}: no file is of it; it stays as it is\n")), "{said}");
    let view = platform.get(&path(&first, "")).await.expect(200).json();
    assert_eq!((&view["version"], view["has_own_icon"].as_bool()), (&json!(1), Some(true)), "it stays");
}

#[tokio::test]
async fn sources_go_out_and_come_back_without_what_they_are_asked_with() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let at = |source: &str| format!("/api/v1/sources/{source}");
    let spec = json!({"kind": "index", "address": "https://charts.example.com/it/"});
    let (signed_in, anonymous) = (desk.new_name("source"), desk.new_name("source"));
    let credentials = json!({"auth": "basic", "user": "robot", "password": "tide-and-time"});
    platform.put(&at(&signed_in), &json!({"spec": spec, "credentials": credentials})).await.expect(200);
    platform.put(&at(&anonymous), &json!({"spec": spec})).await.expect(200);
    let origin = json!({"source": signed_in, "chart": "web"});
    let of_source = entry(&desk, &platform, json!({"origin": origin})).await;

    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = scratch.path().join("catalog");
    desk.run(&["catalog", "export", text(&dir)]).await.expect(0);
    let file = dir.join("sources.yaml");
    let written = std::fs::read_to_string(&file).expect("is there");
    assert!(!written.contains("tide-and-time") && !written.contains("robot"), "{written}");
    let said = desk.run(&["catalog", "check", text(&dir)]).await.expect(0);
    assert!(said.contains(&format!("source {signed_in}: in order\n")), "{said}");
    let said = desk.run(&["catalog", "import", text(&dir)]).await.expect(0);
    for name in [&signed_in, &anonymous] {
        assert!(said.contains(&format!("source {name}: as it was\n")), "{said}");
    }

    // A new one is there before the entry that wants it, a changed path keeps the credentials, another host does not.
    let new = desk.new_name("source");
    let more = format!("{new}: {{kind: index, address: 'https://charts.example.com/more/'}}\n");
    std::fs::write(&file, format!("{}{more}", written.replace("/it/", "/other/"))).expect("is written");
    let own = dir.join(&of_source).join("entry.yaml");
    let was = std::fs::read_to_string(&own).expect("is there");
    std::fs::write(&own, was.replace(&signed_in, &new)).expect("is written");
    let said = desk.run(&["catalog", "import", text(&dir)]).await.expect(0);
    assert!(said.contains(&format!("source {new}: added\n")), "{said}");
    assert!(said.contains(&format!("source {signed_in}: changed\n")), "{said}");
    let now = platform.get(&at(&signed_in)).await.expect(200).json();
    assert_eq!((&now["auth"], &now["spec"]["address"]), (&json!("basic"), &json!("https://charts.example.com/other/")));
    std::fs::write(&file, written.replace("charts.example.com", "elsewhere.example.com")).expect("is written");
    let said = desk.run(&["catalog", "import", text(&dir)]).await;
    assert!(said.expect(1).contains(&signed_in), "the credentials would go elsewhere");

    std::fs::write(&file, "a: {kind: index}\n").expect("is written");
    assert!(desk.run(&["catalog", "check", text(&dir)]).await.expect(1).contains("sources.yaml"));
}

#[tokio::test]
async fn an_import_says_what_became_of_a_version() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let name = entry(&desk, &platform, json!({"automatic": "patches"})).await;
    take_in(&platform, &name, chart("web", "1.0.0", &[])).await;
    approve(&platform, &name, "1.0.0").await.expect(200);
    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = scratch.path().join("catalog");
    desk.run(&["catalog", "export", text(&dir)]).await.expect(0);
    let (own, file) = (dir.join(&name), dir.join(&name).join("entry.yaml"));
    let said = std::fs::read_to_string(&file).expect("is there");
    std::fs::write(&file, format!("{said}chart: ./next.tgz\n")).expect("is written");
    for (version, became) in
        [("1.0.1", "taken in, and approved by the entry's rule"), ("1.1.0", "taken in as a candidate")]
    {
        std::fs::write(own.join("next.tgz"), chart("web", version, &[])).expect("is written");
        let said = desk.run(&["catalog", "import", text(&own)]).await.expect(0);
        assert!(said.contains(&format!("{name} {version}: {became}\n")), "{said}");
    }
    std::fs::write(own.join("icon.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\">\x3cscript/></svg>")
        .expect("is written");
    let said = desk.run(&["catalog", "check", text(&dir)]).await;
    assert!(said.expect(1).contains("icon.svg"), "a picture that could do something is no icon");
}
