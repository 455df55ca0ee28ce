//! The list of namespaces, and how each may stand in it.

use super::values::{ago, away, live, page_of, quota};
use super::viewers::{developer, long_named};
use super::{GIB, Gallery, HOSTILE, NOW};
use domain::class::Environment;
use domain::cluster::Freshness;
use domain::id::NamespaceId;
use domain::lifetime::{Cause, Ending};
use domain::namespace::NamespaceState;
use domain::quota::Quota;
use domain::view::*;
use frontend::pages;
use time::Duration;
use uuid::Uuid;

pub fn pages(to: &mut Gallery) {
    let page = pages::namespaces::page;
    to.add("namespaces", developer(), "/namespaces", page_of(namespaces(), Some("x")), page);
    to.add("namespaces-empty", developer(), "/namespaces", page_of(vec![], None), page);
    to.add("long", long_named(), "/namespaces", page_of(vec![long_namespace()], None), page);
}

pub fn namespace_row(
    name: &str,
    class: &str,
    environment: Environment,
    quota: Quota,
    used: Option<Quota>,
) -> NamespaceRow {
    NamespaceRow {
        id: NamespaceId(Uuid::nil()),
        cluster: "harbour-1".into(),
        name: name.into(),
        team: "payments".into(),
        class: class.into(),
        environment,
        state: NamespaceState::Ready,
        condition: None,
        quota,
        enforced: used.map(|_| quota),
        used,
        n_workloads: Some(7),
        n_failing: Some(0),
        n_unknown: Some(0),
        freshness: live(),
        stopped: None,
        expires_at: None,
        ending: None,
    }
}

pub fn namespaces() -> Vec<NamespaceRow> {
    let used = |cpu_m: u64, memory: u64, storage: u64, pods| {
        Some(Quota { cpu_m, memory_bytes: memory * GIB / 10, storage_bytes: storage * GIB, pods, ..Quota::ZERO })
    };
    vec![
        NamespaceRow {
            n_workloads: Some(8),
            n_failing: Some(1),
            ..namespace_row(
                "payments-dev",
                "standard",
                Environment::Development,
                quota(4, 16, 100, 50),
                used(1900, 156, 61, 21),
            )
        },
        NamespaceRow {
            n_workloads: Some(12),
            ..namespace_row(
                "payments-prod",
                "production",
                Environment::Production,
                quota(16, 64, 400, 100),
                used(9900, 450, 180, 44),
            )
        },
        NamespaceRow {
            n_workloads: Some(2),
            n_unknown: Some(1),
            expires_at: Some(NOW + Duration::days(9)),
            ..namespace_row(
                "payments-sandbox",
                "sandbox",
                Environment::Sandbox,
                quota(2, 4, 20, 20),
                used(1700, 9, 2, 4),
            )
        },
        NamespaceRow {
            n_workloads: Some(0),
            enforced: Some(quota(2, 32, 100, 80)),
            stopped: Some(StoppedBy::Paused),
            ..namespace_row(
                "payments-perf",
                "standard",
                Environment::Development,
                quota(8, 32, 100, 80),
                used(0, 0, 0, 0),
            )
        },
        NamespaceRow {
            state: NamespaceState::Provisioning,
            freshness: Freshness::NotLoaded,
            n_workloads: None,
            n_failing: None,
            n_unknown: None,
            ..namespace_row("payments-next", "standard", Environment::Development, quota(2, 4, 20, 20), None)
        },
        NamespaceRow {
            cluster: "quay-7".into(),
            n_workloads: Some(3),
            freshness: Freshness::Stale { since: ago(4) },
            ..namespace_row(
                "payments-edge",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(600, 16, 3, 5),
            )
        },
        NamespaceRow {
            cluster: "quay-7".into(),
            n_workloads: Some(3),
            freshness: away(),
            ..namespace_row(
                "payments-archive",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(600, 16, 3, 5),
            )
        },
        NamespaceRow {
            state: NamespaceState::Failed,
            freshness: Freshness::NotLoaded,
            n_workloads: None,
            n_failing: None,
            n_unknown: None,
            ..namespace_row("payments-broken", "sandbox", Environment::Sandbox, quota(2, 4, 20, 20), None)
        },
        NamespaceRow {
            ending: Some(ending()),
            ..namespace_row(
                "payments-former",
                "standard",
                Environment::Development,
                quota(2, 4, 20, 20),
                used(0, 0, 3, 0),
            )
        },
    ]
}

pub fn long_namespace() -> NamespaceRow {
    NamespaceRow {
        team: "international-settlements-team".into(),
        cluster: "harbour-northern-hemisphere-production-1".into(),
        ..namespace_row(
            "international-settlements-team-reconciliation-load-test-november",
            HOSTILE,
            Environment::Production,
            quota(400, 4096, 90000, 9000),
            Some(quota(399, 4000, 100, 8999)),
        )
    }
}

/// An end that began a day ago.
pub fn ending() -> Ending {
    Ending { cause: Cause::Expired, suspended_at: ago(1440), delete_at: NOW + Duration::days(6) }
}
