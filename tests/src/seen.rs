//! What a run lets out, searched for what must stay secret: answers at once; when all tests have ended, by
//! `cargo xtask test` (`xtask/src/secrets.rs`), what the Berths of this process write to their log, into the trail and
//! into their numbers, and the logs of what tests start for themselves.

use crate::actor::Answer;
use crate::queries;
use crate::run::stack_dir;
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Beside the stack's own logs.
const DIR: &str = "seen";
/// More than a Berth is told to write by default.
const FILTER: &str = "info,server=debug";

/// Where the run writes it down.
struct Seen {
    secrets: Mutex<File>,
    trail: Mutex<File>,
    programs: Mutex<File>,
    providers: Mutex<File>,
    databases: Mutex<File>,
    numbers: Mutex<File>,
}

/// Whose logs are kept when their directory goes.
#[derive(Clone, Copy)]
pub(crate) enum LogsOf {
    Program,
    Provider,
    Database,
}

/// Those that were there before the first test; they are in no answer.
static LASTING: OnceLock<Vec<Secret>> = OnceLock::new();

/// What it is, and the secret.
pub(crate) type Secret = (&'static str, String);

fn seen() -> &'static Seen {
    static SEEN: OnceLock<Seen> = OnceLock::new();
    SEEN.get_or_init(|| {
        std::fs::create_dir_all(stack_dir().join(DIR)).expect("is made");
        let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(open("berth.log")));
        let lines = lines.with_filter(EnvFilter::new(FILTER));
        tracing_subscriber::registry().with(lines).with(queries::counter()).init();
        let file = |name| Mutex::new(open(name));
        Seen {
            secrets: file("secrets"),
            trail: file("trail.log"),
            programs: file("programs.log"),
            providers: file("providers.log"),
            databases: file("databases.log"),
            numbers: file("metrics.log"),
        }
    })
}

/// Others may write there, too.
fn open(name: &str) -> File {
    let file = stack_dir().join(DIR).join(name);
    OpenOptions::new().create(true).append(true).mode(0o600).open(file).expect("can be written")
}

/// Begins to write down. Before the first Berth starts.
pub(crate) fn begin() {
    seen();
}

/// What no answer may hold from now on.
pub(crate) fn keep_from_answers(secrets: Vec<Secret>) {
    secrets.iter().for_each(|(what, secret)| learn(what, secret));
    assert!(LASTING.set(secrets).is_ok(), "a run begins once");
}

/// What nothing may hold that is written down.
pub(crate) fn learn(what: &str, secret: &str) {
    write(&seen().secrets, &format!("{what}\t{secret}\n"));
}

/// Rows of the audit trail.
pub(crate) fn note_trail(rows: &[String]) {
    write(&seen().trail, &rows.iter().map(|row| format!("{row}\n")).collect::<String>());
}

/// What is served at `/metrics`.
pub(crate) fn note_numbers(text: &str) {
    write(&seen().numbers, text);
}

/// What one of them wrote, in a directory that goes now, or before it writes there anew.
pub(crate) fn keep_logs(of: LogsOf, dir: &Path) {
    let kept = match of {
        LogsOf::Program => &seen().programs,
        LogsOf::Provider => &seen().providers,
        LogsOf::Database => &seen().databases,
    };
    let logs = std::fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    for log in logs.filter(|file| file.extension().is_some_and(|kind| kind == "log")) {
        write(kept, &String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()));
    }
}

/// Nobody is ever shown a secret that they did not make with this very request; those are learned.
#[track_caller]
pub(crate) fn look_through(answer: &Answer) {
    let (text, headers) = (answer.text(), format!("{:?}", answer.headers));
    for (what, secret) in LASTING.get().into_iter().flatten() {
        assert!(!text.contains(secret) && !headers.contains(secret), "{what} is in the answer to {}", answer.asked);
    }
    for cookie in answer.set_cookies() {
        let value = cookie.strip_prefix("__Host-berth=").and_then(|rest| rest.split(';').next());
        value.filter(|value| !value.is_empty()).into_iter().for_each(|value| learn("a session's cookie", value));
    }
    if let Some(token) = made(&text) {
        learn("an access token", &token);
    }
    for line in text.lines().filter_map(|line| line.trim().strip_prefix("token: ")) {
        learn("a token of a kubeconfig", line.trim_matches('"'));
    }
}

/// The token that the answer hands out, if it does.
fn made(text: &str) -> Option<String> {
    if !text.starts_with('{') || !text.contains("\"berth_") {
        return None;
    }
    let answer: Value = serde_json::from_str(text).ok()?;
    answer["token"].as_str().filter(|token| token.starts_with("berth_")).map(str::to_owned)
}

/// What is kept in one of the files.
pub fn kept(name: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(stack_dir().join(DIR).join(name)).expect("can be read")).into_owned()
}

fn write(file: &Mutex<File>, lines: &str) {
    // A test that failed in between has written whole lines.
    let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    file.write_all(lines.as_bytes()).expect("can be written");
}
