//! What a class loosens that a cluster's administrator has to agree to: known from the last check of the cluster, and from
//! what the cluster said since, when Berth worked there.

use crate::app::{Ctx, Result};
use crate::cluster::apply::Provisioner;
use crate::cluster::{self, allowed, install, to_yaml};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::class::Class;
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::namespace::Namespace;
use domain::view::{ClusterCheck, Disagreement};

/// Why a namespace of this class would not be made there, as far as that is known; none where nothing stands in the way.
pub async fn disagreement(
    conn: &mut Conn,
    ctx: &Ctx,
    class: &Class,
    (id, name): (ClusterId, &ClusterName),
) -> Result<Option<Disagreement>> {
    let wanted = allowed::loosened(&class.spec);
    if wanted.is_empty() {
        return Ok(None);
    }
    let check = store::clusters::find_check(&mut *conn, id).await?;
    let missing = missing(&wanted, check.as_ref());
    if missing.as_ref().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let agreement = match ctx.allow(Action::SeeSetUp) {
        Ok(()) => Some(agreement(conn, class, wanted).await?),
        Err(_) => None,
    };
    Ok(Some(Disagreement {
        cluster: name.to_string(),
        class: class.name.to_string(),
        missing,
        checked_at: check.map(|check| check.agreed_at()),
        agreement,
    }))
}

/// The same for every cluster that the class may be used on.
pub async fn disagreements(conn: &mut Conn, ctx: &Ctx, class: &Class) -> Result<Vec<Disagreement>> {
    let mut found = Vec::new();
    if allowed::loosened(&class.spec).is_empty() {
        return Ok(found);
    }
    for cluster in store::clusters::list(&mut *conn).await? {
        if class.spec.may_be_on(&cluster.name) {
            found.extend(disagreement(&mut *conn, ctx, class, (cluster.id, &cluster.name)).await?);
        }
    }
    Ok(found)
}

/// The same for every class on offer that may be used on a cluster.
pub async fn disagreements_on(
    conn: &mut Conn,
    ctx: &Ctx,
    (id, name): (ClusterId, &ClusterName),
) -> Result<Vec<Disagreement>> {
    let mut found = Vec::new();
    for class in store::classes::list_offered(&mut *conn).await? {
        if class.spec.may_be_on(name) {
            found.extend(disagreement(&mut *conn, ctx, &class, (id, name)).await?);
        }
    }
    Ok(found)
}

/// Asks the cluster what of it is agreed to, and keeps the answer: it is newer than any check. Answers what is missing.
pub async fn ask_agreement(
    ctx: &Ctx,
    provisioner: &Provisioner,
    namespace: &Namespace,
) -> Result<Vec<&'static str>, cluster::Error> {
    let asked = allowed::loosened(&namespace.class.spec);
    if asked.is_empty() {
        return Ok(asked);
    }
    let at = ctx.now();
    let agreed = provisioner.agreed(&asked).await?;
    let known = Known { id: namespace.cluster.id, asked: &asked, agreed: &agreed, at };
    if let Err(error) = known.keep(ctx).await {
        tracing::warn!(?error, cluster = %namespace.cluster.name, "what the cluster agrees to is left to its next check");
    }
    Ok(asked.iter().copied().filter(|word| !agreed.contains(word)).collect())
}

/// Why a cluster said no, for people: it names the first word that is missing, and this names all.
pub async fn why_refused(
    ctx: &Ctx,
    provisioner: &Provisioner,
    namespace: &Namespace,
    error: &cluster::Error,
) -> String {
    if !error.is_about_agreement() {
        return error.to_string();
    }
    match ask_agreement(ctx, provisioner, namespace).await {
        Ok(missing) if !missing.is_empty() => format!(
            "cluster {} has not agreed to what class {} loosens: {}. An administrator of the cluster can, with kubectl; \
             Platform reads at the class what is applied there",
            namespace.cluster.name,
            namespace.class.name,
            missing.join(", ")
        ),
        Ok(_) | Err(_) => error.to_string(),
    }
}

/// What an administrator of a cluster applies to agree to all that the class loosens. It is one object for all versions of
/// the class: applied for an older one, it takes nothing from the latest.
async fn agreement(conn: &mut Conn, class: &Class, wanted: Vec<&'static str>) -> Result<String> {
    let mut words = wanted;
    if let Some(latest) = store::classes::find_latest(conn, &class.name).await? {
        words.extend(allowed::loosened(&latest.spec));
    }
    words.sort_unstable();
    words.dedup();
    Ok(to_yaml(&install::agreement(class.name.as_str(), &words)))
}

/// Of what is wanted; none where it is not known.
fn missing(wanted: &[&'static str], check: Option<&ClusterCheck>) -> Option<Vec<String>> {
    let agreed = check?.agreed()?;
    let lacks = |word: &&&'static str| !agreed.iter().any(|agreed| agreed == **word);
    Some(wanted.iter().filter(lacks).map(|word| (*word).to_owned()).collect())
}

/// What a cluster answered.
struct Known<'a> {
    id: ClusterId,
    asked: &'a [&'static str],
    agreed: &'a [&'static str],
    at: time::OffsetDateTime,
}

impl Known<'_> {
    /// Nothing is written where all of it is agreed to and was known to be.
    async fn keep(&self, ctx: &Ctx) -> Result<()> {
        let check = store::clusters::find_check(ctx.db(), self.id).await?;
        let is_whole = self.asked.len() == self.agreed.len();
        if is_whole && missing(self.asked, check.as_ref()).is_some_and(|missing| missing.is_empty()) {
            return Ok(());
        }
        let mut tx = ctx.begin().await?;
        store::clusters::lock_known(&mut tx, self.id).await?;
        let Some(mut check) = store::clusters::find_check(&mut *tx, self.id).await? else { return Ok(()) };
        if check.learn(self.asked, self.agreed, self.at) {
            store::clusters::save_check(&mut *tx, self.id, &check).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
