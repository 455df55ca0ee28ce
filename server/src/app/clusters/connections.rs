//! The provisioner's way to each cluster, which stays open from one order to the next.

use super::open;
use crate::app::{Ctx, Error, Result};
use crate::cluster::Connection;
use crate::store::clusters::Cluster;
use domain::id::ClusterId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// By cluster, with the sealed credentials each was opened with.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<ClusterId, (Vec<u8>, Connection)>>);

/// The connection to a cluster: opened anew when its credentials are others than before.
pub fn connection(ctx: &Ctx, cluster: &Cluster) -> Result<Connection> {
    let mut connections = ctx.berth.connections.0.lock().unwrap_or_else(PoisonError::into_inner);
    match connections.get(&cluster.id) {
        Some((sealed, connection)) if *sealed == cluster.provisioner => Ok(connection.clone()),
        Some(_) | None => {
            let connection = open(ctx, &cluster.provisioner)?.connect().map_err(Error::internal)?;
            connections.insert(cluster.id, (cluster.provisioner.clone(), connection.clone()));
            Ok(connection)
        }
    }
}
