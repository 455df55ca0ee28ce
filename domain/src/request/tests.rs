//! The life of a request. The builders at the top serve the tests of other modules too.

mod history;
mod next;
mod revising;

use super::*;
use crate::actor::{AuthMethod, Membership, Person, PlatformRole, Scope, TeamRole};
use crate::cluster::{Capacity, OvercommitRatio, Placement};
use crate::id::{ClusterId, TeamId};
use crate::plan::Deciders;
use crate::quota::{Quota, Resource};
use history::{any_history, any_percent, part_of};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;
use uuid::Uuid;

pub const PAYMENTS: TeamId = TeamId(Uuid::from_u128(0x70));
pub const ORDERS: TeamId = TeamId(Uuid::from_u128(0x71));
/// Person 1 made every request here, person 2 wrote its latest revision.
pub const REQUESTER: u128 = 1;
pub const REVISER: u128 = 2;

pub fn person(number: u128) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(number)),
        name: format!("person {number}"),
        email: format!("person{number}@example.org"),
        auth_method: AuthMethod::Session,
        teams: Vec::new(),
        platform: BTreeSet::new(),
    }
}

pub fn member(number: u128, team: TeamId, role: TeamRole) -> Person {
    Person { teams: vec![membership(team, role)], ..person(number) }
}

pub fn with_platform_role(number: u128, role: PlatformRole) -> Person {
    Person { platform: BTreeSet::from([role]), ..person(number) }
}

/// Team Payments asks for four cores; one stage for each kind of decider, in review.
pub fn request(stages: &[Deciders]) -> Request {
    let stages = stages.iter().map(|deciders| Stage { deciders: *deciders, quorum: 1 }).collect();
    Request {
        id: RequestId(Uuid::from_u128(0x100)),
        number: RequestNumber(12),
        team: TeamRef { id: PAYMENTS, slug: "payments".parse().unwrap(), title: "Payments".into() },
        cluster: ClusterRef { id: ClusterId(Uuid::from_u128(0x200)), name: "harbour-1".parse().unwrap() },
        class: ClassRef { id: ClassId(Uuid::from_u128(0x300)), name: "standard".parse().unwrap(), version: 1 },
        name: "payments-dev".parse().unwrap(),
        namespace: None,
        ask: Ask::NewNamespace(SizedQuota { size: Some("M".parse().unwrap()), quota: cores(4) }),
        purpose: "load tests".parse().unwrap(),
        revision: 3,
        version: 5,
        requester: person(REQUESTER).id,
        revised_by: person(REVISER).id,
        authors: vec![person(REQUESTER).id, person(REVISER).id],
        plan: Plan { stages, reasons: Vec::new() },
        decisions: Vec::new(),
        state: State::IN_REVIEW,
        submitted_at: OffsetDateTime::UNIX_EPOCH,
        since: OffsetDateTime::UNIX_EPOCH,
    }
}

/// A quota of so many cores, and of everything else in proportion.
pub fn cores(n: u64) -> Quota {
    Quota::from_fn(|resource| match resource {
        Resource::Cpu => n * 1000,
        Resource::Memory => n << 32,
        Resource::Storage => n << 34,
        Resource::Pods => n * 10,
        Resource::LoadBalancers => n / 4,
        _ => n / 8,
    })
}

/// On a cluster that has just this left, for something new.
pub fn placement_with(free: Quota) -> Placement {
    Placement {
        capacity: Capacity { ceiling: free, granted: Quota::ZERO },
        held: Quota::ZERO,
        overcommit: OvercommitRatio::WHOLE,
    }
}

/// The request after this person approved it as it is.
pub fn approved_by(by: &Person, request: Request) -> Request {
    let approval = Approval { seen: request.revision.into(), grant: None, comment: None };
    request
        .approve(by, approval, Some(&placement_with(cores(100))), OffsetDateTime::UNIX_EPOCH)
        .expect("nothing speaks against it")
}

/// People 1 to 6 with any roles, signed in by any method.
pub fn any_person() -> impl Strategy<Value = Person> {
    let auth_method = prop::sample::select(vec![
        AuthMethod::Session,
        AuthMethod::Token(Scope::Read),
        AuthMethod::Token(Scope::Write),
    ]);
    let role = || prop::option::of(prop::sample::select(vec![TeamRole::Viewer, TeamRole::Developer, TeamRole::Owner]));
    let platform =
        prop::sample::subsequence(vec![PlatformRole::Platform, PlatformRole::Approver, PlatformRole::Auditor], 0..=3);
    (1..=6u128, auth_method, role(), role(), platform).prop_map(|(number, auth_method, payments, orders, platform)| {
        let payments = payments.map(|role| membership(PAYMENTS, role));
        let orders = orders.map(|role| membership(ORDERS, role));
        let teams = payments.into_iter().chain(orders).collect();
        Person { auth_method, teams, platform: BTreeSet::from_iter(platform), ..person(number) }
    })
}

/// Requests of team Payments at any point of their life.
pub fn any_request() -> impl Strategy<Value = Request> {
    any_history().prop_map(|mut history| history.pop().expect("it begins with the submitted request"))
}

/// Columns as wide as they must be, two blanks between them.
pub fn table(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().enumerate().map(|(i, cell)| format!("{cell:<w$}", w = width(i))).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn membership(team: TeamId, role: TeamRole) -> Membership {
    let slug = if team == PAYMENTS { "payments" } else { "orders" };
    Membership { team, slug: slug.parse().unwrap(), title: slug.into(), role }
}

const STRANGERS_HAND: u128 = 3;
const AT: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn in_review() -> Request {
    request(&[Deciders::TeamOwners, Deciders::Platform])
}

fn approval(grant: Option<Quota>) -> Approval {
    Approval { seen: 3.into(), grant: grant.map(Grant::Quota), comment: None }
}

fn asking_for(quota: Quota) -> Request {
    Request { ask: Ask::NewNamespace(SizedQuota { size: None, quota }), ..in_review() }
}

/// Four cores for a namespace that has two.
fn a_quota() -> Ask {
    Ask::Quota { base: cores(2), asked: SizedQuota { size: None, quota: cores(4) } }
}

/// Another amount for the same purpose, with an owner to decide.
fn revised(quota: Quota) -> Revised {
    let Request { purpose, plan, .. } = request(&[Deciders::TeamOwners]);
    Revised { ask: Ask::NewNamespace(SizedQuota { size: None, quota }), purpose, plan }
}

fn reason() -> Comment {
    "not this year".parse().unwrap()
}

#[test]
fn every_state_takes_its_own_transitions_and_refuses_the_others_as_closed() {
    let grant = cores(4);
    let changes = || Changes {
        suggestion: Some(cores(3).into()),
        comment: reason(),
        by: person(4).id,
        by_name: "person 4".into(),
    };
    let states = [
        State::IN_REVIEW,
        State::Open(Open::ChangesRequested(changes())),
        State::granted(grant, Progress::Approved),
        State::granted(grant, Progress::Waiting),
        State::granted(grant, Progress::Applying),
        State::granted(grant, Progress::Completed),
        State::granted(grant, Progress::Failed { reason: "no answer".into() }),
        State::granted(grant, Progress::Undoing),
        State::granted(grant, Progress::Undone),
        State::Closed(End::Rejected),
        State::Closed(End::Withdrawn),
        State::Closed(End::Expired),
        State::Closed(End::Superseded { by: RequestNumber(13) }),
    ];
    let names = ["", "approve", "approve without room", "reject", "request_changes", "revise", "withdraw", "supersede"];
    let more = ["expire", "let_in", "begin_applying", "complete", "fail", "undo", "finish_undo"];
    let mut rows = vec![names.into_iter().chain(more).map(str::to_owned).collect()];
    for state in states {
        let now = || Request { state: state.clone(), ..request(&[Deciders::TeamOwners]) };
        let by = person(STRANGERS_HAND);
        let answers = [
            now().approve(&by, approval(None), Some(&placement_with(grant)), AT),
            now().approve(&by, approval(None), Some(&placement_with(Quota::ZERO)), AT),
            now().reject(&by, 3.into(), reason(), AT),
            now().request_changes(&by, 3.into(), reason(), None),
            now().revise(&by, 3.into(), revised(cores(5)), Some(&placement_with(grant))),
            now().withdraw(),
            now().supersede(RequestNumber(13)),
            now().expire(AT + PENDING),
            now().admit_waiting(&placement_with(grant)),
            now().begin_applying(),
            now().complete(),
            now().fail("no answer".into()),
            now().undo(),
            now().finish_undo(),
        ];
        let cells = answers.map(|answer| match answer {
            Ok(next) => next.state.as_str().to_owned(),
            Err(refusal) => refusal.code().to_owned(),
        });
        rows.push([vec![state.as_str().to_owned()], cells.to_vec()].concat());
    }
    insta::assert_snapshot!(table(&rows));
}

#[rstest]
#[case::the_requester(REQUESTER)]
#[case::the_author_of_the_revision(REVISER)]
fn nobody_decides_their_own_request(#[case] hand: u128) {
    let by = person(hand);
    assert_eq!(in_review().approve(&by, approval(None), Some(&placement_with(cores(4))), AT), Err(Refusal::OwnRequest));
    assert_eq!(in_review().reject(&by, 3.into(), reason(), AT), Err(Refusal::OwnRequest));
}

#[test]
fn the_next_stage_needs_another_person() {
    let by = person(STRANGERS_HAND);
    let once = approved_by(&by, in_review());
    assert_eq!(once.state, State::IN_REVIEW);
    assert_eq!(once.current_stage().map(|stage| stage.deciders), Some(Deciders::Platform));
    assert_eq!(
        once.clone().approve(&by, approval(None), Some(&placement_with(cores(4))), AT),
        Err(Refusal::AlreadyDecided)
    );
    assert_eq!(once.reject(&by, 3.into(), reason(), AT), Err(Refusal::AlreadyDecided));
}

#[rstest]
#[case::older(2)]
#[case::newer(4)]
fn a_decision_on_another_revision_is_refused(#[case] seen: i32) {
    let by = person(STRANGERS_HAND);
    let stale = Err(Refusal::StaleRevision { seen, current: 3 });
    let approval = Approval { seen: seen.into(), ..approval(None) };
    assert_eq!(in_review().approve(&by, approval, Some(&placement_with(cores(4))), AT), stale);
    assert_eq!(in_review().reject(&by, seen.into(), reason(), AT), stale);
}

#[test]
fn a_later_stage_may_grant_less_but_not_what_an_earlier_one_took_away() {
    let after_owner =
        in_review().approve(&person(3), approval(Some(cores(2))), Some(&placement_with(Quota::ZERO)), AT).unwrap();
    assert_eq!(after_owner.grantable(), Grant::Quota(cores(2)));
    let raised = after_owner.clone().approve(&person(4), approval(Some(cores(3))), Some(&placement_with(cores(4))), AT);
    assert_eq!(raised, Err(Refusal::RaisesAsk(cores(3).beyond(&cores(2)))));
    let as_before =
        after_owner.clone().approve(&person(4), approval(None), Some(&placement_with(cores(4))), AT).unwrap();
    assert_eq!(as_before.granted(), Some(cores(2).into()));
    let less = after_owner.approve(&person(4), approval(Some(cores(1))), Some(&placement_with(cores(4))), AT).unwrap();
    assert_eq!(less.granted(), Some(cores(1).into()));
}

#[test]
fn a_grant_with_which_nothing_could_run_is_refused() {
    let no_pods = Quota { pods: 0, ..cores(4) };
    let refusal =
        in_review().approve(&person(3), approval(Some(no_pods)), Some(&placement_with(cores(4))), AT).unwrap_err();
    assert_eq!(refusal.fields()[0].field, "pods");
}

#[test]
fn one_resource_too_much_refuses_the_whole_grant() {
    for resource in Resource::ALL {
        let mut more = cores(4);
        more[resource] += 1;
        let refusal =
            in_review().approve(&person(3), approval(Some(more)), Some(&placement_with(cores(9))), AT).unwrap_err();
        assert_eq!(refusal, Refusal::RaisesAsk(more.beyond(&cores(4))), "{resource:?}");
    }
}

#[test]
fn what_is_approved_without_capacity_waits_for_it_and_is_admitted_when_there_is() {
    let waiting = approved_by(&person(3), in_review())
        .approve(&person(4), approval(None), Some(&placement_with(cores(3))), AT)
        .unwrap();
    assert_eq!(waiting.state, State::granted(cores(4), Progress::Waiting));
    let short = Refusal::NoCapacity(cores(4).beyond(&cores(3)));
    assert_eq!(waiting.clone().admit_waiting(&placement_with(cores(3))), Err(short));
    assert_eq!(
        waiting.admit_waiting(&placement_with(cores(4))).unwrap().state,
        State::granted(cores(4), Progress::Approved)
    );
}

#[test]
fn a_quorum_counts_different_people() {
    let mut two_owners = request(&[Deciders::TeamOwners]);
    two_owners.plan.stages[0].quorum = 2;
    let half = approved_by(&person(3), two_owners);
    assert_eq!((half.approvals(0), &half.state), (1, &State::IN_REVIEW));
    let whole = approved_by(&person(4), half);
    assert_eq!((whole.approvals(0), &whole.state), (2, &State::granted(cores(4), Progress::Approved)));
}

#[test]
fn a_rejection_at_any_stage_ends_it_and_grants_nothing() {
    let rejected = approved_by(&person(3), in_review()).reject(&person(4), 3.into(), reason(), AT).unwrap();
    assert_eq!((rejected.granted(), &rejected.state), (None, &State::Closed(End::Rejected)));
    let last = rejected.decisions.last().expect("it is kept");
    assert_eq!((last.stage, last.word, last.comment.clone()), (1, Word::Reject, Some(reason())));
}

#[rstest]
#[case("payments-dev", true)]
#[case("payments-d", true)]
#[case("payments", false)]
#[case("orders-dev", false)]
#[case("paymentsdev", false)]
fn a_namespace_is_named_after_its_team(#[case] name: &str, #[case] fits: bool) {
    let answer = check_name(&name.parse().unwrap(), &"payments".parse().unwrap());
    assert_eq!(answer.is_ok(), fits);
}

type Change = fn(&mut Request);

#[rstest]
#[case::id(|r: &mut Request| r.id = RequestId(Uuid::from_u128(0x101)))]
#[case::revision(|r: &mut Request| r.revision += 1)]
#[case::team(|r: &mut Request| r.team.id = ORDERS)]
#[case::cluster(|r: &mut Request| r.cluster.id = ClusterId(Uuid::from_u128(0x201)))]
#[case::class(|r: &mut Request| r.class.id = ClassId(Uuid::from_u128(0x301)))]
#[case::name(|r: &mut Request| r.name = "payments-test".parse().unwrap())]
#[case::another_size(|r: &mut Request| r.ask = Ask::NewNamespace(SizedQuota { size: Some("S".parse().unwrap()), quota: cores(4) }))]
#[case::kind(|r: &mut Request| r.ask = Ask::Quota { base: Quota::ZERO, asked: r.ask.sized_quota().unwrap().clone() })]
#[case::no_size(|r: &mut Request| r.ask = Ask::NewNamespace(SizedQuota { size: None, quota: cores(4) }))]
#[case::purpose(|r: &mut Request| r.purpose = "load tests!".parse().unwrap())]
fn the_digest_changes_with_every_part_of_the_content(#[case] change: Change) {
    let mut changed = in_review();
    change(&mut changed);
    assert_ne!(changed.digest(), in_review().digest());
}

#[rstest]
#[case::decisions_and_state(|r: &mut Request| *r = approved_by(&person(4), approved_by(&person(3), r.clone())))]
#[case::plan(|r: &mut Request| r.plan.stages.clear())]
#[case::people(|r: &mut Request| (r.requester, r.revised_by) = (person(5).id, person(6).id))]
#[case::the_teams_title(|r: &mut Request| r.team.title = "Payments and refunds".into())]
fn the_digest_stays_whatever_happens_around_the_content(#[case] change: Change) {
    let mut changed = in_review();
    change(&mut changed);
    assert_eq!(changed.digest(), in_review().digest());
}

/// Pinned, because it is stored with decisions: no new version and no feature of a library may change it.
#[test]
fn the_digest_is_the_same_in_every_build() {
    let hex = crate::audit::Hash(in_review().digest()).to_string();
    insta::assert_snapshot!(hex, @"387baec8ecb4d92fcfb8e055c7227d24ecd1050f8b8d13ad41bd7c06ef6b3a15");
}

proptest! {
    #[test]
    fn the_digest_tells_any_two_quotas_apart(one in any_percent(), other in any_percent()) {
        let digest = |percent| asking_for(part_of(cores(40), percent)).digest();
        prop_assert_eq!(digest(one) == digest(other), part_of(cores(40), one) == part_of(cores(40), other));
    }

    #[test]
    fn a_grant_is_never_more_than_was_asked_in_any_resource(history in any_history()) {
        for now in &history {
            prop_assert!(now.granted().is_none_or(|grant| grant.require_within(&now.ask.whole()).is_ok()));
        }
    }

    #[test]
    fn a_grant_is_the_least_of_its_decisions(history in any_history()) {
        for now in &history {
            let grants = now.decisions.iter().filter_map(|decision| match decision.word {
                Word::Approve { grant } => Some(grant),
                Word::Reject => None,
            });
            let least = grants.reduce(|one, other| one.least(&other));
            prop_assert!(now.granted().is_none_or(|grant| Some(grant) == least));
        }
    }

    #[test]
    fn a_grant_stands_from_the_approval_on(history in any_history()) {
        for pair in history.windows(2) {
            // Who waits for capacity may still let go of it.
            let waits = matches!(pair[0].state, State::Granted { progress: Progress::Waiting, .. });
            prop_assert!(waits || pair[0].granted().is_none_or(|grant| pair[1].granted() == Some(grant)));
        }
    }

    #[test]
    fn nothing_is_granted_before_every_stage_has_its_quorum(history in any_history()) {
        for now in history.iter().filter(|now| now.granted().is_some()) {
            for (i, stage) in now.plan.stages.iter().enumerate() {
                prop_assert_eq!(now.approvals(i), usize::from(stage.quorum));
            }
        }
    }

    #[test]
    fn nobody_has_two_words_and_the_requester_has_none(history in any_history()) {
        let decided = &history.last().expect("begun").decisions;
        let people: BTreeSet<_> = decided.iter().map(|decision| decision.person).collect();
        prop_assert_eq!(people.len(), decided.len());
        prop_assert!(!people.contains(&person(REQUESTER).id) && !people.contains(&person(REVISER).id));
    }

    #[test]
    fn a_closed_request_never_changes(history in any_history()) {
        let (_last, before) = history.split_last().expect("begun");
        for now in before {
            let closed = matches!(now.state, State::Granted { progress: Progress::Completed, .. } | State::Granted { progress: Progress::Undone, .. } | State::Closed(End::Rejected) | State::Closed(End::Withdrawn));
            prop_assert!(!closed);
        }
    }

    #[test]
    fn only_the_state_and_the_decisions_ever_change_and_decisions_are_only_added(history in any_history()) {
        let content = |r: &Request| Request { state: State::IN_REVIEW, decisions: Vec::new(), ..r.clone() };
        for pair in history.windows(2) {
            prop_assert_eq!(content(&pair[0]), content(&pair[1]));
            prop_assert!(pair[1].decisions.starts_with(&pair[0].decisions));
        }
    }
}

#[test]
fn a_quota_is_granted_to_what_is_there_and_never_makes_it_again() {
    use crate::drift::Condition;
    use crate::namespace::NamespaceState::{Failed, Provisioning, Ready, Removing};
    let quota = Request { ask: a_quota(), ..request(&[]) };
    let code = |found| quota.check_namespace(found).map_err(|refusal| refusal.code());
    assert_eq!(code(Some((Ready, None))), Ok(()));
    assert_eq!(code(Some((Ready, Some(Condition::Refused)))), Ok(()), "what the cluster refuses is there");
    assert_eq!(code(Some((Ready, Some(Condition::Foreign)))), Ok(()), "something in it is somebody else's");
    let lost =
        [Condition::Missing, Condition::Leaving, Condition::Replaced].map(|condition| Some((Ready, Some(condition))));
    for gone in [None, Some((Removing, None))].into_iter().chain(lost) {
        assert_eq!(code(gone), Err("namespace_gone"), "{gone:?}");
    }
    for not_yet in [Provisioning, Failed] {
        assert_eq!(code(Some((not_yet, None))), Err("namespace_not_ready"));
    }
    assert_eq!(request(&[]).check_namespace(None), Ok(()), "what is new is not there yet");
}

/// Pages ask before they offer it, and requests are refused with the reason: both say the same.
#[test]
fn what_is_possible_is_what_is_not_refused() {
    use crate::lifetime::{Cause, Ending};
    use crate::namespace::NamespaceState;
    let name = "payments-dev".parse().unwrap();
    let states =
        [NamespaceState::Ready, NamespaceState::Provisioning, NamespaceState::Failed, NamespaceState::Removing];
    let at = OffsetDateTime::UNIX_EPOCH;
    let endings =
        Cause::ALL.map(|cause| Some(Ending { cause, suspended_at: at, delete_at: at })).into_iter().chain([None]);
    let mut possible = Vec::new();
    for ((kind, state), ending) in Kind::ALL
        .into_iter()
        .flat_map(|kind| states.map(|state| (kind, state)))
        .flat_map(|of| endings.clone().map(move |e| (of, e)))
    {
        let found = Some((state, None));
        let refused = kind.require_namespace(&name, found).and_then(|()| kind.require_no_deletion(&name, ending));
        assert_eq!(kind.is_possible(found, ending), refused.is_ok(), "{kind:?} {state:?} {ending:?}");
        possible.extend(refused.is_ok().then_some((kind, ending.map(|ending| ending.cause))));
    }
    assert!(possible.contains(&(Kind::Extend, Some(Cause::Expired))));
    assert!(!possible.contains(&(Kind::Delete, Some(Cause::DeletionRequested))));
}
