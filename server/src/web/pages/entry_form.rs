//! The form of an entry, worked on: every button posts all of it, and only *Save* keeps something.

use super::{Reply, frame, ok, refused_as, see_done};
use crate::app::catalog::{self, Step};
use crate::app::views::catalog::{self as views, FormGround};
use crate::app::{Ctx, Error, Result};
use crate::web::extract::{Path, name};
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use domain::Refusal;
use domain::name::EntryName;
use domain::refusal::FieldError;
use frontend::pages;
use frontend::pages::curation::form::FormEditor;
use serde::Deserialize;
use std::sync::Arc;
use values::overlay::{Panel, PanelTyped};
use values::{Context, Draft};

/// Over which version the form is made, and for whom the preview is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    version: String,
    class: String,
    environment: String,
    q: String,
}

/// All of the page, as it is sent by each of its buttons.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct FormFields {
    /// The entry's version that was read.
    entry_version: String,
    overlay: String,
    /// The panel that is open, as [`Panel::written`].
    open: String,
    #[serde(rename = "do")]
    step: String,
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    typed: PanelTyped,
}

/// What the page is about to show.
struct Work {
    text: String,
    draft: Option<Draft>,
    open: Option<Panel>,
    typed: PanelTyped,
    errors: Vec<FieldError>,
    refusal: Option<String>,
    entry_version: String,
    notes: Vec<String>,
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(entry): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let entry: EntryName = name(&entry)?;
    let ground = ground(&ctx, &entry, &asked).await?;
    let draft = catalog::written_form(&ground.spec);
    let work = Work {
        text: draft.as_ref().map(|draft| draft.text().to_owned()).unwrap_or_default(),
        errors: draft.as_ref().err().map(Refusal::fields).unwrap_or_default(),
        draft: draft.ok(),
        open: None,
        typed: PanelTyped::default(),
        refusal: None,
        entry_version: ground.entry_version.to_string(),
        notes: Vec::new(),
    };
    ok(page(&ctx, &context, entry, ground, asked, work).await?)
}

pub async fn change(
    ctx: Ctx,
    context: RequestContext,
    Path(entry): Path<String>,
    Form(fields): Form<FormFields>,
) -> Reply {
    let entry: EntryName = name(&entry)?;
    let FormFields { entry_version, overlay, open, step, asked, typed } = fields;
    let ground = ground(&ctx, &entry, &asked).await?;
    let mut work = Work {
        text: overlay.replace("\r\n", "\n"),
        draft: None,
        open: Panel::read(&open),
        typed,
        errors: Vec::new(),
        refusal: None,
        entry_version,
        notes: Vec::new(),
    };
    let refusal = match perform(&ctx, &entry, &ground, &mut work, &step).await {
        Ok(true) => return see_done(&format!("/admin/catalog/{entry}"), format!("The form of {entry} is saved.")),
        Ok(false) => return ok(page(&ctx, &context, entry, ground, asked, work).await?),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => refusal,
        Err(error) => return Err(error),
    };
    work.errors = refusal.fields();
    work.refusal = work.errors.is_empty().then(|| refusal.to_string());
    let status = if work.errors.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let html = page(&ctx, &context, entry, ground, asked, work).await?;
    Ok((status, refused_as(refusal.code()), Html(html)).into_response())
}

async fn ground(ctx: &Ctx, entry: &EntryName, asked: &Asked) -> Result<FormGround> {
    views::form_ground(ctx, entry, Some(asked.version.as_str()).filter(|version| !version.is_empty())).await
}

/// Does what was pressed. Answers whether that was to save.
async fn perform(ctx: &Ctx, entry: &EntryName, ground: &FormGround, work: &mut Work, step: &str) -> Result<bool> {
    let unknown = || Refusal::invalid("overlay", "cannot be changed that way: no button of this page does that");
    work.draft = catalog::read_form(&work.text).ok();
    let step = Step::read(step).ok_or_else(unknown)?;
    work.perform(&step, ground)?;
    if step != Step::Save {
        return Ok(false);
    }
    save(ctx, entry, ground, work).await.map(|()| true)
}

async fn save(ctx: &Ctx, entry: &EntryName, ground: &FormGround, work: &Work) -> Result<()> {
    let read = work.entry_version.parse().map_err(|_| Refusal::invalid("entry_version", "is missing"))?;
    let Some(draft) = &work.draft else { return Err(Error::NotFound) };
    catalog::change(ctx, entry, read, &catalog::with_form(&ground.spec, draft)?).await
}

impl Work {
    /// Takes over what was typed, and does what was pressed.
    fn perform(&mut self, step: &Step, ground: &FormGround) -> std::result::Result<(), Refusal> {
        // What is typed stays as it is until all of it is done.
        let (mut draft, mut typed) = (catalog::read_form(&self.text)?, self.typed.clone());
        self.draft = Some(draft.clone());
        if let Some(panel) = self.open.as_ref().filter(|_| *step != Step::Close) {
            catalog::take_panel(&mut draft, panel, &typed, &ground.values)?;
        }
        if matches!(step, Step::Save | Step::Take | Step::Open(_)) {
            for pending in catalog::pending_steps(self.open.as_ref(), &typed) {
                catalog::apply_step(&mut draft, &pending, &typed, &ground.values)?;
                typed = left(typed, &pending);
            }
        }
        catalog::apply_step(&mut draft, step, &typed, &ground.values)?;
        if *step == Step::Questions {
            self.notes = catalog::import_questions(&mut draft, ground.questions.as_ref(), &ground.chart)?;
        }
        if let Step::Open(panel) = step {
            self.open = Some(panel.clone());
        }
        let is_gone = matches!(step, Step::RemoveGroup(name) if self.open == Some(Panel::Group(name.clone())));
        if *step == Step::Close || is_gone {
            self.open = None;
        }
        draft.text().clone_into(&mut self.text);
        self.typed = shown(&draft, self.open.as_ref(), ground, left(typed, step));
        self.draft = Some(draft);
        Ok(())
    }
}

/// What was typed and is not used up.
fn left(typed: PanelTyped, step: &Step) -> PanelTyped {
    let PanelTyped { default_classes, default_environments, imposed_classes, imposed_environments, .. } = typed.clone();
    match step {
        Step::Open(_) | Step::Close => PanelTyped::default(),
        Step::AddGroup => PanelTyped { new_group: String::new(), ..typed },
        Step::AddDefault(_) => {
            let (imposed_value, imposed_note) = (typed.imposed_value, typed.imposed_note);
            PanelTyped { imposed_value, imposed_note, imposed_classes, imposed_environments, ..PanelTyped::default() }
        }
        Step::Impose(_) => {
            let default_value = typed.default_value;
            PanelTyped { default_value, default_classes, default_environments, ..PanelTyped::default() }
        }
        Step::Preview
        | Step::Take
        | Step::Save
        | Step::Questions
        | Step::Offer(_)
        | Step::TakeOff(_)
        | Step::Move(..)
        | Step::RemoveGroup(_)
        | Step::MoveGroup(..)
        | Step::ShowRest(_)
        | Step::RemoveDefault(_)
        | Step::RemoveImposed(_)
        | Step::Secret(..) => typed,
    }
}

/// What stands in the inputs of a panel: what is said of what is open, and what is left of what was typed.
fn shown(draft: &Draft, open: Option<&Panel>, ground: &FormGround, left: PanelTyped) -> PanelTyped {
    match open {
        None => left,
        Some(Panel::Value(path)) => {
            let field = draft.typed(path, catalog::is_text(&ground.values, path)).unwrap_or_default();
            PanelTyped { field, ..left }
        }
        Some(Panel::Group(name)) => {
            let group = draft.overlay().groups.iter().find(|group| group.name == *name);
            let group_label = group.map(|group| group.label.clone()).unwrap_or_default();
            let group_help = group.and_then(|group| group.help.clone()).unwrap_or_default();
            PanelTyped { group_label, group_help, ..left }
        }
    }
}

async fn page(
    ctx: &Ctx,
    context: &RequestContext,
    entry: EntryName,
    ground: FormGround,
    asked: Asked,
    work: Work,
) -> Result<String> {
    let seen_by = Context { class: asked.class.clone(), environment: asked.environment.clone() };
    let drawn = match &work.draft {
        Some(draft) => Some(views::draw(&ground.chart, draft, seen_by).await?),
        None => None,
    };
    let (form, mistakes) = drawn.map_or((None, Vec::new()), |drawn| (Some(drawn.form), drawn.mistakes));
    let saved = catalog::written_form(&ground.spec).ok();
    let is_unsaved = saved.as_ref().map(Draft::text) != Some(work.text.as_str());
    let gives_other = |draft: &Draft| saved.as_ref().is_some_and(|saved| catalog::gives_other(saved, draft));
    let judges_anew = !ground.versions.is_empty() && work.draft.as_ref().is_some_and(gives_other);
    let editor = FormEditor {
        entry,
        title: ground.spec.title,
        entry_version: work.entry_version,
        versions: ground.versions,
        version: ground.version,
        classes: ground.classes,
        class: asked.class,
        environment: asked.environment,
        query: asked.q,
        text: work.text,
        overlay: work.draft.map(|draft| draft.overlay().clone()),
        values: Arc::unwrap_or_clone(ground.values),
        form,
        mistakes,
        open: work.open,
        typed: work.typed,
        errors: work.errors,
        refusal: work.refusal,
        notes: work.notes,
        is_unsaved,
        judges_anew,
        has_questions: ground.questions.is_some(),
    };
    Ok(pages::curation::form::page(frame(context, ctx).await?, editor))
}
