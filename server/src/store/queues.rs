//! Lists of requests, by who looks and what for.

use super::{Result, Visible, from_serde_str, parsed, push_holds};
use domain::actor::{Person, TeamRole};
use domain::class::ClassSpec;
use domain::drift::Condition;
use domain::id::PersonId;
use domain::lifetime::Cause;
use domain::name::{NamespaceName, RequestNumber};
use domain::namespace::NamespaceState;
use domain::request::{Grant, Kind};
use domain::view::{PersonView, Queue, RequestContent, RequestFilter, RequestRow, RequestState};
use sqlx::types::Json;
use sqlx::{PgExecutor, Postgres, QueryBuilder, Row};
use std::collections::HashMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// Which part of a queue.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub queue: Queue,
    pub filter: &'a RequestFilter,
    /// Only what something may still happen to, or only what is over.
    pub is_open: Option<bool>,
    /// The last number of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

/// A request in a list.
pub struct Listed {
    pub row: RequestRow,
    /// Of one that waits for a decision.
    pub subject: Option<Subject>,
}

/// What a request is about that waits for a decision.
pub struct Subject {
    /// The class that it would be made of: that of the namespace, where there is one already.
    pub spec: Arc<ClassSpec>,
    pub name: NamespaceName,
    /// How the namespace stands that there is already; none where there is none.
    pub found: Option<(NamespaceState, Option<Condition>)>,
    /// Why it ends, where it does.
    pub ends_for: Option<Cause>,
}

/// Looks into queues, all of them in one query: the numbers of the requests in each of `parts`, newest first, and how many
/// there are in all of each of `counted`. Each is asked with no condition but those that were set.
pub async fn look<const P: usize, const C: usize>(
    db: impl PgExecutor<'_>,
    person: &Person,
    parts: [Part<'_>; P],
    counted: [(Queue, &RequestFilter); C],
) -> Result<([Vec<i64>; P], [i64; C])> {
    let mut query = QueryBuilder::new("select 0");
    for part in parts {
        query.push(", array(");
        push_numbers(&mut query, person, part);
        query.push(")");
    }
    for (queue, filter) in counted {
        query.push(", (");
        push_count(&mut query, person, queue, filter);
        query.push(")");
    }
    let row = query.build().fetch_one(db).await?;
    let (mut numbers, mut counts) = ([const { Vec::new() }; P], [0; C]);
    for (place, found) in (1..).zip(&mut numbers) {
        *found = row.try_get(place)?;
    }
    for (place, n) in (1 + P..).zip(&mut counts) {
        *n = row.try_get(place)?;
    }
    Ok((numbers, counts))
}

/// What the requests with these numbers are, newest first.
pub async fn list(db: impl PgExecutor<'_>, numbers: &[i64]) -> Result<Vec<Listed>> {
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
                       ) then 'no_order' end as stalled_by,
                  made_of.id as made_of,
                  -- Many are of the same class, and what a class says is long: it comes with the first of them only.
                  case when r.state = 'in_review' and row_number() over (
                    partition by made_of.id, r.state order by r.number desc
                  ) = 1 then made_of.spec end as "spec: Json<ClassSpec>",
                  n.state as "namespace_state?", n.trouble as "condition?",
                  e.cause as "ends_for?"
           from requests r
           left join namespaces n on n.id = r.namespace_id
           left join endings e on e.namespace_id = n.id
           join teams t on t.id = r.team_id
           join clusters c on c.id = r.cluster_id
           join classes k on k.id = r.class_id
           join classes made_of on made_of.id = coalesce(n.class_id, r.class_id)
           join people p on p.id = r.requester_id
           where r.number = any($1) order by r.number desc"#,
        numbers
    )
    .fetch_all(db)
    .await?;
    let mut specs = HashMap::new();
    records.into_iter().map(|record| record.into_listed(&mut specs)).collect()
}

/// How many there are in a queue that is narrowed down: the numbers themselves are counted in an index, the rows are large.
pub(super) fn push_count(query: &mut QueryBuilder<Postgres>, person: &Person, queue: Queue, filter: &RequestFilter) {
    query.push("select count(*) from requests r where ");
    push_conditions(query, person, queue, filter);
}

/// The numbers of a part of a queue.
fn push_numbers(query: &mut QueryBuilder<Postgres>, person: &Person, part: Part<'_>) {
    query.push("select r.number from requests r where ");
    push_conditions(query, person, part.queue, part.filter);
    if let Some(is_open) = part.is_open {
        let states = RequestState::ALL.into_iter().filter(|state| state.is_open() == is_open);
        let states: Vec<_> = states.map(|state| state.as_str().to_owned()).collect();
        query.push(" and r.state = any(").push_bind(states).push(")");
    }
    if let Some(before) = part.before {
        query.push(" and r.number < ").push_bind(before);
    }
    query.push(" order by r.number desc limit ").push_bind(part.limit);
}

/// The condition on `requests r` to be in a queue of this person. Who decides nothing has nothing to decide.
fn push_conditions(query: &mut QueryBuilder<Postgres>, person: &Person, queue: Queue, filter: &RequestFilter) {
    match queue {
        Queue::ToDecide => match Decider::of(person) {
            Some(decider) => decider.narrow(query),
            None => drop(query.push("false")),
        },
        Queue::MyTeams => Visible::own(person).narrow(query, "r.team_id"),
        Queue::Mine | Queue::Failed | Queue::All => Visible::to(person).narrow(query, "r.team_id"),
    }
    if queue == Queue::Mine {
        query.push(" and r.requester_id = ").push_bind(person.id.0);
    }
    if queue == Queue::Failed {
        query.push(" and r.state = 'failed'");
    }
    narrow(query, filter);
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
    stalled_by: Option<String>,
    made_of: Uuid,
    spec: Option<Json<ClassSpec>>,
    namespace_state: Option<String>,
    condition: Option<String>,
    ends_for: Option<String>,
}

impl Record {
    /// `specs` are those that came with the rows before.
    fn into_listed(mut self, specs: &mut HashMap<Uuid, Arc<ClassSpec>>) -> Result<Listed> {
        if let Some(Json(spec)) = self.spec.take() {
            specs.insert(self.made_of, Arc::new(spec));
        }
        let subject = match self.state.as_str() {
            "in_review" => Some(self.subject(specs)?),
            _ => None,
        };
        Ok(Listed { subject, row: self.into_row()? })
    }

    fn subject(&self, specs: &HashMap<Uuid, Arc<ClassSpec>>) -> Result<Subject> {
        let spec = specs.get(&self.made_of).ok_or_else(|| sqlx::Error::ColumnNotFound("spec".into()))?;
        let condition = self.condition.as_deref().map(from_serde_str).transpose()?;
        let state = self.namespace_state.as_deref().map(from_serde_str).transpose()?;
        let found = state.map(|state| (state, condition));
        let ends_for = self.ends_for.as_deref().map(from_serde_str).transpose()?;
        Ok(Subject { spec: spec.clone(), name: parsed(&self.name)?, found, ends_for })
    }

    fn into_row(self) -> Result<RequestRow> {
        let state = from_serde_str(&self.state)?;
        let deciders = self.stage_deciders.as_deref().map(from_serde_str::<domain::plan::Deciders>).transpose()?;
        let kind: Kind = from_serde_str(&self.kind)?;
        let ask = super::requests::ask(self.number, kind, (&self.asked.0, self.base.0.as_ref()), self.size.as_deref())?;
        let stalled_by = self.stalled_by.as_deref().map(from_serde_str).transpose()?;
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
            stalled_by: None,
            failure: self.failure,
            blocked_by: None,
        };
        Ok(row.stalled(stalled_by))
    }
}
