//! The steps of provisioning, as people see them while they run.

use super::{Result, from_serde_str};
use domain::id::{NamespaceId, RequestId};
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

/// The steps towards what this request granted; none when a later one's stand there now.
pub async fn list_of_request(db: impl PgExecutor<'_>, request: RequestId) -> Result<Vec<StepView>> {
    let rows = sqlx::query_as!(
        Row,
        "select s.step, s.state, s.detail, s.ended_at from steps s join requests r on r.namespace_id = s.namespace_id
         where r.id = $1 and r.granted is not null
           and not exists (select from requests later
                           where later.namespace_id = r.namespace_id and later.number > r.number
                             and later.granted is not null and later.state <> 'waiting')
         order by s.position",
        request.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_view).collect()
}

pub async fn list(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<Vec<StepView>> {
    let rows = sqlx::query_as!(
        Row,
        "select step, state, detail, ended_at from steps where namespace_id = $1 order by position",
        namespace.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::into_view).collect()
}

struct Row {
    step: String,
    state: String,
    detail: Option<String>,
    ended_at: Option<OffsetDateTime>,
}

impl Row {
    fn into_view(self) -> Result<StepView> {
        let step: Step = from_serde_str(&self.step)?;
        Ok(StepView {
            step,
            title: step.title().into(),
            state: from_serde_str(&self.state)?,
            detail: self.detail,
            ended_at: self.ended_at,
        })
    }
}
