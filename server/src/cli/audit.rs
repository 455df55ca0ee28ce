//! `berth audit`: the trail from outside.

use super::{operator, print_line, readable};
use crate::app::Ctx;
use crate::app::audit::{self, SignedCheckpoint};
use crate::config::Config;
use anyhow::{Context, bail};
use std::path::Path;

pub async fn verify(ctx: &Ctx, kept: Option<&Path>) -> anyhow::Result<()> {
    let kept = kept.map(read).transpose()?;
    let n = match audit::verify(ctx, kept.as_ref()).await.map_err(readable)? {
        Ok(n) => n,
        Err(broken) => bail!("the audit trail is broken: {broken}"),
    };
    print_line(&match kept {
        Some(kept) => format!("{n} events, the chain is whole, and row {} is the one you kept", kept.checkpoint.seq),
        None => format!("{n} events, and the chain is whole"),
    });
    Ok(())
}

/// Signs what is there now, so that what is printed is not older than it need be.
pub async fn checkpoint(config: Config) -> anyhow::Result<()> {
    let ctx = operator(config).await?;
    audit::sign_checkpoint(&Ctx::system(ctx.berth.clone(), "sign_checkpoint")).await.map_err(readable)?;
    let last = audit::last_checkpoint(&ctx).await.map_err(readable)?.context("the trail has no event yet")?;
    print_line(&serde_json::to_string(&last)?);
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<SignedCheckpoint> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no checkpoint", file.display()))
}
