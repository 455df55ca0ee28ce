//! Kubeconfigs that people take at the desk, tried with the real kubectl on the real cluster.

use serde_json::{Value, json};
use tests::kubernetes::{a_deployment, audit_log};
use tests::{Actor, CLUSTER, Desk, Kubectl, Opening, Role, Wire, eventually};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

fn path(name: &str) -> String {
    format!("/api/v1/namespaces/{CLUSTER}/{name}/kubeconfig")
}

async fn take(actor: &Actor, name: &str, form: &str) -> String {
    let answer = actor.post(&path(name), &json!({"form": form})).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert!(answer.header("content-disposition").starts_with("attachment; filename="));
    answer.text()
}

fn read(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).expect("is YAML")
}

async fn provisioned(desk: &Desk) -> String {
    desk.provisioned().await["name"].as_str().expect("is text").to_owned()
}

/// A Deployment's manifest.
fn deployment() -> Value {
    let mut deployment = serde_json::to_value(a_deployment("web", 1, "50m", "")).expect("can be written");
    deployment["apiVersion"] = "apps/v1".into();
    deployment["kind"] = "Deployment".into();
    deployment
}

#[tokio::test]
async fn a_developers_token_works_in_the_namespace_and_nowhere_else() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    let mine = Kubectl::with(&take(&desk.as_(Role::Developer).await, &name, "token").await);
    mine.apply(&deployment()).await.is_done();
    let listed = mine.run("get deployments").await;
    assert!(listed.is_done && listed.text.contains("web"), "the namespace is the context's own: {}", listed.text);
    mine.run("create deployment web --image=registry.test/web:1 -n default").await.is_forbidden();
    mine.run("get pods -A").await.is_forbidden();
    let more = "create rolebinding more --clusterrole=berth-own --user=oidc:developer@berth.test";
    mine.run(more).await.is_forbidden();
    mine.run("create token berth-owner").await.is_forbidden();
}

#[tokio::test]
async fn a_viewers_token_reads_and_an_owners_says_until_when_it_is_good() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    desk.bind("auditors", Some("payments"), "viewer").await;
    let viewer = Kubectl::with(&take(&desk.as_(Role::Auditor).await, &name, "token").await);
    viewer.run("get pods").await.is_done();
    viewer.run("get secrets").await.is_forbidden();
    viewer.apply(&deployment()).await.is_forbidden();

    let yaml = take(&desk.as_(Role::Owner).await, &name, "token").await;
    let user = read(&yaml)["users"][0]["name"].as_str().expect("has a name").to_owned();
    let (_, until) = user.split_once("/owner-until-").expect("says until when");
    let (until, _) = until.rsplit_once('-').expect("goes on with what tells it from others");
    let until = OffsetDateTime::parse(until, &Rfc3339).expect("is a time");
    let left = until - OffsetDateTime::now_utc();
    assert!(left > time::Duration::minutes(50) && left <= time::Duration::minutes(60), "{left}");
    Kubectl::with(&yaml).run("create serviceaccount pipeline").await.is_done();
}

#[tokio::test]
async fn what_was_taken_is_in_the_trail_and_its_token_is_not() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    let yaml = take(&desk.program_of(Role::Developer).await, &name, "token").await;
    let token = read(&yaml)["users"][0]["user"]["token"].as_str().expect("has a token").to_owned();
    let auditor = desk.as_(Role::Auditor).await;
    let events = auditor.get("/api/v1/audit?action=kubeconfig.").await.expect(200);
    let event = events.json()["items"][0].clone();
    assert_eq!(event["subject"], format!("{CLUSTER}/{name}"));
    assert_eq!((&event["actor"], &event["detail"]["account"]), (&json!("Developer"), &json!("berth-developer")));
    assert!(yaml.contains(event["detail"]["until"].as_str().expect("says until when")));
    assert!(!events.text().contains(&token) && !events.text().contains(&token[token.len() - 20..]));
}

#[tokio::test]
async fn nobody_takes_a_kubeconfig_without_a_role_in_the_team() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    let body = json!({"form": "token"});
    for role in [Role::Stranger, Role::Teamless] {
        desk.as_(role).await.post(&path(&name), &body).await.expect_problem(404, "not_found");
    }
    for role in [Role::Platform, Role::Auditor] {
        desk.as_(role).await.post(&path(&name), &body).await.expect_problem(403, "not_allowed");
    }
    desk.reader_of(Role::Developer).await.post(&path(&name), &body).await.expect_problem(403, "read_only_token");
    desk.nobody().post(&path(&name), &body).await.expect_problem(401, "sign_in_first");
    desk.as_(Role::Developer).await.post(&path(&name), &json!({"form": "password"})).await.expect(422);
    let page = format!("/namespaces/{CLUSTER}/{name}/access");
    let offers = async |role| desk.as_(role).await.get(&page).await.expect(200).text().contains("With kubectl");
    assert!(offers(Role::Developer).await && !offers(Role::Platform).await);
}

#[tokio::test]
async fn the_page_gives_the_same_file() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    let developer = desk.as_(Role::Developer).await;
    let path = format!("/namespaces/{CLUSTER}/{name}/kubeconfig");
    let answer = developer.post_form(&path, &[("form", "token")]).await.expect(200);
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; filename=\"{name}.{CLUSTER}.kubeconfig.yaml\"")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let file = read(&answer.text());
    let context = file["current-context"].as_str().expect("is text");
    assert!(context.starts_with(&format!("{CLUSTER}-")) && context.contains(&format!("/{name}/")), "{context}");
}

/// As people merge what they took: one `KUBECONFIG` of several files.
#[tokio::test]
async fn files_of_two_namespaces_two_people_and_two_hours_work_when_they_are_merged() {
    let desk = Desk::open().await;
    let (first, second) = (provisioned(&desk).await, provisioned(&desk).await);
    let (developer, owner) = (desk.as_(Role::Developer).await, desk.as_(Role::Owner).await);
    let files = [
        take(&developer, &first, "oidc").await,
        take(&developer, &first, "token").await,
        take(&developer, &first, "token").await,
        take(&developer, &second, "token").await,
        take(&owner, &first, "token").await,
    ];
    let contexts = files.each_ref().map(|file| read(file)["current-context"].as_str().expect("is text").to_owned());
    let merged = Kubectl::with_merged(&files);
    let listed = merged.run("config get-contexts -o name").await;
    for context in &contexts {
        assert!(listed.text.lines().any(|line| line == context), "{context} is in {}", listed.text);
    }
    for (context, namespace) in [(&contexts[1], &first), (&contexts[2], &first), (&contexts[3], &second)] {
        let whose =
            merged.run(&format!("--context {context} auth whoami -o jsonpath={{.status.userInfo.username}}")).await;
        assert_eq!(whose.text.trim(), format!("system:serviceaccount:{namespace}:berth-developer"));
        merged.run(&format!("--context {context} get pods")).await.is_done();
    }
    let whose =
        merged.run(&format!("--context {} auth whoami -o jsonpath={{.status.userInfo.username}}", contexts[4])).await;
    assert_eq!(whose.text.trim(), format!("system:serviceaccount:{first}:berth-owner"));
}

#[tokio::test]
async fn a_namespace_that_is_not_ready_has_nothing_to_reach() {
    let desk = Desk::quiet().await;
    let request = desk.request(desk.approved().await).await;
    let name = request["name"].as_str().expect("is text");
    let answer = desk.as_(Role::Developer).await.post(&path(name), &json!({"form": "token"})).await;
    answer.expect_problem(422, "invalid");
}

#[tokio::test]
async fn a_cluster_that_is_away_gives_no_token_and_says_so() {
    let mut wire = Wire::to_address(tests::kubernetes::address().await).await;
    let opening = Opening { works: true, watches: true, cluster_at: Some(wire.address()), ..Opening::default() };
    let desk = Desk::with(opening).await;
    let name = provisioned(&desk).await;
    wire.cut().await;
    let developer = desk.as_(Role::Developer).await;
    let problem = developer.post(&path(&name), &json!({"form": "token"})).await.expect_problem(503, "unavailable");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("does not answer")), "{problem}");
    let noted = sqlx::query("select from audit_events where action = 'kubeconfig.issued'");
    assert!(noted.fetch_optional(desk.db()).await.expect("reads").is_none());
}

#[tokio::test]
async fn a_kubeconfig_that_signs_in_works_with_the_tokens_that_the_cluster_trusts() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    let yaml = take(&desk.as_(Role::Developer).await, &name, "oidc").await;
    let stack = tests::stack();
    let exec = read(&yaml)["users"][0]["user"]["exec"].clone();
    let args: Vec<_> = exec["args"].as_array().expect("is a list").iter().filter_map(Value::as_str).collect();
    assert_eq!((exec["command"].as_str(), args[0]), (Some("kubectl-oidc_login"), "get-token"));
    assert!(exec["installHint"].as_str().is_some_and(|hint| hint.contains("krew install oidc-login")));
    assert!(args.contains(&format!("--oidc-issuer-url={}", stack.cluster_issuer).as_str()), "{args:?}");
    assert!(args.contains(&"--oidc-client-id=kubernetes") && args.contains(&"--oidc-extra-scope=groups"), "{args:?}");
    let mine = Kubectl::with_sign_in(&yaml, Role::Developer).await;
    mine.apply(&deployment()).await.is_done();
    mine.run("get pods -A").await.is_forbidden();
}

#[tokio::test]
async fn the_clusters_own_audit_log_names_the_event_of_ours() {
    let desk = Desk::open().await;
    let name = provisioned(&desk).await;
    take(&desk.as_(Role::Developer).await, &name, "token").await;
    let auditor = desk.as_(Role::Auditor).await;
    let events = auditor.get("/api/v1/audit?action=kubeconfig.").await.expect(200).json();
    let mark = events["items"][0]["detail"]["mark"].as_str().expect("has a mark").to_owned();
    let written = eventually("the API server has written it down", async || audit_log(&mark).into_iter().next());
    let line = written.await;
    assert_eq!(line["verb"], "create");
    assert_eq!(line["user"]["username"], "system:serviceaccount:berth-system:berth-provisioner");
    assert_eq!(
        (&line["objectRef"]["namespace"], &line["objectRef"]["name"]),
        (&json!(name), &json!("berth-developer"))
    );
    assert_eq!(line["objectRef"]["subresource"], "token");
}
