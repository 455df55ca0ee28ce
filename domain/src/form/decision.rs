//! What who decides grants or suggests, as typed.

use super::amounts;
use crate::field_error::FieldErrors;
use crate::form::DecisionFields;
use crate::quota::Quota;
use crate::request::{Ask, Grant, Kind, UntilDate};

/// What the decision form grants of what was asked; what was left empty stays as `grantable`.
pub fn granted(fields: &DecisionFields, grantable: &Grant) -> Result<Grant, FieldErrors> {
    match grantable {
        Grant::Quota(asked) => granted_numbers(fields, asked).map(Grant::Quota),
        Grant::Until { until } if fields.until.trim().is_empty() => Ok(Grant::Until { until: *until }),
        Grant::Until { .. } => Ok(Grant::Until { until: fields.until.parse()? }),
        Grant::Deletion { .. } => Ok(*grantable),
    }
}

/// What is suggested; none when that is what was asked.
pub fn suggested(fields: &DecisionFields, asked: &Ask) -> Result<Option<Grant>, FieldErrors> {
    let suggested = granted(fields, &asked.whole())?;
    Ok((suggested != asked.whole()).then_some(suggested))
}

/// What a program says of it: a quota or a day, whichever its kind has; none where it leaves it out.
pub fn given(kind: Kind, quota: Option<Quota>, until: Option<UntilDate>) -> Result<Option<Grant>, FieldErrors> {
    let foreign = |field: &str| Err(FieldErrors::of(field, "is nothing that this kind of request has: leave it out"));
    match (kind, quota, until) {
        (_, None, None) => Ok(None),
        (Kind::NewNamespace | Kind::Quota, Some(quota), None) => Ok(Some(Grant::Quota(quota))),
        (Kind::Extend, None, Some(until)) => Ok(Some(Grant::Until { until })),
        (Kind::NewNamespace | Kind::Quota, _, Some(_)) | (Kind::Delete, None, Some(_)) => foreign("until"),
        (Kind::Extend | Kind::Delete, Some(_), _) => foreign("grant"),
    }
}

fn granted_numbers(fields: &DecisionFields, asked: &Quota) -> Result<Quota, FieldErrors> {
    amounts(&fields.amounts, |resource| asked.get(resource))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::AmountFields;
    use crate::quota::Resource;

    #[test]
    fn an_empty_amount_in_a_decision_stays_as_asked() {
        let asked = Quota { cpu_m: 4000, memory_bytes: 1 << 30, pods: 10, ..Quota::ZERO };
        let fields =
            DecisionFields { amounts: AmountFields::default().with(Resource::Cpu, "2"), ..DecisionFields::default() };
        assert_eq!(granted_numbers(&fields, &asked), Ok(Quota { cpu_m: 2000, ..asked }));
    }
}
