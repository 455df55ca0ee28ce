//! The end of namespaces: what is known of a suspension and of taking it back, and rows of those that end soon.

use crate::lifetime::Ending;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// How far a suspension is, or its end.
    pub struct SuspensionView {
        /// When everything in it was last found scaled to zero; none where that is not known.
        #[serde(with = "time::serde::rfc3339::option")]
        pub scaled_at: Option<OffsetDateTime>,
        /// Why it cannot be done, in the cluster's words.
        pub refused: Option<String>,
        /// Workloads that were stopped, and are started again when it is restored.
        pub n_workloads: i64,
        /// Objects kept to restore it should somebody delete it on its cluster; none where none could be read yet.
        pub n_objects: Option<i32>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub exported_at: Option<OffsetDateTime>,
        /// What could not be read, and is not among them.
        pub incomplete: Option<String>,
        /// While it is restored: objects that the cluster refused so far. They are tried again every five minutes.
        #[serde(default)]
        pub n_not_made: i64,
        /// The first 20 of them.
        #[serde(default)]
        pub not_made: Vec<NotMade>,
    }

    /// An object that could not be made again.
    pub struct NotMade {
        /// Kind and name.
        pub object: String,
        /// In the cluster's words.
        pub why: String,
    }

    /// A namespace whose expiry is near, or that is suspended.
    pub struct EndingRow {
        pub cluster: String,
        pub namespace: String,
        #[serde(with = "time::serde::rfc3339::option")]
        pub expires_at: Option<OffsetDateTime>,
        pub ending: Option<Ending>,
    }
}
