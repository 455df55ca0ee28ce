mod ending;
mod quota;

use super::*;
use crate::class::{AutomaticBounds, ClassSpec, ContainerDefaults, NetworkProfile, PodSecurity, Size};
use crate::cluster::{Capacity, OvercommitRatio, Placement};
use crate::id::ClassId;
use crate::quota::tests::any_quota;
use crate::quota::{Quota, Resource};
use crate::request::tests::cores;
use Environment::{Development, Production, Sandbox};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

/// Sizes S (two cores) and M (four cores).
fn class(environment: Environment) -> Class {
    let size = |name: &str, quota| Size { name: name.parse().unwrap(), quota };
    let spec = ClassSpec {
        title: "Some class".into(),
        summary: "For tests".into(),
        environment,
        pod_security: PodSecurity::Restricted,
        network: NetworkProfile::Isolated,
        sizes: vec![size("S", cores(2)), size("M", cores(4))],
        ceiling: cores(8),
        container: ContainerDefaults {
            request_cpu_m: 100,
            request_memory_bytes: 1 << 27,
            limit_cpu_m: 500,
            limit_memory_bytes: 1 << 29,
        },
        // The rules before this one are looked at by themselves.
        automatic: AutomaticBounds { cluster_percent: 100, ..AutomaticBounds::default() },
        ..ClassSpec::blank()
    };
    Class { id: ClassId(Uuid::from_u128(1)), name: "some-class".parse().unwrap(), version: 1, spec }
}

/// So much is free for something new.
fn placement_with(free: Quota) -> Placement {
    Placement {
        capacity: Capacity { ceiling: free, granted: Quota::ZERO },
        held: Quota::ZERO,
        overcommit: OvercommitRatio::WHOLE,
    }
}

/// A new namespace, where somebody of Platform could decide.
fn new<'a>(class: &'a Class, asked: Quota, placement: &'a Placement, n_owners: i64) -> Facts<'a> {
    let facts = QuotaFacts { asked, placement, automatic: Automatic::default() };
    Facts { class, n_owners, n_platform: 1, subject: Subject::NewNamespace(facts) }
}

fn with<'a>(automatic: Automatic, facts: Facts<'a>) -> Facts<'a> {
    match facts.subject {
        Subject::NewNamespace(asked) => {
            Facts { subject: Subject::NewNamespace(QuotaFacts { automatic, ..asked }), ..facts }
        }
        _ => facts,
    }
}

/// The plan in words: who decides, in order.
fn who_decides(plan: &Plan) -> String {
    let stages: Vec<_> = plan.stages.iter().map(|stage| (stage.deciders, stage.quorum)).collect();
    match stages[..] {
        [] => "automatic".into(),
        [(Deciders::TeamOwners, 1)] => "owner".into(),
        [(Deciders::Platform, 1)] => "Platform".into(),
        [(Deciders::TeamOwners, 1), (Deciders::Platform, 1)] => "owner, then Platform".into(),
        _ => format!("{stages:?}"),
    }
}

#[rstest]
#[case::sandbox_of_size_s_that_fits(Sandbox, 2, 2, 1, "automatic")]
#[case::sandbox_below_size_s(Sandbox, 1, 9, 1, "automatic")]
#[case::automatic_needs_no_owner(Sandbox, 2, 9, 0, "automatic")]
#[case::sandbox_without_room(Sandbox, 2, 1, 1, "owner")]
#[case::sandbox_without_room_and_owner(Sandbox, 2, 1, 0, "Platform")]
#[case::larger_sandbox(Sandbox, 4, 9, 1, "owner")]
#[case::larger_sandbox_without_owner(Sandbox, 4, 9, 0, "Platform")]
#[case::development(Development, 4, 9, 2, "owner")]
#[case::small_development(Development, 1, 9, 1, "owner")]
#[case::development_without_room(Development, 4, 1, 1, "owner")]
#[case::development_without_owner(Development, 4, 9, 0, "Platform")]
#[case::production(Production, 4, 9, 1, "owner, then Platform")]
#[case::small_production(Production, 1, 9, 3, "owner, then Platform")]
#[case::production_without_owner_asks_platform_once(Production, 4, 9, 0, "Platform")]
fn the_plan_names_who_decides(
    #[case] environment: Environment,
    #[case] asked: u64,
    #[case] free: u64,
    #[case] n_owners: i64,
    #[case] expected: &str,
) {
    let class = class(environment);
    let plan = plan(&new(&class, cores(asked), &placement_with(cores(free)), n_owners));
    assert_eq!(who_decides(&plan), expected);
}

#[test]
fn one_resource_above_size_s_is_enough_to_need_an_owner() {
    for resource in Resource::ALL {
        let mut asked = cores(2);
        asked[resource] += 1;
        let plan = plan(&new(&class(Sandbox), asked, &placement_with(cores(9)), 1));
        assert_eq!(who_decides(&plan), "owner", "{resource:?}");
    }
}

#[test]
fn a_class_without_size_s_is_never_automatic() {
    let mut class = class(Sandbox);
    class.spec.sizes.remove(0);
    let plan = plan(&new(&class, cores(1), &placement_with(cores(9)), 1));
    assert_eq!(who_decides(&plan), "owner");
    assert!(plan.reasons[0].says.contains("has no size S"));
}

#[rstest]
#[case::few(2, 9, 0, "automatic")]
#[case::many_of_the_person(3, 3, 0, "owner")]
#[case::many_of_the_team(0, 10, 0, "owner")]
#[case::just_the_teams_part(0, 1, 3, "automatic")]
#[case::more_than_the_teams_part(0, 1, 4, "owner")]
fn past_what_may_be_granted_automatically_people_decide(
    #[case] n_of_person: i64,
    #[case] n_of_team: i64,
    #[case] held: u64,
    #[case] expected: &str,
) {
    let (mut class, placement) = (class(Sandbox), placement_with(cores(20)));
    class.spec.automatic = AutomaticBounds::default();
    let automatic = Automatic { n_of_person, n_of_team, of_team: cores(held) };
    let plan = plan(&with(automatic, new(&class, cores(2), &placement, 1)));
    assert_eq!(who_decides(&plan), expected, "{}", plan.reasons[0].says);
}

proptest! {
    /// One team asks again and again: what nobody approved stays within its part, and within the number.
    #[test]
    fn a_team_takes_no_more_than_its_part_without_anybody(ceiling in 1..60u64, percent in 1..100u32, asks in prop::collection::vec(1..3u64, 0..40)) {
        let mut class = class(Sandbox);
        class.spec.automatic.cluster_percent = percent;
        let mut automatic = Automatic::default();
        for asked in asks {
            let placement = Placement { capacity: Capacity { ceiling: cores(ceiling), granted: automatic.of_team }, ..placement_with(Quota::ZERO) };
            if plan(&with(automatic, new(&class, cores(asked), &placement, 1))).is_automatic() {
                automatic.of_team = automatic.of_team.plus(&cores(asked));
                automatic.n_of_team += 1;
            }
        }
        prop_assert!(automatic.of_team.cpu_m * 100 <= cores(ceiling).cpu_m * u64::from(percent));
        prop_assert!(automatic.n_of_team <= 10);
    }
}

#[test]
fn every_rule_says_what_it_looked_at_and_what_follows() {
    let mut text = String::new();
    for (environment, asked, free, n_owners) in [
        (Sandbox, 2, 9, 1),
        (Sandbox, 2, 1, 1),
        (Sandbox, 4, 9, 1),
        (Development, 4, 9, 1),
        (Development, 4, 9, 0),
        (Production, 4, 9, 1),
        (Production, 4, 9, 0),
    ] {
        let class = class(environment);
        let plan = plan(&new(&class, cores(asked), &placement_with(cores(free)), n_owners));
        let title = environment.as_str();
        text += &format!("{title}, {asked} cores of {free} free, owners: {n_owners} -> {}\n", who_decides(&plan));
        for Reason { rule, applied, says } in &plan.reasons {
            let mark = if *applied { "yes" } else { "no" };
            text += &format!("  {rule:<20} {mark:<4} {says}\n");
        }
    }
    insta::assert_snapshot!(text);
}

fn any_environment() -> impl Strategy<Value = Environment> {
    prop::sample::select(vec![Sandbox, Development, Production])
}

/// Often at or near size S.
fn any_asked() -> impl Strategy<Value = Quota> {
    prop_oneof![(0..5u64).prop_map(cores), any_quota(), any_quota().prop_map(|quota| quota.least(&cores(2)))]
}

proptest! {
    #[test]
    fn automatic_is_exactly_what_is_a_sandbox_and_small_and_fits(
        environment in any_environment(), asked in any_asked(), free in any_asked(), n_owners in 0..3i64
    ) {
        let plan = plan(&new(&class(environment), asked, &placement_with(free), n_owners));
        let expected = environment == Sandbox && asked.fits(&cores(2)) && asked.fits(&free);
        prop_assert_eq!(plan.is_automatic(), expected);
    }

    #[test]
    fn no_plan_waits_for_people_who_do_not_exist(
        environment in any_environment(), asked in any_asked(), free in any_asked(), n_owners in 0..3i64
    ) {
        let plan = plan(&new(&class(environment), asked, &placement_with(free), n_owners));
        let waits_for_owner = plan.stages.iter().any(|stage| stage.deciders == Deciders::TeamOwners);
        prop_assert!(n_owners > 0 || !waits_for_owner);
        prop_assert!(plan.stages.iter().all(|stage| stage.quorum == 1));
    }

    #[test]
    fn production_always_has_platform_decide(asked in any_asked(), free in any_asked(), n_owners in 0..3i64) {
        let plan = plan(&new(&class(Production), asked, &placement_with(free), n_owners));
        prop_assert_eq!(plan.stages.last().map(|stage| stage.deciders), Some(Deciders::Platform));
    }

    #[test]
    fn every_rule_that_was_asked_gives_a_reason_under_its_name(
        environment in any_environment(), asked in any_asked(), free in any_asked(), n_owners in 0..3i64
    ) {
        let plan = plan(&new(&class(environment), asked, &placement_with(free), n_owners));
        let rules: Vec<_> = plan.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        // What the first rule makes automatic, the others are not asked about.
        let all = ["sandbox_automatic", "team_owner", "production_platform"];
        prop_assert_eq!(&rules[..], if plan.is_automatic() { &all[..1] } else { &all[..] });
        prop_assert!(plan.reasons.iter().all(|reason| !reason.says.is_empty()));
    }
}
