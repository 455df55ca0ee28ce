//! What a class loosens that a cluster's administrator has to agree to: known from the last check of the cluster, and from
//! what the cluster said since, when Berth worked there.

use crate::app::{Ctx, Result, change};
use crate::cluster::apply::Provisioner;
use crate::cluster::{self, allowed, install, to_yaml};
use crate::store;
use crate::store::Conn;
use domain::Action;
use domain::class::{Class, ClassSpec};
use domain::id::ClusterId;
use domain::name::ClusterName;
use domain::namespace::Namespace;
use domain::view::{ClusterCheck, Disagreement};

/// Words that a cluster has not agreed to; none where that is not known.
pub struct Lacking(pub Option<Vec<String>>);

impl From<&Disagreement> for Lacking {
    fn from(found: &Disagreement) -> Self {
        Self(found.missing.clone())
    }
}

/// What of a class would be refused by the cluster of this check; none where nothing would.
pub fn lacking(spec: &ClassSpec, check: Option<&ClusterCheck>) -> Option<Lacking> {
    lacking_of(&allowed::loosened(spec), check)
}

fn lacking_of(wanted: &[&'static str], check: Option<&ClusterCheck>) -> Option<Lacking> {
    let missing = missing(wanted, check);
    let is_whole = wanted.is_empty() || missing.as_ref().is_some_and(Vec::is_empty);
    (!is_whole).then_some(Lacking(missing))
}

/// Why a namespace of this class would not be made there, as far as that is known; none where nothing stands in the way.
pub async fn disagreement(
    conn: &mut Conn,
    ctx: &Ctx,
    class: &Class,
    name: &ClusterName,
    check: Option<&ClusterCheck>,
) -> Result<Option<Disagreement>> {
    let Some(lacking) = lacking(&class.spec, check) else { return Ok(None) };
    let manifest = manifest(conn, ctx, class, None).await?;
    Ok(Some(describe(class, name, lacking, check, manifest)))
}

/// The same for every cluster that the class may be used on.
pub async fn disagreements(conn: &mut Conn, ctx: &Ctx, class: &Class) -> Result<Vec<Disagreement>> {
    let wanted = allowed::loosened(&class.spec);
    on_clusters(conn, ctx, class, (&wanted, None), |_, name| class.spec.may_be_on(name)).await
}

/// The same for these clusters, whether it may be used on them or not.
pub async fn disagreements_at(
    conn: &mut Conn,
    ctx: &Ctx,
    class: &Class,
    clusters: &[ClusterId],
) -> Result<Vec<Disagreement>> {
    let wanted = allowed::loosened(&class.spec);
    on_clusters(conn, ctx, class, (&wanted, None), |id, _| clusters.contains(&id)).await
}

/// The same for the latest version and all that namespaces have.
pub async fn disagreements_of_all(conn: &mut Conn, ctx: &Ctx, latest: &Class) -> Result<Vec<Disagreement>> {
    let wanted = words_of_all(conn, latest).await?;
    on_clusters(conn, ctx, latest, (&wanted, Some(&wanted)), |_, name| latest.spec.may_be_on(name)).await
}

/// `all` are the words of all versions, where they are known already.
async fn on_clusters(
    conn: &mut Conn,
    ctx: &Ctx,
    class: &Class,
    (wanted, all): (&[&'static str], Option<&[&'static str]>),
    is_meant: impl Fn(ClusterId, &ClusterName) -> bool,
) -> Result<Vec<Disagreement>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let manifest = manifest(&mut *conn, ctx, class, all).await?;
    let clusters = store::clusters::list_checks(conn).await?;
    let on = clusters.iter().filter(|(id, name, _)| is_meant(*id, name));
    let found = on.filter_map(|(_, name, check)| {
        let lacking = lacking_of(wanted, check.as_ref())?;
        Some(describe(class, name, lacking, check.as_ref(), manifest.clone()))
    });
    Ok(found.collect())
}

/// For every class on offer that may be used on a cluster.
pub async fn disagreements_on(
    conn: &mut Conn,
    ctx: &Ctx,
    (id, name): (ClusterId, &ClusterName),
) -> Result<Vec<Disagreement>> {
    let check = store::clusters::find_check(&mut *conn, id).await?;
    let mut found = Vec::new();
    for class in store::classes::list_offered(&mut *conn).await? {
        if class.spec.may_be_on(name)
            && let Some(lacking) = lacking(&class.spec, check.as_ref())
        {
            let manifest = manifest(&mut *conn, ctx, &class, None).await?;
            found.push(describe(&class, name, lacking, check.as_ref(), manifest));
        }
    }
    Ok(found)
}

fn describe(
    class: &Class,
    cluster: &ClusterName,
    Lacking(missing): Lacking,
    check: Option<&ClusterCheck>,
    agreement: Option<String>,
) -> Disagreement {
    Disagreement {
        cluster: cluster.to_string(),
        class: class.name.to_string(),
        missing,
        checked_at: check.map(ClusterCheck::agreed_at),
        agreement,
    }
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

/// What an administrator of a cluster applies to agree to all that the class loosens, for who may see how Berth is set up.
/// It is one object for all versions of the class: applied for one, it takes nothing from the others.
async fn manifest(conn: &mut Conn, ctx: &Ctx, class: &Class, all: Option<&[&'static str]>) -> Result<Option<String>> {
    if ctx.allow(Action::SeeSetUp).is_err() {
        return Ok(None);
    }
    let words = match all {
        Some(all) => all.to_vec(),
        None => words_of_all(conn, class).await?,
    };
    Ok(Some(to_yaml(&install::agreement(class.name.as_str(), &words))))
}

/// What this version of a class loosens, the latest one, and all that namespaces have.
async fn words_of_all(conn: &mut Conn, class: &Class) -> Result<Vec<&'static str>> {
    let mut words = allowed::loosened(&class.spec);
    if let Some(latest) = store::classes::find_latest(&mut *conn, &class.name).await? {
        for older in store::classes::list_used_before(conn, &latest).await? {
            words.extend(allowed::loosened(&older.spec));
        }
        words.extend(allowed::loosened(&latest.spec));
    }
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

/// Of what is wanted; none where it is not known.
fn missing(wanted: &[&'static str], check: Option<&ClusterCheck>) -> Option<Vec<String>> {
    let agreed = check?.agreed()?;
    let lacks = |word: &&&'static str| !agreed.iter().any(|agreed| agreed == **word);
    Some(wanted.iter().filter(lacks).map(|word| (*word).to_owned()).collect())
}

/// How old an answer is at most that is not noted again.
const YOUNG: time::Duration = time::Duration::MINUTE;

/// What a cluster answered.
struct Known<'a> {
    id: ClusterId,
    asked: &'a [&'static str],
    agreed: &'a [&'static str],
    at: time::OffsetDateTime,
}

impl Known<'_> {
    /// Nothing is written where it is known already: that all is agreed to, or since a moment ago what is not.
    async fn keep(&self, ctx: &Ctx) -> Result<()> {
        let check = store::clusters::find_check(ctx.db(), self.id).await?;
        let was_missing = missing(self.asked, check.as_ref());
        let is_missing = self.asked.iter().filter(|word| !self.agreed.contains(word));
        // A check that could not tell has no place for it; the next one has.
        let Some(was_missing) = was_missing else { return Ok(()) };
        let is_same = was_missing.iter().map(String::as_str).eq(is_missing.copied());
        let is_young = check.as_ref().is_some_and(|check| self.at - check.agreed_at() < YOUNG);
        if is_same && (is_young || was_missing.is_empty()) {
            return Ok(());
        }
        change!(ctx, |tx| {
            store::clusters::lock_known(tx, self.id).await?;
            let Some(mut check) = store::clusters::find_check(&mut **tx, self.id).await? else { return Ok(()) };
            if check.learn(self.asked, self.agreed, self.at) {
                store::clusters::save_check(&mut **tx, self.id, &check).await?;
            }
            Ok(())
        })
    }
}
