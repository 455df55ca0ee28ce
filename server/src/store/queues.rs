//! Lists of requests, by who looks and what for.

use super::{Conn, Result, Visible, from_serde_str, push_holds};
use domain::actor::{Person, TeamRole};
use domain::id::PersonId;
use domain::name::RequestNumber;
use domain::request::{Grant, Kind};
use domain::view::{PersonView, Queue, QueueCounts, RequestContent, RequestFilter, RequestRow, RequestState};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// Which part of a queue.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub filter: &'a RequestFilter,
    /// Only what something may still happen to, or only what is over.
    pub is_open: Option<bool>,
    /// The last number of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

/// A page of a queue, newest first. Which ones they are is asked with no condition but those that were set, so that each
/// question has a plan of its own; what they are is asked by their numbers.
pub async fn list(db: &mut Conn, person: &Person, queue: Queue, part: Part<'_>) -> Result<Vec<RequestRow>> {
    let numbers = pick(db, person, queue, part).await?;
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let records = sqlx::query_as!(
        Record,
        r#"select r.number, r.kind, t.slug as team, t.title as team_title, c.name as cluster, k.name as class, r.name,
                  r.purpose, r.requester_id, p.name as requester_name, r.state, r.stage_deciders, r.size,
                  r.base as "base: Json<Option<Grant>>", r.asked as "asked: Json<Grant>",
                  r.granted as "granted: Json<Grant>", r.submitted_at, r.updated_at,
                  case when r.state = 'waiting' then (
                    select count(*) + 1 from requests w
                    where w.cluster_id = r.cluster_id and w.state = 'waiting'
                      and (w.state_since, w.number) < (r.state_since, r.number)
                  ) end as place_in_line,
                  r.failure,
                  case when c.removed_at is not null then 'removed'
                       when c.seen_uid is not null then 'another'
                       when c.paused_reason is not null then 'paused'
                       when n.trouble = 'ahead' then 'ahead'
                       when r.state in ('approved', 'applying', 'undoing') and not exists (
                         select from jobs j where j.kind = 'sync_namespace' and j.key = r.namespace_id and j.gave_up_at is null
                       ) then 'no_order' end as standstill
           from requests r
           left join namespaces n on n.id = r.namespace_id
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           join people p on p.id = r.requester_id
           where r.number = any($1) order by r.number desc"#,
        &numbers
    )
    .fetch_all(db)
    .await?;
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
    let Waiting { to_decide, .. } = count_waiting(db, person, false, false).await?;
    Ok(QueueCounts { to_decide, mine: row.mine, my_teams: row.my_teams, all: row.all, failed: row.failed })
}

/// What the frame of every page counts.
#[derive(sqlx::FromRow, Default)]
pub struct Waiting {
    /// Requests that wait for this person to decide: only open ones are read.
    pub to_decide: i64,
    /// Requests that failed, for who may retry.
    pub failed: i64,
    /// Clusters that wait for Platform, for who is of it; [`StoppedCluster::waits_for_platform`] says the same of one.
    ///
    /// [`StoppedCluster::waits_for_platform`]: domain::view::StoppedCluster::waits_for_platform
    pub stopped: i64,
}

pub async fn count_waiting(db: &mut Conn, person: &Person, may_retry: bool, sets_up: bool) -> Result<Waiting> {
    let mut query = QueryBuilder::new("select (");
    match Decider::of(person) {
        Some(decider) => {
            query.push("select count(*) from requests r where ");
            decider.narrow(&mut query);
        }
        None if may_retry || sets_up => {
            query.push("select 0::bigint");
        }
        None => return Ok(Waiting::default()),
    }
    let failed = if may_retry { "select count(*) from requests where state = 'failed'" } else { "select 0::bigint" };
    let stopped = if sets_up { COUNT_STOPPED } else { "select 0::bigint" };
    query.push(") as to_decide, (").push(failed).push(") as failed, (").push(stopped).push(") as stopped");
    query.build_query_as().fetch_one(db).await
}

const COUNT_STOPPED: &str = "select count(*) from clusters c where c.removed_at is null and (
        c.seen_uid is not null or c.paused_reason is not null and (
            exists (select from requests r where r.cluster_id = c.id and r.state in ('approved', 'applying', 'undoing'))
            or exists (select from requests r where r.cluster_id = c.id and r.state = 'waiting')))";

/// How many there are in a queue that is narrowed down.
pub async fn count_in(db: &mut Conn, person: &Person, queue: Queue, filter: &RequestFilter) -> Result<i64> {
    match choose("select count(*) from requests r where ", person, queue, filter) {
        Some(mut query) => query.build_query_scalar().fetch_one(db).await,
        None => Ok(0),
    }
}

/// The numbers of a page of a queue.
async fn pick(db: &mut Conn, person: &Person, queue: Queue, part: Part<'_>) -> Result<Vec<i64>> {
    let begin = "select r.number from requests r where ";
    let Some(mut query) = choose(begin, person, queue, part.filter) else { return Ok(Vec::new()) };
    if let Some(is_open) = part.is_open {
        let states = RequestState::ALL.into_iter().filter(|state| state.is_open() == is_open);
        let states: Vec<_> = states.map(|state| state.as_str().to_owned()).collect();
        query.push(" and r.state = any(").push_bind(states).push(")");
    }
    if let Some(before) = part.before {
        query.push(" and r.number < ").push_bind(before);
    }
    query.push(" order by r.number desc limit ").push_bind(part.limit);
    query.build_query_scalar().fetch_all(db).await
}

/// A query over what is in a queue; none where this person has no such queue.
fn choose(begin: &str, person: &Person, queue: Queue, filter: &RequestFilter) -> Option<QueryBuilder<Postgres>> {
    let mut query = QueryBuilder::new(begin);
    match queue {
        Queue::ToDecide => Decider::of(person)?.narrow(&mut query),
        Queue::MyTeams => Visible::own(person).narrow(&mut query, "r.team_id"),
        Queue::Mine | Queue::Failed | Queue::All => Visible::to(person).narrow(&mut query, "r.team_id"),
    }
    if queue == Queue::Mine {
        query.push(" and r.requester_id = ").push_bind(person.id.0);
    }
    if queue == Queue::Failed {
        query.push(" and r.state = 'failed'");
    }
    narrow(&mut query, filter);
    Some(query)
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &RequestFilter) {
    let RequestFilter { team, cluster, class, kind, state, text } = filter;
    let conditions = [
        (" and r.team_id in (select id from teams where slug = ", team, ")"),
        (" and r.cluster_id in (select id from clusters where name = ", cluster, ")"),
        (" and r.class_id in (select id from classes where name = ", class, ")"),
        (" and r.kind = ", kind, ""),
        (" and r.state = ", state, ""),
    ];
    for (begin, value, end) in conditions {
        if !value.is_empty() {
            query.push(begin).push_bind(value.clone()).push(end);
        }
    }
    let text = text.trim();
    if !text.is_empty() {
        query.push(" and (");
        push_holds(query, "r.name", text);
        query.push(" or ");
        push_holds(query, "r.purpose", text);
        if let Some(number) = number_in(text) {
            query.push(" or r.number = ").push_bind(number);
        }
        query.push(")");
    }
}

/// The number in a text such as `REQ-12` or `12`.
fn number_in(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.get(..4).filter(|start| start.eq_ignore_ascii_case("req-")).map_or(text, |_| &text[4..]);
    digits.parse().ok()
}

/// What a person can decide.
struct Decider {
    person: Uuid,
    for_platform: bool,
    owned_teams: Vec<Uuid>,
}

impl Decider {
    /// None of somebody who decides nothing.
    fn of(person: &Person) -> Option<Self> {
        let owned = person.teams.iter().filter(|m| m.role == TeamRole::Owner);
        let owned_teams: Vec<_> = owned.map(|m| m.team.0).collect();
        let for_platform = person.decides_for_platform();
        (for_platform || !owned_teams.is_empty()).then_some(Self { person: person.id.0, for_platform, owned_teams })
    }

    /// The condition on `requests r` to wait for this person: in the index of what waits for a decision, and not theirs.
    fn narrow(self, query: &mut QueryBuilder<Postgres>) {
        query.push("r.state = 'in_review' and (");
        if self.for_platform {
            query.push("r.stage_deciders = 'platform'");
        }
        if self.for_platform && !self.owned_teams.is_empty() {
            query.push(" or ");
        }
        if !self.owned_teams.is_empty() {
            query.push("r.stage_deciders = 'team_owners' and r.team_id = any(").push_bind(self.owned_teams).push(")");
        }
        query.push(") and r.requester_id <> ").push_bind(self.person);
        query.push(" and not exists (select from revisions v where v.request_id = r.id and v.author_id = ");
        query.push_bind(self.person).push(")");
        query.push(" and not exists (select from decisions d where d.request_id = r.id and d.dropped_in is null and d.person_id = ");
        query.push_bind(self.person).push(")");
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
    base: Json<Option<Grant>>,
    asked: Json<Grant>,
    granted: Option<Json<Grant>>,
    submitted_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    place_in_line: Option<i64>,
    failure: Option<String>,
    standstill: Option<String>,
}

impl Record {
    fn into_row(self) -> Result<RequestRow> {
        let state = from_serde_str(&self.state)?;
        let deciders = self.stage_deciders.as_deref().map(from_serde_str::<domain::plan::Deciders>).transpose()?;
        let kind: Kind = from_serde_str(&self.kind)?;
        let ask = super::requests::ask(self.number, kind, (&self.asked.0, self.base.0.as_ref()), self.size.as_deref())?;
        let standstill = self.standstill.as_deref().map(from_serde_str).transpose()?;
        let row = RequestRow {
            number: RequestNumber(self.number),
            content: RequestContent::of(&ask, self.granted.map(|json| json.0).as_ref()),
            title: kind.title(&self.name),
            waits_for: domain::view::waits_for(state, deciders, &self.team_title),
            team: self.team,
            cluster: self.cluster,
            class: self.class,
            name: self.name,
            purpose: self.purpose,
            requester: PersonView { id: PersonId(self.requester_id), name: self.requester_name },
            state,
            fit: None,
            place_in_line: self.place_in_line,
            submitted_at: self.submitted_at,
            updated_at: self.updated_at,
            standstill: None,
            failure: self.failure,
            hindrance: None,
        };
        Ok(row.standing_still(standstill))
    }
}
