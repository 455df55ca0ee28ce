//! Why the API server refuses pods, by its words.

use super::Cause;

/// Names of the quotas that Berth writes begin so.
const OWN_QUOTAS: &str = "berth-";

/// The cause, and the name of what refuses or lacks. None: these words are not known.
pub fn classify(message: &str) -> Option<(Cause, Option<String>)> {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest);
    let name = |rest: &str| {
        let name: String = rest.chars().take_while(|c| !matches!(c, ',' | ':' | '"' | '\'' | ' ')).collect();
        (!name.is_empty()).then_some(name)
    };
    if let Some(quota) = after("exceeded quota: ").map(name) {
        let is_own = quota.as_ref().is_some_and(|quota| quota.starts_with(OWN_QUOTAS));
        return Some((if is_own { Cause::QuotaExceeded } else { Cause::OtherQuotaExceeded }, quota));
    }
    if let Some(quota) = after("failed quota: ").filter(|rest| rest.contains("must specify")).map(name) {
        return Some((Cause::RequestsMissing, quota));
    }
    if message.contains("violates PodSecurity") {
        return Some((Cause::PodSecurityViolated, None));
    }
    if let Some(account) = after("error looking up service account ") {
        return Some((
            Cause::ServiceAccountMissing,
            name(account).and_then(|path| Some(path.rsplit('/').next()?.to_owned())),
        ));
    }
    if message.contains("must be less than or equal to") && message.contains(" limit") {
        return Some((Cause::DefaultLimitExceeded, None));
    }
    if message.contains(" usage per ") || message.contains("limit to request ratio") {
        return Some((Cause::LimitRangeViolated, None));
    }
    if let Some(webhook) = after("failed calling webhook \"").map(name) {
        return Some((Cause::AdmissionUnavailable, webhook));
    }
    let policy = after("admission webhook \"").or_else(|| after("ValidatingAdmissionPolicy '"));
    policy.map(|rest| (Cause::AdmissionDenied, name(rest)))
}
