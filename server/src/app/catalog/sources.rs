//! Sources: registries and repositories that charts come from, and what they are asked with.
//!
//! An address is asked as the guard allows it, and what is secret goes to the source's own host alone: a source that is moved
//! needs its credentials anew.

use super::source_subject as subject;
use crate::app::{Ctx, Error, Result, change};
use crate::store;
use crate::store::chart_sources::{NewSource, Source as Stored};
use charts::index::Index as ChartIndex;
use domain::audit::EventKind;
use domain::catalog::{SourceAuth, SourceKind, SourceSpec};
use domain::name::SourceName;
use domain::view::{SourceCheck, SourceStep};
use domain::{Action, Refusal, text};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use signatures::{Policy, ProofKind};
use sources::{Credentials, Limits, Reader, Seen, Source};
use std::collections::BTreeMap;
use std::time::Duration;

/// What credentials are sealed for.
pub(in crate::app) const SEALED_FOR: &str = "credentials of a source of charts";
/// The job that asks a source which versions it has.
pub(super) const LIST_VERSIONS: &str = "list_chart_versions";
/// How long one look at a source may take: somebody waits for it.
const LOOK: Duration = Duration::from_secs(20);
/// Charts that a look writes down, and characters of each step's words.
const MOST_CHARTS: usize = 500;
const LONGEST_DETAIL: usize = 500;

/// What somebody gives a source to be asked with.
pub enum NewCredentials {
    /// What is there stays; a new source is asked anonymously.
    Keep,
    Anonymous,
    Basic {
        user: String,
        password: SecretString,
    },
    Bearer(SecretString),
}

/// As they are sealed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "auth", rename_all = "snake_case")]
enum Secret {
    Basic { user: String, password: String },
    Bearer { token: String },
}

/// Begins a source. Nothing is asked yet.
pub async fn add(ctx: &Ctx, name: &SourceName, spec: &SourceSpec, credentials: NewCredentials) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    // The address of the form for a new one.
    if name.as_str() == "new" {
        return Err(Refusal::invalid("name", "must be another: new is taken by Berth").into());
    }
    let (auth, sealed) = seal(ctx, credentials)?.unwrap_or((SourceAuth::Anonymous, None));
    check_spec(ctx, spec, sealed.as_deref())?;
    change!(ctx, |tx| {
        let new = NewSource { spec, auth, credentials: sealed.as_deref(), editor: ctx.actor.person_id() };
        if !store::chart_sources::insert(&mut **tx, name, &new, ctx.now()).await? {
            return Err(Refusal::invalid("name", "is the name of a source already").into());
        }
        tx.record(ctx, subject(name), None, EventKind::SourceAdded { after: spec.clone(), auth });
        Ok(())
    })
}

/// Says something else of it. `read` is the source's version that was changed.
pub async fn change(
    ctx: &Ctx,
    name: &SourceName,
    read: i32,
    spec: &SourceSpec,
    credentials: NewCredentials,
) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    let given = seal(ctx, credentials)?;
    change!(ctx, |tx| {
        let before = store::chart_sources::lock(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if before.version != read {
            let by = before.editor.unwrap_or_else(|| "the operator".into());
            return Err(Refusal::ChangedSince { what: subject(name), by }.into());
        }
        let (auth, sealed) = given.clone().unwrap_or_else(|| (before.auth, before.credentials.clone()));
        check_spec(ctx, spec, sealed.as_deref())?;
        let keeps_secret = given.is_none() && before.credentials.is_some();
        if keeps_secret && !goes_nowhere_else(&before.spec, spec) {
            let why =
                "must be given again: the host, its authorities, or who else may have them are others than before";
            return Err(Refusal::invalid("secret", why).into());
        }
        if given.is_none() && before.spec == *spec {
            return Ok(());
        }
        let new = NewSource { spec, auth, credentials: sealed.as_deref(), editor: ctx.actor.person_id() };
        store::chart_sources::save(&mut **tx, name, &new, ctx.now()).await?;
        // What it said before, it said as another.
        let lists = store::chart_listings::forget(tx, name, ctx.now()).await?;
        lists.into_iter().for_each(|id| tx.enqueue(LIST_VERSIONS, id));
        let has_new_credentials = given.is_some() && (before.credentials.is_some() || sealed.is_some());
        let kind = EventKind::SourceChanged { before: before.spec, after: spec.clone(), auth, has_new_credentials };
        tx.record(ctx, subject(name), None, kind);
        Ok(())
    })
}

/// Makes a source what a file says, and answers what that took: `added`, `changed` or `as it was`. Its credentials stay.
pub async fn apply(ctx: &Ctx, name: &SourceName, spec: &SourceSpec) -> Result<&'static str> {
    ctx.allow(Action::SetUp)?;
    match store::chart_sources::find(ctx.db(), name).await? {
        None => add(ctx, name, spec, NewCredentials::Keep).await.map(|()| "added"),
        Some(source) if source.spec == *spec => Ok("as it was"),
        Some(source) => change(ctx, name, source.version, spec, NewCredentials::Keep).await.map(|()| "changed"),
    }
}

/// What is said of each source, by name.
pub async fn export(ctx: &Ctx) -> Result<BTreeMap<SourceName, SourceSpec>> {
    ctx.allow(Action::SeeSetUp)?;
    Ok(store::chart_sources::specs(ctx.db()).await?.into_iter().collect())
}

/// Lets go of it. What was taken in from it stays.
pub async fn remove(ctx: &Ctx, name: &SourceName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let before = store::chart_sources::lock(&mut **tx, name).await?.ok_or(Error::NotFound)?;
        if let Some(entry) = store::chart_sources::entries(&mut **tx, name, 1).await?.first() {
            let why = format!("versions of {entry} come from {name}: give its entry another source first");
            return Err(Refusal::NotPossible(why).into());
        }
        store::chart_sources::remove(&mut **tx, name).await?;
        tx.record(ctx, subject(name), None, EventKind::SourceRemoved { before: before.spec });
        Ok(())
    })
}

/// Looks at it now and writes down what was seen, step by step.
pub async fn check(ctx: &Ctx, name: &SourceName) -> Result<SourceCheck> {
    ctx.allow(Action::SetUp)?;
    let stored = store::chart_sources::find(ctx.db(), name).await?.ok_or(Error::NotFound)?;
    let limits = Limits { read: LOOK / 2, answer: LOOK, order: LOOK, ..Limits::default() };
    let asked = match open(ctx, &stored, limits) {
        Ok(reader) => tokio::spawn(tokio::time::timeout(LOOK, look(reader))).await.map_err(Error::internal)?,
        Err(Error::Refused(refusal)) => Ok((vec![step("Read its address", Err(refusal.to_string()))], Vec::new())),
        Err(error) => return Err(error),
    };
    let slow = || format!("it took longer than {} s", LOOK.as_secs());
    let (steps, charts) = asked.unwrap_or_else(|_| (vec![step("Reach it", Err(slow()))], Vec::new()));
    let check = SourceCheck { at: ctx.now(), steps, charts };
    store::chart_sources::set_check(ctx.db(), name, stored.version, &check).await?;
    Ok(check)
}

async fn look(reader: Reader) -> (Vec<SourceStep>, Vec<String>) {
    let mut steps = Vec::new();
    let (mut charts, mut read) = (Vec::new(), None);
    for seen in reader.check().await {
        let outcome = seen.outcome.map_err(|error| error.to_string()).map(|seen| {
            let says = seen.to_string();
            match seen {
                Seen::Charts(found) => charts = found.names().iter().take(MOST_CHARTS).map(|name| kept(name)).collect(),
                Seen::Index { bytes } => read = Some(bytes),
                Seen::Reached(_) | Seen::Access(_) | Seen::Versions { .. } => {}
            }
            says
        });
        steps.push(step(seen.title, outcome));
    }
    if let (Reader::Index(repository), Some(bytes)) = (&reader, read) {
        match read_index(bytes, repository.base()).await {
            Ok(index) => {
                let page = index.page(None, MOST_CHARTS);
                charts = page.charts.iter().map(|(name, _)| kept(name)).collect();
                let left_out = match index.n_rejected() {
                    0 => String::new(),
                    n => format!("; {n} entries are wrong and left out"),
                };
                let found = format!("{} charts in {} versions{left_out}", index.n_charts(), index.n_versions());
                steps.push(step("List charts", Ok(found)));
            }
            Err(why) => steps.push(step("List charts", Err(why))),
        }
    }
    (steps, charts)
}

/// Off the threads that serve others: an index may have 64 MB.
pub(super) async fn read_index(bytes: Vec<u8>, base: &url::Url) -> Result<ChartIndex, String> {
    let base = base.clone();
    let read = tokio::task::spawn_blocking(move || ChartIndex::read(&bytes, &base));
    read.await.map_err(|_| "it could not be read".to_owned())?.map_err(|error| error.to_string())
}

fn step(title: &str, outcome: Result<String, String>) -> SourceStep {
    let is_ok = outcome.is_ok();
    let detail = match outcome {
        Ok(words) | Err(words) => words,
    };
    SourceStep { title: title.to_owned(), detail: text::shown(&detail, LONGEST_DETAIL), is_ok }
}

/// A name as the database takes it.
fn kept(name: &str) -> String {
    text::shown(name, 255)
}

/// A way to ask it. Refuses what was typed wrongly.
pub(super) fn open(ctx: &Ctx, stored: &Stored, limits: Limits) -> Result<Reader> {
    let credentials = stored.credentials.as_deref().map(|sealed| unseal(ctx, sealed)).transpose()?.unwrap_or_default();
    open_as(ctx, &stored.spec, credentials, limits)
}

fn open_as(ctx: &Ctx, spec: &SourceSpec, credentials: Credentials, limits: Limits) -> Result<Reader> {
    let kind = match spec.kind {
        SourceKind::Registry => sources::Kind::Registry,
        SourceKind::Index => sources::Kind::Index,
    };
    let source = Source {
        credentials,
        ca: (!spec.ca.is_empty()).then(|| spec.ca.clone()),
        credential_hosts: spec.credential_hosts.iter().cloned().collect(),
        charts: spec.charts.iter().cloned().collect(),
        asks_for_proof: spec.needs_proof(),
        ..Source::new(kind, spec.address.clone())
    };
    source.open(&ctx.berth.guard, limits).map_err(|error| {
        let field = match &error {
            sources::Error::Ca { .. } => "ca",
            sources::Error::Name { .. } => "charts",
            sources::Error::Credentials { .. } => "secret",
            _ => "address",
        };
        Refusal::invalid(field, &format!("is refused: {error}")).into()
    })
}

/// Refuses what cannot be meant, also where only a source that is opened shows it.
fn check_spec(ctx: &Ctx, spec: &SourceSpec, sealed: Option<&[u8]>) -> Result<()> {
    spec.check()?;
    let policy = policy(spec)?;
    let can_be_met = policy.demands().iter().any(|demand| demand.kind() == ProofKind::Provenance);
    if spec.needs_proof() && spec.kind == SourceKind::Index && !can_be_met {
        return Err(Refusal::invalid("proof", "cannot be met: cosign signs what is in a registry").into());
    }
    let credentials = sealed.map(|sealed| unseal(ctx, sealed)).transpose()?.unwrap_or_default();
    open_as(ctx, spec, credentials, Limits::default()).map(drop)
}

/// Whose signature it demands.
pub(super) fn policy(spec: &SourceSpec) -> Result<Policy, Refusal> {
    if !spec.needs_proof() && spec.proof.keys().all(|key| key == "require") {
        return Ok(Policy::NotRequired);
    }
    let json = Value::Object(spec.proof.clone()).to_string();
    Policy::from_json(&json).map_err(|error| Refusal::invalid("keys", &format!("is refused: {error}")))
}

/// Whether credentials of the one go to no host that they did not go to before. What stands behind `address` in the same host
/// is the same host's.
fn goes_nowhere_else(before: &SourceSpec, after: &SourceSpec) -> bool {
    let host = |spec: &SourceSpec| {
        let typed = spec.address.trim().replacen("oci://", "https://", 1);
        url::Url::parse(&typed).map(|url| url.origin().ascii_serialization()).ok()
    };
    let same_host = host(before).is_some() && host(before) == host(after);
    // Whoever may name another authority may stand in for the host.
    same_host && before.ca.trim() == after.ca.trim() && after.credential_hosts.is_subset(&before.credential_hosts)
}

/// None where what is there stays.
fn seal(ctx: &Ctx, credentials: NewCredentials) -> Result<Option<(SourceAuth, Option<Vec<u8>>)>> {
    let secret = match credentials {
        NewCredentials::Keep => return Ok(None),
        NewCredentials::Anonymous => return Ok(Some((SourceAuth::Anonymous, None))),
        NewCredentials::Basic { user, password } if user.trim().is_empty() || password.expose_secret().is_empty() => {
            return Err(Refusal::invalid("secret", "is missing: give a user name and a password").into());
        }
        NewCredentials::Bearer(token) if token.expose_secret().is_empty() => {
            return Err(Refusal::invalid("secret", "is missing: give the token").into());
        }
        NewCredentials::Basic { user, password } => (
            SourceAuth::Basic,
            Secret::Basic { user: user.trim().to_owned(), password: password.expose_secret().into() },
        ),
        NewCredentials::Bearer(token) => (SourceAuth::Bearer, Secret::Bearer { token: token.expose_secret().into() }),
    };
    let plain = serde_json::to_vec(&secret.1).map_err(Error::internal)?;
    Ok(Some((secret.0, Some(ctx.berth.seal.seal(SEALED_FOR, &plain)))))
}

fn unseal(ctx: &Ctx, sealed: &[u8]) -> Result<Credentials> {
    let plain = ctx.berth.seal.open(SEALED_FOR, sealed).map_err(Error::internal)?;
    let secret: Secret = serde_json::from_slice(&plain).map_err(Error::internal)?;
    Ok(match secret {
        Secret::Basic { user, password } => Credentials::Basic { user, password: password.into() },
        Secret::Bearer { token } => Credentials::Bearer(token.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn spec(address: &str, hosts: &[&str]) -> SourceSpec {
        let credential_hosts: Vec<_> = hosts.to_vec();
        let value = serde_json::json!({"kind": "registry", "address": address, "credential_hosts": credential_hosts});
        serde_json::from_value(value).expect("is a source")
    }

    #[rstest]
    #[case::another_path("oci://registry.example.com/other", &["tokens.example.com"], true)]
    #[case::fewer_hosts("oci://registry.example.com/charts", &[], true)]
    #[case::its_spelling("https://REGISTRY.example.com:443/charts", &[], true)]
    #[case::another_host("oci://registry.example.org/charts", &[], false)]
    #[case::another_port("oci://registry.example.com:8443/charts", &[], false)]
    #[case::in_the_clear("http://registry.example.com/charts", &[], false)]
    #[case::one_more_host("oci://registry.example.com/charts", &["evil.example"], false)]
    #[case::no_address("registry", &[], false)]
    fn credentials_do_not_move(#[case] address: &str, #[case] hosts: &[&str], #[case] stays: bool) {
        let before = spec("oci://registry.example.com/charts", &["tokens.example.com"]);
        assert_eq!(goes_nowhere_else(&before, &spec(address, hosts)), stays);
    }

    #[test]
    fn nor_do_they_follow_another_authority() {
        let before = spec("oci://registry.example.com/charts", &[]);
        let with = |ca: &str| SourceSpec { ca: ca.into(), ..before.clone() };
        assert!(!goes_nowhere_else(&before, &with("other")));
        assert!(goes_nowhere_else(&with("one\n"), &with("one")));
    }
}
