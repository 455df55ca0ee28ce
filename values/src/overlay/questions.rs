//! Rancher's questions.yaml as an overlay.

use serde::Deserialize;

use super::{Condition, DefaultValue, Overlay, OverlayChoice, OverlayField, OverlayGroup, Rest};
use crate::chart::Chart;
use crate::path::Path;
use crate::rules::Rules;
use crate::value::{Number, Value};
use crate::yaml;

/// Questions that are taken; what is beyond is said.
const MAX_QUESTIONS: usize = 500;

/// One question, as far as a form needs it. The names are those of questions.yaml.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Question {
    /// `a.b.c`, with `\.` for a dot in a key.
    pub variable: String,
    pub label: Option<String>,
    pub description: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub default: Option<Value>,
    pub required: bool,
    pub group: Option<String>,
    pub options: Vec<Value>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub valid_chars: Option<String>,
    pub invalid_chars: Option<String>,
    /// `a=b&&c=d`
    pub show_if: Option<String>,
    /// The value of this question with which those below it are asked.
    pub show_subquestion_if: Option<Value>,
    pub subquestions: Vec<Question>,
}

/// What questions became.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Questions {
    pub overlay: Overlay,
    pub notes: Vec<QuestionNote>,
}

/// What could not be taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionNote {
    #[error("There are more than {limit} questions; the rest was left out.")]
    TooMany { limit: usize },
    #[error("A question has no variable and was left out.")]
    NoVariable,
    #[error("{variable} is asked twice; the second question was left out.")]
    Twice { variable: String },
    #[error("{variable}: the condition {condition:?} cannot be taken over, so the field is always shown.")]
    Condition { variable: String, condition: String },
    #[error("{variable}: the default is not of the type {kind} and was left out.")]
    Default { variable: String, kind: String },
}

impl Overlay {
    /// Takes over questions. Defaults that are the chart's own are left out, and values that are not asked for have no fields.
    pub fn from_questions(questions: &[Question], chart: &Chart) -> Questions {
        let mut import = Import { chart, taken: Questions::default(), n_questions: 0 };
        import.questions(questions, None, &[]);
        let mut taken = import.taken;
        taken.overlay.rest = Rest::Hidden;
        taken
    }
}

struct Import<'a> {
    chart: &'a Chart,
    taken: Questions,
    n_questions: usize,
}

impl Import<'_> {
    fn questions(&mut self, questions: &[Question], group: Option<&str>, around: &[Condition]) {
        for question in questions {
            self.n_questions += 1;
            if self.n_questions > MAX_QUESTIONS {
                self.note(QuestionNote::TooMany { limit: MAX_QUESTIONS });
                return;
            }
            self.question(question, group, around);
        }
    }

    fn note(&mut self, note: QuestionNote) {
        if self.taken.notes.len() < MAX_QUESTIONS && !self.taken.notes.contains(&note) {
            self.taken.notes.push(note);
        }
    }

    fn question(&mut self, question: &Question, group: Option<&str>, around: &[Condition]) {
        let path = Path::from_dotted(&question.variable);
        let variable: String = question.variable.chars().take(200).collect();
        if path.is_root() {
            return self.note(QuestionNote::NoVariable);
        }
        if self.taken.overlay.field(&path).is_some() {
            return self.note(QuestionNote::Twice { variable });
        }
        let group = question.group.as_deref().or(group).filter(|group| !group.is_empty());
        if let Some(group) = group.filter(|group| !self.taken.overlay.groups.iter().any(|known| known.name == **group))
        {
            self.taken.overlay.groups.push(OverlayGroup {
                name: group.to_owned(),
                label: group.to_owned(),
                help: None,
            });
        }
        let mut shown_when = around.to_vec();
        match question.show_if.as_deref().map(conditions) {
            None => {}
            Some(Some(conditions)) => shown_when.extend(conditions),
            Some(None) => {
                let condition = question.show_if.iter().flat_map(|condition| condition.chars()).take(200).collect();
                self.note(QuestionNote::Condition { variable: variable.clone(), condition });
            }
        }
        self.default(question, &path, variable);
        if question.kind.as_deref() == Some("password") {
            self.taken.overlay.secrets.push(path.clone());
        }
        self.taken.overlay.fields.push(OverlayField {
            path: path.clone(),
            group: group.map(str::to_owned),
            label: question.label.clone(),
            help: question.description.clone(),
            rules: rules(question),
            choices: question.options.iter().map(|value| OverlayChoice { value: value.clone(), label: None }).collect(),
            shown_when: shown_when.clone(),
            required: question.required,
        });
        if let Some(value) = &question.show_subquestion_if {
            shown_when.push(Condition { path, one_of: readings(value) });
        }
        self.questions(&question.subquestions, group, &shown_when);
    }

    fn default(&mut self, question: &Question, path: &Path, variable: String) {
        let Some(default) = question.default.as_ref().filter(|default| !default.is_null()) else { return };
        let kind = question.kind.as_deref().unwrap_or("string");
        let Some(value) = typed(kind, default) else {
            return self.note(QuestionNote::Default { variable, kind: kind.to_owned() });
        };
        let is_own = match self.chart.values.get(path) {
            Some(own) => *own == value,
            None => value == Value::from(""),
        };
        if !is_own {
            let everywhere = DefaultValue { path: path.clone(), value, classes: Vec::new(), environments: Vec::new() };
            self.taken.overlay.defaults.push(everywhere);
        }
    }
}

/// Questions write truth values and numbers as texts.
fn typed(kind: &str, default: &Value) -> Option<Value> {
    let text = match default {
        Value::String(text) => text.clone(),
        Value::Bool(is) => is.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => return Some(default.clone()),
    };
    match kind {
        "boolean" | "bool" => text.parse().ok().map(Value::Bool),
        "int" | "integer" => text.parse::<i64>().ok().map(Value::from),
        "float" | "number" => text.parse::<f64>().ok().and_then(Number::from_f64).map(Value::Number),
        _ => Some(Value::String(text)),
    }
}

fn rules(question: &Question) -> Rules {
    let escape = |chars: &str| {
        chars
            .chars()
            .filter(|c| !c.is_control())
            .map(|c| match c {
                '\\' | ']' | '[' | '^' | '-' => format!("\\{c}"),
                c => c.to_string(),
            })
            .collect::<String>()
    };
    let allowed = question
        .valid_chars
        .as_deref()
        .filter(|chars| !chars.is_empty())
        .map(|chars| format!("^[{}]*$", escape(chars)));
    let refused = question
        .invalid_chars
        .as_deref()
        .filter(|chars| !chars.is_empty())
        .map(|chars| format!("^[^{}]*$", escape(chars)));
    Rules {
        minimum: question.min,
        maximum: question.max,
        min_length: question.min_length,
        max_length: question.max_length,
        patterns: allowed.into_iter().chain(refused).collect(),
        ..Rules::default()
    }
}

/// `a=b&&c=d`; `None` for anything else.
fn conditions(text: &str) -> Option<Vec<Condition>> {
    let one = |text: &str| {
        let (variable, value) = text.split_once('=')?;
        let (variable, value) = (variable.trim(), value.trim());
        let is_plain = !variable.is_empty()
            && !variable.ends_with(['!', '<', '>'])
            && !value.starts_with('=')
            && !value.contains("||");
        is_plain.then(|| Condition { path: Path::from_dotted(variable), one_of: readings(&Value::from(value)) })
    };
    text.split("&&").map(one).collect()
}

/// A value of a condition, and what its text means: `true` is both.
fn readings(value: &Value) -> Vec<Value> {
    let mut readings = vec![value.clone()];
    let other = match value {
        Value::String(text) => yaml::read_scalar(text),
        Value::Bool(is) => Some(Value::String(is.to_string())),
        Value::Number(number) => Some(Value::String(number.to_string())),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    };
    readings.extend(other.filter(|other| other != value));
    readings
}
