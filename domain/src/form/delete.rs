//! Asking for the end of a namespace.

use super::{NewRequest, with_purpose};
use crate::field_error::FieldErrors;
use crate::form::AskFields;
use crate::name::{ClusterName, NamespaceName, Purpose};

/// The end of a namespace that is there, every text in it valid by itself, and its name typed once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub cluster: ClusterName,
    pub name: NamespaceName,
    pub purpose: Purpose,
}

impl Deletion {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.refuse_foreign(body, &["confirm"]);
        Self::gather(errors, [&body.cluster, &body.name, body.confirm.as_deref().unwrap_or_default(), &body.purpose])
    }

    /// From the form on the namespace's page.
    pub fn from_fields(cluster: &str, name: &str, fields: &AskFields) -> Result<Self, FieldErrors> {
        Self::gather(FieldErrors::default(), [cluster, name, &fields.confirm, &fields.purpose])
    }

    /// From a form that is not filled in yet, with the fields that are still empty. Only the verdict is asked with it.
    pub fn draft(cluster: &str, name: &str, fields: &AskFields) -> (Result<Self, FieldErrors>, Vec<String>) {
        let (read, mut missing) = with_purpose(fields, |fields| {
            let confirm = if fields.confirm.trim().is_empty() { name.to_owned() } else { fields.confirm.clone() };
            Self::from_fields(cluster, name, &AskFields { confirm, ..fields.clone() })
        });
        if fields.confirm.trim().is_empty() {
            missing.push("confirm".to_owned());
        }
        (read, missing)
    }

    fn gather(mut errors: FieldErrors, texts: [&str; 4]) -> Result<Self, FieldErrors> {
        let [cluster, name, confirm, purpose] = texts;
        let name = errors.parse::<NamespaceName>(name);
        if let Some(name) = &name
            && confirm.trim() != name.as_str()
        {
            errors.add("confirm", format!("must be {name}"));
        }
        match (errors.parse(cluster), name, errors.parse(purpose)) {
            (Some(cluster), Some(name), Some(purpose)) if errors.is_empty() => Ok(Self { cluster, name, purpose }),
            _ => Err(errors),
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
            let errors = Deletion::from_fields("harbour-1", "payments-dev", &fields).expect_err(confirm);
            assert_eq!(errors.0[0].field, "confirm");
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
