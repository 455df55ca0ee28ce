//! What would happen to an ask: shown beside the form before it is submitted, and while it is typed.

use super::badge::Tone;
use super::disagreement::disagreement;
use super::note::{note, note_drawn, note_with};
use super::{fresh, reasons, room, stages, url};
use crate::icon::*;
use domain::Resource;
use domain::refusal::BelowUse;
use domain::view::{Outcome, Verdict};
use leptos::prelude::*;
use std::borrow::Cow;
use time::OffsetDateTime;

pub(crate) fn verdict(verdict: &Verdict, now: OffsetDateTime) -> AnyView {
    view! {
        <section class="panel">
            <header><h2>"What happens next"</h2></header>
            <div class="body">
                {headline(verdict)}
                {still_missing(&verdict.missing)}
                {verdict.monthly_cost.as_ref().map(|cost| view! { <p>{format!("{cost} a month")}</p> })}
                {elsewhere(&verdict.elsewhere)}
                {disagreement(verdict.disagreement.as_ref(), now)}
                {consequences(verdict)}
                {(verdict.outcome != Outcome::Refused).then(|| course(verdict))}
                {(!verdict.reasons.is_empty()).then(|| view! { <h3>"Why"</h3> {reasons::reasons(&verdict.reasons)} })}
            </div>
        </section>
        {verdict.room.as_ref().map(|found| view! {
            <section class="panel">
                <header><h2>{format!("Room on {}", found.cluster)}</h2>{fresh::fresh(&found.freshness, now)}</header>
                <div class="body">{room::room(found, verdict.disagreement.is_some())}</div>
            </section>
        })}
    }
    .into_any()
}

fn headline(verdict: &Verdict) -> AnyView {
    let (tone, drawing) = match verdict.outcome {
        Outcome::Automatic => (Tone::Ok, LuZap),
        Outcome::Review => (Tone::Info, LuUserCheck),
        Outcome::Refused => (Tone::Bad, LuCircleX),
    };
    let errors = verdict.errors.iter().map(|error| view! { <li>{say(&error.field, &error.message)}</li> });
    let errors = (!verdict.errors.is_empty()).then(|| view! { <ul>{errors.collect_view()}</ul> });
    note_drawn(tone, drawing, verdict.headline.clone(), errors.into_any())
}

/// Nothing is wrong yet: it is only not all there.
fn still_missing(fields: &[String]) -> Option<AnyView> {
    let titles: Vec<_> = fields.iter().map(|field| lower(plain_title(field))).collect();
    (!titles.is_empty()).then(|| {
        let says = format!("Still to fill in: {}.", titles.join(", "));
        view! { <p class="hint">{icon(LuInfo)}{says}</p> }.into_any()
    })
}

/// Where it would not have to wait.
fn elsewhere(clusters: &[String]) -> Option<AnyView> {
    let (first, others) = clusters.split_first()?;
    let says = format!("Choose it as the cluster, and nothing has to wait.{}", also(others));
    Some(note_with(Tone::Info, format!("{first} has room for this"), view! { <p>{says}</p> }.into_any()))
}

fn also(others: &[String]) -> String {
    match others {
        [] => String::new(),
        [other] => format!(" So has {other}."),
        [others @ .., last] => format!(" So have {} and {last}.", others.join(", ")),
    }
}

/// Deciders first, then what Berth does.
fn course(verdict: &Verdict) -> AnyView {
    let steps = steps(verdict).into_iter().map(|step| view! { <li>{icon(LuCircle)}{step}</li> });
    view! {
        {(!verdict.stages.is_empty()).then(|| stages::stages(&verdict.stages))}
        <ol class="course">{steps.collect_view()}</ol>
    }
    .into_any()
}

fn steps(verdict: &Verdict) -> Vec<&'static str> {
    let takes_more = match (verdict.base, verdict.asked) {
        (None, _) => {
            return vec![
                "Room is held on the cluster",
                "Berth makes the namespace and verifies it",
                "Your team gets access",
            ];
        }
        (Some(base), Some(asked)) => !asked.fits(&base),
        (Some(_), None) => false,
    };
    let room = takes_more.then_some("Room is held on the cluster");
    room.into_iter().chain(["Berth changes the quota on the cluster and verifies it"]).collect()
}

/// What the ask takes the place of, and what it is below of.
fn consequences(verdict: &Verdict) -> AnyView {
    let superseded = verdict.supersedes.map(|number| {
        let said = view! {
            <p>"It is yours and still open. Asking again closes it: "<a class="link" href=url::request(number)>{number.to_string()}</a>"."</p>
        };
        note_with(Tone::Info, format!("Takes the place of {number}"), said.into_any())
    });
    let unchecked = (!verdict.unchecked.is_empty()).then(|| {
        let says = verdict.unchecked.iter().map(|says| view! { <p>{says.clone()}</p> });
        note_with(Tone::Warn, "Not everything could be checked", says.collect_view().into_any())
    });
    let below = view! { {below_use(&verdict.below_use)} {use_unknown(&verdict.use_unknown)} };
    view! { {unchecked} {superseded} {takes_over(verdict.takes_over)} {below} }.into_any()
}

/// What granting a namespace that Berth has forgotten means.
pub(crate) fn takes_over(takes_over: bool) -> Option<AnyView> {
    takes_over.then(|| {
        note(
            Tone::Info,
            "It is on the cluster already",
            "Berth made it for this team, and its database has forgotten it, as after a restore from a backup. When it is \
             granted, Berth takes it over with what runs in it.",
        )
    })
}

/// What less than is used now means for what runs.
pub(crate) fn below_use(below: &[BelowUse]) -> Option<AnyView> {
    if below.is_empty() {
        return None;
    }
    let rows = below.iter().map(|line| {
        let BelowUse { resource, used, asked } = *line;
        view! { <li>{format!("{}: {} of {} used", resource.title(), resource.say(asked), resource.say(used))}</li> }
    });
    let said = view! {
        <ul>{rows.collect_view()}</ul>
        <p>"Nothing that runs is stopped. New pods are refused until use is below."</p>
    };
    Some(note_with(Tone::Warn, "Less than is used now", said.into_any()))
}

/// What less than there is may mean, where nobody knows how much is used.
pub(crate) fn use_unknown(unknown: &[Resource]) -> Option<AnyView> {
    if unknown.is_empty() {
        return None;
    }
    let titles: Vec<_> = unknown.iter().map(|resource| resource.title()).collect();
    let said = view! {
        <p>{format!("Less than there is: {}. How much of it is used is not known now: this may be less.", titles.join(", "))}</p>
        <p>"Nothing that runs is stopped. New pods are refused until use is below."</p>
    };
    Some(note_with(Tone::Warn, "Use is not known", said.into_any()))
}

/// A field's name and its trouble as one phrase: `Name: is missing` reads as `Name is missing`.
pub(crate) fn say(field: &str, message: &str) -> String {
    let name = field_title(field);
    if name.is_empty() {
        return message.to_owned();
    }
    if goes_on(message) { format!("{name} {message}") } else { format!("{name}: {message}") }
}

/// Whether the message goes on from the field's name: `is missing`.
pub(crate) fn goes_on(message: &str) -> bool {
    matches!(message.split_whitespace().next(), Some("is" | "must" | "has" | "was"))
}

/// What forms call a field of theirs. A field in a row or group has the name of that in front: `sizes.0.cpu_m`.
fn field_title(field: &str) -> Cow<'_, str> {
    match field.split_once('.') {
        Some(("sizes", rest)) => {
            let (place, name) = rest.split_once('.').unwrap_or((rest, ""));
            let nth = place.parse::<usize>().map_or(0, |place| place + 1);
            format!("Size {nth}, {}", lower(plain_title(name))).into()
        }
        Some(("ceiling", name)) => format!("Own numbers, {}", lower(plain_title(name))).into(),
        Some((_, name)) => plain_title(name).into(),
        None => plain_title(field).into(),
    }
}

/// In the middle of a sentence; names in capitals stay.
fn lower(title: &str) -> String {
    if title.chars().nth(1).is_some_and(char::is_uppercase) { title.to_owned() } else { title.to_lowercase() }
}

fn plain_title(field: &str) -> &str {
    match field {
        "team" => "Team",
        "cluster" => "Cluster",
        "class" => "Class",
        "name" => "Name",
        "size" => "Size",
        "cpu" | "cpu_m" => "CPU",
        "memory" | "memory_bytes" => "Memory",
        "storage" | "storage_bytes" => "Storage",
        "pods" => "Pods",
        "load_balancers" => "Load balancers",
        "gpus" => "GPUs",
        "purpose" => "Purpose",
        "comment" | "reason" | "text" => "Comment",
        "why" => "Reason",
        "quota" => "Quota",
        "acknowledge_below_use" => "Below use",
        "grant" => "Grant",
        "scope" => "Scope",
        "days" => "Days",
        "title" => "Title",
        "summary" => "Summary",
        "sizes" => "Sizes",
        "clusters" => "Clusters",
        "environment" => "Environment",
        "pod_security" => "Pod security",
        "pod_security_version" => "Rules of Kubernetes",
        "network" => "Network",
        "roles" => "Access on the cluster",
        "request_cpu_m" => "CPU requested by default",
        "limit_cpu_m" => "CPU limit by default",
        "request_memory_bytes" => "Memory requested by default",
        "limit_memory_bytes" => "Memory limit by default",
        "min_cpu_m" => "Least CPU",
        "max_cpu_m" => "Most CPU",
        "min_memory_bytes" => "Least memory",
        "max_memory_bytes" => "Most memory",
        "lifetime_days" => "Lifetime",
        "overcommit_percent" => "Overcommit",
        "per_person" => "Automatic for each person",
        "per_team" => "Automatic for each team",
        "cluster_percent" => "Automatic part of a cluster",
        "groups_prefix" => "Prefix of groups",
        "users_prefix" => "Prefix of people",
        "oidc.issuer" => "Identity provider for kubectl",
        "oidc.client_id" => "Client of kubectl",
        "kubeconfig" => "Kubeconfig",
        "currency" => "Currency",
        "price_cpu" => "Price of a CPU",
        "price_memory_gib" => "Price of a GiB of memory",
        "price_storage_gib" => "Price of a GiB of storage",
        "price_load_balancer" => "Price of a load balancer",
        "price_gpu" => "Price of a GPU",
        "note" => "Note",
        "copy_of" => "Begin with",
        "namespaces" => "Namespaces",
        "context" => "Context",
        "confirm" => "The name, typed again",
        "slug" => "Short name",
        "cost_centre" => "Cost centre",
        "description" => "Description",
        "owners" => "Groups of owners",
        "developers" => "Groups of developers",
        "viewers" => "Groups of viewers",
        "guardrails.allows" => "Guardrails",
        "kubeconfig_file" => "File",
        "oidc_issuer" => "Identity provider for kubectl",
        "oidc_client_id" => "Client of kubectl",
        "until" => "Last day",
        "from" => "From",
        "to" => "To",
        "group" => "Group",
        "person" => "E-mail address",
        "role" => "Role",
        "what" => "What ends",
        "uid" => "UID",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_and_its_trouble_read_as_one_phrase() {
        assert_eq!(say("name", "is missing"), "Name is missing");
        assert_eq!(say("cpu_m", "use a whole number"), "CPU: use a whole number");
        assert_eq!(
            say("sizes.1.memory_bytes", "must be more than nothing"),
            "Size 2, memory must be more than nothing"
        );
        assert_eq!(say("ceiling.cpu_m", "use a whole number"), "Own numbers, CPU: use a whole number");
    }
}
