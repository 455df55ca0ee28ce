//! What others write while somebody reads or asks: in a transaction that is held open, as no call is.

use sqlx::PgConnection;

/// A change of another replica's.
#[derive(Clone, Copy, Debug)]
pub enum Meanwhile {
    /// Every request is completed, with each of its steps.
    Completed,
    /// Every namespace is missing on its cluster.
    Missing,
    /// Whoever has the connection writes anything.
    Anything,
    /// Another share of what the cluster's nodes offer is granted.
    SettingsChanged,
    /// The name is given to another cluster.
    GivenAway,
    /// The cluster is removed.
    Removed,
    /// The cluster is added again.
    AddedAgain,
}

impl Meanwhile {
    fn statement(self) -> &'static str {
        match self {
            Self::Completed => {
                "with over as (update requests set state = 'completed', version = version + 1 returning namespace_id)
                 update steps set state = 'done' where namespace_id in (select namespace_id from over)"
            }
            Self::Missing => {
                "update namespaces set trouble = 'missing', trouble_detail = 'for a test', trouble_since = now()"
            }
            Self::Anything => "update people set name = name",
            Self::SettingsChanged => {
                "update clusters set overcommit_percent = 300, settings_version = settings_version + 1"
            }
            Self::GivenAway => "update clusters set uid = 'of-another', changed_by = 'Ada'",
            Self::Removed => "update clusters set removed_at = now(), observer = '', provisioner = ''",
            Self::AddedAgain => "update clusters set removed_at = null, observer = 'x', provisioner = 'x'",
        }
    }

    /// Writes it; it counts when the transaction is committed.
    pub async fn write(self, conn: &mut PgConnection) {
        sqlx::query(self.statement()).execute(conn).await.expect("is changed");
    }
}
