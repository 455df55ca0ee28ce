//! Events: which are about what, and what only they tell.

use super::*;

const UID: &str = "4d1f0c5e";

#[rstest]
#[case::of_another(Some("0a2b9f77"), MADE + Duration::MINUTE, false)]
#[case::of_another_and_newer(Some("0a2b9f77"), NOW, false)]
#[case::of_this(Some(UID), MADE + Duration::MINUTE, true)]
#[case::of_this_by_a_clock_that_is_behind(Some(UID), MADE - Duration::MINUTE, true)]
#[case::of_nobody_knows_which(None, MADE + Duration::MINUTE, true)]
#[case::of_nobody_knows_which_before(None, MADE - Duration::MINUTE, false)]
fn an_event_is_about_the_object_of_its_uid(
    #[case] uid: Option<&str>,
    #[case] at: OffsetDateTime,
    #[case] is_own: bool,
) {
    let mount = warning("FailedMount", "secret \"tls\" not found", at);
    let mount = Warning { object_uid: uid.map(str::to_owned), ..mount };
    let pod = Pod { uid: Some(UID.into()), ..warned(starting(), mount) };
    let found = verdict(diagnose_pod(&pod, MADE + Duration::minutes(2)));
    let expected =
        if is_own { (Health::Failing, Cause::SecretMissing) } else { (Health::Progressing, Cause::NotStarted) };
    assert_eq!(found, (expected.0, Some(expected.1)));
}

fn volume(name: &str, object: &str, is_secret: bool, key: &str) -> VolumeKeys {
    VolumeKeys { volume: name.into(), object: object.into(), is_secret, keys: vec!["other".into(), key.into()] }
}

#[rstest]
#[case::config_map("config", "configmap references non-existent config key: app.conf", Some("app-settings"))]
#[case::secret("certs", "references non-existent secret key: tls.key", Some("app-tls"))]
#[case::one_of_several("all", "references non-existent secret key: token", Some("app-token"))]
#[case::several_at_once(
    "all",
    "[references non-existent secret key: token, configmap references non-existent config key: x]",
    Some("app-token")
)]
#[case::key_of_another_volume("certs", "references non-existent secret key: token", None)]
fn a_volume_whose_key_is_missing_names_the_object_that_lacks_it(
    #[case] name: &str,
    #[case] words: &str,
    #[case] object: Option<&str>,
) {
    let volume_keys = vec![
        volume("config", "app-settings", false, "app.conf"),
        volume("certs", "app-tls", true, "tls.key"),
        volume("all", "token", false, "token"),
        volume("all", "app-token", true, "token"),
    ];
    let message = format!("MountVolume.SetUp failed for volume \"{name}\" : {words}");
    let pod = Pod { volume_keys, ..warned(starting(), warning("FailedMount", &message, NOW)) };
    let (health, found) = diagnose_pod(&pod, NOW);
    let found = found.expect("fails");
    assert_eq!((health, found.code, found.object.as_deref()), (Health::Failing, Cause::KeyMissing, object));
}

#[rstest]
#[case("UnknownTimeZone", "invalid timeZone: \"Mars\": unknown time zone Mars", Cause::ScheduleInvalid)]
#[case("UnparseableSchedule", "unparseable schedule: \"x\" : expected exactly 5 fields", Cause::ScheduleInvalid)]
#[case("InvalidSchedule", "invalid schedule: 0 0 31 2 * : never", Cause::ScheduleInvalid)]
#[case("MissSchedule", "Missed scheduled time to start a job: Sun, 29 Nov 2026 10:00:00 UTC", Cause::RunMissed)]
#[case("TooManyMissedTimes", "too many missed start times", Cause::RunMissed)]
#[case("FailedNeedsStart", "Cannot determine if job needs to be started", Cause::RunMissed)]
#[case("FailedCreate", "Error creating job: jobs.batch \"r-1\" is forbidden: no", Cause::RunRefused)]
#[case(
    "FailedCreate",
    "Error creating job: jobs.batch \"r-1\" is forbidden: exceeded quota: theirs, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1",
    Cause::OtherQuotaExceeded
)]
fn what_keeps_a_cron_job_from_running_is_said(#[case] reason: &str, #[case] message: &str, #[case] expected: Cause) {
    assert!(holds_cron_job_up(reason), "{reason}");
    let held_up = Workload { desired: 0, ..with_problem(WorkloadKind::CronJob, reason, message) };
    let (health, found) = diagnose_workload(&held_up, &[], NOW);
    let found = found.expect("fails");
    assert_eq!((health, found.code), (Health::Failing, expected));
    assert!(found.main_evidence().contains(message), "{found:?}");
}

#[test]
fn a_suspended_cron_job_is_paused_whatever_its_last_run_came_to() {
    let run = || Some("report-1".to_owned());
    let failed = Pod { job: run(), ..in_phase("Failed", ended("Error", 1)) };
    let report =
        Workload { run: run(), desired: 0, ..with_problem(WorkloadKind::CronJob, "BackoffLimitExceeded", "ended") };
    assert_eq!(diagnose_workload(&report, &[&failed], NOW).0, Health::Failing);
    let suspended = Workload { is_paused: true, ..report };
    assert_eq!(diagnose_workload(&suspended, &[&failed], NOW), (Health::Paused, None));
    let at_work = Pod { job: run(), ..pod(ended("Error", 1)) };
    assert_eq!(diagnose_workload(&suspended, &[&at_work], NOW).0, Health::Failing, "a run under way is not suspended");
}
