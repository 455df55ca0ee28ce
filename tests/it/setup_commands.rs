//! `berth export` and `berth apply`, as somebody runs them who keeps the setup in Git.

use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;
use tests::{CLUSTER, Desk, Role, stack};

/// Name and content of every file below.
fn files(dir: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in dir.read_dir().expect("is a directory") {
        let path = entry.expect("can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = std::fs::read_to_string(&path).expect("is text");
            found.insert(path.display().to_string(), text);
        }
    }
    found
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("is there");
    assert!(text.contains(from), "{text}");
    std::fs::write(file, text.replace(from, to)).expect("is written");
}

fn path(dir: &Path) -> &str {
    dir.to_str().expect("is text")
}

#[tokio::test]
async fn a_setup_goes_out_is_changed_and_comes_back() {
    let desk = Desk::quiet().await;
    let scratch = tempfile::tempdir().expect("makes a directory");
    let (dir, after) = (scratch.path().join("setup"), scratch.path().join("after"));
    let said = desk.run(&["export", "-o", path(&dir)]).await.expect(0);
    let exported = files(&dir);
    assert_eq!(said.lines().count(), exported.len(), "{said}");

    assert_eq!(desk.run(&["apply", "-f", path(&dir), "--plan", "--prune"]).await.expect(0), "no changes\n");
    edit(&dir.join("teams/payments.yaml"), "title: Payments", "title: Payments and cards");
    edit(&dir.join(format!("clusters/{CLUSTER}.yaml")), "overcommit_percent: 100", "overcommit_percent: 150");
    let plan = desk.run(&["apply", "-f", path(&dir), "--plan"]).await.expect(2);
    assert!(plan.contains("~ team payments: title: Payments → Payments and cards\n"), "{plan}");
    assert!(plan.contains(&format!("~ cluster {CLUSTER}: overcommit_percent: 100 → 150\n")), "{plan}");
    assert!(plan.contains("wait for capacity are granted"), "{plan}");
    assert_eq!(files(&export(&desk, &after).await), relocated(&exported, &dir, &after), "a plan changes nothing");

    assert_eq!(desk.run(&["apply", "-f", path(&dir)]).await.expect(0), plan);
    assert_eq!(desk.run(&["apply", "-f", path(&dir), "--plan"]).await.expect(0), "no changes\n");
    assert_eq!(files(&export(&desk, &after).await), relocated(&files(&dir), &dir, &after));
}

async fn export(desk: &Desk, dir: &Path) -> std::path::PathBuf {
    desk.run(&["export", "-o", path(dir)]).await.expect(0);
    dir.to_owned()
}

/// The same files as if they were in another directory.
fn relocated(files: &BTreeMap<String, String>, from: &Path, to: &Path) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| (name.replace(path(from), path(to)), text.clone())).collect()
}

#[tokio::test]
async fn what_a_file_no_longer_names_goes_only_when_it_is_pruned() {
    let desk = Desk::quiet().await;
    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = export(&desk, &scratch.path().join("setup")).await;
    std::fs::remove_file(dir.join("teams/orders.yaml")).expect("was there");
    assert_eq!(desk.run(&["apply", "-f", path(&dir), "--plan"]).await.expect(0), "no changes\n");
    let plan = desk.run(&["apply", "-f", path(&dir), "--plan", "--prune"]).await.expect(2);
    assert_eq!(plan, "- team orders: archived: asks for nothing more\n");
    assert_eq!(desk.run(&["apply", "-f", path(&dir), "--prune"]).await.expect(0), plan);
    let team = desk.as_(Role::Platform).await.get("/api/v1/teams/orders").await.expect(200).json();
    assert!(team["archived_at"].is_string(), "{team}");
}

#[tokio::test]
async fn every_mistake_is_named_with_its_file_line_and_field_and_nothing_is_changed() {
    let desk = Desk::quiet().await;
    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = export(&desk, &scratch.path().join("setup")).await;
    let before = desk.as_(Role::Platform).await.get("/api/v1/setup").await.expect(200).json();
    edit(&dir.join("teams/payments.yaml"), "title: Payments", "title: Changed");
    edit(&dir.join(format!("clusters/{CLUSTER}.yaml")), "overcommit_percent: 100", "overcommit_percent: 5000");
    std::fs::write(
        dir.join("more.yaml"),
        "teams:\n- slug: search\n  title: Search\n  owner: me\n- slug: Ships\n  title: S\n",
    )
    .expect("is written");
    for args in [vec!["apply", "-f", path(&dir)], vec!["apply", "-f", path(&dir), "--plan"]] {
        let said = desk.run(&args).await.expect(1);
        for expected in [
            format!("clusters/{CLUSTER}.yaml:3: clusters.{CLUSTER}.overcommit_percent: must be between"),
            "more.yaml:4: teams[0].owner: owner is not known here".to_owned(),
            "more.yaml:5: teams[1].slug: ".to_owned(),
        ] {
            assert!(said.lines().any(|line| line.contains(&expected)), "{expected}\n{said}");
        }
    }
    assert_eq!(desk.as_(Role::Platform).await.get("/api/v1/setup").await.expect(200).json(), before);
}

#[tokio::test]
async fn an_export_names_no_secret_no_retired_class_and_no_removed_cluster() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let reason = json!({"reason": "Nobody needs it"});
    platform.post("/api/v1/classes/sandbox/retire", &reason).await.expect(200);
    let scratch = tempfile::tempdir().expect("makes a directory");
    let dir = export(&desk, &scratch.path().join("setup")).await;
    assert!(dir.join("classes/standard.yaml").exists() && !dir.join("classes/sandbox.yaml").exists());
    let kubeconfig = std::fs::read_to_string(&stack().kubeconfig).expect("can be read");
    let secrets = kubeconfig.lines().filter_map(|line| line.trim().split_once("-data: ")).map(|(_, secret)| secret);
    for secret in secrets.chain(["token", "eyJhbGciOi", "BEGIN"]) {
        for (name, text) in files(&dir) {
            assert!(!text.contains(secret), "{name}");
        }
    }

    // A file of before the class was retired.
    let all = scratch.path().join("all.yaml");
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/setup.yaml"), &all).expect("is copied");
    edit(&all, "environment: sandbox", "environment: development");
    let plan = desk.run(&["apply", "-f", path(&all), "--plan"]).await.expect(0);
    assert!(plan.contains("! class sandbox is retired and stays as it is"), "{plan}");
    desk.run(&["apply", "-f", path(&all)]).await.expect(0);
    let class = platform.get("/api/v1/classes/sandbox").await.expect(200).json();
    assert!(class["retired"].is_object() && class["versions"].as_array().map(Vec::len) == Some(1), "{class}");

    let remove = format!("/api/v1/clusters/{CLUSTER}/remove");
    platform.post(&remove, &json!({"confirm": CLUSTER})).await.expect(204);
    let left = export(&desk, &scratch.path().join("left")).await;
    assert!(!left.join("clusters").exists());
    let plan = desk.run(&["apply", "-f", path(&dir), "--plan"]).await.expect(0);
    assert!(plan.contains(&format!("berth cluster add {CLUSTER}")), "{plan}");
}
