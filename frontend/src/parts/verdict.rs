//! What would happen to an ask: shown beside the form before it is submitted, and while it is typed.

use super::badge::Tone;
use super::note::note_drawn;
use super::{fresh, reasons, room, stages};
use crate::icon::*;
use domain::view::{Outcome, Verdict};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn verdict(verdict: &Verdict, now: OffsetDateTime) -> AnyView {
    view! {
        <section class="panel">
            <header><h2>"What happens next"</h2></header>
            <div class="body">
                {headline(verdict)}
                {(verdict.outcome != Outcome::Refused).then(|| course(verdict))}
                {(!verdict.reasons.is_empty()).then(|| view! { <h3>"Why"</h3> {reasons::reasons(&verdict.reasons)} })}
            </div>
        </section>
        {verdict.room.as_ref().map(|found| view! {
            <section class="panel">
                <header><h2>"Room on "{found.cluster.clone()}</h2>{fresh::fresh(&found.freshness, now)}</header>
                <div class="body">{room::room(found)}</div>
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

/// Deciders first, then what Berth does.
fn course(verdict: &Verdict) -> AnyView {
    view! {
        {(!verdict.stages.is_empty()).then(|| stages::stages(&verdict.stages))}
        <ol class="course">
            <li>{icon(LuCircle)}"Room is held on the cluster"</li>
            <li>{icon(LuCircle)}"Berth makes the namespace and verifies it"</li>
            <li>{icon(LuCircle)}"Your team gets access"</li>
        </ol>
    }
    .into_any()
}

/// A field's name and its trouble as one phrase: `Name: is missing` reads as `Name is missing`.
pub(crate) fn say(field: &str, message: &str) -> String {
    let name = field_title(field);
    if goes_on(message) { format!("{name} {message}") } else { format!("{name}: {message}") }
}

/// Whether the message goes on from the field's name: `is missing`.
pub(crate) fn goes_on(message: &str) -> bool {
    matches!(message.split_whitespace().next(), Some("is" | "must" | "has" | "was"))
}

/// What forms call a field of theirs.
fn field_title(field: &str) -> &str {
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
        "comment" | "reason" => "Comment",
        "grant" => "Grant",
        "scope" => "Scope",
        "days" => "Days",
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
    }
}
