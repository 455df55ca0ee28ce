//! The real `helm`, as somebody.

use crate::{Kubectl, Said, stack};
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;

/// More than Helm itself waits.
const LIMIT: Duration = Duration::from_secs(180);
const WAIT: &str = "--timeout=120s";

/// With a kubeconfig that somebody was given and its namespace, and a home of its own.
pub struct Helm<'a> {
    kubectl: &'a Kubectl,
}

impl<'a> Helm<'a> {
    pub fn of(kubectl: &'a Kubectl) -> Self {
        Self { kubectl }
    }

    /// Installs a chart, or upgrades the release there is, with values as YAML, and waits until all of it is ready. It lets a
    /// failed one stand, for its test to look at.
    pub async fn apply(&self, release: &str, chart: &Path, values: &str) -> Said {
        let chart = chart.display().to_string();
        let file = self.kubectl.write("values.yaml", values).display().to_string();
        self.run(&["upgrade", "--install", release, &chart, "--values", &file, "--wait", WAIT]).await
    }

    /// What the API server would say to an install.
    pub async fn try_install(&self, release: &str, chart: &Path, values: &Path) -> Said {
        let (chart, values) = (chart.display().to_string(), values.display().to_string());
        self.run(&["install", release, &chart, "--values", &values, "--dry-run=server"]).await
    }

    pub async fn test(&self, release: &str) -> Said {
        self.run(&["test", release, "--logs", WAIT]).await
    }

    pub async fn rollback(&self, release: &str) -> Said {
        self.run(&["rollback", release, "--wait", WAIT]).await
    }

    pub async fn uninstall(&self, release: &str) -> Said {
        self.run(&["uninstall", release, "--wait", WAIT]).await
    }

    /// Runs it to its end; the test fails when that does not come in time.
    pub async fn run(&self, words: &[&str]) -> Said {
        let mut command = Command::new(&stack().helm);
        command.env_clear().args(words).env("KUBECONFIG", self.kubectl.kubeconfig()).kill_on_drop(true);
        for (variable, dir) in
            [("HELM_CONFIG_HOME", "config"), ("HELM_CACHE_HOME", "cache"), ("HELM_DATA_HOME", "data")]
        {
            command.env(variable, self.kubectl.dir().join("helm").join(dir));
        }
        let ended = tokio::time::timeout(LIMIT, command.output()).await;
        let ended = ended.unwrap_or_else(|_| panic!("does not end: helm {words:?}")).expect("helm starts");
        Said::of(&ended)
    }
}
