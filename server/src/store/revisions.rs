//! Every revision of a request, with the decisions made on it.

use super::Result;
use domain::id::RequestId;
use domain::request::Grant;
use domain::view::{DecisionView, RevisionView};
use serde::Deserialize;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;

/// The newest first, at most `limit` of them. What is different from the one before is for the caller to say.
pub async fn list(db: impl PgExecutor<'_>, request: RequestId, limit: i64) -> Result<Vec<RevisionView>> {
    let revisions = sqlx::query!(
        r#"select v.revision, p.name as author, v.size, v.asked as "asked: Json<Grant>", v.purpose, v.made_at,
                  (select coalesce(json_agg(json_build_object(
                      'person', by.name, 'granted', d.granted, 'comment', d.comment, 'counts', d.dropped_in is null,
                      'at', d.decided_at
                   ) order by d.decided_at), '[]')
                   from decisions d join people by on by.id = d.person_id
                   where d.request_id = v.request_id and d.revision = v.revision) as "decisions!: Json<Vec<DecisionRecord>>"
           from revisions v join people p on p.id = v.author_id
           where v.request_id = $1 order by v.revision desc limit $2"#,
        request.0,
        limit
    )
    .fetch_all(db)
    .await?;
    let views = revisions.into_iter().map(|r| RevisionView {
        decisions: r.decisions.0.into_iter().map(DecisionRecord::into_view).collect(),
        revision: r.revision,
        author: r.author,
        size: r.size,
        asked: r.asked.0,
        purpose: r.purpose,
        differences: Vec::new(),
        made_at: r.made_at,
    });
    Ok(views.collect())
}

/// A decision on a revision.
#[derive(Debug, Deserialize)]
struct DecisionRecord {
    person: String,
    granted: Option<Grant>,
    comment: Option<String>,
    counts: bool,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl DecisionRecord {
    fn into_view(self) -> DecisionView {
        let Self { person, granted, comment, counts, at } = self;
        DecisionView { person, granted, comment, counts, at }
    }
}
