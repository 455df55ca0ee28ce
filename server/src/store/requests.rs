//! Requests with their revisions and decisions.

use super::{Result, from_serde_str, parsed};
use domain::id::{ClassId, ClusterId, NamespaceId, PersonId, RequestId, TeamId};
use domain::name::RequestNumber;
use domain::namespace::{ClusterRef, TeamRef};
use domain::plan::Plan;
use domain::request::{Ask, Changes, ClassRef, Decision, End, Grant, Kind, Open, Progress, Request, State, Word};
use domain::view::OpenAsk;
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

/// A number for a request about to be made.
pub async fn next_number(db: impl PgExecutor<'_>) -> Result<RequestNumber> {
    let row = sqlx::query!(r#"select nextval(pg_get_serial_sequence('requests', 'number')) as "number!""#)
        .fetch_one(db)
        .await?;
    Ok(RequestNumber(row.number))
}

pub async fn insert(conn: &mut PgConnection, request: &Request, idempotency_key: Option<&str>) -> Result<()> {
    let digest = request.digest();
    let stage = request.stage_index().map(|i| i16::try_from(i).unwrap_or(i16::MAX));
    sqlx::query!(
        "insert into requests
            (id, number, kind, team_id, cluster_id, class_id, name, size, purpose, base, asked, granted, revision, digest,
             requester_id, revised_by, plan, state, stage, stage_deciders, submitted_at, updated_at, state_since,
             idempotency_key, namespace_id)
         overriding system value
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21, $21,
                 $22, $23)",
        request.id.0,
        request.number.0,
        request.kind().as_str(),
        request.team.id.0,
        request.cluster.id.0,
        request.class.id.0,
        request.name.as_str(),
        request.ask.size().map(|s| s.as_str()),
        request.purpose.as_str(),
        Json(request.ask.base()) as _,
        Json(request.ask.whole()) as _,
        request.granted().map(Json) as _,
        request.revision,
        &digest[..],
        request.requester.0,
        request.revised_by.0,
        Json(&request.plan) as _,
        request.state.as_str(),
        stage,
        deciders(request),
        request.submitted_at,
        idempotency_key,
        request.namespace.map(|id| id.0)
    )
    .execute(&mut *conn)
    .await?;
    insert_revision(conn, request, request.submitted_at).await
}

/// What may change in a request's life: all but who asked it, when, where and of which kind.
pub async fn save(conn: &mut PgConnection, request: &Request, at: OffsetDateTime) -> Result<()> {
    let stage = request.stage_index().map(|i| i16::try_from(i).unwrap_or(i16::MAX));
    let Columns { failure, changes, superseded_by } = Columns::of(&request.state);
    sqlx::query!(
        "update requests set state = $2, granted = $3, failure = $4, stage = $5, stage_deciders = $6, updated_at = $7,
            version = version + 1,
            state_since = case when state = $2 and revision = $8 then state_since else $7 end,
            revision = $8, digest = $9, size = $10, purpose = $11, asked = $12, plan = $13, revised_by = $14,
            namespace_id = $15, suggestion = $16, changes_comment = $17, changes_by = $18, superseded_by = $19
         where id = $1",
        request.id.0,
        request.state.as_str(),
        request.granted().map(Json) as _,
        failure,
        stage,
        deciders(request),
        at,
        request.revision,
        &request.digest()[..],
        request.ask.size().map(|s| s.as_str()),
        request.purpose.as_str(),
        Json(request.ask.whole()) as _,
        Json(&request.plan) as _,
        request.revised_by.0,
        request.namespace.map(|id| id.0),
        changes.and_then(|c| c.suggestion).map(Json) as _,
        changes.map(|c| c.comment.as_str()),
        changes.map(|c| c.by.0),
        superseded_by
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The current revision, and which decisions it leaves standing.
pub async fn insert_revision(conn: &mut PgConnection, request: &Request, at: OffsetDateTime) -> Result<()> {
    sqlx::query!(
        "insert into revisions (request_id, revision, author_id, digest, asked, size, purpose, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        request.id.0,
        request.revision,
        request.revised_by.0,
        &request.digest()[..],
        Json(request.ask.whole()) as _,
        request.ask.size().map(|s| s.as_str()),
        request.purpose.as_str(),
        at
    )
    .execute(&mut *conn)
    .await?;
    let counting: Vec<_> = request.decisions.iter().map(|d| d.person.0).collect();
    sqlx::query!(
        "update decisions set dropped_in = $2 where request_id = $1 and dropped_in is null and person_id <> all($3)",
        request.id.0,
        request.revision,
        &counting
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The namespace that a request has made.
pub async fn save_namespace(db: impl PgExecutor<'_>, request: RequestId, namespace: NamespaceId) -> Result<()> {
    sqlx::query!("update requests set namespace_id = $2 where id = $1", request.0, namespace.0).execute(db).await?;
    Ok(())
}

pub async fn insert_decision(conn: &mut PgConnection, request: &Request, decision: &Decision) -> Result<()> {
    let (word, granted) = match decision.word {
        Word::Approve { grant } => ("approve", Some(Json(grant))),
        Word::Reject => ("reject", None),
    };
    sqlx::query!(
        "insert into decisions
            (request_id, revision, digest, stage, person_id, requester_id, author_id, word, granted, comment, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        request.id.0,
        decision.revision,
        &request.digest()[..],
        decision.stage,
        decision.person.0,
        request.requester.0,
        request.revised_by.0,
        word,
        granted as _,
        decision.comment.as_ref().map(|c| c.as_str()),
        decision.at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// With the decisions that count.
pub async fn find(conn: &mut PgConnection, number: RequestNumber) -> Result<Option<Request>> {
    let record = sqlx::query_as!(
        Record,
        r#"select r.id, r.number, r.kind, r.team_id, t.slug as team_slug, t.title as team_title,
                  r.cluster_id, c.name as cluster_name, r.class_id, k.name as class_name, k.version as class_version,
                  r.name, r.size, r.purpose, r.base as "base: Json<Option<Grant>>", r.asked as "asked: Json<Grant>",
                  r.granted as "granted: Json<Grant>", r.revision, r.requester_id, r.revised_by,
                  array(select distinct v.author_id from revisions v where v.request_id = r.id) as "authors!",
                  r.plan as "plan: Json<Plan>", r.state, r.failure, r.submitted_at, r.namespace_id, r.version,
                  r.state_since, r.suggestion as "suggestion: Json<Grant>", r.changes_comment, r.changes_by,
                  b.name as "changes_by_name?", r.superseded_by,
                  (select coalesce(json_agg(json_build_object(
                      'revision', d.revision, 'stage', d.stage, 'person', d.person_id, 'person_name', p.name,
                      'granted', d.granted, 'comment', d.comment, 'at', d.decided_at
                   ) order by d.decided_at), '[]')
                   from decisions d join people p on p.id = d.person_id
                   where d.request_id = r.id and d.dropped_in is null) as "decisions!: Json<Vec<DecisionRecord>>"
           from requests r
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           left join people b on b.id = r.changes_by
           where r.number = $1"#,
        number.0
    )
    .fetch_optional(conn)
    .await?;
    record.map(Record::into_request).transpose()
}

/// The request as it was first asked.
pub async fn find_first_ask(conn: &mut PgConnection, number: RequestNumber) -> Result<Option<Request>> {
    let Some(mut request) = find(&mut *conn, number).await? else { return Ok(None) };
    let first = sqlx::query!(
        r#"select asked as "asked: Json<Grant>", size, purpose from revisions where request_id = $1 and revision = 1"#,
        request.id.0
    )
    .fetch_one(conn)
    .await?;
    let size = first.size.as_deref().map(parsed).transpose()?;
    request.ask = request.ask.revised(&first.asked.0, size).ok_or(sqlx::Error::RowNotFound)?;
    request.purpose = parsed(&first.purpose)?;
    Ok(Some(request))
}

/// The request, and nobody else changes it before the transaction ends.
pub async fn lock(conn: &mut PgConnection, number: RequestNumber) -> Result<Request> {
    sqlx::query!("select id from requests where number = $1 for no key update", number.0).fetch_one(&mut *conn).await?;
    find(conn, number).await?.ok_or(sqlx::Error::RowNotFound)
}

/// The number a submit with this key was answered with before.
pub async fn find_by_key(db: impl PgExecutor<'_>, requester: PersonId, key: &str) -> Result<Option<RequestNumber>> {
    let row =
        sqlx::query!("select number from requests where requester_id = $1 and idempotency_key = $2", requester.0, key)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|r| RequestNumber(r.number)))
}

/// The request whose grant waits to be made so in this namespace, or to be taken back. At most one does.
pub async fn find_to_apply(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<Option<RequestNumber>> {
    let number = sqlx::query_scalar!(
        "select number from requests where namespace_id = $1 and state in ('approved', 'applying', 'undoing') limit 1",
        namespace.0
    );
    Ok(number.fetch_optional(db).await?.map(RequestNumber))
}

/// The request that failed in this namespace and was not undone.
pub async fn find_failed(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<Option<RequestNumber>> {
    let number = sqlx::query_scalar!(
        "select number from requests where namespace_id = $1 and state = 'failed' order by number desc limit 1",
        namespace.0
    );
    Ok(number.fetch_optional(db).await?.map(RequestNumber))
}

/// The latest requests about a namespace, newest first.
pub async fn list_numbers_of(
    db: impl PgExecutor<'_>,
    namespace: NamespaceId,
    limit: i64,
) -> Result<Vec<RequestNumber>> {
    let numbers = sqlx::query_scalar!(
        "select number from requests where namespace_id = $1 order by number desc limit $2",
        namespace.0,
        limit
    );
    Ok(numbers.fetch_all(db).await?.into_iter().map(RequestNumber).collect())
}

/// The open request of this kind about this namespace.
pub async fn find_open(db: impl PgExecutor<'_>, namespace: NamespaceId, kind: Kind) -> Result<Option<RequestNumber>> {
    let number = sqlx::query_scalar!(
        "select number from requests where namespace_id = $1 and kind = $2
           and state in ('in_review', 'changes_requested', 'approved', 'waiting', 'applying', 'failed', 'undoing')",
        namespace.0,
        kind.as_str()
    );
    Ok(number.fetch_optional(db).await?.map(RequestNumber))
}

/// What is asked of a namespace and not granted.
pub async fn list_pending(db: impl PgExecutor<'_>, namespace: NamespaceId) -> Result<Vec<OpenAsk>> {
    let rows = sqlx::query!(
        "select number, kind, state from requests
         where namespace_id = $1 and state in ('in_review', 'changes_requested', 'waiting') order by number",
        namespace.0
    );
    let ask = |(number, kind, state): (i64, &str, &str)| {
        Ok(OpenAsk { number: RequestNumber(number), kind: from_serde_str(kind)?, state: from_serde_str(state)? })
    };
    rows.fetch_all(db).await?.iter().map(|row| ask((row.number, &row.kind, &row.state))).collect()
}

/// Those whose time is over at `now`, given how long there is for each state.
pub async fn list_expired(
    db: impl PgExecutor<'_>,
    pending_since: OffsetDateTime,
    changes_pending_since: OffsetDateTime,
    limit: i64,
) -> Result<Vec<RequestNumber>> {
    let numbers = sqlx::query_scalar!(
        "select number from requests
         where (state in ('in_review', 'waiting') and state_since <= $1)
            or (state = 'changes_requested' and state_since <= $2)
         order by state_since limit $3",
        pending_since,
        changes_pending_since,
        limit
    );
    Ok(numbers.fetch_all(db).await?.into_iter().map(RequestNumber).collect())
}

/// Who decides the stage that waits, as stored for the queue.
fn deciders(request: &Request) -> Option<&'static str> {
    use domain::plan::Deciders;
    request.current_stage().map(|stage| match stage.deciders {
        Deciders::TeamOwners => "team_owners",
        Deciders::Platform => "platform",
    })
}

/// What a request asks for, from its columns.
pub(super) fn ask(number: i64, kind: Kind, (asked, base): (&Grant, Option<&Grant>), size: Option<&str>) -> Result<Ask> {
    let size = size.map(parsed).transpose()?;
    let not_one = || sqlx::Error::Decode(format!("request {number} asks for nothing of its kind").into());
    Ask::of(kind, asked, base, size).ok_or_else(not_one)
}

struct Record {
    id: Uuid,
    number: i64,
    kind: String,
    team_id: Uuid,
    team_slug: String,
    team_title: String,
    cluster_id: Uuid,
    cluster_name: String,
    class_id: Uuid,
    class_name: String,
    class_version: i32,
    name: String,
    size: Option<String>,
    purpose: String,
    base: Json<Option<Grant>>,
    asked: Json<Grant>,
    granted: Option<Json<Grant>>,
    revision: i32,
    requester_id: Uuid,
    revised_by: Uuid,
    authors: Vec<Uuid>,
    plan: Json<Plan>,
    state: String,
    failure: Option<String>,
    submitted_at: OffsetDateTime,
    namespace_id: Option<Uuid>,
    version: i32,
    state_since: OffsetDateTime,
    suggestion: Option<Json<Grant>>,
    changes_comment: Option<String>,
    changes_by: Option<Uuid>,
    changes_by_name: Option<String>,
    superseded_by: Option<i64>,
    decisions: Json<Vec<DecisionRecord>>,
}

/// A decision that counts, as the query of its request gives it.
#[derive(Deserialize)]
struct DecisionRecord {
    revision: i32,
    stage: i16,
    person: Uuid,
    person_name: String,
    /// None of a rejection.
    granted: Option<Grant>,
    comment: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl DecisionRecord {
    fn into_decision(self) -> Result<Decision> {
        Ok(Decision {
            revision: self.revision,
            stage: self.stage,
            person: PersonId(self.person),
            person_name: self.person_name,
            word: self.granted.map_or(Word::Reject, |grant| Word::Approve { grant }),
            comment: self.comment.as_deref().map(parsed).transpose()?,
            at: self.at,
        })
    }
}

impl Record {
    fn into_request(self) -> Result<Request> {
        let state = self.state()?;
        Ok(Request {
            id: RequestId(self.id),
            number: RequestNumber(self.number),
            ask: self.ask()?,
            team: TeamRef { id: TeamId(self.team_id), slug: parsed(&self.team_slug)?, title: self.team_title },
            cluster: ClusterRef { id: ClusterId(self.cluster_id), name: parsed(&self.cluster_name)? },
            class: ClassRef {
                id: ClassId(self.class_id),
                name: parsed(&self.class_name)?,
                version: self.class_version,
            },
            name: parsed(&self.name)?,
            namespace: self.namespace_id.map(NamespaceId),
            purpose: parsed(&self.purpose)?,
            revision: self.revision,
            version: self.version,
            requester: PersonId(self.requester_id),
            revised_by: PersonId(self.revised_by),
            authors: self.authors.into_iter().map(PersonId).collect(),
            plan: self.plan.0,
            decisions: self.decisions.0.into_iter().map(DecisionRecord::into_decision).collect::<Result<_>>()?,
            state,
            submitted_at: self.submitted_at,
            since: self.state_since,
        })
    }

    fn ask(&self) -> Result<Ask> {
        ask(self.number, from_serde_str(&self.kind)?, (&self.asked.0, self.base.0.as_ref()), self.size.as_deref())
    }

    fn state(&self) -> Result<State> {
        let state = match (self.state.as_str(), self.granted.as_ref().map(|json| json.0)) {
            ("in_review", None) => State::IN_REVIEW,
            ("changes_requested", None) => State::Open(Open::ChangesRequested(self.changes()?)),
            ("rejected", None) => State::Closed(End::Rejected),
            ("withdrawn", None) => State::Closed(End::Withdrawn),
            ("expired", None) => State::Closed(End::Expired),
            ("superseded", None) => {
                let by = RequestNumber(self.superseded_by.ok_or_else(|| self.not_a_state())?);
                State::Closed(End::Superseded { by })
            }
            (name, Some(grant)) => State::granted(grant, self.progress(name)?),
            _ => return Err(self.not_a_state()),
        };
        Ok(state)
    }

    fn progress(&self, name: &str) -> Result<Progress> {
        match name {
            "approved" => Ok(Progress::Approved),
            "waiting" => Ok(Progress::Waiting),
            "applying" => Ok(Progress::Applying),
            "completed" => Ok(Progress::Completed),
            "failed" => Ok(Progress::Failed { reason: self.failure.clone().unwrap_or_default() }),
            "undoing" => Ok(Progress::Undoing),
            "undone" => Ok(Progress::Undone),
            _ => Err(self.not_a_state()),
        }
    }

    fn changes(&self) -> Result<Changes> {
        let (Some(comment), Some(by)) = (&self.changes_comment, self.changes_by) else {
            return Err(self.not_a_state());
        };
        Ok(Changes {
            suggestion: self.suggestion.as_ref().map(|json| json.0),
            comment: parsed(comment)?,
            by: PersonId(by),
            by_name: self.changes_by_name.clone().unwrap_or_default(),
        })
    }

    fn not_a_state(&self) -> sqlx::Error {
        sqlx::Error::Decode(format!("request {} is in no state that there is: {}", self.number, self.state).into())
    }
}

/// Columns that only some states have.
struct Columns<'a> {
    failure: Option<&'a str>,
    changes: Option<&'a Changes>,
    superseded_by: Option<i64>,
}

impl<'a> Columns<'a> {
    fn of(state: &'a State) -> Self {
        let none = Self { failure: None, changes: None, superseded_by: None };
        match state {
            State::Granted { progress: Progress::Failed { reason }, .. } => Self { failure: Some(reason), ..none },
            State::Open(Open::ChangesRequested(changes)) => Self { changes: Some(changes), ..none },
            State::Closed(End::Superseded { by }) => Self { superseded_by: Some(by.0), ..none },
            State::Open(Open::InReview) | State::Granted { .. } | State::Closed(_) => none,
        }
    }
}
