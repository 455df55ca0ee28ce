//! What can be done next, and who may.

use super::*;
use crate::access::{Action, allow};
use crate::actor::Actor;
use crate::gone::Gone;
use crate::request::next::{Act, Obstacle, Who};

fn obstacles() -> [(&'static str, Option<Obstacle>); 6] {
    let gone = Refusal::NamespaceGone { namespace: "payments-dev".parse().unwrap(), how: Gone::Removing };
    [
        ("", None),
        ("removed", Some(Obstacle::Removed)),
        ("replaced", Some(Obstacle::Replaced)),
        ("paused", Some(Obstacle::Paused { reason: "new nodes".into() })),
        ("room unknown", Some(Obstacle::CapacityUnknown { why: None })),
        ("namespace gone", Some(Obstacle::Namespace(gone))),
    ]
}

fn states() -> Vec<State> {
    let grant = cores(4);
    let changes =
        Changes { suggestion: Some(cores(3).into()), comment: reason(), by: person(4).id, by_name: "person 4".into() };
    vec![
        State::IN_REVIEW,
        State::Open(Open::ChangesRequested(changes)),
        State::granted(grant, Progress::Approved),
        State::granted(grant, Progress::Waiting),
        State::granted(grant, Progress::Applying),
        State::granted(grant, Progress::Failed { reason: "no answer".into() }),
        State::granted(grant, Progress::Undoing),
        State::granted(grant, Progress::Completed),
        State::granted(grant, Progress::Undone),
        State::Closed(End::Rejected),
        State::Closed(End::Withdrawn),
        State::Closed(End::Expired),
        State::Closed(End::Superseded { by: RequestNumber(13) }),
    ]
}

/// One of each kind.
fn asks() -> [Ask; 4] {
    let day = |text: &str| text.parse().unwrap();
    [
        request(&[]).ask,
        a_quota(),
        Ask::Extend { base: day("2026-12-01"), until: day("2026-12-31") },
        Ask::Delete { grace_days: 7 },
    ]
}

fn is_over(state: &State) -> bool {
    !crate::view::RequestState::from(state).is_open()
}

fn is_under_way(state: &State) -> bool {
    state.is_under_way()
}

/// Every request there is to be, with what stands in its way and whether Berth is at work on it.
fn all() -> Vec<(Request, &'static str, Option<Obstacle>, bool)> {
    let mut all = Vec::new();
    for ask in asks() {
        for state in states() {
            for (name, obstacle) in obstacles() {
                for is_worked_on in [true, false] {
                    let request =
                        Request { ask: ask.clone(), state: state.clone(), ..request(&[Deciders::TeamOwners]) };
                    all.push((request, name, obstacle.clone(), is_worked_on));
                }
            }
        }
    }
    all
}

#[test]
fn what_can_be_done_and_by_whom_is_as_it_is_written_down() {
    let say = |acts: Vec<(Act, Vec<Who>)>| {
        let act = |(act, who): &(Act, Vec<Who>)| {
            let who: Vec<_> = who.iter().map(|who| who.title("requester", "the team")).collect();
            format!("{}: {}", act.as_str(), who.join(", "))
        };
        acts.iter().map(act).collect::<Vec<_>>().join("; ")
    };
    // Only what fails is another thing for each kind, and only what is under way needs an order.
    let differs = |request: &Request, is_worked_on: bool| {
        let kinds = matches!(request.state, State::Granted { progress: Progress::Failed { .. }, .. })
            || request.kind() == Kind::Quota;
        kinds && !is_over(&request.state) && (!is_worked_on || is_under_way(&request.state))
    };
    let rows: Vec<_> = all()
        .into_iter()
        .filter(|(request, .., is_worked_on)| differs(request, *is_worked_on))
        .map(|(request, obstacle, found, is_worked_on)| {
            let order = if is_worked_on { "ordered" } else { "" };
            let next = say(request.next(found.as_ref(), is_worked_on));
            vec![request.kind().as_str().into(), request.state.as_str().into(), obstacle.into(), order.into(), next]
        })
        .collect();
    insta::assert_snapshot!(table(&rows));
}

#[test]
fn only_what_is_over_and_what_berth_is_at_work_on_needs_nobody() {
    for (request, obstacle, found, is_worked_on) in all() {
        let on_the_request = |act: &Act| !matches!(act, Act::ResumeCluster | Act::AcceptCluster);
        let n = request.next(found.as_ref(), is_worked_on).iter().filter(|(act, _)| on_the_request(act)).count();
        let needs_nobody = is_over(&request.state) || is_under_way(&request.state) && is_worked_on;
        assert_eq!(n == 0, needs_nobody, "{} {obstacle} {is_worked_on}", request.state.as_str());
    }
}

/// Who is named may do it, and who may is named.
#[test]
fn who_is_named_is_who_may() {
    use {PlatformRole::*, TeamRole::*};
    let people = [
        member(20, PAYMENTS, Viewer),
        member(21, PAYMENTS, Developer),
        member(22, PAYMENTS, Owner),
        member(23, ORDERS, Owner),
        member(REQUESTER, PAYMENTS, Developer),
        with_platform_role(24, Platform),
        with_platform_role(25, Approver),
        with_platform_role(26, Auditor),
    ];
    for (request, obstacle, found, is_worked_on) in all() {
        for (act, who) in request.next(found.as_ref(), is_worked_on) {
            let action = match act {
                Act::Approve | Act::Reject | Act::RequestChanges => Action::Decide(&request),
                Act::Revise | Act::AcceptSuggestion => Action::Revise(&request),
                Act::Withdraw => Action::Withdraw(&request),
                Act::Retry => Action::Retry(&request),
                Act::Undo => Action::Undo(&request),
                Act::ResumeCluster | Act::AcceptCluster => Action::SetUp,
                Act::Agree => panic!("nobody does it in Berth"),
            };
            for person in &people {
                let role = person.role_in(PAYMENTS);
                let is_named = who.iter().any(|who| match who {
                    Who::Deciders(deciders) => deciders.include(person, PAYMENTS),
                    Who::Requester => person.id == request.requester,
                    Who::Askers => matches!(role, Some(Developer | Owner)),
                    Who::Owners => role == Some(Owner),
                    Who::Platform => person.is(Platform),
                    Who::ClusterAdministrators => false,
                });
                let may = allow(&Actor::Person(person.clone()), action).is_ok();
                assert_eq!(is_named, may, "{act:?} of {} {obstacle}: {}", request.state.as_str(), person.name);
            }
        }
    }
}

#[test]
fn what_stands_in_the_way_is_said_with_a_code() {
    let codes = obstacles().map(|(name, obstacle)| {
        (name, obstacle.map(|obstacle| obstacle.refusal(&"harbour-1".parse().unwrap()).code()))
    });
    let of_cluster = Some("cluster_not_ready");
    let all = [
        ("", None),
        ("removed", of_cluster),
        ("replaced", of_cluster),
        ("paused", of_cluster),
        ("room unknown", of_cluster),
        ("namespace gone", Some("namespace_gone")),
    ];
    assert_eq!(codes, all);
}
