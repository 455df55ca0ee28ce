//! Fills a fresh Berth: the set-up a platform team would apply, requests in every state, and workloads that run or fail.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    berth::Settings,
    cluster::{Cluster, kubectl},
    describe::DemoAccount,
    identity::Identity,
    sign_in::{Api, Session},
    wait,
};

/// What the cluster is called in Berth.
pub const CLUSTER: &str = "harbour-1";

const PROVISION_LIMIT: Duration = Duration::from_secs(120);

/// Brings the database up to date and tells Berth of the cluster and of the set-up in `demo`; needs no running Berth
/// and may be repeated.
pub fn set_up(settings: &Settings, cluster: &Cluster, demo: &Path) -> Result<()> {
    let path =
        |path: &Path| path.to_str().map(str::to_owned).with_context(|| format!("{} is not UTF-8", path.display()));
    settings.run(&["migrate"])?;
    settings.run(&[
        "cluster",
        "add",
        CLUSTER,
        "--kubeconfig",
        &path(&cluster.kubeconfig)?,
        "--groups-prefix",
        "oidc:",
    ])?;
    settings.run(&["apply", "-f", &path(&demo.join("setup.yaml"))?])?;
    Ok(())
}

/// Signs every account in and makes it a token.
pub async fn make_tokens(url: &str, identity: &Identity) -> Result<Vec<DemoAccount>> {
    let mut accounts = Vec::new();
    for account in &identity.accounts {
        let session = Session::open(url, account).await?;
        let token = session.make_token("demo").await.with_context(|| format!("token of {}", account.email))?;
        accounts.push(DemoAccount { account: account.clone(), token });
    }
    Ok(accounts)
}

/// Asks, decides and deploys as the demo's accounts; does nothing where there are requests already.
pub async fn fill(url: &str, accounts: &[DemoAccount], places: &Places<'_>) -> Result<()> {
    let desk = Desk::new(url, accounts)?;
    if desk.has_requests().await? {
        return Ok(());
    }
    let payments =
        desk.new_namespace("developer", "payments-dev", "standard", "M", "Daily work on the payments API").await?;
    desk.approve_with_less("owner", payments).await?;
    let sandbox = desk
        .new_namespace("developer", "payments-sandbox", "sandbox", "S", "Trying out the new card processor")
        .await?;
    let orders =
        desk.new_namespace("stranger", "orders-dev", "standard", "S", "Daily work on the order service").await?;
    desk.approve("orders-owner", orders, "Fine for a start.").await?;

    let production = desk
        .new_namespace("developer", "payments-prod", "production", "L", "Payments goes live in the harbour region")
        .await?;
    desk.approve("owner", production, "Load tests are in the wiki; L leaves room for the first quarter.").await?;
    let load =
        desk.new_namespace("developer", "payments-load", "standard", "XL", "Load tests before the launch").await?;
    desk.reject("owner", load, "Please use payments-dev outside working hours; it has room enough.").await?;
    let spike = desk.new_namespace("developer", "payments-spike", "standard", "S", "Spike on batch settlement").await?;
    desk.withdraw("developer", spike).await?;
    desk.new_namespace("developer", "payments-staging", "standard", "M", "Acceptance tests before each release")
        .await?;

    for number in [payments, sandbox, orders] {
        desk.completed("platform", number).await?;
    }
    deploy(places, "developer", "payments-dev").await?;
    deploy(places, "stranger", "orders-dev").await
}

/// Where workloads come from and go to.
pub struct Places<'a> {
    pub devcluster: &'a Path,
    pub cluster: &'a Cluster,
    pub identity: &'a Identity,
    /// Directory with `workloads/NAMESPACE.yaml`.
    pub demo: &'a Path,
    /// Where the accounts' kubeconfigs are written.
    pub dir: &'a Path,
}

/// Applies the namespace's workloads as the account: the rights Berth gave it must be enough.
async fn deploy(places: &Places<'_>, role: &str, namespace: &str) -> Result<()> {
    let file = places.demo.join("workloads").join(format!("{namespace}.yaml"));
    let file = file.to_str().context("the path of the workloads is not UTF-8")?;
    let account = places
        .identity
        .accounts
        .iter()
        .find(|account| account.role == role)
        .with_context(|| format!("no account {role}"))?;
    let kubeconfig =
        places.cluster.kubeconfig_of(account, places.identity, &places.dir.join(format!("{role}.kubeconfig"))).await?;
    kubectl(places.devcluster, &kubeconfig, &["apply", "-n", namespace, "-f", file]).map(drop)
}

/// Berth's API as each account.
struct Desk {
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
    fn new(url: &str, accounts: &[DemoAccount]) -> Result<Self> {
        let api = |account: &DemoAccount| Ok((account.account.role.clone(), Api::new(url, &account.token)?));
        Ok(Self { by_role: accounts.iter().map(api).collect::<Result<_>>()? })
    }

    fn api(&self, role: &str) -> Result<&Api> {
        self.by_role.get(role).ok_or_else(|| anyhow!("no account {role}"))
    }

    async fn has_requests(&self) -> Result<bool> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Value>,
        }
        let requests: Page = self.api("platform")?.get("/api/v1/requests").await?;
        Ok(!requests.items.is_empty())
    }

    /// Asks for a namespace; its name begins with the team's.
    async fn new_namespace(&self, role: &str, name: &str, class: &str, size: &str, purpose: &str) -> Result<u64> {
        let (team, _) = name.split_once('-').with_context(|| format!("{name} does not begin with a team"))?;
        let ask = json!({
            "kind": "new_namespace", "team": team, "cluster": CLUSTER, "class": class, "name": name, "size": size, "purpose": purpose,
        });
        let request: RequestView =
            self.api(role)?.post("/api/v1/requests", &ask).await.with_context(|| format!("ask for {name}"))?;
        Ok(request.number)
    }

    async fn approve(&self, role: &str, number: u64, comment: &str) -> Result<()> {
        self.decide(role, number, "approve", json!({"revision": 1, "grant": null, "comment": comment})).await
    }

    /// Grants three quarters of the CPU and memory that were asked for.
    async fn approve_with_less(&self, role: &str, number: u64) -> Result<()> {
        let mut grant = self.get(role, number).await?.asked;
        for resource in ["cpu_m", "memory_bytes"] {
            grant.entry(resource.to_owned()).and_modify(|amount| *amount = *amount / 4 * 3);
        }
        let comment = "The API needs less than that today; ask again when the batch jobs move in.";
        self.decide(role, number, "approve", json!({"revision": 1, "grant": grant, "comment": comment})).await
    }

    async fn reject(&self, role: &str, number: u64, comment: &str) -> Result<()> {
        self.decide(role, number, "reject", json!({"revision": 1, "comment": comment})).await
    }

    async fn withdraw(&self, role: &str, number: u64) -> Result<()> {
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

    async fn completed(&self, role: &str, number: u64) -> Result<()> {
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
}
