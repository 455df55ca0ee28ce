//! Whoever runs helm may die, and nothing of the run is left.

use super::*;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set for the process that is killed.
const VICTIM: &str = "BERTH_HELM_VICTIM";
const PATIENCE: Duration = Duration::from_secs(20);
const ENDLESS: &str = "{{ range $i := until 2000000 }}{{ range $j := until 2000000 }}{{ end }}{{ end }}";

#[tokio::test]
async fn death_leaves_neither_processes_nor_folders() {
    let Some(helm) = helm(Limits { time: Duration::from_secs(120), ..Limits::default() }).await else { return };
    let chart = chart(&[("templates/a.yaml", ENDLESS)]);
    if std::env::var_os(VICTIM).is_some() {
        // Never gets there: it is killed before.
        drop(helm.template(&chart, &RENDER).await);
        return;
    }
    let folder = tempfile::tempdir().expect("is made");
    let mut victim = Command::new(std::env::current_exe().expect("is known"))
        .args(["--exact", "death::death_leaves_neither_processes_nor_folders"])
        .env(VICTIM, "1")
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    until("helm runs", || is_running_below(folder.path(), "template"));
    victim.kill().expect("is killed");
    victim.wait().expect("ends");
    until("all of it is gone", || !is_anything_below(folder.path()) && is_empty(folder.path()));
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_is_ended() {
    let Some(helm) = helm(Limits { time: Duration::from_secs(120), ..Limits::default() }).await else { return };
    let marker = "berth-nobody-waits";
    let chart = chart(&[("templates/a.yaml", ENDLESS)]);
    let render = Render { release: marker, ..RENDER };
    let is_running = || processes().any(|(_, command)| command.contains(marker));
    {
        let mut run = std::pin::pin!(helm.template(&chart, &render));
        let began = Instant::now();
        while !is_running() {
            assert!(began.elapsed() < PATIENCE, "helm did not start");
            let _ = tokio::time::timeout(Duration::from_millis(20), run.as_mut()).await;
        }
    }
    until("it is gone", || !is_running());
}

fn until(what: &str, is_true: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}");
        std::thread::yield_now();
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("is a folder").next().is_none()
}

/// Of every process: the folder it runs in, and its command.
fn processes() -> impl Iterator<Item = (PathBuf, String)> {
    let entries = std::fs::read_dir("/proc").expect("is a folder").filter_map(|entry| Some(entry.ok()?.path()));
    entries.filter_map(|process| {
        let cwd = std::fs::read_link(process.join("cwd")).ok()?;
        let command = std::fs::read(process.join("cmdline")).ok()?;
        Some((cwd, String::from_utf8_lossy(&command).replace('\0', " ")))
    })
}

fn is_anything_below(folder: &Path) -> bool {
    processes().any(|(cwd, _)| cwd.starts_with(folder))
}

fn is_running_below(folder: &Path, word: &str) -> bool {
    processes().any(|(cwd, command)| cwd.starts_with(folder) && command.contains(word) && !command.contains("launch"))
}
