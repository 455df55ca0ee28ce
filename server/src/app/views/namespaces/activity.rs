//! What happened to a namespace, newest first: to it, on its cluster, and to every request about it.

use crate::app::Result;
use crate::app::clusters::subject;
use crate::app::views::timeline::{timeline, with_comments};
use crate::store;
use crate::store::Conn;
use domain::audit::{EventName, Link};
use domain::drift::Condition;
use domain::lifetime::Cause;
use domain::name::RequestNumber;
use domain::namespace::Namespace;
use domain::view::{ActivityEntry, ActivityView, TimelineEntry, TimelineKind};
use serde_json::Value;
use time::OffsetDateTime;

/// Events shown, and requests whose events are among them. What is older is in the audit trail.
const SHOWN: usize = 100;
const REQUESTS: i64 = 50;
/// What is not told of a namespace: its request says the same, or nothing happened to it.
const UNTOLD: [EventName; 4] = [
    EventName::NamespaceProvisioned,
    EventName::NamespaceQuotaChanged,
    EventName::NamespaceExpirySet,
    EventName::ChangeRefused,
];
/// What is told of its cluster: whether anything is done there.
const OF_CLUSTER: [EventName; 4] = [
    EventName::ClusterPaused,
    EventName::ClusterResumed,
    EventName::ClusterIdentityChanged,
    EventName::ClusterIdentityAccepted,
];
/// Fields that one entry names.
const NAMED: usize = 3;

pub(super) async fn of(conn: &mut Conn, namespace: &Namespace, made_at: OffsetDateTime) -> Result<ActivityView> {
    let place = format!("{}/{}", namespace.cluster.name, namespace.name);
    let mut requests = store::requests::list_numbers_of(&mut *conn, namespace.id, REQUESTS + 1).await?;
    let most = usize::try_from(REQUESTS).unwrap_or(usize::MAX);
    let has_more_requests = requests.get(most).is_some_and(|next| *next != namespace.request);
    requests.truncate(most);
    if !requests.contains(&namespace.request) {
        requests.push(namespace.request);
    }
    let requests: Vec<_> = requests.iter().map(ToString::to_string).collect();
    let of = store::audit::Activity {
        requests: &requests,
        place: &place,
        made_at,
        untold: &UNTOLD.map(stored),
        cluster: &subject(&namespace.cluster.name),
        told: &OF_CLUSTER.map(stored),
        team: namespace.team.id,
    };
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let mut links = store::audit::list_activity(&mut *conn, of, limit).await?;
    let has_more = links.len() > SHOWN || has_more_requests;
    links.truncate(SHOWN);
    let told: Vec<_> = links.iter().rev().filter_map(|link| Some((number(link), entry(link)?))).collect();
    let (numbers, entries): (Vec<_>, Vec<_>) = told.into_iter().unzip();
    let entries = with_comments(conn, entries, &links).await?;
    let about = |(request, entry)| ActivityEntry { request, entry };
    Ok(ActivityView { entries: numbers.into_iter().zip(entries).rev().map(about).collect(), has_more })
}

fn stored(name: EventName) -> String {
    name.as_str().to_owned()
}

/// The request that it happened to.
fn number(link: &Link) -> Option<RequestNumber> {
    let digits = link.event.subject.strip_prefix("REQ-")?;
    digits.parse().ok().map(RequestNumber)
}

fn entry(link: &Link) -> Option<TimelineEntry> {
    if number(link).is_some() {
        return timeline(std::slice::from_ref(link)).into_iter().next();
    }
    let detail = &link.event.detail;
    let (kind, says) = match EventName::find(&link.event.action) {
        Some(EventName::ClusterPaused) => (TimelineKind::Waiting, "paused its cluster".into()),
        Some(EventName::ClusterResumed) => (TimelineKind::Changed, "resumed its cluster".into()),
        Some(EventName::ClusterIdentityChanged) => {
            (TimelineKind::Failed, "found another cluster in place of its own and stopped".into())
        }
        Some(EventName::ClusterIdentityAccepted) => (TimelineKind::Changed, "confirmed the cluster's identity".into()),
        Some(EventName::NamespaceDriftFound) => (TimelineKind::Changed, fields("found drift", detail)),
        Some(EventName::NamespaceTroubleFound) => {
            (TimelineKind::Failed, format!("found that {}", condition(detail)?.says()))
        }
        Some(EventName::NamespaceTroubleOver) => {
            (TimelineKind::Completed, format!("found it in sync again; before: {}", condition(detail)?.says()))
        }
        Some(EventName::NamespaceDriftCorrected) => (TimelineKind::Changed, fields("corrected drift", detail)),
        Some(EventName::NamespaceDriftResolved) => (TimelineKind::Changed, fields("found drift resolved", detail)),
        Some(EventName::NamespaceBroughtUpToDate) => {
            (TimelineKind::Changed, "applied the new desired state to the cluster".into())
        }
        Some(EventName::NamespaceSyncOrdered) => (TimelineKind::Changed, "requested a sync".into()),
        Some(EventName::NamespaceRemakeOrdered) => (TimelineKind::Changed, "requested an empty recreation".into()),
        Some(EventName::NamespaceRemade) => (TimelineKind::Completed, "recreated it, empty".into()),
        Some(EventName::NamespaceMoved) => (TimelineKind::Changed, "moved it to another version of its class".into()),
        Some(EventName::NamespaceAhead) => {
            (TimelineKind::Failed, "found the cluster ahead of the database and stopped".into())
        }
        Some(EventName::NamespaceAheadResolved) => (TimelineKind::Changed, "resolved the difference".into()),
        Some(EventName::NamespaceExpiryReminded) => (TimelineKind::Waiting, reminded(detail)),
        Some(EventName::NamespaceSuspended) => (TimelineKind::Waiting, suspended(detail)),
        Some(EventName::NamespaceScaledToZero) => {
            (TimelineKind::Changed, counted("stopped", "workload", "n_workloads", detail))
        }
        Some(EventName::NamespaceNotSuspended) => (TimelineKind::Failed, "could not stop its workloads".into()),
        Some(EventName::NamespaceRestored) => (TimelineKind::Changed, "restored it".into()),
        Some(EventName::NamespaceResumed) => {
            (TimelineKind::Completed, counted("started", "workload", "n_workloads", detail))
        }
        Some(EventName::NamespaceRefilled) => (TimelineKind::Completed, refilled(detail)),
        Some(EventName::NamespaceRestLeftOut) => {
            (TimelineKind::Changed, "left out what could not be brought back".into())
        }
        Some(EventName::NamespaceDeletionBegun) => (TimelineKind::Changed, "began to delete it".into()),
        Some(EventName::KubeconfigIssued) => (TimelineKind::Changed, "downloaded a kubeconfig".into()),
        // Told of nobody else, or of another version: by its name.
        Some(_) | None => (TimelineKind::Changed, link.event.action.clone()),
    };
    let comment = detail.get("reason").and_then(Value::as_str).map(str::to_owned);
    Some(TimelineEntry { at: link.event.at, actor: link.event.actor_label.clone(), kind, says, comment })
}

fn reminded(detail: &Value) -> String {
    match detail.get("days").and_then(Value::as_i64) {
        Some(1) => "reminded that it expires in a day".into(),
        Some(days) => format!("reminded that it expires in {days} days"),
        None => "reminded that it expires".into(),
    }
}

fn suspended(detail: &Value) -> String {
    let cause = detail.get("cause").and_then(|cause| serde_json::from_value::<Cause>(cause.clone()).ok());
    cause.map_or_else(|| "suspended it".into(), |cause| format!("suspended it, because {}", cause.says()))
}

/// `stopped 2 workloads`.
fn counted(did: &str, what: &str, key: &str, detail: &Value) -> String {
    match detail.get(key).and_then(Value::as_i64) {
        Some(1) => format!("{did} one {what}"),
        Some(n) => format!("{did} {n} {what}s"),
        None => format!("{did} {what}s"),
    }
}

/// What cannot come back is said with what did.
fn refilled(detail: &Value) -> String {
    let made = counted("made", "object", "n_objects", detail);
    let volumes = "the data in volumes is lost";
    match detail.get("n_not_made").and_then(Value::as_i64) {
        None | Some(0) => format!("{made} of it again; {volumes}"),
        Some(n) => format!("{made} of it again, and could not make {n}; {volumes}"),
    }
}

fn condition(detail: &Value) -> Option<Condition> {
    serde_json::from_value(detail.get("trouble")?.clone()).ok()
}

/// `corrected drift: ResourceQuota berth-compute spec.hard["pods"], and 2 more`. The event names some of all.
fn fields(did: &str, detail: &Value) -> String {
    let all = detail.get("fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let text = |field: &Value, key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let named = all.iter().take(NAMED).map(|field| format!("{} {}", text(field, "object"), text(field, "field")));
    let named: Vec<_> = named.map(|name| name.trim_end().to_owned()).collect();
    let said = detail.get("n_fields").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    match (named.is_empty(), said.unwrap_or(all.len()).saturating_sub(NAMED)) {
        (true, _) => did.to_owned(),
        (false, 0) => format!("{did}: {}", named.join(", ")),
        (false, more) => format!("{did}: {}, and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_named_is_counted_whether_the_event_names_it_or_not() {
        let fields_named =
            |n: usize| -> Vec<_> { (0..n).map(|i| json!({"object": "Role a", "field": i.to_string()})).collect() };
        let said = |n: usize, detail: Value| (n, fields("did", &detail));
        for (more, text) in [
            said(57, json!({"fields": fields_named(20), "n_fields": 60})),
            said(17, json!({"fields": fields_named(20), "n_fields": 20})),
            said(2, json!({"fields": fields_named(5)})),
        ] {
            assert!(text.ends_with(&format!(", and {more} more")), "{text}");
        }
        assert_eq!(fields("did", &json!({"fields": fields_named(1), "n_fields": 1})), "did: Role a 0");
        assert_eq!(fields("did", &json!({})), "did");
    }
}
