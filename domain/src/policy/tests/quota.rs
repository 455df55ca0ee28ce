//! The rules for another quota of a namespace that is there.

use super::*;

/// A namespace of four cores of which so much is used, and what is asked for it.
struct Case {
    environment: Environment,
    asked: Quota,
    used: Option<Quota>,
    free: u64,
    n_automatic: i64,
    /// Cores of the team there that nobody approved.
    of_team: u64,
    n_owners: i64,
    n_platform: i64,
}

/// Five of four cores in development, of which three are used.
fn case() -> Case {
    let five = Quota { cpu_m: 5000, ..cores(4) };
    Case {
        environment: Development,
        asked: five,
        used: Some(cores(3)),
        free: 9,
        n_automatic: 0,
        of_team: 0,
        n_owners: 1,
        n_platform: 1,
    }
}

impl Case {
    fn plan(&self) -> Plan {
        let class = class(self.environment);
        let placement = Placement {
            capacity: Capacity { ceiling: cores(4 + self.free), granted: cores(4) },
            held: cores(4),
            overcommit: OvercommitRatio::WHOLE,
        };
        plan(&Facts {
            class: &class,
            n_owners: self.n_owners,
            n_platform: self.n_platform,
            subject: Subject::Quota(
                QuotaFacts {
                    asked: self.asked,
                    placement: &placement,
                    automatic: Automatic { of_team: cores(self.of_team), ..Automatic::default() },
                },
                Current { quota: cores(4), used: self.used, n_automatic: self.n_automatic },
            ),
        })
    }
}

fn cpu(cpu_m: u64) -> Quota {
    Quota { cpu_m, ..cores(4) }
}

#[rstest]
#[case::small_and_used(case(), "automatic")]
#[case::in_a_sandbox(Case { environment: Sandbox, ..case() }, "automatic")]
#[case::half_as_much_again(Case { asked: cpu(6000), ..case() }, "automatic")]
#[case::a_little_more_than_half(Case { asked: cpu(6001), ..case() }, "owner")]
#[case::one_resource_grows_too_much(Case { asked: Quota { gpus: 1, ..cpu(5000) }, ..case() }, "owner")]
#[case::just_enough_in_use(Case { used: Some(cpu(2400)), ..case() }, "automatic")]
#[case::not_enough_in_use(Case { used: Some(cpu(2399)), ..case() }, "owner")]
#[case::use_is_not_known(Case { used: None, ..case() }, "owner")]
#[case::no_capacity(Case { free: 0, ..case() }, "owner")]
#[case::second_time(Case { n_automatic: 1, ..case() }, "automatic")]
#[case::third_time(Case { n_automatic: 2, ..case() }, "owner")]
#[case::up_to_the_teams_part(Case { of_team: 12, ..case() }, "automatic")]
#[case::beyond_the_teams_part(Case { of_team: 13, ..case() }, "owner")]
#[case::less_beyond_the_teams_part(Case { asked: cores(2), of_team: 13, ..case() }, "automatic")]
#[case::production(Case { environment: Production, ..case() }, "owner, then Platform")]
#[case::production_without_owner(Case { environment: Production, n_owners: 0, ..case() }, "Platform")]
#[case::less(Case { asked: cores(2), ..case() }, "automatic")]
#[case::less_in_production(Case { environment: Production, asked: cores(2), ..case() }, "automatic")]
#[case::less_though_nothing_is_known(Case { asked: cores(2), used: None, free: 0, n_automatic: 9, ..case() }, "automatic")]
#[case::more_of_one_and_less_of_another(Case { asked: Quota { pods: 1, ..cpu(5000) }, ..case() }, "automatic")]
#[case::much_more_of_one_and_less_of_another(Case { asked: Quota { pods: 1, ..cpu(8000) }, ..case() }, "owner")]
fn who_decides_on_another_quota(#[case] case: Case, #[case] expected: &str) {
    assert_eq!(who_decides(&case.plan()), expected);
}

#[test]
fn a_plan_that_nobody_can_decide_yet_says_so_and_stands_with_platform() {
    let nobody = Case { environment: Production, n_owners: 0, n_platform: 0, ..case() }.plan();
    assert_eq!(who_decides(&nobody), "Platform");
    assert!(waits_for_nobody(&nobody));
    let owner_first = Case { environment: Production, n_platform: 0, ..case() }.plan();
    assert!(waits_for_nobody(&owner_first) && who_decides(&owner_first) == "owner, then Platform");
    assert!(!waits_for_nobody(&Case { n_platform: 0, ..case() }.plan()), "nobody of Platform is needed");
}

#[test]
fn every_rule_for_a_quota_says_what_it_looked_at_and_what_follows() {
    let cases = [
        ("small and used", case()),
        ("less", Case { asked: cores(2), ..case() }),
        ("too much", Case { asked: cpu(9000), ..case() }),
        ("idle", Case { used: Some(cores(1)), ..case() }),
        ("use is not known", Case { used: None, ..case() }),
        ("no room", Case { free: 0, ..case() }),
        ("third time", Case { n_automatic: 2, ..case() }),
        ("the team's part", Case { of_team: 13, ..case() }),
        ("production", Case { environment: Production, ..case() }),
        ("nobody", Case { environment: Production, n_owners: 0, n_platform: 0, ..case() }),
    ];
    let mut text = String::new();
    for (title, case) in cases {
        let plan = case.plan();
        text += &format!("{title} -> {}\n", who_decides(&plan));
        for Reason { rule, applied, says } in &plan.reasons {
            let mark = if *applied { "yes" } else { "no" };
            text += &format!("  {rule:<20} {mark:<4} {says}\n");
        }
    }
    insta::assert_snapshot!(text);
}

proptest! {
    #[test]
    fn no_increase_is_automatic_where_anything_speaks_against_it(
        environment in any_environment(), asked in any_asked(), used in prop::option::of(any_asked()),
        free in 0..9u64, n_automatic in 0..4i64, of_team in 0..14u64
    ) {
        let case = Case { environment, asked, used, free, n_automatic, of_team, ..case() };
        let raised = asked.beyond(&cores(4));
        if case.plan().is_automatic() && !raised.is_empty() {
            prop_assert!(environment != Production && n_automatic < 2);
            prop_assert!(asked.minus(&cores(4)).fits(&cores(free)));
            prop_assert!(cores(of_team).plus(&asked.minus(&cores(4))).fits(&cores(4 + free)));
            for more in raised {
                let (had, used) = (cores(4).get(more.resource), used.expect("is known").get(more.resource));
                prop_assert!(more.missing * 2 <= had && used * 10 >= had * 6);
            }
        }
    }

    #[test]
    fn a_decrease_is_always_automatic(
        environment in any_environment(), asked in any_asked(), used in prop::option::of(any_asked()), n_automatic in 0..4i64
    ) {
        let asked = asked.least(&cores(4));
        let plan = Case { environment, asked, used, free: 0, n_automatic, ..case() }.plan();
        prop_assert!(plan.is_automatic());
    }
}
