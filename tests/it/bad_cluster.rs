//! A cluster that is there and in trouble: slow, busy, broken off, garbled, not trusted. Berth waits where waiting helps,
//! gives up with a reason where it does not, and no page waits with it.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::{CLUSTER, Desk, Disturbance, Fault, Opening, Proxy, Role, eventually, kubernetes};

/// What a page may take in these tests, where other tests run beside them.
const SOON: Duration = Duration::from_secs(4);

#[tokio::test]
async fn what_may_pass_is_waited_for_and_provisioning_ends_by_itself() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let broken = |code, says| Fault::Status { code, says, retry_after: None };
    let faults = [
        (broken(500, "etcdserver: request timed out"), "etcdserver: request timed out"),
        (broken(503, "the server is currently unable to handle the request"), "currently unable"),
        (Fault::HalfAnAnswer, "does not answer"),
        (Fault::Garbage, "its answer is not JSON"),
    ];
    let mut waiting = Vec::new();
    for (fault, says) in faults {
        let (number, name) = asked(&desk).await;
        let disturbance = applying(&proxy, fault, "limitranges", name);
        approve(&desk, number).await;
        waiting.push((number, says, disturbance));
    }
    for (number, says, disturbance) in waiting {
        let step = until_said(&desk, number, says).await;
        assert_eq!((&step["step"], &step["state"]), (&json!("limits"), &json!("running")), "{step}");
        // While it tries, the page says nothing of the last time.
        eventually("the page says that Berth tries again", async || {
            let page = desk.as_(Role::Developer).await.get(&format!("/requests/{number}")).await.expect(200).text();
            page.contains("Berth retries automatically").then_some(())
        })
        .await;
        drop(disturbance);
        desk.until(number, "completed").await;
    }
}

#[tokio::test]
async fn a_cluster_that_says_when_to_come_again_is_not_asked_before() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let (number, name) = asked(&desk).await;
    let busy = Fault::Status { code: 429, says: "too many requests", retry_after: Some(45) };
    let disturbance = applying(&proxy, busy, "limitranges", name);
    approve(&desk, number).await;
    until_said(&desk, number, "asks to come again in 45 s").await;
    assert_eq!(desk.request(number).await["state"], "applying");
    let waits = "select extract(epoch from run_at - now())::float8, n_broken from jobs
        where kind = 'sync_namespace' and leased_by is null";
    let (wait, n_broken) = eventually("the job is put back", async || {
        sqlx::query_as::<_, (f64, i32)>(waits).fetch_optional(desk.db()).await.expect("reads")
    })
    .await;
    assert!((35.0..=45.0).contains(&wait), "{wait}");
    assert_eq!(n_broken, 0, "it is no fault of Berth");
    assert_eq!(disturbance.count(), 1);
    drop(disturbance);
    do_now(&desk).await;
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn a_cluster_that_goes_away_in_the_middle_of_a_change_is_waited_for() {
    let mut proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let (number, name) = asked(&desk).await;
    let disturbance = applying(&proxy, Fault::AnswerHeld, "resourcequotas", name);
    approve(&desk, number).await;
    disturbance.met().await;
    proxy.cut().await;
    let step = until_said(&desk, number, "does not answer").await;
    assert_eq!(step["step"], "quota");
    drop(disturbance);
    proxy.restore().await;
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn a_cluster_that_answers_nothing_holds_up_no_page_and_the_step_says_so() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    let name = name_of(&desk.provisioned().await);
    live(&desk, &name).await;
    let silence = proxy.disturb(Fault::Held, |_| true);
    let number = desk.approved().await;
    silence.met().await;
    let platform = desk.as_(Role::Platform).await;
    let request = format!("/requests/{number}");
    let namespace = format!("/namespaces/{CLUSTER}/{name}");
    let cluster = format!("/clusters/{CLUSTER}");
    for path in ["/", "/requests", "/namespaces", "/namespaces/new", "/clusters", &request, &namespace, &cluster] {
        let began = Instant::now();
        platform.get(path).await.expect(200);
        assert!(began.elapsed() < SOON, "{path} took {:?}", began.elapsed());
    }
    until_said(&desk, number, "no answer in time").await;
    drop(silence);
    desk.until(number, "completed").await;
    live(&desk, &name).await;
}

#[tokio::test]
async fn nothing_is_missed_while_watches_are_broken_off_and_what_is_seen_says_that_it_is_old() {
    let mut proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    let name = name_of(&desk.provisioned().await);
    let deployments: Api<Deployment> = Api::namespaced(kubernetes::admin().await, &name);
    for deployment in ["first", "second"] {
        let made = kubernetes::a_deployment(deployment, 1, "100m", "");
        deployments.create(&PostParams::default(), &made).await.expect("is made");
    }
    until_seen(&desk, &name, &["first", "second"]).await;
    live(&desk, &name).await;

    let busy = Fault::Status { code: 503, says: "not now", retry_after: None };
    let no_watch = proxy.disturb(busy, |asked| asked.contains("watch=true"));
    proxy.hang_up().await;
    no_watch.met().await;
    deployments.delete("first", &DeleteParams::background()).await.expect("is deleted");
    let old = eventually("it says that it is old", async || {
        let seen = seen(&desk, &name).await;
        (seen["freshness"]["state"] == "stale").then_some(seen)
    })
    .await;
    // Its pods may have been seen to go: what fails comes first.
    let mut left = workloads(&old);
    left.sort_unstable();
    assert_eq!(left, ["first", "second"], "what was seen last stays");
    let page = desk.as_(Role::Developer).await.get(&format!("/namespaces/{CLUSTER}/{name}")).await.expect(200).text();
    assert!(page.contains("first"), "{page}");
    drop(no_watch);
    until_seen(&desk, &name, &["second"]).await;

    // A watch that cannot go on where it stopped begins with a new list.
    let too_old = proxy.disturb(Fault::Gone, |asked| asked.contains("/deployments?") && asked.contains("watch=true"));
    proxy.hang_up().await;
    deployments.delete("second", &DeleteParams::background()).await.expect("is deleted");
    too_old.met().await;
    until_seen(&desk, &name, &[]).await;
    drop(too_old);
    live(&desk, &name).await;
}

#[tokio::test]
async fn a_cluster_with_another_certificate_is_not_trusted_and_platform_reads_what_to_do() {
    let mut proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    proxy.be_somebody_else(true).await;
    let number = desk.approved().await;
    let step = until_said(&desk, number, "certificate is not one that Berth trusts").await;
    assert!(step["detail"].as_str().is_some_and(|says| says.contains("berth cluster renew")), "{step}");
    let platform = desk.as_(Role::Platform).await;
    let check = platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200).text();
    assert!(check.contains("certificate is not one that Berth trusts"), "{check}");
    proxy.be_somebody_else(false).await;
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn a_token_that_the_cluster_no_longer_takes_fails_the_request_and_platform_reads_what_to_do() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, watches: true, ..proxy.opening() }).await;
    let disturbance = proxy.disturb(Fault::UnknownToken, |_| true);
    let number = desk.approved().await;
    let failed = desk.until(number, "failed").await;
    let what_to_do = "does not accept Berth's token; run `berth cluster renew`";
    assert!(failed["failure"].as_str().is_some_and(|why| why.contains(what_to_do)), "{}", failed["failure"]);
    let platform = desk.as_(Role::Platform).await;
    let check = platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200).text();
    assert!(check.contains(what_to_do), "{check}");
    drop(disturbance);
    platform.post(&format!("/api/v1/requests/{number}/retry"), &json!({})).await.expect(200);
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn what_a_cluster_does_not_answer_in_the_middle_of_a_check_is_not_verified_and_what_it_denies_failed() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(proxy.opening()).await;
    let platform = desk.as_(Role::Platform).await;
    let check = async || {
        let check = platform.post(&format!("/api/v1/clusters/{CLUSTER}/check"), &json!({})).await.expect(200).json();
        let rows = check["checks"].as_array().expect("is a list").clone();
        let row =
            |row: &Value| [&row["what"], &row["outcome"]].map(|text| text.as_str().unwrap_or_default().to_owned());
        rows.iter().map(row).map(|[what, outcome]| (what, outcome)).collect::<BTreeMap<_, _>>()
    };
    let sound = check().await;
    let is_first = |what: &String| what == "the API server answers" || what.starts_with("Kubernetes is ");
    let later = |asked: &str| !asked.contains(" /version");
    let faults = [
        (Fault::Status { code: 503, says: "away", retry_after: None }, "not_verified"),
        (Fault::HalfAnAnswer, "not_verified"),
        (Fault::Garbage, "not_verified"),
        (Fault::Status { code: 403, says: "no", retry_after: None }, "failed"),
    ];
    for (fault, expected) in faults {
        let disturbance = proxy.disturb(fault, later);
        let found = check().await;
        assert!(found.keys().eq(sound.keys()), "{fault:?}: {found:?}");
        for (what, outcome) in &found {
            assert_eq!(outcome, if is_first(what) { "passed" } else { expected }, "{fault:?}: {what}");
        }
        drop(disturbance);
    }
    let disturbance = proxy.disturb(Fault::Status { code: 503, says: "away", retry_after: None }, |_| true);
    assert_eq!(check().await, BTreeMap::from([("the API server answers".to_owned(), "failed".to_owned())]));
    drop(disturbance);
    assert_eq!(check().await, sound);
}

#[tokio::test]
async fn a_right_that_lacks_is_named_by_the_request_that_failed_for_it() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let (number, name) = asked(&desk).await;
    let says = "networkpolicies.networking.k8s.io is forbidden: the provisioner cannot patch resource networkpolicies";
    let disturbance = applying(&proxy, Fault::Status { code: 403, says, retry_after: None }, "networkpolicies", name);
    approve(&desk, number).await;
    let failed = desk.until(number, "failed").await;
    let failure = failed["failure"].as_str().expect("has a reason");
    assert!(failure.contains("cannot patch resource networkpolicies"), "{failure}");
    assert!(failure.contains("berth cluster check"), "{failure}");
    drop(disturbance);
    desk.as_(Role::Platform).await.post(&format!("/api/v1/requests/{number}/retry"), &json!({})).await.expect(200);
    desk.until(number, "completed").await;
}

#[tokio::test]
async fn a_single_404_is_not_believed() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let made = desk.provisioned().await;
    let (number, name) = (made["number"].as_i64().expect("is a number"), name_of(&made));
    let once = |name: &str| {
        let (path, is_over) = (format!("GET /api/v1/namespaces/{name}"), AtomicBool::new(false));
        let gone = Fault::Status { code: 404, says: "namespaces not found", retry_after: None };
        proxy.disturb(gone, move |asked| asked.starts_with(&path) && !is_over.swap(true, Ordering::Relaxed))
    };
    let disturbance = once(&name);
    let more = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "size": "M", "purpose": "More"});
    let more = desk.as_(Role::Developer).await.post("/api/v1/requests", &more).await.expect(201).json();
    let more = more["number"].as_i64().expect("is a number");
    approve(&desk, more).await;
    desk.until(more, "completed").await;
    assert_eq!(disturbance.count(), 1);
    drop(disturbance);

    desk.forged().failed_after_all(number).await;
    let disturbance = once(&name);
    desk.as_(Role::Platform).await.post(&format!("/api/v1/requests/{number}/undo"), &json!({})).await.expect(200);
    desk.until(number, "undone").await;
    assert_eq!(disturbance.count(), 1);
    let left = Api::<Namespace>::all(kubernetes::admin().await).get_opt(&name).await.expect("answers");
    assert!(left.is_none_or(|left| left.metadata.deletion_timestamp.is_some()), "nothing is left behind");
}

async fn asked(desk: &Desk) -> (i64, String) {
    let number = desk.asked().await;
    (number, name_of(&desk.request(number).await))
}

async fn approve(desk: &Desk, number: i64) {
    let path = format!("/api/v1/requests/{number}/approve");
    desk.as_(Role::Owner).await.post(&path, &json!({"revision": 1})).await.expect(200);
}

fn name_of(request: &Value) -> String {
    request["name"].as_str().expect("is text").to_owned()
}

/// Trouble when objects of one kind are applied in a namespace, and not only tried.
fn applying(proxy: &Proxy, fault: Fault, kind: &'static str, namespace: String) -> Disturbance {
    proxy.disturb(fault, move |asked| {
        asked.starts_with("PATCH ")
            && asked.contains(&format!("/namespaces/{namespace}/{kind}/"))
            && !asked.contains("dryRun")
    })
}

/// Waits until a step says it, and answers that step.
async fn until_said(desk: &Desk, number: i64, says: &str) -> Value {
    eventually(says, async || {
        let request = desk.request(number).await;
        assert_ne!(request["state"], "failed", "{}", request["failure"]);
        let steps = request["steps"].as_array()?.clone();
        steps.into_iter().find(|step| step["detail"].as_str().is_some_and(|detail| detail.contains(says)))
    })
    .await
}

/// What waits for its time is done now.
async fn do_now(desk: &Desk) {
    desk.forged().jobs_due(Some("sync_namespace")).await;
}

async fn seen(desk: &Desk, name: &str) -> Value {
    desk.as_(Role::Developer).await.get(&format!("/api/v1/namespaces/{CLUSTER}/{name}")).await.expect(200).json()
}

fn workloads(seen: &Value) -> Vec<String> {
    let names = seen["workloads"].as_array().into_iter().flatten().filter_map(|workload| workload["name"].as_str());
    names.map(str::to_owned).collect()
}

async fn until_seen(desk: &Desk, name: &str, wanted: &[&str]) {
    eventually(&format!("{wanted:?} are seen"), async || (workloads(&seen(desk, name).await) == wanted).then_some(()))
        .await;
}

async fn live(desk: &Desk, name: &str) {
    eventually("it is live", async || (seen(desk, name).await["freshness"]["state"] == "live").then_some(())).await;
}

#[tokio::test]
async fn a_quota_that_never_comes_into_force_fails_the_request_with_what_was_seen_and_can_be_undone() {
    let proxy = Proxy::to_cluster().await;
    let desk = Desk::with(Opening { works: true, ..proxy.opening() }).await;
    let number = desk.asked().await;
    let name = name_of(&desk.request(number).await);
    let other = Fault::Changed(|quota| {
        for place in ["/spec/hard/pods", "/status/hard/pods"] {
            if let Some(pods) = quota.pointer_mut(place) {
                *pods = "7".into();
            }
        }
    });
    let path = format!("/namespaces/{name}/resourcequotas/");
    let disturbance = proxy.disturb(other, move |asked| asked.starts_with("GET ") && asked.contains(&path));
    desk.as_(Role::Owner)
        .await
        .post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1}))
        .await
        .expect(200);
    // It is given 45 seconds to come into force.
    eventually("it is looked at for a while", async || (disturbance.count() > 20).then_some(())).await;
    let failed = desk.until(number, "failed").await;
    let seen = format!("Pods is 7 instead of {}", failed["granted"]["pods"]);
    assert!(failed["failure"].as_str().is_some_and(|why| why.contains(&seen)), "{}", failed["failure"]);
    let steps = failed["steps"].as_array().expect("is a list");
    let failed_steps: Vec<_> =
        steps.iter().filter(|step| step["state"] == "failed").map(|step| &step["step"]).collect();
    assert_eq!(failed_steps, ["verify"], "{}", failed["steps"]);
    drop(disturbance);
    desk.as_(Role::Developer).await.post(&format!("/api/v1/requests/{number}/undo"), &json!({})).await.expect(200);
    desk.until(number, "undone").await;
}

#[tokio::test]
async fn a_cluster_that_is_in_trouble_is_told_of_once_and_by_name() {
    let mut proxy = Proxy::to_cluster().await;
    let desk = Desk::with(proxy.opening()).await;
    let mut program = desk.program();
    program.serve().await;
    let platform = desk.as_at(Role::Platform, &format!("http://127.0.0.1:{}", program.settings.port)).await;
    let until = async |wanted: &str| {
        eventually(wanted, async || {
            let seen = platform.get("/api/v1/clusters").await.expect(200).json();
            (seen[0]["freshness"]["state"] == wanted).then_some(())
        })
        .await;
    };
    until("live").await;
    let before = program.log("serve").len();
    let disturbance = proxy.disturb(Fault::Status { code: 503, says: "not now", retry_after: None }, |_| true);
    proxy.hang_up().await;
    until("unreachable").await;
    eventually("it is asked again and again", async || (disturbance.count() > 100).then_some(())).await;
    drop(disturbance);
    until("live").await;
    let log = program.log("serve").split_off(before);
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("not now") || line.contains(CLUSTER)).collect();
    assert!((2..=6).contains(&lines.len()), "{} lines: {log}", lines.len());
    assert!(lines.iter().all(|line| line.contains(CLUSTER)), "{lines:#?}");
}
