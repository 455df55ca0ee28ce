//! Looks through what a run of tests wrote (logs of every part, the trail and the numbers of every Berth) for what must
//! stay secret.
//!
//! The tests note each secret they meet in `seen/secrets` of the stack's directory (`tests/src/seen.rs`), and what their
//! Berths write beside it. A run that noted nothing was not looked through, which is a failure, too.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result, bail, ensure};

const SEEN: &str = "seen";
const SECRETS: &str = "secrets";

/// What the tests of a step must have written.
#[derive(Debug)]
pub struct Expected {
    written: &'static [&'static str],
    /// Whether tests have clusters of their own.
    has_second: bool,
}

/// The Berths of the tests, the trail, their numbers, and what tests start for themselves.
pub const INTEGRATION: Expected = Expected {
    written: &["berth.log", "trail.log", "metrics.log", "programs.log", "providers.log", "databases.log"],
    has_second: true,
};
/// Of those that start nothing for themselves.
pub const STARTS_NOTHING: Expected = Expected { written: &["berth.log"], has_second: false };

/// How the directories of the tests' own clusters begin.
const SECOND: &str = "second-";
/// How every signed token of the provider and of clusters begins: `{"alg":"` in base64.
const SIGNED_TOKEN: &str = "eyJhbGciOi";
/// Leaks that are told of at most.
const TOLD_MOST: usize = 20;

/// Forgets what former runs noted.
pub fn forget(stack: &Path) -> Result<()> {
    match fs::remove_dir_all(stack.join(SEEN)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Errs with file and line of each secret that was found; never with the secret.
pub fn look(stack: &Path, run: &Expected) -> Result<()> {
    require_written(stack, run)?;
    let wanted = Wanted::read(&stack.join(SEEN).join(SECRETS))?;
    let mut leaks = Vec::new();
    for file in logs(stack)? {
        wanted.find(&file, &mut leaks)?;
    }
    if !leaks.is_empty() {
        let told: Vec<_> = leaks.iter().take(TOLD_MOST).map(String::as_str).collect();
        bail!("{} secrets are written down where they must not be:\n{}", leaks.len(), told.join("\n"));
    }
    Ok(())
}

fn require_written(stack: &Path, run: &Expected) -> Result<()> {
    let second = second_clusters(stack)?;
    ensure!(!run.has_second || !second.is_empty(), "no test had a cluster of its own: nothing was looked through");
    let second = second.into_iter().filter(|_| run.has_second).map(|dir| dir.join("cluster.log"));
    for file in run.written.iter().map(|name| stack.join(SEEN).join(name)).chain(second) {
        let size = fs::metadata(&file).map_or(0, |file| file.len());
        ensure!(size > 0, "{} is missing or empty: nothing was looked through", file.display());
    }
    Ok(())
}

/// Where a cluster's parts write, and those of its real node.
const OF_CLUSTER: [&str; 2] = ["cluster/log", "cluster/node/log"];

/// Of the parts, of the parts of each cluster, of every Berth, and of what tests started for themselves.
fn logs(stack: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut second) = (Vec::new(), second_clusters(stack)?);
    second.push(stack.to_owned());
    let dirs = second.iter().flat_map(|dir| [dir.clone()].into_iter().chain(OF_CLUSTER.map(|of| dir.join(of))));
    for dir in dirs.chain([stack.join(SEEN)]) {
        let files = if dir.exists() { entries(&dir)? } else { Vec::new() };
        found.extend(
            files.into_iter().filter(|file| file.extension().is_some_and(|kind| kind == "log" || kind == "jsonl")),
        );
    }
    found.sort();
    Ok(found)
}

/// Where the tests' own clusters are.
fn second_clusters(stack: &Path) -> Result<Vec<PathBuf>> {
    let is_one = |dir: &PathBuf| dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SECOND));
    Ok(entries(stack)?.into_iter().filter(is_one).collect())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
}

struct Wanted {
    names: Vec<String>,
    texts: AhoCorasick,
}

impl Wanted {
    fn read(file: &Path) -> Result<Self> {
        let noted = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        let (mut names, mut texts) = (vec!["a signed token".to_owned()], vec![SIGNED_TOKEN.to_owned()]);
        for (name, secret) in noted.lines().filter_map(|line| line.split_once('\t')) {
            names.push(name.to_owned());
            texts.push(secret.to_owned());
        }
        ensure!(texts.len() > 1, "{} names no secret: nothing was looked for", file.display());
        Ok(Self { names, texts: AhoCorasick::new(&texts)? })
    }

    fn find(&self, file: &Path, leaks: &mut Vec<String>) -> Result<()> {
        let lines = BufReader::new(File::open(file)?).split(b'\n');
        for (place, line) in lines.enumerate() {
            for found in self.texts.find_iter(&line?) {
                leaks.push(format!("{}:{}: {}", file.display(), place + 1, self.names[found.pattern()]));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Written(PathBuf);

    impl Written {
        fn new(name: &str) -> Self {
            let dir = std::env::temp_dir().join(format!("xtask-secrets-{name}-{}", std::process::id()));
            fs::create_dir_all(dir.join("cluster/log")).unwrap();
            fs::create_dir_all(dir.join("cluster/node/log")).unwrap();
            fs::create_dir_all(dir.join("second-1/cluster/log")).unwrap();
            fs::create_dir_all(dir.join(SEEN)).unwrap();
            let run = Self(dir);
            run.write("seen/secrets", "a session's cookie\tq7Jc0kie-of-somebody\nan access token\tberth_1234567890\n");
            for file in INTEGRATION.written {
                run.write(&format!("seen/{file}"), "nothing of note\n");
            }
            run.write("second-1/cluster.log", "is ready\n");
            run.write("identity.log", "GET /jwks\n");
            run
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).unwrap();
        }

        fn said(&self) -> String {
            look(&self.0, &INTEGRATION).map_or_else(|leaks| leaks.to_string(), |()| String::new())
        }
    }

    impl Drop for Written {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_run_that_wrote_no_secret_is_clean() {
        assert_eq!(Written::new("clean").said(), "");
    }

    #[test]
    fn a_planted_secret_is_found_with_file_and_line_and_not_repeated() {
        let written: Vec<_> = INTEGRATION.written.iter().map(|file| format!("seen/{file}")).collect();
        let of_parts = ["identity.log", "cluster.log", "cluster/log/audit.jsonl", "cluster/node/log/kubelet.log"]
            .map(str::to_owned);
        let of_second = ["second-1/cluster.log", "second-1/cluster/log/audit.jsonl"].map(str::to_owned);
        for place in written.iter().chain(&of_parts).chain(&of_second) {
            let run = Written::new(&place.replace('/', "-"));
            run.write(place, "nothing\ncookie: __Host-berth=q7Jc0kie-of-somebody; Path=/\n");
            let said = run.said();
            assert!(said.contains(&format!("{place}:2: a session's cookie")), "{said}");
            assert!(!said.contains("q7Jc0kie"), "{said}");
        }
    }

    #[test]
    fn a_signed_token_is_found_though_nobody_noted_it() {
        let run = Written::new("token");
        run.write("seen/berth.log", "DEBUG sent eyJhbGciOiJSUzI1NiJ9.e30.AAAA\n");
        assert!(run.said().contains("seen/berth.log:1: a signed token"));
    }

    #[test]
    fn a_run_that_noted_nothing_was_not_looked_through() {
        let run = Written::new("blind");
        run.write("seen/secrets", "");
        assert!(run.said().contains("names no secret"));
        run.write("seen/berth.log", "");
        assert!(run.said().contains("seen/berth.log is missing or empty"));
        run.write("seen/berth.log", "INFO served\n");
        fs::remove_dir_all(run.0.join("second-1")).unwrap();
        assert!(run.said().contains("no test had a cluster of its own"));
    }

    #[test]
    fn a_run_that_starts_nothing_for_itself_is_looked_through_all_the_same() {
        let run = Written::new("some");
        fs::remove_dir_all(run.0.join("second-1")).unwrap();
        for file in &INTEGRATION.written[1..] {
            fs::remove_file(run.0.join(SEEN).join(file)).unwrap();
        }
        look(&run.0, &STARTS_NOTHING).unwrap();
        run.write("identity.log", "cookie: q7Jc0kie-of-somebody\n");
        assert!(look(&run.0, &STARTS_NOTHING).unwrap_err().to_string().contains("identity.log:1: a session's cookie"));
        run.write("seen/berth.log", "");
        assert!(look(&run.0, &STARTS_NOTHING).unwrap_err().to_string().contains("nothing was looked through"));
    }
}
