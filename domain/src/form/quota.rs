//! Asking for more or less of what a namespace has.

use super::{Amount, NewRequest, with_purpose};
use crate::field_error::FieldErrors;
use crate::form::AskFields;
use crate::name::{ClusterName, NamespaceName, Purpose};

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
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.refuse_foreign(body, &["size", "quota", "acknowledge_below_use"]);
        let amount = errors.size_or_quota(body.size.as_deref(), body.quota);
        Self::gather(errors, [&body.cluster, &body.name, &body.purpose], amount, body.acknowledge_below_use)
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let amount = errors.typed_amount(&fields.size, &fields.amounts);
        Self::gather(errors, [cluster, name, &fields.purpose], amount, fields.acknowledges())
    }

    /// From a form that is not filled in yet, with the fields that are still empty: the purpose does not decide who
    /// decides. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, FieldErrors>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(cluster, name, fields))
    }

    fn gather(
        mut errors: FieldErrors,
        texts: [&str; 3],
        amount: Option<Amount>,
        acknowledge_below_use: bool,
    ) -> Result<Self, FieldErrors> {
        let [cluster, name, purpose] = texts;
        match (errors.parse(cluster), errors.parse(name), amount, errors.parse(purpose)) {
            (Some(cluster), Some(name), Some(amount), Some(purpose)) if errors.is_empty() => {
                Ok(Self { cluster, name, amount, purpose, acknowledge_below_use })
            }
            _ => Err(errors),
        }
    }
}
