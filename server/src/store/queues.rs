//! Lists of requests, by who looks and what for.

use super::{Conn, Result, Visible, word};
use domain::actor::{Person, TeamRole};
use domain::id::PersonId;
use domain::name::RequestNumber;
use domain::quota::Quota;
use domain::request::Kind;
use domain::view::{PersonView, Queue, QueueCounts, RequestFilter, RequestRow};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// Which part of a queue.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub filter: &'a RequestFilter,
    /// The last number of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

/// A page of a queue, newest first.
pub async fn list(db: impl PgExecutor<'_>, person: &Person, queue: Queue, part: Part<'_>) -> Result<Vec<RequestRow>> {
    let records = match queue {
        Queue::ToDecide => list_to_decide(db, person, part).await?,
        Queue::Mine | Queue::MyTeams | Queue::All | Queue::Failed => list_visible(db, person, queue, part).await?,
    };
    records.into_iter().map(Record::into_row).collect()
}

/// The numbers on the tabs, each counted in an index of its own: the rows themselves are large.
pub async fn count(db: &mut Conn, person: &Person) -> Result<QueueCounts> {
    let visible = Visible::to(person);
    let row = sqlx::query!(
        r#"select case when $1 then (select count(*) from requests)
                       else (select count(*) from requests where team_id = any($2)) end as "all!",
                  (select count(*) from requests where requester_id = $3 and ($1 or team_id = any($2))) as "mine!",
                  (select count(*) from requests where team_id = any($2)) as "my_teams!",
                  (select count(*) from requests where state = 'failed' and ($1 or team_id = any($2))) as "failed!""#,
        visible.everything,
        &visible.teams,
        person.id.0,
    )
    .fetch_one(&mut *db)
    .await?;
    Ok(QueueCounts {
        to_decide: count_to_decide(db, person).await?,
        mine: row.mine,
        my_teams: row.my_teams,
        all: row.all,
        failed: row.failed,
    })
}

/// How many wait for this person; what every page's frame shows, so it reads open requests only.
pub async fn count_to_decide(db: impl PgExecutor<'_>, person: &Person) -> Result<i64> {
    let decider = Decider::of(person);
    let row = sqlx::query!(
        r#"select count(*) as "n!" from requests r
           where r.state = 'in_review' and r.requester_id <> $1 and r.revised_by <> $1
             and (($2 and r.stage_deciders = 'platform') or (r.stage_deciders = 'team_owners' and r.team_id = any($3)))
             and not exists (select from decisions d
                             where d.request_id = r.id and d.dropped_in is null and d.person_id = $1)"#,
        person.id.0,
        decider.for_platform,
        &decider.owned_teams,
    )
    .fetch_one(db)
    .await?;
    Ok(row.n)
}

/// A query of its own, so that it reads the index of what waits for a decision and nothing else.
async fn list_to_decide(db: impl PgExecutor<'_>, person: &Person, part: Part<'_>) -> Result<Vec<Record>> {
    let (decider, filter) = (Decider::of(person), part.filter);
    sqlx::query_as!(
        Record,
        r#"select r.number, r.kind, t.slug as team, t.title as team_title, c.name as cluster, k.name as class, r.name,
                  r.purpose, r.requester_id, p.name as requester_name, r.state, r.stage_deciders, r.size,
                  r.base as "base: Json<Quota>", r.asked as "asked: Json<Quota>",
                  r.granted as "granted: Json<Quota>", r.submitted_at, r.updated_at,
                  case when r.state = 'waiting' then (
                    select count(*) + 1 from requests w
                    where w.cluster_id = r.cluster_id and w.state = 'waiting'
                      and (w.state_since, w.number) < (r.state_since, r.number)
                  ) end as place_in_line
           from requests r
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           join people p on p.id = r.requester_id
           where r.state = 'in_review' and r.requester_id <> $9 and r.revised_by <> $9
             and (($10 and r.stage_deciders = 'platform') or (r.stage_deciders = 'team_owners' and r.team_id = any($11)))
             and not exists (select from decisions d
                             where d.request_id = r.id and d.dropped_in is null and d.person_id = $9)
             and ($1::bigint is null or r.number < $1)
             and ($2 = '' or t.slug = $2) and ($3 = '' or c.name = $3) and ($4 = '' or k.name = $4)
             and ($5 = '' or r.kind = $5) and ($6 = '' or r.state = $6)
             and ($7 = '' or strpos(lower(r.name), lower($7)) > 0 or strpos(lower(r.purpose), lower($7)) > 0
                  or r.number = $8)
           order by r.number desc limit $12"#,
        part.before,
        filter.team,
        filter.cluster,
        filter.class,
        filter.kind,
        filter.state,
        filter.text.trim(),
        number_in(&filter.text),
        person.id.0,
        decider.for_platform,
        &decider.owned_teams,
        part.limit
    )
    .fetch_all(db)
    .await
}

async fn list_visible(db: impl PgExecutor<'_>, person: &Person, queue: Queue, part: Part<'_>) -> Result<Vec<Record>> {
    let (visible, filter) = (Visible::to(person), part.filter);
    sqlx::query_as!(
        Record,
        r#"select r.number, r.kind, t.slug as team, t.title as team_title, c.name as cluster, k.name as class, r.name,
                  r.purpose, r.requester_id, p.name as requester_name, r.state, r.stage_deciders, r.size,
                  r.base as "base: Json<Quota>", r.asked as "asked: Json<Quota>",
                  r.granted as "granted: Json<Quota>", r.submitted_at, r.updated_at,
                  case when r.state = 'waiting' then (
                    select count(*) + 1 from requests w
                    where w.cluster_id = r.cluster_id and w.state = 'waiting'
                      and (w.state_since, w.number) < (r.state_since, r.number)
                  ) end as place_in_line
           from requests r
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           join people p on p.id = r.requester_id
           where ($9 or r.team_id = any($10))
             and case $11::text
                   when 'mine' then r.requester_id = $12
                   when 'my_teams' then r.team_id = any($10)
                   when 'failed' then r.state = 'failed'
                   else true
                 end
             and ($1::bigint is null or r.number < $1)
             and ($2 = '' or t.slug = $2) and ($3 = '' or c.name = $3) and ($4 = '' or k.name = $4)
             and ($5 = '' or r.kind = $5) and ($6 = '' or r.state = $6)
             and ($7 = '' or strpos(lower(r.name), lower($7)) > 0 or strpos(lower(r.purpose), lower($7)) > 0
                  or r.number = $8)
           order by r.number desc limit $13"#,
        part.before,
        filter.team,
        filter.cluster,
        filter.class,
        filter.kind,
        filter.state,
        filter.text.trim(),
        number_in(&filter.text),
        visible.everything,
        &visible.teams,
        queue.as_str(),
        person.id.0,
        part.limit
    )
    .fetch_all(db)
    .await
}

/// The number in a text such as `REQ-12` or `12`.
fn number_in(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.get(..4).filter(|start| start.eq_ignore_ascii_case("req-")).map_or(text, |_| &text[4..]);
    digits.parse().ok()
}

/// What a person can decide, as the queue's condition reads it.
struct Decider {
    for_platform: bool,
    owned_teams: Vec<Uuid>,
}

impl Decider {
    fn of(person: &Person) -> Self {
        let owned = person.teams.iter().filter(|m| m.role == TeamRole::Owner);
        Self { for_platform: person.decides_for_platform(), owned_teams: owned.map(|m| m.team.0).collect() }
    }
}

struct Record {
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
    base: Json<Quota>,
    asked: Json<Quota>,
    granted: Option<Json<Quota>>,
    submitted_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    place_in_line: Option<i64>,
}

impl Record {
    fn into_row(self) -> Result<RequestRow> {
        let state = word(&self.state)?;
        let deciders = self.stage_deciders.as_deref().map(word::<domain::plan::Deciders>).transpose()?;
        let kind: Kind = word(&self.kind)?;
        Ok(RequestRow {
            number: RequestNumber(self.number),
            kind,
            title: kind.title(&self.name),
            waits_for: domain::view::waits_for(state, deciders, &self.team_title),
            team: self.team,
            cluster: self.cluster,
            class: self.class,
            name: self.name,
            purpose: self.purpose,
            requester: PersonView { id: PersonId(self.requester_id), name: self.requester_name },
            state,
            size: self.size,
            base: self.base.0,
            asked: self.asked.0,
            granted: self.granted.map(|json| json.0),
            fit: None,
            place_in_line: self.place_in_line,
            submitted_at: self.submitted_at,
            updated_at: self.updated_at,
        })
    }
}
