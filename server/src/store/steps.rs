//! The steps of provisioning, as people see them while they run.

use super::{Result, word};
use domain::id::NamespaceId;
use domain::namespace::{Step, StepState};
use domain::view::StepView;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

/// All steps waiting, as at the start.
pub async fn reset(conn: &mut PgConnection, namespace: NamespaceId) -> Result<()> {
    let names: Vec<_> = Step::ALL.iter().map(|s| s.as_str().to_owned()).collect();
    let positions: Vec<i16> = (0..).take(names.len()).collect();
    sqlx::query!(
        "insert into steps (namespace_id, step, position, state)
         select $1, step, position, 'waiting' from unnest($2::text[], $3::smallint[]) as s (step, position)
         on conflict (namespace_id, step) do update set state = 'waiting', detail = null, ended_at = null",
        namespace.0,
        &names,
        &positions
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub async fn save(
    db: impl PgExecutor<'_>,
    namespace: NamespaceId,
    step: Step,
    state: StepState,
    detail: Option<&str>,
    ended_at: Option<OffsetDateTime>,
) -> Result<()> {
    let state = match state {
        StepState::Waiting => "waiting",
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Failed => "failed",
    };
    sqlx::query!(
        "update steps set state = $3, detail = $4, ended_at = $5 where namespace_id = $1 and step = $2",
        namespace.0,
        step.as_str(),
        state,
        detail,
        ended_at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<Vec<StepView>> {
    let rows = sqlx::query!(
        "select step, state, detail, ended_at from steps where namespace_id = $1 order by position",
        namespace.0
    )
    .fetch_all(db)
    .await?;
    let steps = rows.into_iter().map(|r| {
        let step: Step = word(&r.step)?;
        Ok(StepView {
            step,
            title: step.title().into(),
            state: word(&r.state)?,
            detail: r.detail,
            ended_at: r.ended_at,
        })
    });
    steps.collect()
}
