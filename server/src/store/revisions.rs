//! Every revision of a request, with the decisions made on it.

use super::Result;
use domain::id::RequestId;
use domain::request::Grant;
use domain::view::{DecisionView, RevisionView};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// The newest first, at most `limit` of them. What is different from the one before is for the caller to say.
pub async fn list(conn: &mut PgConnection, request: RequestId, limit: i64) -> Result<Vec<RevisionView>> {
    let revisions = sqlx::query!(
        r#"select v.revision, p.name as author, v.size, v.asked as "asked: Json<Grant>", v.purpose, v.made_at
           from revisions v join people p on p.id = v.author_id
           where v.request_id = $1 order by v.revision desc limit $2"#,
        request.0,
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut decisions = list_decisions(conn, request).await?;
    let views = revisions.into_iter().map(|r| RevisionView {
        decisions: decisions.remove(&r.revision).unwrap_or_default(),
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

/// By the revision each was made on, oldest first.
async fn list_decisions(conn: &mut PgConnection, request: RequestId) -> Result<BTreeMap<i32, Vec<DecisionView>>> {
    let rows = sqlx::query!(
        r#"select d.revision, p.name, d.granted as "granted: Json<Grant>", d.comment, d.decided_at, d.dropped_in
           from decisions d join people p on p.id = d.person_id
           where d.request_id = $1 order by d.decided_at limit 500"#,
        request.0
    )
    .fetch_all(conn)
    .await?;
    let mut decisions = BTreeMap::<i32, Vec<DecisionView>>::new();
    for row in rows {
        let decision = DecisionView {
            person: row.name,
            granted: row.granted.map(|json| json.0),
            comment: row.comment,
            counts: row.dropped_in.is_none(),
            at: row.decided_at,
        };
        decisions.entry(row.revision).or_default().push(decision);
    }
    Ok(decisions)
}
