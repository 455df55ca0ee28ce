//! Times that something was taken in, long ago: they are of use as long as somebody asks what happened.

use crate::app::{Ctx, Result};
use crate::jobs::{Job, Outcome};
use crate::store;
use domain::Action;
use time::Duration;
use uuid::Uuid;

/// Of each entry; the newest stays however old it is.
const KEPT: i64 = 50;
const KEPT_FOR: Duration = Duration::days(90);

/// Forgets them.
pub struct ForgetIngests;

impl Job<Ctx> for ForgetIngests {
    const NAME: &'static str = "forget_ingests";
    const EVERY: Option<Duration> = Some(Duration::hours(1));

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        forget(ctx).await.into()
    }
}

async fn forget(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let n = store::chart_ingests::forget(ctx.db(), KEPT, ctx.now() - KEPT_FOR).await?;
    if n > 0 {
        tracing::info!(n, "forgot when charts were taken in");
    }
    Ok(())
}
