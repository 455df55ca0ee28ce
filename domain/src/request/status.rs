//! How a request stands in one word, as lists and the API name it; why nobody works on it, and why it cannot be made.

use crate::plan::Deciders;
use serde::{Deserialize, Serialize};

views! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum RequestState {
        InReview,
        ChangesRequested,
        Approved,
        /// Decided, but the cluster has no capacity yet.
        Waiting,
        Applying,
        Completed,
        Failed,
        Undoing,
        Undone,
        Rejected,
        Withdrawn,
        Expired,
        Superseded,
    }

    /// Why nobody works on what is decided.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum StallReason {
        /// Berth has let go of the cluster.
        Removed,
        /// Another cluster answers in its place.
        Another,
        /// Platform paused the cluster.
        Paused,
        /// The cluster does not answer.
        Away,
        /// The cluster is ahead of the database in the namespace it is about.
        Ahead,
        /// There is no order that Berth works on.
        NoOrder,
    }

    /// Why what is asked for cannot be made now, whatever capacity there is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Blocker {
        /// Berth has let go of the cluster.
        Removed,
        /// Another cluster answers in its place.
        Another,
        /// Platform paused the cluster.
        Paused,
        /// The cluster does not answer.
        Away,
        /// The namespace it is about is gone, or on its way out.
        NamespaceGone,
        /// Its deletion was granted: it is restored first.
        DeletionRequested,
        /// The cluster has a newer revision of that namespace than Berth's database: Platform says what counts.
        Ahead,
        /// An administrator of the cluster has not agreed to what the class loosens.
        NotAgreed,
        /// Nobody knows whether one has.
        AgreementUnknown,
    }
}

impl RequestState {
    pub const ALL: [RequestState; 13] = [
        Self::InReview,
        Self::ChangesRequested,
        Self::Approved,
        Self::Waiting,
        Self::Applying,
        Self::Completed,
        Self::Failed,
        Self::Undoing,
        Self::Undone,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
        Self::Superseded,
    ];

    /// Its name in addresses and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::ChangesRequested => "changes_requested",
            Self::Approved => "approved",
            Self::Waiting => "waiting",
            Self::Applying => "applying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }

    /// Whether something may still happen to it.
    pub fn is_open(self) -> bool {
        match self {
            Self::InReview
            | Self::ChangesRequested
            | Self::Approved
            | Self::Waiting
            | Self::Applying
            | Self::Failed
            | Self::Undoing => true,
            Self::Completed | Self::Undone | Self::Rejected | Self::Withdrawn | Self::Expired | Self::Superseded => {
                false
            }
        }
    }

    /// Whether nobody has granted it for good: it can still be taken back.
    pub fn is_pending(self) -> bool {
        match self {
            Self::InReview | Self::ChangesRequested | Self::Waiting => true,
            Self::Approved
            | Self::Applying
            | Self::Completed
            | Self::Failed
            | Self::Undoing
            | Self::Undone
            | Self::Rejected
            | Self::Withdrawn
            | Self::Expired
            | Self::Superseded => false,
        }
    }

    /// What the badge says.
    pub fn title(self) -> &'static str {
        match self {
            Self::InReview => "In review",
            Self::ChangesRequested => "Changes requested",
            Self::Approved => "Approved",
            Self::Waiting => "Waiting for capacity",
            Self::Applying => "Provisioning",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Undoing => "Being undone",
            Self::Undone => "Undone",
            Self::Rejected => "Rejected",
            Self::Withdrawn => "Withdrawn",
            Self::Expired => "Expired",
            Self::Superseded => "Superseded",
        }
    }
}

impl StallReason {
    /// Whether something may stand still in this state: whatever is approved, and not over.
    pub fn is_of(state: RequestState) -> bool {
        match state {
            RequestState::Approved | RequestState::Waiting | RequestState::Applying | RequestState::Undoing => true,
            RequestState::InReview
            | RequestState::ChangesRequested
            | RequestState::Completed
            | RequestState::Failed
            | RequestState::Undone
            | RequestState::Rejected
            | RequestState::Withdrawn
            | RequestState::Expired
            | RequestState::Superseded => false,
        }
    }

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Another => "another",
            Self::Paused => "paused",
            Self::Away => "away",
            Self::Ahead => "ahead",
            Self::NoOrder => "no_order",
        }
    }

    /// What ends it, as a request says it for `waits_for`.
    pub fn waits_for(self, cluster: &str) -> String {
        match self {
            Self::Removed => format!("nothing: {cluster} is removed from Berth"),
            Self::Another => format!("Platform to confirm the identity of {cluster}"),
            Self::Paused => format!("Platform to resume {cluster}"),
            Self::Away => format!("{cluster} to answer"),
            Self::Ahead => format!("Platform to resolve a difference: {cluster} is ahead of Berth"),
            Self::NoOrder => "Platform to retry it".to_owned(),
        }
    }
}

impl Blocker {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Another => "another",
            Self::Paused => "paused",
            Self::Away => "away",
            Self::NamespaceGone => "namespace_gone",
            Self::DeletionRequested => "deletion_requested",
            Self::Ahead => "ahead",
            Self::NotAgreed => "not_agreed",
            Self::AgreementUnknown => "agreement_unknown",
        }
    }

    /// What the badge says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Removed => "Cluster removed",
            Self::Another => "Another cluster answers",
            Self::Paused => "Cluster paused",
            Self::Away => "Cluster does not answer",
            Self::NamespaceGone => "Namespace no longer exists",
            Self::DeletionRequested => "Deletion requested",
            Self::Ahead => "Cluster is ahead",
            Self::NotAgreed => "Cluster has not agreed",
            Self::AgreementUnknown => "Agreement not known",
        }
    }
}

/// Who or what an open request waits for, in words, where Berth is at work; empty when it is over.
pub fn waits_for(state: RequestState, deciders: Option<Deciders>, team_title: &str) -> String {
    match (state, deciders) {
        (RequestState::InReview, Some(deciders)) => deciders.title(team_title),
        (RequestState::InReview, None) => String::new(),
        (RequestState::ChangesRequested, _) => format!("developers and owners of {team_title}"),
        (RequestState::Waiting, _) => "capacity on the cluster".into(),
        (RequestState::Approved | RequestState::Applying | RequestState::Undoing, _) => "Berth".into(),
        (RequestState::Failed, _) => "Platform".into(),
        (
            RequestState::Completed
            | RequestState::Undone
            | RequestState::Rejected
            | RequestState::Withdrawn
            | RequestState::Expired
            | RequestState::Superseded,
            _,
        ) => String::new(),
    }
}
