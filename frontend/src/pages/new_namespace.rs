//! The form for a new namespace, with the verdict beside it.
//!
//! What belongs to the chosen team or class is shown by style alone (`style/pages.css`): every variant is in the
//! page, numbered, and the checked control picks one. So the form needs no script and no second step.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::LiveVerdict;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::slot::spoken_slot;
use crate::parts::{amounts, note, verdict};
use domain::Resource;
use domain::form::AmountFields;
use domain::page::PageKind;
use domain::view::{ClassView, NewNamespaceForm};
use leptos::prelude::*;

const FORM: &str = "new-namespace";
/// Size of those who name their own numbers.
const OWN: &str = "own";

pub fn page(frame: Frame, view: NewNamespaceForm) -> String {
    document::render(frame, |frame| Page {
        title: "New namespace".into(),
        kind: Some(PageKind::NewNamespace),
        crumbs: vec![Crumb::to(PageKind::Namespaces), Crumb::here("New")],
        refresh: None,
        body: body(frame, view),
    })
}

fn body(frame: &Frame, view: NewNamespaceForm) -> AnyView {
    let errors = Errors(&view.errors);
    let fields = &view.fields;
    let head = Head::new("New namespace", "See who decides before you submit.");
    if view.teams.is_empty() {
        let text = "Developers and owners of a team ask for its namespaces, and you are neither in any team.";
        return view! { {head.view()} {note::empty(LuLock, "You cannot request namespaces", text, None)} }.into_any();
    }
    view! {
        {head.view()}
        <div class="split">
            <div class="stack">
                {errors.summary()}
                <form class="form panel" id=FORM method="post" action=post_to("/namespaces/new")>
                    <input r#type="hidden" name="mark" value=fields.mark.clone()/>
                    {team(&view, errors)}
                    {cluster(&view, errors)}
                    {class(&view, errors)}
                    {name(&view, errors)}
                    {size(&view, errors)}
                    {Field::new("purpose", "Purpose", errors).help("Approvers read this first.").area(&fields.purpose)}
                    <div class="buttons">
                        <button class="btn primary">"Submit request"</button>
                        <button class="btn" formmethod="get" formnovalidate=true name="check" value="1">"Check"</button>
                        <a class="btn quiet" href="/namespaces">"Cancel"</a>
                    </div>
                </form>
            </div>
            <aside class="stack follow" aria-label="Before you submit">
                <LiveVerdict form=FORM.to_owned()/>
                {spoken_slot("verdict", "stack", verdict_or_hint(frame, &view))}
            </aside>
        </div>
    }
    .into_any()
}

fn verdict_or_hint(frame: &Frame, view: &NewNamespaceForm) -> AnyView {
    match &view.verdict {
        Some(found) => verdict::verdict(found, frame.now),
        None => view! {
            <section class="panel">
                <header><h2>"Next steps"</h2></header>
                <div class="body">
                    <p class="hint">
                        {icon(LuInfo)}
                        "Correct the marked fields to see who decides and whether the cluster has capacity."
                        <noscript>" Then press Check."</noscript>
                    </p>
                </div>
            </section>
        }
        .into_any(),
    }
}

fn team(view: &NewNamespaceForm, errors: Errors<'_>) -> AnyView {
    let options = view.teams.iter().map(|team| (team.slug.clone(), team.title.clone())).collect();
    Field::new("team", "Team", errors).select(options, &view.fields.team)
}

fn cluster(view: &NewNamespaceForm, errors: Errors<'_>) -> AnyView {
    let options = view.clusters.iter().map(|cluster| (cluster.clone(), cluster.clone())).collect();
    Field::new("cluster", "Cluster", errors).select(options, &view.fields.cluster)
}

fn class(view: &NewNamespaceForm, errors: Errors<'_>) -> AnyView {
    let chosen = chosen_class(view);
    let cards = view.classes.iter().enumerate().map(|(place, class)| {
        view! {
            <label class=format!("choice nth-{place}")>
                <input r#type="radio" name="class" value=class.name.clone() checked={chosen == place}/>
                <b>{class.title.clone()}</b>
                <span>{class.summary.clone()}</span>
                <span class="dim">{format!("pod security {} · network: {}", class.pod_security.as_str(), class.network.title())}</span>
                {amounts::devices(&class.devices).map(|says| view! { <span class="dim" data-devices="">"devices: "{says}</span> })}
                {limits(class).map(|says| view! { <span class="dim">{says}</span> })}
            </label>
        }
    });
    Field::new("class", "Class", errors)
        .group(view! { <div class="choices classes picks">{cards.collect_view()}</div> })
}

/// Where it may be used and for how long, where the class says so.
fn limits(class: &ClassView) -> Option<String> {
    let clusters = (!class.clusters.is_empty()).then(|| format!("only on {}", class.clusters.join(", ")));
    let lifetime = class.lifetime_days.map(|days| format!("for {days} days"));
    let parts: Vec<_> = [clusters, lifetime].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The one that asks least of people, unless another was chosen before.
fn chosen_class(view: &NewNamespaceForm) -> usize {
    let chosen = view.classes.iter().position(|class| class.name == view.fields.class);
    let least = || view.classes.iter().enumerate().min_by_key(|(_, class)| class.environment).map(|(place, _)| place);
    chosen.or_else(least).unwrap_or(0)
}

/// The team's part of the name stands in front of the field.
fn name(view: &NewNamespaceForm, errors: Errors<'_>) -> AnyView {
    let field =
        Field::new("name", "Name", errors).help("Lower-case letters, digits and dashes. It cannot be changed later.");
    let prefixes = view.teams.iter().enumerate().map(|(place, team)| {
        view! { <span class=format!("prefix nth-{place}")>{format!("{}-", team.slug)}</span> }
    });
    let control = view! {
        <div class="affix">
            {prefixes.collect_view()}
            <input
                class="input"
                id=field.id()
                name="name"
                value=typed_name(view)
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=field.invalid()
                aria-describedby=field.described_by()
            />
        </div>
    };
    field.around(control)
}

/// Without the team's part, which stands in front of it whether it was typed or not.
fn typed_name(view: &NewNamespaceForm) -> String {
    let chosen = view.teams.iter().find(|team| team.slug == view.fields.team).or(view.teams.first());
    let prefix = chosen.map(|team| format!("{}-", team.slug)).unwrap_or_default();
    let typed = view.fields.name.trim_start();
    typed.strip_prefix(&prefix).unwrap_or(typed).to_owned()
}

/// One card per size there is in any class; each says its quota in the class that is chosen.
fn size(view: &NewNamespaceForm, errors: Errors<'_>) -> AnyView {
    let names = size_names(&view.classes);
    let chosen = chosen_size(view, &names);
    let cards = names.iter().map(|name| {
        let quotas = view.classes.iter().enumerate().map(|(place, class)| variant(place, class, name));
        let absent: Vec<_> = absent_from(&view.classes, name);
        view! {
            <label class=format!("choice size {}", absent.join(" "))>
                <input r#type="radio" name="size" value=name.clone() checked={*name == chosen}/>
                <b>{name.clone()}</b>
                {quotas.collect_view()}
            </label>
        }
    });
    let ceilings = view.classes.iter().enumerate().map(|(place, class)| {
        view! { <span class=format!("of nth-{place}")>{format!("up to {}", amounts::brief(&class.ceiling))}</span> }
    });
    let own = view! {
        <label class="choice size">
            <input r#type="radio" name="size" value=OWN checked={chosen == OWN}/>
            <b>"Custom"</b>
            {ceilings.collect_view()}
        </label>
    };
    let group = view! {
        <div class="choices sizes">{cards.collect_view()} {own}</div>
        <div class="own">{own_amounts(&view.fields.amounts, errors)}</div>
    };
    Field::new("size", "Size", errors).group(group)
}

fn variant(place: usize, class: &ClassView, name: &str) -> Option<AnyView> {
    let size = class.sizes.iter().find(|size| size.name == name)?;
    Some(
        view! {
            <span class=format!("of nth-{place}")>{amounts::size(size)}</span>
        }
        .into_any(),
    )
}

/// Names in the order classes list them.
fn size_names(classes: &[ClassView]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for size in classes.iter().flat_map(|class| &class.sizes) {
        if !names.contains(&size.name) {
            names.push(size.name.clone());
        }
    }
    names
}

fn absent_from(classes: &[ClassView], name: &str) -> Vec<String> {
    let lacks = |class: &ClassView| class.sizes.iter().all(|size| size.name != name);
    classes.iter().enumerate().filter(|(_, class)| lacks(class)).map(|(place, _)| format!("not-{place}")).collect()
}

fn chosen_size(view: &NewNamespaceForm, names: &[String]) -> String {
    let typed = &view.fields.size;
    if typed == OWN || names.contains(typed) {
        return typed.clone();
    }
    let smallest = view.classes.get(chosen_class(view)).and_then(|class| class.sizes.first());
    smallest.map(|size| size.name.clone()).unwrap_or_default()
}

fn own_amounts(typed: &AmountFields, errors: Errors<'_>) -> AnyView {
    let inputs = Resource::ALL.map(|resource| {
        let field = Field::amount(resource.typed_field(), resource.title(), resource, errors);
        field.text(typed.get(resource))
    });
    inputs.collect_view().into_any()
}
