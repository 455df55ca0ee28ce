//! Versions are judged with the values that their entry gives, and anew when it gives others.

use crate::catalog::{approve, entry, path, take_in};
use serde_json::{Value, json};
use tests::{Account, Actor, Desk, Opening, Role, chart, eventually, with};

const VALUES: &str = "host: false\nreplicas: 1\nname: web\n";
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ required \"needs a name\" .Values.name }}\"}\nspec:\n  hostNetwork: {{ .Values.host }}\n  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n  containers:\n    - name: c\n      image: 'registry.example.com/web:1.0'\n      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}\n";
const SCALED: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: scaled}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n      containers:\n        - name: c\n          image: 'registry.example.com/web:1.0'\n          resources: {requests: {cpu: 100m, memory: 1Mi}}\n          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}\n";

/// An entry with an approved version of a chart with this template.
async fn approved(desk: &Desk, platform: &Actor, template: &str) -> String {
    let entry = entry(desk, platform, json!({})).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", template)]);
    assert_eq!(take_in(platform, &entry, archive).await["state"], "taken_in");
    let answer = approve(platform, &entry, "1.0.0").await.expect(200).json();
    assert_eq!(answer["state"]["state"], "approved", "{answer}");
    entry
}

async fn second_platform(desk: &Desk) -> Actor {
    let account = Account::new(&["platform"]).await;
    desk.sign_in(&account).await
}

/// Says something else of the entry.
async fn change(platform: &Actor, entry: &str, more: Value) {
    let now = platform.get(&path(entry, "")).await.expect(200).json();
    let body = json!({"version": now["version"], "spec": with(now["spec"].clone(), more)});
    platform.put(&path(entry, ""), &body).await.expect(200);
}

async fn impose(platform: &Actor, entry: &str, at: &str, value: Value) {
    change(platform, entry, json!({"form": {"imposed": [{"path": at, "value": value, "note": ""}]}})).await;
}

/// The version, once nothing of it waits.
async fn judged(platform: &Actor, entry: &str) -> Value {
    eventually("it is judged anew", async || {
        let now = platform.get(&path(entry, "/versions/1.0.0")).await.expect(200).json();
        (now["judging"]["state"] != "waits").then_some(now)
    })
    .await
}

#[tokio::test]
async fn what_asks_for_more_with_other_values_is_approved_anew() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let developer = desk.as_(Role::Developer).await;
    let entry = approved(&desk, &platform, POD).await;
    let before = judged(&platform, &entry).await;

    impose(&platform, &entry, "/host", json!(true)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["state"]["state"], &now["approvals"]), (&json!("candidate"), &json!([])), "{now}");
    assert_eq!(now["findings"]["pod_security"], "privileged");
    assert_eq!((&now["gravity"], &now["approvals_needed"]), (&json!(["pod_security"]), &json!(2)));
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(seen["offered"], Value::Null);

    // Who looked at what it was before has not seen what it is now.
    let body = json!({"digest": before["digest"], "round": before["round"]});
    let approval = path(&entry, "/versions/1.0.0/approve");
    platform.post(&approval, &body).await.expect_problem(409, "not_possible");
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let half = judged(&platform, &entry).await;
    assert_eq!(half["approvals"].as_array().map(Vec::len), Some(1));

    // Half of an approval is none of what it is after the next change.
    impose(&platform, &entry, "/host", json!(false)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["approvals"], &now["findings"]), (&before["approvals"], &before["findings"]), "{now}");
    let events = platform.get(&format!("/api/v1/audit?subject=entry%20{entry}%201.0.0")).await.expect(200).json();
    let judged = events["items"].as_array().expect("a list").iter().filter(|event| event["action"] == "version.judged");
    assert_eq!(judged.count(), 2);
}

#[tokio::test]
async fn values_for_some_classes_and_environments_are_judged_too() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = approved(&desk, &platform, POD).await;
    let everywhere = ["sandbox", "development", "production"];
    let imposed = json!([{"path": "/host", "value": true, "note": "", "environments": everywhere}]);
    change(&platform, &entry, json!({"form": {"imposed": imposed}})).await;
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["state"]["state"], &now["approvals_needed"]), (&json!("candidate"), &json!(2)), "{now}");
    assert_eq!(now["findings"]["pod_security"], "privileged");

    // A version that comes later is judged with all of it as well.
    let archive = chart("web", "1.1.0", &[("values.yaml", VALUES), ("templates/more.yaml", POD)]);
    let ended = take_in(&platform, &entry, archive).await;
    let steps: Vec<_> = ended["steps"].as_array().expect("a list").iter().map(|step| step["name"].clone()).collect();
    assert!(steps.contains(&json!("Render it")) && steps.contains(&json!("Render it for development")), "{ended}");
    let later = platform.get(&path(&entry, "/versions/1.1.0")).await.expect(200).json();
    assert_eq!(later["findings"]["pod_security"], "privileged");

    let many: Vec<_> = (0..9)
        .map(|n| json!({"path": "/replicas", "value": n, "note": "", "classes": [format!("class-{n}")]}))
        .collect();
    let now = platform.get(&path(&entry, "")).await.expect(200).json();
    let spec = with(now["spec"].clone(), json!({"form": {"imposed": many}}));
    let body = json!({"version": now["version"], "spec": spec});
    platform.put(&path(&entry, ""), &body).await.expect_problem(422, "invalid");
    for wrong in ["", "/a".repeat(65).as_str()] {
        let imposed = json!([{"path": wrong, "value": {}, "note": ""}]);
        let body = json!({"version": now["version"], "spec": with(now["spec"].clone(), json!({"form": {"imposed": imposed}}))});
        platform.put(&path(&entry, ""), &body).await.expect_problem(422, "invalid");
    }
}

#[tokio::test]
async fn what_cannot_be_judged_is_not_offered() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let developer = desk.as_(Role::Developer).await;
    let entry = approved(&desk, &platform, POD).await;
    let offered = async || {
        let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
        seen["offered"]["version"].as_str().map(str::to_owned)
    };
    assert_eq!(offered().await.as_deref(), Some("1.0.0"));
    impose(&platform, &entry, "/name", json!("")).await;
    assert_eq!(offered().await, None, "it waits, or failed");
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["judging"]["state"], &now["state"]["state"]), (&json!("failed"), &json!("approved")), "{now}");
    assert_eq!(offered().await, None);
    impose(&platform, &entry, "/name", json!("web")).await;
    judged(&platform, &entry).await;
    assert_eq!(offered().await.as_deref(), Some("1.0.0"));
}

#[tokio::test]
async fn what_was_offered_last_is_what_others_are_compared_with_and_fewer_are_never_enough() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = approved(&desk, &platform, SCALED).await;
    let elsewhere = SCALED.replace("registry.example.com", "elsewhere.example.com");
    let next = |version: &str| chart("web", version, &[("values.yaml", VALUES), ("templates/more.yaml", &elsewhere)]);
    take_in(&platform, &entry, next("1.1.0")).await;
    let block = json!({"reason": "To be alone"});
    platform.post(&path(&entry, "/versions/1.0.0/block"), &block).await.expect(200);
    impose(&platform, &entry, "/replicas", json!(3)).await;
    let version = async |version: &str| {
        eventually("it is judged anew", async || {
            let now = platform.get(&path(&entry, &format!("/versions/{version}"))).await.expect(200).json();
            (now["judging"]["state"] == "done").then_some(now)
        })
        .await
    };
    let now = version("1.1.0").await;
    assert_eq!((&now["approvals_needed"], &now["gravity"]), (&json!(2), &json!(["new_repositories"])), "{now}");
    assert_eq!((&now["before"]["version"], &now["before"]["is_offered"]), (&json!("1.0.0"), &json!(false)));
    take_in(&platform, &entry, next("1.2.0")).await;
    assert_eq!(version("1.2.0").await["approvals_needed"], 2);
}

#[tokio::test]
async fn a_version_that_ends_and_asks_for_more_is_blocked() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = approved(&desk, &platform, POD).await;
    let sunset_on = (time::OffsetDateTime::now_utc() + time::Duration::days(30)).date().to_string();
    let ends = json!({"sunset_on": sunset_on, "reason": "Use another"});
    platform.post(&path(&entry, "/versions/1.0.0/deprecate"), &ends).await.expect(200);
    impose(&platform, &entry, "/host", json!(true)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!(now["state"]["state"], "blocked", "{now}");
    assert!(now["reason"].as_str().is_some_and(|why| why.ends_with("Use another")), "{now}");
}

#[tokio::test]
async fn what_was_approved_is_offered_again_when_the_entry_gives_its_values_again() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = approved(&desk, &platform, POD).await;
    let before = judged(&platform, &entry).await;
    let state = async || judged(&platform, &entry).await["state"]["state"].clone();
    impose(&platform, &entry, "/host", json!(true)).await;
    assert_eq!(state().await, "candidate");
    let waits = async || platform.get("/api/v1/me").await.expect(200).json()["viewer"]["n_versions"].clone();
    assert_eq!(waits().await, 1);

    // Neither does it ask for more than was approved, nor is it what was approved.
    let review = judged(&platform, &entry).await;
    assert_eq!(review["before"]["is_itself"], true, "{review}");
    impose(&platform, &entry, "/host", json!(false)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["state"]["state"], &now["reason"]), (&json!("approved"), &Value::Null), "{now}");
    assert_eq!(now["findings"], before["findings"]);
    assert_eq!(waits().await, 0);

    // What a person has opened again is not approved by taking values back.
    impose(&platform, &entry, "/host", json!(true)).await;
    assert_eq!(state().await, "candidate");
    let why = json!({"reason": "Not this one"});
    platform.post(&path(&entry, "/versions/1.0.0/block"), &why).await.expect(200);
    platform.post(&path(&entry, "/versions/1.0.0/reopen"), &why).await.expect(200);
    impose(&platform, &entry, "/host", json!(false)).await;
    assert_eq!(state().await, "candidate");
}

const COMMAND: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}\n  containers:\n    - name: c\n      image: 'registry.example.com/web:1.0'\n      command: ['{{ .Values.name }}']\n      securityContext: {privileged: {{ .Values.host }}, allowPrivilegeEscalation: true, capabilities: {add: [SYS_PTRACE]}}\n";

/// Of the same level, and worse.
#[tokio::test]
async fn what_a_level_lets_in_is_looked_at_one_by_one() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let second = second_platform(&desk).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", COMMAND)]);
    take_in(&platform, &entry, archive).await;
    for actor in [&platform, &second] {
        approve(actor, &entry, "1.0.0").await.expect(200);
    }
    assert_eq!(judged(&platform, &entry).await["state"]["state"], "approved");
    impose(&platform, &entry, "/host", json!(true)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!(
        (&now["state"]["state"], &now["findings"]["pod_security"]),
        (&json!("candidate"), &json!("privileged")),
        "{now}"
    );
}

#[tokio::test]
async fn what_a_risky_entry_renders_to_is_seen_by_two_whatever_changes() {
    let desk = Desk::open().await;
    let (platform, second) = (desk.as_(Role::Platform).await, second_platform(&desk).await);
    let entry = entry(&desk, &platform, json!({"risk": "high"})).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", SCALED)]);
    take_in(&platform, &entry, archive).await;
    for actor in [&platform, &second] {
        approve(actor, &entry, "1.0.0").await.expect(200);
    }
    impose(&platform, &entry, "/replicas", json!(2)).await;
    assert_eq!(judged(&platform, &entry).await["state"]["state"], "candidate");
    impose(&platform, &entry, "/replicas", json!(1)).await;
    assert_eq!(judged(&platform, &entry).await["state"]["state"], "approved");
}

/// What stands in no list of findings counts, too, and is shown.
#[tokio::test]
async fn an_approval_is_of_all_that_it_renders_to_for_whomever() {
    let desk = Desk::open().await;
    let (platform, second) = (desk.as_(Role::Platform).await, second_platform(&desk).await);
    let entry = entry(&desk, &platform, json!({"risk": "high"})).await;
    let for_production = |name: &str| json!({"form": {"imposed": [{"path": "/name", "value": name, "note": "", "environments": ["production"]}]}});
    change(&platform, &entry, for_production("harmless")).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", COMMAND)]);
    take_in(&platform, &entry, archive).await;
    approve(&second, &entry, "1.0.0").await.expect(200);
    let before = judged(&platform, &entry).await;
    assert!(before["difference"].to_string().contains("harmless"), "{before}");
    change(&platform, &entry, for_production("another")).await;
    let now = judged(&platform, &entry).await;
    assert_eq!(now["approvals"], json!([]), "{now}");
    let body = json!({"digest": before["digest"], "round": before["round"]});
    platform.post(&path(&entry, "/versions/1.0.0/approve"), &body).await.expect_problem(409, "not_possible");
}

/// A list of findings is cut where it is long: what is behind the cut is not as it was for that.
#[tokio::test]
async fn what_is_behind_a_cut_is_not_offered_again() {
    let desk = Desk::open().await;
    let (platform, second) = (desk.as_(Role::Platform).await, second_platform(&desk).await);
    let entry = entry(&desk, &platform, json!({})).await;
    let pod = |name: &str, image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{{name: c, image: '{image}'}}]}}\n"
        )
    };
    let mut pods: Vec<_> = (0..201).map(|n| pod(&format!("p{n}"), &format!("reg.example.com/a{n:03}:1"))).collect();
    pods.push(pod("last", "zreg.example.com/{{ .Values.name }}:1"));
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", &pods.join("---\n"))]);
    take_in(&platform, &entry, archive).await;
    for actor in [&platform, &second] {
        approve(actor, &entry, "1.0.0").await.expect(200);
    }
    for name in ["miner", "other-miner", "web2"] {
        impose(&platform, &entry, "/name", json!(name)).await;
        assert_eq!(judged(&platform, &entry).await["state"]["state"], "candidate", "{name}");
    }
    impose(&platform, &entry, "/name", json!("web")).await;
    assert_eq!(judged(&platform, &entry).await["state"]["state"], "approved");
}

#[tokio::test]
async fn what_asks_for_no_more_stays_approved_with_what_it_needs_now() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = approved(&desk, &platform, SCALED).await;
    let before = judged(&platform, &entry).await;
    impose(&platform, &entry, "/replicas", json!(5)).await;
    let now = judged(&platform, &entry).await;
    assert_eq!((&now["state"]["state"], &now["round"]), (&json!("approved"), &before["round"]), "{now}");
    let cpu = |view: &Value| view["findings"]["needs"]["cpu_m"].as_i64();
    assert_eq!(cpu(&now), cpu(&before).map(|cpu| cpu * 5));
}

#[tokio::test]
async fn what_cannot_be_rendered_says_why_until_the_entry_is_mended() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", POD)]);
    take_in(&platform, &entry, archive).await;
    impose(&platform, &entry, "/name", json!("")).await;
    let now = judged(&platform, &entry).await;
    assert_eq!(now["judging"]["state"], "failed", "{now}");
    assert!(now["judging"]["why"].as_str().is_some_and(|why| why.contains("needs a name")), "{now}");
    approve(&platform, &entry, "1.0.0").await.expect_problem(409, "not_possible");

    impose(&platform, &entry, "/name", json!("other")).await;
    let now = judged(&platform, &entry).await;
    assert_eq!(now["judging"]["state"], "done", "{now}");
    approve(&platform, &entry, "1.0.0").await.expect(200);
}

#[tokio::test]
async fn after_an_entry_is_eased_two_people_decide_once() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let account = Account::new(&["platform"]).await;
    let second = desk.sign_in(&account).await;
    let entry = entry(&desk, &platform, json!({"risk": "high"})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    approve(&second, &entry, "1.0.0").await.expect(200);

    assert!(desk.forged().eases_entry_unnoticed(&entry).await.contains("two people decide"));
    change(&platform, &entry, json!({"risk": "low", "automatic": "patches"})).await;
    take_in(&platform, &entry, chart("web", "1.0.1", &[])).await;
    let once = approve(&platform, &entry, "1.0.1").await.expect(200).json();
    assert_eq!((&once["state"]["state"], &once["gravity"]), (&json!("candidate"), &json!(["eased"])), "by no rule");
    approve(&second, &entry, "1.0.1").await.expect(200);

    let ended = take_in(&platform, &entry, chart("web", "1.0.2", &[])).await;
    assert_eq!(ended["state"], "taken_in");
    let now = platform.get(&path(&entry, "/versions/1.0.2")).await.expect(200).json();
    assert_eq!((&now["state"]["state"], &now["approvals_needed"]), (&json!("approved"), &json!(0)), "by the rule");
}

#[tokio::test]
async fn archives_are_kept_in_files_where_a_directory_is_named() {
    let dir = tempfile::tempdir().expect("makes a directory");
    let opening = Opening { works: true, ..Opening::default() };
    let desk = Desk::configured(opening, |config| config.catalog.archives_dir = Some(dir.path().into())).await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let archive = chart("web", "1.0.0", &[("values.yaml", VALUES), ("templates/more.yaml", POD)]);
    let n_bytes = archive.len();
    assert_eq!(take_in(&platform, &entry, archive.clone()).await["state"], "taken_in");
    let review = judged(&platform, &entry).await;
    let digest = review["digest"].as_str().expect("has one");
    let file = dir.path().join(&digest[..2]).join(format!("{digest}.tgz"));
    assert_eq!((std::fs::read(&file).expect("is there"), &review["n_bytes"]), (archive, &json!(n_bytes)));

    // It is read from there when it is judged anew, and what is wrong with the file is said.
    impose(&platform, &entry, "/host", json!(true)).await;
    assert_eq!(judged(&platform, &entry).await["findings"]["pod_security"], "privileged");
    std::fs::write(&file, b"other").expect("is written");
    impose(&platform, &entry, "/host", json!(false)).await;
    let now = eventually("it says what is wrong", async || {
        let now = judged(&platform, &entry).await;
        (now["judging"]["state"] == "failed").then_some(now)
    })
    .await;
    assert!(now["judging"]["why"].as_str().is_some_and(|why| why.contains("other bytes")), "{now}");

    // What cannot be kept is not taken in.
    std::fs::remove_dir_all(dir.path()).expect("is gone");
    let ended = take_in(&platform, &entry, chart("web", "1.1.0", &[])).await;
    assert_eq!(ended["state"], "failed", "{ended}");
}
