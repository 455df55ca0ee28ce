//! The real parts: a registry, the host of its tokens and a classic repository, all of them one program (`registry` beside this
//! crate) that ends with the test.

use super::certificates::Certificates;
use serde::Deserialize;
use sources::{Credentials, Kind, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

pub const USER: &str = "ada";
pub const PASSWORD: &str = "correct-horse";

pub struct Parts {
    pub certificates: Certificates,
    pub said: Said,
    pub dir: TempDir,
    _program: Child,
}

/// Scheme, host and port of each.
#[derive(Deserialize)]
pub struct Said {
    pub registry: String,
    #[serde(default)]
    pub tokens: String,
    #[serde(default)]
    pub repository: String,
}

impl Parts {
    /// With these flags, and with TLS.
    pub async fn start(flags: &[&str]) -> Self {
        let dir = TempDir::new().expect("a directory");
        let certificates = Certificates::of("localhost");
        let path = |name: &str| dir.path().join(name);
        fs::write(path("tls.crt"), &certificates.certificate).expect("is written");
        fs::write(path("tls.key"), &certificates.key).expect("is written");
        fs::write(path("users"), format!("{USER}:{PASSWORD}\n")).expect("is written");
        fs::create_dir_all(path("repository")).expect("is made");
        let mut program = tokio::process::Command::new(program())
            .arg("--dir")
            .arg(dir.path())
            .arg("--repository")
            .arg(path("repository"))
            .arg("--users")
            .arg(path("users"))
            .arg("--certificate")
            .arg(path("tls.crt"))
            .arg("--key")
            .arg(path("tls.key"))
            .args(flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(program.stdout.take().expect("is piped")).lines();
        let line = lines.next_line().await.expect("is read").expect("says where it is");
        Self { certificates, said: serde_json::from_str(&line).expect("is JSON"), dir, _program: program }
    }

    /// The registry as a source, for anybody.
    pub fn registry(&self) -> Source {
        let mut source = Source::new(Kind::Registry, self.said.registry.replace("https://", "oci://"));
        source.ca = Some(self.certificates.ca.clone());
        source
    }

    pub fn repository(&self) -> Source {
        let mut source = Source::new(Kind::Index, &self.said.repository);
        source.ca = Some(self.certificates.ca.clone());
        source
    }

    /// A file of the classic repository.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.dir.path().join("repository").join(name), content).expect("is written");
    }
}

pub fn ada() -> Credentials {
    Credentials::Basic { user: USER.into(), password: PASSWORD.into() }
}

pub fn wrong() -> Credentials {
    Credentials::Basic { user: USER.into(), password: "battery-staple".into() }
}

/// `cargo xtask test` names one that it built; else Go knows whether there is something to build.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(built) = std::env::var_os("BERTH_REGISTRY") {
            return built.into();
        }
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("registry");
        let mut go = Command::new("go");
        go.current_dir(here.join("../registry")).args(["build", "-o"]).arg(&program).arg(".");
        let built = go.output().expect("Go 1.26 or newer is installed");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        program
    })
}
