//! The form of an entry: a new one, or one that is there.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{catalog, note, url};
use domain::catalog::{Approval, AutomaticRule, Category, Channel, Risk};
use domain::form::EntryFields;
use domain::name::{EntryName, SourceName};
use domain::page::PageKind;
use domain::refusal::FieldError;
use leptos::prelude::*;

/// The form of a new entry. `sources` are those that its versions may come from.
pub fn new(frame: Frame, fields: EntryFields, errors: Vec<FieldError>, sources: &[SourceName]) -> String {
    document::render(frame, |_| Page {
        title: "New entry".into(),
        kind: Some(PageKind::NewEntry),
        crumbs: vec![Crumb::to(PageKind::Curation), Crumb::here("New")],
        refresh: None,
        body: form(None, &fields, Errors(&errors), None, (sources, None)),
    })
}

/// The form of one that is there. `refusal` is about no field: somebody else has changed it.
pub fn page(
    frame: Frame,
    name: &EntryName,
    fields: EntryFields,
    errors: Vec<FieldError>,
    refusal: Option<String>,
    sources: &[SourceName],
    picture: (Option<String>, bool),
) -> String {
    document::render(frame, |_| Page {
        title: format!("Edit {name}"),
        kind: Some(PageKind::EditEntry),
        crumbs: vec![
            Crumb::to(PageKind::Curation),
            Crumb::link(name.to_string(), url::curated_entry(name)),
            Crumb::here("Edit"),
        ],
        refresh: None,
        body: form(
            Some(name),
            &fields,
            Errors(&errors),
            refusal,
            (sources, Some(icon(name, &fields, picture, Errors(&errors)))),
        ),
    })
}

fn form(
    name: Option<&EntryName>,
    fields: &EntryFields,
    errors: Errors<'_>,
    refusal: Option<String>,
    (sources, icon): (&[SourceName], Option<AnyView>),
) -> AnyView {
    let (title, action, back) = match name {
        Some(name) => (format!("Edit {name}"), url::edit_entry(name), url::curated_entry(name)),
        None => ("New entry".to_owned(), PageKind::NewEntry.path().to_owned(), PageKind::Curation.path().to_owned()),
    };
    let below = "What teams read, who may install it, and what is at stake. Nothing of it is offered before a version is approved.";
    let name_field = name.is_none().then(|| {
        let help = "Stands in addresses and files: lower-case letters, digits and dashes. It cannot be changed later.";
        Field::new("name", "Name", errors).help(help).text(&fields.name)
    });
    let refusal = refusal.as_deref().map(note::refused);
    view! {
        {Head::new(title, below).view()}
        <div class="reading stack">
            {refusal}
            {errors.summary()}
            <form class="form panel" method="post" action=post_to(action)>
                <input type="hidden" name="version" value=fields.version.clone()/>
                {name_field}
                {what(fields, errors)}
                {origin(fields, errors, sources)}
                {whom(fields, errors)}
                {stake(fields, errors)}
                <div class="buttons">
                    <button class="btn primary">{if name.is_some() { "Save" } else { "Create entry" }}</button>
                    <a class="btn quiet" href=back>"Cancel"</a>
                </div>
            </form>
            {icon}
        </div>
    }
    .into_any()
}

/// Its picture: another one, or that of its chart. `has_own` says whether the platform team gave it this one.
fn icon(
    name: &EntryName,
    fields: &EntryFields,
    (digest, has_own): (Option<String>, bool),
    errors: Errors<'_>,
) -> AnyView {
    let category = Category::find(&fields.category).unwrap_or(Category::Other);
    let shown = catalog::emblem(name, digest.as_deref(), &fields.title, category);
    let file = Field::new("icon", "Icon", errors)
        .help("SVG, PNG or WebP of at most 48 KiB, without scripts and links. Left out, the chart's own is shown.");
    let base = url::curated_entry(name);
    let remove = has_own.then(|| {
        view! {
            <form class="form body" method="post" action=post_to(format!("{base}/icon/remove"))>
                <div class="buttons"><button class="btn quiet">"Use the chart's icon"</button></div>
            </form>
        }
    });
    view! {
        <section class="panel" aria-labelledby="icon-of">
            <header><h2 id="icon-of">"Icon"</h2>{shown}</header>
            <form class="form body" method="post" action=post_to(format!("{base}/icon")) enctype="multipart/form-data">
                {file.file()}
                <div class="buttons"><button class="btn">"Save icon"</button></div>
            </form>
            {remove}
        </section>
    }
    .into_any()
}

fn what(fields: &EntryFields, errors: Errors<'_>) -> AnyView {
    let categories = Category::ALL.map(|category| (category.as_str().to_owned(), category.title().to_owned()));
    view! {
        {Field::new("title", "Title", errors).text(&fields.title)}
        {Field::new("summary", "Summary", errors).help("What it is, in a sentence.").text(&fields.summary)}
        {Field::new("category", "Category", errors).select(chosen_first(categories.to_vec(), &fields.category), &fields.category)}
        {Field::new("owner", "Owner", errors).help("Who answers for it, as people know them.").text(&fields.owner)}
        {Field::new("documentation", "Documentation", errors).help("For whoever installs it, in Markdown.").area(&fields.documentation)}
    }
    .into_any()
}

/// Where its versions come from.
fn origin(fields: &EntryFields, errors: Errors<'_>, sources: &[SourceName]) -> AnyView {
    let mut offered = vec![(String::new(), "Uploaded archives".to_owned())];
    offered.extend(sources.iter().map(|source| (source.to_string(), source.to_string())));
    // One that the list leaves out stays what was chosen.
    if !offered.iter().any(|(name, _)| *name == fields.source) {
        offered.push((fields.source.clone(), fields.source.clone()));
    }
    let chart = Field::new("chart", "Chart", errors).help("As the source names it, where versions come from one.");
    view! {
        {Field::new("source", "Versions come from", errors).select(offered, &fields.source)}
        {chart.text(&fields.chart)}
    }
    .into_any()
}

fn whom(fields: &EntryFields, errors: Errors<'_>) -> AnyView {
    let tick = |name: &'static str, label: &'static str, value: &str| {
        view! {
            <label class="check">
                <input type="checkbox" name=name checked=!value.is_empty()/>
                {label}
            </label>
        }
    };
    let environments = Field::new("environments", "Environments", errors).help("None ticked means all.");
    view! {
        {Field::new("teams", "Teams", errors).help("Short names, with commas between. Empty means all.").text(&fields.teams)}
        {Field::new("classes", "Classes", errors).help("Names, with commas between. Empty means all.").text(&fields.classes)}
        {environments.group(view! {
            {tick("sandbox", "Sandbox", &fields.sandbox)}
            {tick("development", "Development", &fields.development)}
            {tick("production", "Production", &fields.production)}
        })}
    }
    .into_any()
}

fn stake(fields: &EntryFields, errors: Errors<'_>) -> AnyView {
    let risks = Risk::ALL.map(|risk| {
        let text = match risk {
            Risk::Low => "Low: one person approves a version",
            Risk::Elevated => "Elevated: two people approve each version",
            Risk::High => "High: two people approve each version",
        };
        (risk.as_str().to_owned(), text.to_owned())
    });
    let approvals = [(Approval::None, "Nobody: it is installed at once"), (Approval::Platform, "Platform")];
    let approvals = approvals.map(|(approval, text)| (approval.as_str().to_owned(), text.to_owned()));
    let rules = [
        (AutomaticRule::Never, "Wait for people"),
        (
            AutomaticRule::Patches,
            "Approve patch versions with images from the same repositories, the same rights and the same signature",
        ),
    ];
    let rules = rules.map(|(rule, text)| (rule.as_str().to_owned(), text.to_owned()));
    let channels = [(Channel::Stable, "Stable: releases only"), (Channel::Preview, "Preview: pre-releases, too")];
    let channels = channels.map(|(channel, text)| (channel.as_str().to_owned(), text.to_owned()));
    view! {
        {Field::new("risk", "Risk", errors).select(chosen_first(risks.to_vec(), &fields.risk), &fields.risk)}
        {Field::new("approval", "Who approves an install", errors).select(approvals.to_vec(), &fields.approval)}
        {Field::new("automatic", "New versions", errors).select(rules.to_vec(), &fields.automatic)}
        {Field::new("channel", "Channel", errors).select(channels.to_vec(), &fields.channel)}
    }
    .into_any()
}

/// With nothing to choose first, where nothing is chosen yet.
fn chosen_first(options: Vec<(String, String)>, chosen: &str) -> Vec<(String, String)> {
    let nothing = chosen.is_empty().then(|| (String::new(), "Choose…".to_owned()));
    nothing.into_iter().chain(options).collect()
}
