//! The one place that says who may do what: [`allow`].
//!
//! Deny by default. What an actor may not even see is [`Denial::Hidden`], which the edge answers
//! like a thing that does not exist.

use crate::actor::{Actor, AuthMethod, Person, PlatformRole, Scope, TeamRole};
use crate::id::TeamId;
use crate::refusal::Refusal;
use crate::request::{Kind, Request};

/// What somebody wants to do. Holds the thing it is done to, as far as the answer depends on it.
#[derive(Debug, Clone, Copy)]
pub enum Action<'a> {
    /// Home, one's own page, the API document.
    SeeOwn,
    /// Make and end one's own access tokens and sessions.
    ManageAccess,
    SeeTeam(TeamId),
    SeeNamespaces(TeamId),
    SeeRequests(TeamId),
    /// Make a request for a team.
    Ask(TeamId),
    Decide(&'a Request),
    Withdraw(&'a Request),
    /// Change what an open request asks for.
    Revise(&'a Request),
    Comment(&'a Request),
    /// Give up what could not be provisioned, and take back what of it is there.
    Undo(&'a Request),
    /// Do again what failed, or what nobody is ordered to do any more.
    Retry(&'a Request),
    /// Have the team's namespaces made what they should be, now.
    Sync(TeamId),
    /// Take back the end of one of the team's namespaces.
    Restore(TeamId),
    /// Take credentials for the team's namespaces.
    UseNamespace(TeamId),
    /// Classes and clusters by name: everybody who may ask needs them.
    SeeOffer,
    /// A cluster's nodes, capacity, version and trouble.
    SeeClusters,
    /// The whole audit trail.
    SeeAudit,
    SeeJobs,
    RetryJob,
    /// Bindings, drafts of classes, everything that is set up.
    SeeSetUp,
    /// Change teams, bindings, classes and clusters.
    SetUp,
    /// Give a person a role in a team, or a group. `to_self` when it comes to the one who gives it, too.
    GiveRole {
        to_self: bool,
    },
    /// Everybody who ever signed in, with their sessions and tokens.
    SeePeople,
    /// End the sessions and tokens of others.
    EndAccess,
    /// Provision, observe and keep things in order, as a job.
    Provision,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Nobody is signed in.
    SignInFirst,
    /// Answered like a thing that does not exist.
    Hidden,
    Refused(Refusal),
}

/// Whether `actor` may do `action`. Pure; the state of a request is its own business
/// ([`Request::approve`] and its siblings), who may touch it at all is answered here.
pub fn allow(actor: &Actor, action: Action<'_>) -> Result<(), Denial> {
    match actor {
        Actor::Nobody => Err(Denial::SignInFirst),
        Actor::Operator => operator(action),
        Actor::System(_) => system(action),
        Actor::Rule(_) => Err(Denial::Hidden),
        Actor::Person(person) => {
            person_sees(person, action)?;
            auth_method_allows(person.auth_method, action)?;
            person_may(person, action)
        }
    }
}

/// The operator sets up; everything that is a person's word needs that person.
fn operator(action: Action<'_>) -> Result<(), Denial> {
    match action {
        Action::SetUp
        | Action::GiveRole { .. }
        | Action::SeeSetUp
        | Action::SeePeople
        | Action::EndAccess
        | Action::SeeAudit
        | Action::SeeClusters
        | Action::SeeOffer
        | Action::SeeJobs
        | Action::RetryJob => Ok(()),
        Action::SeeOwn
        | Action::ManageAccess
        | Action::SeeTeam(_)
        | Action::SeeNamespaces(_)
        | Action::SeeRequests(_)
        | Action::Ask(_)
        | Action::Decide(_)
        | Action::Withdraw(_)
        | Action::Revise(_)
        | Action::Comment(_)
        | Action::Undo(_)
        | Action::Retry(_)
        | Action::Sync(_)
        | Action::Restore(_)
        | Action::UseNamespace(_)
        | Action::Provision => Err(Denial::Hidden),
    }
}

fn system(action: Action<'_>) -> Result<(), Denial> {
    match action {
        Action::Provision => Ok(()),
        Action::SeeOwn
        | Action::ManageAccess
        | Action::SeeTeam(_)
        | Action::SeeNamespaces(_)
        | Action::SeeRequests(_)
        | Action::Ask(_)
        | Action::Decide(_)
        | Action::Withdraw(_)
        | Action::Revise(_)
        | Action::Comment(_)
        | Action::Undo(_)
        | Action::Retry(_)
        | Action::Sync(_)
        | Action::Restore(_)
        | Action::UseNamespace(_)
        | Action::SeeOffer
        | Action::SeeClusters
        | Action::SeeAudit
        | Action::SeeJobs
        | Action::RetryJob
        | Action::SeeSetUp
        | Action::SetUp
        | Action::GiveRole { .. }
        | Action::SeePeople
        | Action::EndAccess => Err(Denial::Hidden),
    }
}

/// Whether the thing exists for this person at all.
fn person_sees(person: &Person, action: Action<'_>) -> Result<(), Denial> {
    let runs_berth = person.is(PlatformRole::Platform);
    let visible = match action {
        Action::SeeOwn | Action::ManageAccess => true,
        Action::SeeOffer => person.sees_everything() || !person.teams.is_empty(),
        Action::SeeTeam(team)
        | Action::SeeNamespaces(team)
        | Action::SeeRequests(team)
        | Action::Ask(team)
        | Action::Sync(team)
        | Action::Restore(team)
        | Action::UseNamespace(team) => sees_team(person, team),
        Action::Decide(request)
        | Action::Withdraw(request)
        | Action::Revise(request)
        | Action::Comment(request)
        | Action::Undo(request)
        | Action::Retry(request) => sees_team(person, request.team.id),
        Action::SeeClusters => person.sees_everything(),
        Action::SeeAudit => runs_berth || person.is(PlatformRole::Auditor),
        Action::SeeJobs | Action::RetryJob => runs_berth || person.is(PlatformRole::Auditor),
        Action::SeeSetUp | Action::SeePeople | Action::EndAccess => runs_berth || person.is(PlatformRole::Auditor),
        Action::SetUp | Action::GiveRole { .. } => runs_berth,
        Action::Provision => false,
    };
    if visible { Ok(()) } else { Err(Denial::Hidden) }
}

fn sees_team(person: &Person, team: TeamId) -> bool {
    person.sees_everything() || person.role_in(team).is_some()
}

/// A read token changes nothing; no token makes or ends tokens and sessions.
fn auth_method_allows(auth_method: AuthMethod, action: Action<'_>) -> Result<(), Denial> {
    match auth_method {
        AuthMethod::Session => Ok(()),
        AuthMethod::Token(_) if matches!(action, Action::ManageAccess | Action::EndAccess) => {
            Err(Denial::Refused(Refusal::NeedsSession))
        }
        AuthMethod::Token(Scope::Read) if changes_something(action) => Err(Denial::Refused(Refusal::ReadOnlyToken)),
        AuthMethod::Token(Scope::Read | Scope::Write) => Ok(()),
    }
}

fn changes_something(action: Action<'_>) -> bool {
    match action {
        Action::ManageAccess
        | Action::Ask(_)
        | Action::Decide(_)
        | Action::Withdraw(_)
        | Action::Revise(_)
        | Action::Comment(_)
        | Action::Undo(_)
        | Action::Retry(_)
        | Action::Sync(_)
        | Action::Restore(_)
        | Action::UseNamespace(_)
        | Action::RetryJob
        | Action::SetUp
        | Action::GiveRole { .. }
        | Action::EndAccess
        | Action::Provision => true,
        Action::SeeOwn
        | Action::SeeTeam(_)
        | Action::SeeNamespaces(_)
        | Action::SeeRequests(_)
        | Action::SeeOffer
        | Action::SeeClusters
        | Action::SeeAudit
        | Action::SeeJobs
        | Action::SeeSetUp
        | Action::SeePeople => false,
    }
}

/// What somebody who sees the thing may do with it.
fn person_may(person: &Person, action: Action<'_>) -> Result<(), Denial> {
    match action {
        Action::Ask(team) => may_ask(person, team),
        Action::Revise(request) => may_ask(person, request.team.id),
        Action::Comment(request) if !takes_part(person, request.team.id) => {
            refused("only the team and those who decide comment on a request")
        }
        Action::Undo(request) if !may_undo(person, request) => refused(
            "Platform gives up what failed; of a namespace that was never made, so do its requester and the team's owners",
        ),
        Action::Sync(team) if !person.is(PlatformRole::Platform) => may_ask(person, team),
        Action::Restore(team) if !person.is(PlatformRole::Platform) && may_ask(person, team).is_err() => {
            refused("developers and owners of the team, and Platform, restore it")
        }
        Action::UseNamespace(team) if person.role_in(team).is_none() => {
            refused("only the team's own people get credentials for its namespaces")
        }
        Action::EndAccess if !person.is(PlatformRole::Platform) => refused("only Platform ends the access of others"),
        Action::Decide(request) => may_decide(person, request),
        Action::Withdraw(request) => {
            let owner = person.role_in(request.team.id) == Some(TeamRole::Owner);
            // What stands in line for capacity holds up everybody behind it.
            let is_in_line = request.state.is_in_line() && person.is(PlatformRole::Platform);
            if request.requester == person.id || owner || is_in_line {
                Ok(())
            } else {
                refused(
                    "only the requester and the team's owners may withdraw it, and Platform what waits for capacity",
                )
            }
        }
        Action::Retry(_) if !person.is(PlatformRole::Platform) => refused("only Platform tries again what failed"),
        Action::RetryJob if !person.is(PlatformRole::Platform) => refused("only Platform tries jobs again"),
        Action::GiveRole { to_self: true } => Err(Denial::Refused(Refusal::OwnRole)),
        Action::SeeOwn
        | Action::ManageAccess
        | Action::SeeTeam(_)
        | Action::SeeNamespaces(_)
        | Action::SeeRequests(_)
        | Action::SeeOffer
        | Action::SeeClusters
        | Action::SeeAudit
        | Action::SeeJobs
        | Action::RetryJob
        | Action::SeeSetUp
        | Action::SetUp
        | Action::GiveRole { .. }
        | Action::SeePeople
        | Action::EndAccess
        | Action::Comment(_)
        | Action::Undo(_)
        | Action::Retry(_)
        | Action::Sync(_)
        | Action::Restore(_)
        | Action::UseNamespace(_) => Ok(()),
        Action::Provision => Err(Denial::Hidden),
    }
}

/// Nobody works yet in a new namespace that failed: who wanted it may let go of it, and ask for another.
fn may_undo(person: &Person, request: &Request) -> bool {
    let is_new = request.kind() == Kind::NewNamespace;
    let is_theirs = request.requester == person.id || person.role_in(request.team.id) == Some(TeamRole::Owner);
    person.is(PlatformRole::Platform) || (is_new && is_theirs && person.role_in(request.team.id).is_some())
}

fn may_ask(person: &Person, team: TeamId) -> Result<(), Denial> {
    match person.role_in(team) {
        Some(TeamRole::Developer | TeamRole::Owner) => Ok(()),
        Some(TeamRole::Viewer) | None => refused("only developers and owners of the team may ask for it"),
    }
}

fn takes_part(person: &Person, team: TeamId) -> bool {
    person.role_in(team).is_some() || person.decides_for_platform()
}

/// Four eyes, then the stage: neither a team role nor a platform role lets anyone decide their own request.
fn may_decide(person: &Person, request: &Request) -> Result<(), Denial> {
    if request.has_hand_of(person.id) {
        return Err(Denial::Refused(Refusal::OwnRequest));
    }
    let Some(stage) = request.current_stage() else {
        // Over already: everybody who could have decided reads that, the state's own refusal says it.
        let could_have = person.decides_for_platform() || person.role_in(request.team.id) == Some(TeamRole::Owner);
        return if could_have { Ok(()) } else { refused("only the people named in its plan decide a request") };
    };
    if stage.deciders.include(person, request.team.id) {
        Ok(())
    } else {
        Err(Denial::Refused(Refusal::NotYourStage { deciders: stage.deciders.title(&request.team.title) }))
    }
}

fn refused(why: &str) -> Result<(), Denial> {
    Err(Denial::Refused(Refusal::NotAllowed(why.to_owned())))
}

#[cfg(test)]
mod tests;
