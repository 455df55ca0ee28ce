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
