//! What can be done next with a request, and who may: every state that is not over has a way out that somebody can take, or
//! goes on by itself. What stands in the way of granting is the same for who decides, for who reads, and for Berth.

use super::{Kind, Open, Progress, Request, State};
use crate::name::ClusterName;
use crate::plan::Deciders;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What stands in the way of a request, whoever decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Berth has let go of the cluster, for good.
    Removed,
    /// Another cluster answers in its place, until Platform says which it is.
    Replaced,
    /// Until Platform lets it go on nothing is made there, and nothing may be asked for. What is approved waits.
    Paused { reason: String },
    /// Nobody can say what fits; why, where it is more than that it was not read yet.
    CapacityUnknown { why: Option<String> },
    /// The namespace whose quota it is about cannot have another.
    Namespace(Refusal),
}

/// Something that can be done with a request, or for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Approve,
    Reject,
    RequestChanges,
    Revise,
    AcceptSuggestion,
    Withdraw,
    Retry,
    Undo,
    /// Let the paused cluster go on.
    ResumeCluster,
    /// Say which cluster it is that answers.
    AcceptCluster,
    /// Let the class loosen on the cluster what it does, with kubectl.
    Agree,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Deciders(Deciders),
    Requester,
    /// Developers and owners of the team.
    Askers,
    Owners,
    /// People with the platform role `platform`.
    Platform,
    /// Administrators of the cluster, whom Berth does not know.
    ClusterAdministrators,
}

impl Request {
    /// What can be done now, likeliest first. Nothing where it is over, and where it goes on by itself: `is_worked_on` says
    /// whether there is an order for it.
    pub fn next(&self, obstacle: Option<&Obstacle>, is_worked_on: bool) -> Vec<(Act, Vec<Who>)> {
        let withdraw = (Act::Withdraw, vec![Who::Requester, Who::Owners]);
        let is_removed = obstacle == Some(&Obstacle::Removed);
        let is_answerable = obstacle.is_none_or(Obstacle::lets_answer);
        let can_be_granted = obstacle.is_none_or(Obstacle::lets_grant);
        let acts = match &self.state {
            State::Open(Open::InReview) => {
                let deciders: Vec<_> =
                    self.current_stage().map(|stage| Who::Deciders(stage.deciders)).into_iter().collect();
                let approve = can_be_granted.then(|| (Act::Approve, deciders.clone()));
                let send_back = is_answerable.then(|| (Act::RequestChanges, deciders.clone()));
                let revise = can_be_granted.then(|| (Act::Revise, vec![Who::Askers]));
                let reject = Some((Act::Reject, deciders));
                [approve, send_back, reject, revise, Some(withdraw)].into_iter().flatten().collect()
            }
            State::Open(Open::ChangesRequested(changes)) => {
                let answers = [changes.suggestion.map(|_| Act::AcceptSuggestion), Some(Act::Revise)];
                let answers = answers.into_iter().flatten().filter(|_| can_be_granted);
                answers.map(|act| (act, vec![Who::Askers])).chain([withdraw]).collect()
            }
            State::Granted { progress, .. } => match progress {
                // It may hold up those behind it.
                Progress::Waiting => vec![(Act::Withdraw, vec![Who::Requester, Who::Owners, Who::Platform])],
                Progress::Failed { .. } => {
                    let retry = (!is_removed).then(|| (Act::Retry, vec![Who::Platform]));
                    retry.into_iter().chain([(Act::Undo, self.kind().undone_by())]).collect()
                }
                Progress::Approved | Progress::Applying | Progress::Undoing if !is_worked_on => {
                    vec![(Act::Retry, vec![Who::Platform])]
                }
                Progress::Approved | Progress::Applying | Progress::Undoing => Vec::new(),
                Progress::Completed | Progress::Undone => return Vec::new(),
            },
            State::Closed(_) => return Vec::new(),
        };
        let of_cluster = obstacle.and_then(Obstacle::ends_with).map(|act| (act, vec![Who::Platform]));
        acts.into_iter().chain(of_cluster).collect()
    }
}

impl Kind {
    /// Who gives up what failed: nobody works yet in a new namespace that was never made.
    fn undone_by(self) -> Vec<Who> {
        if self.needs_namespace() { vec![Who::Platform] } else { vec![Who::Requester, Who::Owners, Who::Platform] }
    }
}

impl Obstacle {
    pub fn refusal(&self, cluster: &ClusterName) -> Refusal {
        let state = match self {
            Self::Namespace(refusal) => return refusal.clone(),
            Self::Removed => "removed from Berth".to_owned(),
            Self::Replaced => "stopped: another cluster answers in its place".to_owned(),
            Self::Paused { reason } => format!("paused: {reason}"),
            Self::CapacityUnknown { why: Some(why) } => format!("not to be granted on: {why}"),
            Self::CapacityUnknown { why: None } => "not read yet: Berth does not know its capacity".to_owned(),
        };
        Refusal::ClusterNotReady { cluster: cluster.to_string(), state }
    }

    /// Whether approving leads somewhere all the same.
    pub fn lets_grant(&self) -> bool {
        match self {
            Self::Paused { .. } => true,
            Self::Removed | Self::Replaced | Self::CapacityUnknown { .. } | Self::Namespace(_) => false,
        }
    }

    /// Whether it helps to ask for another revision: of a namespace that is gone none can be granted as things are.
    pub fn lets_answer(&self) -> bool {
        match self {
            Self::Removed | Self::Namespace(Refusal::NamespaceGone { .. }) => false,
            Self::Namespace(_) | Self::Replaced | Self::Paused { .. } | Self::CapacityUnknown { .. } => true,
        }
    }

    /// What somebody does about it in Berth, where that is something.
    fn ends_with(&self) -> Option<Act> {
        match self {
            Self::Paused { .. } => Some(Act::ResumeCluster),
            Self::Replaced => Some(Act::AcceptCluster),
            Self::Removed | Self::CapacityUnknown { .. } | Self::Namespace(_) => None,
        }
    }
}

impl Act {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request_changes",
            Self::Revise => "revise",
            Self::AcceptSuggestion => "accept_suggestion",
            Self::Withdraw => "withdraw",
            Self::Retry => "retry",
            Self::Undo => "undo",
            Self::ResumeCluster => "resume_cluster",
            Self::AcceptCluster => "accept_cluster",
            Self::Agree => "agree",
        }
    }

    /// What the screen calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
            Self::RequestChanges => "Ask for changes",
            Self::Revise => "Revise",
            Self::AcceptSuggestion => "Accept the suggestion",
            Self::Withdraw => "Withdraw",
            Self::Retry => "Try again",
            Self::Undo => "Undo",
            Self::ResumeCluster => "Resume the cluster",
            Self::AcceptCluster => "Confirm the cluster's identity",
            Self::Agree => "Agree to the exceptions of the class",
        }
    }
}

impl Who {
    /// In words: `owners of Payments`.
    pub fn title(self, requester: &str, team: &str) -> String {
        match self {
            Self::Deciders(deciders) => deciders.title(team),
            Self::Requester => requester.to_owned(),
            Self::Askers => format!("developers and owners of {team}"),
            Self::Owners => Deciders::TeamOwners.title(team),
            Self::Platform => "Platform".to_owned(),
            Self::ClusterAdministrators => "an administrator of the cluster, with kubectl".to_owned(),
        }
    }
}
