//! Puts the parts of one running Berth together.

use crate::app::Berth;
use crate::cluster::watch::Fleet;
use crate::config::Config;
use crate::identity::Provider;
use crate::seal::Seal;
use crate::store::bell::Bell;
use crate::store::pool;
use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use std::sync::Arc;

/// Connects to the database; nothing else is asked yet.
pub async fn connect(config: Config) -> anyhow::Result<Arc<Berth>> {
    let database = &config.database;
    let db = pool::connect(database.url.expose_secret(), database.max_connections)
        .await
        .context("the database of database.url cannot be reached")?;
    let seal = Seal::with_old(&config.secrets.key, &config.secrets.old_keys);
    let provider = Provider::new(&config)?;
    Ok(Arc::new(Berth { config, db, seal, provider, fleet: Fleet::new(), bell: Bell::default() }))
}

/// Refuses a database that is not what this Berth was written for.
pub async fn require_schema(berth: &Berth) -> anyhow::Result<()> {
    let missing = pool::list_missing(&berth.db).await.context("the database does not answer")?;
    if !missing.is_empty() {
        bail!("the database lacks {}: run `berth migrate` first", missing.join(", "));
    }
    Ok(())
}
