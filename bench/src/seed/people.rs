//! Teams, people, what they may do, and how they come in.

use super::rows::{hex, insert};
use super::{Amounts, Somebody, Team, World, id};
use crate::ground::{Credentials, Keys};
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::{ClassId, ClusterId, TeamId};
use domain::namespace::{ClusterRef, TeamRef};
use domain::request::ClassRef;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The accounts that pages are looked at as, and their groups.
const ACCOUNTS: [(&str, &[&str]); 4] = [
    ("developer", &["payments-developers"]),
    ("owner", &["payments-owners"]),
    ("platform", &["platform"]),
    ("auditor", &["auditors"]),
];
const FIRST_TEAM: &str = "payments";

/// Teams beside those that are set up already, and everybody.
pub async fn people(conn: &mut PgConnection, issuer: &str, amounts: Amounts) -> Result<World> {
    let now = domain::audit::to_micros(OffsetDateTime::now_utc());
    let at = now.format(&Rfc3339)?;
    let teams = teams(conn, amounts.teams, &at).await?;
    let accounts = ACCOUNTS.len();
    let mut rows = Vec::new();
    for (i, (subject, groups)) in ACCOUNTS.iter().enumerate() {
        rows.push(person(i, subject, groups, issuer, &at));
    }
    for i in accounts..amounts.people {
        let team = teams[i % teams.len()].slug.as_str();
        let role = if i < accounts + teams.len() { "owners" } else { "developers" };
        rows.push(person(i, &format!("person-{i}"), &[&format!("{team}-{role}")], issuer, &at));
    }
    insert(conn, "people", &rows).await?;
    let everybody = |i: usize| Somebody { id: id(1, i), name: rows[i]["name"].as_str().unwrap_or_default().to_owned() };
    let members = |t: usize| (accounts..amounts.people).filter(move |i| i % amounts.teams == t);
    let with_people = teams.into_iter().enumerate().map(|(t, team)| {
        let is_first = team.slug.as_str() == FIRST_TEAM;
        let owner = if is_first { Some(1) } else { members(t).next() };
        let developers: Vec<_> =
            if is_first { vec![everybody(0)] } else { members(t).skip(1).map(everybody).collect() };
        Ok(Team { team, owner: everybody(owner.context("a team has an owner")?), developers })
    });
    let teams = with_people.collect::<Result<Vec<_>>>()?;
    let cluster = sqlx::query("select id, name from clusters").fetch_one(&mut *conn).await?;
    let cluster = ClusterRef { id: ClusterId(cluster.get(0)), name: cluster.get::<&str, _>(1).parse()? };
    let [class, production] = [class(conn, "standard").await?, class(conn, "production").await?];
    Ok(World { now, amounts, cluster, class, production, teams })
}

fn person(i: usize, subject: &str, groups: &[&str], issuer: &str, at: &str) -> Value {
    let name = format!("{}{}", subject[..1].to_uppercase(), subject[1..].replace('-', " "));
    json!({
        "id": id(1, i), "issuer": issuer, "subject": subject, "email": format!("{subject}@berth.test"), "name": name,
        "groups": groups, "groups_at": at, "created_at": at, "has_known_groups": true, "vouched_at": at,
    })
}

async fn teams(conn: &mut PgConnection, wanted: usize, at: &str) -> Result<Vec<TeamRef>> {
    let set_up: i64 = sqlx::query_scalar("select count(*) from teams").fetch_one(&mut *conn).await?;
    let new: Vec<_> = (usize::try_from(set_up)?..wanted).collect();
    let slug = |i: &usize| format!("team-{i:03}");
    let rows: Vec<_> = new
        .iter()
        .map(|i| json!({"id": id(2, *i), "slug": slug(i), "title": format!("Team {i}"), "created_at": at, "limits": {}, "version": 1}))
        .collect();
    insert(conn, "teams", &rows).await?;
    let bindings: Vec<_> = new
        .iter()
        .flat_map(|i| {
            [("owners", "owner"), ("developers", "developer")].map(|(group, role)| {
                json!({"group_name": format!("{}-{group}", slug(i)), "team_id": id(2, *i), "role": role})
            })
        })
        .collect();
    insert(conn, "bindings", &bindings).await?;
    let teams = sqlx::query("select id, slug, title from teams order by slug <> $1, slug").bind(FIRST_TEAM);
    let teams = teams.fetch_all(&mut *conn).await?;
    let team = |row: sqlx::postgres::PgRow| {
        Ok(TeamRef { id: TeamId(row.get(0)), slug: row.get::<&str, _>(1).parse()?, title: row.get(2) })
    };
    teams.into_iter().map(team).collect()
}

async fn class(conn: &mut PgConnection, name: &str) -> Result<ClassRef> {
    let row = sqlx::query("select id, version from classes where name = $1").bind(name).fetch_one(conn).await?;
    Ok(ClassRef { id: ClassId(row.get(0)), name: name.parse()?, version: row.get(1) })
}

/// A session and a token for each account, as signing in and `/me` make them.
pub async fn keys(conn: &mut PgConnection) -> Result<Keys> {
    let mut keys = Keys::new();
    for (i, (subject, _)) in ACCOUNTS.iter().enumerate() {
        let [secret, token] = [secret(), format!("berth_{}", secret())];
        let session = "insert into sessions (id_hash, person_id, user_agent, created_at, last_seen_at, expires_at)
             values ($1, $2, 'bench', now(), now(), now() + interval '12 hours')";
        sqlx::query(session).bind(sha256(&secret)).bind(id(1, i)).execute(&mut *conn).await?;
        let made = "insert into access_tokens (id, person_id, name, hash, prefix, scope, created_at, expires_at)
             values ($1, $2, 'bench', $3, $4, 'write', now(), now() + interval '1 day')";
        let token_row = sqlx::query(made).bind(id(3, i)).bind(id(1, i)).bind(sha256(&token)).bind(&token[..12]);
        token_row.execute(&mut *conn).await?;
        keys.insert(subject, Credentials { cookie: format!("__Host-berth={secret}"), token });
    }
    Ok(keys)
}

/// Like those that Berth makes.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn sha256(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// For the columns that hold bytes in rows given as JSON.
pub fn bytes(content: &[u8]) -> Value {
    hex(content).into()
}
