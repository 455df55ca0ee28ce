//! Which of the Pod Security Standards pods meet: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>, as
//! Kubernetes 1.36 has them. Earlier versions of the standards differ in few controls; a class may be held to one of them.
//!
//! Values that Kubernetes would refuse to read (`privileged: "true"`) count as violations.

mod baseline;
mod control;
mod restricted;

pub use control::Control;

use super::object::{Object, ObjectRef};
use super::pod::{self, Container, PodTemplate};
use super::value::{at, shown};
use domain::class::PodSecurity;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// One field that a control forbids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    pub control: Control,
    /// `spec.template.spec.containers[0].securityContext.privileged`
    pub field: String,
    /// Of the container that it is about; none is the whole pod.
    pub container: Option<String>,
    /// As written, or `not set`.
    pub value: String,
}

/// The pods of one workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodFacts {
    pub object: ObjectRef,
    /// The strictest one that is met.
    pub level: PodSecurity,
    pub violations: Vec<Violation>,
}

/// The pods of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodSecurityFacts {
    /// The strictest one that all pods meet, hooks and tests among them.
    pub level: PodSecurity,
    pub pods: Vec<PodFacts>,
}

impl PodFacts {
    /// What keeps them from a level. Where a control of `restricted` is stricter than one of `baseline`, only the stricter one
    /// is named.
    pub fn keeps_from(&self, level: PodSecurity) -> impl Iterator<Item = &Violation> {
        self.violations.iter().filter(move |violation| violation.control.is_asked_for(level))
    }
}

impl PodSecurityFacts {
    /// What keeps the chart from a level: for the next one above its own, what is to be changed.
    pub fn keeps_from(&self, level: PodSecurity) -> impl Iterator<Item = (&ObjectRef, &Violation)> {
        self.pods.iter().flat_map(move |pod| pod.keeps_from(level).map(|violation| (&pod.object, violation)))
    }
}

/// Facts with at most `most` violations, and how many there are besides. Levels are judged by all of them.
pub fn facts(objects: &[Object], most: usize) -> (PodSecurityFacts, usize) {
    let mut found = Found { violations: Vec::new(), broken: BTreeSet::new(), n_room: most, n_left_out: 0 };
    let pods: Vec<PodFacts> = pod::templates(objects).map(|pod| judge(&pod, &mut found)).collect();
    let level = pods.iter().map(|pod| pod.level).min().unwrap_or(PodSecurity::Restricted);
    (PodSecurityFacts { level, pods }, found.n_left_out)
}

fn judge(pod: &PodTemplate<'_>, found: &mut Found) -> PodFacts {
    for control in Control::ALL {
        control.look(pod, found);
    }
    let broken = std::mem::take(&mut found.broken);
    let meets = |level: PodSecurity| !broken.iter().any(|control| control.is_asked_for(level));
    let level = PodSecurity::ALL.into_iter().rev().find(|level| meets(*level)).unwrap_or(PodSecurity::Privileged);
    PodFacts { object: pod.object.id.clone(), level, violations: std::mem::take(&mut found.violations) }
}

impl Control {
    fn look(self, pod: &PodTemplate<'_>, found: &mut Found) {
        let mut found = Finder { control: self, found };
        match self {
            Self::HostProcess => baseline::host_process(pod, &mut found),
            Self::HostNamespaces => baseline::host_namespaces(pod, &mut found),
            Self::Privileged => baseline::privileged(pod, &mut found),
            Self::Capabilities => baseline::capabilities(pod, &mut found),
            Self::HostPathVolumes => baseline::host_path_volumes(pod, &mut found),
            Self::HostPorts => baseline::host_ports(pod, &mut found),
            Self::HostProbes => baseline::host_probes(pod, &mut found),
            Self::AppArmor => baseline::app_armor(pod, &mut found),
            Self::SeLinux => baseline::se_linux(pod, &mut found),
            Self::ProcMount => baseline::proc_mount(pod, &mut found),
            Self::Seccomp => baseline::seccomp(pod, &mut found),
            Self::Sysctls => baseline::sysctls(pod, &mut found),
            Self::VolumeTypes => restricted::volume_types(pod, &mut found),
            Self::PrivilegeEscalation => restricted::privilege_escalation(pod, &mut found),
            Self::RunAsNonRoot => restricted::run_as_non_root(pod, &mut found),
            Self::RunAsUser => restricted::run_as_user(pod, &mut found),
            Self::SeccompRestricted => restricted::seccomp(pod, &mut found),
            Self::CapabilitiesRestricted => restricted::capabilities(pod, &mut found),
            Self::ProcMountRestricted => restricted::proc_mount(pod, &mut found),
        }
    }
}

/// What is found in one pod, and how much more is kept of all.
struct Found {
    violations: Vec<Violation>,
    broken: BTreeSet<Control>,
    n_room: usize,
    n_left_out: usize,
}

/// Notes what one control forbids.
struct Finder<'f> {
    control: Control,
    found: &'f mut Found,
}

impl Finder<'_> {
    fn add(&mut self, context: &Context<'_>, field: &str, value: Option<&Value>) {
        self.found.broken.insert(self.control);
        if self.found.n_room == 0 {
            self.found.n_left_out += 1;
            return;
        }
        self.found.n_room -= 1;
        self.found.violations.push(Violation {
            control: self.control,
            field: format!("{}.{field}", context.path),
            container: context.container.map(super::value::short),
            value: shown(value),
        });
    }
}

/// A pod's own specification, or one of its containers: both have a `securityContext`.
struct Context<'a> {
    path: String,
    container: Option<&'a str>,
    value: &'a Value,
}

impl<'a> Context<'a> {
    fn pod(pod: &PodTemplate<'a>) -> Self {
        Self { path: pod.spec_path.clone(), container: None, value: pod.spec }
    }

    fn security(&self, path: &[&str]) -> Option<&'a Value> {
        at(at(self.value, &["securityContext"])?, path)
    }
}

impl<'a> From<Container<'a>> for Context<'a> {
    fn from(container: Container<'a>) -> Self {
        Self { path: container.path, container: Some(container.name), value: container.value }
    }
}

fn containers<'a>(pod: &PodTemplate<'a>) -> impl Iterator<Item = Context<'a>> {
    pod.containers().into_iter().map(Context::from)
}

/// The pod first, then its containers.
fn contexts<'a>(pod: &PodTemplate<'a>) -> impl Iterator<Item = Context<'a>> {
    std::iter::once(Context::pod(pod)).chain(containers(pod))
}
