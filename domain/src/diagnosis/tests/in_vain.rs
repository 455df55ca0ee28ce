//! Pods that are replaced by others that fail as they did.

use super::*;

#[test]
fn pods_that_end_for_what_they_are_are_not_hidden_by_the_next_one() {
    const FULL: (&str, &str) = ("Evicted", "Usage of EmptyDir volume \"tmp\" exceeds the limit \"1Mi\".");
    let lasted = |(reason, message): (&str, &str), ago: i64| {
        let at = NOW - Duration::minutes(ago);
        let reason = Said { at: Some(at), ..said(reason, message) };
        created_at(Pod { reason: Some(reason), ..ended_by("", "") }, at - Duration::seconds(20))
    };
    let after = |workload: &Workload, why, agos: &[i64], newest_since: i64| {
        let pods: Vec<_> = agos.iter().map(|ago| lasted(why, *ago)).collect();
        let newest = created_at(pod(container()), NOW - Duration::seconds(newest_since));
        let pods: Vec<_> = pods.iter().chain([&newest]).collect();
        verdict(diagnose_workload(workload, &pods, NOW))
    };
    let (healthy, failing) = ((Health::Healthy, None), |cause| (Health::Failing, Some(cause)));
    let serves = workload(1, 1);
    assert_eq!(after(&serves, FULL, &[1, 3, 5], 20), failing(Cause::StorageLimitExceeded));
    assert_eq!(after(&serves, ("OutOfcpu", ""), &[1, 3, 5], 20), failing(Cause::NodeRejected));
    assert_eq!(after(&serves, FULL, &[1, 3], 20), healthy, "it may do now");
    assert_eq!(after(&serves, FULL, &[1, 3, 10], 20), healthy, "one was long ago");
    assert_eq!(after(&serves, FULL, &[1, 3, 5], 41), healthy, "the newest lasts longer than any before");
    assert_eq!(after(&serves, ("Evicted", "The node was low on resource: memory."), &[1, 3, 5], 20), healthy);
    let job = Workload { kind: WorkloadKind::Job, ..workload(1, 1) };
    assert_eq!(after(&job, FULL, &[1, 3, 5], 20), healthy, "it is done");
}
