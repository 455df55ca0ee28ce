//! What people see: pages as pure views of domain types, and a few islands of comfort.
//!
//! A page is a function from a [`Frame`] (who looks, when, in which theme) and a view of `domain::view`
//! to a whole HTML document. Nothing here fetches, reads a clock or knows SQL. Every read, form and
//! decision works without script; islands only add what is nice to have: live updates, the verdict
//! while typing, the keyboard. Pages are rendered in one place, the server: what changes on a page that
//! is open comes from there as HTML, and an island puts it into place.

// A page is one nested type; the layout of the larger ones is deeper than the standard limit.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
mod crumb;
#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
mod frame;
mod icon;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod parts;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod relative;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod slots;

#[cfg(feature = "ssr")]
pub use frame::{Assets, Frame, MissingAsset, Theme};
#[cfg(feature = "ssr")]
pub use parts::form::Again;
#[cfg(feature = "ssr")]
pub use slots::Slots;
