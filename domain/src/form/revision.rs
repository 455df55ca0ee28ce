//! Another revision of an open request.

use super::{Amount, Mistakes, NewRevision, with_purpose};
use crate::name::Purpose;
use crate::refusal::Refusal;
use crate::request::{Kind, UntilDate};
use crate::view::AskFields;

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
    pub fn from_json(kind: Kind, body: &NewRevision) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        let content = match kind {
            Kind::NewNamespace | Kind::Quota => {
                mistakes.refuse_given(&[("until", body.until.is_some())]);
                mistakes.size_or_quota(body.size.as_deref(), body.quota).map(RevisedContent::Amount)
            }
            Kind::Extend => {
                mistakes.refuse_given(&[("size", body.size.is_some()), ("quota", body.quota.is_some())]);
                mistakes.parse(body.until.as_deref().unwrap_or_default()).map(RevisedContent::Until)
            }
            Kind::Delete => {
                let given =
                    [("size", body.size.is_some()), ("quota", body.quota.is_some()), ("until", body.until.is_some())];
                mistakes.refuse_given(&given);
                Some(RevisedContent::Nothing)
            }
        };
        Self::gather(mistakes, content, &body.purpose, body.acknowledge_below_use)
    }

    pub fn from_fields(kind: Kind, fields: &AskFields) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        let content = match kind {
            Kind::NewNamespace | Kind::Quota => {
                mistakes.typed_amount(&fields.size, &fields.amounts).map(RevisedContent::Amount)
            }
            Kind::Extend => mistakes.parse(&fields.until).map(RevisedContent::Until),
            Kind::Delete => Some(RevisedContent::Nothing),
        };
        Self::gather(mistakes, content, &fields.purpose, fields.acknowledges())
    }

    /// From a form whose purpose was deleted, perhaps: said as missing, it is no mistake in a verdict.
    pub fn draft(kind: Kind, fields: &AskFields) -> (Result<Self, Refusal>, Vec<String>) {
        with_purpose(fields, |fields| Self::from_fields(kind, fields))
    }

    fn gather(
        mut mistakes: Mistakes,
        content: Option<RevisedContent>,
        purpose: &str,
        acknowledge_below_use: bool,
    ) -> Result<Self, Refusal> {
        match (content, mistakes.parse(purpose)) {
            (Some(content), Some(purpose)) if mistakes.0.is_empty() => {
                Ok(Self { content, purpose, acknowledge_below_use })
            }
            _ => Err(Refusal::Invalid(mistakes.0)),
        }
    }
}
