//! A namespace in use, with something wrong in each of its parts.

use super::decided::decided;
use super::namespaces::namespaces;
use super::review::entry;
use super::values::ago;
use super::viewers::developer;
use super::{GIB, Gallery, HOSTILE, NOW};
use domain::actor::TeamRole;
use domain::class::{NetworkProfile, PodSecurity};
use domain::diagnosis::{Cause, Diagnosis, Evidence, Health, WorkloadKind};
use domain::id::PersonId;
use domain::name::RequestNumber;
use domain::quota::Resource;
use domain::view::*;
use frontend::pages;
use frontend::pages::namespace::Tab;
use time::Duration;
use uuid::Uuid;

pub fn pages(to: &mut Gallery) {
    let path = "/namespaces/harbour-1/payments-dev";
    to.add("namespace", developer(), path, namespace(), |frame, view| {
        pages::namespace::page(frame, view, Tab::Overview)
    });
    for (name, tab) in [
        ("namespace-workloads", Tab::Workloads),
        ("namespace-events", Tab::Events),
        ("namespace-access", Tab::Access),
        ("namespace-sync", Tab::Sync),
        ("namespace-activity", Tab::Activity),
    ] {
        to.add(name, developer(), "/", namespace(), |frame, view| pages::namespace::page(frame, view, tab));
    }
}

pub fn namespace() -> NamespaceView {
    let line = |resource: Resource, used: u64, granted: u64| QuotaLine {
        resource,
        used: Some(used),
        enforced: Some(granted),
        granted,
    };
    NamespaceView {
        row: namespaces().remove(0),
        purpose: "Development of payment flows.".into(),
        request: RequestNumber(104),
        lifetime_days: None,
        pod_security: PodSecurity::Restricted,
        network: NetworkProfile::Cluster,
        class_version: 3,
        devices: [("amd.com/gpu".to_owned(), 2)].into(),
        lines: vec![
            line(Resource::Cpu, 1_900, 4_000),
            line(Resource::Memory, 156 * GIB / 10, 16 * GIB),
            line(Resource::Storage, 61 * GIB, 100 * GIB),
            QuotaLine { enforced: Some(40), ..line(Resource::Pods, 42, 50) },
            line(Resource::LoadBalancers, 0, 0),
        ],
        workloads: vec![
            WorkloadView { diagnosis: Some(killed()), ..workload(WorkloadKind::Deployment, "checkout-api", Health::Failing, 1, 2, "checkout:2.14.0") },
            WorkloadView { diagnosis: Some(no_image()), ..workload(WorkloadKind::Job, "ledger-import", Health::Failing, 0, 1, "ledger-import:2.0.0-rc.1") },
            WorkloadView { diagnosis: Some(out_of_quota()), ..workload(WorkloadKind::Deployment, "reconcile-api", Health::Failing, 0, 2, "reconcile:1.8.2") },
            WorkloadView { diagnosis: Some(not_ready()), ..workload(WorkloadKind::Deployment, "gateway", Health::Progressing, 1, 2, "gateway:5.0.1") },
            WorkloadView { diagnosis: Some(unheard_of()), ..workload(WorkloadKind::ReplicaSet, "reports-canary", Health::Unknown, 0, 1, "reports:0.5.0") },
            workload(WorkloadKind::Deployment, "ledger", Health::Healthy, 3, 3, "ledger:1.8.2@sha256:9f2c4e1b7a6d5c3f8e0b1a2d4c6f8e9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"),
            workload(WorkloadKind::StatefulSet, "payments-db", Health::Healthy, 1, 1, "postgres:18.1"),
            workload(WorkloadKind::CronJob, "reconcile", Health::Healthy, 0, 0, "reconcile:1.8.2"),
            workload(WorkloadKind::Deployment, "reports", Health::Paused, 0, 0, "reports:0.4.0"),
        ],
        pods: vec![
            PodView { name: "checkout-api-7c9d8b6f5-x2v9k".into(), phase: "Running".into(), health: Health::Failing, diagnosis: Some(killed()), node: Some("node-2".into()), restarts: 4, created_at: Some(ago(31)) },
            PodView { name: "gateway-5d6f-abcde".into(), phase: "Running".into(), health: Health::Progressing, diagnosis: Some(not_ready()), node: Some("node-1".into()), restarts: 0, created_at: Some(ago(1)) },
            PodView { name: "ledger-6b7c-11111".into(), phase: "Running".into(), health: Health::Healthy, diagnosis: None, node: Some("node-1".into()), restarts: 0, created_at: Some(ago(8000)) },
        ],
        n_pods: Some(7),
        claims: Some(vec![
            ClaimView { name: "data-payments-db-0".into(), phase: "Bound".into(), storage_bytes: Some(20 << 30), storage_class: Some("fast".into()), created_at: Some(ago(8000)) },
            ClaimView { name: "reports".into(), phase: "Pending".into(), storage_bytes: Some(5 << 30), storage_class: None, created_at: Some(ago(31)) },
        ]),
        n_warnings: Some(2),
        not_shown: vec![],
        warnings: vec![
            WarningView { reason: "BackOff".into(), message: "Back-off restarting failed container api in pod checkout-api-7c9d8b6f5-x2v9k".into(), object: "Pod checkout-api-7c9d8b6f5-x2v9k".into(), count: 4, last_at: Some(NOW - Duration::seconds(40)) },
            WarningView { reason: "FailedCreate".into(), message: "exceeded quota: berth-compute, requested: requests.memory=6Gi, used: requests.memory=11Gi, limited: requests.memory=16Gi".into(), object: "Job reconcile-29381".into(), count: 1, last_at: Some(ago(31)) },
        ],
        access: vec![
            AccessRow { group: "payments-owners".into(), role: TeamRole::Owner, people: vec!["payments owner".into(), "payments second owner".into()], near: None },
            AccessRow { group: "payments-developers".into(), role: TeamRole::Developer, people: vec!["payments developer".into()], near: None },
            AccessRow { group: "auditors-of-everything".into(), role: TeamRole::Viewer, people: vec![], near: Some("Auditors-of-everything".into()) },
        ],
        members: vec![membership(HOSTILE)],
        others: Some(vec![OtherAccess {
            name: "break-glass".into(),
            role: "ClusterRole berth-develop".into(),
            subjects: vec!["User eve".into(), "ServiceAccount payments-dev/builder".into()],
            n_subjects: 23,
        }]),
        n_others: Some(1),
        provider: "https://login.berth.test".into(),
        groups_prefix: "oidc:".into(),
        kubeconfig: Some(KubeconfigView { role: TeamRole::Developer, account: "berth-developer".into(), has_oidc: true }),
        activity: Some(activity()),
        sync: SyncView { looked_at: Some(ago(3)), stopped: None, next_look_at: None, condition: None, applied_version: Some(3), ahead: None, is_ordered: false, can_sync: true, drift: drift(), unapplied: None, has_given_up: false },
        synced_at: Some(ago(3)),
        suspension: None,
        terminating: None,
        can_restore: false,
        open: vec![],
        created_at: ago(60 * 24 * 20),
    }
}

fn diagnosis(code: Cause, evidence: &[(&str, &str)], next_step: &str) -> Diagnosis {
    let seen = |(source, text): &(&str, &str)| Evidence::new(*source, text, Some(ago(2)));
    Diagnosis {
        code,
        cause: code.title().into(),
        pod: None,
        container: None,
        object: None,
        since: Some(ago(31)),
        fails_at: None,
        recovers_at: None,
        evidence: evidence.iter().map(seen).collect(),
        next_step: next_step.into(),
    }
}

pub fn killed() -> Diagnosis {
    let evidence = [
        ("container api", "ended with exit code 137 (OOMKilled), memory limit 512Mi, restarted 4 times"),
        ("message of container api", "loading ledger 2026-11 into memory"),
    ];
    Diagnosis {
        pod: Some("checkout-api-7c9d8b6f5-x2v9k".into()),
        container: Some("api".into()),
        ..diagnosis(Cause::OutOfMemory, &evidence, "Raise the memory limit of container api, or make it use less.")
    }
}

pub fn out_of_quota() -> Diagnosis {
    let refused = "FailedCreate: pods \"reconcile-api-1\" is forbidden: exceeded quota: berth-compute, requested: limits.memory=6Gi, used: limits.memory=15Gi, limited: limits.memory=16Gi";
    let evidence = [("condition ReplicaFailure", refused)];
    diagnosis(Cause::QuotaExceeded, &evidence, "Ask for more quota, or let something else use less.")
}

pub fn no_image() -> Diagnosis {
    let evidence = [
        ("container import", "ErrImagePull: registry.berth.test/payments/ledger-import:2.0.0-rc.1: not found"),
        ("event Failed from kubelet", "Failed to pull image: not found"),
    ];
    Diagnosis {
        pod: Some("ledger-import-q8s2d".into()),
        container: Some("import".into()),
        ..diagnosis(Cause::ImageNotFound, &evidence, "Correct the image's name or tag, or push the image.")
    }
}

/// It may still become well.
fn not_ready() -> Diagnosis {
    let evidence = [("event Unhealthy from kubelet", "Readiness probe failed: HTTP probe failed with statuscode: 503")];
    Diagnosis {
        pod: Some("gateway-5d6f-abcde".into()),
        container: Some("gateway".into()),
        since: Some(ago(1)),
        fails_at: Some(NOW + Duration::minutes(4)),
        ..diagnosis(Cause::ReadinessProbeFailed, &evidence, "Read its log: kubectl logs gateway-5d6f-abcde -c gateway")
    }
}

/// No rule knows what the cluster says.
fn unheard_of() -> Diagnosis {
    let evidence = [("container reports", "DeviceWarpFailed: flux capacitor is not aligned")];
    Diagnosis {
        cause: "The cluster says: DeviceWarpFailed".into(),
        ..diagnosis(Cause::Unknown, &evidence, "See what else the cluster says: kubectl describe pod/reports-1")
    }
}

pub fn workload(kind: WorkloadKind, name: &str, health: Health, ready: i32, desired: i32, image: &str) -> WorkloadView {
    WorkloadView {
        kind,
        name: name.into(),
        health,
        diagnosis: None,
        ready,
        desired,
        images: vec![format!("registry.berth.test/payments/{image}")],
        created_at: Some(ago(8700)),
    }
}

pub fn membership(name: &str) -> MembershipView {
    MembershipView {
        person: PersonView { id: PersonId(Uuid::from_u128(2)), name: name.into() },
        role: TeamRole::Developer,
        reason: "Helps with the move to the new cluster".into(),
        given_by: "platform".into(),
        given_at: ago(4000),
        until: NOW + Duration::days(30),
    }
}

pub fn drift() -> Vec<DriftRow> {
    let row = DriftRow {
        id: 2,
        kind: "ResourceQuota".into(),
        name: "berth-compute".into(),
        field: "spec.hard[\"requests.cpu\"]".into(),
        desired: Some("4".into()),
        found: Some("16".into()),
        manager: Some("kubectl-edit".into()),
        changed_at: Some(ago(9)),
        seen_at: ago(9),
        put_back_at: Some(ago(9)),
    };
    let gone = DriftRow {
        id: 1,
        kind: "NetworkPolicy".into(),
        name: "berth-default-deny".into(),
        field: String::new(),
        desired: Some("there".into()),
        found: None,
        manager: None,
        changed_at: None,
        seen_at: ago(60),
        put_back_at: None,
    };
    vec![row, gone]
}

pub fn activity() -> ActivityView {
    let put_right = entry(
        2,
        "Berth",
        TimelineKind::Changed,
        "put back what differed: ResourceQuota berth-compute spec.hard[\"pods\"]",
        None,
    );
    let of = |request, entry| ActivityEntry { request, entry };
    let made = decided(RequestState::Completed).timeline.into_iter().rev();
    let made = made.map(|entry| of(Some(RequestNumber(229)), entry));
    ActivityView { entries: [of(None, put_right)].into_iter().chain(made).collect(), has_more: true }
}
