//! The catalog: charts taken in, decided on, and offered to teams.

use http::Method;
use serde_json::{Value, json};
use tests::{Account, Actor, Desk, Role, chart, eventually, with};

const ROLE: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: reader}\nrules: [{apiGroups: [''], resources: [secrets], verbs: [get, list]}]\n";

const OTHER_IMAGE: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec: {containers: [{name: c, image: 'elsewhere.example.com/x:1'}]}\n";

fn spec(more: Value) -> Value {
    let spec = json!({"title": "Web", "summary": "A web service.", "category": "service", "owner": "Platform team"});
    with(spec, more)
}

pub fn path(entry: &str, rest: &str) -> String {
    format!("/api/v1/curation/{entry}{rest}")
}

/// An entry of a name of its own.
pub async fn entry(desk: &Desk, platform: &Actor, more: Value) -> String {
    let entry = desk.new_name("web");
    platform.put(&path(&entry, ""), &json!({"spec": spec(more)})).await.expect(200);
    entry
}

async fn send(actor: &Actor, entry: &str, archive: Vec<u8>) -> tests::Answer {
    let request = actor.request(Method::POST, &path(entry, "/versions"));
    actor.send(request.header("content-type", "application/gzip").body(archive)).await
}

/// Takes an archive in, and answers how that ended.
pub async fn take_in(platform: &Actor, entry: &str, archive: Vec<u8>) -> Value {
    let begun = send(platform, entry, archive).await.expect(202).json();
    let followed = path(entry, &format!("/ingests/{}", begun["id"].as_str().expect("has an id")));
    eventually("it ends", async || {
        let now = platform.get(&followed).await.expect(200).json();
        (now["state"] != "running").then_some(now)
    })
    .await
}

pub async fn approve(actor: &Actor, entry: &str, version: &str) -> tests::Answer {
    let read = actor.get(&path(entry, &format!("/versions/{version}"))).await.expect(200).json();
    let body = json!({"digest": read["digest"], "round": read["round"]});
    actor.post(&path(entry, &format!("/versions/{version}/approve")), &body).await
}

fn entries(gallery: &Value) -> Vec<&str> {
    let items = gallery["entries"]["items"].as_array().expect("a list").iter();
    items.map(|entry| entry["name"].as_str().expect("has a name")).collect()
}

#[tokio::test]
async fn a_chart_is_taken_in_reviewed_and_offered_to_teams() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let developer = desk.as_(Role::Developer).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let gallery = format!("/api/v1/catalog?q={entry}");

    let ended = take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    assert_eq!((ended["state"].as_str(), ended["version"].as_str()), (Some("taken_in"), Some("1.0.0")), "{ended}");
    assert!(ended["steps"].as_array().expect("a list").iter().all(|step| step["is_done"] == true), "{ended}");
    let empty = developer.get(&gallery).await.expect(200).json();
    assert_eq!(entries(&empty), Vec::<&str>::new());
    developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(404);

    let review = platform.get(&path(&entry, "/versions/1.0.0")).await.expect(200).json();
    assert_eq!(review["findings"]["images"], json!(["registry.example.com/web:1.0"]));
    assert_eq!(review["findings"]["pod_security"], "restricted");
    assert_eq!(review["findings"]["needs"]["cpu_m"], 200);
    assert_eq!((&review["gravity"], &review["approvals_needed"]), (&json!([]), &json!(1)));

    let approved = approve(&platform, &entry, "1.0.0").await.expect(200).json();
    assert_eq!(approved["state"]["state"], "approved");
    let offered = developer.get(&gallery).await.expect(200).json();
    assert_eq!(entries(&offered), [entry.as_str()]);
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(seen["offered"]["version"], "1.0.0");

    let events = platform.get(&format!("/api/v1/audit?subject=entry%20{entry}")).await.expect(200).json();
    let actions: Vec<_> = events["items"].as_array().expect("a list").iter().map(|e| e["action"].clone()).collect();
    assert_eq!(actions, ["version.approved", "version.taken_in", "chart.uploaded", "entry.added"]);
}

#[tokio::test]
async fn what_is_at_stake_takes_two_people_also_in_the_database() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let account = Account::new(&["platform"]).await;
    let second = desk.sign_in(&account).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let ended = take_in(&platform, &entry, chart("web", "1.0.0", &[("templates/role.yaml", ROLE)])).await;
    assert_eq!(ended["state"], "taken_in", "{ended}");

    let once = approve(&platform, &entry, "1.0.0").await.expect(200).json();
    assert_eq!((once["state"]["state"].as_str(), once["approvals_needed"].as_i64()), (Some("candidate"), Some(2)));
    assert_eq!(once["gravity"], json!(["cluster_scoped", "not_creatable", "new_rights"]));
    approve(&platform, &entry, "1.0.0").await.expect_problem(409, "version_approved");
    assert!(desk.forged().offers_unapproved_version(&entry).await.contains("before enough people approved it"));
    let twice = approve(&second, &entry, "1.0.0").await.expect(200).json();
    assert_eq!(
        (twice["state"]["state"].as_str(), twice["approvals"].as_array().map(Vec::len)),
        (Some("approved"), Some(2))
    );
}

#[tokio::test]
async fn what_came_to_be_at_stake_since_a_version_was_taken_in_counts() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    take_in(&platform, &entry, chart("web", "2.0.0", &[("templates/x.yaml", OTHER_IMAGE)])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let once = approve(&platform, &entry, "2.0.0").await.expect(200).json();
    assert_eq!((&once["state"]["state"], &once["approvals_needed"]), (&json!("candidate"), &json!(2)), "other images");

    take_in(&platform, &entry, chart("web", "1.0.1", &[])).await;
    let riskier = json!({"version": 1, "spec": spec(json!({"risk": "high"}))});
    platform.put(&path(&entry, ""), &riskier).await.expect(200);
    let once = approve(&platform, &entry, "1.0.1").await.expect(200).json();
    assert_eq!(
        (&once["state"]["state"], &once["approvals_needed"]),
        (&json!("candidate"), &json!(2)),
        "a riskier entry"
    );
}

#[tokio::test]
async fn what_was_never_offered_is_not_there_for_teams_whatever_became_of_it() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let developer = desk.as_(Role::Developer).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let not_there = async || {
        for query in ["", "?after=0", "?after=~"] {
            developer.get(&format!("/api/v1/catalog/{entry}{query}")).await.expect(404);
            developer.get(&format!("/catalog/{entry}{query}")).await.expect(404);
        }
    };
    not_there().await;
    let block = path(&entry, "/versions/1.0.0/block");
    platform.post(&block, &json!({"reason": "It calls home"})).await.expect(200);
    not_there().await;
    take_in(&platform, &entry, chart("web", "1.0.1", &[])).await;
    approve(&platform, &entry, "1.0.1").await.expect(200);
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    let versions: Vec<_> =
        seen["versions"]["items"].as_array().expect("a list").iter().map(|v| &v["version"]).collect();
    assert_eq!(versions, [&json!("1.0.1")]);
}

#[tokio::test]
async fn what_people_approved_never_changes_in_the_database_either() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    for refused in desk.forged().catalog_changes_refused().await {
        assert!(refused.contains("23514"), "{refused}");
    }
}

#[tokio::test]
async fn a_text_that_no_database_takes_is_kept_without_what_it_does_not_take() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let ended = take_in(&platform, &entry, chart("web", "1.0.0", &[("README.md", "# T\0i\0t\0l\0e")])).await;
    assert_eq!(ended["state"], "taken_in", "{ended}");
}

#[tokio::test]
async fn two_who_approve_at_once_are_two() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let account = Account::new(&["platform"]).await;
    let second = desk.sign_in(&account).await;
    let entry = entry(&desk, &platform, json!({"risk": "high"})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let (one, other, again) = tokio::join!(
        approve(&platform, &entry, "1.0.0"),
        approve(&second, &entry, "1.0.0"),
        approve(&platform, &entry, "1.0.0")
    );
    other.expect(200);
    let refused = [one, again].into_iter().filter(|answer| answer.status == 409).count();
    assert_eq!(refused, 1, "one person counts once");
    let read = platform.get(&path(&entry, "/versions/1.0.0")).await.expect(200).json();
    assert_eq!(read["state"]["state"], "approved");
}

#[tokio::test]
async fn a_version_never_changes_its_bytes() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let same = take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    assert_eq!((same["state"].as_str(), same["version"].as_str()), (Some("unchanged"), Some("1.0.0")));
    let other = take_in(&platform, &entry, chart("web", "1.0.0", &[("README.md", "Another")])).await;
    assert_eq!((other["state"].as_str(), other["version"].is_null()), (Some("refused"), true), "{other}");
}

#[tokio::test]
async fn a_new_version_is_reviewed_by_what_differs() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let values = [("values.yaml", "# How many pods run\nreplicas: 3\n")];
    take_in(&platform, &entry, chart("web", "1.1.0", &values)).await;
    let review = platform.get(&path(&entry, "/versions/1.1.0")).await.expect(200).json();
    assert_eq!(review["before"]["version"], "1.0.0");
    let parts = review["difference"]["parts"].as_array().expect("a list");
    let told: Vec<_> = parts.iter().map(|part| (part["group"].as_str(), part["name"].as_str())).collect();
    assert_eq!(told, [(Some("objects"), Some("Deployment web")), (Some("values"), Some("values.yaml"))], "{review}");
    platform.get(&format!("/admin/catalog/{entry}/versions/1.1.0")).await.expect(200);
}

#[tokio::test]
async fn a_rule_approves_patches_in_which_nothing_is_at_stake_and_nothing_else() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({"automatic": "patches"})).await;
    let elsewhere = [("templates/job.yaml", OTHER_IMAGE)];
    let role = [("templates/role.yaml", ROLE)];
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let state = async |version: &str| {
        let read = platform.get(&path(&entry, &format!("/versions/{version}"))).await.expect(200).json();
        read["state"]["state"].as_str().expect("is text").to_owned()
    };
    assert_eq!(state("1.0.0").await, "candidate", "nothing is offered that it could be a patch of");
    approve(&platform, &entry, "1.0.0").await.expect(200);
    for (version, more, expected) in [
        ("1.0.1", &[][..], "approved"),
        ("1.1.0", &[], "candidate"),
        ("1.0.2", &elsewhere, "candidate"),
        ("1.0.3", &role, "candidate"),
        ("1.0.0-rc.1", &[], "candidate"),
    ] {
        let ended = take_in(&platform, &entry, chart("web", version, more)).await;
        assert_eq!(
            (ended["state"].as_str(), state(version).await.as_str()),
            (Some("taken_in"), expected),
            "{version}: {ended}"
        );
    }
    let events = platform.get(&format!("/api/v1/audit?subject=entry%20{entry}%201.0.1")).await.expect(200).json();
    assert_eq!(
        (&events["items"][0]["action"], &events["items"][0]["actor_kind"]),
        (&json!("version.approved"), &json!("rule"))
    );
}

#[tokio::test]
async fn what_cannot_be_taken_in_says_why_and_leaves_nothing() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let library = "apiVersion: v2\nname: web\nversion: 1.0.0\ntype: library\n";
    let endless = "{{- define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}";
    for (what, archive) in [
        ("no archive", b"nothing like it".to_vec()),
        ("cut", chart("web", "1.0.0", &[])[..200].to_vec()),
        ("library", chart("web", "1.0.0", &[("Chart.yaml", library)])),
        ("wrong template", chart("web", "1.0.0", &[("templates/x.yaml", "{{ fail \"no\" }}")])),
        ("endless template", chart("web", "1.0.0", &[("templates/x.yaml", endless)])),
        ("no YAML", chart("web", "1.0.0", &[("templates/x.yaml", "a: [")])),
        (
            "twice the same key",
            chart(
                "web",
                "1.0.0",
                &[("templates/x.yaml", "apiVersion: v1\nkind: Service\nkind: Secret\nmetadata: {name: a}\n")],
            ),
        ),
    ] {
        let ended = take_in(&platform, &entry, archive).await;
        assert_eq!(ended["state"], "refused", "{what}: {ended}");
        assert!(ended["error"].as_str().is_some_and(|why| why.len() > 20), "{what}: {ended}");
        let page = format!("/admin/catalog/{entry}/ingests/{}", ended["id"].as_str().expect("has an id"));
        platform.get(&page).await.expect(200);
    }
    send(&platform, &entry, Vec::new()).await.expect_problem(422, "invalid");
    send(&platform, &entry, vec![0; (20 << 20) + 1]).await.expect_problem(422, "invalid");
    let curated = platform.get(&path(&entry, "")).await.expect(200).json();
    assert_eq!(curated["versions"]["items"], json!([]));
    // And it goes on for others.
    assert_eq!(take_in(&platform, &entry, chart("web", "1.0.0", &[])).await["state"], "taken_in");
}

#[tokio::test]
async fn a_version_ends_is_blocked_and_opened_again_with_reasons() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let developer = desk.as_(Role::Developer).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let version = |what: &str| path(&entry, &format!("/versions/1.0.0/{what}"));
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    let soon = (time::OffsetDateTime::now_utc() + time::Duration::days(30)).date().to_string();
    let deprecation = json!({"sunset_on": soon, "reason": "Use 2.0.0"});
    platform.post(&version("deprecate"), &deprecation).await.expect_problem(409, "not_possible");
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let past = json!({"sunset_on": "2020-01-01", "reason": "Use 2.0.0"});
    platform.post(&version("deprecate"), &past).await.expect_problem(422, "invalid");
    let ends = platform.post(&version("deprecate"), &deprecation).await.expect(200).json();
    assert_eq!(ends["state"], json!({"state": "deprecated", "sunset_on": soon}));
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(
        (&seen["offered"]["state"]["sunset_on"], &seen["versions"]["items"][0]["reason"]),
        (&json!(soon), &json!("Use 2.0.0"))
    );

    platform.post(&version("block"), &json!({"reason": "A hole"})).await.expect(200);
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!((seen["offered"].is_null(), &seen["versions"]["items"][0]["state"]["state"]), (true, &json!("blocked")));
    let open = platform.post(&version("reopen"), &json!({"reason": "Mended"})).await.expect(200).json();
    assert_eq!(
        (&open["state"]["state"], &open["approvals"]),
        (&json!("candidate"), &json!([])),
        "who approved does it again"
    );
    approve(&platform, &entry, "1.0.0").await.expect(200);

    platform.post(&path(&entry, "/withdraw"), &json!({"reason": "Use another"})).await.expect(200);
    let seen = developer.get(&format!("/api/v1/catalog/{entry}")).await.expect(200).json();
    assert_eq!(seen["withdrawn"], "Use another");
    platform.post(&path(&entry, "/restore"), &json!({})).await.expect(200);
    platform.post(&path(&entry, "/restore"), &json!({})).await.expect_problem(409, "not_possible");
}

#[tokio::test]
async fn when_something_was_taken_in_is_forgotten_but_for_the_latest() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let (often, long_ago) = (entry(&desk, &platform, json!({})).await, entry(&desk, &platform, json!({})).await);
    desk.forged().taken_in_before(&often, 60, 1).await;
    desk.forged().taken_in_before(&long_ago, 5, 91).await;
    desk.round_of_forgetting().await;
    for (entry, left) in [(&often, 50), (&long_ago, 1)] {
        assert_eq!(desk.forged().n_taken_in(entry).await, left, "{entry}");
    }
}

#[tokio::test]
async fn an_entry_is_for_the_teams_that_it_names() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({"teams": ["payments"]})).await;
    take_in(&platform, &entry, chart("web", "1.0.0", &[])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    let gallery = format!("/api/v1/catalog?q={entry}");
    for (role, sees) in
        [(Role::Developer, true), (Role::Stranger, false), (Role::Platform, true), (Role::Auditor, true)]
    {
        let actor = desk.as_(role).await;
        let seen = actor.get(&gallery).await.expect(200).json();
        assert_eq!(entries(&seen).len(), usize::from(sees), "{role:?}");
        actor.get(&format!("/api/v1/catalog/{entry}")).await.expect(if sees { 200 } else { 404 });
        actor.get(&format!("/catalog/{entry}")).await.expect(if sees { 200 } else { 404 });
    }
}

#[tokio::test]
async fn an_entry_names_teams_and_classes_that_are_there() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = desk.new_name("web");
    let unknown = spec(json!({"teams": ["nobody-here"], "classes": ["gold", "standard"]}));
    let answer = platform.put(&path(&entry, ""), &json!({"spec": unknown})).await.expect(422).json();
    let fields: Vec<_> = answer["errors"].as_array().expect("a list").iter().map(|it| it["field"].clone()).collect();
    assert_eq!(fields, ["teams", "classes"], "{answer}");
    let known = spec(json!({"teams": ["payments"], "classes": ["standard"]}));
    platform.put(&path(&entry, ""), &json!({"spec": known})).await.expect(200);
}

/// Whoever else reads it: in the audit log, in exports, in reviews, in what Helm says of them.
#[tokio::test]
async fn secret_values_of_an_entry_are_read_by_those_who_set_up_alone() {
    let desk = Desk::open().await;
    let (platform, auditor) = (desk.as_(Role::Platform).await, desk.as_(Role::Auditor).await);
    let entry = entry(&desk, &platform, json!({})).await;
    let schema = json!({"properties": {"password": {"pattern": "^[a-z-]*$"}, "seed": {"writeOnly": true}}});
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {url: 'pg://{{ .Values.password | b64enc }}@db'}\n";
    let files = [
        ("values.yaml", "password: x\nseed: y\n"),
        ("values.schema.json", &schema.to_string()),
        ("templates/more.yaml", template),
    ];
    take_in(&platform, &entry, chart("web", "1.0.0", &files)).await;
    let imposed = |password: &str| {
        let values =
            json!({"password": password, "seed": "seed-value", "env": [{"name": "API_TOKEN", "value": "env-value"}]});
        let imposed = values.as_object().expect("a map").iter();
        let imposed: Vec<_> =
            imposed.map(|(key, value)| json!({"path": format!("/{key}"), "value": value, "note": ""})).collect();
        spec(json!({"form": {"imposed": imposed}}))
    };
    for (version, value) in [(1, "first-imposed"), (2, "second-imposed"), (3, "REFUSED-VALUE")] {
        let body = json!({"version": version, "spec": imposed(value)});
        platform.put(&path(&entry, ""), &body).await.expect(200);
        eventually("it is judged anew", async || {
            let now = platform.get(&path(&entry, "/versions/1.0.0")).await.expect(200).json();
            (now["judging"]["state"] != "waits").then_some(())
        })
        .await;
    }
    let audits = ["", ".jsonl", ".csv"].map(|form| format!("/api/v1/audit{form}?subject=entry%20{entry}"));
    let page = format!("/admin/catalog/{entry}/versions/1.0.0");
    let (entry_path, review) = (path(&entry, ""), path(&entry, "/versions/1.0.0"));
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "second-imposed");
    let secrets = ["first-imposed", "second-imposed", "REFUSED-VALUE", "seed-value", "env-value", &encoded];
    for (actor, addresses) in [
        (&platform, audits.to_vec()),
        (&auditor, [audits.to_vec(), vec![page.clone(), review.clone(), entry_path.clone()]].concat()),
    ] {
        for address in addresses {
            let text = actor.get(&address).await.expect(200).text();
            for secret in secrets {
                assert!(!text.contains(secret), "{address} tells {secret}");
            }
        }
    }
    // Who decides reads what they decide on, and who set it may read it.
    let shown = platform.get(&review).await.expect(200).json();
    assert!(shown.to_string().contains(&encoded) && shown["is_withheld"] == false);
    assert!(platform.get(&entry_path).await.expect(200).text().contains("REFUSED-VALUE"));
    // What stands for them is no value.
    let seen = auditor.get(&entry_path).await.expect(200).json();
    let back = json!({"version": seen["version"], "spec": seen["spec"]});
    platform.put(&entry_path, &back).await.expect_problem(422, "invalid");
}

#[tokio::test]
async fn what_was_made_by_mistake_is_deleted_and_what_somebody_approved_is_not() {
    let desk = Desk::open().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    for version in ["1.0.0", "1.1.0"] {
        take_in(&platform, &entry, chart("web", version, &[])).await;
    }
    platform.delete(&path(&entry, "/versions/1.1.0")).await.expect(204);
    platform.get(&path(&entry, "/versions/1.1.0")).await.expect(404);
    // What is gone can be taken in again.
    take_in(&platform, &entry, chart("web", "1.1.0", &[("NOTES", "other bytes")])).await;
    approve(&platform, &entry, "1.0.0").await.expect(200);
    platform.delete(&path(&entry, "/versions/1.0.0")).await.expect_problem(409, "not_possible");
    platform.delete(&path(&entry, "")).await.expect_problem(409, "not_possible");

    let other = self::entry(&desk, &platform, json!({})).await;
    take_in(&platform, &other, chart("web", "1.0.0", &[])).await;
    platform.delete(&path(&other, "")).await.expect(204);
    platform.get(&path(&other, "")).await.expect(404);
    let events = platform.get(&format!("/api/v1/audit?subject=entry%20{other}")).await.expect(200).json();
    assert_eq!(events["items"][0]["action"], "entry.removed");
}

#[tokio::test]
async fn an_archive_of_who_may_not_is_not_even_read() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let large = vec![0; 30 << 20];
    for (actor, status) in [(desk.as_(Role::Developer).await, 404), (desk.as_(Role::Auditor).await, 404)] {
        send(&actor, &entry, large.clone()).await.expect(status);
    }
    send(&desk.nobody(), &entry, Vec::new()).await.expect(401);
    send(&platform, "no-such-entry", chart("web", "1.0.0", &[])).await.expect(404);
}

#[tokio::test]
async fn an_entry_that_somebody_else_changed_is_read_again_first() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let entry = entry(&desk, &platform, json!({})).await;
    let body = |version: i64, owner: &str| json!({"version": version, "spec": spec(json!({"owner": owner}))});
    platform.put(&path(&entry, ""), &body(1, "One")).await.expect(200);
    platform.put(&path(&entry, ""), &body(1, "Two")).await.expect_problem(409, "changed_since");
    platform.put(&path(&entry, ""), &json!({"spec": spec(json!({}))})).await.expect_problem(422, "invalid");
    let wrong = json!({"spec": spec(json!({"summary": "", "owner": ""}))});
    let problem = platform.put(&path("fresh-entry", ""), &wrong).await.expect_problem(422, "invalid");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(2), "{problem}");
}
