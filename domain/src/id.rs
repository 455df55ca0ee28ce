//! Identifiers: one type per thing, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person: one issuer and subject.
    PersonId
    TeamId
    ClusterId
    /// One published version of a class.
    ClassId
    NamespaceId
    RequestId
    TokenId
    /// One version of an entry of the catalog.
    VersionId
    /// One time that a chart was taken in, or was tried to be.
    IngestId
}
