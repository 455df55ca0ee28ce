//! Commands of the program `berth`, on the database of a desk.

use crate::desk::Desk;
use crate::run::{stack, stack_dir};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

/// Until a command is done.
const LIMIT: Duration = Duration::from_secs(60);

/// What a command said, and how it ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Desk {
    /// Runs `berth` as the operator does, configured by the environment alone.
    pub async fn run(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(&stack().berth);
        command
            .env_clear()
            .env("BERTH_HTTP__LISTEN", "127.0.0.1:0")
            .env("BERTH_HTTP__PUBLIC_URL", self.url())
            .env("BERTH_DATABASE__URL", self.database_url().as_str())
            .env("BERTH_OIDC__ISSUER", &stack().issuer)
            .env("BERTH_OIDC__CLIENT_ID", &stack().client_id)
            .env("BERTH_OIDC__CLIENT_SECRET_FILE", &stack().client_secret_file)
            .env("BERTH_SECRETS__KEY_FILE", stack_dir().join("test-key"))
            .env("BERTH_ASSETS__DIR", &stack().site_dir)
            .env("BERTH_CATALOG__HELM", &stack().helm)
            .env("BERTH_HELP__CONTACT", "the platform team (platform@berth.test)")
            .args(args)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(LIMIT, command.output()).await.expect("ends in time").expect("can be run");
        let text = |bytes| String::from_utf8(bytes).expect("is text");
        Ran { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ran {
    /// What it said, when it ended like this; the test fails otherwise.
    #[track_caller]
    pub fn expect(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        if code == 1 { self.stderr } else { self.stdout }
    }
}
