//! The audit trail of what was seeded: each event hashed onto the one before it, as Berth does it.

use super::World;
use super::people::bytes;
use super::requests::Seeded;
use super::rows::insert;
use anyhow::{Context, Result};
use domain::audit::{Event, FORMAT, Hash};
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
use time::format_description::well_known::Rfc3339;

pub async fn audit(conn: &mut PgConnection, world: &World, seeded: &[Seeded]) -> Result<()> {
    let head = sqlx::query("select seq, hash from audit_head for update").fetch_one(&mut *conn).await?;
    let (mut seq, mut previous) = (head.get::<i64, _>(0), hash(head.get(1))?);
    let mut rows = Vec::new();
    for event in seeded.iter().flat_map(|seeded| events(world, seeded)) {
        seq += 1;
        let hash = event.hash(seq, &previous);
        rows.push(row(&event, seq, &previous, &hash)?);
        previous = hash;
    }
    insert(conn, "audit_events", &rows).await?;
    let save = "update audit_head set seq = $1, hash = $2";
    sqlx::query(save).bind(seq).bind(&previous.0[..]).execute(conn).await?;
    Ok(())
}

fn events(world: &World, seeded: &Seeded) -> impl Iterator<Item = Event> {
    let request = &seeded.request;
    let (at, team, subject) = (request.submitted_at, request.team.id.to_string(), request.number.to_string());
    let request_id = world.cluster.id.to_string();
    let requester = (request.requester.to_string(), seeded.requester.clone());
    let deeds = seeded.deeds().into_iter().map(|(action, by, detail)| {
        let by = by.map(|(id, name)| (id.to_string(), name.to_owned()));
        (action, by, detail)
    });
    deeds.collect::<Vec<_>>().into_iter().map(move |(action, by, detail)| {
        let is_person = by.is_some();
        let behalf = (!is_person).then(|| requester.clone());
        let (actor_id, label) = by.unzip();
        Event {
            at,
            actor_kind: if is_person { "person" } else { "system" }.into(),
            actor_id,
            actor_label: label.unwrap_or_else(|| "sync_namespace".into()),
            action: action.into(),
            subject: subject.clone(),
            team: Some(team.clone()),
            request_id: is_person.then(|| request_id.clone()),
            detail,
            on_behalf_id: behalf.as_ref().map(|(id, _)| id.clone()),
            on_behalf_label: behalf.map(|(_, name)| name),
            format: FORMAT,
        }
    })
}

fn row(event: &Event, seq: i64, previous: &Hash, hash: &Hash) -> Result<Value> {
    Ok(json!({
        "seq": seq, "at": event.at.format(&Rfc3339)?, "actor_kind": event.actor_kind, "actor_id": event.actor_id,
        "actor_label": event.actor_label, "action": event.action, "subject": event.subject, "team_id": event.team,
        "request_id": event.request_id, "detail": event.detail, "previous": bytes(&previous.0),
        "hash": bytes(&hash.0), "on_behalf_id": event.on_behalf_id, "on_behalf_label": event.on_behalf_label,
        "format": event.format,
    }))
}

fn hash(bytes: Vec<u8>) -> Result<Hash> {
    Ok(Hash(bytes.try_into().ok().context("a hash has 32 bytes")?))
}
