//! Another revision of an open request.

use super::{Amount, NewRevision, with_purpose};
use crate::field_error::FieldErrors;
use crate::form::AskFields;
use crate::name::Purpose;
use crate::request::{Kind, UntilDate};

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
