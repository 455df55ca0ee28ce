//! Asking for the end of a namespace.

use super::{Mistakes, NewRequest, with_purpose};
use crate::name::{ClusterName, NamespaceName, Purpose};
use crate::refusal::Refusal;
use crate::view::AskFields;

/// The end of a namespace that is there, every text in it valid by itself, and its name typed once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub cluster: ClusterName,
    pub name: NamespaceName,
    pub purpose: Purpose,
}

impl Deletion {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, Refusal> {
        let mut mistakes = Mistakes::default();
        mistakes.refuse_foreign(body, &["confirm"]);
        Self::gather(mistakes, [&body.cluster, &body.name, body.confirm.as_deref().unwrap_or_default(), &body.purpose])
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, Refusal> {
        Self::gather(Mistakes::default(), [cluster, name, &fields.confirm, &fields.purpose])
    }

    /// From a form that is not filled in yet, with the fields that are still empty. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, Refusal>, Vec<String>) {
        let (read, mut missing) = with_purpose(fields, |fields| {
            let confirm = if fields.confirm.trim().is_empty() { name.to_owned() } else { fields.confirm.clone() };
            Self::from_fields(cluster, name, &AskFields { confirm, ..fields.clone() })
        });
        if fields.confirm.trim().is_empty() {
            missing.push("confirm".to_owned());
        }
        (read, missing)
    }

    fn gather(mut mistakes: Mistakes, texts: [&str; 4]) -> Result<Self, Refusal> {
        let [cluster, name, confirm, purpose] = texts;
        let name = mistakes.parse::<NamespaceName>(name);
        if let Some(name) = &name
            && confirm.trim() != name.as_str()
        {
            mistakes.add::<()>("confirm", &format!("must be {name}"));
        }
        match (mistakes.parse(cluster), name, mistakes.parse(purpose)) {
            (Some(cluster), Some(name), Some(purpose)) if mistakes.0.is_empty() => Ok(Self { cluster, name, purpose }),
            _ => Err(Refusal::Invalid(mistakes.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_deleted_whose_name_was_not_typed() {
        for confirm in ["", "payments", "payments-deV", "orders-dev"] {
            let fields = AskFields { confirm: confirm.into(), purpose: "moved".into(), ..AskFields::default() };
            let refusal = Deletion::from_fields("harbour-1", "payments-dev", &fields).expect_err(confirm);
            assert_eq!(refusal.fields()[0].field, "confirm");
        }
        let typed = AskFields { confirm: " payments-dev ".into(), purpose: "moved".into(), ..AskFields::default() };
        assert!(Deletion::from_fields("harbour-1", "payments-dev", &typed).is_ok());
    }

    #[test]
    fn what_is_still_to_be_typed_is_missing_in_a_draft_and_a_wrong_name_a_mistake() {
        let (draft, missing) = Deletion::draft("harbour-1", "payments-dev", &AskFields::default());
        assert!(draft.is_ok() && missing == ["purpose", "confirm"], "{draft:?} {missing:?}");
        let wrong = AskFields { confirm: "orders-dev".into(), ..AskFields::default() };
        assert!(Deletion::draft("harbour-1", "payments-dev", &wrong).0.is_err());
    }
}
