//! Asking that a namespace stays longer.

use super::{Mistakes, NewRequest, with_purpose};
use crate::name::{ClusterName, NamespaceName, Purpose};
use crate::refusal::Refusal;
use crate::request::UntilDate;
use crate::view::AskFields;

/// The last day of a namespace that is there, every text in it valid by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub cluster: ClusterName,
    pub name: NamespaceName,
    pub until: UntilDate,
    pub purpose: Purpose,
}

impl Extension {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        mistakes.refuse_foreign(body, &["until"]);
        let until = body.until.as_deref().unwrap_or_default();
        Self::gather(mistakes, [&body.cluster, &body.name, until, &body.purpose])
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, Refusal> {
        Self::gather(Mistakes::default(), [cluster, name, &fields.until, &fields.purpose])
    }

    /// From a form that is not filled in yet, with the fields that are still empty. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, Refusal>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(cluster, name, fields))
    }

    fn gather(mut mistakes: Mistakes, texts: [&str; 4]) -> Result<Self, Refusal> {
        let [cluster, name, until, purpose] = texts;
        match (mistakes.parse(cluster), mistakes.parse(name), mistakes.parse(until), mistakes.parse(purpose)) {
            (Some(cluster), Some(name), Some(until), Some(purpose)) if mistakes.0.is_empty() => {
                Ok(Self { cluster, name, until, purpose })
            }
            _ => Err(Refusal::Invalid(mistakes.0)),
        }
    }
}
