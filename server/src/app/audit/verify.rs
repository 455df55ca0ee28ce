//! Checks the whole trail: each event follows from the one before, and what was signed is still what is there.

use super::checkpoint::{Keys, SignedCheckpoint};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Conn;
use crate::store::audit::Signed;
use domain::Action;
use domain::audit::{Broken, Hash, Link, follow};
use std::collections::VecDeque;

/// Rows that are read at once.
const BATCH: i64 = 1000;

/// How many events there are, or the first row where something is wrong. The end is checked too, so that rows cut off at
/// the end show; and every checkpoint, so that a chain written anew shows. `kept` is one that was kept elsewhere.
pub async fn verify(ctx: &Ctx, kept: Option<&SignedCheckpoint>) -> Result<Result<i64, Broken>> {
    ctx.allow(Action::SeeAudit)?;
    let keys = Keys::of(ctx);
    // One snapshot for the rows, the head and the checkpoints, whatever is being appended meanwhile.
    let mut tx = ctx.snapshot().await?;
    let end = store::audit::head(&mut *tx).await?;
    let mut checkpoints = Checkpoints { next: VecDeque::new(), read_to: 0, is_read: false };
    if let Some(kept) = kept
        && !keys.signed(kept)
    {
        return Ok(Err(Broken::Signature(kept.checkpoint.seq)));
    }
    let mut at = (0, Hash::START);
    loop {
        let links = store::audit::list_after(&mut *tx, at.0, BATCH).await?;
        let Some(last) = links.last().map(|link| link.seq) else { break };
        let signed = checkpoints.up_to(&mut tx, last).await?;
        match part(at, &links, &signed, &keys, kept) {
            Ok(next) => at = next,
            Err(broken) => return Ok(Err(broken)),
        }
    }
    if at != end {
        return Ok(Err(Broken::Gap { expected: at.0 + 1, found: end.0 }));
    }
    // What was signed once cannot be missing.
    let beyond = checkpoints.up_to(&mut tx, i64::MAX).await?.first().map(|signed| signed.checkpoint.seq);
    let beyond = beyond.or_else(|| kept.map(|kept| kept.checkpoint.seq).filter(|seq| *seq > at.0));
    Ok(beyond.map_or(Ok(at.0), |seq| Err(Broken::Rewritten(seq))))
}

fn part(
    mut at: (i64, Hash),
    links: &[Link],
    signed: &[Signed],
    keys: &Keys,
    kept: Option<&SignedCheckpoint>,
) -> Result<(i64, Hash), Broken> {
    let mut signed = signed.iter().peekable();
    for link in links {
        at = follow(at, link)?;
        while let Some(signed) = signed.next_if(|signed| signed.checkpoint.seq <= at.0) {
            let seq = signed.checkpoint.seq;
            if !keys.signed(&SignedCheckpoint::from(signed)) {
                return Err(Broken::Signature(seq));
            }
            if (seq, signed.checkpoint.hash) != at {
                return Err(Broken::Rewritten(seq));
            }
        }
        if kept.is_some_and(|kept| kept.checkpoint.seq == at.0 && kept.checkpoint.hash != at.1) {
            return Err(Broken::Rewritten(at.0));
        }
    }
    Ok(at)
}

/// The checkpoints in order, a part at a time.
struct Checkpoints {
    next: VecDeque<Signed>,
    read_to: i64,
    is_read: bool,
}

impl Checkpoints {
    /// Those not yet taken, up to row `last`; of those beyond the end of the chain the first is enough.
    async fn up_to(&mut self, conn: &mut Conn, last: i64) -> Result<Vec<Signed>> {
        let mut taken = Vec::new();
        loop {
            while self.next.front().is_some_and(|signed| signed.checkpoint.seq <= last) {
                taken.extend(self.next.pop_front());
            }
            if self.is_read || !self.next.is_empty() || (last == i64::MAX && !taken.is_empty()) {
                return Ok(taken);
            }
            let more = store::audit::list_checkpoints(&mut *conn, self.read_to, BATCH).await?;
            self.read_to = more.last().map_or(self.read_to, |signed| signed.checkpoint.seq);
            self.is_read = more.is_empty();
            self.next.extend(more);
        }
    }
}
