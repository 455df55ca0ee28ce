//! The folder of one run: chart, values, kubeconfig and everything that helm may write, removed with it.

use super::chart_files::ChartFiles;
use secrecy::{ExposeSecret, SecretString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tokio::task;

/// Paths are relative: helm runs in the folder, and says nothing of where that is.
pub const CHART_ARGUMENT: &str = "./chart";
pub const VALUES_ARGUMENT: &str = "--values=values.yaml";

/// Nobody else may look into it.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

pub struct Folder(tempfile::TempDir);

impl Folder {
    /// With a kubeconfig, if there is one.
    pub async fn write(chart: &ChartFiles, values: &str, kubeconfig: Option<SecretString>) -> io::Result<Self> {
        let (chart, values) = (chart.clone(), values.to_owned());
        task::spawn_blocking(move || {
            let folder = Self::write_now(&chart, &values)?;
            if let Some(kubeconfig) = kubeconfig {
                write_file(&folder.kubeconfig(), kubeconfig.expose_secret().as_bytes())?;
            }
            Ok(folder)
        })
        .await
        .map_err(io::Error::other)?
    }

    fn write_now(chart: &ChartFiles, values: &str) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::Permissions::from_mode(FOLDER_MODE);
        let folder = Self(tempfile::Builder::new().prefix("berth-helm-").permissions(permissions).tempdir()?);
        create_folder(&folder.path().join("home"))?;
        create_folder(&folder.path().join("chart"))?;
        write_file(&folder.path().join("values.yaml"), values.as_bytes())?;
        for (path, bytes) in chart.iter() {
            let path = folder.path().join("chart").join(path);
            if let Some(parent) = path.parent() {
                create_folder(parent)?;
            }
            write_file(&path, bytes)?;
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// Where helm looks for one; there is none for a run without a cluster.
    pub fn kubeconfig(&self) -> PathBuf {
        self.path().join("kubeconfig")
    }

    /// Away from the threads that others wait on. What cannot be removed stays, readable by Berth alone.
    pub async fn remove(self) {
        let _ = task::spawn_blocking(move || self.0.close()).await;
    }
}

fn create_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path)
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?.write_all(bytes)
}
