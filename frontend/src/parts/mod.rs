//! Pieces that pages are made of: functions from plain values to views.

pub(crate) mod amounts;
pub(crate) mod badge;
pub(crate) mod bar;
pub(crate) mod copy;
pub(crate) mod form;
pub(crate) mod fresh;
pub(crate) mod history;
pub(crate) mod list;
pub(crate) mod namespaces;
pub(crate) mod note;
pub(crate) mod person;
pub(crate) mod problems;
pub(crate) mod progress;
pub(crate) mod quota;
pub(crate) mod reasons;
pub(crate) mod room;
pub(crate) mod slot;
pub(crate) mod stages;
pub(crate) mod steps;
pub(crate) mod timeline;
pub(crate) mod url;
pub(crate) mod verdict;
pub(crate) mod warnings;
pub(crate) mod when;
pub(crate) mod wish;
pub(crate) mod workloads;
