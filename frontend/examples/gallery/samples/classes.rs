//! Classes: their list, one with its versions, a draft, what it would change, and who follows.

use super::values::refused;
use super::viewers::{auditor, platform};
use super::{Gallery, NOW};
use domain::class::fields::{AUTOMATIC, BOUNDS, CONTAINER, DEVICES, EPHEMERAL, LISTS, NODE_PORTS, counted_field};
use domain::class::{ClassFields, ClassSpec, Counted, Environment, PRICED, Prices, Size, SpecChange};
use domain::form::NewClassFields;
use domain::id::NamespaceId;
use domain::name::ClassName;
use domain::quota::Quota;
use domain::refusal::FieldError;
use domain::view::{
    ClassDetail, ClassPreview, ClassRow, ClassVersionView, DiffKind, DiffLine, Disagreement, DraftMark, DraftPage,
    MoveRow, MoveView, NewClassPage, Page, RetiredView, VersionDiff, VersionUse,
};
use frontend::{Again, pages};

pub fn pages(to: &mut Gallery) {
    to.add("classes", platform(), "/admin/classes", rows(), |frame, rows| pages::classes::page(frame, rows, true));
    for (name, path, view, again) in [
        ("class", "/admin/classes/standard", detail(), Again::default()),
        ("class-retire-refused", "/admin/classes/standard", detail(), refused("reason", "is missing", "")),
        ("class-retired", "/admin", retired(), Again::default()),
    ] {
        to.add(name, platform(), path, view, |frame, view| pages::class::page(frame, view, again));
    }
    to.add("class-new", platform(), "/admin/classes/new", new(), pages::class::new::page);
    to.add("class-draft-read", auditor(), "/admin", draft(), pages::class::draft::page);
    to.add("class-draft", platform(), "/admin", draft(), pages::class::draft::page);
    to.add("class-draft-refused", platform(), "/admin", draft_refused(), pages::class::draft::page);
    to.add("class-preview", platform(), "/admin", preview(), |frame, view| {
        pages::class::preview::page(frame, view, Again::default())
    });
    to.add("class-move", platform(), "/admin", follow(), pages::class::follow::page);
}

fn name() -> ClassName {
    "standard".parse().expect("is a name")
}

fn quota(cpu: u64) -> Quota {
    Quota { cpu_m: cpu * 1000, memory_bytes: cpu << 31, storage_bytes: 50 << 30, pods: 25, ..Quota::ZERO }
}

fn spec() -> ClassSpec {
    let size = |name: &str, cpu| Size { name: name.parse().expect("is a name"), quota: quota(cpu) };
    ClassSpec {
        title: "Standard".into(),
        summary: "Day-to-day development and testing, open inside the cluster.".into(),
        environment: Environment::Development,
        sizes: vec![size("S", 2), size("M", 4), size("L", 8)],
        ceiling: quota(32),
        lifetime_days: Some(180),
        prices: Some(Prices {
            currency: "EUR".into(),
            cpu: 2000,
            memory_gib: 450,
            storage_gib: 12,
            load_balancer: 1500,
            gpu: 0,
        }),
        ..ClassSpec::blank()
    }
}

fn mark() -> DraftMark {
    DraftMark { version: 4, editor: Some("A person of Platform".into()), edited_at: NOW - time::Duration::hours(3) }
}

pub fn rows() -> Page<ClassRow> {
    let row = |name: &str, latest, n: &[(i32, i64)]| ClassRow {
        name: name.parse().expect("is a name"),
        title: name.to_uppercase(),
        environment: Environment::Development,
        latest,
        has_draft: latest != Some(2),
        is_retired: name == "legacy",
        in_use: n
            .iter()
            .map(|(version, n_namespaces)| VersionUse { version: *version, n_namespaces: *n_namespaces })
            .collect(),
    };
    let items =
        vec![row("legacy", Some(2), &[(1, 2)]), row("next", None, &[]), row("standard", Some(3), &[(3, 12), (2, 4)])];
    Page { items, next: None }
}

pub fn detail() -> ClassDetail {
    let version = |version, n_namespaces, days| ClassVersionView {
        version,
        published_at: NOW - time::Duration::days(days),
        note: (version > 1).then(|| "Larger sizes, after the teams' wishes".to_owned()),
        n_namespaces,
    };
    ClassDetail {
        name: name(),
        versions: vec![version(3, 12, 2), version(2, 4, 30), version(1, 0, 200)],
        lines: spec().lines(),
        spec: Some(spec()),
        draft: Some(mark()),
        retired: None,
        n_behind: 4,
        disagreements: vec![disagreement("harbour-1", Some(&["node-ports", "toleration"]))],
    }
}

/// Off the offer, with namespaces that go on.
pub fn retired() -> ClassDetail {
    let retired = RetiredView { reason: "Use standard instead.".into(), at: NOW - time::Duration::days(2) };
    ClassDetail { retired: Some(retired), draft: None, ..detail() }
}

pub fn new() -> NewClassPage {
    NewClassPage { classes: vec![name()], fields: NewClassFields::default(), errors: vec![] }
}

pub fn draft() -> DraftPage {
    let cluster = |name: &str| name.parse().expect("is a name");
    DraftPage {
        name: name(),
        version: Some(4),
        fields: ClassFields::of(&spec()),
        clusters: vec![cluster("harbour-1"), cluster("quay-7")],
        errors: vec![],
        refusal: None,
    }
}

pub fn draft_refused() -> DraftPage {
    let mut page = draft();
    page.fields.add_size();
    let error = |field: &str, message: &str| FieldError { field: field.into(), message: message.into() };
    page.errors = vec![
        error("title", "is missing"),
        error("sizes.1.cpu_m", "use a whole number"),
        error("roles", "must not give a lower team role more than a higher one"),
        error("lifetime_days", "must be a whole number"),
    ];
    // Whatever can be typed wrongly.
    let counted = Counted::ALL.map(counted_field);
    let amounts = CONTAINER.iter().chain(&BOUNDS).map(|(name, _)| *name);
    let others = AUTOMATIC.iter().chain(&EPHEMERAL).chain(&LISTS).chain(&[DEVICES, NODE_PORTS]).copied();
    let others = others.chain(PRICED.iter().map(|priced| priced.field));
    let texts = ["summary", "environment", "pod_security", "pod_security_version", "network", "clusters", "sizes"];
    let rest = [
        "overcommit_percent",
        "currency",
        "ceiling.storage_bytes",
        "sizes.0.name",
        "roles.viewer",
        "guardrails.allows",
    ];
    let all = amounts.chain(others).chain(texts).chain(rest).chain(counted.iter().map(String::as_str));
    page.errors.extend(all.map(|field| error(field, "must be something else")));
    page
}

fn changes() -> Vec<SpecChange> {
    let mut after = spec();
    after.network = domain::class::NetworkProfile::Internet;
    after.sizes.pop();
    after.changes_since(&spec())
}

fn diff() -> Vec<DiffLine> {
    let line = |kind, text: &str| DiffLine { kind, text: text.into() };
    vec![
        line(DiffKind::Same, "  name: berth-egress"),
        line(DiffKind::Removed, "    berth.dev/class-version: \"3\""),
        line(DiffKind::Added, "    berth.dev/class-version: \"4\""),
        line(DiffKind::Gap, ""),
        line(DiffKind::Added, "    - ipBlock:"),
    ]
}

pub fn preview() -> ClassPreview {
    let yaml = "---\napiVersion: v1\nkind: Namespace\n".into();
    ClassPreview {
        name: name(),
        draft: mark(),
        latest: Some(3),
        problems: vec![],
        changes: changes(),
        diff: diff(),
        yaml,
        disagreements: vec![
            disagreement("harbour-1", Some(&["node-ports", "toleration"])),
            disagreement("quay-7", None),
        ],
    }
}

fn disagreement(cluster: &str, missing: Option<&[&str]>) -> Disagreement {
    Disagreement {
        cluster: cluster.into(),
        class: name().to_string(),
        missing: missing.map(|words| words.iter().map(|word| (*word).to_owned()).collect()),
        checked_at: missing.map(|_| NOW),
        agreement: Some("---\nkind: ClusterRole\n".into()),
    }
}

pub fn follow() -> MoveView {
    let row = |name: &str, concerns: Vec<String>| MoveRow {
        id: NamespaceId(uuid::Uuid::from_u128(7)),
        cluster: "harbour-1".parse().expect("is a name"),
        name: name.into(),
        team: "payments".into(),
        from: 2,
        quota: quota(4),
        concerns,
    };
    let concern = "Pods that do not meet restricted go on running, but are refused when they start anew.";
    MoveView {
        name: name(),
        to: 3,
        namespaces: vec![row("payments-dev", vec![]), row("payments-load-tests", vec![concern.into()])],
        has_more: true,
        versions: vec![VersionDiff { from: 2, changes: changes(), diff: diff() }],
        disagreements: vec![disagreement("harbour-1", Some(&["node-ports", "toleration"]))],
        refusal: None,
    }
}
