//! Requests with their revisions and decisions.

use super::{Result, Visible, parsed, word};
use domain::actor::Person;
use domain::id::{ClassId, ClusterId, PersonId, RequestId, TeamId};
use domain::name::RequestNumber;
use domain::plan::Plan;
use domain::quota::Quota;
use domain::request::{Ask, ClassRef, ClusterRef, Decision, Request, State, TeamRef, Word};
use domain::view::{PersonView, Queue, QueueCounts, RequestRow};
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
    let kind = "new_namespace";
    sqlx::query!(
        "insert into requests
            (id, number, kind, team_id, cluster_id, class_id, name, size, purpose, base, asked, granted, revision, digest,
             requester_id, revised_by, plan, state, stage, stage_deciders, submitted_at, updated_at, idempotency_key)
         overriding system value
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21, $22)",
        request.id.0,
        request.number.0,
        kind,
        request.team.id.0,
        request.cluster.id.0,
        request.class.id.0,
        request.ask.name.as_str(),
        request.ask.size.as_ref().map(|s| s.as_str()),
        request.ask.purpose.as_str(),
        Json(&request.base) as _,
        Json(&request.ask.quota) as _,
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
        idempotency_key
    )
    .execute(&mut *conn)
    .await?;
    insert_revision(conn, request, &digest).await
}

/// What may change in a request's life: its state, the stage it waits at, what was granted.
pub async fn save(conn: &mut PgConnection, request: &Request, at: OffsetDateTime) -> Result<()> {
    let stage = request.stage_index().map(|i| i16::try_from(i).unwrap_or(i16::MAX));
    let failure = match &request.state {
        State::Failed { reason, .. } => Some(reason.as_str()),
        State::InReview
        | State::Approved { .. }
        | State::Applying { .. }
        | State::Completed { .. }
        | State::Rejected
        | State::Withdrawn => None,
    };
    sqlx::query!(
        "update requests set state = $2, granted = $3, failure = $4, stage = $5, stage_deciders = $6, updated_at = $7
         where id = $1",
        request.id.0,
        request.state.as_str(),
        request.granted().map(Json) as _,
        failure,
        stage,
        deciders(request),
        at
    )
    .execute(conn)
    .await?;
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
        request.revision,
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

pub async fn find(conn: &mut PgConnection, number: RequestNumber) -> Result<Option<Request>> {
    let record = sqlx::query_as!(
        Record,
        r#"select r.id, r.number, r.kind, r.team_id, t.slug as team_slug, t.title as team_title,
                  r.cluster_id, c.name as cluster_name, r.class_id, k.name as class_name, k.version as class_version,
                  r.name, r.size, r.purpose, r.base as "base: Json<Quota>", r.asked as "asked: Json<Quota>",
                  r.granted as "granted: Json<Quota>", r.revision, r.requester_id, r.revised_by,
                  r.plan as "plan: Json<Plan>", r.state, r.failure, r.submitted_at
           from requests r
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           where r.number = $1"#,
        number.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(record) = record else { return Ok(None) };
    let decisions = list_decisions(conn, record.id, record.revision).await?;
    record.into_request(decisions).map(Some)
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

/// A page of a queue, newest first. `before` is the last number of the page before.
pub async fn list(
    db: impl PgExecutor<'_>,
    person: &Person,
    queue: Queue,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<RequestRow>> {
    let (visible, decider) = (Visible::to(person), Decider::of(person));
    let records = sqlx::query_as!(
        RowRecord,
        r#"select r.number, r.kind, t.slug as team, t.title as team_title, c.name as cluster, k.name as class, r.name,
                  r.purpose, r.requester_id, p.name as requester_name, r.state, r.stage_deciders, r.size,
                  r.asked as "asked: Json<Quota>", r.granted as "granted: Json<Quota>", r.submitted_at, r.updated_at
           from requests r
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           join people p on p.id = r.requester_id
           where ($1 or r.team_id = any($2))
             and ($3::bigint is null or r.number < $3)
             and case $4::text
                   when 'to_decide' then r.state = 'in_review' and r.requester_id <> $5 and r.revised_by <> $5
                        and (($6 and r.stage_deciders = 'platform') or (r.stage_deciders = 'team_owners' and r.team_id = any($7)))
                        and not exists (select from decisions d
                                        where d.request_id = r.id and d.revision = r.revision and d.person_id = $5)
                   when 'mine' then r.requester_id = $5
                   when 'failed' then r.state = 'failed'
                   else true
                 end
           order by r.number desc limit $8"#,
        visible.everything,
        &visible.teams,
        before,
        queue_word(queue),
        person.id.0,
        decider.for_platform,
        &decider.owned_teams,
        limit
    )
    .fetch_all(db)
    .await?;
    records.into_iter().map(RowRecord::into_row).collect()
}

pub async fn count(conn: &mut PgConnection, person: &Person) -> Result<QueueCounts> {
    let visible = Visible::to(person);
    let row = sqlx::query!(
        r#"select count(*) as "all!",
                  count(*) filter (where requester_id = $3) as "mine!",
                  count(*) filter (where state = 'failed') as "failed!"
           from requests where ($1 or team_id = any($2))"#,
        visible.everything,
        &visible.teams,
        person.id.0,
    )
    .fetch_one(&mut *conn)
    .await?;
    let to_decide = count_to_decide(conn, person).await?;
    Ok(QueueCounts { to_decide, mine: row.mine, all: row.all, failed: row.failed })
}

/// How many wait for this person; what every page's frame shows, so it reads open requests only.
pub async fn count_to_decide(db: impl PgExecutor<'_>, person: &Person) -> Result<i64> {
    let decider = Decider::of(person);
    let row = sqlx::query!(
        r#"select count(*) as "n!" from requests r
           where r.state = 'in_review' and r.requester_id <> $1 and r.revised_by <> $1
             and (($2 and r.stage_deciders = 'platform') or (r.stage_deciders = 'team_owners' and r.team_id = any($3)))
             and not exists (select from decisions d
                             where d.request_id = r.id and d.revision = r.revision and d.person_id = $1)"#,
        person.id.0,
        decider.for_platform,
        &decider.owned_teams,
    )
    .fetch_one(db)
    .await?;
    Ok(row.n)
}

async fn insert_revision(conn: &mut PgConnection, request: &Request, digest: &[u8; 32]) -> Result<()> {
    sqlx::query!(
        "insert into revisions (request_id, revision, author_id, digest, asked, size, purpose, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        request.id.0,
        request.revision,
        request.revised_by.0,
        &digest[..],
        Json(&request.ask.quota) as _,
        request.ask.size.as_ref().map(|s| s.as_str()),
        request.ask.purpose.as_str(),
        request.submitted_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn list_decisions(conn: &mut PgConnection, request: Uuid, revision: i32) -> Result<Vec<Decision>> {
    let rows = sqlx::query!(
        r#"select d.stage, d.person_id, p.name, d.word, d.granted as "granted: Json<Quota>", d.comment, d.decided_at
           from decisions d join people p on p.id = d.person_id
           where d.request_id = $1 and d.revision = $2 order by d.decided_at"#,
        request,
        revision
    )
    .fetch_all(conn)
    .await?;
    let decisions = rows.into_iter().map(|r| {
        let word = match r.granted {
            Some(grant) => Word::Approve { grant: grant.0 },
            None => Word::Reject,
        };
        let comment = r.comment.as_deref().map(parsed).transpose()?;
        let (person, at) = (PersonId(r.person_id), r.decided_at);
        Ok(Decision { stage: r.stage, person, person_name: r.name, word, comment, at })
    });
    decisions.collect()
}

/// What a person can decide, as the queue's condition reads it.
struct Decider {
    for_platform: bool,
    owned_teams: Vec<Uuid>,
}

impl Decider {
    fn of(person: &Person) -> Self {
        use domain::actor::TeamRole;
        let owned = person.teams.iter().filter(|m| m.role == TeamRole::Owner);
        Self { for_platform: person.decides_for_platform(), owned_teams: owned.map(|m| m.team.0).collect() }
    }
}

/// Who decides the stage that waits, as stored for the queue.
fn deciders(request: &Request) -> Option<&'static str> {
    use domain::plan::Deciders;
    request.current_stage().map(|stage| match stage.deciders {
        Deciders::TeamOwners => "team_owners",
        Deciders::Platform => "platform",
    })
}

fn queue_word(queue: Queue) -> &'static str {
    match queue {
        Queue::ToDecide => "to_decide",
        Queue::Mine => "mine",
        Queue::Failed => "failed",
        Queue::All => "all",
    }
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
    base: Json<Quota>,
    asked: Json<Quota>,
    granted: Option<Json<Quota>>,
    revision: i32,
    requester_id: Uuid,
    revised_by: Uuid,
    plan: Json<Plan>,
    state: String,
    failure: Option<String>,
    submitted_at: OffsetDateTime,
}

impl Record {
    fn into_request(self, decisions: Vec<Decision>) -> Result<Request> {
        let state = state(&self.state, self.granted.map(|json| json.0), self.failure)?;
        Ok(Request {
            id: RequestId(self.id),
            number: RequestNumber(self.number),
            kind: word(&self.kind)?,
            team: TeamRef { id: TeamId(self.team_id), slug: parsed(&self.team_slug)?, title: self.team_title },
            cluster: ClusterRef { id: ClusterId(self.cluster_id), name: parsed(&self.cluster_name)? },
            class: ClassRef {
                id: ClassId(self.class_id),
                name: parsed(&self.class_name)?,
                version: self.class_version,
            },
            ask: Ask {
                name: parsed(&self.name)?,
                size: self.size.as_deref().map(parsed).transpose()?,
                quota: self.asked.0,
                purpose: parsed(&self.purpose)?,
            },
            base: self.base.0,
            revision: self.revision,
            requester: PersonId(self.requester_id),
            revised_by: PersonId(self.revised_by),
            plan: self.plan.0,
            decisions,
            state,
            submitted_at: self.submitted_at,
        })
    }
}

fn state(name: &str, granted: Option<Quota>, failure: Option<String>) -> Result<State> {
    let state = match (name, granted) {
        ("in_review", None) => State::InReview,
        ("rejected", None) => State::Rejected,
        ("withdrawn", None) => State::Withdrawn,
        ("approved", Some(grant)) => State::Approved { grant },
        ("applying", Some(grant)) => State::Applying { grant },
        ("completed", Some(grant)) => State::Completed { grant },
        ("failed", Some(grant)) => State::Failed { grant, reason: failure.unwrap_or_default() },
        _ => return Err(sqlx::Error::Decode(format!("no request is in state {name}").into())),
    };
    Ok(state)
}

struct RowRecord {
    number: i64,
    kind: String,
    team: String,
    team_title: String,
    cluster: String,
    class: String,
    name: String,
    purpose: String,
    requester_id: Uuid,
    requester_name: String,
    state: String,
    stage_deciders: Option<String>,
    size: Option<String>,
    asked: Json<Quota>,
    granted: Option<Json<Quota>>,
    submitted_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl RowRecord {
    fn into_row(self) -> Result<RequestRow> {
        let state = word(&self.state)?;
        let deciders = self.stage_deciders.as_deref().map(word::<domain::plan::Deciders>).transpose()?;
        Ok(RequestRow {
            number: RequestNumber(self.number),
            kind: word(&self.kind)?,
            title: format!("New namespace {}", self.name),
            waits_for: domain::view::waits_for(state, deciders, &self.team_title),
            team: self.team,
            cluster: self.cluster,
            class: self.class,
            name: self.name,
            purpose: self.purpose,
            requester: PersonView { id: PersonId(self.requester_id), name: self.requester_name },
            state,
            size: self.size,
            asked: self.asked.0,
            granted: self.granted.map(|json| json.0),
            submitted_at: self.submitted_at,
            updated_at: self.updated_at,
        })
    }
}
