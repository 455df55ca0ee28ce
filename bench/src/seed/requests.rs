//! Requests in every state that many are in, with what came of them.

use super::people::bytes;
use super::rows::insert;
use super::{GRANTED, Somebody, Team, World, id};
use anyhow::Result;
use domain::id::{NamespaceId, PersonId, RequestId};
use domain::name::RequestNumber;
use domain::namespace::Step;
use domain::plan::{Deciders, Plan, Reason, Stage};
use domain::quota::{Quota, Resource};
use domain::request::{Ask, Changes, Decision, End, Open, Progress, Request, SizedQuota, State, Word};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::Duration;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Every so manieth namespace is the first team's, so that its lists are full.
const OF_THE_FIRST_TEAM: usize = 40;
/// Between two requests: all of them are younger than what expires.
const APART: Duration = Duration::seconds(200);

/// A request and who had a hand in it.
pub struct Seeded {
    pub request: Request,
    pub requester: String,
    pub decisions: Vec<Decision>,
}

/// Makes all of them, newest last.
pub async fn requests(conn: &mut PgConnection, world: &World) -> Result<Vec<Seeded>> {
    let seeded = (0..world.amounts.requests).map(|i| seeded(world, i)).collect::<Result<Vec<_>>>()?;
    insert(conn, "requests", &rows(&seeded, request_row)?).await?;
    insert(conn, "revisions", &rows(&seeded, revision_row)?).await?;
    let decisions = seeded.iter().flat_map(|s| s.decisions.iter().map(move |decision| (s, decision)));
    let decisions = decisions.map(|(s, decision)| decision_row(s, decision)).collect::<Result<Vec<_>>>()?;
    insert(conn, "decisions", &decisions).await?;
    let made = &seeded[..world.amounts.namespaces];
    insert(conn, "namespaces", &rows(made, namespace_row)?).await?;
    let steps = made.iter().flat_map(|s| Step::ALL.into_iter().enumerate().map(move |(i, step)| step_row(s, i, step)));
    insert(conn, "steps", &steps.collect::<Result<Vec<_>>>()?).await?;
    let (ids, namespaces): (Vec<_>, Vec<_>) =
        seeded.iter().filter_map(|s| Some((s.request.id.0, s.request.namespace?.0))).unzip();
    let tie = "update requests r set namespace_id = t.namespace from unnest($1::uuid[], $2::uuid[]) t (id, namespace)
         where r.id = t.id";
    sqlx::query(tie).bind(ids).bind(namespaces).execute(&mut *conn).await?;
    let granted: Vec<_> = seeded.iter().filter(|s| s.request.namespace.is_some()).collect();
    let changes = granted.into_iter().map(quota_change_row).collect::<Result<Vec<_>>>()?;
    insert(conn, "quota_changes", &changes).await?;
    let last = "select setval(pg_get_serial_sequence('requests', 'number'), max(number)) from requests";
    sqlx::query(last).execute(conn).await?;
    Ok(seeded)
}

fn seeded(world: &World, i: usize) -> Result<Seeded> {
    let life = Life::of(i, world.amounts.namespaces);
    let about = match life {
        Life::Grown => i % world.amounts.namespaces,
        Life::Made | Life::WithOwners | Life::WithPlatform | Life::SentBack | Life::Rejected | Life::Withdrawn => i,
    };
    let team = &world.teams[if about % OF_THE_FIRST_TEAM == 0 { 0 } else { about % world.teams.len() }];
    let developer = &team.developers[i % team.developers.len()];
    let request = request(world, life, i, about, (team, developer))?;
    let decisions = decisions(&request, life, team);
    Ok(Seeded {
        request: Request { decisions: decisions.clone(), ..request },
        requester: developer.name.clone(),
        decisions,
    })
}

/// What became of it.
#[derive(Clone, Copy)]
enum Life {
    /// A new namespace, completed.
    Made,
    /// Another quota, completed.
    Grown,
    /// Waits for the team's owners.
    WithOwners,
    /// Approved by the team's owners, waits for Platform.
    WithPlatform,
    SentBack,
    Rejected,
    Withdrawn,
}

impl Life {
    fn of(i: usize, n_namespaces: usize) -> Self {
        match i % OF_THE_FIRST_TEAM {
            _ if i < n_namespaces => Self::Made,
            // The first team's share of both.
            0 if i.is_multiple_of(400) => Self::SentBack,
            0 if i.is_multiple_of(160) => Self::WithOwners,
            1 => Self::WithOwners,
            2 => Self::WithPlatform,
            3 => Self::SentBack,
            4..12 => Self::Rejected,
            12..16 => Self::Withdrawn,
            _ => Self::Grown,
        }
    }
}

fn request(
    world: &World,
    life: Life,
    i: usize,
    about: usize,
    (team, developer): (&Team, &Somebody),
) -> Result<Request> {
    let more = Quota { cpu_m: 100 + 50 * (i as u64 % 7), ..GRANTED };
    let sized = |quota| SizedQuota { size: None, quota };
    let ask = match life {
        Life::Grown => Ask::Quota { base: GRANTED, asked: sized(more) },
        Life::Made => Ask::NewNamespace(sized(GRANTED)),
        Life::WithOwners | Life::WithPlatform | Life::SentBack | Life::Rejected | Life::Withdrawn => {
            Ask::NewNamespace(sized(more))
        }
    };
    let has_namespace = matches!(life, Life::Made | Life::Grown);
    let submitted_at = world.now - APART * i32::try_from(world.amounts.requests - i)?;
    let part = if has_namespace { format!("{about:04}") } else { format!("ask-{i}") };
    let is_production = matches!(life, Life::WithPlatform);
    Ok(Request {
        id: RequestId(id(4, i)),
        number: RequestNumber(i64::try_from(i)? + 1),
        team: team.team.clone(),
        cluster: world.cluster.clone(),
        class: if is_production { world.production.clone() } else { world.class.clone() },
        name: format!("{}-{part}", team.team.slug).parse()?,
        namespace: has_namespace.then(|| NamespaceId(id(5, about))),
        purpose: format!("Day-to-day work of {}, part {i}", team.team.title).parse()?,
        revision: 1,
        version: 1,
        requester: PersonId(developer.id),
        revised_by: PersonId(developer.id),
        authors: vec![PersonId(developer.id)],
        plan: plan(is_production),
        decisions: Vec::new(),
        state: match life {
            Life::Made | Life::Grown => State::granted(ask.whole(), Progress::Completed),
            Life::WithOwners | Life::WithPlatform => State::IN_REVIEW,
            Life::SentBack => State::Open(Open::ChangesRequested(Changes {
                suggestion: Some(GRANTED.into()),
                comment: "Half of it will do".parse()?,
                by: PersonId(team.owner.id),
                by_name: team.owner.name.clone(),
            })),
            Life::Rejected => State::Closed(End::Rejected),
            Life::Withdrawn => State::Closed(End::Withdrawn),
        },
        ask,
        submitted_at,
        since: submitted_at,
    })
}

fn plan(is_production: bool) -> Plan {
    let owners = Stage { deciders: Deciders::TeamOwners, quorum: 1 };
    let platform = is_production.then_some(Stage { deciders: Deciders::Platform, quorum: 1 });
    let reason = |rule: &str, applied, says: &str| Reason { rule: rule.into(), applied, says: says.into() };
    Plan {
        stages: [Some(owners), platform].into_iter().flatten().collect(),
        reasons: vec![
            reason("owner_decides", true, "The team's owners decide."),
            reason("platform_decides", is_production, "Platform decides on production."),
        ],
    }
}

fn decisions(request: &Request, life: Life, team: &Team) -> Vec<Decision> {
    let word = match life {
        Life::Made | Life::Grown | Life::WithPlatform => Word::Approve { grant: request.ask.whole() },
        Life::Rejected => Word::Reject,
        Life::WithOwners | Life::SentBack | Life::Withdrawn => return Vec::new(),
    };
    vec![Decision {
        revision: 1,
        stage: 0,
        person: PersonId(team.owner.id),
        person_name: team.owner.name.clone(),
        word,
        comment: None,
        at: request.submitted_at + APART,
    }]
}

fn rows(seeded: &[Seeded], row: fn(&Seeded) -> Result<Value>) -> Result<Vec<Value>> {
    seeded.iter().map(row).collect()
}

fn request_row(Seeded { request, .. }: &Seeded) -> Result<Value> {
    let at = request.submitted_at.format(&Rfc3339)?;
    let changes = match &request.state {
        State::Open(Open::ChangesRequested(changes)) => Some(changes),
        _ => None,
    };
    let deciders = request.current_stage().map(|stage| stage.deciders);
    Ok(json!({
        "id": request.id, "number": request.number.0, "kind": request.kind(), "team_id": request.team.id,
        "cluster_id": request.cluster.id, "class_id": request.class.id, "name": request.name,
        "purpose": request.purpose, "base": request.ask.base(), "asked": request.ask.whole(),
        "granted": request.granted(), "revision": 1, "version": 1, "digest": bytes(&request.digest()),
        "requester_id": request.requester, "revised_by": request.revised_by, "plan": request.plan,
        "state": request.state.as_str(), "stage": request.stage_index(), "stage_deciders": deciders,
        "submitted_at": at, "updated_at": at, "state_since": at,
        "suggestion": changes.and_then(|c| c.suggestion), "changes_comment": changes.map(|c| &c.comment),
        "changes_by": changes.map(|c| c.by),
    }))
}

fn revision_row(Seeded { request, .. }: &Seeded) -> Result<Value> {
    Ok(json!({
        "request_id": request.id, "revision": 1, "author_id": request.requester, "digest": bytes(&request.digest()),
        "asked": request.ask.whole(), "purpose": request.purpose, "made_at": request.submitted_at.format(&Rfc3339)?,
    }))
}

fn decision_row(Seeded { request, .. }: &Seeded, decision: &Decision) -> Result<Value> {
    let (word, granted) = match decision.word {
        Word::Approve { grant } => ("approve", Some(grant)),
        Word::Reject => ("reject", None),
    };
    Ok(json!({
        "request_id": request.id, "revision": 1, "digest": bytes(&request.digest()), "stage": decision.stage,
        "person_id": decision.person, "requester_id": request.requester, "author_id": request.revised_by,
        "word": word, "granted": granted, "decided_at": decision.at.format(&Rfc3339)?,
    }))
}

fn namespace_row(Seeded { request, .. }: &Seeded) -> Result<Value> {
    let at = request.submitted_at.format(&Rfc3339)?;
    let mut row = json!({
        "id": request.namespace, "cluster_id": request.cluster.id, "name": request.name,
        "team_id": request.team.id, "class_id": request.class.id, "request_id": request.id,
        "purpose": request.purpose, "state": "ready", "created_at": at, "synced_at": at, "looked_at": at,
        "applied": GRANTED,
    });
    for resource in Resource::ALL {
        row[resource.field()] = GRANTED.get(resource).into();
    }
    Ok(row)
}

fn step_row(Seeded { request, .. }: &Seeded, position: usize, step: Step) -> Result<Value> {
    let ended_at = request.submitted_at.format(&Rfc3339)?;
    let (namespace, done) = (request.namespace, "done");
    Ok(json!({"namespace_id": namespace, "step": step, "position": position, "state": done, "ended_at": ended_at}))
}

fn quota_change_row(Seeded { request, decisions, .. }: &Seeded) -> Result<Value> {
    let number = request.number.0;
    Ok(json!({
        "id": number, "namespace_id": request.namespace, "request_id": request.id, "before": request.ask.base(),
        "after": request.ask.whole(), "reason": request.purpose, "free": {"cpu": 1_000_000},
        "is_increase": request.ask.base().is_none_or(|base| request.ask.whole().require_within(&base).is_err()),
        "decided_by": decisions.first().map(|decision| decision.person),
        "decided_at": request.submitted_at.format(&Rfc3339)?,
    }))
}

/// An action, who did it, and what explains it.
type Deed<'a> = (&'static str, Option<(Uuid, &'a str)>, Value);

impl Seeded {
    /// As the audit trail says it happened.
    pub fn deeds(&self) -> Vec<Deed<'_>> {
        let request = &self.request;
        let requester = Some((request.requester.0, self.requester.as_str()));
        let ask = json!({"ask": request.ask.whole(), "base": request.ask.base(), "plan": request.plan});
        let mut deeds = vec![("request.submitted", requester, ask)];
        for decision in &self.decisions {
            let by = Some((decision.person.0, decision.person_name.as_str()));
            let deed = match decision.word {
                Word::Approve { grant } => ("request.approved", by, json!({"grant": grant})),
                Word::Reject => ("request.rejected", by, json!({})),
            };
            deeds.push(deed);
        }
        match &request.state {
            State::Granted { progress: Progress::Completed, .. } => deeds.push(("request.completed", None, json!({}))),
            State::Closed(End::Withdrawn) => deeds.push(("request.withdrawn", requester, json!({}))),
            State::Open(Open::ChangesRequested(changes)) => {
                let by = Some((changes.by.0, changes.by_name.as_str()));
                deeds.push(("request.changes_requested", by, json!({"comment": changes.comment})));
            }
            _ => {}
        }
        deeds
    }
}
