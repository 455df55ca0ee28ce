//! Asking that a namespace stays longer.

use super::{NewRequest, with_purpose};
use crate::field_error::FieldErrors;
use crate::form::AskFields;
use crate::name::{ClusterName, NamespaceName, Purpose};
use crate::request::UntilDate;

/// The last day of a namespace that is there, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub cluster: ClusterName,
    pub name: NamespaceName,
    pub until: UntilDate,
    pub purpose: Purpose,
}

impl Extension {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.refuse_foreign(body, &["until"]);
        let until = body.until.as_deref().unwrap_or_default();
        Self::gather(errors, [&body.cluster, &body.name, until, &body.purpose])
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, FieldErrors> {
        Self::gather(FieldErrors::default(), [cluster, name, &fields.until, &fields.purpose])
    }

    /// From a form that is not filled in yet, with the fields that are still empty. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, FieldErrors>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(cluster, name, fields))
    }

    fn gather(mut errors: FieldErrors, texts: [&str; 4]) -> Result<Self, FieldErrors> {
        let [cluster, name, until, purpose] = texts;
        match (errors.parse(cluster), errors.parse(name), errors.parse(until), errors.parse(purpose)) {
            (Some(cluster), Some(name), Some(until), Some(purpose)) if errors.is_empty() => {
                Ok(Self { cluster, name, until, purpose })
            }
            _ => Err(errors),
        }
    }
}
