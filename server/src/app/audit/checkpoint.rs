//! Signed ends of the chain. The key follows from the key file and is not in the database, so that whoever rewrites the
//! chain there cannot sign it; and a checkpoint that is kept elsewhere shows even that its own row was removed.

use crate::app::{Ctx, Result};
use crate::config::Config;
use crate::jobs::{Job, Outcome};
use crate::seal::Key;
use crate::store;
use crate::store::audit::Signed;
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use domain::Action;
use domain::audit::Checkpoint;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::Duration;
use uuid::Uuid;

const PURPOSE: &str = "audit checkpoints";

/// A checkpoint as it is printed, to be kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCheckpoint {
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// Ed25519, in base64.
    pub public_key: String,
    /// Over [`Checkpoint::message`], in base64.
    pub signature: String,
}

/// The keys whose signatures are this Berth's.
pub struct Keys(Vec<VerifyingKey>);

/// Signs the end of the chain, unless it was signed already. As a job.
pub async fn sign_checkpoint(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let (seq, hash) = store::audit::head(ctx.db()).await?;
    let last = store::audit::find_checkpoint(ctx.db()).await?;
    if seq == 0 || last.is_some_and(|last| last.checkpoint.seq >= seq) {
        return Ok(());
    }
    let checkpoint = Checkpoint { seq, hash, at: ctx.now() };
    let key = signing_key(&ctx.berth.config.secrets.key);
    let signature = key.sign(checkpoint.message().as_bytes()).to_bytes().to_vec();
    let signed = Signed { checkpoint, public_key: key.verifying_key().to_bytes().to_vec(), signature };
    store::audit::insert_checkpoint(ctx.db(), &signed).await?;
    Ok(())
}

/// The last one, to be kept elsewhere; none before the first was signed.
pub async fn last_checkpoint(ctx: &Ctx) -> Result<Option<SignedCheckpoint>> {
    ctx.allow(Action::SeeAudit)?;
    let signed = store::audit::find_checkpoint(ctx.db()).await?;
    Ok(signed.as_ref().map(SignedCheckpoint::from))
}

/// The public keys, in base64; the first signs.
pub fn public_keys(config: &Config) -> Vec<String> {
    keys(config).iter().map(|key| BASE64.encode(key.to_bytes())).collect()
}

impl Keys {
    pub(super) fn of(ctx: &Ctx) -> Self {
        Self(keys(&ctx.berth.config))
    }

    /// Whether one of them signed it, whatever key it names.
    pub(super) fn signed(&self, signed: &SignedCheckpoint) -> bool {
        let signature = BASE64.decode(&signed.signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let message = signed.checkpoint.message();
        signature
            .is_some_and(|signature| self.0.iter().any(|key| key.verify_strict(message.as_bytes(), &signature).is_ok()))
    }
}

impl From<&Signed> for SignedCheckpoint {
    fn from(signed: &Signed) -> Self {
        Self {
            checkpoint: signed.checkpoint,
            public_key: BASE64.encode(&signed.public_key),
            signature: BASE64.encode(&signed.signature),
        }
    }
}

fn keys(config: &Config) -> Vec<VerifyingKey> {
    let secrets = &config.secrets;
    // What was signed with a key of before stays true.
    std::iter::once(&secrets.key).chain(&secrets.old_keys).map(|key| signing_key(key).verifying_key()).collect()
}

fn signing_key(key: &Key) -> SigningKey {
    SigningKey::from_bytes(key.derive(PURPOSE).expose_secret())
}

/// Signs the end of the audit trail.
pub struct SignCheckpoint;

impl Job<Ctx> for SignCheckpoint {
    const NAME: &'static str = "sign_checkpoint";
    const EVERY: Option<Duration> = Some(Duration::minutes(10));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        sign_checkpoint(ctx).await.into()
    }
}
