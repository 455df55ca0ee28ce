//! Checks what the platform team says against what the chart says, and lists every mistake at once.

use std::collections::HashSet;

use serde::Serialize;

use crate::chart::Chart;
use crate::document::Document;
use crate::fault::Fault;
use crate::form::{Form, Kind, PathFinder};
use crate::limits::MAX_PROBLEMS;
use crate::merge::{coalesce, nest};
use crate::overlay::{Context, Imposed, Overlay, OverlayField};
use crate::path::Path;
use crate::rules::Rules;
use crate::schema::{Problem, compile, validate};
use crate::value::Value;

/// Choices of one field that are tried with the schema.
const MAX_TRIED: usize = 50;

/// A mistake in an overlay.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{place}: {}{kind}", if path.is_root() { String::new() } else { format!("{} ", path.dotted()) })]
pub struct Mistake {
    /// Where in the overlay: `fields[3].rules`.
    pub place: String,
    /// The value that it is about.
    pub path: Path,
    #[serde(serialize_with = "as_text")]
    pub kind: MistakeKind,
}

fn as_text<S: serde::Serializer>(kind: &MistakeKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MistakeKind {
    #[error("does not exist: neither the chart's schema nor its values.yaml has it.")]
    NoSuchPath,
    #[error("is there twice.")]
    Twice,
    #[error("is within {}, which is shown as well.", around.dotted())]
    Within { around: Path },
    #[error("names the group {name:?}, which is not there.")]
    NoSuchGroup { name: String },
    #[error("the group {name:?} is there twice.")]
    SameGroup { name: String },
    #[error("has limits that no value keeps.")]
    Impossible,
    #[error("has the limit {name}, which is wider than the chart's own and has no effect.")]
    Wider { name: &'static str },
    #[error("has a pattern that cannot be used: {pattern}")]
    Pattern { pattern: String },
    #[error("has the limit {limit:?}, which is no quantity.")]
    NotQuantity { limit: String },
    #[error("has a value that its own limits refuse. {fault}")]
    OutOfLimits { fault: Fault },
    #[error("has a value that the chart's schema refuses: {message}.")]
    Refused { message: String },
    #[error("depends on itself.")]
    DependsOnItself,
    #[error("depends on no value of {}.", condition.dotted())]
    NoValues { condition: Path },
    #[error("is imposed, so it can have no other default.")]
    ImposedToo,
}

impl Overlay {
    /// All mistakes, at most 100, in the order of the overlay.
    pub fn check(&self, chart: &Chart) -> Vec<Mistake> {
        let form = Form::of(chart, &Self::default(), &Document::empty(), &Context::default());
        let mut check = Check { overlay: self, chart, form, found: Vec::new() };
        check.groups();
        check.fields();
        check.values();
        check.found.truncate(MAX_PROBLEMS);
        check.found
    }
}

struct Check<'a> {
    overlay: &'a Overlay,
    chart: &'a Chart,
    /// The whole form of the chart alone.
    form: Form,
    found: Vec<Mistake>,
}

impl Check<'_> {
    fn add(&mut self, place: String, path: &Path, kind: MistakeKind) {
        self.found.push(Mistake { place, path: path.clone(), kind });
    }

    fn groups(&mut self) {
        let mut seen = HashSet::new();
        for (index, group) in self.overlay.groups.iter().enumerate() {
            if !seen.insert(&group.name) {
                let kind = MistakeKind::SameGroup { name: group.name.clone() };
                self.add(format!("groups[{index}]"), &Path::root(), kind);
            }
        }
    }

    /// Lists paths that the chart does not know.
    fn known(&mut self, paths: Vec<(String, Path)>) {
        let all: Vec<&Path> = paths.iter().map(|(_, path)| path).collect();
        let known = PathFinder::new(self.chart).known(&all);
        for ((place, path), is_known) in paths.into_iter().zip(known) {
            if !is_known {
                self.add(place, &path, MistakeKind::NoSuchPath);
            }
        }
    }

    fn fields(&mut self) {
        let overlay = self.overlay;
        let mut paths = Vec::new();
        for (index, field) in overlay.fields.iter().enumerate() {
            let place = format!("fields[{index}]");
            paths.push((place.clone(), field.path.clone()));
            let before = &overlay.fields[..index];
            if before.iter().any(|other| other.path == field.path) {
                self.add(place.clone(), &field.path, MistakeKind::Twice);
            }
            let around =
                overlay.fields.iter().find(|other| other.path != field.path && field.path.starts_with(&other.path));
            if let Some(around) = around {
                self.add(place.clone(), &field.path, MistakeKind::Within { around: around.path.clone() });
            }
            if let Some(name) =
                field.group.as_ref().filter(|name| !overlay.groups.iter().any(|group| group.name == **name))
            {
                self.add(place.clone(), &field.path, MistakeKind::NoSuchGroup { name: name.clone() });
            }
            for condition in &field.shown_when {
                paths.push((format!("{place}.shownWhen"), condition.path.clone()));
                if condition.one_of.is_empty() {
                    let kind = MistakeKind::NoValues { condition: condition.path.clone() };
                    self.add(format!("{place}.shownWhen"), &field.path, kind);
                }
                if condition.path.starts_with(&field.path) {
                    self.add(format!("{place}.shownWhen"), &field.path, MistakeKind::DependsOnItself);
                }
            }
            self.rules(&place, field);
            for (number, choice) in field.choices.iter().take(MAX_TRIED).enumerate() {
                self.value(format!("{place}.choices[{number}]"), &field.path, &choice.value, false);
            }
        }
        paths.extend(
            overlay.secrets.iter().enumerate().map(|(index, path)| (format!("secrets[{index}]"), path.clone())),
        );
        self.known(paths);
    }

    fn rules(&mut self, place: &str, field: &OverlayField) {
        let place = format!("{place}.rules");
        let rules = &field.rules;
        for pattern in rules.patterns.iter().filter(|pattern| compile(pattern).is_none()) {
            self.add(place.clone(), &field.path, MistakeKind::Pattern { pattern: pattern.clone() });
        }
        let chart = self.form.field(&field.path).map(|own| (own.rules.clone(), own.kind.clone()));
        let own = chart.as_ref().map(|(rules, _)| rules.clone()).unwrap_or_default();
        if let Some((_, Kind::Quantity { amount })) = &chart {
            for limit in rules.least.iter().chain(&rules.most) {
                if Rules::default().check_quantity(*amount, limit).is_some() {
                    self.add(place.clone(), &field.path, MistakeKind::NotQuantity { limit: limit.clone() });
                }
            }
        }
        for name in wider(rules, &own) {
            self.add(place.clone(), &field.path, MistakeKind::Wider { name });
        }
        if is_impossible(&own.and(rules)) {
            self.add(place, &field.path, MistakeKind::Impossible);
        }
    }

    fn values(&mut self) {
        let overlay = self.overlay;
        let mut paths = Vec::new();
        for (index, default) in overlay.defaults.iter().enumerate() {
            let place = format!("defaults[{index}]");
            let is_everywhere = |imposed: &&Imposed| imposed.classes.is_empty() && imposed.environments.is_empty();
            if overlay.imposed.iter().filter(is_everywhere).any(|imposed| default.path.starts_with(&imposed.path)) {
                self.add(place.clone(), &default.path, MistakeKind::ImposedToo);
            }
            self.value(place.clone(), &default.path, &default.value, true);
            paths.push((place, default.path.clone()));
        }
        for (index, imposed) in overlay.imposed.iter().enumerate() {
            let place = format!("imposed[{index}]");
            self.value(place.clone(), &imposed.path, &imposed.value, false);
            paths.push((place, imposed.path.clone()));
        }
        self.known(paths);
    }

    /// Tries a value with the chart's schema, and with the limits of the entry where it says so.
    fn value(&mut self, place: String, path: &Path, value: &Value, with_limits: bool) {
        let field = self.overlay.field(path).filter(|_| with_limits);
        if let Some(fault) = field.filter(|_| !value.is_null()).and_then(|field| field.fault(value)) {
            self.add(place.clone(), path, MistakeKind::OutOfLimits { fault });
        }
        let Some(schema) = &self.chart.schema else { return };
        let chart = self.chart.values.value();
        let merged = coalesce(chart, &nest([(path, value)]));
        let nothing = Document::empty();
        let is_about = |problem: &Problem| problem.path.starts_with(path) || path.starts_with(&problem.path);
        let before = validate(schema, chart, &nothing).problems;
        let problems = validate(schema, &merged, &nothing).problems;
        if let Some(problem) = problems.into_iter().find(|problem| is_about(problem) && !before.contains(problem)) {
            self.add(place, path, MistakeKind::Refused { message: problem.message });
        }
    }
}

/// Limits that let more through than the chart's.
fn wider(rules: &Rules, own: &Rules) -> Vec<&'static str> {
    fn is_beyond<T: PartialOrd>(one: Option<T>, other: Option<T>) -> bool {
        matches!((one, other), (Some(one), Some(other)) if one > other)
    }
    let found = [
        ("minimum", is_beyond(own.minimum, rules.minimum)),
        ("maximum", is_beyond(rules.maximum, own.maximum)),
        ("minLength", is_beyond(own.min_length, rules.min_length)),
        ("maxLength", is_beyond(rules.max_length, own.max_length)),
        ("minItems", is_beyond(own.min_items, rules.min_items)),
        ("maxItems", is_beyond(rules.max_items, own.max_items)),
    ];
    found.into_iter().filter(|(_, is_wider)| *is_wider).map(|(name, _)| name).collect()
}

fn is_impossible(rules: &Rules) -> bool {
    fn is_crossed<T: PartialOrd>(least: Option<T>, most: Option<T>) -> bool {
        matches!((least, most), (Some(least), Some(most)) if least > most)
    }
    is_crossed(rules.minimum, rules.maximum)
        || is_crossed(rules.min_length, rules.max_length)
        || is_crossed(rules.min_items, rules.max_items)
}
