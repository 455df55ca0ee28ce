//! Fills a fresh Berth: the set-up a platform team would apply, requests in every state, and workloads that run or fail.

mod catalog;
mod desk;
mod sources;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use desk::Desk;
use serde_json::{Value, json};

use crate::{
    berth::Settings,
    cluster::{Cluster, kubectl},
    describe::DemoAccount,
    identity::Identity,
    registry::Address,
    sign_in::Session,
};

/// What the cluster is called in Berth.
pub const CLUSTER: &str = "harbour-1";

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
    desk.give_membership("payments", "orders-owner@berth.test", "Reconciles orders with payments until the audit")
        .await?;
    let training = json!({
        "title": "Training",
        "summary": "For courses: small, and meant to end with the course.",
        "lifetime_days": 30,
    });
    desk.publish_class("training", "sandbox", training, "Courses ask for it every month.").await?;
    let payments =
        desk.new_namespace("developer", "payments-dev", "standard", "M", "Daily work on the payments API").await?;
    desk.approve_with_less("owner", payments).await?;
    let training =
        desk.new_namespace("developer", "payments-training", "training", "S", "Onboarding course in December").await?;
    let orders =
        desk.new_namespace("stranger", "orders-dev", "standard", "S", "Daily work on the order service").await?;
    desk.approve("orders-owner", orders, "Fine for a start.").await?;
    let sandbox = desk
        .new_namespace("developer", "payments-sandbox", "sandbox", "S", "Trying out the new card processor")
        .await?;
    ask_for_more(&desk).await?;

    for number in [payments, orders, sandbox, training] {
        desk.completed("platform", number).await?;
    }
    deploy(places, "developer", "payments-dev", "workloads/payments-dev.yaml").await?;
    deploy(places, "stranger", "orders-dev", "workloads/orders-dev.yaml").await?;
    if places.has_real_node {
        deploy(places, "developer", "payments-dev", "workloads/real/payments-dev.yaml").await?;
    }
    change_classes(&desk).await?;
    change_quota(&desk).await?;
    catalog::offer(places.settings, &desk, places.catalog).await?;
    sources::connect(&desk, places).await?;
    drift(&desk, places).await
}

/// What waits for somebody, and what nobody waits for any more.
async fn ask_for_more(desk: &Desk) -> Result<()> {
    let production = desk
        .new_namespace("developer", "payments-prod", "production", "L", "Payments goes live in the harbour region")
        .await?;
    desk.approve("owner", production, "Load tests are in the wiki; L leaves room for the first quarter.").await?;
    let load =
        desk.new_namespace("developer", "payments-load", "standard", "XL", "Load tests before the launch").await?;
    desk.reject("owner", load, "Please use payments-dev outside working hours; it has room enough.").await?;
    let spike = desk.new_namespace("developer", "payments-spike", "standard", "S", "Spike on batch settlement").await?;
    desk.withdraw("developer", spike).await?;
    let batch =
        desk.new_namespace("developer", "payments-batch", "standard", "L", "Settlement of a whole day at once").await?;
    let suggestion = quota(4, 24, 200, 50);
    desk.request_changes("owner", batch, suggestion, "It runs alone at night: memory is what it needs, not CPU.")
        .await?;
    let staging = desk
        .new_namespace("developer", "payments-staging", "standard", "M", "Acceptance tests before each release")
        .await?;
    desk.comment("owner", staging, "Which release is the first that needs it?").await?;
    desk.comment("developer", staging, "2.15, at the end of the month.").await
}

/// One has a version that a namespace does not follow yet, another a draft.
async fn change_classes(desk: &Desk) -> Result<()> {
    let longer = json!({"lifetime_days": 60, "container_bounds": {"max_cpu_m": 500, "max_memory_bytes": 1 << 30}});
    let note = "Two courses in a row, and no container that takes it all.";
    desk.publish_class("training", "training", longer, note).await?;
    let packed = json!({
        "summary": "What customers use, packed a bit closer. Decided by the team's owner and by Platform.",
        "overcommit_percent": 120,
    });
    desk.draft_class("production", "production", packed).await.map(drop)
}

/// Up with a decision, down without one, and up again in two attempts.
async fn change_quota(desk: &Desk) -> Result<()> {
    const NAME: &str = "payments-dev";
    let more = desk.quota("developer", NAME, quota(4, 24, 100, 50), "The batch jobs moved in").await?;
    desk.approve("owner", more, "As agreed.").await?;
    desk.completed("platform", more).await?;
    let less = desk.quota("developer", NAME, quota(4, 24, 40, 50), "The archive moved to object storage").await?;
    desk.completed("platform", less).await?;
    desk.quota("developer", NAME, quota(12, 24, 40, 50), "Rehearsal of the sales week").await?;
    desk.quota("developer", NAME, quota(8, 32, 40, 80), "Rehearsal of the sales week, with half the load").await?;
    Ok(())
}

/// Somebody helps themselves on the cluster, which Berth puts back.
async fn drift(desk: &Desk, places: &Places<'_>) -> Result<()> {
    let patch = json!({"spec": {"hard": {"pods": "500"}}}).to_string();
    let by = ["--type=merge", "--field-manager=kubectl-edit", "-p", &patch];
    let at = ["patch", "resourcequota", "berth-compute", "-n", "payments-dev"];
    kubectl(places.devcluster, &places.cluster.kubeconfig, &[&at[..], &by[..]].concat())?;
    desk.put_back("payments-dev").await
}

/// CPUs, GiB of memory, GiB of storage and pods.
fn quota(cpu: u64, memory: u64, storage: u64, pods: u64) -> Value {
    const GIB: u64 = 1 << 30;
    json!({"cpu_m": cpu * 1000, "memory_bytes": memory * GIB, "storage_bytes": storage * GIB, "pods": pods})
}

/// Where workloads come from and go to.
pub struct Places<'a> {
    pub devcluster: &'a Path,
    pub cluster: &'a Cluster,
    pub identity: &'a Identity,
    /// Directory with `workloads/NAMESPACE.yaml`, and `workloads/real` for the real node.
    pub demo: &'a Path,
    /// The starter catalog.
    pub catalog: &'a Path,
    pub registry: &'a Address,
    /// Charts of others in their directories, older versions first; none where they could not be fetched.
    pub foreign_charts: &'a [PathBuf],
    pub settings: &'a Settings,
    pub has_real_node: bool,
    /// Where the accounts' kubeconfigs are written.
    pub dir: &'a Path,
}

/// Applies workloads of the namespace as the account: the rights Berth gave it must be enough.
async fn deploy(places: &Places<'_>, role: &str, namespace: &str, file: &str) -> Result<()> {
    let file = places.demo.join(file);
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
