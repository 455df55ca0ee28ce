//! The form of an entry, worked on: what teams set, in which order and groups, with a preview of it. All of the page is one form,
//! whose buttons do one thing each; nothing is kept before *Save*.

mod offered;
mod panel;
mod pick;

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::islands::LiveVerdict;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::slot::slot;
use crate::parts::{note, url, values_form};
use domain::name::EntryName;
use domain::page::PageKind;
use domain::refusal::FieldError;
use leptos::prelude::*;
use values::overlay::{MAX_DRAFT_BYTES, Panel, PanelTyped};
use values::{ChartValue, Form, Mistake, Overlay};

const FORM: &str = "form-editor";
/// Mistakes that are listed; of more it is said that there are some.
const MISTAKES_SHOWN: usize = 20;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct FormEditor {
    pub entry: EntryName,
    pub title: String,
    /// The entry's version that was read.
    pub entry_version: String,
    /// Versions of the chart, the newest first, and the one that the form is made over.
    pub versions: Vec<String>,
    pub version: Option<String>,
    /// For whom the preview is; empty is for any.
    pub classes: Vec<String>,
    pub class: String,
    pub environment: String,
    /// What the chart's values are narrowed to.
    pub query: String,
    pub text: String,
    /// None where the text cannot be read.
    pub overlay: Option<Overlay>,
    pub values: Vec<ChartValue>,
    pub form: Option<Form>,
    pub mistakes: Vec<Mistake>,
    pub open: Option<Panel>,
    pub typed: PanelTyped,
    pub errors: Vec<FieldError>,
    pub refusal: Option<String>,
    /// What is to be said of what was just done.
    pub notes: Vec<String>,
    pub has_questions: bool,
    /// It is not what is kept.
    pub is_unsaved: bool,
    /// Helm is given other values than by what is kept.
    pub judges_anew: bool,
}

impl FormEditor {
    /// A button that does one thing, and leads back to the part of the page where it stands.
    fn button(&self, class: &'static str, step: impl Into<String>, part: &str, content: AnyView) -> AnyView {
        let (action, step) = (self.action(part), step.into());
        view! { <button class=class name="do" value=step formaction=action>{content}</button> }.into_any()
    }

    /// The same for one of several alike: `said` is what it does to which.
    fn icon_button(&self, drawing: Icon, step: String, part: &str, said: String) -> AnyView {
        let action = self.action(part);
        view! {
            <button class="icon-btn" name="do" value=step formaction=action aria-label=said.clone() title=said>
                {icon(drawing)}
            </button>
        }
        .into_any()
    }

    fn action(&self, part: &str) -> String {
        format!("{}#{part}", post_to(url::entry_form(&self.entry)))
    }
}

pub fn page(frame: Frame, editor: FormEditor) -> String {
    document::render(frame, |_| Page {
        title: format!("Form of {}", editor.title),
        kind: Some(PageKind::EntryForm),
        crumbs: vec![
            Crumb::to(PageKind::Curation),
            Crumb::link(editor.entry.to_string(), url::curated_entry(&editor.entry)),
            Crumb::here("Form"),
        ],
        refresh: None,
        body: body(&editor),
    })
}

fn body(editor: &FormEditor) -> AnyView {
    let below = "What teams set when they install it, and what nobody changes. Nothing is kept before it is saved.";
    let refusal = editor.refusal.as_deref().map(note::refused);
    let panel = panel::panel(editor);
    view! {
        {Head::new(format!("Form of {}", editor.title), below).view()}
        <div class="split drawn">
            <form class="stack" id=FORM data-posted="" data-unsaved=editor.is_unsaved.to_string() method="post" action=post_to(url::entry_form(&editor.entry))>
                <input type="hidden" name="entry_version" value=editor.entry_version.clone()/>
                <input type="hidden" name="open" value=editor.open.as_ref().map(Panel::written).unwrap_or_default()/>
                {over(editor)}
                {refusal}
                {Errors(&editor.errors).summary()}
                {said(editor)}
                {slot("mistakes", "stack", view! { {mistakes(editor)} {judging(editor)} })}
                {panel}
                {editor.overlay.as_ref().map(|overlay| offered::offered(editor, overlay))}
                {editor.overlay.as_ref().map(|overlay| offered::fixed(editor, overlay))}
                {editor.overlay.as_ref().map(|overlay| pick::pick(editor, overlay))}
                {yaml(editor)}
                <div class="buttons">
                    <button class="btn primary" name="do" value="save">"Save"</button>
                    <a class="btn quiet" href=url::curated_entry(&editor.entry)>"Cancel"</a>
                </div>
            </form>
            <aside class="follow scrolls" aria-label="Preview" id="preview" tabindex="0">
                <LiveVerdict form=FORM.to_owned()/>
                {slot("preview", "", preview(editor))}</aside>
        </div>
    }
    .into_any()
}

/// Over which version, and for whom. Its button is the first of the form: Enter presses it, wherever something is typed.
fn over(editor: &FormEditor) -> AnyView {
    let none = Errors(&[]);
    let versions = editor.versions.iter().map(|version| (version.clone(), version.clone()));
    let older = editor.version.iter().filter(|version| !editor.versions.contains(version));
    let versions: Vec<_> = older.map(|version| (version.clone(), version.clone())).chain(versions).collect();
    let any = |text: &str| vec![(String::new(), text.to_owned())];
    let classes = editor.classes.iter().map(|class| (class.clone(), class.clone()));
    let environments = ["sandbox", "development", "production"].map(|name| (name.to_owned(), name.to_owned()));
    let version = (!versions.is_empty()).then(|| {
        let chosen = editor.version.as_deref().unwrap_or_default();
        Field::new("version", "Version of the chart", none).select(versions, chosen)
    });
    let classes = any("any class").into_iter().chain(classes).collect();
    let environments = any("any environment").into_iter().chain(environments).collect();
    let questions = editor.has_questions.then(|| {
        let text = view! { {icon(LuDownload)}"Import questions.yaml" };
        editor.button("btn", "questions", "offered", text.into_any())
    });
    view! {
        <section class="panel" aria-labelledby="over">
            <header><h2 id="over">"Preview for"</h2></header>
            <div class="body">
                <div class="columns">
                    {version}
                    {Field::new("class", "Class", none).select(classes, &editor.class)}
                    {Field::new("environment", "Environment", none).select(environments, &editor.environment)}
                </div>
                <div class="buttons">
                    <button class="btn" name="do" value="take">{icon(LuRefreshCw)}"Preview"</button>
                    {questions}
                    <button class="btn primary" name="do" value="save">"Save"</button>
                </div>
            </div>
        </section>
    }
    .into_any()
}

fn said(editor: &FormEditor) -> Option<AnyView> {
    if editor.notes.is_empty() {
        return None;
    }
    let lines = editor.notes.iter().map(|text| view! { <li>{text.clone()}</li> }).collect_view();
    let list = view! { <ul>{lines}</ul> };
    Some(note::coded("said", note::note_with(Tone::Warn, "Not all of it was taken over", list.into_any())))
}

fn mistakes(editor: &FormEditor) -> Option<AnyView> {
    if editor.mistakes.is_empty() || editor.version.is_none() {
        return None;
    }
    let n = editor.mistakes.len();
    let version = editor.version.as_deref().unwrap_or_default();
    let headline = match n {
        1 => format!("One thing does not fit version {version}"),
        n => format!("{n} things do not fit version {version}"),
    };
    let lines = editor.mistakes.iter().take(MISTAKES_SHOWN);
    let lines = lines.map(|mistake| view! { <li>{mistake.to_string()}</li> }).collect_view();
    let more = (n > MISTAKES_SHOWN).then(|| view! { <p>{format!("And {} more.", n - MISTAKES_SHOWN)}</p> });
    let text = "It can be saved all the same: whoever decides on a version sees it there, too.";
    let list = view! { <ul>{lines}</ul> {more} <p class="dim">{text}</p> };
    Some(note::coded("mistakes", note::note_with(Tone::Warn, headline, list.into_any())))
}

/// What saving it does to the versions that are there.
fn judging(editor: &FormEditor) -> Option<AnyView> {
    let text = "Helm is given other values then: each version is rendered and judged anew, and is not offered meanwhile. \
                One that asks for more than was approved waits until two people approve it, or until the former values are back.";
    let note = || note::note(Tone::Info, "Saving this judges all versions anew", text);
    editor.judges_anew.then(|| note::coded("judges-anew", note()))
}

/// The one state of the page. While a panel is open it is only read: both would say what becomes of a field.
fn yaml(editor: &FormEditor) -> AnyView {
    let field = Field::new("overlay", "As YAML", Errors(&editor.errors));
    let is_open = editor.overlay.is_none();
    let help = match &editor.open {
        Some(_) if !is_open => "Close what is open above to type here.".to_owned(),
        Some(_) | None => {
            format!("Paths as in JSON Pointer. At most {MAX_DRAFT_BYTES} bytes. Comments are lost when it is saved.")
        }
    };
    let field = field.help(help);
    let is_read_only = editor.open.is_some() && !is_open;
    view! {
        <details class="panel" id="yaml" open=is_open>
            <summary>{icon(LuChevronRight)}<h2>"YAML"</h2></summary>
            <div class="body">
                {field.code(&editor.text, MAX_DRAFT_BYTES, is_read_only)}
                <div class="buttons">{editor.button("btn small", "preview", "yaml", "Read it".into_any())}</div>
            </div>
        </details>
    }
    .into_any()
}

fn preview(editor: &FormEditor) -> AnyView {
    let for_whom = match (editor.class.as_str(), editor.environment.as_str()) {
        ("", "") => "any namespace".to_owned(),
        ("", environment) => environment.to_owned(),
        (class, "") => class.to_owned(),
        (class, environment) => format!("{class}, {environment}"),
    };
    let content = match (&editor.version, &editor.form) {
        (None, _) => {
            let text = "There is no version of it yet: take one in to see its form.";
            note::empty(LuPackageCheck, "Nothing to show", text, None)
        }
        (Some(_), None) => {
            let text = "The form is shown here again when its YAML can be read.";
            note::empty(LuCircleAlert, "It cannot be shown", text, None)
        }
        (Some(_), Some(form)) if form.nodes.is_empty() => {
            let notes = values_form::form(form);
            let empty = note::empty(LuListFilter, "Teams set nothing", "Offer a value, or show the rest.", None);
            view! { {notes} {empty} }.into_any()
        }
        (Some(_), Some(form)) => values_form::form(form),
    };
    view! {
        <section class="panel" aria-labelledby="preview-title">
            <header><h2 id="preview-title">"As teams see it"</h2><span class="dim">{for_whom}</span></header>
            <div class="body">{content}</div>
        </section>
    }
    .into_any()
}
