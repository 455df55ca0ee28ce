//! What people send when they ask, revise and decide: texts as typed, read into names and amounts with every mistake at once.
//! Where kinds of requests differ in it is said here; what each asks for is in a module of its own. What all other forms hold
//! is in [`fields`], too.

mod amount;
mod delete;
mod entry;
mod extend;
mod fields;
mod new_namespace;
mod quota;
mod source;

use crate::field_error::FieldErrors;
use crate::name::{Purpose, SizeName};
use crate::quota::{Quota, Resource};
use crate::request::{Ask, Grant, Kind, UntilDate};
use serde::{Deserialize, Serialize};

pub use amount::AmountFields;
pub use delete::Deletion;
pub use entry::EntryFields;
pub use extend::Extension;
pub use fields::*;
pub use new_namespace::NewNamespace;
pub use quota::QuotaChange;
pub use source::SourceFields;

/// The form's name for "no size, my own numbers".
pub const OWN_SIZE: &str = "own";

/// How much: a size of the class, or own numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    Size(SizeName),
    Own(Quota),
}

/// What is asked for, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum New {
    Namespace(NewNamespace),
    Quota(QuotaChange),
    Extend(Extension),
    Delete(Deletion),
}

/// The same as JSON: what a kind does not ask for is left out. A new namespace needs `team` and `class`, every other kind has
/// those of its namespace; a quota is a `size` or a `quota`, not both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    pub kind: Kind,
    /// Slug of the team that will own it; for a new namespace.
    #[serde(default)]
    pub team: Option<String>,
    pub cluster: String,
    /// For a new namespace.
    #[serde(default)]
    pub class: Option<String>,
    /// The whole name. A new one begins with `TEAM-`.
    pub name: String,
    /// Name of a size of the class; for a new namespace or a quota.
    #[serde(default)]
    pub size: Option<String>,
    /// Custom numbers, within the class's ceiling; for a new namespace or a quota.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// The last day of an extension: `2026-12-31`.
    #[serde(default)]
    pub until: Option<String>,
    /// The name of the namespace that is to be deleted, once more.
    #[serde(default)]
    pub confirm: Option<String>,
    /// Purpose of a namespace; reason for anything else.
    pub purpose: String,
    /// For a quota below what is used now, or below what there is while use is not known: that this is meant.
    #[serde(default)]
    pub acknowledge_below_use: bool,
}

/// Another revision as JSON: what the kind of the request asks for. Of a deletion only the purpose is revised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRevision {
    /// The revision you read.
    pub revision: i32,
    #[serde(default)]
    pub size: Option<String>,
    #[serde(default)]
    pub quota: Option<Quota>,
    #[serde(default)]
    pub until: Option<String>,
    pub purpose: String,
    #[serde(default)]
    pub acknowledge_below_use: bool,
}

impl New {
    pub fn from_json(body: &NewRequest) -> Result<Self, FieldErrors> {
        match body.kind {
            Kind::NewNamespace => NewNamespace::from_json(body).map(Self::Namespace),
            Kind::Quota => QuotaChange::from_json(body).map(Self::Quota),
            Kind::Extend => Extension::from_json(body).map(Self::Extend),
            Kind::Delete => Deletion::from_json(body).map(Self::Delete),
        }
    }

    /// Whether who asks knows that it may be less than is used now. What takes nothing away need not say so.
    pub fn acknowledges_below_use(&self) -> bool {
        match self {
            Self::Quota(change) => change.acknowledge_below_use,
            Self::Namespace(_) | Self::Extend(_) | Self::Delete(_) => true,
        }
    }

    /// From the form for this kind on a namespace's page, with the fields that are still empty where it is not sent yet.
    pub fn draft(
        kind: Kind,
        cluster: &str,
        name: &str,
        fields: &AskFields,
    ) -> (Result<Self, FieldErrors>, Vec<String>) {
        fn of<T>(
            (read, missing): (Result<T, FieldErrors>, Vec<String>),
            new: impl Fn(T) -> New,
        ) -> (Result<New, FieldErrors>, Vec<String>) {
            (read.map(new), missing)
        }
        match kind {
            Kind::Extend => of(Extension::draft(cluster, name, fields), Self::Extend),
            Kind::Delete => of(Deletion::draft(cluster, name, fields), Self::Delete),
            Kind::Quota => of(QuotaChange::draft(cluster, name, fields), Self::Quota),
            Kind::NewNamespace => (Err(without_namespace()), Vec::new()),
        }
    }

    /// From the form for this kind on a namespace's page.
    pub fn from_fields(kind: Kind, cluster: &str, name: &str, fields: &AskFields) -> Result<Self, FieldErrors> {
        match kind {
            Kind::Extend => Extension::from_fields(cluster, name, fields).map(Self::Extend),
            Kind::Delete => Deletion::from_fields(cluster, name, fields).map(Self::Delete),
            Kind::Quota => QuotaChange::from_fields(cluster, name, fields).map(Self::Quota),
            Kind::NewNamespace => Err(without_namespace()),
        }
    }
}

fn without_namespace() -> FieldErrors {
    FieldErrors::of("kind", "is asked for where there is no namespace yet")
}

/// Stands for a purpose that is still to be typed.
const NOT_SAID_YET: &str = "Not said yet";

/// Whether nothing was typed.
fn fill_in(text: &mut String, instead: String) -> bool {
    let is_missing = text.trim().is_empty();
    if is_missing {
        *text = instead;
    }
    is_missing
}

/// Reads a form whose purpose may still be typed: it is said to be missing then, and no mistake.
fn with_purpose<T>(
    fields: &AskFields,
    read: impl FnOnce(&AskFields) -> Result<T, FieldErrors>,
) -> (Result<T, FieldErrors>, Vec<String>) {
    let mut fields = fields.clone();
    let is_missing = fill_in(&mut fields.purpose, NOT_SAID_YET.to_owned());
    let missing = if is_missing { vec!["purpose".to_owned()] } else { Vec::new() };
    (read(&fields), missing)
}

fn own_numbers(typed: &AmountFields) -> Result<Quota, FieldErrors> {
    let quota = amounts(typed, |_| 0)?;
    quota.check()?;
    Ok(quota)
}

fn amounts(typed: &AmountFields, when_empty: impl Fn(Resource) -> u64) -> Result<Quota, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut quota = Quota::ZERO;
    for resource in Resource::ALL {
        let text = typed.get(resource);
        let amount = if text.trim().is_empty() { Ok(when_empty(resource)) } else { resource.parse(text) };
        if let Some(amount) = errors.keep(amount) {
            quota.set(resource, amount);
        }
    }
    errors.finish().map(|()| quota)
}

impl FieldErrors {
    fn size_or_quota(&mut self, size: Option<&str>, quota: Option<Quota>) -> Option<Amount> {
        match (size, quota) {
            (Some(size), None) => self.parse(size).map(Amount::Size),
            (None, Some(quota)) => self.keep(quota.check().map(|()| Amount::Own(quota))),
            (Some(_), Some(_)) => self.lacks("size", "give a size or a quota, not both"),
            (None, None) => self.lacks("size", "give a size or a quota"),
        }
    }

    fn typed_amount(&mut self, size: &str, numbers: &AmountFields) -> Option<Amount> {
        match size {
            OWN_SIZE => self.keep(own_numbers(numbers)).map(Amount::Own),
            "" => self.lacks("size", "choose a size"),
            size => self.parse(size).map(Amount::Size),
        }
    }

    /// Refuses what is asked for by other kinds: of what not every kind has, `own` is what this one takes.
    fn refuse_foreign(&mut self, body: &NewRequest, own: &[&str]) {
        for (field, is_given) in [("team", body.team.is_some()), ("class", body.class.is_some())] {
            if is_given && !own.contains(&field) {
                self.add(field, "is that of the namespace: leave it out");
            }
        }
        let rest = [
            ("size", body.size.is_some()),
            ("quota", body.quota.is_some()),
            ("until", body.until.is_some()),
            ("confirm", body.confirm.is_some()),
            ("acknowledge_below_use", body.acknowledge_below_use),
        ];
        let foreign: Vec<_> = rest.into_iter().filter(|(field, _)| !own.contains(field)).collect();
        self.refuse_given(&foreign);
    }

    fn refuse_given(&mut self, given: &[(&str, bool)]) {
        for (field, _) in given.iter().filter(|(_, is_given)| *is_given) {
            self.add(field, "is nothing that this kind of request has: leave it out");
        }
    }

    /// A mistake in place of what should be there.
    fn lacks<T>(&mut self, field: &str, message: &str) -> Option<T> {
        self.add(field, message);
        None
    }
}

/// Another revision of an open request, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub content: RevisedContent,
    pub purpose: Purpose,
    pub acknowledge_below_use: bool,
}

/// What of a request may be asked for differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevisedContent {
    Amount(Amount),
    Until(UntilDate),
    /// Its purpose only.
    Nothing,
}

impl Revision {
    pub fn from_json(kind: Kind, body: &NewRevision) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = match kind {
            Kind::NewNamespace | Kind::Quota => {
                errors.refuse_given(&[("until", body.until.is_some())]);
                errors.size_or_quota(body.size.as_deref(), body.quota).map(RevisedContent::Amount)
            }
            Kind::Extend => {
                errors.refuse_given(&[("size", body.size.is_some()), ("quota", body.quota.is_some())]);
                errors.parse(body.until.as_deref().unwrap_or_default()).map(RevisedContent::Until)
            }
            Kind::Delete => {
                let given =
                    [("size", body.size.is_some()), ("quota", body.quota.is_some()), ("until", body.until.is_some())];
                errors.refuse_given(&given);
                Some(RevisedContent::Nothing)
            }
        };
        Self::gather(errors, content, &body.purpose, body.acknowledge_below_use)
    }

    pub fn from_fields(kind: Kind, fields: &AskFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let content = match kind {
            Kind::NewNamespace | Kind::Quota => {
                errors.typed_amount(&fields.size, &fields.amounts).map(RevisedContent::Amount)
            }
            Kind::Extend => errors.parse(&fields.until).map(RevisedContent::Until),
            Kind::Delete => Some(RevisedContent::Nothing),
        };
        Self::gather(errors, content, &fields.purpose, fields.acknowledges())
    }

    /// From a form whose purpose was deleted, perhaps: said as missing, it is no mistake in a verdict.
    pub fn draft(kind: Kind, fields: &AskFields) -> (Result<Self, FieldErrors>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(kind, fields))
    }

    fn gather(
        mut errors: FieldErrors,
        content: Option<RevisedContent>,
        purpose: &str,
        acknowledge_below_use: bool,
    ) -> Result<Self, FieldErrors> {
        match (content, errors.parse(purpose)) {
            (Some(content), Some(purpose)) if errors.is_empty() => Ok(Self { content, purpose, acknowledge_below_use }),
            _ => Err(errors),
        }
    }
}

/// What the decision form grants of what was asked; what was left empty stays as `grantable`.
pub fn granted(fields: &DecisionFields, grantable: &Grant) -> Result<Grant, FieldErrors> {
    match grantable {
        Grant::Quota(asked) => granted_numbers(fields, asked).map(Grant::Quota),
        Grant::Until { until } if fields.until.trim().is_empty() => Ok(Grant::Until { until: *until }),
        Grant::Until { .. } => Ok(Grant::Until { until: fields.until.parse()? }),
        Grant::Deletion { .. } => Ok(*grantable),
    }
}

/// What is suggested; none when that is what was asked.
pub fn suggested(fields: &DecisionFields, asked: &Ask) -> Result<Option<Grant>, FieldErrors> {
    let suggested = granted(fields, &asked.whole())?;
    Ok((suggested != asked.whole()).then_some(suggested))
}

/// What a program says of it: a quota or a day, whichever its kind has; none where it leaves it out.
pub fn given(kind: Kind, quota: Option<Quota>, until: Option<UntilDate>) -> Result<Option<Grant>, FieldErrors> {
    let foreign = |field: &str| Err(FieldErrors::of(field, "is nothing that this kind of request has: leave it out"));
    match (kind, quota, until) {
        (_, None, None) => Ok(None),
        (Kind::NewNamespace | Kind::Quota, Some(quota), None) => Ok(Some(Grant::Quota(quota))),
        (Kind::Extend, None, Some(until)) => Ok(Some(Grant::Until { until })),
        (Kind::NewNamespace | Kind::Quota, _, Some(_)) | (Kind::Delete, None, Some(_)) => foreign("until"),
        (Kind::Extend | Kind::Delete, Some(_), _) => foreign("grant"),
    }
}

fn granted_numbers(fields: &DecisionFields, asked: &Quota) -> Result<Quota, FieldErrors> {
    amounts(&fields.amounts, |resource| asked.get(resource))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_amount_in_a_decision_stays_as_asked() {
        let asked = Quota { cpu_m: 4000, memory_bytes: 1 << 30, pods: 10, ..Quota::ZERO };
        let fields =
            DecisionFields { amounts: AmountFields::default().with(Resource::Cpu, "2"), ..DecisionFields::default() };
        assert_eq!(granted_numbers(&fields, &asked), Ok(Quota { cpu_m: 2000, ..asked }));
    }
}
