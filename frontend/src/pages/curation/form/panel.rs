//! What is looked at closely: one value with all that is said of it, or one group.

use super::FormEditor;
use super::offered::is_secret;
use crate::icon::*;
use crate::parts::badge;
use crate::parts::form::{Errors, Field};
use leptos::prelude::*;
use values::overlay::Panel;
use values::{Overlay, Path};

const PART: &str = "panel";

pub(super) fn panel(editor: &FormEditor) -> Option<AnyView> {
    let overlay = editor.overlay.as_ref()?;
    let (title, content) = match editor.open.as_ref()? {
        Panel::Value(path) => (path.dotted(), of_value(editor, overlay, path)),
        Panel::Group(name) => (format!("Group {name}"), of_group(editor)),
    };
    let panel = view! {
        <section class="panel open" aria-labelledby=PART>
            <header>
                <h2 id=PART tabindex="-1">{title}</h2>
                {editor.button("btn small quiet", "close", "offered", view! { {icon(LuX)}"Discard" }.into_any())}
            </header>
            <div class="body">{content}</div>
        </section>
    };
    Some(panel.into_any())
}

fn of_group(editor: &FormEditor) -> AnyView {
    let errors = Errors(&editor.errors);
    view! {
        {Field::new("group_label", "Label of the group", errors).text(&editor.typed.group_label)}
        {Field::new("group_help", "Help of the group", errors).text(&editor.typed.group_help)}
        {buttons(editor)}
    }
    .into_any()
}

fn buttons(editor: &FormEditor) -> AnyView {
    view! { <div class="buttons">{editor.button("btn", "preview", PART, "Apply".into_any())}</div> }.into_any()
}

fn of_value(editor: &FormEditor, overlay: &Overlay, path: &Path) -> AnyView {
    let about = editor.values.iter().find(|value| value.path == *path);
    let help = about.and_then(|value| value.help.clone()).map(|help| view! { <p class="help prose">{help}</p> });
    let kind = about.map(|value| badge::tag(value.kind));
    let unknown = about.is_none().then(|| badge::tag("not in this version"));
    let is_offered = overlay.fields.iter().any(|field| field.path == *path);
    let offer = match is_offered {
        true => editor.button("btn small", format!("off {path}"), PART, "Take off the form".into_any()),
        false => editor.button("btn small", format!("offer {path}"), PART, "Offer to teams".into_any()),
    };
    let secret = match overlay.secrets.contains(path) {
        true => Some(editor.button("btn small", format!("no-secret {path}"), PART, "Not a secret".into_any())),
        false if is_secret(editor, overlay, path) => None,
        false => Some(editor.button("btn small", format!("secret {path}"), PART, "Mark as secret".into_any())),
    };
    let secret_by_chart = (is_secret(editor, overlay, path) && !overlay.secrets.contains(path))
        .then(|| view! { <p class="help">"A secret by its name or the chart's schema: it is never shown."</p> });
    view! {
        <div class="who">{kind}{unknown}{super::offered::marks(overlay, path)}</div>
        {help}
        <div class="buttons">{offer}{secret}</div>
        {secret_by_chart}
        {is_offered.then(|| words(editor, overlay))}
        {fixed(editor, path)}
    }
    .into_any()
}

/// What is said of a field.
fn words(editor: &FormEditor, overlay: &Overlay) -> AnyView {
    let (typed, errors) = (&editor.typed.field, Errors(&editor.errors));
    let groups = overlay.groups.iter().map(|group| (group.name.clone(), group.label.clone()));
    let mut groups: Vec<_> = std::iter::once((String::new(), "none".to_owned())).chain(groups).collect();
    if !groups.iter().any(|(name, _)| *name == typed.group) {
        groups.push((typed.group.clone(), typed.group.clone()));
    }
    let field = |name: &'static str, label: &'static str| Field::new(name, label, errors);
    view! {
        <div class="columns">
            {field("label", "Label").text(&typed.label)}
            {field("group", "Group").select(groups, &typed.group)}
        </div>
        {field("help", "Help").area(&typed.help)}
        <label class="check">
            <input type="checkbox" name="required" checked=!typed.required.is_empty()/>
            "Required"
        </label>
        {field("choices", "Choices").help("A line for each: value, or value = label. None: anything within the limits.").area(&typed.choices)}
        {field("shown_when", "Shown when").help("A line for each, and all must hold: tls.enabled = true, or mode = [a, b].").area(&typed.shown_when)}
        <details class="more">
            <summary>"Limits"</summary>
            <div class="form">
                <div class="columns">
                    {field("minimum", "Minimum").text(&typed.minimum)}
                    {field("maximum", "Maximum").text(&typed.maximum)}
                    {field("least", "Least amount").text(&typed.least)}
                    {field("most", "Most").text(&typed.most)}
                    {field("min_length", "Shortest, in characters").text(&typed.min_length)}
                    {field("max_length", "Longest, in characters").text(&typed.max_length)}
                </div>
                {field("patterns", "Patterns").help("Regular expressions, a line for each; all must be found.").area(&typed.patterns)}
            </div>
        </details>
        {buttons(editor)}
    }
    .into_any()
}

/// Another default, and a value that nobody changes.
fn fixed(editor: &FormEditor, path: &Path) -> AnyView {
    let (typed, errors) = (&editor.typed, Errors(&editor.errors));
    let field = |name: &'static str, label: &'static str| Field::new(name, label, errors);
    let whom = "With commas between. Empty means all.";
    let has = |names: [&str; 4]| names.iter().any(|name| errors.of(name).is_some());
    let of_default = ["default_value", "default_classes", "default_environments", ""];
    let of_imposed = ["imposed_value", "imposed_note", "imposed_classes", "imposed_environments"];
    view! {
        <details class="more" open=has(of_default) || !typed.default_value.is_empty()>
            <summary>"Set a default"</summary>
            <div class="form">
                {field("default_value", "Default").area(&typed.default_value)}
                <div class="columns">
                    {field("default_classes", "For classes").help(whom).text(&typed.default_classes)}
                    {field("default_environments", "For environments").help(whom).text(&typed.default_environments)}
                </div>
                <div class="buttons">{editor.button("btn", format!("default {path}"), PART, "Set default".into_any())}</div>
            </div>
        </details>
        <details class="more" open=has(of_imposed) || !typed.imposed_value.is_empty()>
            <summary>"Impose a value"</summary>
            <div class="form">
                {field("imposed_value", "Imposed value").area(&typed.imposed_value)}
                {field("imposed_note", "Why, for those who see it").text(&typed.imposed_note)}
                <div class="columns">
                    {field("imposed_classes", "Imposed for classes").help(whom).text(&typed.imposed_classes)}
                    {field("imposed_environments", "Imposed for environments").help(whom).text(&typed.imposed_environments)}
                </div>
                <div class="buttons">{editor.button("btn", format!("impose {path}"), PART, "Impose".into_any())}</div>
            </div>
        </details>
    }
    .into_any()
}
