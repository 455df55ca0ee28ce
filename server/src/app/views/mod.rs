//! What people read: pages and the API ask here. Nothing here changes anything, and nothing that does takes from here. Short
//! lists that nobody else needs (of jobs, of the audit trail, of drafts) stand beside what changes them.

pub mod catalog;
pub mod classes;
pub mod clusters;
mod home;
pub mod me;
pub mod namespaces;
pub mod offer;
pub mod people;
pub mod platform_roles;
pub mod requests;
mod search;
pub mod teams;
mod timeline;

pub use home::home;
pub use search::search;
