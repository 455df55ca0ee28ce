//! The real `helm`, without a cluster, a home or anything of this process's environment.

use serde_json::Value;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The variable in which `cargo xtask` says where Helm is.
const VARIABLE: &str = "BERTH_HELM";
/// Where it puts it.
const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tools/helm");

/// A Helm with a home of its own.
pub struct Helm {
    program: PathBuf,
    home: TempDir,
}

impl Helm {
    pub fn new() -> Self {
        let program = env::var_os(VARIABLE).map_or_else(|| BUILT.into(), PathBuf::from);
        assert!(program.exists(), "there is no {}: `cargo xtask test --only unit` builds it", program.display());
        Self { program, home: tempfile::tempdir().unwrap() }
    }

    /// Lints a chart as strictly as Helm can. Errs with what it says.
    pub fn lint(&self, chart: &Path, values: &[&Path]) -> Result<String, String> {
        self.run(&["lint", "--strict"], chart, values)
    }

    /// The objects of a release `shop` of a chart, tests among them. Errs with what Helm says.
    pub fn render(&self, chart: &Path, values: &[&Path]) -> Result<Vec<Value>, String> {
        self.objects(&["template", "shop"], chart, values)
    }

    /// The same for an upgrade.
    pub fn render_upgrade(&self, chart: &Path, values: &[&Path]) -> Result<Vec<Value>, String> {
        self.objects(&["template", "shop", "--is-upgrade"], chart, values)
    }

    /// The same for a release of another name.
    pub fn render_as(&self, name: &str, chart: &Path) -> Result<Vec<Value>, String> {
        self.objects(&["template", name], chart, &[])
    }

    fn objects(&self, words: &[&str], chart: &Path, values: &[&Path]) -> Result<Vec<Value>, String> {
        let text = self.run(words, chart, values)?;
        let objects: Vec<Value> = serde_saphyr::from_multiple(&text).map_err(|error| format!("{error}\n{text}"))?;
        Ok(objects.into_iter().filter(|object| !object.is_null()).collect())
    }

    fn run(&self, words: &[&str], chart: &Path, values: &[&Path]) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command.env_clear().args(words).arg(chart);
        for (variable, dir) in
            [("HELM_CONFIG_HOME", "config"), ("HELM_CACHE_HOME", "cache"), ("HELM_DATA_HOME", "data")]
        {
            command.env(variable, self.home.path().join(dir));
        }
        command.args(values.iter().flat_map(|file| [Path::new("--values"), file]));
        let ended = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (said, errors) = (text(ended.stdout), text(ended.stderr));
        if ended.status.success() { Ok(said) } else { Err(said + &errors) }
    }
}
