//! What Home shows: busy, of somebody new, of Platform.

use super::namespace::{killed, no_image};
use super::namespaces::{ending, namespaces};
use super::requests::{quota_row, row};
use super::values::ago;
use super::viewers::{auditor, developer, owner, platform};
use super::{Gallery, NOW};
use domain::cluster::Fit;
use domain::drift::Condition;
use domain::quota::{Resource, Shortfall};
use domain::view::*;
use frontend::pages;
use time::Duration;

pub fn pages(to: &mut Gallery) {
    let page = pages::home::page;
    to.add("home", owner(), "/", home(), page);
    to.add("home-new", developer(), "/", empty_home(), page);
    to.add("home-platform", platform(), "/", home_of_platform(), page);
    to.add("home-auditor", auditor(), "/", empty_home(), page);
}

pub fn home() -> HomeView {
    HomeView {
        n_to_decide: 37,
        n_to_answer: 1,
        n_attention: 12,
        n_mine: 5,
        n_namespaces: 14,
        to_decide: vec![
            RequestRow { fit: Some(Fit::Fits), ..row(231, "New namespace payments-perf", RequestState::InReview) },
            RequestRow {
                fit: Some(Fit::Short { of: vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }] }),
                ..row(228, "New namespace payments-ledger", RequestState::InReview)
            },
        ],
        to_answer: vec![quota_row(241, RequestState::ChangesRequested)],
        stopped: vec![StoppedCluster { n_waiting: 0, ..stopped_cluster() }],
        failed: vec![row(233, "New namespace payments-broken", RequestState::Failed)],
        n_failed: 1,
        troubled: vec![TroubledRow {
            cluster: "harbour-1".into(),
            namespace: "payments-perf".into(),
            condition: Condition::Missing,
        }],
        n_troubled: 1,
        ending: vec![
            EndingRow {
                cluster: "harbour-1".into(),
                namespace: "payments-trial".into(),
                expires_at: Some(ago(1500)),
                ending: Some(ending()),
            },
            EndingRow {
                cluster: "harbour-1".into(),
                namespace: "payments-sandbox".into(),
                expires_at: Some(NOW + Duration::days(9)),
                ending: None,
            },
        ],
        n_ending: 2,
        unknown: vec!["quay-7".into()],
        attention: vec![
            AttentionRow {
                cluster: "harbour-1".into(),
                namespace: "payments-dev".into(),
                workload: "checkout-api".into(),
                diagnosis: killed(),
            },
            AttentionRow {
                cluster: "harbour-1".into(),
                namespace: "payments-dev".into(),
                workload: "ledger-import".into(),
                diagnosis: no_image(),
            },
        ],
        mine: vec![
            RequestRow {
                waits_for: "Platform".into(),
                updated_at: ago(3),
                ..row(230, "New namespace payments-prod", RequestState::InReview)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(1),
                ..row(229, "New namespace payments-next", RequestState::Applying)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(1500),
                ..row(224, "New namespace payments-dev", RequestState::Completed)
            },
            RequestRow {
                waits_for: String::new(),
                updated_at: ago(9000),
                ..row(219, "New namespace payments-gpu", RequestState::Rejected)
            },
        ],
        namespaces: namespaces(),
    }
}

pub fn empty_home() -> HomeView {
    HomeView {
        to_decide: vec![],
        n_to_decide: 0,
        to_answer: vec![],
        n_to_answer: 0,
        stopped: vec![],
        failed: vec![],
        n_failed: 0,
        troubled: vec![],
        n_troubled: 0,
        ending: vec![],
        n_ending: 0,
        unknown: vec![],
        attention: vec![],
        n_attention: 0,
        mine: vec![],
        n_mine: 0,
        namespaces: vec![],
        n_namespaces: 0,
    }
}

pub fn home_of_platform() -> HomeView {
    let failed = vec![row(233, "New namespace payments-broken", RequestState::Failed)];
    HomeView { failed, n_failed: 1, stopped: vec![stopped_cluster()], ..empty_home() }
}

pub fn stopped_cluster() -> StoppedCluster {
    StoppedCluster {
        name: "harbour-2".into(),
        by: StoppedBy::Paused,
        reason: Some("its network is rebuilt until noon".into()),
        paused_by: Some(paused_by()),
        n_waiting: 2,
    }
}

pub fn paused_by() -> PausedBy {
    PausedBy { name: "pia platform".into(), at: ago(190) }
}
