//! Asking and deciding.

pub(super) mod blocker;
mod comments;
mod decide;
pub(super) mod evaluate;
pub(super) mod facts;
pub(super) mod forgotten;
mod grant;
pub(super) mod impact;
pub(super) mod kinds;
pub(super) mod limits;
pub(super) mod obstacle;
mod periodic;
mod revise;
mod submit;
mod undo;

pub use comments::{comment, list_comments};
pub use decide::{approve, reject, request_changes, withdraw};
pub use periodic::{AdmitWaiting, ExpireRequests, admit_waiting, expire};
pub use revise::{accept_suggestion, revise};
pub use submit::submit;
pub(super) use undo::restart;
pub use undo::{retry, undo};

/// Whether anybody else may grant, on the cluster or to the team, before the transaction ends.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    None,
    Grants,
}
