//! A diagnosis while it is put together.

use super::{Cause, Diagnosis, EVIDENCE_KEPT, Evidence, Said, Warning};
use crate::text;
use time::OffsetDateTime;

#[derive(Debug, Clone)]
pub struct Finding {
    code: Cause,
    workload: Option<String>,
    pod: Option<String>,
    container: Option<String>,
    object: Option<String>,
    since: Option<OffsetDateTime>,
    fails_at: Option<OffsetDateTime>,
    recovers_at: Option<OffsetDateTime>,
    evidence: Vec<Evidence>,
    /// A newer run has begun: the log of the one that failed is the previous one.
    runs_again: bool,
}

impl Finding {
    pub fn new(code: Cause) -> Self {
        Self {
            code,
            workload: None,
            pod: None,
            container: None,
            object: None,
            since: None,
            fails_at: None,
            recovers_at: None,
            evidence: Vec::new(),
            runs_again: false,
        }
    }

    pub fn workload(self, kubectl_name: String) -> Self {
        Self { workload: Some(kubectl_name), ..self }
    }

    pub fn pod(self, name: &str) -> Self {
        Self { pod: Some(name.to_owned()), ..self }
    }

    pub fn container(self, name: &str) -> Self {
        Self { container: Some(name.to_owned()), ..self }
    }

    /// What else it is about; nothing where no name is known.
    pub fn object(self, name: Option<&str>) -> Self {
        let name = name.map(str::trim).filter(|name| !name.is_empty());
        Self { object: name.map(|name| text::shown(name, text::LONGEST_NAME)).or(self.object), ..self }
    }

    pub fn since(self, since: Option<OffsetDateTime>) -> Self {
        Self { since: since.or(self.since), ..self }
    }

    pub fn fails_at(self, fails_at: Option<OffsetDateTime>) -> Self {
        Self { fails_at, ..self }
    }

    pub fn recovers_at(self, recovers_at: OffsetDateTime) -> Self {
        Self { recovers_at: Some(recovers_at), ..self }
    }

    pub fn runs_again(self, runs_again: bool) -> Self {
        Self { runs_again, ..self }
    }

    pub fn seen(mut self, evidence: Evidence) -> Self {
        let is_news = !self.evidence.iter().any(|known| known.text == evidence.text);
        if !evidence.text.is_empty() && is_news && self.evidence.len() < EVIDENCE_KEPT {
            self.evidence.push(evidence);
        }
        self
    }

    /// In the cluster's words.
    pub fn said(self, said: &Said) -> Self {
        self.seen(said.evidence())
    }

    pub fn said_by(self, said: Option<&Said>) -> Self {
        match said {
            Some(said) => self.said(said),
            None => self,
        }
    }

    pub fn warned(self, warning: &Warning) -> Self {
        self.seen(Evidence::new(warning.describe_source(), &warning.message, warning.last_at))
    }

    pub fn warned_by(self, warning: Option<&Warning>) -> Self {
        match warning {
            Some(warning) => self.warned(warning),
            None => self,
        }
    }

    /// As `kubectl` takes it: `deployment/web`, `pod/web-1`.
    fn kubectl_name(&self) -> String {
        match (&self.workload, &self.pod) {
            (Some(workload), _) => workload.clone(),
            (None, Some(pod)) => format!("pod/{pod}"),
            (None, None) => "KIND/NAME".to_owned(),
        }
    }

    /// Fills in the names of what it is about, or what stands for them.
    fn fill_in(&self, template: &str) -> String {
        let name = |name: &Option<String>, otherwise: &str| name.clone().unwrap_or_else(|| otherwise.to_owned());
        template
            .replace("{previous}", if self.runs_again { " --previous" } else { "" })
            .replace("{workload}", &self.kubectl_name())
            .replace("{pod}", &name(&self.pod, "POD"))
            .replace("{container}", &name(&self.container, "CONTAINER"))
            .replace("{object}", &name(&self.object, "NAME"))
    }
}

impl Cause {
    /// What to do, with `POD`, `CONTAINER` and `NAME` for what it is about.
    pub fn general_step(self) -> String {
        Finding::new(self).fill_in(self.next_step())
    }
}

impl From<Finding> for Diagnosis {
    fn from(finding: Finding) -> Self {
        Self {
            cause: match (finding.code, &finding.object) {
                (Cause::Unknown, Some(reason)) => format!("The cluster says: {reason}"),
                (code, _) => code.title().to_owned(),
            },
            next_step: finding.fill_in(finding.code.next_step()),
            code: finding.code,
            pod: finding.pod,
            container: finding.container,
            object: finding.object,
            since: finding.since,
            fails_at: finding.fails_at,
            recovers_at: finding.recovers_at,
            evidence: finding.evidence,
        }
    }
}
