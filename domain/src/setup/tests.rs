use super::*;
use std::collections::BTreeMap;

fn setup(yaml: serde_json::Value) -> Setup {
    serde_json::from_value(yaml).expect("is a setup")
}

fn current() -> Setup {
    setup(serde_json::json!({
        "teams": [
            {"slug": "payments", "title": "Payments", "limits": {"namespaces": 3},
             "groups": [{"group": "payments-owners", "role": "owner"}]},
            {"slug": "orders", "title": "Orders"},
        ],
        "platform": [{"group": "platform", "role": "platform"}, {"group": "auditors", "role": "auditor"}],
        "clusters": [{"name": "harbour-1", "overcommit_percent": 100, "groups_prefix": "oidc:", "users_prefix": "oidc:"}],
    }))
}

fn impact() -> Impact {
    Impact { teams: BTreeMap::from([("payments".parse().expect("is a slug"), 3)]), ..Impact::default() }
}

fn said(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_as_it_should_be_makes_no_plan() {
    let plan = plan(&current(), &current(), true, &impact());
    assert!(plan.is_empty() && plan.effects.is_empty() && plan.needs.is_empty(), "{plan:?}");
}

#[test]
fn a_plan_says_what_was_and_what_will_be() {
    let wanted = setup(serde_json::json!({
        "teams": [
            {"slug": "payments", "title": "Payments and cards", "cost_centre": "4711", "limits": {"namespaces": 5},
             "groups": [{"group": "cards-owners", "role": "owner"}]},
            {"slug": "search", "title": "Search", "groups": [{"group": "search", "role": "developer"}]},
        ],
        "clusters": [
            {"name": "harbour-1", "overcommit_percent": 150, "groups_prefix": "oidc:", "users_prefix": "oidc:"},
            {"name": "harbour-2", "overcommit_percent": 150, "groups_prefix": "", "users_prefix": ""},
        ],
    }));
    let plan = plan(&current(), &wanted, false, &impact());
    assert_eq!(
        said(&plan),
        [
            "+ team payments: cost_centre: 4711",
            "~ team payments: limits.namespaces: 3 → 5",
            "~ team payments: title: Payments → Payments and cards",
            "+ team payments: group cards-owners gives owner",
            "- team payments: group payments-owners gives owner",
            "+ team search: title: Search",
            "+ team search: group search gives developer",
            "~ cluster harbour-1: overcommit_percent: 100 → 150",
        ]
    );
    assert_eq!(
        plan.effects,
        [
            "3 namespaces of team payments get new access",
            "cluster harbour-1: requests that wait for capacity are granted where there is enough",
        ]
    );
    assert_eq!(plan.needs, ["cluster harbour-2 is not known: add it with berth cluster add harbour-2"]);
}

#[test]
fn pruning_archives_teams_and_takes_platform_roles_away() {
    let wanted = setup(serde_json::json!({
        "teams": [{"slug": "orders", "title": "Orders"}],
        "platform": [{"group": "platform", "role": "platform"}],
    }));
    assert!(plan(&current(), &wanted, false, &impact()).is_empty());
    assert_eq!(
        said(&plan(&current(), &wanted, true, &impact())),
        ["- team payments: archived: asks for nothing more", "- platform: group auditors gives auditor"]
    );
}

#[test]
fn every_mistake_is_named_with_its_path() {
    let wanted = setup(serde_json::json!({
        "teams": [
            {"slug": "payments", "title": "Payments", "limits": {"cpu_m": 99_000_000_000_u64, "pods": 999_999_999},
             "groups": [{"group": "a", "role": "owner"}, {"group": "a", "role": "owner"}]},
            {"slug": "payments", "title": "Again"},
        ],
        "clusters": [{"name": "harbour-1", "overcommit_percent": 0, "groups_prefix": "", "users_prefix": "a\nb"}],
    }));
    let paths: Vec<_> = wanted.check().expect_err("has mistakes").0.into_iter().map(|m| m.field).collect();
    assert_eq!(
        paths,
        [
            "teams.payments",
            "teams.payments.limits.cpu_m",
            "teams.payments.limits.pods",
            "teams.payments.groups",
            "clusters.harbour-1.overcommit_percent",
            "clusters.harbour-1.users_prefix",
        ]
    );
}

#[test]
fn somebody_is_left_who_runs_berth_and_nobody_locks_themselves_out() {
    let binding = |group: &str, role| PlatformBinding { group: group.parse().expect("is a group"), role };
    let own = ["platform".to_owned()];
    let auditors = binding("auditors", PlatformRole::Auditor);
    let left = keeps_platform(std::slice::from_ref(&auditors), None);
    assert_eq!(left, Err(Refusal::LastPlatformRole { is_own: false }));
    let others = [binding("others", PlatformRole::Platform), auditors];
    assert_eq!(keeps_platform(&others, None), Ok(()));
    assert_eq!(keeps_platform(&others, Some(&own)), Err(Refusal::LastPlatformRole { is_own: true }));
    assert_eq!(keeps_platform(&[binding("platform", PlatformRole::Platform)], Some(&own)), Ok(()));
}
