//! Small values that samples are made of.

use super::{GIB, NOW};
use domain::cluster::Freshness;
use domain::id::PersonId;
use domain::quota::Quota;
use domain::refusal::FieldError;
use domain::request::UntilDate;
use domain::view::*;
use frontend::Again;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub fn ago(minutes: i64) -> OffsetDateTime {
    NOW - Duration::minutes(minutes)
}

pub fn live() -> Freshness {
    Freshness::Live { as_of: NOW - Duration::seconds(4) }
}

pub fn away() -> Freshness {
    Freshness::Unreachable { since: ago(97), reason: "connection refused after 5 s".into() }
}

pub fn quota(cpu: u64, memory: u64, storage: u64, pods: u64) -> Quota {
    Quota { cpu_m: cpu * 1000, memory_bytes: memory * GIB, storage_bytes: storage * GIB, pods, ..Quota::ZERO }
}

pub fn person(name: &str) -> PersonView {
    PersonView { id: PersonId(Uuid::nil()), name: name.into() }
}

pub fn page_of<T>(items: Vec<T>, next: Option<&str>) -> Page<T> {
    Page { items, next: next.map(str::to_owned) }
}

pub fn cost(hundredths: u64) -> domain::class::Cost {
    domain::class::Cost { currency: "EUR".into(), hundredths }
}

pub fn error(field: &str, message: &str) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

/// A form whose one field was refused, with what was typed.
pub fn refused(field: &'static str, message: &str, typed: &str) -> Again {
    Again { typed: vec![(field, typed.to_owned())], errors: vec![error(field, message)], refusal: None }
}

pub fn day(text: &str) -> UntilDate {
    text.parse().expect("is a day")
}
