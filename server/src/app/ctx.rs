//! What every use case is given: who acts, and the parts of this running Berth.

use super::error::{Error, Result};
use crate::cluster::Connections;
use crate::cluster::watch::ClusterCaches;
use crate::config::Config;
use crate::identity::Provider;
use crate::seal::Seal;
use crate::store;
use crate::store::notifier::Notifier;
use crate::store::{Pool, Tx};
use domain::actor::Person;
use domain::id::PersonId;
use domain::{Action, Actor, allow};
use sources::guard::Guard;
use std::sync::Arc;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// The parts of one running Berth. Everything in it may be shared and rebuilt; the truth is in Postgres.
pub struct Berth {
    pub config: Config,
    pub db: Pool,
    /// Encrypts what is kept secret in the database.
    pub seal: Seal,
    /// The identity provider; asked by those who sign in, and again now and then.
    pub provider: Provider,
    /// The watch caches of all clusters.
    pub caches: ClusterCaches,
    /// The open ways to them for those who change something there.
    pub connections: Connections,
    /// Decides which addresses that people typed may be asked.
    pub guard: Guard,
    /// Tells when Postgres says that something changed.
    pub notifier: Notifier,
    /// One run takes back what sessions left, beside what comes next; who finds it taken leaves theirs to it, or to the job.
    pub revoking: Arc<Semaphore>,
}

/// One call: the actor and where it came from. Made where somebody signs in or shows a session or token
/// ([`super::access`]), at the command line ([`Ctx::operator`]) and for jobs ([`Ctx::system`]); nowhere else.
#[derive(Clone)]
pub struct Ctx {
    pub berth: Arc<Berth>,
    pub actor: Actor,
    /// Id of the HTTP request, for the log, the audit trail and the user.
    pub request_id: Option<String>,
    /// SHA-256 of the session cookie, when it came with one.
    pub session: Option<[u8; 32]>,
    /// On whose behalf Berth acts, when it acts by itself.
    pub on_behalf_of: Option<(PersonId, String)>,
}

impl Ctx {
    pub fn system(berth: Arc<Berth>, job: &'static str) -> Self {
        Self { berth, actor: Actor::System(job), request_id: None, session: None, on_behalf_of: None }
    }

    /// Whoever may run the program with its configuration.
    pub fn operator(berth: Arc<Berth>) -> Self {
        Self { berth, actor: Actor::Operator, request_id: None, session: None, on_behalf_of: None }
    }

    /// What a rule, or Berth by itself, does within this call, so that nobody is said to have done it.
    pub fn instead(&self, actor: Actor) -> Self {
        Self { actor, ..self.clone() }
    }

    /// The one yes or no.
    pub fn allow(&self, action: Action<'_>) -> Result<()> {
        Ok(allow(&self.actor, action)?)
    }

    /// Who is signed in; nobody else has anything of their own.
    pub fn person(&self) -> Result<&Person> {
        self.actor.person().ok_or(Error::SignInFirst)
    }

    /// For a view that is put together from several rows: all of it is of one moment.
    pub async fn snapshot(&self) -> Result<Tx> {
        Ok(store::begin_snapshot(&self.berth.db).await?)
    }

    pub fn db(&self) -> &Pool {
        &self.berth.db
    }

    /// To the microsecond, which is what Postgres keeps.
    pub fn now(&self) -> OffsetDateTime {
        domain::audit::to_micros(OffsetDateTime::now_utc())
    }
}
