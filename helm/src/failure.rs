//! Why an operation did not succeed, from what helm says: it has no other way to tell.

use super::message;
use std::fmt;

/// What helm said, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
    /// The moment of the hook at which it happened, `pre-upgrade`, where helm says so.
    pub hook: Option<String>,
    pub undone: Undone,
    /// Helm's own words, shortened.
    pub said: String,
}

/// What helm did about what it had done already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// Nothing: it was not told to, or there was nothing to undo.
    No,
    RolledBack,
    Uninstalled,
    /// It tried. The release may be stuck: see [`crate::recovery`].
    Failed,
}

/// Objects are named as helm names them: `Deployment/team/web`, where it says all of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Somebody is at work on the release, or was and did not end: see [`crate::recovery`].
    InProgress,
    /// There is a release with this name already, if only a failed or an uninstalled one.
    NameInUse,
    /// There is no release with this name, or it was uninstalled.
    NotFound,
    /// No release, or none that an upgrade can begin from.
    NothingDeployed,
    NoSuchRevision,
    /// The token is not, or no longer, one of this cluster's.
    Unauthorized,
    /// Nobody answers at its address, or somebody whose certificate is not the cluster's.
    Unreachable,
    Forbidden(Forbidden),
    /// A quota of the namespace, with amounts as Kubernetes writes them: `limits.cpu=2,pods=1`.
    QuotaExceeded {
        quota: String,
        requested: String,
        used: String,
        limited: String,
    },
    AdmissionRefused {
        by: Admission,
        says: String,
    },
    /// A field that may not change was to be changed.
    Immutable {
        object: String,
        field: String,
    },
    /// Others own fields that the chart sets: helm leaves them alone unless it is told to force it.
    Conflict {
        object: String,
        says: String,
    },
    /// An object is there already, and is not the release's.
    NotOwned {
        object: String,
    },
    /// The cluster does not know a kind.
    UnknownKind {
        kind: String,
        version: String,
    },
    /// The cluster does not take an object as it is.
    Invalid {
        object: String,
        says: String,
    },
    /// What was waited for, with the state it was in.
    TimedOut {
        waited_for: Vec<Waited>,
    },
    /// What was waited for failed.
    NotReady {
        waited_for: Vec<Waited>,
    },
    /// Chart, values and manifests do not fit into a Secret.
    ReleaseTooLarge,
    /// Helm's words say the rest.
    Other,
}

/// What an account may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forbidden {
    pub verb: String,
    /// Plural, with its group: `deployments.apps`.
    pub resource: String,
    /// None: in the whole cluster.
    pub namespace: Option<String>,
}

/// What looks at objects before a cluster takes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    PodSecurity,
    Policy(String),
    Webhook(String),
    /// A webhook that does not answer, without which the cluster takes nothing.
    SilentWebhook(String),
    /// What is built into the cluster: limits of a namespace, a quota that asks for what is not said, a namespace that ends.
    Cluster,
}

/// An object that was waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    pub object: String,
    /// `InProgress`, `Failed`.
    pub status: String,
    pub message: String,
}

impl Failure {
    pub(super) fn of(said: &str) -> Self {
        Self { cause: cause(said), hook: hook(said), undone: undone(said), said: message::cut(said) }
    }
}

fn undone(said: &str) -> Undone {
    let says = |words: &str| said.contains(words);
    if says("an error occurred while rolling back the release")
        || says("an error occurred while uninstalling the release")
    {
        Undone::Failed
    } else if says("has been rolled back due to rollback-on-failure") {
        Undone::RolledBack
    } else if says("has been uninstalled due to rollback-on-failure") {
        Undone::Uninstalled
    } else {
        Undone::No
    }
}

/// `failed pre-install: …` and `pre-upgrade hooks failed: …`; of other moments helm says nothing.
fn hook(said: &str) -> Option<String> {
    ["pre-install", "post-install", "pre-upgrade", "post-upgrade"]
        .into_iter()
        .find(|it| said.contains(&format!("failed {it}: ")) || said.contains(&format!("{it} hooks failed: ")))
        .map(str::to_owned)
}

fn cause(said: &str) -> Cause {
    let found = of_release(said).or_else(|| of_cluster(said)).or_else(|| of_admission(said));
    found.or_else(|| of_object(said)).or_else(|| of_waiting(said)).unwrap_or(Cause::Other)
}

/// What helm knows by itself, from the releases that it keeps.
fn of_release(said: &str) -> Option<Cause> {
    let says = |words: &str| said.contains(words);
    let is_stored = says("failed to create: ") || says("failed to update: ");
    let is_large =
        says("Too long: may not be more than") || says("Request entity too large") || says("request is too large");
    if says("another operation (install/upgrade/rollback) is in progress") || says("release: already exists") {
        Some(Cause::InProgress)
    } else if says("cannot reuse a name that is still in use") {
        Some(Cause::NameInUse)
    } else if says("release: not found") || says("is already deleted") {
        Some(Cause::NotFound)
    } else if says("has no deployed releases") {
        Some(Cause::NothingDeployed)
    } else if says("release has no ") && said.trim_end().ends_with(" version") {
        Some(Cause::NoSuchRevision)
    } else if is_stored && is_large {
        Some(Cause::ReleaseTooLarge)
    } else {
        None
    }
}

fn of_cluster(said: &str) -> Option<Cause> {
    let says = |words: &str| said.contains(words);
    if says("the server has asked for the client to provide credentials") || says(": Unauthorized") {
        return Some(Cause::Unauthorized);
    }
    // A webhook that the API server does not reach is its own trouble.
    let is_away =
        ["dial tcp", "TLS handshake", "x509: ", "connection reset", "i/o timeout", "http2: "].into_iter().any(says);
    let is_unreachable = says("kubernetes cluster unreachable") || is_away && !says("failed calling webhook");
    is_unreachable.then_some(Cause::Unreachable)
}

/// Everything that a cluster calls forbidden: for want of a right, or for what is in the object.
fn of_admission(said: &str) -> Option<Cause> {
    if let Some(webhook) = between(said, "failed calling webhook \"", "\"") {
        let says = message::cut(after(said, "failed calling webhook "));
        return Some(Cause::AdmissionRefused { by: Admission::SilentWebhook(webhook), says });
    }
    if let Some(webhook) = between(said, "admission webhook \"", "\" denied the request") {
        let says = message::cut(after(said, "denied the request").trim_start_matches([':', ' ']));
        return Some(Cause::AdmissionRefused { by: Admission::Webhook(webhook), says });
    }
    let says = after(said, "is forbidden: ");
    if says.is_empty() {
        return None;
    }
    let resource = said.split("is forbidden: ").next().unwrap_or_default().trim_end();
    Some(forbidden(resource, says).or_else(|| exceeded(says)).unwrap_or_else(|| refused(says)))
}

fn forbidden(resource: &str, says: &str) -> Option<Cause> {
    if says.contains("is attempting to grant RBAC permissions not currently held") {
        let resource = resource.rsplit(": ").next().unwrap_or_default().split(' ').next().unwrap_or_default();
        let forbidden = Forbidden { verb: "escalate".into(), resource: resource.into(), namespace: None };
        return Some(Cause::Forbidden(forbidden));
    }
    let verb = between(says, "\" cannot ", " resource \"")?;
    let resource = between(says, " resource \"", "\"")?;
    let group = between(says, "API group \"", "\"").filter(|group| !group.is_empty());
    let resource = group.map_or(resource.clone(), |group| format!("{resource}.{group}"));
    Some(Cause::Forbidden(Forbidden { verb, resource, namespace: between(says, "in the namespace \"", "\"") }))
}

fn exceeded(says: &str) -> Option<Cause> {
    Some(Cause::QuotaExceeded {
        quota: between(says, "exceeded quota: ", ", requested: ")?,
        requested: between(says, ", requested: ", ", used: ")?,
        used: between(says, ", used: ", ", limited: ")?,
        limited: after(says, ", limited: ").lines().next()?.to_owned(),
    })
}

fn refused(says: &str) -> Cause {
    let (by, says) = if let Some(policy) = between(says, "ValidatingAdmissionPolicy '", "'") {
        (Admission::Policy(policy), after(says, "denied request: "))
    } else if says.starts_with("violates PodSecurity") {
        (Admission::PodSecurity, says)
    } else {
        (Admission::Cluster, says)
    };
    Cause::AdmissionRefused { by, says: message::cut(says) }
}

fn of_object(said: &str) -> Option<Cause> {
    let says = |words: &str| said.contains(words);
    if says("exists and cannot be imported into the current release") {
        let words = said.split(" exists and cannot be imported").next().unwrap_or_default();
        let words = words.rsplit(": ").next().unwrap_or_default();
        let kind = words.split(' ').next().unwrap_or_default();
        let name = between(words, " \"", "\"").unwrap_or_default();
        let object = match between(words, "in namespace \"", "\"") {
            Some(namespace) if !namespace.is_empty() => format!("{kind}/{namespace}/{name}"),
            Some(_) | None => format!("{kind}/{name}"),
        };
        return Some(Cause::NotOwned { object });
    }
    if let Some(kind) = between(said, "no matches for kind \"", "\"") {
        return Some(Cause::UnknownKind { kind, version: between(said, "in version \"", "\"").unwrap_or_default() });
    }
    let object = applied_object(said);
    if says("Apply failed with ") {
        return Some(Cause::Conflict { object, says: message::cut(after(said, "Apply failed with ")) });
    }
    let reasons =
        ["is immutable", "may not change once set", "Forbidden: updates to ", "Forbidden: pod updates may not "];
    if reasons.into_iter().any(says) {
        let field = after(said, "is invalid: ").split(": ").next().unwrap_or_default().to_owned();
        return Some(Cause::Immutable { object, field });
    }
    let reason = ["is invalid: ", "failed to create typed patch object ", "unable to build kubernetes objects "];
    let reason = reason.into_iter().find(|words| says(words))?;
    Some(Cause::Invalid { object, says: message::cut(after(said, reason)) })
}

/// `object team/web apps/v1, Kind=Deployment: …`; empty where helm does not say it.
fn applied_object(said: &str) -> String {
    let named = after(said, " for object ");
    let named = if named.is_empty() { after(said, "applying object ") } else { named };
    let name = named.split(' ').next().unwrap_or_default();
    let kind = between(named, "Kind=", ":").unwrap_or_default();
    if name.is_empty() || kind.is_empty() { String::new() } else { format!("{kind}/{}", name.trim_start_matches('/')) }
}

/// Objects that are named of those that were waited for.
const MOST_WAITED_FOR: usize = 50;

/// One line for each object: `resource Job/team/web not ready. status: InProgress, message: Job in progress`.
fn of_waiting(said: &str) -> Option<Cause> {
    let waited_for: Vec<Waited> = said.lines().filter_map(waited).take(MOST_WAITED_FOR).collect();
    if said.contains("context deadline exceeded") || said.contains("timed out waiting for the condition") {
        Some(Cause::TimedOut { waited_for })
    } else if waited_for.is_empty() {
        None
    } else {
        Some(Cause::NotReady { waited_for })
    }
}

fn waited(line: &str) -> Option<Waited> {
    let words = after(line, "resource ");
    let object = words.split(" not ready. ").next()?.split(" still exists. ").next()?;
    let status = between(words, "status: ", ", message: ")?;
    Some(Waited { object: object.to_owned(), status, message: message::cut(after(words, ", message: ")) })
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0.to_owned())
}

/// What stands after the first `words`; nothing where they are not there.
fn after<'a>(text: &'a str, words: &str) -> &'a str {
    text.split_once(words).map_or("", |(_, rest)| rest)
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hook) = &self.hook {
            write!(formatter, "At the chart's {hook} hook: ")?;
        }
        match &self.cause {
            Cause::Other => write!(formatter, "Helm says: {}", self.said)?,
            cause => write!(formatter, "{cause}")?,
        }
        match self.undone {
            Undone::No => Ok(()),
            Undone::RolledBack => formatter.write_str(" Helm rolled the release back."),
            Undone::Uninstalled => formatter.write_str(" Helm uninstalled what it had installed."),
            Undone::Failed => write!(formatter, " Helm could not undo what it had done. It says: {}", self.said),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProgress => formatter.write_str("Another operation on this release is not at its end."),
            Self::NameInUse => formatter.write_str("There is a release with this name already. Choose another name, or upgrade that one."),
            Self::NotFound => formatter.write_str("There is no release with this name."),
            Self::NothingDeployed => formatter.write_str("Nothing of this release is deployed. Install it."),
            Self::NoSuchRevision => formatter.write_str("The release does not have this revision any more."),
            Self::Unauthorized => formatter.write_str("The cluster does not take the token."),
            Self::Unreachable => formatter.write_str("The cluster is not reached."),
            Self::Forbidden(Forbidden { verb, resource, namespace: Some(namespace) }) => {
                write!(formatter, "The account may not {verb} {resource} in {namespace}.")
            }
            Self::Forbidden(Forbidden { verb, resource, namespace: None }) => {
                write!(formatter, "The account may not {verb} {resource}, which belong to the whole cluster.")
            }
            Self::QuotaExceeded { quota, requested, used, limited } => write!(
                formatter,
                "The quota {quota} is exceeded: of {limited}, {used} is used, and {requested} was asked for."
            ),
            Self::AdmissionRefused { by, says } => write!(formatter, "{by} refuses it: {says}"),
            Self::Immutable { object, field } => {
                write!(formatter, "{field} of {object} cannot be changed. Delete the object first, or leave the field.")
            }
            Self::Conflict { object, says } => write!(formatter, "Somebody else changed {object}: {says}"),
            Self::NotOwned { object } => write!(formatter, "{object} is there already and belongs to no release, or to another one."),
            Self::UnknownKind { kind, version } => write!(formatter, "The cluster does not know {kind} of {version}."),
            Self::Invalid { object, says } if object.is_empty() => write!(formatter, "The cluster does not take an object: {says}"),
            Self::Invalid { object, says } => write!(formatter, "The cluster does not take {object}: {says}"),
            Self::TimedOut { waited_for } if waited_for.is_empty() => formatter.write_str("It was not ready in time."),
            Self::TimedOut { waited_for } => write!(formatter, "Not ready in time: {}.", list(waited_for)),
            Self::NotReady { waited_for } => write!(formatter, "Failed: {}.", list(waited_for)),
            Self::ReleaseTooLarge => formatter.write_str(
                "Chart and values are more than the 1 MiB that Kubernetes keeps of a release. Leave out large files and values.",
            ),
            Self::Other => formatter.write_str("Helm refused."),
        }
    }
}

impl fmt::Display for Admission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PodSecurity => formatter.write_str("Pod Security"),
            Self::Policy(name) => write!(formatter, "The cluster's policy {name}"),
            Self::Webhook(name) => write!(formatter, "The webhook {name}"),
            Self::SilentWebhook(name) => write!(formatter, "The webhook {name} does not answer, so the cluster"),
            Self::Cluster => formatter.write_str("The cluster"),
        }
    }
}

fn list(waited_for: &[Waited]) -> String {
    let shown = waited_for.iter().map(|Waited { object, message, .. }| format!("{object} ({message})"));
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
