//! What sources are asked at in tests: real ones, and some that mean no good.

pub mod certificates;
pub mod hostile;
pub mod network;
pub mod parts;
pub mod push;

use sources::guard::{Allowed, Guard};
use sources::{Limits, Reader, Source, oci::Registry, repository::IndexRepository};

/// This machine may be asked, as the platform would allow it.
pub fn guard() -> Guard {
    Guard::new(Allowed::parse(["127.0.0.0/8"]).expect("is a list"))
}

pub fn registry(source: &Source) -> Registry {
    registry_within(source, Limits::default())
}

pub fn registry_within(source: &Source, limits: Limits) -> Registry {
    match source.open(&guard(), limits).expect("is a source") {
        Reader::Registry(registry) => *registry,
        Reader::Index(_) => panic!("is a registry"),
    }
}

pub fn index(source: &Source) -> IndexRepository {
    index_within(source, Limits::default())
}

pub fn index_within(source: &Source, limits: Limits) -> IndexRepository {
    match source.open(&guard(), limits).expect("is a source") {
        Reader::Registry(_) => panic!("is a repository"),
        Reader::Index(repository) => *repository,
    }
}
