//! Clusters: what there is of each, what it is checked for, and what is granted there.

use crate::cluster::Freshness;
use crate::form::ClusterSettingsFields;
use crate::quota::{Quota, Resource, Shortfall};
use crate::refusal::FieldError;
use crate::setup::Oidc;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

views! {
    /// One cluster, for those who run Berth.
    pub struct ClusterDetail {
        #[serde(flatten)]
        pub row: ClusterView,
        pub api_url: String,
        /// Who it is: the UID of its namespace kube-system; none until it was asked.
        pub uid: Option<String>,
        /// Who answers there instead: nothing is done there until it is accepted. None as a rule.
        pub seen_uid: Option<String>,
        pub groups_prefix: String,
        pub users_prefix: String,
        /// The identity provider whose ID tokens it takes; none where it takes none.
        pub oidc: Option<Oidc>,
        /// Counts changes of its settings; the ETag.
        pub settings_version: i32,
        pub changed_by: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub changed_at: Option<OffsetDateTime>,
        /// What is not shown of it, and why.
        pub not_shown: Vec<NotShown>,
        /// Namespaces there that carry Berth's marks and that the database has forgotten, by name, at most 100; none when
        /// that is not known now.
        pub forgotten: Option<Vec<ForgottenNamespace>>,
        /// What the last check found; none until the first.
        pub check: Option<ClusterCheck>,
        /// Of available classes that may be used there: what its administrator has not agreed to, as far as that is known.
        pub disagreements: Vec<Disagreement>,
        /// Whether the reader may change it.
        pub can_change: bool,
    }

    /// A namespace that Berth made and whose row is gone, as after a restore from a backup.
    pub struct ForgottenNamespace {
        pub name: String,
        /// The slug of its team, and the name of its class, as the namespace says.
        pub team: String,
        pub class: String,
    }

    /// A kind of object that Berth does not see on a cluster, or no longer as it is.
    pub struct NotShown {
        pub kind: String,
        pub reason: String,
    }

    /// What a check of a cluster found.
    pub struct ClusterCheck {
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
        pub checks: Vec<CheckRow>,
    }

    pub struct CheckRow {
        /// What should be so.
        pub what: String,
        #[serde(default)]
        pub outcome: CheckOutcome,
        /// What was found, or what is missing and how to mend it.
        pub detail: String,
        /// Of the check of what classes may loosen: what an administrator of the cluster has agreed to.
        #[serde(default)]
        #[serde(skip_serializing_if = "Option::is_none")]
        pub agreed: Option<Vec<String>>,
        /// When that was asked, where it was later than the rest of the check: work on a namespace asks, too.
        #[serde(default)]
        #[serde(skip_serializing_if = "Option::is_none")]
        #[serde(with = "time::serde::rfc3339::option")]
        pub agreed_at: Option<OffsetDateTime>,
    }

    /// What a class loosens on a cluster whose administrator has not agreed to it, as far as that is known: until then no
    /// namespace of that class is made there.
    pub struct Disagreement {
        pub cluster: String,
        pub class: String,
        /// All that is not agreed to, as of when the cluster was asked last. None where that is not known: it was not
        /// checked, or the check could not tell.
        pub missing: Option<Vec<String>>,
        #[serde(with = "time::serde::rfc3339::option")]
        pub checked_at: Option<OffsetDateTime>,
        /// What an administrator of the cluster applies there to agree; for readers who may see how Berth is set up.
        pub agreement: Option<String>,
    }

    /// What a check came to. What cannot be known is neither right nor wrong.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum CheckOutcome {
        Passed,
        Failed,
        /// Berth cannot tell: its detail says how people can.
        #[default]
        NotVerified,
    }

    pub struct ClusterSettingsForm {
        pub name: String,
        pub fields: ClusterSettingsFields,
        /// What is granted there of what there is capacity for.
        pub lines: Vec<CapacityLine>,
        /// Requests that wait for capacity there.
        pub n_waiting: i64,
        pub errors: Vec<FieldError>,
        /// Somebody else was faster.
        pub refusal: Option<String>,
    }

    /// What was done, step by step, when a cluster was added.
    pub struct AddedCluster {
        pub name: String,
        pub done: Vec<String>,
    }

    pub struct ClusterView {
        pub name: String,
        /// Why nothing is provisioned there now; none when it is not paused.
        pub paused: Option<String>,
        /// Who paused it; none where it is not paused, or where that is not known.
        #[serde(default)]
        pub paused_by: Option<PausedBy>,
        /// Whether another cluster answers in its place: nothing is done there.
        pub is_another: bool,
        pub version: Option<String>,
        pub freshness: Freshness,
        pub n_namespaces: i64,
        pub n_nodes: i64,
        pub overcommit_percent: i32,
        /// Why nobody can say what fits there; none where it is known, or was not read yet.
        pub capacity_unknown: Option<String>,
        pub lines: Vec<CapacityLine>,
    }

    /// Who paused a cluster, and when.
    pub struct PausedBy {
        pub name: String,
        #[serde(with = "time::serde::rfc3339")]
        pub at: OffsetDateTime,
    }

    /// How a cluster stands, and where the ask would leave it.
    pub struct CapacityView {
        pub cluster: String,
        pub freshness: Freshness,
        /// What would be granted: `asked` of each line is what that takes of the capacity, which may be less.
        pub grant: Quota,
        pub lines: Vec<CapacityLine>,
        /// What is missing; empty when it fits.
        pub short: Vec<Shortfall>,
    }

    pub struct CapacityLine {
        pub resource: Resource,
        pub granted: u64,
        pub asked: u64,
        pub ceiling: u64,
    }
}

impl CheckOutcome {
    pub fn of(is_so: bool) -> Self {
        if is_so { Self::Passed } else { Self::Failed }
    }
}

impl ClusterCheck {
    /// What an administrator of the cluster lets classes loosen; none where the check could not tell.
    pub fn agreed(&self) -> Option<&[String]> {
        self.checks.iter().find_map(|row| row.agreed.as_deref())
    }

    /// When the cluster was asked for that.
    pub fn agreed_at(&self) -> OffsetDateTime {
        self.checks.iter().find_map(|row| row.agreed_at).unwrap_or(self.at)
    }

    /// With what the cluster said of `asked` later, at `at`. Answers whether there was a check to write it into, and nothing
    /// newer in it.
    pub fn learn(&mut self, asked: &[&str], agreed: &[&str], at: OffsetDateTime) -> bool {
        let newest = self.agreed_at();
        let Some(row) = self.checks.iter_mut().find(|row| row.agreed.is_some()).filter(|_| newest <= at) else {
            return false;
        };
        let known = row.agreed.take().unwrap_or_default();
        let others = known.into_iter().filter(|word| !asked.contains(&word.as_str()));
        let words: Vec<_> = others.chain(agreed.iter().map(|word| (*word).to_owned())).collect();
        row.detail = words_agreed(&words);
        row.agreed = Some(words);
        row.agreed_at = Some(at);
        true
    }

    /// Takes over what the cluster said of its agreement after this check began to ask.
    pub fn keep_newer(&mut self, before: &Self) {
        let Some(agreed) = before.agreed().filter(|_| before.agreed_at() > self.agreed_at()) else { return };
        if let Some(row) = self.checks.iter_mut().find(|row| row.agreed.is_some()) {
            row.detail = words_agreed(agreed);
            row.agreed = Some(agreed.to_vec());
            row.agreed_at = Some(before.agreed_at());
        }
    }

    /// How many came to this.
    pub fn count(&self, outcome: CheckOutcome) -> usize {
        self.checks.iter().filter(|row| row.outcome == outcome).count()
    }
}

/// What a check says of what classes may loosen.
pub fn words_agreed(words: &[String]) -> String {
    if words.is_empty() {
        return "nothing: an administrator has not let Berth loosen any guardrail".to_owned();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    const AT: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn check(agreed: Option<&[&str]>) -> ClusterCheck {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let row = |agreed: Option<&[&str]>| CheckRow {
            what: "some".into(),
            outcome: CheckOutcome::Passed,
            detail: String::new(),
            agreed: agreed.map(words),
            agreed_at: None,
        };
        ClusterCheck { at: AT, checks: vec![row(None), row(agreed)] }
    }

    #[test]
    fn what_a_cluster_said_last_is_what_is_known_of_it() {
        let (later, before) = (AT + Duration::MINUTE, AT - Duration::MINUTE);
        let mut known = check(Some(&["node-ports", "toleration"]));
        assert!(!known.learn(&["toleration"], &[], before), "a check that is newer stays");
        assert_eq!((known.agreed_at(), known.agreed().map(<[String]>::len)), (AT, Some(2)));
        assert!(known.learn(&["toleration", "external-ips"], &["external-ips"], later));
        let words = ["node-ports".to_owned(), "external-ips".to_owned()];
        assert_eq!((known.agreed_at(), known.agreed()), (later, Some(&words[..])), "what was not asked stays");
        assert_eq!(known.checks[1].detail, "node-ports, external-ips");
        assert!(!known.learn(&["toleration"], &["toleration"], AT), "an older answer changes nothing");
        assert!(!check(None).learn(&["toleration"], &["toleration"], later), "nothing was known to be renewed");
    }
}
