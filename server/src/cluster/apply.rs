//! Provisioning: makes a namespace on the cluster what it should be, one step at a time.
//!
//! Every step may run twice, late, or after a crash half-way: it applies the whole desired state of its objects and
//! takes away what should not be. It never writes over what Berth did not make.

use super::error::patiently;
use super::manifests::{self, Site};
use super::object::Object;
use super::review::{AccessCheck, Rules, may_i, my_rules};
use super::watch::projection;
use super::{
    BERTH, Connection, Error, MANAGED_BY, NAMESPACE_ID, REVISION, check, identity, revision, some_at_once, verify,
};
use domain::drift::{LeavingCondition, explain_leaving};
use domain::namespace::{Namespace, Step};
use domain::quota::Quota;
use domain::terminating::{DeletionBlocker, diagnose_terminating};
use domain::text;
use futures::{FutureExt, TryFutureExt};
use k8s_openapi::api::core::v1 as corev1;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::api::{Api, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::{Client, ResourceExt};
use serde_json::Value;
use std::time::Duration;

/// Between two looks at what is not there.
const SECOND_LOOK: Duration = Duration::from_secs(1);
/// How long one step may take in all.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// Berth's writing identity on one cluster, for one deed.
#[derive(Clone)]
pub struct Provisioner {
    pub(super) client: Client,
    pub(super) site: Site,
}

/// When a namespace was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// By the run that asks, or about to be: nothing in it is anybody's, and nobody works there.
    Now,
    /// Somebody may have put something into it, and may work there.
    Before,
}

/// How a namespace stands on its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    Absent,
    Owned {
        /// The revision it was written with last; 0 when it carries none.
        revision: i64,
        /// Which of its name it is.
        uid: String,
    },
    /// It is being deleted.
    Terminating(Terminating),
    /// There is one of the name that is not this row's.
    Foreign,
}

/// Of a namespace that is being deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminating {
    /// What holds it up, in words.
    pub says: String,
    /// The same, cause by cause; nothing while it goes as usual.
    pub why: Vec<DeletionBlocker>,
}

impl Provisioner {
    /// `correlation_id` is what the API server's audit log shows of all that it does.
    pub fn new(connection: &Connection, site: Site, correlation_id: &str) -> Result<Self, Error> {
        Ok(Self { client: connection.correlated(correlation_id)?, site })
    }

    /// Errs with [`Error::Unreachable`], or not at all. An API server that has just begun has not read its roles yet and
    /// refuses what it allows a moment later; once it is ready it means what it refuses.
    pub async fn require_ready(&self) -> Result<(), Error> {
        let question = http::Request::get("/readyz").body(Vec::new()).map_err(|_| Error::unreachable("no address"))?;
        match self.client.request_text(question).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 500 => {
                Err(Error::unreachable("its API server is starting and not ready yet"))
            }
            // Tokens are known without roles: one that is not taken is not taken later either.
            Err(kube::Error::Api(status)) if status.code == 401 => Ok(()),
            Err(error) => match Error::from(error) {
                unreachable @ Error::Unreachable { .. } => Err(unreachable),
                // Some clusters tell nobody; one that has not read its roles yet does not even say who may what.
                Error::Refused { .. } | Error::Collision { .. } => self.require_answers().await,
            },
        }
    }

    /// Who the cluster is.
    pub async fn cluster_uid(&self) -> Result<String, Error> {
        Ok(identity::uid(&self.client).await?)
    }

    async fn require_answers(&self) -> Result<(), Error> {
        let access_check = AccessCheck { verb: "get", resource: "namespaces", ..AccessCheck::default() };
        match may_i(&self.client, &access_check).await {
            Ok(_) => Ok(()),
            Err(unreachable @ Error::Unreachable { .. }) => Err(unreachable),
            Err(Error::Refused { .. } | Error::Collision { .. }) => {
                Err(Error::unreachable("its API server is starting and has not read its roles yet"))
            }
        }
    }

    /// Does one step; the answer says for people what was made or found.
    pub async fn run_step(&self, namespace: &Namespace, step: Step, made: Made) -> Result<String, Error> {
        let late = |_| Error::unreachable(format!("the step took longer than {} s", STEP_LIMIT.as_secs()));
        let doing = patiently(|| self.do_step(namespace, step, made));
        tokio::time::timeout(STEP_LIMIT, doing).await.map_err(late)?
    }

    /// Deletes the namespace, which nobody uses yet: one with pods or volume claims in it stays, and so does what is not
    /// this row's. Done when it is gone, or never was.
    pub async fn deprovision(&self, namespace: &Namespace) -> Result<(), Error> {
        let late = |_| Error::unreachable(format!("taking it back took longer than {} s", STEP_LIMIT.as_secs()));
        let doing = patiently(|| self.do_take_back(namespace));
        tokio::time::timeout(STEP_LIMIT, doing).await.map_err(late)?
    }

    async fn do_take_back(&self, namespace: &Namespace) -> Result<(), Error> {
        let name = namespace.name.as_str();
        let Some(found) = self.find_again(name).await? else { return Ok(()) };
        if found.labels().get(NAMESPACE_ID) != Some(&namespace.id.to_string()) {
            // Somebody else's: nothing of ours was ever made.
            return Ok(());
        }
        if found.metadata.deletion_timestamp.is_none() {
            self.refuse_used(name).await?;
            self.mark_and_delete(found).await?;
        }
        Err(Error::unreachable(format!("namespace {name} is being deleted")))
    }

    async fn refuse_used(&self, name: &str) -> Result<(), Error> {
        let one = ListParams::default().limit(1);
        let pods = Api::<corev1::Pod>::namespaced(self.client.clone(), name).list(&one).await?;
        let claims = Api::<corev1::PersistentVolumeClaim>::namespaced(self.client.clone(), name).list(&one).await?;
        match (pods.items.is_empty(), claims.items.is_empty()) {
            (true, true) => Ok(()),
            (false, _) => Err(Error::refused(format!("namespace {name} has pods in it and stays: delete them first"))),
            (true, false) => {
                Err(Error::refused(format!("namespace {name} has volume claims in it and stays: delete them first")))
            }
        }
    }

    async fn do_step(&self, namespace: &Namespace, step: Step, made: Made) -> Result<String, Error> {
        match step {
            Step::Preflight => self.preflight(namespace).await,
            Step::Verify => verify::verify(&self.client, namespace, &self.site).await,
            Step::Namespace
            | Step::Quota
            | Step::Limits
            | Step::Network
            | Step::Deployer
            | Step::Access
            | Step::Info => self.make(namespace, step, made).await,
        }
    }

    /// Tries everything without changing anything. Objects in a namespace can only be tried once it exists; before,
    /// the rights to make them are asked for.
    async fn preflight(&self, namespace: &Namespace) -> Result<String, Error> {
        refuse_system_names(namespace, &self.site)?;
        let (exists, rules) =
            futures::try_join!(self.find_own(namespace), my_rules(&self.client, namespace.name.as_str()))?;
        let objects = manifests::objects(namespace, &self.site);
        let ways = objects.iter().map(|(step, object)| match exists || *step == Step::Namespace {
            true => self.try_out(object).boxed(),
            false => self.require_right(object, &rules).boxed(),
        });
        some_at_once(ways.collect()).await?;
        Ok(match exists {
            true => format!("{} is there and Berth's; all {} objects can be applied", namespace.name, objects.len()),
            false => format!("{} is free; Berth may make all {} objects", namespace.name, objects.len()),
        })
    }

    /// To which of these words, by which a class loosens, an administrator of the cluster has agreed.
    pub async fn agreed(&self, words: &[&'static str]) -> Result<Vec<&'static str>, Error> {
        check::agreed(&self.client, words).await
    }

    /// How the namespace itself stands on the cluster. One that `was_there` is not believed to be gone at once.
    pub async fn presence(&self, namespace: &Namespace, was_there: bool) -> Result<Presence, Error> {
        patiently(|| self.look_at(namespace, was_there)).await
    }

    /// What is not found is asked for once more, after a moment: a single 404 may come from what is in between.
    pub(super) async fn find_again(&self, name: &str) -> Result<Option<corev1::Namespace>, Error> {
        let namespaces = Api::<corev1::Namespace>::all(self.client.clone());
        if let Some(found) = namespaces.get_opt(name).await? {
            return Ok(Some(found));
        }
        tokio::time::sleep(SECOND_LOOK).await;
        Ok(namespaces.get_opt(name).await?)
    }

    async fn look_at(&self, namespace: &Namespace, was_there: bool) -> Result<Presence, Error> {
        let name = namespace.name.as_str();
        let found = match was_there {
            true => self.find_again(name).await?,
            false => Api::<corev1::Namespace>::all(self.client.clone()).get_opt(name).await?,
        };
        let Some(found) = found else { return Ok(Presence::Absent) };
        if found.labels().get(NAMESPACE_ID) != Some(&namespace.id.to_string()) {
            return Ok(Presence::Foreign);
        }
        if found.metadata.deletion_timestamp.is_some() {
            return Ok(Presence::Terminating(leaving(&found)));
        }
        let said = found.annotations().get(REVISION).map(String::as_str);
        let revision = revision(said).ok_or_else(|| {
            let said = text::shown(said.unwrap_or_default(), 40);
            Error::refused(format!(
                "the annotation {REVISION} of namespace {name} is {said:?}, which is no revision of Berth's, so it is not \
                 known whether the cluster is ahead of Berth: a cluster administrator can take it off"
            ))
        })?;
        Ok(Presence::Owned { revision, uid: found.uid().unwrap_or_default() })
    }

    /// The quota that the namespace has on the cluster; none where it cannot be read.
    pub async fn quota_there(&self, namespace: &Namespace) -> Result<Option<Quota>, Error> {
        let quotas = Api::<corev1::ResourceQuota>::namespaced(self.client.clone(), namespace.name.as_str());
        let mut sum = Quota::ZERO;
        for name in manifests::QUOTA_NAMES {
            let found = patiently(|| async { Ok(quotas.get_opt(name).await?) }).await?;
            let Some(granted) = found.as_ref().and_then(projection::granted) else { return Ok(None) };
            sum = sum.plus(&granted);
        }
        Ok(Some(sum))
    }

    async fn make(&self, namespace: &Namespace, step: Step, made: Made) -> Result<String, Error> {
        let objects = manifests::objects_of(namespace, &self.site, step);
        match (step, made) {
            (Step::Namespace, _) => drop(self.find_own(namespace).await?),
            (_, Made::Now) => {}
            (_, Made::Before) => self.look_before(namespace, &objects).await?,
        }
        let leftovers = match made {
            Made::Now => Vec::new(),
            Made::Before => manifests::leftovers_of(namespace, step),
        };
        let applied = objects.iter().map(|object| self.patch(object, false).map_ok(drop).boxed());
        let taken_away = leftovers.iter().map(|object| self.delete(object).boxed());
        some_at_once(applied.chain(taken_away).collect()).await?;
        Ok(describe(namespace, step, &objects))
    }

    /// Refuses what is somebody else's, and tries out what is to be done: all or nothing, as far as that can be known
    /// before. One object alone is that by itself.
    async fn look_before(&self, namespace: &Namespace, objects: &[Object]) -> Result<(), Error> {
        let mut looks = vec![self.find_own(namespace).map_ok(drop).boxed()];
        looks.extend(objects.iter().map(|object| match objects.len() {
            1 => self.refuse_foreign(object).boxed(),
            _ => self.try_out(object).boxed(),
        }));
        some_at_once(looks).await.map(drop)
    }

    /// Whether the namespace exists. One of the same name that is not this row's is a collision.
    async fn find_own(&self, namespace: &Namespace) -> Result<bool, Error> {
        let name = namespace.name.as_str();
        match self.look_at(namespace, false).await? {
            Presence::Absent => Ok(false),
            Presence::Owned { .. } => Ok(true),
            Presence::Foreign => Err(Error::Collision { kind: "Namespace".into(), name: name.into() }),
            Presence::Terminating(found) => {
                Err(Error::refused(format!("namespace {name} is being deleted. {}", found.says)))
            }
        }
    }

    /// Whether it could be applied.
    async fn try_out(&self, object: &Object) -> Result<(), Error> {
        self.refuse_foreign(object).await?;
        self.patch(object, true).await.map(drop)
    }

    async fn refuse_foreign(&self, object: &Object) -> Result<(), Error> {
        match object.api(&self.client).get_opt(object.name()).await? {
            Some(found) => require_ours(object, &found),
            None => Ok(()),
        }
    }

    /// Berth's word counts for the fields it sets, whoever else has set them.
    pub(super) async fn patch(&self, object: &Object, dry_run: bool) -> Result<DynamicObject, Error> {
        let mut params = PatchParams::apply(BERTH).force().validation_strict();
        params.dry_run = dry_run;
        Ok(object.api(&self.client).patch(object.name(), &params, &Patch::Apply(object.value())).await?)
    }

    /// Takes away what others have added to an object of Berth's; applying would leave it there.
    pub(super) async fn take_out(&self, object: &Object, removal: &Value) -> Result<(), Error> {
        let params = PatchParams { field_manager: Some(BERTH.into()), ..PatchParams::default() };
        object.api(&self.client).patch(object.name(), &params, &Patch::Merge(removal)).await?;
        Ok(())
    }

    pub(super) async fn delete(&self, object: &Object) -> Result<(), Error> {
        let api = object.api(&self.client);
        match api.get_opt(object.name()).await? {
            Some(found) if is_ours(&found, object.namespace_id()) => {
                match api.delete(object.name(), &DeleteParams::default()).await {
                    Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                    answer => answer.map(|_| ()).map_err(Error::from),
                }
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn require_right(&self, object: &Object, rules: &Rules) -> Result<(), Error> {
        let (kind, name) = (object.kind(), object.name());
        for verb in ["create", "patch"] {
            let resource = object.resource();
            let access_check = AccessCheck {
                verb,
                group: &resource.group,
                resource: &resource.plural,
                namespace: object.namespace(),
                name: Some(name),
            };
            if !rules.allow(&access_check) && !may_i(&self.client, &access_check).await? {
                return Err(Error::refused(format!(
                    "Berth may not {verb} {kind} {name} on this cluster; run `berth cluster renew`"
                )));
            }
        }
        Ok(())
    }
}

/// What is somebody else's is a collision, unless Berth only sets a field of it.
pub(super) fn require_ours(object: &Object, found: &DynamicObject) -> Result<(), Error> {
    match object.is_whole() && !is_ours(found, object.namespace_id()) {
        true => Err(Error::Collision { kind: object.kind().into(), name: object.name().into() }),
        false => Ok(()),
    }
}

/// The id says whose an object is. One that has lost it, but not Berth's label, is Berth's still.
fn is_ours(found: &DynamicObject, id: Option<&str>) -> bool {
    match found.labels().get(NAMESPACE_ID) {
        Some(found) => id.is_none_or(|id| id == found),
        None => found.labels().get(MANAGED_BY).is_some_and(|manager| manager == BERTH),
    }
}

fn leaving(namespace: &corev1::Namespace) -> Terminating {
    let (conditions, finalizers) = leaving_conditions(namespace);
    Terminating { says: explain_leaving(&conditions, finalizers), why: why_still_there(namespace) }
}

/// How long a deletion that goes as usual may take: pods have so long to end.
const GOES_BY_ITSELF: SignedDuration = SignedDuration::from_secs(30);

/// What keeps a namespace that is being deleted for longer than that.
pub(super) fn why_still_there(namespace: &corev1::Namespace) -> Vec<DeletionBlocker> {
    let since = namespace.metadata.deletion_timestamp.as_ref().map(|time| Timestamp::now().duration_since(time.0));
    if since.is_none_or(|since| since < GOES_BY_ITSELF) {
        return Vec::new();
    }
    let (conditions, finalizers) = leaving_conditions(namespace);
    diagnose_terminating(&namespace.name_any(), &conditions, finalizers)
}

/// What the cluster says of a namespace that it deletes: conditions that hold, and the namespace's own finalizers.
pub(super) fn leaving_conditions(namespace: &corev1::Namespace) -> (Vec<LeavingCondition>, &[String]) {
    let conditions = namespace.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let holding = conditions.filter(|condition| condition.status == "True").map(|condition| LeavingCondition {
        kind: condition.type_.clone(),
        message: condition.message.clone().unwrap_or_default(),
    });
    (holding.collect(), namespace.finalizers())
}

/// Where the cluster puts nothing before groups or people, one could be Kubernetes' own, such as `system:authenticated`.
fn refuse_system_names(namespace: &Namespace, site: &Site) -> Result<(), Error> {
    let groups = namespace.groups.iter().map(|(group, _)| ("group", manifests::group_on_cluster(site, group)));
    let people = namespace.members.iter().map(|member| ("user", manifests::user_on_cluster(site, member)));
    match groups.chain(people).find(|(_, name)| name.starts_with("system:")) {
        None => Ok(()),
        Some((kind, name)) => {
            Err(Error::refused(format!("{name} is a {kind} of Kubernetes itself and gets no access from Berth")))
        }
    }
}

fn describe(namespace: &Namespace, step: Step, objects: &[Object]) -> String {
    let spec = &namespace.class.spec;
    match step {
        Step::Namespace => format!("{}, pod security {}", namespace.name, spec.pod_security.as_str()),
        Step::Quota => namespace.quota.describe(),
        Step::Network => format!("{}; {} policies", spec.network.title(), objects.len()),
        Step::Access if namespace.groups.is_empty() && namespace.members.is_empty() => {
            "the team has no groups yet: nobody has access".into()
        }
        Step::Access => {
            let groups = namespace.groups.iter().map(|(group, role)| format!("{group} ({})", role.title()));
            let people = namespace.members.iter().map(|member| format!("{} ({})", member.subject, member.role.title()));
            groups.chain(people).collect::<Vec<_>>().join(", ")
        }
        Step::Limits | Step::Deployer | Step::Info | Step::Preflight | Step::Verify => {
            let names: Vec<_> = objects.iter().map(|object| format!("{} {}", object.kind(), object.name())).collect();
            names.join(", ")
        }
    }
}
