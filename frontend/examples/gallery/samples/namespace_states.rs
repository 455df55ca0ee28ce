//! The same in other states: not made, stopped, ending, gone, ahead of a database, away.

use super::home::paused_by;
use super::namespace::{drift, namespace};
use super::namespaces::{ending, namespaces};
use super::review::entry;
use super::values::{ago, away, live};
use super::viewers::{developer, platform};
use super::{Gallery, NOW};
use domain::drift::{Condition, LeavingCondition};
use domain::lifetime::{Cause, Ending};
use domain::name::RequestNumber;
use domain::namespace::NamespaceState;
use domain::quota::Quota;
use domain::request::Kind;
use domain::terminating::diagnose_terminating;
use domain::view::*;
use frontend::pages;
use frontend::pages::namespace::Tab;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    for (name, view, tab) in [
        ("namespace-failed", failed_namespace(), Tab::Overview),
        ("namespace-empty", empty_namespace(), Tab::Overview),
        ("namespace-away", away_namespace(), Tab::Overview),
        ("namespace-access-alone", others(Some(vec![])), Tab::Access),
        ("namespace-access-unknown", others(None), Tab::Access),
        ("namespace-as-granted", as_granted(), Tab::Overview),
        ("namespace-as-granted-sync", as_granted(), Tab::Sync),
        ("namespace-ordered-sync", ordered(3), Tab::Sync),
        ("namespace-moved", ordered(2), Tab::Overview),
        ("namespace-moved-sync", ordered(2), Tab::Sync),
        ("namespace-ahead-for-the-team", ahead_namespace(false), Tab::Sync),
        ("namespace-missing", missing_namespace(), Tab::Sync),
        ("namespace-missing-overview", missing_namespace(), Tab::Overview),
        ("namespace-missing-access", missing_namespace(), Tab::Access),
        ("namespace-overdue", ending_namespace("overdue"), Tab::Overview),
        ("namespace-deletion-asked", ending_namespace("asked"), Tab::Overview),
        ("namespace-deletion-granted", ending_namespace("granted"), Tab::Overview),
        ("namespace-suspended", ending_namespace("suspended"), Tab::Overview),
        ("namespace-not-suspended", ending_namespace("refused"), Tab::Overview),
        ("namespace-restoring", ending_namespace("restoring"), Tab::Overview),
        ("namespace-restoring-refused", ending_namespace("not made"), Tab::Overview),
        ("namespace-deletion-stuck", ending_namespace("stuck"), Tab::Overview),
        ("namespace-paused", stopped_namespace(StoppedBy::Paused), Tab::Overview),
        ("namespace-paused-sync", stopped_namespace(StoppedBy::Paused), Tab::Sync),
        ("namespace-replaced-access", stopped_namespace(StoppedBy::Another), Tab::Access),
        ("namespace-away-sync", stopped_namespace(StoppedBy::Away), Tab::Sync),
    ] {
        to.add(name, developer(), "/", view, |frame, view| pages::namespace::page(frame, view, tab));
    }
    to.add("namespace-ahead", platform(), "/", ahead_namespace(true), |frame, view| {
        pages::namespace::page(frame, view, Tab::Sync)
    });
}

/// Who else has access is not known, or nobody.
pub fn others(others: Option<Vec<OtherAccess>>) -> NamespaceView {
    NamespaceView { n_others: others.as_ref().map(|_| 0), others, ..namespace() }
}

/// Berth could not make it.
pub fn failed_namespace() -> NamespaceView {
    let full = stopped_namespace(StoppedBy::Paused);
    let row = NamespaceRow { state: NamespaceState::Failed, stopped: None, ..full.row.clone() };
    let gave_up = entry(2, "Berth", TimelineKind::Failed, "gave up", Some("harbour-1 refused it: forbidden by policy"));
    let entries = vec![ActivityEntry { request: Some(RequestNumber(229)), entry: gave_up }];
    let activity = Some(ActivityView { entries, has_more: false });
    NamespaceView { row, activity, sync: SyncView { stopped: None, ..full.sync.clone() }, ..full }
}

/// Nothing is done on its cluster.
pub fn stopped_namespace(by: StoppedBy) -> NamespaceView {
    let says = match by {
        StoppedBy::Paused => "Cluster harbour-1 is paused: its network is rebuilt. Berth continues when it is resumed.",
        StoppedBy::Another => {
            "Another cluster answers in place of harbour-1 (kube-system 0b1c). Berth does nothing there until Platform says which it is."
        }
        StoppedBy::Away => {
            "Cluster harbour-1 does not answer (connection refused after 5 s). Berth retries automatically."
        }
    };
    let full = namespace();
    let freshness = if by == StoppedBy::Away { away() } else { live() };
    let sync = SyncView {
        stopped: Some(StoppedView { by, says: says.into(), paused_by: (by == StoppedBy::Paused).then(paused_by) }),
        is_ordered: true,
        drift: vec![],
        ..full.sync.clone()
    };
    NamespaceView { row: NamespaceRow { freshness, stopped: Some(by), ..full.row.clone() }, sync, ..full }
}

/// One that is suspended, before and after that is done on its cluster; one that is being restored; and one whose deletion is stuck.
pub fn ending_namespace(of: &str) -> NamespaceView {
    let full = namespace();
    let row = NamespaceRow { ending: Some(ending()), expires_at: Some(ago(1440)), ..full.row.clone() };
    let suspension = SuspensionView {
        scaled_at: Some(ago(1430)),
        refused: None,
        n_workloads: 4,
        n_objects: Some(31),
        exported_at: Some(ago(1438)),
        incomplete: Some("ingresses: the cluster does not allow it".into()),
        n_not_made: 0,
        not_made: Vec::new(),
    };
    let suspended = NamespaceView { row, suspension: Some(suspension.clone()), can_restore: true, ..full.clone() };
    let remaining = LeavingCondition {
        kind: "NamespaceFinalizersRemaining".into(),
        message: "Some content in the namespace has finalizers remaining: example.test/hold in 1 resource instances"
            .into(),
    };
    match of {
        "refused" => {
            let refused = "the cluster gives no token for berth-deployer; run `berth cluster renew`".to_owned();
            let suspension = SuspensionView {
                scaled_at: None,
                refused: Some(refused),
                n_workloads: 0,
                n_objects: None,
                exported_at: None,
                incomplete: None,
                ..suspension
            };
            NamespaceView { suspension: Some(suspension), can_restore: false, ..suspended }
        }
        "restoring" => NamespaceView { suspension: Some(suspension), ..full },
        "not made" => {
            let why =
                "admission webhook \"images.example.test\" denied the request: its image is not signed".to_owned();
            let not_made = vec![NotMade { object: "Deployment web".into(), why }];
            let suspension = SuspensionView { n_not_made: 1, not_made, n_workloads: 0, ..suspension };
            NamespaceView { suspension: Some(suspension), ..full }
        }
        "overdue" => NamespaceView { row: NamespaceRow { expires_at: Some(ago(62)), ..full.row.clone() }, ..full },
        "asked" => NamespaceView {
            open: vec![OpenAsk { number: RequestNumber(140), kind: Kind::Delete, state: RequestState::InReview }],
            ..full
        },
        "granted" => {
            let ending = Some(Ending { cause: Cause::DeletionRequested, ..ending() });
            let row = NamespaceRow { ending, expires_at: Some(NOW + Duration::days(20)), ..suspended.row.clone() };
            NamespaceView { row, ..suspended }
        }
        "stuck" => NamespaceView {
            row: NamespaceRow { state: NamespaceState::Removing, ..suspended.row.clone() },
            terminating: Some(diagnose_terminating("payments-dev", &[remaining], &[])),
            can_restore: false,
            ..suspended
        },
        _ => suspended,
    }
}

pub fn missing_namespace() -> NamespaceView {
    let condition = ConditionView {
        kind: Condition::Missing,
        detail: "Somebody deleted it on the cluster, with everything in it.".into(),
        since: ago(40),
    };
    let full = namespace();
    let sync = SyncView { condition: Some(condition), drift: vec![], ..full.sync.clone() };
    let condition = Some(Condition::Missing);
    let row = NamespaceRow {
        condition,
        n_workloads: None,
        n_failing: None,
        n_unknown: None,
        used: None,
        enforced: None,
        ..full.row.clone()
    };
    let lines = full.lines.iter().map(|line| QuotaLine { used: None, enforced: None, ..line.clone() }).collect();
    NamespaceView {
        row,
        sync,
        lines,
        workloads: vec![],
        pods: vec![],
        n_pods: None,
        warnings: vec![],
        n_warnings: None,
        ..full
    }
}

/// All of it was verified and is in force.
pub fn as_granted() -> NamespaceView {
    let full = namespace();
    let lines = full.lines.iter().map(|line| QuotaLine { enforced: Some(line.granted), ..line.clone() }).collect();
    NamespaceView { lines, ..full }
}

/// A look is ordered, as after a move to another version; the cluster has this one.
pub fn ordered(applied_version: i32) -> NamespaceView {
    let full = namespace();
    let sync = SyncView {
        is_ordered: true,
        applied_version: Some(applied_version),
        next_look_at: Some(NOW + Duration::minutes(10)),
        drift: vec![],
        ..full.sync.clone()
    };
    NamespaceView { sync, ..full }
}

/// After a restore: the cluster has what the database does not know of.
pub fn ahead_namespace(can_resolve: bool) -> NamespaceView {
    let condition = ConditionView {
        kind: Condition::Ahead,
        detail: "The cluster has revision 7 of this namespace, and Berth's database knows of 5: the database is older, as after \
                 a restore from a backup. Berth changes nothing here until Platform says which is right."
            .into(),
        since: ago(40),
    };
    let full = namespace();
    let quota = Some(full.row.quota.plus(&Quota { cpu_m: 1500, memory_bytes: 4 << 30, ..Quota::ZERO }));
    let open = |row: DriftRow| DriftRow { put_back_at: None, manager: None, ..row };
    let sync = SyncView {
        condition: Some(condition),
        ahead: Some(AheadView { revision: 7, quota, can_resolve }),
        drift: drift().into_iter().take(1).map(open).collect(),
        ..full.sync.clone()
    };
    let row = NamespaceRow { condition: Some(Condition::Ahead), ..full.row.clone() };
    NamespaceView { row, sync, ..full }
}

pub fn empty_namespace() -> NamespaceView {
    let row = namespaces().remove(3);
    let lines = namespace().lines.into_iter().map(|line| QuotaLine { used: Some(0), ..line }).collect();
    NamespaceView {
        row,
        lines,
        workloads: vec![],
        pods: vec![],
        n_pods: Some(0),
        warnings: vec![],
        n_warnings: Some(0),
        ..namespace()
    }
}

pub fn away_namespace() -> NamespaceView {
    let row = NamespaceRow { used: None, enforced: None, ..namespaces().remove(6) };
    let lines = namespace().lines.into_iter().map(|line| QuotaLine { used: None, enforced: None, ..line }).collect();
    NamespaceView { row, lines, synced_at: None, ..namespace() }
}
