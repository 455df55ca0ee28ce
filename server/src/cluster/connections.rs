//! The ways to clusters that stay open from one order to the next.

use super::Connection;
use domain::id::ClusterId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// By cluster, with the sealed credentials each was opened with.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<ClusterId, (Vec<u8>, Connection)>>);

impl Connections {
    /// The connection to a cluster: opened anew when its credentials are others than before. `open` makes it.
    pub fn get<E>(
        &self,
        cluster: ClusterId,
        sealed: &[u8],
        open: impl FnOnce() -> Result<Connection, E>,
    ) -> Result<Connection, E> {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match connections.get(&cluster) {
            Some((known, connection)) if known == sealed => Ok(connection.clone()),
            Some(_) | None => {
                let connection = open()?;
                connections.insert(cluster, (sealed.to_owned(), connection.clone()));
                Ok(connection)
            }
        }
    }
}
