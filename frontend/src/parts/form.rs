//! Form fields: label above, help and trouble beside the field, and all trouble in a summary on top.

use super::{labels, note, stages};
use crate::icon::*;
use domain::refusal::FieldError;
use domain::{FormKey, Refusal, Resource};
use leptos::prelude::*;
use std::borrow::Cow;

/// The key of the forms of the page that is being rendered, as its context.
#[derive(Clone, Copy)]
pub(crate) struct FormsOf(pub Option<FormKey>);

/// The address of a form that changes something, marked as given out to whoever looks. Every such form goes there.
pub(crate) fn post_to(path: impl Into<String>) -> String {
    let path = path.into();
    match use_context::<FormsOf>() {
        Some(FormsOf(Some(key))) => key.address(&path),
        Some(FormsOf(None)) | None => path,
    }
}

/// What was wrong with what was sent, by field.
#[derive(Clone, Copy)]
pub(crate) struct Errors<'a>(pub &'a [FieldError]);

impl Errors<'_> {
    pub fn of(self, field: &str) -> Option<String> {
        self.0.iter().find(|error| canonical(&error.field) == field).map(|error| error.message.clone())
    }

    /// Links to the fields; takes the focus, so that it is read first.
    pub fn summary(self) -> Option<AnyView> {
        if self.0.is_empty() {
            return None;
        }
        let headline = match self.0.len() {
            1 => "One thing to correct".to_owned(),
            n => format!("{n} things to correct"),
        };
        let errors = self.0.to_vec();
        // As the page is written, and its fields are made.
        let rows = move || errors.iter().map(row).collect_view();
        let summary = view! {
            <div class="note bad" role="alert" tabindex="-1" autofocus=true>
                {icon(LuCircleAlert)}
                <div><p class="headline">{headline}</p><ul>{rows}</ul></div>
            </div>
        };
        Some(summary.into_any())
    }
}

fn row(error: &FieldError) -> AnyView {
    if error.field.is_empty() {
        return view! { <li>{stages::sentence(&error.message)}</li> }.into_any();
    }
    let field = canonical(&error.field);
    let says = labels::phrase(&labels::of(field), &error.message);
    view! { <li><a class="link" href=format!("#{}", id(field))>{says}</a></li> }.into_any()
}

/// A form that is shown again: what was typed into it, and what was wrong. By default it is shown for the first time.
#[derive(Debug, Clone, Default)]
pub struct Again {
    pub typed: Vec<(&'static str, String)>,
    pub errors: Vec<FieldError>,
    /// Why nothing was done, where that is about no field.
    pub refusal: Option<String>,
}

impl Again {
    pub fn of(refusal: &Refusal, typed: Vec<(&'static str, String)>) -> Self {
        let errors = refusal.fields();
        Self { typed, refusal: errors.is_empty().then(|| refusal.to_string()), errors }
    }

    pub(crate) fn typed(&self, field: &str) -> &str {
        self.typed.iter().find(|(name, _)| *name == field).map_or("", |(_, text)| text)
    }

    /// At the top of the page: why nothing was done, and the way to the fields.
    pub(crate) fn note(&self) -> AnyView {
        let refusal = self.refusal.as_deref().map(note::refused);
        view! { {refusal} {Errors(&self.errors).summary()} }.into_any()
    }
}

/// Rules name amounts by their unit; forms have one name for each.
fn canonical(field: &str) -> &str {
    match field {
        "oidc.issuer" => "oidc_issuer",
        "oidc.client_id" => "oidc_client_id",
        other => match Resource::of_field(other) {
            Some(resource) => resource.typed_field(),
            None => other,
        },
    }
}

pub(crate) fn id(field: &str) -> String {
    format!("field-{field}")
}

pub(crate) fn error_id(field: &str) -> String {
    format!("error-{field}")
}

fn help_id(field: &str) -> String {
    format!("help-{field}")
}

/// In what an amount is written, with an example. One for the whole row or column of a table; its fields point at it.
pub(crate) fn unit(resource: Resource) -> AnyView {
    view! { <span class="dim unit" id=unit_id(resource)>{resource.unit_and_example()}</span> }.into_any()
}

fn unit_id(resource: Resource) -> String {
    format!("unit-{}", resource.typed_field())
}

/// One field: its name, words around it, and the trouble it is in.
#[derive(Clone)]
pub(crate) struct Field {
    pub name: Cow<'static, str>,
    pub label: Cow<'static, str>,
    pub help: Option<String>,
    pub error: Option<String>,
    /// Of whose amount it is a cell, where the unit stands at the row or column.
    cell_of: Option<Resource>,
    is_amount: bool,
}

impl Field {
    pub fn new(name: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>, errors: Errors<'_>) -> Self {
        let (name, label) = (name.into(), label.into());
        labels::note(&name, &label);
        Self { label, help: None, error: errors.of(&name), name, cell_of: None, is_amount: false }
    }

    /// For an amount of a resource, with its unit and an example beside it.
    pub fn amount(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        resource: Resource,
        errors: Errors<'_>,
    ) -> Self {
        Self { is_amount: true, ..Self::new(name, label, errors) }.help(resource.unit_and_example())
    }

    /// The same in a table, where [`unit`] stands at the row or column.
    pub fn amount_cell(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        resource: Resource,
        errors: Errors<'_>,
    ) -> Self {
        Self { is_amount: true, cell_of: Some(resource), ..Self::new(name, label, errors) }
    }

    /// For a number of something, with its unit and an example beside it.
    pub fn number(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<Cow<'static, str>>,
        unit_and_example: &str,
        errors: Errors<'_>,
    ) -> Self {
        Self { is_amount: true, ..Self::new(name, label, errors) }.help(unit_and_example)
    }

    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub fn id(&self) -> String {
        id(&self.name)
    }

    pub fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    /// Ids of the texts that belong to the control.
    pub fn described_by(&self) -> Option<String> {
        let error = self.error.as_ref().map(|_| error_id(&self.name));
        let ids = [error, self.help.as_ref().map(|_| help_id(&self.name)), self.cell_of.map(unit_id)];
        let ids: Vec<_> = ids.into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// The control with its label and texts.
    pub fn around(&self, control: impl IntoView) -> AnyView {
        view! {
            <div class="field">
                <label for=self.id()>{self.label.to_string()}</label>
                {control.into_view()}
                {self.texts()}
            </div>
        }
        .into_any()
    }

    /// The same for several controls that are one choice.
    pub fn group(&self, controls: impl IntoView) -> AnyView {
        view! {
            <fieldset class="field" id=self.id() tabindex="-1" aria-describedby=self.described_by()>
                <legend>{self.label.to_string()}</legend>
                {controls.into_view()}
                {self.texts()}
            </fieldset>
        }
        .into_any()
    }

    pub fn texts(&self) -> AnyView {
        let help = self.help.clone().map(|text| view! { <p class="help" id=help_id(&self.name)>{text}</p> });
        view! { {message(&self.name, &self.label, self.error.clone())} {help} }.into_any()
    }

    pub fn text(&self, value: &str) -> AnyView {
        let control = view! {
            <input
                class=if self.is_amount { "input amount" } else { "input" }
                id=self.id()
                name=self.name.to_string()
                value=value.to_owned()
                autocomplete="off"
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            />
        };
        self.around(control)
    }

    /// A day, as `2026-12-31`; not before `earliest`.
    pub fn date(&self, value: &str, earliest: Option<String>) -> AnyView {
        let control = view! {
            <input
                class="input"
                r#type="date"
                id=self.id()
                name=self.name.to_string()
                value=value.to_owned()
                min=earliest
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            />
        };
        self.around(control)
    }

    /// The same in a cell of a table, of a form that stands elsewhere: the label is said, not shown.
    pub fn date_cell(&self, value: &str, form: &'static str) -> AnyView {
        view! {
            <input
                class="input"
                r#type="date"
                data-key="e"
                form=form
                id=self.id()
                name=self.name.to_string()
                value=value.to_owned()
                aria-label=self.label.to_string()
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            />
            {self.texts()}
        }
        .into_any()
    }

    /// A file to choose. The browser shows nothing of it again after a mistake.
    pub fn file(&self) -> AnyView {
        let control = view! {
            <input
                class="input"
                r#type="file"
                id=self.id()
                name=self.name.to_string()
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            />
        };
        self.around(control)
    }

    /// A cell of a table of fields: the label is said, not shown.
    pub fn cell(&self, value: &str) -> AnyView {
        self.cell_with(value, None, None)
    }

    /// The same, of a form that stands elsewhere, and with a key that leads to it.
    pub fn cell_with(&self, value: &str, form: Option<&'static str>, key: Option<&'static str>) -> AnyView {
        view! {
            <input
                class=if self.is_amount { "input amount" } else { "input" }
                data-key=key
                form=form
                id=self.id()
                name=self.name.to_string()
                value=value.to_owned()
                autocomplete="off"
                aria-label=self.label.to_string()
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            />
            {self.texts()}
        }
        .into_any()
    }

    pub fn area(&self, value: &str) -> AnyView {
        self.around(self.plain_area(value).view())
    }

    /// The same for what is written for programs, of at most so many characters.
    pub fn code(&self, value: &str, longest: usize, is_read_only: bool) -> AnyView {
        let area = Area { is_code: true, rows: 14, longest: Some(longest), is_read_only, ..self.plain_area(value) };
        self.around(area.view())
    }

    fn plain_area<'a>(&self, value: &'a str) -> Area<'a> {
        Area {
            id: self.id(),
            name: self.name.to_string(),
            value,
            rows: 3,
            longest: None,
            is_code: false,
            is_read_only: false,
            said: None,
            invalid: self.invalid(),
            described_by: self.described_by(),
        }
    }

    /// A choice of values with their titles.
    pub fn select(&self, options: Vec<(String, String)>, chosen: &str) -> AnyView {
        let options = options.into_iter().map(|(value, title)| {
            let is_chosen = value == chosen;
            view! { <option value=value selected=is_chosen>{title}</option> }
        });
        let control = view! {
            <select
                class="input"
                id=self.id()
                name=self.name.to_string()
                aria-invalid=self.invalid()
                aria-describedby=self.described_by()
            >{options.collect_view()}</select>
        };
        self.around(control)
    }
}

/// The trouble beside a field, as a sentence: the field's own name is said only where the sentence needs it.
pub(crate) fn message(field: &str, label: &str, error: Option<String>) -> Option<AnyView> {
    let id = error_id(field);
    let text = error.map(|error| if labels::goes_on(&error) { labels::phrase(label, &error) } else { error });
    text.map(|text| {
        view! { <p class="error" id=id>{icon(LuCircleAlert)}<span>{stages::sentence(&text)}</span></p> }.into_any()
    })
}

/// A text of several lines, without what stands around it.
pub(crate) struct Area<'a> {
    pub id: String,
    pub name: String,
    pub value: &'a str,
    pub rows: u8,
    pub longest: Option<usize>,
    /// Written for programs.
    pub is_code: bool,
    pub is_read_only: bool,
    /// Its name for those who hear the page, where no label stands beside it.
    pub said: Option<String>,
    pub invalid: Option<&'static str>,
    pub described_by: Option<String>,
}

impl Area<'_> {
    pub fn view(self) -> AnyView {
        view! {
            <textarea
                class=if self.is_code { "input mono" } else { "input" }
                id=self.id
                name=self.name
                rows=self.rows.to_string()
                spellcheck=self.is_code.then_some("false")
                maxlength=self.longest.map(|n| n.to_string())
                readonly=self.is_read_only
                aria-label=self.said
                aria-invalid=self.invalid
                aria-describedby=self.described_by
            >{raw_text(self.value)}</textarea>
        }
        .into_any()
    }
}

/// Children of `<textarea>` as they must stand in the document: Leptos writes what is in it, as in noscript, script and
/// style, as it is. Browsers leave out a line break at the beginning, so one that was typed needs another.
fn raw_text(text: &str) -> String {
    let left_out = if text.starts_with(['\n', '\r']) { "\n" } else { "" };
    format!("{left_out}{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}
