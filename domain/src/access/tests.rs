use super::*;
use crate::plan::Deciders;
use crate::request::tests::{
    ORDERS, PAYMENTS, REQUESTER, REVISER, any_person, any_request, approved_by, member, person, request, table,
    with_platform_role,
};
use proptest::prelude::*;

/// One request of team Payments at each point where the answer may differ.
struct Requests {
    for_owners: Request,
    for_platform: Request,
    over: Request,
}

fn requests() -> Requests {
    let for_owners = request(&[Deciders::TeamOwners, Deciders::Platform]);
    let for_platform = approved_by(&person(90), for_owners.clone());
    let over = for_owners.clone().withdraw().expect("it is in review");
    Requests { for_owners, for_platform, over }
}

/// Whether an action only looks. Stated here once more, as the measure for the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Look,
    Change,
}

/// A column of the matrix.
struct Column<'a> {
    title: &'static str,
    does: Does,
    action: Action<'a>,
}

/// Columns for variants of [`Action`]. A variant that is not among them does not compile.
macro_rules! columns {
    ($($variant:ident $does:ident { $($title:literal => $action:expr),+ })*) => {{
        let _every_action_has_a_column = |action: Action<'_>| match action { $(Action::$variant { .. } => (),)* };
        let mut columns = Vec::new();
        $($(
            assert!(matches!($action, Action::$variant { .. }), "{}", $title);
            columns.push(Column { title: $title, does: Does::$does, action: $action });
        )+)*
        columns
    }};
}

fn columns(requests: &Requests) -> Vec<Column<'_>> {
    columns! {
        SeeOwn Look { "see_own" => Action::SeeOwn }
        SeeTeam Look { "see_team" => Action::SeeTeam(PAYMENTS) }
        SeeNamespaces Look { "see_namespaces" => Action::SeeNamespaces(PAYMENTS) }
        SeeRequests Look { "see_requests" => Action::SeeRequests(PAYMENTS) }
        SeeOffer Look { "see_offer" => Action::SeeOffer }
        SeeClusters Look { "see_clusters" => Action::SeeClusters }
        SeeAudit Look { "see_audit" => Action::SeeAudit }
        SeeJobs Look { "see_jobs" => Action::SeeJobs }
        SeeSetUp Look { "see_set_up" => Action::SeeSetUp }
        SeePeople Look { "see_people" => Action::SeePeople }
        Ask Change { "ask" => Action::Ask(PAYMENTS) }
        Decide Change {
            "decide: owners" => Action::Decide(&requests.for_owners),
            "decide: Platform" => Action::Decide(&requests.for_platform),
            "decide: over" => Action::Decide(&requests.over)
        }
        Withdraw Change { "withdraw" => Action::Withdraw(&requests.for_owners) }
        Revise Change { "revise" => Action::Revise(&requests.for_owners) }
        Comment Change { "comment" => Action::Comment(&requests.for_owners) }
        Undo Change { "undo" => Action::Undo(&requests.for_owners) }
        Retry Change { "retry" => Action::Retry(&requests.for_owners) }
        Sync Change { "sync" => Action::Sync(PAYMENTS) }
        Restore Change { "restore" => Action::Restore(PAYMENTS) }
        UseNamespace Change { "use_namespace" => Action::UseNamespace(PAYMENTS) }
        ManageAccess Change { "manage_access" => Action::ManageAccess }
        RetryJob Change { "retry_job" => Action::RetryJob }
        SetUp Change { "set_up" => Action::SetUp }
        GiveRole Change {
            "give_role: to others" => Action::GiveRole { to_self: false },
            "give_role: to oneself" => Action::GiveRole { to_self: true }
        }
        EndAccess Change { "end_access" => Action::EndAccess }
        Provision Change { "provision" => Action::Provision }
    }
}

fn actors() -> Vec<(&'static str, Actor)> {
    use {PlatformRole::*, TeamRole::*};
    let in_session = |person| Actor::Person(person);
    let by_token = |scope, person| Actor::Person(Person { auth_method: AuthMethod::Token(scope), ..person });
    let payments = |number, role| member(number, PAYMENTS, role);
    vec![
        ("nobody", Actor::Nobody),
        ("person without a team", in_session(person(11))),
        ("stranger: developer of another team", in_session(member(12, ORDERS, Developer))),
        ("stranger: owner of another team", in_session(member(13, ORDERS, Owner))),
        ("viewer", in_session(payments(14, Viewer))),
        ("developer, the requester", in_session(payments(REQUESTER, Developer))),
        ("second developer", in_session(payments(15, Developer))),
        ("owner", in_session(payments(16, Owner))),
        ("owner, the requester", in_session(payments(REQUESTER, Owner))),
        ("owner, author of the revision", in_session(payments(REVISER, Owner))),
        ("approver", in_session(with_platform_role(17, Approver))),
        ("approver, the requester", in_session(with_platform_role(REQUESTER, Approver))),
        ("platform", in_session(with_platform_role(18, Platform))),
        ("platform, the requester", in_session(with_platform_role(REQUESTER, Platform))),
        ("auditor", in_session(with_platform_role(19, Auditor))),
        ("developer, read token", by_token(Scope::Read, payments(15, Developer))),
        ("owner, read token", by_token(Scope::Read, payments(16, Owner))),
        ("owner, write token", by_token(Scope::Write, payments(16, Owner))),
        ("platform, write token", by_token(Scope::Write, with_platform_role(18, Platform))),
        ("operator", Actor::Operator),
        ("system", Actor::System("sync_namespace")),
        ("rule", Actor::Rule("sandbox_automatic".into())),
    ]
}

fn cell(answer: Result<(), Denial>) -> String {
    match answer {
        Ok(()) => "yes".into(),
        Err(Denial::SignInFirst) => "sign-in".into(),
        Err(Denial::Hidden) => "hidden".into(),
        Err(Denial::Refused(refusal)) => refusal.code().into(),
    }
}

fn matrix(does: Does) -> String {
    let requests = requests();
    let columns: Vec<_> = columns(&requests).into_iter().filter(|column| column.does == does).collect();
    let mut rows = vec![vec![String::new()]];
    rows[0].extend(columns.iter().map(|column| column.title.to_owned()));
    for (title, actor) in actors() {
        let answers = columns.iter().map(|column| cell(allow(&actor, column.action)));
        rows.push(std::iter::once(title.to_owned()).chain(answers).collect());
    }
    table(&rows)
}

#[test]
fn the_matrix_says_who_may_see_what() {
    insta::assert_snapshot!(matrix(Does::Look));
}

#[test]
fn the_matrix_says_who_may_do_what() {
    insta::assert_snapshot!(matrix(Does::Change));
}

#[test]
fn a_refused_decision_names_who_decides() {
    let requests = requests();
    let approver = Actor::Person(with_platform_role(17, PlatformRole::Approver));
    let refusal = Refusal::NotYourStage { deciders: "owners of Payments".into() };
    assert_eq!(allow(&approver, Action::Decide(&requests.for_owners)), Err(Denial::Refused(refusal)));
}

#[test]
fn who_left_the_team_no_longer_sees_their_own_request() {
    let requests = requests();
    let former = Actor::Person(person(REQUESTER));
    assert_eq!(allow(&former, Action::Withdraw(&requests.for_owners)), Err(Denial::Hidden));
}

proptest! {
    #[test]
    fn nobody_decides_what_they_had_a_hand_in_whatever_their_roles(who in any_person(), request in any_request()) {
        for hand in [Request { requester: who.id, ..request.clone() }, Request { revised_by: who.id, ..request.clone() }] {
            prop_assert!(allow(&Actor::Person(who.clone()), Action::Decide(&hand)).is_err());
        }
    }

    #[test]
    fn only_whom_the_stage_names_decides_an_open_request(who in any_person(), request in any_request()) {
        let answer = allow(&Actor::Person(who.clone()), Action::Decide(&request));
        if let (Ok(()), Some(stage)) = (answer, request.current_stage()) {
            prop_assert!(stage.deciders.include(&who, PAYMENTS));
        }
    }

    #[test]
    fn a_read_token_changes_nothing(who in any_person()) {
        let reader = Actor::Person(Person { auth_method: AuthMethod::Token(Scope::Read), ..who });
        for column in columns(&requests()).iter().filter(|column| column.does == Does::Change) {
            prop_assert!(allow(&reader, column.action).is_err(), "{}", column.title);
        }
    }

    #[test]
    fn a_token_opens_nothing_that_the_session_does_not(who in any_person()) {
        let in_session = Actor::Person(Person { auth_method: AuthMethod::Session, ..who.clone() });
        let who = Actor::Person(who);
        for column in &columns(&requests()) {
            let (one, other) = (allow(&who, column.action), allow(&in_session, column.action));
            prop_assert!(one.is_err() || other.is_ok(), "{}", column.title);
            prop_assert_eq!(one == Err(Denial::Hidden), other == Err(Denial::Hidden), "{}", column.title);
        }
    }

    #[test]
    fn for_people_without_relation_to_the_team_its_things_do_not_exist(who in any_person(), request in any_request()) {
        let mut who = who;
        who.teams.retain(|membership| membership.team != PAYMENTS);
        who.platform.clear();
        let who = Actor::Person(who);
        for action in [
            Action::SeeTeam(PAYMENTS),
            Action::SeeNamespaces(PAYMENTS),
            Action::SeeRequests(PAYMENTS),
            Action::Ask(PAYMENTS),
            Action::Decide(&request),
            Action::Withdraw(&request),
            Action::Revise(&request),
            Action::Comment(&request),
            Action::Undo(&request),
            Action::Sync(PAYMENTS),
            Action::Restore(PAYMENTS),
            Action::UseNamespace(PAYMENTS),
        ] {
            prop_assert_eq!(allow(&who, action), Err(Denial::Hidden), "{:?}", action);
        }
    }

    #[test]
    fn what_a_person_sees_of_a_team_is_all_or_nothing(who in any_person()) {
        let who = Actor::Person(who);
        let seen = allow(&who, Action::SeeTeam(PAYMENTS));
        prop_assert_eq!(&seen, &allow(&who, Action::SeeNamespaces(PAYMENTS)));
        prop_assert_eq!(&seen, &allow(&who, Action::SeeRequests(PAYMENTS)));
    }
}
