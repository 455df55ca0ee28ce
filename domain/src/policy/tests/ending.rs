//! The rules for how long a namespace stays, and for its end.

use super::*;
use time::{Duration, OffsetDateTime};

fn plan_of(environment: Environment, lifetime_days: Option<u32>, subject: Subject<'_>, n_owners: i64) -> Plan {
    let mut class = class(environment);
    class.spec.lifetime_days = lifetime_days;
    plan(&Facts { class: &class, n_owners, n_platform: 1, subject })
}

/// To stay so many days from today.
fn extend(days: i64) -> Subject<'static> {
    let now = OffsetDateTime::UNIX_EPOCH + Duration::days(1000);
    Subject::Extend { until: UntilDate::of(now + Duration::days(days)), now }
}

#[rstest]
#[case::as_long_as_a_new_one(Sandbox, Some(14), 14, 1, "automatic")]
#[case::in_development(Development, Some(180), 90, 0, "automatic")]
#[case::longer(Sandbox, Some(14), 15, 1, "owner")]
#[case::longer_without_owner(Sandbox, Some(14), 15, 0, "Platform")]
#[case::of_a_class_without_a_lifetime(Development, None, 1, 1, "owner")]
#[case::in_production(Production, Some(180), 1, 1, "owner, then Platform")]
fn who_stays_no_longer_than_a_new_one_needs_nobody(
    #[case] environment: Environment,
    #[case] lifetime_days: Option<u32>,
    #[case] days: i64,
    #[case] n_owners: i64,
    #[case] expected: &str,
) {
    assert_eq!(who_decides(&plan_of(environment, lifetime_days, extend(days), n_owners)), expected);
}

#[rstest]
#[case(Sandbox, 1, "automatic")]
#[case(Development, 0, "automatic")]
#[case::production_needs_one_other_person(Production, 1, "owner")]
#[case::of_platform_where_no_owner_can(Production, 0, "Platform")]
fn a_second_person_ends_what_is_in_production(
    #[case] environment: Environment,
    #[case] n_owners: i64,
    #[case] expected: &str,
) {
    assert_eq!(who_decides(&plan_of(environment, None, Subject::Delete, n_owners)), expected);
}

#[rstest]
#[case(Sandbox, Some(14), Some(14))]
#[case(Production, Some(14), None)]
#[case(Development, None, None)]
fn the_last_day_that_is_named_as_automatic_is_the_last_that_is(
    #[case] environment: Environment,
    #[case] lifetime_days: Option<u32>,
    #[case] days: Option<i64>,
) {
    let mut class = class(environment);
    class.spec.lifetime_days = lifetime_days;
    let now = OffsetDateTime::UNIX_EPOCH + Duration::days(1000);
    assert_eq!(automatic_until(&class, now), days.map(|days| UntilDate::of(now + Duration::days(days))));
    let is_automatic = |days| plan_of(environment, lifetime_days, extend(days), 1).is_automatic();
    assert!(days.is_none_or(|days| is_automatic(days) && !is_automatic(days + 1)));
}

#[rstest]
fn a_rule_by_which_somebody_decides_counts(
    #[values(0, 1)] n_owners: i64,
    #[values(Sandbox, Production)] of: Environment,
) {
    for subject in [extend(4000), Subject::Delete] {
        let plan = plan_of(of, None, subject, n_owners);
        let owners = plan.reasons.iter().find(|reason| reason.rule == "team_owner");
        assert!(owners.is_none_or(|owners| owners.applied), "{plan:?}");
    }
}
