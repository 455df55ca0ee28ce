//! Clusters: live, stale, away, paused, replaced, restored.

use super::asking::not_agreed;
use super::home::stopped_cluster;
use super::values::{ago, away, error, live, refused};
use super::viewers::platform;
use super::{GIB, Gallery, HOSTILE, shown};
use domain::cluster::Freshness;
use domain::form::{ClusterFields, ClusterSettingsFields, NewClusterFields, RenewClusterFields};
use domain::quota::Resource;
use domain::refusal::FieldError;
use domain::view::*;
use frontend::{Again, pages};

pub fn pages(to: &mut Gallery) {
    to.add("clusters", platform(), "/clusters", clusters(), pages::clusters::page);
    let harbour = || cluster_detail(clusters().remove(0));
    for (name, path, view, again) in [
        ("cluster", "/clusters/harbour-1", harbour(), Again::default()),
        ("cluster-away", "/clusters/quay-7", cluster_detail(clusters().remove(2)), Again::default()),
        ("cluster-forgotten", "/clusters/harbour-1", restored_cluster(), Again::default()),
        ("cluster-paused", "/clusters/harbour-2", paused_cluster(), Again::default()),
        ("cluster-another", "/clusters/harbour-2", another_cluster(), Again::default()),
        (
            "cluster-remove-refused",
            "/clusters/harbour-1",
            harbour(),
            refused("confirm", "must be harbour-1, to be sure", "harbour"),
        ),
    ] {
        to.add(name, platform(), path, view, |frame, view| pages::cluster::page(frame, view, again));
    }
    to.add("cluster-renew", platform(), "/clusters/harbour-1/renew", (), |frame, ()| {
        pages::renew_cluster::page(frame, "harbour-1", RenewClusterFields::default(), vec![])
    });
    to.add("cluster-new", platform(), "/clusters/new", new_cluster(), |frame, fields| {
        pages::new_cluster::page(frame, fields, shown(new_cluster_errors()))
    });
    let settings = cluster_settings(clusters().remove(0).lines);
    to.add("cluster-settings", platform(), "/clusters/harbour-1/settings", settings, pages::cluster_settings::page);
    to.add("cluster-manifests", platform(), "/clusters/harbour-1/manifests", harbour(), |frame, view| {
        let manifests = "kind: ClusterRole\nmetadata:\n  name: berth-provisioner\n";
        pages::cluster_manifests::page(frame, view, manifests)
    });
}

pub fn clusters() -> Vec<ClusterView> {
    let lines = |cpu, memory| {
        vec![
            CapacityLine { resource: Resource::Cpu, granted: cpu, asked: 0, ceiling: 320_000 },
            CapacityLine { resource: Resource::Memory, granted: memory * GIB, asked: 0, ceiling: 1228 * GIB },
            CapacityLine { resource: Resource::Pods, granted: 190, asked: 0, ceiling: 330 },
        ]
    };
    let cluster = |name: &str, freshness, lines| ClusterView {
        paused: None,
        paused_by: None,
        is_another: false,
        name: name.into(),
        version: Some("v1.36.1".into()),
        freshness,
        n_namespaces: 23,
        n_nodes: 12,
        overcommit_percent: 150,
        capacity_unknown: None,
        lines,
    };
    vec![
        cluster("harbour-1", live(), lines(212_000, 908)),
        cluster("harbour-2", Freshness::Stale { since: ago(4) }, lines(302_000, 400)),
        cluster("quay-7", away(), lines(12_000, 1200)),
        ClusterView { version: None, n_nodes: 0, n_namespaces: 0, ..cluster("pier-3", Freshness::NotLoaded, vec![]) },
    ]
}

pub fn cluster_detail(row: ClusterView) -> ClusterDetail {
    let check = |what: &str, outcome, detail: &str| CheckRow {
        what: what.into(),
        outcome,
        detail: detail.into(),
        agreed: None,
        agreed_at: None,
    };
    ClusterDetail {
        row,
        api_url: "https://harbour-1.example.org:6443".into(),
        uid: Some("0d4e7a52-6c1b-4a0e-9d7b-3b1f2a9c8e10".into()),
        seen_uid: None,
        not_shown: vec![NotShown {
            kind: "cronjobs".into(),
            reason: "Berth lacks the right to list cronjobs; `berth cluster renew` gives it".into(),
        }],
        groups_prefix: "oidc:".into(),
        users_prefix: "oidc:".into(),
        oidc: None,
        settings_version: 1,
        changed_by: None,
        changed_at: None,
        forgotten: Some(vec![]),
        disagreements: vec![Disagreement { agreement: Some("---\nkind: ClusterRole\n".into()), ..not_agreed() }],
        check: Some(ClusterCheck {
            at: ago(12),
            checks: vec![
                check("the API server answers", CheckOutcome::Passed, "v1.36.1"),
                check(
                    "the provisioner may bind clusterroles",
                    CheckOutcome::Failed,
                    "may not bind clusterroles berth-own; run `berth cluster renew`",
                ),
                check(
                    "NetworkPolicies are kept to",
                    CheckOutcome::NotVerified,
                    "no network plugin was recognised. Try whether a pod in one namespace reaches a pod in another: it must not",
                ),
            ],
        }),
        can_change: true,
    }
}

pub fn paused_cluster() -> ClusterDetail {
    let row = clusters().remove(1);
    let stopped = stopped_cluster();
    cluster_detail(ClusterView { paused: stopped.reason, paused_by: stopped.paused_by, ..row })
}

pub fn another_cluster() -> ClusterDetail {
    let row = ClusterView { is_another: true, ..clusters().remove(1) };
    let seen_uid = Some("9b1f4c11-1f0a-4d0e-8d42-7c3f0f6f2a55".into());
    ClusterDetail { seen_uid, ..cluster_detail(row) }
}

pub fn restored_cluster() -> ClusterDetail {
    let namespace = |name: &str, team: &str, class: &str| ForgottenNamespace {
        name: name.into(),
        team: team.into(),
        class: class.into(),
    };
    let forgotten = vec![
        namespace("orders-load-tests-of-the-winter-release", "orders", "standard"),
        namespace("payments-perf", "payments", "sandbox"),
    ];
    ClusterDetail { forgotten: Some(forgotten), ..cluster_detail(clusters().remove(0)) }
}

fn cluster_settings(lines: Vec<CapacityLine>) -> ClusterSettingsForm {
    ClusterSettingsForm {
        name: "harbour-1".into(),
        fields: ClusterSettingsFields { version: 1, settings: settings() },
        lines,
        n_waiting: 2,
        errors: vec![error("overcommit_percent", "is not a number: write 100 or 250")],
        refusal: Some("harbour-1 was changed by platform since you read it".into()),
    }
}

fn new_cluster() -> NewClusterFields {
    NewClusterFields {
        name: HOSTILE.into(),
        context: "admin".into(),
        settings: settings(),
        ..NewClusterFields::default()
    }
}

/// What is wrong with it.
fn new_cluster_errors() -> Vec<FieldError> {
    vec![error("name", "use lower-case letters, digits and dashes"), error("kubeconfig", "is missing")]
}

fn settings() -> ClusterFields {
    ClusterFields { groups_prefix: "oidc:".into(), overcommit_percent: "a lot".into(), ..ClusterFields::default() }
}
