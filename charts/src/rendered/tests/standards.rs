//! Pods that Kubernetes' own tests let in and refuse, read where its Go module lies: `pass` and `fail` of each level, and in
//! `fail` the name of a file says which check refuses it.

use super::*;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of fixtures of the newest version that they are for: later versions of the standards are the same.
const NEWEST: &str = "v1.35";

fn fixtures() -> Option<PathBuf> {
    let module = "k8s.io/pod-security-admission@v0.36.1";
    let output = Command::new("go").args(["mod", "download", "-json", module]).current_dir("/").output().ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(Path::new(answer["Dir"].as_str()?).join("test/testdata"))
}

fn judge(file: &Path) -> PodFacts {
    let text = std::fs::read_to_string(file).expect("can be read");
    facts(&text).pod_security.pods.remove(0)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("is a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("can be read").path()).collect();
    files.sort();
    files
}

#[test]
fn pods_are_judged_as_kubernetes_judges_its_own_examples() {
    let Some(fixtures) = fixtures() else {
        eprintln!("skipped: Kubernetes' examples cannot be fetched without Go and its modules");
        return;
    };
    let mut n_judged = 0;
    for level in [PodSecurity::Baseline, PodSecurity::Restricted] {
        let folder = fixtures.join(level.as_str()).join(NEWEST);
        for file in files(&folder.join("pass")) {
            let pod = judge(&file);
            assert!(pod.level >= level, "{} is refused: {:?}", file.display(), pod.violations);
            n_judged += 1;
        }
        for file in files(&folder.join("fail")) {
            let pod = judge(&file);
            assert!(pod.level < level, "{} is let in", file.display());
            let name = file.file_stem().expect("has a name").to_string_lossy().to_string();
            let check = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let found: Vec<_> =
                pod.violations.iter().map(|violation| violation.control.check_id().to_lowercase()).collect();
            assert!(found.iter().any(|found| found == check), "{}: {check} is not among {found:?}", file.display());
            n_judged += 1;
        }
    }
    assert!(n_judged > 100, "only {n_judged} examples were there");
}
