//! How a request stands, with the data of each state. Nothing here knows what was asked for: what was granted is carried along.

use super::{Grant, RequestState};
use crate::id::PersonId;
use crate::name::{Comment, RequestNumber};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Open(Open),
    /// Decided in the end: how far it is.
    Granted {
        grant: Grant,
        progress: Progress,
    },
    Closed(End),
}

/// Nobody has decided it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    InReview,
    /// Somebody who may decide asks for another revision.
    ChangesRequested(Changes),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Capacity is held, where it takes any; a job will make it so.
    Approved,
    /// The cluster has no capacity yet. Holds nothing; granted in the order of the approvals.
    Waiting,
    Applying,
    Completed,
    /// The job gave up; `reason` is for people to read. Can be tried again or undone.
    Failed {
        reason: String,
    },
    /// A job takes back what failed.
    Undoing,
    Undone,
}

/// Nothing was granted, and nothing will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Rejected,
    Withdrawn,
    /// Nobody acted for too long.
    Expired,
    /// Its requester asked for something else instead.
    Superseded {
        by: RequestNumber,
    },
}

/// What a person who may decide wants to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What they would approve, if they say it; more or less than was asked.
    pub suggestion: Option<Grant>,
    pub comment: Comment,
    pub by: PersonId,
    pub by_name: String,
}

impl State {
    pub const IN_REVIEW: State = State::Open(Open::InReview);

    pub fn granted(grant: impl Into<Grant>, progress: Progress) -> Self {
        Self::Granted { grant: grant.into(), progress }
    }

    /// How far it is, once it is decided.
    pub fn progress(&self) -> Option<&Progress> {
        match self {
            Self::Granted { progress, .. } => Some(progress),
            Self::Open(_) | Self::Closed(_) => None,
        }
    }

    pub fn is_in_review(&self) -> bool {
        matches!(self, Self::Open(Open::InReview))
    }

    /// Whether it waits for capacity.
    pub fn is_in_line(&self) -> bool {
        self.progress() == Some(&Progress::Waiting)
    }

    /// Whether Berth has something to do for it.
    pub fn is_under_way(&self) -> bool {
        self.progress().is_some_and(Progress::is_under_way)
    }

    /// Whether nobody has decided it in the end: the ask may still be changed, withdrawn or superseded.
    pub fn is_pending(&self) -> bool {
        RequestState::from(self).is_pending()
    }

    /// Stable name: the column, the JSON and the filter.
    pub fn as_str(&self) -> &'static str {
        RequestState::from(self).as_str()
    }

    /// As a sentence says it.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Open(Open::InReview) => "in review",
            Self::Open(Open::ChangesRequested(_)) => "waiting for changes",
            Self::Granted { progress, .. } => progress.title(),
            Self::Closed(End::Rejected) => "rejected",
            Self::Closed(End::Withdrawn) => "withdrawn",
            Self::Closed(End::Expired) => "expired",
            Self::Closed(End::Superseded { .. }) => "superseded",
        }
    }
}

impl Progress {
    pub fn is_under_way(&self) -> bool {
        match self {
            Self::Approved | Self::Applying | Self::Undoing => true,
            Self::Waiting | Self::Completed | Self::Failed { .. } | Self::Undone => false,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Waiting => "waiting for capacity",
            Self::Applying => "being provisioned",
            Self::Completed => "completed",
            Self::Failed { .. } => "failed",
            Self::Undoing => "being undone",
            Self::Undone => "undone",
        }
    }
}

impl From<&State> for RequestState {
    fn from(state: &State) -> Self {
        match state {
            State::Open(Open::InReview) => Self::InReview,
            State::Open(Open::ChangesRequested(_)) => Self::ChangesRequested,
            State::Granted { progress, .. } => match progress {
                Progress::Approved => Self::Approved,
                Progress::Waiting => Self::Waiting,
                Progress::Applying => Self::Applying,
                Progress::Completed => Self::Completed,
                Progress::Failed { .. } => Self::Failed,
                Progress::Undoing => Self::Undoing,
                Progress::Undone => Self::Undone,
            },
            State::Closed(End::Rejected) => Self::Rejected,
            State::Closed(End::Withdrawn) => Self::Withdrawn,
            State::Closed(End::Expired) => Self::Expired,
            State::Closed(End::Superseded { .. }) => Self::Superseded,
        }
    }
}
