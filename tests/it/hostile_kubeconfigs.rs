//! Kubeconfigs that would trip a library, through every door: each is refused in Berth's words, at once, and nothing breaks.

use serde_json::json;
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
