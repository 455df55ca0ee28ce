//! Puts the parts of one running Berth together.

use crate::app::keys::{self, Sample};
use crate::app::{Berth, Ctx};
use crate::cluster::Connections;
use crate::cluster::watch::ClusterCaches;
use crate::config::Config;
use crate::identity::Provider;
use crate::seal::Seal;
use crate::store::notifier::Notifier;
use crate::store::{self, pool};
use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use sources::guard::Guard;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

const UNREACHABLE: &str = "the database of database.url cannot be reached";

/// How long a database may take to be there.
const STARTUP_LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(1);
/// More than this is no longer in step.
pub const CLOCKS_APART: time::Duration = time::Duration::seconds(5);

/// For who stays: a database that does not answer yet is waited for, as it may have been started together with Berth. One
/// that says no is not.
pub async fn await_database(config: &Config) -> anyhow::Result<()> {
    let began = Instant::now();
    while let Err(error) = pool::try_out(config.database.url.expose_secret()).await {
        if !store::is_away(&error) || began.elapsed() > STARTUP_LIMIT {
            return Err(error).context(UNREACHABLE);
        }
        tracing::warn!(%error, "the database does not answer yet; waiting for it");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Connects to the database; nothing else is asked yet.
pub async fn connect(config: Config) -> anyhow::Result<Arc<Berth>> {
    let (url, max) = (config.database.url.expose_secret(), config.database.max_connections);
    pool::try_out(url).await.context(UNREACHABLE)?;
    let db = pool::connect(url, max).await.context(UNREACHABLE)?;
    let seal = Seal::with_old(&config.secrets.key, &config.secrets.old_keys);
    let provider = Provider::new(&config)?;
    let guard = Guard::new(config.catalog.allowed_hosts.clone());
    Ok(Arc::new(Berth {
        config,
        db,
        seal,
        provider,
        caches: ClusterCaches::new(),
        connections: Connections::default(),
        guard,
        notifier: Notifier::default(),
        revoking: Arc::new(Semaphore::new(1)),
    }))
}

/// What this process writes has the times of this machine's clock. No reason not to start: it may be put right meanwhile.
pub async fn warn_if_clock_differs(berth: &Berth) -> anyhow::Result<()> {
    let ahead = pool::clock_ahead(&berth.db).await.context("the database does not answer")?;
    if ahead.abs() > CLOCKS_APART {
        let ahead_s = ahead.whole_seconds();
        tracing::error!(
            ahead_s,
            "this machine's clock is not in step with the database's: requests and audit events get its times"
        );
    }
    Ok(())
}

/// Refuses keys that open nothing of what is there: Berth would start, and fail at everything that needs a secret.
pub async fn require_key(berth: &Arc<Berth>) -> anyhow::Result<()> {
    let Sample { opened, closed } = keys::try_out(&Ctx::operator(berth.clone())).await?;
    match (opened, closed) {
        (_, 0) => Ok(()),
        (0, _) => bail!(
            "the key in secrets.key_file opens nothing in this database ({closed} secrets tried, and no key of \
             secrets.old_key_files does): name the key that they were sealed with. If it is lost, see \"Lose the key\" in \
             docs/operations.md"
        ),
        (opened, closed) => {
            tracing::warn!(opened, closed, "some secrets in the database open with none of the keys");
            Ok(())
        }
    }
}

/// Refuses a database that is not what this Berth was written for.
pub async fn require_schema(berth: &Berth) -> anyhow::Result<()> {
    let missing = pool::list_missing(&berth.db).await.context("the database does not answer")?;
    if !missing.is_empty() {
        bail!("the database lacks {}: run `berth migrate` first", missing.join(", "));
    }
    Ok(())
}
