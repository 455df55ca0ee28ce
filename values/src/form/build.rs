//! Builds the form of a chart, an entry and what a team set.

use std::collections::HashSet;

use super::builder::{Builder, Templates};
use super::help::Help;
use super::{Form, Note, layout};
use crate::chart::Chart;
use crate::document::Document;
use crate::merge::Layers;
use crate::overlay::{Context, Overlay};
use crate::path::Path;
use crate::schema::Schema;
use crate::value::{Map, Value};

pub(super) fn form(chart: &Chart, overlay: &Overlay, set: &Document, context: &Context) -> Form {
    let layers = Layers {
        chart: chart.values.value().clone(),
        entry: overlay.default_values(context),
        set: set.value().clone(),
        imposed: overlay.imposed_values(context),
    };
    let (defaults, chosen, merged) = (layers.defaults(), layers.chosen(), layers.merged());
    let (help, templates) = (Help::of(&chart.values), Templates::new());
    let mut builder = Builder {
        schema: chart.schema.as_ref(),
        overlay,
        set: set.value(),
        entry: &layers.entry,
        defaults: &defaults,
        chosen: &chosen,
        merged: &merged,
        imposed: overlay.imposed_for(context),
        help: &help,
        templates: &templates,
        skipped: HashSet::new(),
        n_fields: 0,
    };
    let root = builder.root();
    let mut notes = chart_notes(chart);
    let nodes = layout::nodes(&mut builder, &root, &mut notes);
    let n_fields = builder.n_fields;
    Form { nodes, notes, n_fields, defaults, chosen }
}

/// Tells which paths a chart knows.
pub(crate) struct PathFinder<'a> {
    chart: &'a Chart,
}

impl<'a> PathFinder<'a> {
    pub fn new(chart: &'a Chart) -> Self {
        Self { chart }
    }

    /// Whether schema or defaults have each of these paths, or let it be there.
    pub fn known(&self, paths: &[&Path]) -> Vec<bool> {
        let (overlay, nothing, templates, help) =
            (Overlay::default(), Value::Map(Map::new()), Templates::new(), Help::default());
        let values = self.chart.values.value();
        let builder = Builder {
            schema: self.chart.schema.as_ref(),
            overlay: &overlay,
            set: &nothing,
            entry: &nothing,
            defaults: values,
            chosen: values,
            merged: values,
            imposed: Vec::new(),
            help: &help,
            templates: &templates,
            skipped: HashSet::new(),
            n_fields: 0,
        };
        let root = builder.root();
        paths.iter().map(|path| layout::find(&builder, &root, path).is_some()).collect()
    }
}

fn chart_notes(chart: &Chart) -> Vec<Note> {
    let values = chart.values_error.clone().map(Note::Values);
    let schema = chart.schema_error.clone().or_else(|| chart.schema.as_ref()?.error().cloned()).map(Note::Schema);
    let guessed = chart.schema.is_none().then_some(Note::NoSchema);
    let unchecked = chart.schema.iter().flat_map(Schema::unchecked).cloned().map(Note::Unchecked);
    values.into_iter().chain(schema).chain(guessed).chain(unchecked).collect()
}
