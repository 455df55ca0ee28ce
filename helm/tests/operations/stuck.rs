//! Operations that are stopped, and that are killed: what is left of them, and how a release gets going again.

use super::place::{statuses, until_last_is};
use super::*;
use helm::{Left, Recovery, Releases, StoppedBy, Undone, recovery};
use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Set for the process that is killed: the namespace it works in.
const VICTIM: &str = "BERTH_HELM_OPERATIONS_VICTIM";

async fn recovery_of(releases: &Releases) -> Recovery {
    recovery(&releases.history("it").await.unwrap_or_else(|error| panic!("{error}")))
}

/// Does something beside an operation, which is not at its end before.
async fn beside<T>(operation: impl Future<Output = T>, deed: impl Future<Output = ()>) -> T {
    tokio::join!(operation, deed).0
}

#[tokio::test]
async fn helm_that_is_killed_leaves_an_upgrade_pending_and_a_rollback_frees_it() {
    let Some(place) = Place::make() else { return };
    let (good, hanging) = (chart(&[CONFIG_MAP]), chart(&[CONFIG_MAP, HANGING_HOOK]));
    let token = place.token("installer");
    let releases = place.helm().await.releases(
        place.connection(&token),
        std::sync::Arc::new(tokio::sync::Semaphore::new(2)),
        Limits::of_operation(TIMEOUT * 4),
    );
    releases.install(&deploy(&good), unfollowed()).await.expect("is installed");
    let asked = Deploy { labels: &[("berth.dev/operation", "4f3c")], ..deploy(&hanging) };
    let killed = beside(releases.upgrade(&asked, unfollowed()), async {
        until_last_is(&releases, Status::PendingUpgrade).await;
        let cause = cause_of(releases.upgrade(&deploy(&good), unfollowed()).await);
        assert_eq!(cause, Cause::InProgress);
        kill(&place.namespace, &token);
    })
    .await;
    let error = killed.expect_err("does not succeed");
    assert!(matches!(&error, OperationError::Stopped { by: StoppedBy::Crash, left: Left::Unknown }), "{error:?}");

    let pending = releases.metadata("it", None).await.expect("is there");
    assert_eq!(
        (pending.revision, pending.labels["berth.dev/operation"].as_str()),
        (2, "4f3c"),
        "whose it is stands there"
    );
    assert_eq!(recovery_of(&releases).await, Recovery::RollBack { to: 1 });
    releases.roll_back(&rollback(1), unfollowed()).await.expect("goes through");
    let labels = releases.metadata("it", None).await.expect("is there").labels;
    assert!(!labels.contains_key("berth.dev/operation"), "those of the revision that it went back to");
    assert_eq!(statuses(&releases).await, [Status::Superseded, Status::PendingUpgrade, Status::Deployed]);
    assert_eq!(recovery_of(&releases).await, Recovery::Nothing);
    releases.upgrade(&deploy(&good), unfollowed()).await.expect("goes on");
}

/// The helm that is at work in a namespace, after a look at what others see of it.
fn kill(namespace: &str, token: &str) {
    use std::os::unix::fs::PermissionsExt;
    let of_namespace = |process: &&Seen| process.command.contains(&format!("--namespace={namespace}"));
    let all: Vec<_> = processes();
    let ours: Vec<_> = all.iter().filter(of_namespace).collect();
    for process in &ours {
        let environment = std::fs::read(format!("/proc/{}/environ", process.id)).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&environment).contains(token) && !process.command.contains(token));
    }
    let helm = ours.iter().find(|process| !process.command.contains("launch")).expect("runs");
    let kubeconfig = helm.folder.join("kubeconfig");
    assert!(std::fs::read_to_string(&kubeconfig).expect("is there").contains(token));
    let mode = std::fs::metadata(&kubeconfig).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    kill_process(Pid::from_raw(helm.id).expect("is a number"), Signal::KILL).expect("is killed");
}

#[tokio::test]
async fn death_ends_helm_takes_the_folder_along_and_the_release_is_recovered_by_the_next_one() {
    if let Some(place) = place_of_victim() {
        // Never gets there: it is killed before.
        drop(place.releases().await.upgrade(&deploy(&chart(&[HANGING_HOOK])), unfollowed()).await);
        return;
    }
    let Some(place) = Place::make() else { return };
    let releases = place.installed(&chart(&[CONFIG_MAP])).await;
    let victim =
        Victim::start("death_ends_helm_takes_the_folder_along_and_the_release_is_recovered_by_the_next_one", &place);
    until_last_is(&releases, Status::PendingUpgrade).await;
    victim.die().await;
    assert_eq!(statuses(&releases).await.last(), Some(&Status::PendingUpgrade));
    assert_eq!(recovery_of(&releases).await, Recovery::RollBack { to: 1 });
    releases.roll_back(&rollback(1), unfollowed()).await.expect("goes through");
}

#[tokio::test]
async fn death_ends_helm_also_while_it_undoes_what_was_cancelled() {
    let hanging = chart(&[CONFIG_MAP, HANGING_HOOK]);
    if let Some(place) = place_of_victim() {
        let (releases, cancel) = (place.releases().await, Cancel::new());
        let (asked, follow) =
            (Deploy { on_failure: OnFailure::Undo, ..deploy(&hanging) }, Follow { on_line: &|_| {}, cancel: &cancel });
        let cancelled = beside(releases.upgrade(&asked, follow), async {
            until_last_is(&releases, Status::PendingUpgrade).await;
            cancel.cancel();
        });
        drop(cancelled.await);
        return;
    }
    let Some(place) = Place::make() else { return };
    let releases = place.installed(&hanging).await;
    let victim = Victim::start("death_ends_helm_also_while_it_undoes_what_was_cancelled", &place);
    // Its hook hangs, too.
    until_last_is(&releases, Status::PendingRollback).await;
    victim.die().await;
    assert_eq!(recovery_of(&releases).await, Recovery::RollBack { to: 1 });
}

/// Another process with a test of this file, which works in the same place, with a folder of its own for its runs.
struct Victim {
    process: Child,
    folder: tempfile::TempDir,
}

fn place_of_victim() -> Option<Place> {
    std::env::var(VICTIM).ok().map(|namespace| Place::of(namespace).expect("there is a stack"))
}

impl Victim {
    fn start(test: &str, place: &Place) -> Self {
        let folder = tempfile::tempdir().expect("is made");
        let mut command = Command::new(std::env::current_exe().expect("is known"));
        command.args(["--exact", &format!("stuck::{test}")]).env(VICTIM, &place.namespace);
        command.env("TMPDIR", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { process: command.spawn().expect("starts"), folder }
    }

    /// At once, and all that it ran goes, too.
    async fn die(mut self) {
        let folder = self.folder.path();
        let is_running = || processes().iter().any(|process| process.folder.starts_with(folder));
        assert!(is_running());
        self.process.kill().expect("is killed");
        self.process.wait().expect("ends");
        let is_empty = || std::fs::read_dir(folder).expect("is a folder").next().is_none();
        eventually("all of it is gone", async || !is_running() && is_empty()).await;
    }
}

#[tokio::test]
async fn a_first_install_that_is_killed_is_uninstalled_and_installed_anew() {
    let Some(place) = Place::make() else { return };
    let releases = place.releases().await;
    let hanging = chart(&[CONFIG_MAP, &HANGING_HOOK.replace("pre-upgrade", "pre-install")]);
    {
        let deploy = deploy(&hanging);
        let operation = releases.install(&deploy, unfollowed());
        // Whoever waits for it goes away, which kills it.
        let is_pending = eventually("it is pending", async || {
            releases.history("it").await.is_ok_and(|history| history[0].status == Status::PendingInstall)
        });
        tokio::select! {
            ended = operation => panic!("{ended:?}"),
            () = is_pending => {}
        }
    }
    assert_eq!(cause_of(releases.install(&deploy(&chart(&[CONFIG_MAP])), unfollowed()).await), Cause::NameInUse);
    assert_eq!(recovery_of(&releases).await, Recovery::UninstallAndInstall);
    releases.uninstall(&uninstall(), unfollowed()).await.expect("is uninstalled");
    releases.install(&deploy(&chart(&[CONFIG_MAP])), unfollowed()).await.expect("is installed anew");
}

#[tokio::test]
async fn an_upgrade_that_is_cancelled_is_written_down_as_failed() {
    let Some(place) = Place::make() else { return };
    let (good, hanging) = (chart(&[CONFIG_MAP]), chart(&[CONFIG_MAP, HANGING_HOOK]));
    let releases = place.installed(&good).await;
    let cancel = Cancel::new();
    let (asked, follow) = (deploy(&hanging), Follow { on_line: &|_| {}, cancel: &cancel });
    let cancelled = beside(releases.upgrade(&asked, follow), async {
        until_last_is(&releases, Status::PendingUpgrade).await;
        cancel.cancel();
    })
    .await;
    let error = cancelled.expect_err("does not succeed");
    let OperationError::Stopped { by: StoppedBy::Cancel, left: Left::Failed(_) } = &error else { panic!("{error:?}") };
    assert_eq!(statuses(&releases).await.last(), Some(&Status::Failed));
    releases.upgrade(&deploy(&good), unfollowed()).await.expect("goes on");
    let error = releases.upgrade(&deploy(&good), follow).await.expect_err("was cancelled before");
    assert!(matches!(error, OperationError::Stopped { left: Left::Untouched, .. }), "{error:?}");
}

#[tokio::test]
async fn an_upgrade_that_is_cancelled_is_rolled_back_where_it_is_to_be_undone() {
    let Some(place) = Place::make() else { return };
    let hanging = chart(&[CONFIG_MAP, HANGING_HOOK]);
    let releases = place.installed(&chart(&[CONFIG_MAP])).await;
    let cancel = Cancel::new();
    let (asked, follow) =
        (Deploy { on_failure: OnFailure::Undo, ..deploy(&hanging) }, Follow { on_line: &|_| {}, cancel: &cancel });
    let cancelled = beside(releases.upgrade(&asked, follow), async {
        until_last_is(&releases, Status::PendingUpgrade).await;
        cancel.cancel();
    })
    .await;
    let error = cancelled.expect_err("does not succeed");
    let OperationError::Stopped { left: Left::Failed(failure), .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.undone, Undone::RolledBack);
    assert_eq!(statuses(&releases).await, [Status::Superseded, Status::Failed, Status::Deployed]);
}

#[tokio::test]
async fn an_upgrade_that_takes_too_long_is_written_down_as_failed() {
    let Some(place) = Place::make() else { return };
    place.installed(&chart(&[CONFIG_MAP])).await;
    let limit = Duration::from_secs(4);
    let releases = place.limited("installer", Limits::of_operation(limit)).await;
    let error = releases.upgrade(&deploy(&chart(&[HANGING_HOOK])), unfollowed()).await.expect_err("does not succeed");
    let OperationError::Stopped { by: StoppedBy::Clock(by), left: Left::Failed(_) } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(*by, limit);
    assert_eq!(statuses(&releases).await.last(), Some(&Status::Failed));
}

#[tokio::test]
async fn a_rollback_that_is_cancelled_is_pending_and_goes_to_the_same_revision_again() {
    let Some(place) = Place::make() else { return };
    let hanging = chart(&[CONFIG_MAP, HANGING_HOOK]);
    let releases = place.installed(&hanging).await;
    releases.upgrade(&deploy(&chart(&[CONFIG_MAP])), unfollowed()).await.expect("has no hook any more");
    let cancel = Cancel::new();
    let (back, follow) = (rollback(1), Follow { on_line: &|_| {}, cancel: &cancel });
    let cancelled = beside(releases.roll_back(&back, follow), async {
        until_last_is(&releases, Status::PendingRollback).await;
        cancel.cancel();
    })
    .await;
    let error = cancelled.expect_err("does not succeed");
    assert!(matches!(&error, OperationError::Stopped { left: Left::Unknown, .. }), "{error:?}");
    assert_eq!(recovery_of(&releases).await, Recovery::RollBack { to: 1 });
    let short = Rollback { timeout: Duration::from_secs(1), ..rollback(1) };
    let cause = cause_of(releases.roll_back(&short, unfollowed()).await);
    assert!(matches!(cause, Cause::TimedOut { .. }), "{cause:?}");
    assert_eq!(statuses(&releases).await.last(), Some(&Status::PendingRollback), "helm does not write it down");
    releases.roll_back(&rollback(2), unfollowed()).await.expect("any revision frees it");
    assert_eq!(recovery_of(&releases).await, Recovery::Nothing);
}

#[tokio::test]
async fn an_uninstall_that_is_cancelled_is_done_again() {
    let Some(place) = Place::make() else { return };
    let stays = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stays, finalizers: [berth.dev/a-test]}\n";
    let releases = place.installed(&chart(&[stays])).await;
    let cancel = Cancel::new();
    let (asked, follow) = (uninstall(), Follow { on_line: &|_| {}, cancel: &cancel });
    let cancelled = beside(releases.uninstall(&asked, follow), async {
        until_last_is(&releases, Status::Uninstalling).await;
        cancel.cancel();
    })
    .await;
    assert!(matches!(&cancelled, Err(OperationError::Stopped { left: Left::Unknown, .. })), "{cancelled:?}");
    assert_eq!(recovery_of(&releases).await, Recovery::Uninstall);
    let free = r#"{"metadata":{"finalizers":null}}"#;
    place.kubectl(&["patch", "configmap", "stays", "-n", &place.namespace, "--type=merge", "-p", free]);
    releases.uninstall(&asked, unfollowed()).await.expect("goes on where it was");
    assert_eq!(cause_of(releases.history("it").await), Cause::NotFound);
}

#[tokio::test]
async fn operations_wait_for_their_own_permits_and_questions_do_not() {
    let Some(place) = Place::make() else { return };
    let permits = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let connection = place.connection(&place.token("installer"));
    let releases = place.helm().await.releases(connection, std::sync::Arc::clone(&permits), Limits::default());
    let (chart, cancel) = (chart(&[CONFIG_MAP]), Cancel::new());
    let (asked, follow) = (deploy(&chart), Follow { on_line: &|_| {}, cancel: &cancel });
    let cancelled = beside(releases.install(&asked, follow), async {
        assert_eq!(cause_of(releases.history("it").await), Cause::NotFound);
        cancel.cancel();
    })
    .await;
    assert!(matches!(cancelled, Err(OperationError::Stopped { left: Left::Untouched, .. })), "{cancelled:?}");
    permits.close();
    let error = releases.install(&asked, unfollowed()).await.expect_err("is not started any more");
    assert!(matches!(error, OperationError::Helm(helm::HelmError::Stopping)), "{error:?}");
}

/// A process: its number, the folder it runs in, and its command.
struct Seen {
    id: i32,
    folder: PathBuf,
    command: String,
}

fn processes() -> Vec<Seen> {
    let entries = std::fs::read_dir("/proc").expect("is a folder").filter_map(|entry| Some(entry.ok()?.path()));
    entries.filter_map(|process| seen(&process)).collect()
}

fn seen(process: &Path) -> Option<Seen> {
    let id = process.file_name()?.to_str()?.parse().ok()?;
    let folder = std::fs::read_link(process.join("cwd")).ok()?;
    let command = std::fs::read(process.join("cmdline")).ok()?;
    Some(Seen { id, folder, command: String::from_utf8_lossy(&command).replace('\0', " ") })
}
