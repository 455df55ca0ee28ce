//! Names and details as they are stored: a change here is a change of trails that are there already.

use super::*;
use crate::audit::canonical;
use crate::catalog;
use crate::id::PersonId;
use crate::plan::{Deciders, Plan};
use crate::request::tests::{PAYMENTS, approved_by, member, request};
use crate::setup::{ClusterSetup, PlatformBinding, TeamBinding, TeamSetup};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

const MARK: &str = "0123456789abcdef";

fn quota() -> Quota {
    let mut quota = Quota::ZERO;
    quota.set(Resource::Cpu, 2000);
    quota
}

fn cluster() -> ClusterSetup {
    let name = "harbour-1".parse().expect("is a name");
    let (groups_prefix, users_prefix) = ("oidc:".into(), String::new());
    ClusterSetup { name, overcommit_percent: 150, groups_prefix, users_prefix, oidc: None }
}

fn reason() -> Comment {
    "Use another".parse().expect("is a comment")
}

fn entry() -> EntrySpec {
    catalog::sample_entry()
}

fn ends() -> VersionState {
    VersionState::Deprecated { sunset_on: time::macros::date!(2027 - 03 - 01) }
}

fn team() -> TeamFields {
    let team =
        json_of::<TeamSetup>(serde_json::json!({"slug": "payments", "title": "Payments", "description": "Pays"}));
    TeamFields::from(&team)
}

fn json_of<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("is one")
}

fn requests() -> Vec<EventKind> {
    let (grant, plan) = (Grant::Quota(quota()), Plan { stages: Vec::new(), reasons: Vec::new() });
    let decided = approved_by(&member(3, PAYMENTS, TeamRole::Owner), request(&[Deciders::TeamOwners]));
    let (decision, mark) = (Decided::last(&decided), MARK.to_owned());
    let comment: Comment = "Smaller?".parse().expect("is one");
    vec![
        EventKind::RequestSubmitted {
            kind: Kind::Quota,
            ask: grant,
            base: Some(Grant::Quota(Quota::ZERO)),
            plan: plan.clone(),
            below_use: vec![BelowUse { resource: Resource::Cpu, used: 3000, asked: 2000 }],
            use_unknown: vec![Resource::Memory],
            supersedes: Some("REQ-3".into()),
        },
        EventKind::RequestSuperseded { by: "REQ-4".into() },
        EventKind::RequestApproved { by: ApprovedBy::Person(decision.clone()) },
        EventKind::RequestApproved { by: ApprovedBy::rule("sandbox_automatic", Some(grant)) },
        EventKind::RequestRejected { decision },
        EventKind::RequestChangesRequested { revision: 1, comment, suggestion: Some(grant) },
        EventKind::RequestRevised { revision: 2, before: grant, ask: grant, plan, approvals_dropped: 1 },
        EventKind::RequestCommented { id: 7, sha256: "ab".into() },
        EventKind::RequestWithdrawn { reason: None },
        EventKind::RequestWithdrawn { reason: Some("its namespace is deleted") },
        EventKind::RequestWaiting { grant, short: vec![Shortfall { resource: Resource::Cpu, missing: 500 }] },
        EventKind::RequestLetIn { grant: quota() },
        EventKind::RequestExpired { was: "in_review", days: 31 },
        EventKind::RequestApplying { mark: mark.clone() },
        EventKind::RequestRetried { job: None },
        EventKind::RequestRetried { job: Some("sync_namespace") },
        EventKind::RequestCompleted { grant, mark: None },
        EventKind::RequestCompleted { grant: Grant::Deletion { grace_days: 7 }, mark: Some(mark.clone()) },
        EventKind::RequestFailed { reason: "no".into(), mark: mark.clone() },
        EventKind::RequestUndoing { base: Some(grant) },
        EventKind::RequestUndone { quota: Some(grant), reason: None, mark: Some(mark) },
        EventKind::RequestUndone { quota: None, reason: Some("its namespace is deleted"), mark: None },
    ]
}

fn namespaces() -> Vec<EventKind> {
    let (quota, mark, at) = (quota(), MARK.to_owned(), OffsetDateTime::UNIX_EPOCH);
    let class: ClassName = "sandbox".parse().expect("is a name");
    let ending = Ending { cause: Cause::Expired, suspended_at: at, delete_at: at };
    let fields = vec![DriftField {
        object: "Role a".into(),
        field: "rules".into(),
        desired: Some("[]".into()),
        found: None,
        manager: Some("kubectl".into()),
    }];
    let workloads = vec![ScaledWorkload { kind: "Deployment".into(), name: "web".into(), replicas: Some(2) }];
    let not_made = vec![NotMade { object: "Secret a".into(), why: "no".into() }];
    let of = |version| MovedClass { class: class.clone(), version };
    let changes = vec![SpecChange { what: "Lifetime".into(), before: None, after: Some("14 days".into()) }];
    let request = "REQ-1".to_owned();
    vec![
        EventKind::NamespaceProvisioned {
            request: request.clone(),
            quota,
            before: Some(Grant::Quota(Quota::ZERO)),
            class: class.clone(),
            mark: mark.clone(),
        },
        EventKind::NamespaceQuotaChanged { request, quota, before: None, class: class.clone(), mark: mark.clone() },
        EventKind::NamespaceMoved { before: of(1), after: of(2), changes },
        EventKind::NamespaceDriftFound { fields: fields.clone(), n_fields: 1 },
        EventKind::NamespaceDriftCorrected { fields: fields.clone(), n_fields: 1, mark: mark.clone() },
        EventKind::NamespaceDriftResolved { fields, n_fields: 1 },
        EventKind::NamespaceTroubleFound { trouble: Condition::Missing, reason: "gone".into() },
        EventKind::NamespaceTroubleOver { trouble: Condition::Missing },
        EventKind::NamespaceBroughtUpToDate { mark: mark.clone() },
        EventKind::NamespaceSyncOrdered {},
        EventKind::NamespaceRemakeOrdered {},
        EventKind::NamespaceRemade { mark: mark.clone() },
        EventKind::NamespaceAhead { cluster: 4, database: 3, quota_there: None },
        EventKind::NamespaceAheadResolved {
            keep: Keep::Cluster,
            revision: 4,
            before: quota,
            quota,
            quota_there: Some(quota),
        },
        EventKind::NamespaceExpiryReminded { days: 7, expires_at: Some("1970-01-01T00:00:00Z".into()) },
        EventKind::NamespaceExpirySet { before: None, after: Some("1970-01-01T00:00:00Z".into()) },
        EventKind::NamespaceSuspended { ending },
        EventKind::NamespaceScaledToZero { workloads: workloads.clone(), n_workloads: 1, mark: mark.clone() },
        EventKind::NamespaceNotSuspended { reason: "no".into(), mark: mark.clone() },
        EventKind::NamespaceRestored { cause: Cause::DeletionRequested, suspended_at: None, expires_at: None },
        EventKind::NamespaceResumed { workloads: workloads.clone(), n_workloads: 1, mark: mark.clone() },
        EventKind::NamespaceRefilled { n_objects: 3, not_made: not_made.clone(), n_not_made: 1, mark: mark.clone() },
        EventKind::NamespaceRestLeftOut { not_made, n_not_made: 1, workloads: workloads.clone(), n_workloads: 1 },
        EventKind::NamespaceDeletionBegun { ending: Some(ending) },
        EventKind::NamespaceDeleted {
            ending: Some(ending),
            class,
            quota,
            reserved_until: "1970-01-31".into(),
            mark: None,
        },
        EventKind::KubeconfigIssued { form: KubeconfigForm::Oidc, role: TeamRole::Developer, token: None },
        EventKind::KubeconfigIssued {
            form: KubeconfigForm::Token,
            role: TeamRole::Viewer,
            token: Some(IssuedToken { account: "berth-viewer".into(), until: "1970-01-01T01:00:00Z".into(), mark }),
        },
    ]
}

fn set_up() -> Vec<EventKind> {
    let comment: Comment = "For a test".parse().expect("is one");
    let whole = ClusterState::Whole { api_url: "https://h".into(), settings: cluster(), uid: None };
    let access = |uid: Option<&str>| ClusterAccess { api_url: "https://h".into(), uid: uid.map(str::to_owned) };
    let uid = |uid: &str| ClusterUid { uid: Some(uid.into()) };
    let spec = ClassSpec::blank;
    let team_binding = json_of::<TeamBinding>(serde_json::json!({"group": "g", "role": "owner"}));
    let platform_binding = json_of::<PlatformBinding>(serde_json::json!({"group": "g", "role": "auditor"}));
    vec![
        EventKind::ClusterAdded { after: whole.clone() },
        EventKind::ClusterChanged { before: ClusterState::Settings(cluster()), after: whole },
        EventKind::ClusterRenewed { before: access(None), after: access(Some("u")) },
        EventKind::ClusterPaused { reason: comment.clone() },
        EventKind::ClusterResumed { was: "For a test".into() },
        EventKind::ClusterRemoved { api_url: "https://h".into(), forgotten_namespaces: 2 },
        EventKind::ClusterIdentityChanged { uid: None, seen_uid: "v".into() },
        EventKind::ClusterIdentityAccepted { before: uid("u"), after: uid("v") },
        EventKind::ClassDrafted { draft: Drafted::Begun { copy_of: None } },
        EventKind::ClassDrafted { draft: Drafted::Saved { draft: 2, changes: Some(Vec::new()) } },
        EventKind::ClassPublished {
            version: 1,
            spec: spec(),
            from: Published::Draft { note: Some(comment.clone()), changes: None },
        },
        EventKind::ClassPublished { version: 2, spec: spec(), from: Published::Setup {} },
        EventKind::ClassDraftDiscarded { draft: 1, spec: spec() },
        EventKind::ClassRetired { reason: comment },
        EventKind::ClassRestored {},
        EventKind::SourceAdded { after: catalog::sample_source(), auth: SourceAuth::Basic },
        EventKind::SourceChanged {
            before: catalog::sample_source(),
            after: catalog::sample_source(),
            auth: SourceAuth::Basic,
            has_new_credentials: true,
        },
        EventKind::SourceRemoved { before: catalog::sample_source() },
        EventKind::EntryAdded { after: entry() },
        EventKind::EntryRemoved { before: entry() },
        EventKind::VersionRemoved { digest: "ab".into() },
        EventKind::EntryChanged { before: entry(), after: entry() },
        EventKind::EntryIconChanged { digest: Some("00".repeat(32)) },
        EventKind::EntryWithdrawn { reason: reason() },
        EventKind::EntryRestored {},
        EventKind::ChartUploaded { file: "web-1.0.0.tgz".into(), digest: "00".repeat(32) },
        EventKind::ChartOrdered {
            source: "main".parse().expect("a name"),
            chart: "web".into(),
            version: "1.0.0".into(),
        },
        EventKind::VersionTakenIn {
            digest: "00".repeat(32),
            origin: "web-1.0.0.tgz".into(),
            findings: catalog::sample_findings(),
            approvals_needed: 1,
        },
        EventKind::VersionJudged {
            findings: Some(catalog::sample_findings()),
            error: None,
            state: VersionState::Candidate,
            approvals_needed: 2,
        },
        EventKind::VersionRefused { origin: "web-1.0.0.tgz".into(), reason: "other bytes".into() },
        EventKind::VersionApproved {
            digest: "00".repeat(32),
            comment: Some(reason()),
            approvals: 1,
            approvals_needed: 2,
            rule: None,
        },
        EventKind::VersionDeprecated { before: VersionState::Approved, after: ends(), reason: reason() },
        EventKind::VersionBlocked { before: ends(), reason: reason() },
        EventKind::VersionReopened { before: VersionState::Blocked, after: VersionState::Candidate, reason: reason() },
        EventKind::TeamAdded { after: team() },
        EventKind::TeamChanged { before: team(), after: team() },
        EventKind::TeamArchived {},
        EventKind::TeamRestored {},
        EventKind::BindingAdded { binding: Binding::Team(team_binding) },
        EventKind::BindingRemoved { binding: Binding::Platform(platform_binding) },
    ]
}

fn people() -> Vec<EventKind> {
    let (person_id, id) = (PersonId(Uuid::nil()), TokenId(Uuid::nil()));
    let session = MARK.to_owned();
    let comment: Comment = "Left".parse().expect("is one");
    let groups = |all: &[&str]| Groups { groups: all.iter().map(|group| (*group).to_owned()).collect() };
    vec![
        EventKind::MembershipGiven {
            person: "Dora".into(),
            person_id,
            role: TeamRole::Viewer,
            until: "1970-01-01T00:00:00Z".into(),
            reason: "On call".parse().expect("is one"),
        },
        EventKind::MembershipEnded { person: None, person_id, role: TeamRole::Viewer },
        EventKind::PersonSignedIn { groups: Some(vec!["a".into()]), session: session.clone() },
        EventKind::PersonSignedIn { groups: None, session: session.clone() },
        EventKind::PersonSignedOut { session: session.clone() },
        EventKind::PersonGroupsChanged { before: groups(&["a"]), after: groups(&[]) },
        EventKind::SessionEnded { session: session.clone(), reason: None },
        EventKind::SessionEnded { session, reason: Some("Left".into()) },
        EventKind::SessionsEnded { n_sessions: 2, reason: comment.clone() },
        EventKind::TokenCreated { id, prefix: "berth_abcdef".into(), scope: Scope::Read, days: 30 },
        EventKind::TokenRevoked { id, name: None, reason: None },
        EventKind::TokenRevoked { id, name: Some("ci".into()), reason: Some(comment.clone()) },
        EventKind::TokensRevoked { n_tokens: 2, reason: comment },
        EventKind::ChangeRefused { code: "own_request", method: "POST".into(), route: "/api".into() },
        EventKind::AuditExported { format: "csv", filters: AuditFields::default() },
        EventKind::KeyRotated {
            sealed: vec![ResealedColumn { what: "ID tokens", current: 1, resealed: 2, unreadable: 3 }],
        },
        EventKind::JobRetried { job: 5 },
    ]
}

#[test]
fn every_event_has_the_name_and_the_detail_that_trails_have() {
    let all = [requests(), namespaces(), set_up(), people()].concat();
    let shown: BTreeSet<_> = all.iter().map(EventKind::name).collect();
    assert_eq!(shown, EventName::ALL.iter().copied().collect(), "each stands here");
    let line = |kind: &EventKind| format!("{} {}", kind.name().as_str(), canonical(&kind.detail()));
    assert!(all.iter().all(|kind| kind.detail().is_object()));
    insta::assert_snapshot!(all.iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[test]
fn names_are_told_apart_and_found_again() {
    let names: BTreeSet<_> = EventName::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(names.len(), EventName::ALL.len());
    for name in EventName::ALL {
        assert_eq!(EventName::find(name.as_str()), Some(*name));
    }
    assert_eq!(EventName::find("namespace.put_right"), Some(EventName::NamespaceDriftCorrected));
    assert_eq!(EventName::find("request.of_another_version"), None);
}

/// What operators are told to look for is there.
#[test]
fn events_that_the_documentation_names_are_events() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    let subjects: BTreeSet<_> =
        EventName::ALL.iter().filter_map(|name| name.as_str().split_once('.')).map(|(s, _)| s).collect();
    let mut n_named = 0;
    for page in std::fs::read_dir(docs).expect("is there").flatten().filter(|page| page.path().is_file()) {
        let text = std::fs::read_to_string(page.path()).expect("is text");
        let quoted = text.split('`').skip(1).step_by(2);
        let is_name = |word: &&str| {
            word.split_once('.').is_some_and(|(subject, verb)| {
                subjects.contains(subject)
                    && !verb.is_empty()
                    && verb.chars().all(|c| c == '_' || c.is_ascii_lowercase())
            })
        };
        // `entry.yaml` is a file.
        let named = quoted.filter(is_name).filter(|word| !SETTINGS.contains(word) && !word.ends_with(".yaml"));
        for word in named {
            assert!(EventName::find(word).is_some(), "{word} in {:?}", page.path());
            n_named += 1;
        }
    }
    assert!(n_named > 10, "{n_named} are named");
}

/// Settings that are spelt like events.
const SETTINGS: [&str; 2] = ["session.absolute_hours", "session.idle_minutes"];
