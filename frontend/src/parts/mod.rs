//! Pieces that pages and islands share: functions from plain values to views.

pub(crate) mod badge;
pub(crate) mod bar;
pub(crate) mod fresh;
pub(crate) mod icon;
pub(crate) mod note;
pub(crate) mod problems;
pub(crate) mod reasons;
pub(crate) mod room;
pub(crate) mod stages;
pub(crate) mod steps;
pub(crate) mod timeline;
pub(crate) mod verdict;
pub(crate) mod warnings;
pub(crate) mod when;
pub(crate) mod workloads;

#[cfg(feature = "ssr")]
pub(crate) mod amounts;
#[cfg(feature = "ssr")]
pub(crate) mod form;
#[cfg(feature = "ssr")]
pub(crate) mod list;
#[cfg(feature = "ssr")]
pub(crate) mod namespaces;
#[cfg(feature = "ssr")]
pub(crate) mod person;
#[cfg(feature = "ssr")]
pub(crate) mod url;
