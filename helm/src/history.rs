//! The revisions of a release as `helm history` lists them, and what to do about one that is stuck.

use super::release::{Status, time};
use serde::Deserialize;
use time::OffsetDateTime;

/// One revision, without what it is made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Revision {
    pub revision: u32,
    pub status: Status,
    /// Name and version in one, as helm says it: `web-1.0.0`. See [`Revision::chart_and_version`].
    pub chart: String,
    #[serde(default)]
    pub app_version: String,
    /// When its operation began.
    #[serde(default, deserialize_with = "time")]
    pub updated: Option<OffsetDateTime>,
    #[serde(default)]
    pub description: String,
    /// Which one a rollback went back to.
    #[serde(default)]
    pub rollback_revision: Option<u32>,
}

impl Revision {
    /// The chart's name and its version, which begins where a version can: both may have `-` in them.
    pub fn chart_and_version(&self) -> (&str, &str) {
        let splits = self.chart.match_indices('-').map(|(at, _)| (&self.chart[..at], &self.chart[at + 1..]));
        splits.into_iter().find(|(_, version)| begins_a_version(version)).unwrap_or((&self.chart, ""))
    }

    /// Whether its operation failed, also where a later one took its place: only the description says that then.
    fn has_failed(&self) -> bool {
        let begins_as_failed =
            ["Upgrade \"", "Release \"", "Rollback \""].iter().any(|it| self.description.starts_with(it));
        self.status == Status::Failed || begins_as_failed && self.description.contains("\" failed: ")
    }
}

/// `1.2.3`, whatever follows.
fn begins_a_version(text: &str) -> bool {
    let core = text.strip_prefix('v').unwrap_or(text).split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(is_number)
}

/// What frees a release whose operation came to no end: its worker was killed, or the connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing is stuck: what is asked for next can be done.
    Nothing,
    /// The first install did not end. Nothing says how far it came: its hooks may have run, or not. Uninstall it, and install it anew.
    UninstallAndInstall,
    /// Roll back to this revision. That goes through, although helm refuses anything else, makes a revision of its own that is
    /// deployed, and leaves the stuck one in the history as it is.
    RollBack { to: u32 },
    /// An uninstall did not end. Uninstall again, which goes on where it was.
    Uninstall,
}

/// What to do about a release with this history.
///
/// Helm writes `pending-…` when an operation begins and something else when it ends; killed in between, the release stays as it is,
/// and helm refuses to upgrade it ("another operation is in progress") and to install it ("still in use"). There is no
/// lease in it: **only whoever knows that no helm is at work on the release may ask this.** A pending revision of somebody else's
/// may be one that is being worked on this moment.
///
/// It looks at the last revision only, because a former one that is pending is one that was recovered:
///
/// - `pending-install`: [`Recovery::UninstallAndInstall`], as nothing of the release was ever deployed. A rollback to the same revision
///   would apply what it is made of, but without its install hooks.
/// - `pending-upgrade`: back to the revision that is deployed. Helm takes the former one's `deployed` away just before it ends, so
///   there may be none; then back to the latest that was superseded and had not failed. Without one of these there is still the
///   latest that failed: rolling back to it deletes nothing and ends as deployed or failed, after which an upgrade goes through.
/// - `pending-rollback`: again to the revision that it was going to, while that is in the history, and else as for an upgrade. Also
///   a rollback whose hook failed ends like this: helm does not write that down.
/// - `uninstalling`: [`Recovery::Uninstall`].
///
/// What a rollback cannot do is said by its own error; rolling back does not change what a hook of the stuck operation did.
pub fn recovery(history: &[Revision]) -> Recovery {
    let Some(last) = history.iter().max_by_key(|revision| revision.revision) else { return Recovery::Nothing };
    match last.status {
        Status::PendingInstall => Recovery::UninstallAndInstall,
        Status::PendingUpgrade => back_to_a_good_one(history),
        Status::PendingRollback => {
            let target = last.rollback_revision.filter(|to| history.iter().any(|revision| revision.revision == *to));
            target.map_or_else(|| back_to_a_good_one(history), |to| Recovery::RollBack { to })
        }
        Status::Uninstalling => Recovery::Uninstall,
        Status::Deployed | Status::Superseded | Status::Failed | Status::Uninstalled | Status::Unknown => {
            Recovery::Nothing
        }
    }
}

fn back_to_a_good_one(history: &[Revision]) -> Recovery {
    let latest = |is_meant: &dyn Fn(&Revision) -> bool| {
        history.iter().filter(|it| is_meant(it)).map(|revision| revision.revision).max()
    };
    let good = latest(&|it| it.status == Status::Deployed)
        .or_else(|| latest(&|it| it.status == Status::Superseded && !it.has_failed()))
        .or_else(|| latest(&|it| matches!(it.status, Status::Superseded | Status::Failed)));
    good.map_or(Recovery::UninstallAndInstall, |to| Recovery::RollBack { to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn revision(revision: u32, status: &str) -> Revision {
        let (status, description) = status.split_once(' ').unwrap_or((status, ""));
        let (description, target) = match description.strip_prefix("to ") {
            Some(target) => ("", target.parse().ok()),
            None => (description, None),
        };
        Revision {
            revision,
            status: serde_json::from_value(status.into()).unwrap(),
            chart: "web-1.0.0".into(),
            app_version: String::new(),
            updated: None,
            description: description.into(),
            rollback_revision: target,
        }
    }

    #[rstest]
    #[case::none(&[], Recovery::Nothing)]
    #[case::well(&["superseded", "deployed"], Recovery::Nothing)]
    #[case::failed(&["deployed", "failed"], Recovery::Nothing)]
    #[case::uninstalled(&["uninstalled"], Recovery::Nothing)]
    #[case::first_install(&["pending-install"], Recovery::UninstallAndInstall)]
    #[case::upgrade(&["superseded", "deployed", "pending-upgrade"], Recovery::RollBack { to: 2 })]
    #[case::upgrade_after_failed_ones(&["deployed", "failed", "failed", "pending-upgrade"], Recovery::RollBack { to: 1 })]
    #[case::upgrade_that_was_all_but_done(&["superseded", "superseded", "pending-upgrade"], Recovery::RollBack { to: 2 })]
    #[case::not_to_one_that_failed(
        &["superseded Install complete", "superseded Upgrade \"a\" failed: no", "pending-upgrade"],
        Recovery::RollBack { to: 1 }
    )]
    #[case::only_failed_ones(&["failed", "pending-upgrade"], Recovery::RollBack { to: 1 })]
    #[case::nothing_kept(&["pending-upgrade"], Recovery::UninstallAndInstall)]
    #[case::rollback(&["superseded", "deployed", "pending-rollback to 1"], Recovery::RollBack { to: 1 })]
    #[case::rollback_to_what_is_gone(&["deployed", "failed", "pending-rollback to 9"], Recovery::RollBack { to: 1 })]
    #[case::recovered(&["superseded", "pending-upgrade", "deployed to 1"], Recovery::Nothing)]
    #[case::stuck_again(&["superseded", "pending-upgrade", "deployed to 1", "pending-upgrade"], Recovery::RollBack { to: 3 })]
    #[case::uninstalling(&["superseded", "uninstalling"], Recovery::Uninstall)]
    fn a_release_that_is_stuck_is_freed_by(#[case] statuses: &[&str], #[case] expected: Recovery) {
        let mut history: Vec<_> = (1..).zip(statuses).map(|(number, status)| revision(number, status)).collect();
        assert_eq!(recovery(&history), expected);
        history.reverse();
        assert_eq!(recovery(&history), expected, "in any order");
    }

    #[rstest]
    #[case("web-1.0.0", "web", "1.0.0")]
    #[case("cert-manager-v1.18.2", "cert-manager", "v1.18.2")]
    #[case("a-2-1.0.0-rc-1.0.0+b-1", "a-2", "1.0.0-rc-1.0.0+b-1")]
    #[case("MISSING", "MISSING", "")]
    fn charts_are_told_from_their_versions(#[case] chart: &str, #[case] name: &str, #[case] version: &str) {
        let revision = Revision { chart: chart.into(), ..revision(1, "deployed") };
        assert_eq!(revision.chart_and_version(), (name, version));
    }

    #[test]
    fn a_history_is_read_as_helm_prints_it() {
        let text = r#"[{"revision":1,"updated":"2026-12-01T13:45:38.12520138Z","status":"superseded","chart":"web-1.0.0","app_version":"2.1","description":"by berth"},
            {"revision":3,"updated":"2026-12-01T13:45:38.784035947Z","status":"deployed","chart":"web-1.0.0","app_version":"2.1","rollback_revision":1,"description":"back"}]"#;
        let history: Vec<Revision> = serde_json::from_str(text).unwrap();
        assert_eq!((history[1].revision, history[1].rollback_revision), (3, Some(1)));
        assert_eq!((history[0].status, history[0].description.as_str()), (Status::Superseded, "by berth"));
    }
}
