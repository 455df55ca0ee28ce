//! Berth's API as the demo's accounts, one function for each thing they do in its story.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::CLUSTER;
use crate::{describe::DemoAccount, sign_in::Api, wait};

const PROVISION_LIMIT: Duration = Duration::from_secs(120);
/// Who runs Berth.
const PLATFORM: &str = "platform";
const MEMBERSHIP: time::Duration = time::Duration::days(60);

/// Berth's API as each account.
pub struct Desk {
    by_role: BTreeMap<String, Api>,
}

#[derive(Deserialize)]
struct RequestView {
    number: u64,
    state: String,
    failure: Option<String>,
    asked: BTreeMap<String, u64>,
}

impl Desk {
    pub fn new(url: &str, accounts: &[DemoAccount]) -> Result<Self> {
        let api = |account: &DemoAccount| Ok((account.account.role.clone(), Api::new(url, &account.token)?));
        Ok(Self { by_role: accounts.iter().map(api).collect::<Result<_>>()? })
    }

    pub(super) fn api(&self, role: &str) -> Result<&Api> {
        self.by_role.get(role).ok_or_else(|| anyhow!("no account {role}"))
    }

    pub async fn has_requests(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Value>,
        }
        let requests: Page = self.api("platform")?.get("/api/v1/requests").await?;
        Ok(!requests.items.is_empty())
    }

    /// Asks for a namespace; its name begins with the team's.
    pub async fn new_namespace(&self, role: &str, name: &str, class: &str, size: &str, purpose: &str) -> Result<u64> {
        let (team, _) = name.split_once('-').with_context(|| format!("{name} does not begin with a team"))?;
        let ask = json!({
            "kind": "new_namespace", "team": team, "cluster": CLUSTER, "class": class, "name": name, "size": size, "purpose": purpose,
        });
        let request: RequestView =
            self.api(role)?.post("/api/v1/requests", &ask).await.with_context(|| format!("ask for {name}"))?;
        Ok(request.number)
    }

    /// Asks for another quota of a namespace that is there.
    pub async fn quota(&self, role: &str, name: &str, quota: Value, purpose: &str) -> Result<u64> {
        let ask = json!({"kind": "quota", "cluster": CLUSTER, "name": name, "quota": quota, "purpose": purpose});
        let request: RequestView =
            self.api(role)?.post("/api/v1/requests", &ask).await.with_context(|| format!("change {name}"))?;
        Ok(request.number)
    }

    pub async fn approve(&self, role: &str, number: u64, comment: &str) -> Result<()> {
        self.decide(role, number, "approve", json!({"revision": 1, "grant": null, "comment": comment})).await
    }

    /// Grants three quarters of the CPU and memory that were asked for.
    pub async fn approve_with_less(&self, role: &str, number: u64) -> Result<()> {
        let mut grant = self.get(role, number).await?.asked;
        for resource in ["cpu_m", "memory_bytes"] {
            grant.entry(resource.to_owned()).and_modify(|amount| *amount = *amount / 4 * 3);
        }
        let comment = "The API needs less than that today; ask again when the batch jobs move in.";
        self.decide(role, number, "approve", json!({"revision": 1, "grant": grant, "comment": comment})).await
    }

    pub async fn reject(&self, role: &str, number: u64, comment: &str) -> Result<()> {
        self.decide(role, number, "reject", json!({"revision": 1, "comment": comment})).await
    }

    /// Sends it back with what would be approved.
    pub async fn request_changes(&self, role: &str, number: u64, suggestion: Value, comment: &str) -> Result<()> {
        let body = json!({"revision": 1, "comment": comment, "suggestion": suggestion});
        self.decide(role, number, "request-changes", body).await
    }

    pub async fn comment(&self, role: &str, number: u64, text: &str) -> Result<()> {
        self.decide(role, number, "comments", json!({"text": text})).await
    }

    pub async fn withdraw(&self, role: &str, number: u64) -> Result<()> {
        self.decide(role, number, "withdraw", json!({})).await
    }

    async fn decide(&self, role: &str, number: u64, verb: &str, body: Value) -> Result<()> {
        let _: Value = self
            .api(role)?
            .post(&format!("/api/v1/requests/{number}/{verb}"), &body)
            .await
            .with_context(|| format!("{verb} request {number} as {role}"))?;
        Ok(())
    }

    async fn get(&self, role: &str, number: u64) -> Result<RequestView> {
        self.api(role)?.get(&format!("/api/v1/requests/{number}")).await
    }

    pub async fn completed(&self, role: &str, number: u64) -> Result<()> {
        wait::until(&format!("provisioning request {number}"), PROVISION_LIMIT, async || {
            let request = self.get(role, number).await?;
            match request.state.as_str() {
                "completed" => Ok(Some(())),
                "approved" | "applying" => Ok(None),
                state => bail!("request {number} is {state}: {}", request.failure.unwrap_or_default()),
            }
        })
        .await
    }

    /// Gives a person the role viewer in a team, for two months.
    pub async fn give_membership(&self, team: &str, person: &str, reason: &str) -> Result<()> {
        let until = (OffsetDateTime::now_utc() + MEMBERSHIP).format(&Rfc3339)?;
        let body = json!({"person": person, "role": "viewer", "until": until, "reason": reason});
        let path = format!("/api/v1/teams/{team}/memberships");
        let _: Value = self.api(PLATFORM)?.post(&path, &body).await.with_context(|| format!("add to {team}"))?;
        Ok(())
    }

    /// Drafts a class: what the latest version of `from` says, but for `changes`. Answers the draft's version.
    pub async fn draft_class(&self, name: &str, from: &str, changes: Value) -> Result<i64> {
        #[derive(Deserialize)]
        struct Draft {
            version: i64,
        }
        let platform = self.api(PLATFORM)?;
        let class: Value = platform.get(&format!("/api/v1/classes/{from}")).await?;
        let mut spec = class["spec"].clone();
        for (field, value) in changes.as_object().into_iter().flatten() {
            spec[field] = value.clone();
        }
        let draft: Draft = platform
            .put(&format!("/api/v1/classes/{name}/draft"), &json!({"spec": spec}))
            .await
            .with_context(|| format!("draft class {name}"))?;
        Ok(draft.version)
    }

    /// The same, for everybody to ask for.
    pub async fn publish_class(&self, name: &str, from: &str, changes: Value, note: &str) -> Result<()> {
        let version = self.draft_class(name, from, changes).await?;
        let body = json!({"version": version, "note": note});
        let path = format!("/api/v1/classes/{name}/publish");
        let _: Value = self.api(PLATFORM)?.post(&path, &body).await.with_context(|| format!("publish class {name}"))?;
        Ok(())
    }

    /// Waits until Berth has seen that something differed on the cluster, and has put it back.
    pub async fn put_back(&self, namespace: &str) -> Result<()> {
        #[derive(Deserialize)]
        struct Drift {
            items: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            put_back_at: Option<String>,
        }
        let path = format!("/api/v1/namespaces/{CLUSTER}/{namespace}/drift");
        wait::until(&format!("putting {namespace} right"), PROVISION_LIMIT, async || {
            let drift: Drift = self.api(PLATFORM)?.get(&path).await?;
            let is_over = !drift.items.is_empty() && drift.items.iter().all(|row| row.put_back_at.is_some());
            Ok(is_over.then_some(()))
        })
        .await
    }
}
