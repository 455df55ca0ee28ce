//! Asking for more or less of what a namespace has.

use super::{Amount, Mistakes, NewRequest, with_purpose};
use crate::name::{ClusterName, NamespaceName, Purpose};
use crate::refusal::Refusal;
use crate::view::AskFields;

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

impl QuotaChange {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        mistakes.refuse_foreign(body, &["size", "quota", "acknowledge_below_use"]);
        let amount = mistakes.size_or_quota(body.size.as_deref(), body.quota);
        Self::gather(mistakes, [&body.cluster, &body.name, &body.purpose], amount, body.acknowledge_below_use)
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        let amount = mistakes.typed_amount(&fields.size, &fields.amounts);
        Self::gather(mistakes, [cluster, name, &fields.purpose], amount, fields.acknowledges())
    }

    /// From a form that is not filled in yet, with the fields that are still empty: the purpose does not decide who
    /// decides. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, Refusal>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(cluster, name, fields))
    }

    fn gather(
        mut mistakes: Mistakes,
        texts: [&str; 3],
        amount: Option<Amount>,
        acknowledge_below_use: bool,
    ) -> Result<Self, Refusal> {
        let [cluster, name, purpose] = texts;
        match (mistakes.parse(cluster), mistakes.parse(name), amount, mistakes.parse(purpose)) {
            (Some(cluster), Some(name), Some(amount), Some(purpose)) if mistakes.0.is_empty() => {
                Ok(Self { cluster, name, amount, purpose, acknowledge_below_use })
            }
            _ => Err(Refusal::Invalid(mistakes.0)),
        }
    }
}
