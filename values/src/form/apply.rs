//! Brings a posted form into what a team set. Fields that come back as they were shown change nothing, so the YAML stays as it
//! is written.

use std::collections::HashMap;

use super::kind::Kind;
use super::posted::Posted;
use super::read::{self, Wanted};
use super::rows::{self, Typed};
use super::{Field, Form, Node};
use crate::document::Document;
use crate::fault::{Fault, FieldError};
use crate::limits::MAX_CHANGES;
use crate::merge::{coalesce, difference};
use crate::path::{Part, Path};
use crate::value::Value;

/// What became of a posted form.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What the team set, with all that was taken.
    pub document: Document,
    /// What was not taken.
    pub errors: Vec<FieldError>,
    /// What was typed into inputs that were not taken, by their names; secrets are not kept.
    pub(super) typed: HashMap<String, String>,
    pub n_changes: usize,
}

/// Applies what was posted to the document that the form was made of. Names are those of the form's inputs; others are ignored.
/// Nothing that was not on the page is changed, and nothing that is locked.
pub fn apply_form(form: &Form, set: &Document, posted: &[(String, String)]) -> Applied {
    let applied = Applied { document: set.clone(), errors: Vec::new(), typed: HashMap::new(), n_changes: 0 };
    let mut apply = Apply { form, posted: Posted::new(posted), applied };
    apply.nodes(&form.nodes);
    apply.applied
}

struct Apply<'a> {
    form: &'a Form,
    posted: Posted<'a>,
    applied: Applied,
}

impl Apply<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Group(group) => self.nodes(&group.nodes),
                Node::Field(field) if field.is_editable() => self.field(field),
                Node::Field(_) => {}
            }
        }
    }

    fn field(&mut self, field: &Field) {
        if self.posted.is_ticked(Part::Reset, &field.path) {
            if self.applied.document.get(&field.path).is_some() {
                self.change(field, |document| document.unset(&field.path).map(|_| ()));
            }
            return;
        }
        match &field.kind {
            Kind::List(list) => {
                let typed = rows::read_list(&self.posted, list, field, self.form.chosen.at(&field.path));
                self.rows(field, typed);
            }
            Kind::Map(map) => {
                let typed = rows::read_map(&self.posted, map, field, self.form.chosen.at(&field.path));
                self.rows(field, typed);
            }
            Kind::Text { .. }
            | Kind::Number
            | Kind::Integer
            | Kind::Switch
            | Kind::Choice(_)
            | Kind::Quantity { .. }
            | Kind::Secret
            | Kind::Scalar { .. }
            | Kind::Yaml { .. } => self.input(field),
        }
    }

    fn input(&mut self, field: &Field) {
        let Some(posted) = self.posted.get(Part::Value, &field.path) else { return };
        if read::is_as_shown(&field.kind, &field.shown, posted) {
            return;
        }
        match read::read(field, posted) {
            Ok(wanted) => self.want(field, &wanted),
            Err(fault) => {
                self.applied.errors.push(FieldError { path: field.path.clone(), name: field.name.clone(), fault });
                if !field.is_secret() {
                    self.applied.typed.insert(field.name.clone(), posted.to_owned());
                }
            }
        }
    }

    fn rows(&mut self, field: &Field, typed: Typed) {
        match typed {
            Typed::Same => {}
            Typed::Value(value) => match field.rules.check(&value) {
                None => self.want(field, &Wanted::Value(value)),
                Some(fault) => {
                    let error = FieldError { path: field.path.clone(), name: field.name.clone(), fault };
                    self.refuse_rows(field, vec![error]);
                }
            },
            Typed::Wrong(errors) => self.refuse_rows(field, errors),
        }
    }

    /// Rows are taken together or not at all; what was typed into them is kept.
    fn refuse_rows(&mut self, field: &Field, errors: Vec<FieldError>) {
        self.applied.errors.extend(errors);
        let secrets: Vec<Path> = self.form.secrets();
        let is_secret = |name: &str| {
            let path = Part::read(name).map(|(_, path)| path);
            path.is_some_and(|path| secrets.iter().any(|secret| rows::is_same_column(secret, &path)))
        };
        let typed = self.posted.below(&field.path).filter(|(name, _)| !is_secret(name));
        self.applied.typed.extend(typed);
    }

    /// Brings about that the value is what is wanted, by the least that has to be set.
    fn want(&mut self, field: &Field, wanted: &Wanted) {
        let path = &field.path;
        let defaults = &self.form.defaults;
        match wanted {
            Wanted::Nothing => self.change(field, |document| document.unset(path).map(|_| ())),
            Wanted::Value(value) => self.change(field, |document| {
                if !path.is_root() && defaults.at(path) == Some(value) {
                    let mut without = document.clone();
                    without.unset(path)?;
                    if coalesce(defaults, without.value()).at(path) == Some(value) {
                        *document = without;
                        return Ok(());
                    }
                }
                let least = match (defaults.at(path), value) {
                    (Some(default @ Value::Map(_)), Value::Map(_)) => difference(default, value),
                    (Some(_) | None, _) => value.clone(),
                };
                document.set(path, &least)
            }),
        }
    }

    fn change(&mut self, field: &Field, change: impl FnOnce(&mut Document) -> Result<(), crate::document::EditError>) {
        self.applied.n_changes += 1;
        let fault = if self.applied.n_changes > MAX_CHANGES {
            Some(Fault::TooManyChanges { limit: MAX_CHANGES })
        } else {
            change(&mut self.applied.document).err().map(Fault::Edit)
        };
        if let Some(fault) = fault {
            self.applied.errors.push(FieldError { path: field.path.clone(), name: field.name.clone(), fault });
            if !field.is_secret() {
                self.applied.typed.extend(self.posted.below(&field.path));
            }
        }
    }
}
