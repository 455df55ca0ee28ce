//! The catalog: the gallery, an entry, and what those who curate see.

use super::values::{ago, error, page_of, refused};
use super::viewers::{auditor, developer, platform};
use super::{Gallery as To, HOSTILE, NOW};
use domain::catalog::{
    Approval, ApprovalMark, AutomaticRule, Category, Channel, ChartOrigin, EntryFit, EntrySpec, Findings, Gravity,
    Judging, Needs, NotOffered, Right, Risk, Signature, VersionState,
};
use domain::class::{Environment, PodSecurity};
use domain::form::EntryFields;
use domain::id::{IngestId, PersonId};
use domain::name::{EntryName, SourceName};
use domain::quota::{Resource, Shortfall};
use domain::view::*;
use frontend::{Again, pages};
use std::collections::BTreeSet;
use time::macros::date;
use uuid::Uuid;

pub fn pages(to: &mut To) {
    for (name, view) in [("catalog", gallery()), ("catalog-none", empty()), ("catalog-no-match", no_match())] {
        to.add(name, developer(), "/catalog", view, |frame, view| pages::catalog::page(frame, view, true));
    }
    for (name, view) in [("catalog-entry", entry()), ("catalog-entry-withdrawn", withdrawn())] {
        let path = "/catalog/postgresql";
        to.add(name, developer(), path, view, |frame, view| pages::catalog_entry::page(frame, view, true, &[]));
    }
    for (name, view) in [("curation", curated()), ("curation-none", page_of(vec![], None))] {
        to.add(name, platform(), "/admin/catalog", view, |frame, view| pages::curation::page(frame, view, false, true));
    }
    for (name, viewer, view, again) in [
        ("curated-entry", platform(), curated_entry(), Again::default()),
        ("curated-entry-refused", platform(), offered_again(), refused("reason", "is missing", "")),
        ("curated-entry-read", auditor(), curated_entry(), Again::default()),
    ] {
        to.add(name, viewer, "/admin/catalog/postgresql", view, |frame, view| {
            pages::curation::entry::page(frame, view, true, again)
        });
    }
    to.add("entry-new", platform(), "/admin/catalog/new", EntryFields::default(), |frame, fields| {
        pages::curation::edit::new(frame, fields, vec![error("title", "is missing")], &[source()])
    });
    let fields = EntryFields::of("postgresql", 3, &spec());
    to.add("entry-edit", platform(), "/admin/catalog/postgresql/edit", fields, |frame, fields| {
        pages::curation::edit::page(
            frame,
            &name(),
            fields,
            vec![],
            Some("somebody else has changed it".into()),
            &[source()],
            (None, true),
        )
    });
    for (name, editor) in super::entry_forms::editors() {
        to.add_made(name, platform(), "/admin/catalog/postgresql/form", editor, pages::curation::form::page);
    }
    for (name, viewer, view, again) in [
        ("version-review", platform(), review(), Again::default()),
        ("version-first", platform(), first(), Again::default()),
        ("version-refused", platform(), approved(), refused("sunset_on", "is over", "2026-01-01")),
        ("version-read", auditor(), approved(), Again::default()),
    ] {
        to.add(name, viewer, "/admin/catalog/postgresql/versions/17.6.0", view, |frame, view| {
            pages::curation::review::page(frame, view, again)
        });
    }
    for (name, state) in [
        ("ingest-running", IngestState::Running),
        ("ingest-taken-in", IngestState::TakenIn),
        ("ingest-refused", IngestState::Refused),
    ] {
        to.add(name, platform(), "/admin/catalog/postgresql/ingests/1", ingest(state), pages::curation::ingest::page);
    }
}

const README: &str = "# PostgreSQL\n\nOne server, with `auth.database` and a [manual](https://example.com).\n\n| Value | Default |\n|---|---|\n| `size` | 10Gi |\n\n<b>Not ours</b>\n\n```\nkubectl get pods\n```\n";

fn name() -> EntryName {
    "postgresql".parse().expect("is a name")
}

fn source() -> SourceName {
    "acme".parse().expect("is a name")
}

fn spec() -> EntrySpec {
    EntrySpec {
        title: "PostgreSQL".into(),
        summary: "A database that keeps its rows over restarts and upgrades.".into(),
        category: Category::Data,
        owner: "Data platform".into(),
        documentation: "For development, and for what may be down for a minute.".into(),
        teams: BTreeSet::new(),
        classes: BTreeSet::from(["standard".parse().expect("is a name")]),
        environments: BTreeSet::from([Environment::Development]),
        risk: Risk::Elevated,
        approval: Approval::Platform,
        channel: Channel::Stable,
        form: serde_json::Map::new(),
        automatic: AutomaticRule::Never,
        origin: Some(ChartOrigin { source: source(), chart: "data/postgresql".into() }),
    }
}

fn about() -> EntryAbout {
    let EntrySpec { title, summary, category, owner, documentation, risk, approval, .. } = spec();
    EntryAbout { title, summary, category, owner, documentation, risk, approval }
}

fn needs() -> Needs {
    Needs { cpu_m: 500, memory_bytes: 1 << 30, storage_bytes: 10 << 30, n_unknown: 0 }
}

fn place(name: &str) -> NamespacePlace {
    NamespacePlace {
        cluster: "harbour-1".parse().expect("is a name"),
        name: name.parse().expect("is a name"),
        team: "payments".parse().expect("is a name"),
        class: "standard".parse().expect("is a name"),
        environment: Environment::Development,
    }
}

fn offered(state: VersionState) -> OfferedVersion {
    OfferedVersion {
        is_creatable: true,
        version: "17.4.0".into(),
        app_version: Some("17.4".into()),
        state,
        needs: needs(),
        pod_security: PodSecurity::Restricted,
    }
}

fn card(title: &str, fit: EntryFit) -> EntryCard {
    EntryCard {
        name: title.to_lowercase().split(' ').next().unwrap_or_default().parse().expect("is a name"),
        title: title.into(),
        summary: spec().summary,
        category: Category::Service,
        offered: Some(offered(VersionState::Approved)),
        needs_approval: false,
        withdrawn: None,
        fit: Some(fit),
        icon: None,
    }
}

pub fn gallery() -> Gallery {
    let short = vec![Shortfall { resource: Resource::Cpu, missing: 500 }];
    let security = EntryFit::PodSecurity { needs: PodSecurity::Baseline, class_has: PodSecurity::Restricted };
    let ends = offered(VersionState::Deprecated { sunset_on: date!(2027 - 03 - 01) });
    let unknown = Needs { n_unknown: 2, ..Needs::default() };
    Gallery {
        namespaces: vec![place("payments-dev"), place("payments-reports")],
        chosen: Some(place("payments-dev")),
        query: String::new(),
        category: None,
        entries: page_of(
            vec![
                card("Web service", EntryFit::Fits),
                EntryCard {
                    needs_approval: true,
                    category: Category::Data,
                    ..card("PostgreSQL", EntryFit::Short { short })
                },
                EntryCard { summary: HOSTILE.into(), ..card("Ingress", security) },
                EntryCard { offered: Some(ends), ..card("Kafka", EntryFit::NotOffered { because: NotOffered::Class }) },
                EntryCard {
                    offered: Some(OfferedVersion { needs: unknown, ..offered(VersionState::Approved) }),
                    withdrawn: Some("Use the service mesh".into()),
                    ..card("An old proxy with a rather long name that goes on", EntryFit::Unknown)
                },
            ],
            Some("web-service"),
        ),
        can_curate: false,
    }
}

fn empty() -> Gallery {
    Gallery { namespaces: vec![], chosen: None, entries: page_of(vec![], None), ..gallery() }
}

fn no_match() -> Gallery {
    Gallery { query: "mongo".into(), category: Some(Category::Data), ..empty() }
}

fn metadata() -> ChartMetadata {
    ChartMetadata {
        name: "postgresql".into(),
        version: "17.6.0".into(),
        app_version: Some("17.6".into()),
        description: Some("A database".into()),
        home: None,
        licenses: Some("PostgreSQL".into()),
        kube_version: Some(">=1.30.0-0".into()),
        is_deprecated: true,
        keywords: vec!["database".into()],
        maintainers: vec![],
        dependencies: vec![],
    }
}

fn row(version: &str, state: VersionState) -> VersionRow {
    VersionRow {
        is_prerelease: false,
        unjudged: None,
        version: version.into(),
        app_version: Some("17".into()),
        state,
        reason: matches!(state, VersionState::Blocked).then(|| "Loses rows when its node does.".to_owned()),
        taken_in_at: ago(60 * 24 * 3),
        approvals: 1,
        approvals_needed: 2,
    }
}

fn entry() -> EntryView {
    let short = vec![Shortfall { resource: Resource::Storage, missing: 2 << 30 }];
    EntryView {
        name: name(),
        about: about(),
        offered: Some(offered(VersionState::Approved)),
        withdrawn: None,
        metadata: Some(metadata()),
        readme: Some(README.into()),
        images: vec!["registry.example.com/library/postgres:17.4".into()],
        versions: page_of(vec![row("17.4.0", VersionState::Approved), row("17.2.0", VersionState::Blocked)], None),
        fits: vec![
            NamespaceFit { namespace: place("payments-dev"), fit: EntryFit::Fits },
            NamespaceFit { namespace: place("payments-reports"), fit: EntryFit::Short { short } },
        ],
        runs: vec![
            EntryRun {
                namespace: place("payments-dev"),
                release: "orders-db".into(),
                version: "17.2.0".into(),
                state: Some(VersionState::Blocked),
            },
            EntryRun {
                namespace: place("payments-reports"),
                release: HOSTILE.into(),
                version: "9.0.0".into(),
                state: None,
            },
        ],
        n_unseen: 1,
        icon: Some("9ab2".repeat(16)),
        news: news(),
        can_curate: false,
    }
}

fn news() -> Vec<VersionNews> {
    let change = |kind: Option<&str>, description: &str| VersionChange {
        kind: kind.map(str::to_owned),
        description: description.into(),
    };
    vec![
        VersionNews {
            version: "17.4.0".into(),
            changes: vec![change(Some("added"), "A pooler in front of it."), change(None, HOSTILE)],
            text: None,
        },
        VersionNews {
            version: "17.2.0".into(),
            changes: vec![],
            text: Some("### Fixed\n\n- Volumes of `0` bytes are refused.".into()),
        },
    ]
}

fn withdrawn() -> EntryView {
    EntryView {
        withdrawn: Some(HOSTILE.into()),
        icon: None,
        offered: None,
        metadata: None,
        images: vec![],
        fits: vec![],
        ..entry()
    }
}

fn curated() -> Page<CuratedRow> {
    let row = |title: &str, offered: Option<&str>, n_candidates| CuratedRow {
        name: title.to_lowercase().parse().expect("is a name"),
        title: title.into(),
        category: Category::Data,
        offered: offered.map(str::to_owned),
        n_candidates,
        n_versions: 1200,
        withdrawn: offered.is_none().then(|| "Use another".to_owned()),
        icon: None,
    };
    page_of(
        vec![row("PostgreSQL", Some("17.4.0"), 1), row("Valkey", Some("9.0.1"), 0), row("Kafka", None, 3)],
        Some("x"),
    )
}

fn curated_entry() -> CuratedEntry {
    let versions = vec![
        row("17.6.0", VersionState::Candidate),
        row("17.4.0", VersionState::Approved),
        row("17.3.0", VersionState::Deprecated { sunset_on: date!(2027 - 01 - 31) }),
        row("17.2.0", VersionState::Blocked),
        row("17.1.0", VersionState::Deprecated { sunset_on: date!(2026 - 01 - 31) }),
    ];
    CuratedEntry {
        name: name(),
        spec: spec(),
        version: 3,
        editor: None,
        edited_at: ago(90),
        withdrawn: Some("Not for now".into()),
        versions: page_of(versions, Some("x")),
        ingests: IngestState::ALL.map(ingest).into(),
        available: Some(available(Some(HOSTILE.into()), false)),
        icon: Some("9ab2".repeat(16)),
        has_own_icon: true,
    }
}

fn offered_again() -> CuratedEntry {
    CuratedEntry { withdrawn: None, ingests: vec![], available: Some(available(None, true)), ..curated_entry() }
}

fn available(error: Option<String>, is_listing: bool) -> Available {
    let version = |version: &str, state| AvailableVersion {
        version: version.into(),
        app_version: Some("17".into()),
        created_at: Some(ago(900)),
        is_deprecated: state == AvailableState::OtherBytes,
        state,
    };
    let versions = vec![
        version("17.7.0", AvailableState::New),
        version("17.6.0", AvailableState::TakenIn),
        version("17.4.0", AvailableState::OtherBytes),
    ];
    let origin = spec().origin.expect("there is one");
    Available {
        origin,
        is_listing,
        listed_at: Some(ago(20)),
        error,
        n_versions: 41,
        versions: page_of(versions, Some("x")),
    }
}

pub fn ingest(state: IngestState) -> IngestView {
    let is_over = state != IngestState::Running;
    let step = |name: &str, detail: &str, is_done| IngestStep {
        name: name.into(),
        detail: detail.into(),
        is_done,
        ended_at: NOW - time::Duration::seconds(2),
    };
    let rendered = state != IngestState::Refused;
    IngestView {
        id: IngestId(Uuid::nil()),
        entry: name(),
        what: "postgresql-17.6.0.tgz".into(),
        state,
        steps: vec![
            step("Read the archive", "14 files in 41 kB", true),
            step("Render it", if rendered { "by Helm v4.3.1, 12 kB" } else { HOSTILE }, rendered),
        ],
        error: (state == IngestState::Refused || state == IngestState::Failed).then(|| HOSTILE.to_owned()),
        version: (state == IngestState::TakenIn).then(|| "17.6.0".to_owned()),
        begun_at: ago(1),
        begun_by: Some("A person of Platform".into()),
        is_by_itself: false,
        ended_at: is_over.then_some(NOW),
    }
}

fn findings() -> Findings {
    Findings {
        images: vec!["registry.example.com/library/postgres:17.4".into()],
        cluster_scoped: vec![],
        custom_resources: vec![],
        rights: vec![],
        pod_security: PodSecurity::Restricted,
        pod_security_violations: vec![],
        not_creatable: vec![],
        hooks: vec!["pre-upgrade Job check".into()],
        needs: needs(),
        n_objects: 12,
        signature: Signature::Verified { by: "Platform team, 9AB2 C4E1".into() },
        is_cut: false,
    }
}

fn review() -> VersionReview {
    let right = |words: &str, is_cluster_wide| Right { words: words.into(), is_cluster_wide, is_grave: true };
    let now = Findings {
        images: vec!["registry.example.com/library/postgres:17.6".into(), "elsewhere.example.com/pooler:1.24".into()],
        cluster_scoped: vec!["ClusterRole pooler".into()],
        rights: vec![right("get, list secrets", true), right("patch endpoints", false)],
        pod_security: PodSecurity::Baseline,
        pod_security_violations: vec!["Deployment pooler: spec.securityContext.runAsNonRoot is not set".into()],
        not_creatable: vec!["ClusterRole pooler".into()],
        signature: Signature::Failed { why: "another key".into() },
        ..findings()
    };
    let class = |name: &str, pod_security, is_offered, starts| ClassFit {
        class: name.parse().expect("is a name"),
        pod_security,
        is_offered,
        starts,
    };
    VersionReview {
        entry: name(),
        title: "PostgreSQL".into(),
        version: "17.6.0".into(),
        state: VersionState::Candidate,
        reason: None,
        judging: Judging::Done,
        digest: "9ab2".repeat(16),
        round: 1,
        n_bytes: 41_000,
        origin: "postgresql-17.6.0.tgz".into(),
        taken_in_at: ago(120),
        taken_in_by: Some("A person of Platform".into()),
        metadata: metadata(),
        findings: now,
        before: Some(VersionBefore {
            version: "17.4.0".into(),
            is_offered: true,
            is_itself: false,
            findings: findings(),
        }),
        gravity: vec![
            Gravity::Risk,
            Gravity::ClusterScoped,
            Gravity::NotCreatable,
            Gravity::NewRights,
            Gravity::PodSecurity,
            Gravity::NewRepositories,
            Gravity::OtherSigner,
            Gravity::NotAllListed,
            Gravity::Eased,
        ],
        is_withheld: false,
        given: vec![GivenValues { for_whom: None, values: "replicas: 2\n".into() }],
        mistakes: vec![],
        is_offered: false,
        approvals: vec![ApprovalMark {
            comment: Some("Read the diff of the templates.".into()),
            person: PersonId(Uuid::nil()),
            name: "A person of Platform".into(),
            at: ago(30),
        }],
        approvals_needed: 2,
        cannot_approve: None,
        classes: vec![
            class("sandbox", PodSecurity::Baseline, false, true),
            class("standard", PodSecurity::Baseline, true, true),
            class("restricted", PodSecurity::Restricted, true, false),
        ],
        difference: Some(difference()),
        is_difference_late: false,
        news: news(),
    }
}

fn difference() -> VersionDifference {
    let line = |kind, text: &str| DiffLine { kind, text: text.into() };
    let part = |group, name: &str, change, n_more| DiffPart {
        group,
        name: name.into(),
        change,
        lines: vec![
            line(DiffKind::Same, "spec:"),
            line(DiffKind::Removed, "  replicas: 1"),
            line(DiffKind::Added, "  replicas: 2"),
            line(DiffKind::Gap, ""),
            line(DiffKind::Added, HOSTILE),
        ],
        n_more,
    };
    VersionDifference {
        parts: vec![
            part(DiffGroup::Objects, "Deployment pooler", DiffChange::Added, 0),
            part(DiffGroup::Objects, "StatefulSet postgresql", DiffChange::Changed, 120),
            part(DiffGroup::Values, "values.yaml", DiffChange::Changed, 0),
            part(DiffGroup::Schema, "values.schema.json", DiffChange::Changed, 0),
            part(DiffGroup::Templates, "templates/old.yaml", DiffChange::Removed, 0),
        ],
        n_only_labels: 12,
        n_cut: 3,
    }
}

fn first() -> VersionReview {
    VersionReview {
        before: None,
        difference: None,
        gravity: vec![],
        approvals: vec![],
        approvals_needed: 1,
        findings: findings(),
        cannot_approve: Some("you have approved this version already: another person must, too".into()),
        ..review()
    }
}

fn approved() -> VersionReview {
    VersionReview { state: VersionState::Approved, reason: Some("Reviewed with the database team".into()), ..review() }
}
