//! Requests: lists, one with all that is to be known to decide it, and the forms that ask.

mod capacity;
mod elsewhere;
mod fit;
mod history;
mod lists;
mod new_form;
mod show;
mod stall;
mod verdict;

pub(super) use fit::{annotate as annotate_fit, clusters_of};
pub use history::quota_history;
pub use lists::{count, list};
pub use new_form::{new_form, refused_new_form};
pub use show::{get, lifetime_form, quota_form};
pub(super) use stall::mark_away;
pub use verdict::{check, check_revision};
