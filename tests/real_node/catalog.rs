//! The starter catalog, installed by a developer with the real Helm into the smallest namespace of the demo: whether each
//! chart does there what it is for, and what is left of it.

use crate::place::{BUSYBOX, Place, a_pod};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::{Helm, eventually, within};

const SHELL: &str = "repository: docker.io/library/busybox, tag: latest";

/// A namespace as a sandbox of the demo is, of its smallest size; decided by people, as all of them are in tests.
async fn place() -> Place {
    let setup = std::fs::read_to_string(repository().join("demo/setup.yaml")).expect("can be read");
    let setup: Value = serde_saphyr::from_str(&setup).expect("is YAML");
    let classes = setup["classes"].as_array().expect("is a list");
    let sandbox = classes.iter().find(|class| class["name"] == "sandbox").expect("is in the demo");
    let same = |key: &str| sandbox["spec"][key].clone();
    assert_eq!(same("pod_security"), "restricted");
    Place::of_class(json!({
        "pod_security": same("pod_security"), "network": same("network"), "sizes": same("sizes"),
        "ceiling": same("ceiling"), "container": same("container"),
    }))
    .await
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn chart(entry: &str) -> PathBuf {
    repository().join("catalog").join(entry).join("chart")
}

/// What is left of a release, as `kind/name`.
async fn left_of(place: &Place, release: &str) -> Vec<String> {
    let kinds = "pods,services,configmaps,secrets,persistentvolumeclaims,deployments,statefulsets,replicasets,jobs,cronjobs,\
                 horizontalpodautoscalers,poddisruptionbudgets,ingresses";
    let said = place.kubectl.run(&format!("get {kinds} -l app.kubernetes.io/instance={release} -o name")).await;
    said.is_done();
    let mut left: Vec<_> = said.text.lines().filter(|line| line.contains('/')).map(str::to_owned).collect();
    left.sort();
    left
}

/// Uninstalls a release, and waits until no more is left of it than what is kept.
async fn uninstall(place: &Place, release: &str, kept: &[&str]) {
    Helm::of(&place.kubectl).uninstall(release).await.is_done();
    eventually(&format!("of {release} is left {kept:?}"), async || {
        (left_of(place, release).await == kept).then_some(())
    })
    .await;
}

async fn answer(place: &Place, service: &str) -> String {
    let forwarded = place.kubectl.forward(&format!("service/{service}"), 80).await;
    let url = format!("http://127.0.0.1:{}/", forwarded.port);
    reqwest::get(url).await.expect("answers").text().await.expect("is text")
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_web_service_answers_rolls_out_anew_and_leaves_nothing() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let values = format!("test: {{image: {{{SHELL}}}}}");
    helm.apply("shop", &chart("web-service"), &values).await.is_done();
    assert!(answer(&place, "shop").await.starts_with("hello from shop-"));
    let deployment = place.get("deployment", "shop").await.expect("is there");
    assert_eq!((&deployment["status"]["readyReplicas"], &deployment["spec"]["replicas"]), (&json!(2), &json!(2)));
    assert!(place.get("poddisruptionbudget", "shop").await.is_some());
    let tested = helm.test("shop").await;
    tested.is_done();
    assert!(tested.text.contains("answers: HTTP/1.0 200"), "{}", tested.text);

    helm.apply("shop", &chart("web-service"), &format!("{values}\nreplicas: 1\nenv: {{GREETING: hello}}"))
        .await
        .is_done();
    assert!(answer(&place, "shop").await.starts_with("hello from shop-"));
    assert!(place.get("poddisruptionbudget", "shop").await.is_none());
    let pods =
        place.kubectl.run("get pods -l app.kubernetes.io/instance=shop -o jsonpath={.items[*].spec.nodeName}").await;
    assert!(pods.text.split(' ').all(|node| node == "real"), "{}", pods.text);
    uninstall(&place, "shop", &[]).await;
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_web_service_that_does_not_answer_fails_its_test_and_says_why() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let values = format!("replicas: 0\ntest: {{image: {{{SHELL}}}}}");
    helm.apply("shop", &chart("web-service"), &values).await.is_done();
    let tested = helm.test("shop").await;
    assert!(!tested.is_done && tested.text.contains("does not answer as it should"), "{}", tested.text);
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_worker_works_and_leaves_nothing() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let values = format!("image: {{{SHELL}}}\nreplicas: 2");
    helm.apply("orders", &chart("worker"), &values).await.is_done();
    let deployment = place.get("deployment", "orders").await.expect("is there");
    assert_eq!(deployment["status"]["readyReplicas"], 2);
    eventually("it works", async || {
        place.kubectl.run("logs deployment/orders").await.text.contains("working\n").then_some(())
    })
    .await;
    helm.test("orders").await.is_done();
    uninstall(&place, "orders", &[]).await;
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_worker_that_hangs_is_started_again() {
    let place = place().await;
    let values = format!(
        "image: {{{SHELL}}}\nhealth: {{periodSeconds: 5, command: [test, -e, /tmp/alive]}}\n\
         command: [sh, -c, 'touch /tmp/alive; sleep 8; rm /tmp/alive; sleep 1000']\nstopSeconds: 1"
    );
    Helm::of(&place.kubectl).apply("orders", &chart("worker"), &values).await.is_done();
    eventually("it is started again", async || {
        let said = place.kubectl.run("get pods -l app.kubernetes.io/instance=orders -o json").await;
        let pods: Value = serde_json::from_str(&said.text).ok()?;
        (pods["items"][0]["status"]["containerStatuses"][0]["restartCount"].as_u64()? > 0).then_some(())
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_cron_job_runs_at_its_time_and_leaves_nothing() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let values =
        format!("image: {{{SHELL}}}\nschedule: '* * * * *'\ncommand: [sh, -c, 'echo reported; touch /tmp/report']");
    helm.apply("report", &chart("cron-job"), &values).await.is_done();
    // Its time comes within a minute.
    let ran = within(Duration::from_secs(120), Duration::from_millis(500), async || {
        let said = place.kubectl.run("get jobs -l app.kubernetes.io/instance=report -o json").await;
        let jobs: Value = serde_json::from_str(&said.text).ok()?;
        let job = jobs["items"].as_array()?.iter().find(|job| job["status"]["succeeded"] == 1)?.clone();
        Some(job["metadata"]["name"].as_str()?.to_owned())
    });
    let job = ran.await.expect("a run succeeds");
    let said = place.kubectl.run(&format!("logs job/{job}")).await;
    assert_eq!(said.text, "reported\n");
    helm.test("report").await.is_done();
    uninstall(&place, "report", &[]).await;
}

/// What a statement gives, asked in the server's own container.
async fn sql(place: &Place, statement: &str) -> String {
    let psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", statement];
    let said = place.kubectl.run_words(&[&["exec", "accounts-0", "--"][..], &psql].concat()).await;
    said.is_done();
    said.text.trim().to_owned()
}

const DATABASE: &str = "image: {tag: latest}\nauth: {username: accounts, database: accounts}";

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_database_keeps_rows_and_password_over_its_pod_an_upgrade_and_the_release() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let chart = chart("postgresql");
    helm.apply("accounts", &chart, DATABASE).await.is_done();
    let tested = helm.test("accounts").await;
    tested.is_done();
    assert!(tested.text.contains("accounts keeps rows for accounts in accounts"), "{}", tested.text);
    sql(&place, "create table entries (amount int); insert into entries values (4711)").await;
    let secret = place.get("secret", "accounts").await.expect("is made")["data"].clone();

    let former = place.get("pod", "accounts-0").await.expect("is there")["metadata"]["uid"].clone();
    place.kubectl.run("delete pod accounts-0").await.is_done();
    eventually("there is another pod", async || {
        (place.get("pod", "accounts-0").await?["metadata"]["uid"] != former).then_some(())
    })
    .await;
    place.ready("accounts-0").await;
    assert_eq!(sql(&place, "select amount from entries").await, "4711");

    let larger =
        format!("{DATABASE}\nparameters: {{max_connections: \"20\"}}\nresources: {{limits: {{memory: 320Mi}}}}");
    helm.apply("accounts", &chart, &larger).await.is_done();
    assert_eq!(sql(&place, "show max_connections").await, "20");
    assert_eq!(sql(&place, "select amount from entries").await, "4711");
    helm.test("accounts").await.is_done();

    uninstall(&place, "accounts", &["persistentvolumeclaim/accounts-data", "secret/accounts"]).await;
    helm.apply("accounts", &chart, DATABASE).await.is_done();
    assert_eq!(place.get("secret", "accounts").await.expect("is there")["data"], secret);
    assert_eq!(sql(&place, "select amount from entries").await, "4711");
    helm.test("accounts").await.is_done();
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_database_of_another_major_version_is_refused_in_words_and_left_as_it_is() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    helm.apply("accounts", &chart("postgresql"), DATABASE).await.is_done();
    sql(&place, "create table entries (amount int); insert into entries values (4711)").await;
    let version = place.exec("accounts-0", "cat /var/lib/postgresql/data/pgdata/PG_VERSION").await.trim().to_owned();
    // The node has one version: its image finds data that say they are of another.
    describe_version(&place, "9").await;
    place.kubectl.run("delete pod accounts-0").await.is_done();
    let message = eventually("it says why it does not start", async || {
        let pod = place.get("pod", "accounts-0").await?;
        let state = &pod["status"]["initContainerStatuses"][0];
        let ended =
            [&state["state"]["terminated"], &state["lastState"]["terminated"]].into_iter().find(|of| of.is_object())?;
        Some(ended["message"].as_str()?.to_owned())
    })
    .await;
    assert!(
        message.starts_with(&format!("The data are of PostgreSQL 9, and the image is PostgreSQL {version}.")),
        "{message}"
    );
    assert!(message.contains("Nothing was changed."), "{message}");
    let seen = eventually("Berth says it too", async || {
        let seen = place.namespace().await.to_string();
        seen.contains("The data are of PostgreSQL 9").then_some(seen)
    });
    seen.await;
    describe_version(&place, &version).await;
    place.kubectl.run("delete pod accounts-0").await.is_done();
    place.ready("accounts-0").await;
    assert_eq!(sql(&place, "select amount from entries").await, "4711");
}

/// Writes into the data of which version they are.
async fn describe_version(place: &Place, version: &str) {
    let line = format!("printf {version} > /data/pgdata/PG_VERSION");
    let mut writer = a_pod("writer", BUSYBOX, &["sh", "-c", &line]);
    writer["spec"]["restartPolicy"] = json!("Never");
    writer["spec"]["securityContext"]["fsGroup"] = json!(999);
    writer["spec"]["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "accounts-data"}}]);
    writer["spec"]["containers"][0]["volumeMounts"] = json!([{"name": "data", "mountPath": "/data"}]);
    place.kubectl.apply(&writer).await.is_done();
    eventually("it is written", async || {
        (place.get("pod", "writer").await?["status"]["phase"] == "Succeeded").then_some(())
    })
    .await;
    place.kubectl.run("delete pod writer").await.is_done();
}

/// What an image that cannot run leaves is one pod; the release goes back without anybody's hand.
#[tokio::test]
#[ignore = "needs a real node"]
async fn a_bad_upgrade_of_a_database_is_taken_back_by_helm_alone() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    helm.apply("accounts", &chart("postgresql"), DATABASE).await.is_done();
    sql(&place, "create table entries (amount int); insert into entries values (4711)").await;
    let file = place.kubectl.write("bad.yaml", &format!("{DATABASE}\nparameters: {{shared_buffers: much}}"));
    let (chart, file) = (chart("postgresql").display().to_string(), file.display().to_string());
    let said = helm.run(&["upgrade", "accounts", &chart, "--values", &file, "--wait", "--timeout=20s"]).await;
    assert!(!said.is_done, "{}", said.text);
    helm.rollback("accounts").await.is_done();
    assert_eq!(sql(&place, "select amount from entries").await, "4711");
}

async fn redis(place: &Place, line: &str) -> String {
    let said = place.kubectl.run(&format!("exec queue-0 -- redis-cli {line}")).await;
    said.is_done();
    said.text.trim().to_owned()
}

/// The node has Debian's Redis; the tag is its.
const STORE: &str = "image: {tag: latest}";

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_store_keeps_keys_and_password_over_its_pod_an_upgrade_and_the_release() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let chart = chart("redis");
    helm.apply("queue", &chart, STORE).await.is_done();
    let tested = helm.test("queue").await;
    tested.is_done();
    assert!(tested.text.contains("queue keeps keys"), "{}", tested.text);
    assert_eq!(redis(&place, "set amount 4711").await, "OK");
    let said = place.kubectl.run("exec queue-0 -- env -u REDISCLI_AUTH redis-cli get amount").await;
    assert!(said.text.contains("NOAUTH"), "without the password: {}", said.text);

    place.kubectl.run("delete pod queue-0").await.is_done();
    place.ready("queue-0").await;
    assert_eq!(redis(&place, "get amount").await, "4711");
    helm.apply("queue", &chart, &format!("{STORE}\nmemory: {{max: 64mb, policy: volatile-lru}}")).await.is_done();
    assert_eq!(redis(&place, "config get maxmemory-policy").await, "maxmemory-policy\nvolatile-lru");
    assert_eq!(redis(&place, "get amount").await, "4711");
    uninstall(&place, "queue", &["persistentvolumeclaim/queue-data", "secret/queue"]).await;
    helm.apply("queue", &chart, STORE).await.is_done();
    assert_eq!(redis(&place, "get amount").await, "4711");
}

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_cache_without_password_and_volume_leaves_nothing() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let cache = format!("{STORE}\nauth: {{enabled: false}}\npersistence: {{enabled: false, size: 64Mi}}");
    helm.apply("queue", &chart("redis"), &cache).await.is_done();
    assert_eq!(redis(&place, "set amount 4711").await, "OK");
    helm.test("queue").await.is_done();
    uninstall(&place, "queue", &[]).await;
}

/// A password with all that a shell and a configuration may take for something else.
#[tokio::test]
#[ignore = "needs a real node"]
async fn a_password_of_ones_own_may_have_any_signs() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    let password = r#"a"b\c $(d) 'e' #f %s"#;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine"}, "stringData": {"any.key": password},
    });
    place.kubectl.apply(&secret).await.is_done();
    let mine = "auth: {existingSecret: mine, passwordKey: any.key}";
    helm.apply("queue", &chart("redis"), &format!("{STORE}\n{mine}")).await.is_done();
    helm.test("queue").await.is_done();
    helm.apply("accounts", &chart("postgresql"), &format!("image: {{tag: latest}}\n{mine}")).await.is_done();
    helm.test("accounts").await.is_done();
    for release in ["queue", "accounts"] {
        assert!(place.get("secret", release).await.is_none(), "{release} made none of its own");
    }
}

/// Every field that any value brings about is one that the API server knows.
#[tokio::test]
#[ignore = "needs a real node"]
async fn the_api_server_takes_all_that_the_charts_can_say() {
    let place = place().await;
    let helm = Helm::of(&place.kubectl);
    for entry in ["web-service", "worker", "cron-job", "postgresql", "redis"] {
        let ci = repository().join("catalog").join(entry).join("ci");
        for file in std::fs::read_dir(&ci).expect("is there").map(|file| file.expect("can be read").path()) {
            if file.is_dir() {
                continue;
            }
            // The cluster has no Gateway API, and a developer no right to make a route.
            let text = std::fs::read_to_string(&file).expect("can be read");
            let text: String =
                text.lines().filter(|line| !line.starts_with("gateway:")).map(|line| format!("{line}\n")).collect();
            let values = place.kubectl.write("values.yaml", &text);
            let said = helm.try_install("shop", &chart(entry), &values).await;
            assert!(said.is_done, "{}: {}", file.display(), said.text);
        }
    }
}
