//! Namespaces: lists, and one with what is desired, what runs and what happened in it.

mod activity;
mod contents;
mod drift;
mod show;

pub use contents::contents;
pub use drift::drift;
pub use show::{Desired, desired, get, get_without_activity, list, place};
pub(super) use show::{access_rows, attention, ending_rows, quota_lines, rows};
