//! Revisions, and which approvals they leave standing.

use super::*;

const AUTHOR: u128 = 5;

/// Approved by person 3 for the owners; Platform is next.
fn half() -> Request {
    approved_by(&person(3), in_review())
}

fn revise(request: Request, by: u128, quota: Quota, stages: &[Deciders]) -> Result<Request, Refusal> {
    revise_for("load tests", request, by, quota, stages)
}

fn revise_for(
    purpose: &str,
    request: Request,
    by: u128,
    quota: Quota,
    stages: &[Deciders],
) -> Result<Request, Refusal> {
    let plan = super::request(stages).plan;
    let revised =
        Revised { ask: Ask::NewNamespace(SizedQuota { size: None, quota }), purpose: purpose.parse().unwrap(), plan };
    let seen = request.revision.into();
    request.revise(&person(by), seen, revised, Some(&placement_with(cores(9))))
}

const BOTH: [Deciders; 2] = [Deciders::TeamOwners, Deciders::Platform];

#[rstest]
#[case::less(cores(3), &BOTH, 1)]
#[case::the_same(cores(4), &BOTH, 1)]
#[case::more(cores(5), &BOTH, 0)]
#[case::more_of_one_and_less_of_another(Quota { pods: 1, cpu_m: 4001, ..cores(4) }, &BOTH, 0)]
#[case::other_deciders(cores(3), &[Deciders::Platform], 0)]
#[case::more_stages(cores(3), &[Deciders::TeamOwners, Deciders::Platform, Deciders::Platform], 0)]
fn approvals_stay_where_nothing_grows_and_the_plan_is_no_stricter(
    #[case] quota: Quota,
    #[case] stages: &[Deciders],
    #[case] n_left: usize,
) {
    let revised = revise(half(), AUTHOR, quota, stages).unwrap();
    assert_eq!((revised.decisions.len(), revised.revision, &revised.state), (n_left, 4, &State::IN_REVIEW));
    assert!(revised.decisions.iter().all(|decision| decision.revision == 3), "bound to what was read");
    assert_eq!(revised.revised_by, person(AUTHOR).id);
}

#[test]
fn no_approval_stays_where_it_is_for_something_else() {
    let revised = revise_for("something else", half(), AUTHOR, cores(3), &BOTH).unwrap();
    assert_eq!(revised.decisions, []);
}

#[test]
fn whoever_wrote_any_revision_decides_nothing() {
    let revised = revise(revise(in_review(), 3, cores(5), &BOTH).unwrap(), AUTHOR, cores(6), &BOTH);
    let seen = Approval { seen: 5.into(), grant: None, comment: None };
    assert_eq!(
        revised.unwrap().approve(&person(3), seen, Some(&placement_with(cores(9))), AT),
        Err(Refusal::OwnRequest)
    );
}

#[test]
fn an_approval_of_the_author_never_counts_and_the_author_decides_nothing() {
    let revised = revise(half(), 3, cores(3), &BOTH).unwrap();
    assert_eq!(revised.decisions, []);
    let again = Approval { seen: 4.into(), grant: None, comment: None };
    assert_eq!(revised.approve(&person(3), again, Some(&placement_with(cores(9))), AT), Err(Refusal::OwnRequest));
}

#[test]
fn a_shorter_plan_may_leave_nothing_to_decide() {
    let revised = revise(half(), AUTHOR, cores(3), &BOTH[..1]).unwrap();
    assert_eq!(revised.state, State::granted(cores(3), Progress::Approved));
    assert_eq!(revise(in_review(), AUTHOR, cores(3), &[]).unwrap().granted(), Some(cores(3).into()));
}

#[test]
fn who_approved_with_less_is_held_to_it_at_the_next_revision() {
    let less = in_review().approve(&person(3), approval(Some(cores(2))), Some(&placement_with(cores(9))), AT).unwrap();
    assert_eq!(revise(less, AUTHOR, cores(3), &BOTH).unwrap().grantable(), Grant::Quota(cores(2)));
}

#[test]
fn a_suggestion_waits_for_an_answer_and_may_be_more_than_was_asked() {
    let by = person(STRANGERS_HAND);
    let sent_back = in_review().request_changes(&by, 3.into(), reason(), Some(cores(6).into())).unwrap();
    assert_eq!(sent_back.suggestion(), Some(cores(6).into()));
    assert_eq!(revise(sent_back.clone(), AUTHOR, cores(6), &BOTH).unwrap().suggestion(), None);
    let own = in_review().request_changes(&person(REQUESTER), 3.into(), reason(), None);
    assert_eq!(own, Err(Refusal::OwnRequest));
    let same = in_review().request_changes(&by, 3.into(), reason(), Some(cores(4).into())).unwrap_err();
    assert_eq!(same.fields()[0].field, "suggestion");
}

#[test]
fn what_was_read_counts_to_the_version_where_that_is_said() {
    let seen = Seen { revision: 3, version: Some(4) };
    let stale = in_review().reject(&person(STRANGERS_HAND), seen, reason(), AT);
    assert_eq!(stale, Err(Refusal::Changed { number: RequestNumber(12) }));
    let current = Seen { revision: 3, version: Some(5) };
    assert!(in_review().reject(&person(STRANGERS_HAND), current, reason(), AT).is_ok());
}

#[test]
fn a_grant_takes_nothing_away_that_nobody_offered() {
    let quota = Request {
        ask: Ask::Quota { base: cores(3), asked: SizedQuota { size: None, quota: cores(4) } },
        ..request(&[Deciders::TeamOwners])
    };
    let too_little =
        quota.clone().approve(&person(3), approval(Some(cores(2))), Some(&placement_with(cores(9))), AT).unwrap_err();
    assert_eq!(too_little.fields()[0].message, "must be at least 3: nobody asked to take more away");
    assert!(quota.approve(&person(3), approval(Some(cores(3))), Some(&placement_with(cores(9))), AT).is_ok());
}

#[rstest]
#[case::a_day_early(State::IN_REVIEW, PENDING - Duration::DAY, "closed")]
#[case::in_time(State::IN_REVIEW, PENDING, "expired")]
#[case::changes(State::Open(Open::ChangesRequested(Changes { suggestion: None, comment: reason(), by: person(4).id, by_name: "x".into() })), CHANGES_PENDING, "expired")]
#[case::decided(State::granted(cores(4), Progress::Approved), PENDING * 9, "closed")]
fn only_what_waits_expires_and_not_early(#[case] state: State, #[case] after: Duration, #[case] expected: &str) {
    let answer = Request { state, ..in_review() }.expire(AT + after);
    assert_eq!(answer.map_or_else(|refusal| refusal.code(), |next| next.state.as_str()), expected);
}

proptest! {
    /// Whatever is approved and revised in whatever order by whomever: what is granted was approved by as many as the
    /// plan asks for, none of whom wrote the last revision, and each for at least that much of what they read.
    #[test]
    fn what_is_granted_was_read_by_those_who_approved_it(
        moves in prop::collection::vec((3..=6u128, any::<bool>(), 1..=6u64), 0..12)
    ) {
        let mut now = in_review();
        let mut asked_at = std::collections::BTreeMap::from([(now.revision, now.ask.whole())]);
        for (by, approves, n) in moves {
            let seen = Seen::from(now.revision);
            let next = if approves {
                now.clone().approve(&person(by), Approval { seen, grant: None, comment: None }, Some(&placement_with(cores(9))), AT)
            } else {
                let revised = Revised { ask: asking_for(cores(n)).ask, purpose: now.purpose.clone(), plan: now.plan.clone() };
                now.clone().revise(&person(by), seen, revised, Some(&placement_with(cores(9))))
            };
            now = next.unwrap_or(now);
            asked_at.insert(now.revision, now.ask.whole());
        }
        let author = now.revised_by;
        prop_assert!(now.decisions.iter().all(|decision| decision.person != author && decision.person != now.requester));
        if let Some(grant) = now.granted() {
            prop_assert_eq!(now.decisions.len(), 2);
            for decision in &now.decisions {
                prop_assert!(grant.require_within(&asked_at[&decision.revision]).is_ok());
            }
        }
    }
}
