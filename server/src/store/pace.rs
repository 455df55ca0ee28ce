//! How long stages took that were decided.

use super::{Result, from_serde_str};
use domain::name::ClassName;
use domain::plan::Deciders;
use sqlx::PgExecutor;
use time::{Duration, OffsetDateTime};

/// Requests of a class that are looked at, newest first.
const LOOKED_AT: i64 = 100;

/// Of requests of the class that were submitted since and are decided: who decided a stage, and how long it took from the
/// submit or from the end of the stage before.
pub async fn list(
    db: impl PgExecutor<'_>,
    class: &ClassName,
    since: OffsetDateTime,
) -> Result<Vec<(Deciders, Duration)>> {
    let rows = sqlx::query!(
        r#"select s.deciders as "deciders!", s.seconds as "seconds!"
           from (select r.plan -> 'stages' -> d.stage::int ->> 'deciders' as deciders,
                        extract(epoch from d.ended_at - greatest(
                            r.submitted_at, lag(d.ended_at) over (partition by r.id order by d.stage)
                        ))::double precision as seconds
                 from (
                    select id, plan, submitted_at from requests
                    where class_id = any(array(select id from classes where name = $1)) and submitted_at > $2
                      and state not in ('in_review', 'changes_requested', 'withdrawn', 'expired', 'superseded')
                    order by number desc limit $3
                 ) r
                 cross join lateral (
                    select stage, max(decided_at) as ended_at from decisions
                    where request_id = r.id and dropped_in is null group by stage
                 ) d) s
           where s.deciders is not null"#,
        class.as_str(),
        since,
        LOOKED_AT
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|r| Ok((from_serde_str(&r.deciders)?, Duration::seconds_f64(r.seconds.max(0.0))))).collect()
}
