use super::*;
use proptest::prelude::*;
use time::macros::datetime;

const BEGIN: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn lifetime(days: i64) -> Lifetime {
    Lifetime { since: BEGIN, expires_at: Some(BEGIN + Duration::days(days)), reminded_days: None, ending: None }
}

/// All that becomes due when somebody looks at these times, and does what is due.
fn lived(mut lifetime: Lifetime, looks: impl IntoIterator<Item = OffsetDateTime>) -> Vec<Due> {
    let mut done = Vec::new();
    for now in looks {
        let due = lifetime.due(now);
        match due {
            Due::Nothing => continue,
            Due::Remind { days } => lifetime.reminded_days = Some(days),
            Due::Suspend => lifetime.ending = Some(Ending::begin(Cause::Expired, now, Duration::days(7))),
            Due::Delete => {}
        }
        done.push(due);
        if due == Due::Delete {
            break;
        }
    }
    done
}

fn hourly(days: i64) -> impl Iterator<Item = OffsetDateTime> {
    (0..days * 24).map(|hours| BEGIN + Duration::hours(hours))
}

fn reminders(done: &[Due]) -> Vec<i64> {
    done.iter().filter_map(|due| if let Due::Remind { days } = due { Some(*days) } else { None }).collect()
}

#[test]
fn a_long_life_is_reminded_five_times_then_suspended_then_deleted() {
    let done = lived(lifetime(60), hourly(90));
    assert_eq!(reminders(&done), REMINDERS);
    assert_eq!(done[5..], [Due::Suspend, Due::Delete]);
}

#[test]
fn only_reminders_within_the_lifetime_are_given() {
    for (days, expected) in [(14, vec![7, 3, 1]), (15, vec![14, 7, 3, 1]), (1, vec![]), (2, vec![1])] {
        assert_eq!(reminders(&lived(lifetime(days), hourly(30))), expected, "of a life of {days} days");
    }
}

#[test]
fn of_reminders_that_were_missed_the_last_is_given() {
    let after_a_rest = [BEGIN + Duration::days(55), BEGIN + Duration::days(56)];
    assert_eq!(lived(lifetime(60), after_a_rest), [Due::Remind { days: 7 }]);
}

#[test]
fn nothing_becomes_of_what_does_not_expire() {
    assert_eq!(lived(Lifetime { expires_at: None, ..lifetime(1) }, hourly(4000)), []);
}

#[test]
fn production_has_thirty_days_to_be_restored_and_all_else_a_week() {
    let days = [Environment::Sandbox, Environment::Development, Environment::Production].map(grace);
    assert_eq!(days, [7, 7, 30].map(Duration::days));
}

#[test]
fn whoever_asks_for_a_deletion_without_grace_gets_one_that_is_due_at_once() {
    let ending = Ending::begin(Cause::DeletionRequested, BEGIN, Duration::days(-1));
    assert!(!ending.is_in_grace(BEGIN));
    assert_eq!(Lifetime { ending: Some(ending), ..lifetime(60) }.due(BEGIN), Due::Delete);
}

proptest! {
    #[test]
    fn whenever_somebody_looks_each_reminder_comes_once_and_before_the_end(
        days in 1_i64..400, mut looks in prop::collection::vec(0_i64..420 * 24, 1..200)
    ) {
        looks.sort_unstable();
        let lifetime = lifetime(days);
        let done = lived(lifetime, looks.into_iter().map(|hours| BEGIN + Duration::hours(hours)));
        let reminded = reminders(&done);
        prop_assert!(reminded.windows(2).all(|pair| pair[1] < pair[0]), "{reminded:?}");
        prop_assert!(reminded.iter().all(|before| REMINDERS.contains(before) && *before < days));
        let end = done.iter().position(|due| *due == Due::Suspend).unwrap_or(done.len());
        prop_assert!(reminders(&done[end..]).is_empty());
        prop_assert!(done[..end].iter().all(|due| *due != Due::Delete));
    }

    #[test]
    fn it_is_never_suspended_before_it_expires_nor_deleted_within_the_grace(days in 1_i64..400, at in 0_i64..500 * 24) {
        let now = BEGIN + Duration::hours(at);
        let lifetime = lifetime(days);
        let is_over = now >= BEGIN + Duration::days(days);
        prop_assert_eq!(lifetime.due(now) == Due::Suspend, is_over);
        let ending = Ending::begin(Cause::Expired, BEGIN, Duration::days(7));
        let suspended = Lifetime { ending: Some(ending), ..lifetime };
        let expected = if at < 7 * 24 { Due::Nothing } else { Due::Delete };
        prop_assert_eq!(suspended.due(now), expected);
    }
}
