//! Kubeconfigs that would trip a library, through every door: each is refused in Berth's words, at once, and nothing breaks.

use serde_json::json;
use server::cluster::install::{Admin, Plain};
use std::time::{Duration, Instant};
use tests::{CLUSTER, Desk, Role};

/// Longer than any refusal takes, much shorter than what is unbounded.
const AT_ONCE: Duration = Duration::from_secs(5);

fn kubeconfig(server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: c, cluster: {{server: '{server}'}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\n"
    )
}

/// What each is, and what must be said of it.
fn hostile() -> Vec<(String, &'static str)> {
    const SERVER: &str = "https://127.0.0.1:1";
    vec![
        (kubeconfig(SERVER, "token: \"abc\\r\\nX-More: 1\""), "token"),
        (kubeconfig(SERVER, "token: \"abc\\n\""), "token"),
        (kubeconfig(SERVER, "client-certificate-data: '!', client-key-data: QUJD"), "client-certificate-data"),
        (kubeconfig("http://127.0.0.1:1", "token: x"), "server"),
        (kubeconfig("http://0x7f.1:1", "token: x"), "server"),
        (kubeconfig("http://169.254.169.254", "token: x"), "server"),
    ]
}

/// What only somebody outside would send: the operator's own file is read by kubectl's rules.
fn hostile_from_outside() -> Vec<(String, &'static str)> {
    let sound = kubeconfig("https://127.0.0.1:1", "token: x");
    let lists = (1..12).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", ")));
    let bomb: String = std::iter::once("a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned()).chain(lists).collect();
    vec![
        (kubeconfig("https://127.0.0.1:1", "token: 0.5"), "token"),
        (format!("{sound}{bomb}"), "aliases"),
        (format!("{sound}---\n{sound}"), "documents"),
        (format!("{sound}deep: {}{}\n", "[".repeat(2000), "]".repeat(2000)), "it "),
    ]
}

#[tokio::test]
async fn hostile_kubeconfigs_are_refused_by_every_door_at_once_with_the_field() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    for (text, says) in hostile().into_iter().chain(hostile_from_outside()) {
        let began = Instant::now();
        for path in ["/api/v1/clusters".to_owned(), format!("/api/v1/clusters/{CLUSTER}/renew")] {
            let mut body = json!({ "kubeconfig": text });
            if path.ends_with("clusters") {
                body["name"] = "quay-8".into();
            }
            let problem = platform.post(&path, &body).await.expect_problem(422, "invalid");
            assert_eq!(problem["errors"][0]["field"], "kubeconfig", "{problem}");
            assert!(problem["errors"][0]["message"].as_str().is_some_and(|m| m.contains(says)), "{says}: {problem}");
        }
        for path in ["/clusters/new".to_owned(), format!("/clusters/{CLUSTER}/renew")] {
            let page = platform.post_form(&path, &[("name", "quay-8"), ("kubeconfig", &text)]).await.expect(422).text();
            assert!(page.contains(says), "{says}: {page}");
        }
        assert!(began.elapsed() < AT_ONCE * 4, "{says} took {:?}", began.elapsed());
    }
    let dir = tempfile::tempdir().expect("makes a directory");
    let file = dir.path().join("admin.yaml");
    let path = file.to_str().expect("is text");
    for (text, says) in hostile() {
        std::fs::write(&file, text).expect("is written");
        for args in
            [["cluster", "add", "quay-8", "--kubeconfig", path], ["cluster", "renew", CLUSTER, "--kubeconfig", path]]
        {
            let said = desk.run(&args).await.expect(1);
            assert!(said.contains(says) && !said.contains("panicked"), "{says}: {said}");
        }
    }
}

/// One context that is sound, and one that would run a program, read files and go without TLS.
fn with_another_context(marker: &str) -> String {
    let exec = format!(
        "{{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: touch, args: ['{marker}']}}"
    );
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: other\ncontexts: [{{name: other, context: {{cluster: d, user: v}}}}, \
         {{name: good, context: {{cluster: c, user: u}}}}]\n\
         clusters: [{{name: d, cluster: {{server: 'http://10.0.0.1', certificate-authority: '{marker}.crt'}}}}, \
         {{name: c, cluster: {{server: 'https://127.0.0.1:1'}}}}]\n\
         users: [{{name: v, user: {{exec: {exec}, tokenFile: '{marker}.token', client-key: '{marker}.key'}}}}, \
         {{name: u, user: {{token: x}}}}]\n"
    )
}

#[tokio::test]
async fn another_context_is_not_held_against_the_one_that_is_meant_and_nothing_of_it_is_run_or_read() {
    let desk = Desk::quiet().await;
    let platform = desk.as_(Role::Platform).await;
    let dir = tempfile::tempdir().expect("makes a directory");
    let (marker, file) = (dir.path().join("ran"), dir.path().join("admin.yaml"));
    let text = with_another_context(marker.to_str().expect("is text"));
    std::fs::write(&file, &text).expect("is written");

    let sent = Admin::of_text(&text, Some("good"), Plain::Refused).await.expect("is taken");
    let own = Admin::of_file(&file, Some("good"), Plain::Refused).await.expect("is taken");
    for admin in [sent, own] {
        admin.uid().await.expect_err("nobody listens there");
    }
    for outcome in [
        Admin::of_text(&text, None, Plain::Refused).await,
        Admin::of_text(&text, Some("other"), Plain::Refused).await,
        Admin::of_file(&file, None, Plain::Refused).await,
    ] {
        assert!(outcome.is_err(), "the other one is not sound");
    }
    let path = format!("/api/v1/clusters/{CLUSTER}/renew");
    platform.post(&path, &json!({"kubeconfig": text})).await.expect_problem(422, "invalid");
    let answer = platform.post(&path, &json!({"kubeconfig": text, "context": "good"})).await;
    assert_ne!(answer.status, 200);
    assert!(!answer.text().contains("does not take"), "{}", answer.text());
    let file = file.to_str().expect("is text");
    let said = desk.run(&["cluster", "renew", CLUSTER, "--kubeconfig", file, "--context", "good"]).await.expect(1);
    assert!(!said.contains("does not take"), "{said}");

    assert!(!marker.exists(), "a program was run");
    let left: Vec<_> = std::fs::read_dir(dir.path()).expect("can be read").collect();
    assert_eq!(left.len(), 1, "only the kubeconfig is there: {left:?}");
}
