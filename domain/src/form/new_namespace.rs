//! Asking for a new namespace.

use super::{Amount, NOT_SAID_YET, NewRequest, fill_in};
use crate::field_error::FieldErrors;
use crate::form::NewNamespaceFields;
use crate::name::{ClassName, ClusterName, NamespaceName, Purpose, TeamSlug};
use crate::request::check_name;

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

impl NewNamespace {
    pub(super) fn from_json(body: &NewRequest) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.refuse_foreign(body, &["team", "class", "size", "quota", "acknowledge_below_use"]);
        let amount = errors.size_or_quota(body.size.as_deref(), body.quota);
        // What is not there is an empty text, which does not parse.
        let [team, class] = [&body.team, &body.class].map(|text| text.clone().unwrap_or_default());
        Self::gather(errors, [&team, &body.cluster, &class, &body.name, &body.purpose], amount)
    }

    /// From the form. The name may be typed with or without its team's prefix.
    pub fn from_fields(fields: &NewNamespaceFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let amount = errors.typed_amount(&fields.size, &fields.amounts);
        let typed = fields.name.trim();
        let prefix = format!("{}-", fields.team);
        let name = if typed.is_empty() || typed.starts_with(&prefix) { typed.to_owned() } else { prefix + typed };
        Self::gather(errors, [&fields.team, &fields.cluster, &fields.class, &name, &fields.purpose], amount)
    }

    /// From a form that is not filled in yet, with the fields that are still empty: neither the name nor the purpose
    /// decides who decides, or whether it fits. Only the verdict is asked with it.
    pub fn draft(fields: &NewNamespaceFields) -> (Result<Self, FieldErrors>, Vec<String>) {
        let mut fields = fields.clone();
        let name = format!("{}-not-named-yet", fields.team);
        let missing = [("name", &mut fields.name, name), ("purpose", &mut fields.purpose, NOT_SAID_YET.to_owned())]
            .into_iter()
            .filter_map(|(field, text, instead)| fill_in(text, instead).then(|| field.to_owned()))
            .collect();
        (Self::from_fields(&fields), missing)
    }

    fn gather(mut errors: FieldErrors, texts: [&String; 5], amount: Option<Amount>) -> Result<Self, FieldErrors> {
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
            (Some(team), Some(cluster), Some(class), Some(name), Some(amount), Some(purpose)) if errors.is_empty() => {
                Ok(Self { team, cluster, class, name, amount, purpose })
            }
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::AmountFields;
    use crate::form::OWN_SIZE;
    use crate::quota::Resource;

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
        let mistakes: Vec<_> = draft.expect_err("is wrong").0.into_iter().map(|f| f.field).collect();
        assert_eq!((mistakes, missing), (vec!["name".to_owned()], vec!["purpose".to_owned()]));
    }

    #[test]
    fn every_mistake_is_said_at_once() {
        let fields = NewNamespaceFields {
            size: OWN_SIZE.into(),
            amounts: AmountFields::default()
                .with(Resource::Cpu, "1e30")
                .with(Resource::Memory, "-1")
                .with(Resource::Pods, "NaN"),
            purpose: " ".into(),
            name: "UPPER".into(),
            ..typed()
        };
        let errors = NewNamespace::from_fields(&fields).expect_err("many mistakes");
        let named: Vec<_> = errors.0.into_iter().map(|f| f.field).collect();
        assert_eq!(named, ["cpu_m", "memory_bytes", "pods", "name", "purpose"]);
    }
}
