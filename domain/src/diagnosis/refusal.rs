//! Why the API server refuses pods, by its words.

use super::Cause;

/// Names of the quotas that Berth writes begin so.
const OWN_QUOTAS: &str = "berth-";

/// The name of the ResourceQuota that has no room, in the API server's words.
pub fn refusing_quota(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("exceeded quota: ")?;
    name(rest)
}

fn name(rest: &str) -> Option<String> {
    let name: String = rest.chars().take_while(|c| !matches!(c, ',' | ':' | '"' | '\'' | ' ')).collect();
    (!name.is_empty()).then_some(name)
}

/// The cause, and the name of what refuses or lacks. None: these words are not known.
pub fn classify(message: &str) -> Option<(Cause, Option<String>)> {
    let after = |words: &str| message.split_once(words).map(|(_, rest)| rest);
    if message.contains("exceeded quota: ") {
        let quota = refusing_quota(message);
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
