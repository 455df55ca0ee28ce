//! The life of a version: `candidate → approved → deprecated → blocked`, and who decides it.

use super::findings::Signature;
use crate::id::{PersonId, VersionId};
use crate::name::EntryName;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

time::serde::format_description!(day, Date, "[year]-[month]-[day]");

/// How far a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum VersionState {
    /// Taken in, waits for a decision: teams do not see it.
    Candidate,
    /// Teams install it.
    Approved,
    /// Teams still install it, and are told until when.
    Deprecated {
        #[serde(with = "day")]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        sunset_on: Date,
    },
    /// Nobody installs it anew. What runs of it can still be changed.
    Blocked,
}

/// A version of an entry, as far as decisions go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartVersion {
    pub id: VersionId,
    pub entry: EntryName,
    /// As the chart writes it.
    pub version: String,
    pub state: VersionState,
    pub signature: Signature,
    pub judging: Judging,
    /// How many different people must approve it: one, or two where something is at stake.
    pub approvals_needed: u8,
    /// Oldest first.
    pub approvals: Vec<ApprovalMark>,
}

/// Whether what was found in it is of the values that its entry gives now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Judging {
    Done,
    /// It is of other values, until it has been rendered anew.
    Waits,
    /// It could not be judged with those of now.
    Failed {
        why: String,
    },
}

/// Somebody's yes to a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalMark {
    pub person: PersonId,
    /// As people know them.
    pub name: String,
    #[serde(default)]
    pub comment: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Another person must approve it, too.
    AnotherNeeded,
    /// It is in this state from now on.
    Now(VersionState),
}

impl VersionState {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Candidate => "candidate",
            Self::Approved => "approved",
            Self::Deprecated { .. } => "deprecated",
            Self::Blocked => "blocked",
        }
    }

    /// From what is stored; none of what is not known.
    pub fn find(state: &str, sunset_on: Option<Date>) -> Option<Self> {
        match (state, sunset_on) {
            ("candidate", None) => Some(Self::Candidate),
            ("approved", None) => Some(Self::Approved),
            ("deprecated", Some(sunset_on)) => Some(Self::Deprecated { sunset_on }),
            ("blocked", None) => Some(Self::Blocked),
            _ => None,
        }
    }

    /// The day on which it ends, where one is set.
    pub fn sunset_on(self) -> Option<Date> {
        match self {
            Self::Deprecated { sunset_on } => Some(sunset_on),
            Self::Candidate | Self::Approved | Self::Blocked => None,
        }
    }

    /// Whether teams may install it, `today` being the day.
    pub fn is_offered(self, today: Date) -> bool {
        match self {
            Self::Approved => true,
            Self::Deprecated { sunset_on } => today < sunset_on,
            Self::Candidate | Self::Blocked => false,
        }
    }
}

impl ChartVersion {
    /// Somebody approves it. Two people do where that is needed; nobody counts twice.
    pub fn approve(&self, person: PersonId) -> Result<Decided, Refusal> {
        match self.state {
            VersionState::Candidate => {}
            VersionState::Approved | VersionState::Deprecated { .. } | VersionState::Blocked => {
                return Err(self.not_now("approved"));
            }
        }
        if !self.signature.is_good() {
            return Err(Refusal::NotPossible(format!(
                "{} {} is not signed as its source demands: it can be blocked, or taken in again once it is signed",
                self.entry, self.version
            )));
        }
        match &self.judging {
            Judging::Done => {}
            Judging::Waits => {
                return Err(Refusal::NotPossible(
                    "the entry gives other values since it was rendered: it is being judged anew, read it again in a moment"
                        .into(),
                ));
            }
            Judging::Failed { why } => {
                return Err(Refusal::NotPossible(format!(
                    "it is not judged with the values that the entry gives: {why}"
                )));
            }
        }
        if self.approvals.iter().any(|approval| approval.person == person) {
            return Err(Refusal::VersionApproved);
        }
        let is_enough = self.approvals.len() + 1 >= usize::from(self.approvals_needed);
        Ok(if is_enough { Decided::Now(VersionState::Approved) } else { Decided::AnotherNeeded })
    }

    /// Teams are told to leave it by a day, which is after `today`.
    pub fn deprecate(&self, sunset_on: Date, today: Date) -> Result<VersionState, Refusal> {
        match self.state {
            VersionState::Approved | VersionState::Deprecated { .. } => {}
            VersionState::Candidate | VersionState::Blocked => return Err(self.not_now("deprecated")),
        }
        if sunset_on <= today {
            return Err(Refusal::invalid("sunset_on", "is over: name a day after today, or block the version"));
        }
        if sunset_on > today.saturating_add(time::Duration::days(3650)) {
            return Err(Refusal::invalid("sunset_on", "is more than ten years away"));
        }
        match self.state == (VersionState::Deprecated { sunset_on }) {
            true => Err(Refusal::NotPossible("it ends on that day already".into())),
            false => Ok(VersionState::Deprecated { sunset_on }),
        }
    }

    /// Nobody installs it from now on.
    pub fn block(&self) -> Result<VersionState, Refusal> {
        match self.state {
            VersionState::Blocked => Err(self.not_now("blocked")),
            VersionState::Candidate | VersionState::Approved | VersionState::Deprecated { .. } => {
                Ok(VersionState::Blocked)
            }
        }
    }

    /// What was blocked waits for a decision again; what was to end does not. Who approved before must do it again.
    pub fn reopen(&self) -> Result<VersionState, Refusal> {
        match self.state {
            VersionState::Blocked => Ok(VersionState::Candidate),
            VersionState::Deprecated { .. } => Ok(VersionState::Approved),
            VersionState::Candidate | VersionState::Approved => Err(self.not_now("reopened")),
        }
    }

    fn not_now(&self, what: &str) -> Refusal {
        let Self { entry, version, state, .. } = self;
        Refusal::NotPossible(format!("{entry} {version} is {}: it cannot be {what} now", state.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};
    use uuid::Uuid;

    const TODAY: Date = date!(2026 - 12 - 01);
    const SUNSET: Date = date!(2027 - 03 - 01);

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn version(state: VersionState, approvals_needed: u8) -> ChartVersion {
        ChartVersion {
            id: VersionId(Uuid::nil()),
            entry: "postgresql".parse().expect("a name"),
            version: "17.6.0".into(),
            state,
            signature: Signature::NotRequired,
            judging: Judging::Done,
            approvals_needed,
            approvals: vec![],
        }
    }

    fn approved_by(mut version: ChartVersion, n: u128) -> ChartVersion {
        version.approvals.push(ApprovalMark {
            person: person(n),
            name: "P".into(),
            comment: None,
            at: datetime!(2026-11-30 12:00 UTC),
        });
        version
    }

    /// Every transition in every state.
    #[test]
    fn transitions() {
        let mut table = String::new();
        let states = [
            VersionState::Candidate,
            VersionState::Approved,
            VersionState::Deprecated { sunset_on: SUNSET },
            VersionState::Blocked,
        ];
        for state in states {
            let version = version(state, 1);
            let say = |what: Result<VersionState, Refusal>| what.map_or("refused", VersionState::as_str);
            let approved = version.approve(person(1)).map(|decided| match decided {
                Decided::Now(state) => state,
                Decided::AnotherNeeded => state,
            });
            let later = version.deprecate(date!(2027 - 06 - 01), TODAY);
            let row = [approved, later, version.block(), version.reopen()].map(say).join(" · ");
            table.push_str(&format!("{}: {row}\n", state.as_str()));
        }
        insta::assert_snapshot!(table, @r"
        candidate: approved · refused · blocked · refused
        approved: refused · deprecated · blocked · refused
        deprecated: refused · deprecated · blocked · approved
        blocked: refused · refused · refused · candidate
        ");
    }

    #[test]
    fn two_people_where_two_are_needed_and_nobody_twice() {
        let open = version(VersionState::Candidate, 2);
        assert_eq!(open.approve(person(1)), Ok(Decided::AnotherNeeded));
        let half = approved_by(open, 1);
        assert_eq!(half.approve(person(1)), Err(Refusal::VersionApproved));
        assert_eq!(half.approve(person(2)), Ok(Decided::Now(VersionState::Approved)));
    }

    #[test]
    fn what_is_not_signed_as_demanded_is_never_approved() {
        for signature in [Signature::Missing, Signature::Failed { why: "another key".into() }] {
            let version = ChartVersion { signature, ..version(VersionState::Candidate, 1) };
            assert!(matches!(version.approve(person(1)), Err(Refusal::NotPossible(_))));
        }
    }

    #[test]
    fn what_is_not_judged_with_the_values_of_now_is_not_approved() {
        for judging in [Judging::Waits, Judging::Failed { why: "no such key".into() }] {
            let version = ChartVersion { judging, ..version(VersionState::Candidate, 1) };
            assert!(matches!(version.approve(person(1)), Err(Refusal::NotPossible(_))));
        }
    }

    #[test]
    fn a_sunset_is_a_day_to_come_and_ends_the_offer_on_that_day() {
        let approved = version(VersionState::Approved, 1);
        assert!(approved.deprecate(TODAY, TODAY).is_err());
        assert!(approved.deprecate(date!(2099 - 01 - 01), TODAY).is_err());
        let state = approved.deprecate(SUNSET, TODAY).expect("it may end");
        assert!(state.is_offered(date!(2027 - 02 - 28)) && !state.is_offered(SUNSET));
        assert!(version(state, 1).deprecate(SUNSET, TODAY).is_err());
    }

    #[test]
    fn a_state_is_stored_and_found_again() {
        for (state, day) in [
            (VersionState::Candidate, None),
            (VersionState::Approved, None),
            (VersionState::Deprecated { sunset_on: SUNSET }, Some(SUNSET)),
            (VersionState::Blocked, None),
        ] {
            assert_eq!(VersionState::find(state.as_str(), day), Some(state));
        }
        assert_eq!(VersionState::find("deprecated", None), None);
        assert_eq!(VersionState::find("retired", None), None);
    }
}
