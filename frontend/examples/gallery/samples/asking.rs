//! The form that asks for a namespace, as it is opened, checked and refused.

use super::Gallery;
use super::review::{capacity, in_review, reasons};
use super::values::{ago, cost, error, quota};
use super::viewers::{auditor, developer, team_role};
use domain::actor::TeamRole;
use domain::class::{Environment, NetworkProfile, PodSecurity};
use domain::form::{AmountFields, NewNamespaceFields};
use domain::quota::{Quota, Resource, Shortfall};
use domain::request::Kind;
use domain::view::*;
use frontend::pages;

pub fn pages(to: &mut Gallery) {
    let mut add = |name, viewer, form| to.add(name, viewer, "/namespaces/new", form, pages::new_namespace::page);
    add("new-namespace", developer(), form());
    add("new-namespace-none", auditor(), NewNamespaceForm { teams: vec![], ..form() });
    add("new-namespace-checked", developer(), checked_form());
    add("new-namespace-begun", developer(), begun_form());
    add("new-namespace-refused", developer(), refused_form());
}

const UNCHECKED: &str = "Whether harbour-1 has a namespace payments-perf already is not known now.";

pub fn form() -> NewNamespaceForm {
    NewNamespaceForm {
        teams: vec![
            team_role("payments", "Payments", TeamRole::Developer),
            team_role("orders", "Orders", TeamRole::Owner),
        ],
        clusters: vec!["harbour-1".into(), "quay-7".into()],
        classes: classes(),
        fields: NewNamespaceFields::default(),
        errors: vec![],
        verdict: None,
    }
}

pub fn not_agreed() -> Disagreement {
    let missing = vec!["node-ports".to_owned(), "toleration".to_owned()];
    Disagreement {
        cluster: "harbour-1".into(),
        class: "edge".into(),
        missing: Some(missing),
        checked_at: Some(ago(50)),
        agreement: None,
    }
}

/// What was found of an ask: nothing but this.
pub fn verdict(kind: Kind, outcome: Outcome, headline: &str) -> Verdict {
    Verdict {
        outcome,
        kind: Some(kind),
        headline: headline.into(),
        errors: vec![],
        missing: vec![],
        reasons: vec![],
        stages: vec![],
        base: None,
        monthly_cost: None,
        asked: None,
        below_use: vec![],
        use_unknown: vec![],
        supersedes: None,
        elsewhere: vec![],
        unchecked: vec![],
        blocked_by: None,
        disagreement: None,
        takes_over: false,
        capacity: None,
    }
}

pub fn checked_form() -> NewNamespaceForm {
    let verdict = Verdict {
        reasons: reasons(),
        stages: in_review().stages,
        monthly_cost: Some(cost(9_600)),
        asked: Some(quota(4, 16, 100, 50)),
        unchecked: vec![UNCHECKED.into()],
        blocked_by: Some(Blocker::NotAgreed),
        disagreement: Some(not_agreed()),
        capacity: Some(capacity(vec![])),
        ..verdict(Kind::NewNamespace, Outcome::Review, "Owners of Payments decide")
    };
    let fields = NewNamespaceFields {
        team: "payments".into(),
        cluster: "harbour-1".into(),
        class: "standard".into(),
        name: "perf".into(),
        size: "M".into(),
        purpose: "Load tests of the new settlement path before the December freeze.".into(),
        ..NewNamespaceFields::default()
    };
    NewNamespaceForm { fields, verdict: Some(verdict), ..form() }
}

/// As it is opened: nothing is typed yet, and the cluster is full.
pub fn begun_form() -> NewNamespaceForm {
    let checked = checked_form();
    let verdict = checked.verdict.map(|verdict| Verdict {
        missing: vec!["name".into(), "purpose".into()],
        capacity: Some(capacity(vec![Shortfall { resource: Resource::Cpu, missing: 32_000 }])),
        elsewhere: vec!["harbour-2".into(), "quay-7".into()],
        ..verdict
    });
    let fields = NewNamespaceFields { name: String::new(), purpose: String::new(), ..checked.fields };
    NewNamespaceForm { fields, verdict, ..form() }
}

pub fn refused_form() -> NewNamespaceForm {
    let errors = vec![
        error("name", "payments-dev is already taken on this cluster"),
        error("cpu_m", "is not a quantity: write 2 or 500m"),
        error("purpose", "is too short"),
    ];
    let verdict = Verdict {
        errors: errors.clone(),
        unchecked: vec![UNCHECKED.into()],
        ..verdict(Kind::NewNamespace, Outcome::Refused, "It cannot be asked for like this")
    };
    let fields = NewNamespaceFields {
        class: "production".into(),
        name: "dev".into(),
        size: "own".into(),
        amounts: AmountFields::default()
            .with(Resource::Cpu, "many")
            .with(Resource::Memory, "8 GiB")
            .with(Resource::Storage, "20 GiB")
            .with(Resource::Pods, "20"),
        purpose: "x".into(),
        ..NewNamespaceFields::default()
    };
    NewNamespaceForm { fields, errors, verdict: Some(verdict), ..form() }
}

pub fn classes() -> Vec<ClassView> {
    let sizes = |list: &[(&str, Quota)]| {
        list.iter()
            .map(|(name, quota)| SizeView {
                name: (*name).into(),
                quota: *quota,
                monthly_cost: Some(cost(quota.cpu_m * 2)),
            })
            .collect()
    };
    let class = |name: &str, title: &str, summary: &str, environment, network, sizes, ceiling| ClassView {
        devices: [("amd.com/gpu".to_owned(), 2)].into(),
        name: name.into(),
        version: 3,
        title: title.into(),
        summary: summary.into(),
        environment,
        pod_security: PodSecurity::Restricted,
        network,
        sizes,
        ceiling,
        clusters: vec![],
        lifetime_days: None,
    };
    vec![
        class(
            "sandbox",
            "Sandbox",
            "To try things. Small ones need nobody's approval.",
            Environment::Sandbox,
            NetworkProfile::Internet,
            sizes(&[("S", quota(2, 4, 20, 20)), ("M", quota(4, 8, 40, 40))]),
            quota(8, 16, 100, 60),
        ),
        class(
            "standard",
            "Standard",
            "For development and tests of a team.",
            Environment::Development,
            NetworkProfile::Cluster,
            sizes(&[
                ("S", quota(2, 8, 50, 30)),
                ("M", quota(4, 16, 100, 50)),
                ("L", quota(8, 32, 200, 80)),
                ("XL", quota(16, 64, 400, 120)),
            ]),
            Quota { load_balancers: 2, ..quota(32, 128, 1000, 200) },
        ),
        class(
            "production",
            "Production",
            "For what customers use. Platform decides as well.",
            Environment::Production,
            NetworkProfile::Isolated,
            sizes(&[
                ("M", Quota { load_balancers: 1, ..quota(8, 32, 200, 80) }),
                ("L", Quota { load_balancers: 2, ..quota(16, 64, 400, 150) }),
            ]),
            Quota { load_balancers: 4, gpus: 4, ..quota(64, 256, 4000, 400) },
        ),
    ]
}
