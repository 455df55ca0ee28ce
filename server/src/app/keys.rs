//! Rotating the key that secrets in the database are sealed with.
//!
//! What was sealed with a key of `secrets.old_key_files` still opens; [`rotate`] seals it anew with the present key. It
//! may be broken off and run again: what is done is done.

use super::{Ctx, Result, clusters};
use crate::seal::{OpenError, Reseal};
use crate::store::sealed::{self, Column};
use domain::Action;
use domain::audit::EventKind;
use domain::audit::detail::ResealedColumn;

/// Values that are read at once.
const BATCH: i64 = 200;
/// Values of each kind that a start looks at.
const SAMPLE: i64 = 20;

/// What is sealed with which key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub current: u64,
    /// Sealed with an old key, or it was before it was sealed anew.
    pub old: u64,
    /// With a key that is not there, or damaged.
    pub unreadable: u64,
}

/// What the keys open, of a few values of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample {
    pub opened: u64,
    pub closed: u64,
}

/// Tries the keys on what is there.
pub async fn try_out(ctx: &Ctx) -> Result<Sample> {
    ctx.allow(Action::SeeSetUp)?;
    let mut sample = Sample::default();
    for column in Column::ALL {
        for value in sealed::list(ctx.db(), column, &[], SAMPLE).await? {
            match ctx.berth.seal.open(purpose(column), &value.sealed) {
                Ok(_) => sample.opened += 1,
                Err(OpenError::OtherKey | OpenError::Tampered) => sample.closed += 1,
            }
        }
    }
    Ok(sample)
}

/// Each kind of sealed value by its name, with its counts. Changes nothing.
pub async fn examine(ctx: &Ctx) -> Result<Vec<(&'static str, Counts)>> {
    ctx.allow(Action::SeeSetUp)?;
    go_through(ctx, false).await
}

/// Seals everything anew that is not sealed with the present key.
pub async fn rotate(ctx: &Ctx) -> Result<Vec<(&'static str, Counts)>> {
    ctx.allow(Action::SetUp)?;
    let done = go_through(ctx, true).await?;
    let resealed = |(what, counts): &(&'static str, Counts)| {
        let Counts { current, old: resealed, unreadable } = *counts;
        ResealedColumn { what, current, resealed, unreadable }
    };
    ctx.record("key".into(), None, EventKind::KeyRotated { sealed: done.iter().map(resealed).collect() }).await?;
    Ok(done)
}

async fn go_through(ctx: &Ctx, replaces: bool) -> Result<Vec<(&'static str, Counts)>> {
    let mut all = Vec::new();
    for column in Column::ALL {
        all.push((column.title(), column_counts(ctx, column, replaces).await?));
    }
    Ok(all)
}

fn purpose(column: Column) -> &'static str {
    match column {
        Column::Observer | Column::Provisioner => clusters::SEALED_FOR,
        Column::IdToken => super::access::ID_TOKEN,
        Column::RefreshToken | Column::LeftToken => super::access::REFRESH_TOKEN,
        Column::Export => super::namespaces::EXPORT,
        Column::Source => super::catalog::SOURCE,
    }
}

async fn column_counts(ctx: &Ctx, column: Column, replaces: bool) -> Result<Counts> {
    let purpose = purpose(column);
    let mut counts = Counts::default();
    let mut after = Vec::new();
    loop {
        let values = sealed::list(ctx.db(), column, &after, BATCH).await?;
        let Some(last) = values.last() else { return Ok(counts) };
        after = last.key.clone();
        for value in values {
            match ctx.berth.seal.reseal(purpose, &value.sealed) {
                Ok(Reseal::Current) => counts.current += 1,
                Ok(Reseal::Anew(anew)) => {
                    counts.old += 1;
                    if replaces {
                        sealed::replace(ctx.db(), column, &value, &anew).await?;
                    }
                }
                Err(OpenError::OtherKey | OpenError::Tampered) => counts.unreadable += 1,
            }
        }
    }
}
