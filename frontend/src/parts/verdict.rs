//! What would happen to an ask: shown beside the form before it is submitted, and while it is typed.

use super::badge::Tone;
use super::below_use::{below_use, use_unknown};
use super::disagreement::disagreement;
use super::note::{coded, note, note_drawn, note_with};
use super::{ask, capacity, fresh, labels, reasons, stages, url};
use crate::icon::*;
use domain::view::{Outcome, Verdict};
use leptos::prelude::*;
use time::OffsetDateTime;

pub(crate) fn verdict(verdict: &Verdict, now: OffsetDateTime) -> AnyView {
    let outcome = match verdict.outcome {
        Outcome::Automatic => "automatic",
        Outcome::Review => "review",
        Outcome::Refused => "refused",
    };
    view! {
        <section class="panel" data-outcome=outcome>
            <header><h2>"Next steps"</h2></header>
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
        {verdict.capacity.as_ref().map(|found| view! {
            <section class="panel">
                <header><h2>{format!("Capacity on {}", found.cluster)}</h2>{fresh::fresh(&found.freshness, now)}</header>
                <div class="body">{capacity::capacity(found, verdict.blocked_by.is_some())}</div>
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
    let errors = verdict
        .errors
        .iter()
        .map(|error| view! { <li>{labels::phrase(&labels::of(&error.field), &error.message)}</li> });
    let errors = (!verdict.errors.is_empty()).then(|| view! { <ul>{errors.collect_view()}</ul> });
    note_drawn(tone, drawing, verdict.headline.clone(), errors.into_any())
}

/// Nothing is wrong yet: it is only not all there.
fn still_missing(fields: &[String]) -> Option<AnyView> {
    let titles: Vec<_> = fields.iter().map(|field| lower(&labels::of(field))).collect();
    (!titles.is_empty()).then(|| {
        let says = format!("Still to fill in: {}.", titles.join(", "));
        view! { <p class="hint" data-to-fill-in=fields.join(" ")>{icon(LuInfo)}{says}</p> }.into_any()
    })
}

/// Where it would not have to wait.
fn elsewhere(clusters: &[String]) -> Option<AnyView> {
    let (first, others) = clusters.split_first()?;
    let says = format!("Choose it as the cluster, and nothing has to wait.{}", also(others));
    Some(note_with(Tone::Info, format!("{first} has capacity for this"), view! { <p>{says}</p> }.into_any()))
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
    let steps = ask::steps(verdict).into_iter().map(|step| view! { <li>{icon(LuCircle)}{step}</li> });
    view! {
        {(!verdict.stages.is_empty()).then(|| stages::stages(&verdict.stages))}
        <ol class="course">{steps.collect_view()}</ol>
    }
    .into_any()
}

/// What the ask takes the place of, and what it is below of.
fn consequences(verdict: &Verdict) -> AnyView {
    let superseded = verdict.supersedes.map(|number| {
        let said = view! {
            <p>"It is yours and still open. Submitting this request closes it: "<a class="link" href=url::request(number)>{number.to_string()}</a>"."</p>
        };
        coded("supersedes", note_with(Tone::Info, format!("Replaces {number}"), said.into_any()))
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
            "The namespace already exists on the cluster",
            "Berth made it for this team, and its database has forgotten it, as after a restore from a backup. When it is \
             granted, Berth takes it over with what runs in it.",
        )
    })
}

/// In the middle of a sentence; names in capitals stay.
fn lower(title: &str) -> String {
    if title.chars().nth(1).is_some_and(char::is_uppercase) { title.to_owned() } else { title.to_lowercase() }
}
