//! Use cases: load, allow, decide, save, enqueue, record, each in one change; and [`views`], what people read. Pages and the
//! JSON API call the same ones.

pub mod access;
pub mod audit;
pub mod catalog;
mod change;
pub mod classes;
pub mod clusters;
pub mod ctx;
pub mod error;
pub mod favourites;
pub mod health;
pub mod jobs;
pub mod keys;
pub mod live;
pub mod memberships;
pub mod namespaces;
pub mod people;
pub mod platform_roles;
mod quota_changes;
mod request_record;
pub mod requests;
pub mod setup;
pub mod teams;
mod usage;
pub mod views;

pub use change::Change;
use change::change;
pub use ctx::{Berth, Ctx};
pub use error::{Error, Result};

/// Rows of a page when none is asked for, and most that may be asked for.
pub const PAGE: i64 = 50;
pub const LARGEST_PAGE: i64 = 200;

/// Cuts a list that was read one row too long, and answers where the next page begins.
fn paginate<T>(rows: &mut Vec<T>, limit: i64, place: impl Fn(&T) -> String) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(0);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(place)
}
