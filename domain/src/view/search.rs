//! What is found for a few letters, and the places a person keeps at hand.

use serde::{Deserialize, Serialize};

views! {
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum HitKind {
        Namespace,
        Request,
        Team,
        Cluster,
        Class,
        /// An entry of the catalog.
        Entry,
        Person,
        /// A page of Berth, or something one may begin there.
        Page,
    }

    /// Something that can be gone to.
    pub struct Hit {
        pub kind: HitKind,
        pub title: String,
        /// What tells it from others of its name.
        pub detail: String,
        /// Path of its page.
        pub href: String,
    }

    /// Best first.
    pub struct SearchView {
        pub text: String,
        pub hits: Vec<Hit>,
        /// There are more than these: more letters would find them.
        pub has_more: bool,
    }

    /// A namespace that somebody keeps at hand.
    pub struct FavouriteView {
        pub cluster: String,
        pub name: String,
    }
}

impl HitKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Namespace => "Namespace",
            Self::Request => "Request",
            Self::Team => "Team",
            Self::Cluster => "Cluster",
            Self::Class => "Class",
            Self::Entry => "Catalog entry",
            Self::Person => "Person",
            Self::Page => "Page",
        }
    }
}
