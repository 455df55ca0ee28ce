//! What people send when they ask: texts as typed, read into names and amounts with every mistake at once.

use crate::name::{ClassName, ClusterName, NamespaceName, Purpose, SizeName, TeamSlug};
use crate::quota::{Quota, Resource};
use crate::refusal::{FieldError, Refusal};
use crate::request::{Kind, check_name};
use crate::view::{AmountFields, DecisionFields, NewNamespaceFields, QuotaFields};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The form's name for "no size, my own numbers".
pub const OWN_SIZE: &str = "own";

/// A new namespace as it is asked for, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNamespace {
    pub team: TeamSlug,
    pub cluster: ClusterName,
    pub class: ClassName,
    pub name: NamespaceName,
    pub amount: Amount,
    pub purpose: Purpose,
}

/// How much: a size of the class, or own numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    Size(SizeName),
    Own(Quota),
}

/// More or less for a namespace that is there, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaChange {
    pub cluster: ClusterName,
    pub name: NamespaceName,
    pub amount: Amount,
    pub purpose: Purpose,
    /// Whether who asks knows that it is less than is used now.
    pub acknowledge_below_use: bool,
}

/// What is asked for, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum New {
    Namespace(NewNamespace),
    Quota(QuotaChange),
}

/// Another revision of an open request, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub amount: Amount,
    pub purpose: Purpose,
    pub acknowledge_below_use: bool,
}

/// The same as JSON: `size` or `quota`, not both. A new namespace needs `team` and `class`; a quota has those of its
/// namespace.
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
    /// Name of a size of the class.
    #[serde(default)]
    pub size: Option<String>,
    /// Custom numbers, within the class's ceiling.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// Purpose of a namespace; reason for another quota.
    pub purpose: String,
    /// For a quota below what is used now, or below what there is while use is not known: that this is meant.
    #[serde(default)]
    pub acknowledge_below_use: bool,
}

/// Another revision as JSON: `size` or `quota`, not both.
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
    pub purpose: String,
    #[serde(default)]
    pub acknowledge_below_use: bool,
}

impl New {
    pub fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        match body.kind {
            Kind::NewNamespace => NewNamespace::from_json(body).map(Self::Namespace),
            Kind::Quota => QuotaChange::from_json(body).map(Self::Quota),
        }
    }
}

impl QuotaChange {
    fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        for (field, given) in [("team", &body.team), ("class", &body.class)] {
            if given.is_some() {
                errors.add::<()>(field, "is that of the namespace: leave it out");
            }
        }
        let amount = errors.size_or_quota(body.size.as_deref(), body.quota);
        Self::gather(errors, [&body.cluster, &body.name, &body.purpose], amount, body.acknowledge_below_use)
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &QuotaFields) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let amount = errors.typed_amount(&fields.size, &fields.amounts);
        let (cluster, name) = (cluster.to_owned(), name.to_owned());
        Self::gather(errors, [&cluster, &name, &fields.purpose], amount, fields.acknowledges())
    }

    /// From a form that is not filled in yet, with the fields that are still empty: the purpose does not decide who
    /// decides. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &QuotaFields) -> (Result<Self, Refusal>, Vec<String>) {
        let mut fields = fields.clone();
        let is_missing = fill_in(&mut fields.purpose, NOT_SAID_YET.to_owned());
        let missing = if is_missing { vec!["purpose".to_owned()] } else { Vec::new() };
        (Self::from_fields(cluster, name, &fields), missing)
    }

    fn gather(
        mut errors: Errors,
        texts: [&String; 3],
        amount: Option<Amount>,
        acknowledge_below_use: bool,
    ) -> Result<Self, Refusal> {
        let [cluster, name, purpose] = texts;
        match (errors.parse(cluster), errors.parse(name), amount, errors.parse(purpose)) {
            (Some(cluster), Some(name), Some(amount), Some(purpose)) if errors.0.is_empty() => {
                Ok(Self { cluster, name, amount, purpose, acknowledge_below_use })
            }
            _ => Err(Refusal::Invalid(errors.0)),
        }
    }
}

impl Revision {
    pub fn from_json(body: &NewRevision) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let amount = errors.size_or_quota(body.size.as_deref(), body.quota);
        Self::gather(errors, amount, &body.purpose, body.acknowledge_below_use)
    }

    pub fn from_fields(fields: &QuotaFields) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let amount = errors.typed_amount(&fields.size, &fields.amounts);
        Self::gather(errors, amount, &fields.purpose, fields.acknowledges())
    }

    /// From a form whose purpose was deleted, perhaps: said as missing, it is no mistake in a verdict.
    pub fn draft(fields: &QuotaFields) -> (Result<Self, Refusal>, Vec<String>) {
        let mut fields = fields.clone();
        let is_missing = fill_in(&mut fields.purpose, NOT_SAID_YET.to_owned());
        let missing = if is_missing { vec!["purpose".to_owned()] } else { Vec::new() };
        (Self::from_fields(&fields), missing)
    }

    fn gather(
        mut errors: Errors,
        amount: Option<Amount>,
        purpose: &str,
        acknowledge_below_use: bool,
    ) -> Result<Self, Refusal> {
        match (amount, errors.parse(purpose)) {
            (Some(amount), Some(purpose)) => Ok(Self { amount, purpose, acknowledge_below_use }),
            _ => Err(Refusal::Invalid(errors.0)),
        }
    }
}

impl NewNamespace {
    pub fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let amount = errors.size_or_quota(body.size.as_deref(), body.quota);
        // What is not there is an empty text, which does not parse.
        let [team, class] = [&body.team, &body.class].map(|text| text.clone().unwrap_or_default());
        Self::gather(errors, [&team, &body.cluster, &class, &body.name, &body.purpose], amount)
    }

    /// From the form. The name may be typed with or without its team's prefix.
    pub fn from_fields(fields: &NewNamespaceFields) -> Result<Self, Refusal> {
        let mut errors = Errors::default();
        let amount = errors.typed_amount(&fields.size, &fields.amounts);
        let typed = fields.name.trim();
        let prefix = format!("{}-", fields.team);
        let name = if typed.is_empty() || typed.starts_with(&prefix) { typed.to_owned() } else { prefix + typed };
        Self::gather(errors, [&fields.team, &fields.cluster, &fields.class, &name, &fields.purpose], amount)
    }

    /// From a form that is not filled in yet, with the fields that are still empty: neither the name nor the purpose
    /// decides who decides, or whether it fits. Only the verdict is asked with it.
    pub fn draft(fields: &NewNamespaceFields) -> (Result<Self, Refusal>, Vec<String>) {
        let mut fields = fields.clone();
        let name = format!("{}-not-named-yet", fields.team);
        let missing = [("name", &mut fields.name, name), ("purpose", &mut fields.purpose, NOT_SAID_YET.to_owned())]
            .into_iter()
            .filter_map(|(field, text, instead)| fill_in(text, instead).then(|| field.to_owned()))
            .collect();
        (Self::from_fields(&fields), missing)
    }

    fn gather(mut errors: Errors, texts: [&String; 5], amount: Option<Amount>) -> Result<Self, Refusal> {
        let [team, cluster, class, name, purpose] = texts;
        let team = errors.parse::<TeamSlug>(team);
        let cluster = errors.parse(cluster);
        let class = errors.parse(class);
        let name = errors.parse::<NamespaceName>(name);
        let purpose = errors.parse(purpose);
        if let (Some(name), Some(team)) = (&name, &team) {
            errors.keep(check_name(name, team));
        }
        match (team, cluster, class, name, amount, purpose) {
            (Some(team), Some(cluster), Some(class), Some(name), Some(amount), Some(purpose))
                if errors.0.is_empty() =>
            {
                Ok(Self { team, cluster, class, name, amount, purpose })
            }
            _ => Err(Refusal::Invalid(errors.0)),
        }
    }
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

/// The amounts of the decision form; an amount left empty stays as `asked`.
pub fn granted_numbers(fields: &DecisionFields, asked: &Quota) -> Result<Quota, Refusal> {
    amounts(&fields.amounts, |resource| asked.get(resource))
}

fn own_numbers(typed: &AmountFields) -> Result<Quota, Refusal> {
    let quota = amounts(typed, |_| 0)?;
    quota.check()?;
    Ok(quota)
}

/// The amounts of a suggestion; none when nothing was typed, and `asked` where an amount was left empty.
pub fn suggested_numbers(fields: &DecisionFields, asked: &Quota) -> Result<Option<Quota>, Refusal> {
    let numbers = granted_numbers(fields, asked)?;
    Ok((numbers != *asked).then_some(numbers))
}

fn amounts(typed: &AmountFields, when_empty: impl Fn(Resource) -> u64) -> Result<Quota, Refusal> {
    let mut errors = Errors::default();
    let mut quota = Quota::ZERO;
    for resource in Resource::ALL {
        let text = typed.get(resource);
        let amount = if text.trim().is_empty() { Ok(when_empty(resource)) } else { resource.parse(text) };
        if let Some(amount) = errors.keep(amount) {
            quota.set(resource, amount);
        }
    }
    if errors.0.is_empty() { Ok(quota) } else { Err(Refusal::Invalid(errors.0)) }
}

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn parse<T: FromStr<Err = Refusal>>(&mut self, text: &str) -> Option<T> {
        self.keep(text.trim().parse())
    }

    fn keep<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(refusal) => {
                self.0.extend(refusal.fields());
                None
            }
        }
    }

    fn size_or_quota(&mut self, size: Option<&str>, quota: Option<Quota>) -> Option<Amount> {
        match (size, quota) {
            (Some(size), None) => self.parse(size).map(Amount::Size),
            (None, Some(quota)) => self.keep(quota.check().map(|()| Amount::Own(quota))),
            (Some(_), Some(_)) => self.add("size", "give a size or a quota, not both"),
            (None, None) => self.add("size", "give a size or a quota"),
        }
    }

    fn typed_amount(&mut self, size: &str, numbers: &AmountFields) -> Option<Amount> {
        match size {
            OWN_SIZE => self.keep(own_numbers(numbers)).map(Amount::Own),
            "" => self.add("size", "choose a size"),
            size => self.parse(size).map(Amount::Size),
        }
    }

    fn add<T>(&mut self, field: &str, message: &str) -> Option<T> {
        self.keep(Err(Refusal::invalid(field, message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> NewNamespaceFields {
        NewNamespaceFields {
            team: "payments".into(),
            cluster: "harbour-1".into(),
            class: "standard".into(),
            name: "perf".into(),
            size: "M".into(),
            purpose: "load tests".into(),
            ..NewNamespaceFields::default()
        }
    }

    #[test]
    fn the_form_adds_the_teams_prefix_where_it_was_not_typed() {
        let short = NewNamespace::from_fields(&typed()).expect("valid");
        let whole = NewNamespace::from_fields(&NewNamespaceFields { name: "payments-perf".into(), ..typed() });
        assert_eq!(short.name.as_str(), "payments-perf");
        assert_eq!(whole, Ok(short));
    }

    #[test]
    fn what_is_still_to_be_typed_is_no_mistake_in_a_draft() {
        let blank = NewNamespaceFields { name: " ".into(), purpose: String::new(), ..typed() };
        let (draft, missing) = NewNamespace::draft(&blank);
        assert!(draft.is_ok() && missing == ["name", "purpose"], "{draft:?} {missing:?}");
        let (draft, missing) = NewNamespace::draft(&NewNamespaceFields { name: "UPPER".into(), ..blank });
        let mistakes: Vec<_> = draft.expect_err("is wrong").fields().into_iter().map(|f| f.field).collect();
        assert_eq!((mistakes, missing), (vec!["name".to_owned()], vec!["purpose".to_owned()]));
    }

    #[test]
    fn every_mistake_is_said_at_once() {
        let fields = NewNamespaceFields {
            size: OWN_SIZE.into(),
            amounts: AmountFields {
                cpu: "1e30".into(),
                memory: "-1".into(),
                pods: "NaN".into(),
                ..AmountFields::default()
            },
            purpose: " ".into(),
            name: "UPPER".into(),
            ..typed()
        };
        let refusal = NewNamespace::from_fields(&fields).expect_err("many mistakes");
        let named: Vec<_> = refusal.fields().into_iter().map(|f| f.field).collect();
        assert_eq!(named, ["cpu_m", "memory_bytes", "pods", "name", "purpose"]);
    }

    #[test]
    fn an_empty_amount_in_a_decision_stays_as_asked() {
        let asked = Quota { cpu_m: 4000, memory_bytes: 1 << 30, pods: 10, ..Quota::ZERO };
        let fields = DecisionFields {
            amounts: AmountFields { cpu: "2".into(), ..AmountFields::default() },
            ..DecisionFields::default()
        };
        assert_eq!(granted_numbers(&fields, &asked), Ok(Quota { cpu_m: 2000, ..asked }));
    }
}
