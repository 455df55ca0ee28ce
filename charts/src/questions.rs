//! `questions.yaml`: which values a chart would have people asked for, as Rancher reads it.

mod show_if;

pub use show_if::{BadShowIf, Condition, ShowIf};

use crate::fields::{FieldError, Fields, scalar};
use crate::yaml::{self, Budget, TextError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The largest that are published have 100 KB.
const FILE_BYTES: usize = 1 << 20;
const BUDGET: Budget = Budget { nodes: 50_000, bytes: FILE_BYTES, aliases: 100 };
/// More are no form.
const N_QUESTIONS: usize = 1_000;

/// What people are asked for, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Questions {
    pub questions: Vec<Question>,
}

/// A value that people are asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Path of the value, its parts separated by dots: `service.type`, `hosts[0].name`.
    pub variable: String,
    pub label: Option<String>,
    pub description: Option<String>,
    pub kind: QuestionKind,
    pub is_required: bool,
    pub default: Option<Value>,
    /// The heading it is under.
    pub group: Option<String>,
    pub options: Vec<Choice>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    /// Signs that may be typed, or may not, as a class of a regular expression without its brackets.
    pub valid_chars: Option<String>,
    pub invalid_chars: Option<String>,
    pub show_if: Option<ShowIf>,
    /// Which value of this one lets the questions below it be asked.
    pub show_subquestions_if: Option<String>,
    /// One level deep.
    pub subquestions: Vec<Question>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    Text,
    Multiline,
    Boolean,
    Int,
    Float,
    Enum,
    Password,
    Hostname,
    StorageClass,
    Pvc,
    Secret,
    List,
    Map,
    /// Of this name, which is asked for as text.
    Other(String),
}

/// One of the values of an `enum`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub value: Value,
    pub label: Option<String>,
}

/// Why a `questions.yaml` is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum QuestionsError {
    #[error("questions.yaml {0}.")]
    Unreadable(TextError),
    #[error("questions.yaml: {0}.")]
    Field(#[from] FieldError),
    #[error("questions.yaml: {field} {error}.")]
    ShowIf { field: String, error: BadShowIf },
    #[error("questions.yaml: {field} is missing.")]
    NoVariable { field: String },
    #[error("questions.yaml: {field} is in a question that is below another one already.")]
    TooDeep { field: String },
    #[error("questions.yaml has more than {most} questions.")]
    TooMany { most: usize },
}

impl Questions {
    pub fn read(bytes: &[u8]) -> Result<Self, QuestionsError> {
        let text = yaml::text(bytes, FILE_BYTES).map_err(QuestionsError::Unreadable)?;
        let value = yaml::read(text, &mut { BUDGET }).map_err(QuestionsError::Unreadable)?;
        let mut left = N_QUESTIONS;
        Ok(Self { questions: questions(&Fields::of(&value, "")?, "questions", Level::Top, &mut left)? })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Top,
    Below,
}

fn questions(fields: &Fields<'_>, name: &str, level: Level, left: &mut usize) -> Result<Vec<Question>, QuestionsError> {
    let each = fields.each(name)?;
    *left = left.checked_sub(each.len()).ok_or(QuestionsError::TooMany { most: N_QUESTIONS })?;
    each.iter().map(|fields| question(fields, level, left)).collect()
}

fn question(fields: &Fields<'_>, level: Level, left: &mut usize) -> Result<Question, QuestionsError> {
    let subquestions = match level {
        Level::Top => questions(fields, "subquestions", Level::Below, left)?,
        Level::Below if fields.list("subquestions")?.is_empty() => Vec::new(),
        Level::Below => return Err(QuestionsError::TooDeep { field: fields.path("subquestions") }),
    };
    let show_if = fields.text("show_if")?.map(|text| {
        let wrong = |error| QuestionsError::ShowIf { field: fields.path("show_if"), error };
        ShowIf::parse(&text).map_err(wrong)
    });
    Ok(Question {
        variable: fields
            .text("variable")?
            .ok_or_else(|| QuestionsError::NoVariable { field: fields.path("variable") })?,
        label: fields.text("label")?,
        description: fields.text("description")?,
        kind: QuestionKind::parse(fields.text("type")?),
        is_required: is_true(fields, "required")?,
        default: fields.get("default").cloned(),
        group: fields.text("group")?,
        options: options(fields)?,
        min: fields.number("min")?,
        max: fields.number("max")?,
        min_length: length(fields, "min_length")?,
        max_length: length(fields, "max_length")?,
        valid_chars: fields.text("valid_chars")?,
        invalid_chars: fields.text("invalid_chars")?,
        show_if: show_if.transpose()?,
        show_subquestions_if: fields.text("show_subquestion_if")?.or(fields.text("show_subquestions_if")?),
        subquestions,
    })
}

/// Some write it in quotes.
fn is_true(fields: &Fields<'_>, name: &str) -> Result<bool, FieldError> {
    match fields.text(name)?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(fields.error(name, "true or false")),
    }
}

fn length(fields: &Fields<'_>, name: &str) -> Result<Option<u64>, FieldError> {
    match fields.number(name)? {
        None => Ok(None),
        // Larger ones than any text are none.
        Some(number) if number >= 0.0 && number.fract() == 0.0 => Ok((number < 1e15).then_some(number as u64)),
        Some(_) => Err(fields.error(name, "a whole number, zero or more")),
    }
}

/// Values, or values with a text that is shown for them.
fn options(fields: &Fields<'_>) -> Result<Vec<Choice>, FieldError> {
    let choice = |value: &Value| match value {
        Value::Object(map) => {
            let label = map.get("label").and_then(scalar);
            Some(Choice { value: map.get("value").cloned()?, label })
        }
        Value::Array(_) => None,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Some(Choice { value: value.clone(), label: None })
        }
    };
    let options = fields.list("options")?.iter();
    options.map(|value| choice(value).ok_or_else(|| fields.error("options", "a list of values"))).collect()
}

impl QuestionKind {
    fn parse(text: Option<String>) -> Self {
        match text.as_deref() {
            None | Some("string" | "text") => Self::Text,
            Some("multiline") => Self::Multiline,
            Some("boolean" | "bool") => Self::Boolean,
            Some("int" | "integer" | "number") => Self::Int,
            Some("float") => Self::Float,
            Some("enum") => Self::Enum,
            Some("password") => Self::Password,
            Some("hostname") => Self::Hostname,
            Some("storageclass") => Self::StorageClass,
            Some("pvc") => Self::Pvc,
            Some("secret") => Self::Secret,
            Some("listofstring" | "list" | "array[string]") => Self::List,
            Some("map" | "mapofstring" | "map[string]") => Self::Map,
            Some(other) => Self::Other(yaml::cut(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    #[test]
    fn questions_are_read_with_all_they_say() {
        let text = r#"
categories: [Database]
questions:
- variable: persistence.enabled
  default: true
  type: boolean
  label: Persistent volume
  group: Storage
  show_subquestion_if: true
  subquestions:
  - variable: persistence.size
    default: 8Gi
    min_length: 2
    max_length: 10
    show_if: "persistence.enabled=true&&persistence.existingClaim="
- variable: service.type
  type: enum
  options: [ClusterIP, {label: Outside, value: LoadBalancer}]
  required: true
- variable: service.port
  type: int
  min: 1
  max: 65535
  show_if: service.type=NodePort||service.type=LoadBalancer
"#;
        let Questions { questions } = Questions::read(text.as_bytes()).expect("is read");
        assert_eq!(
            questions.iter().map(|q| q.variable.as_str()).collect::<Vec<_>>(),
            ["persistence.enabled", "service.type", "service.port"]
        );
        let storage = &questions[0];
        assert_eq!((&storage.kind, &storage.default), (&QuestionKind::Boolean, &Some(json!(true))));
        assert_eq!(storage.show_subquestions_if.as_deref(), Some("true"));
        let size = &storage.subquestions[0];
        assert_eq!((size.min_length, size.max_length), (Some(2), Some(10)));
        let values = json!({"persistence": {"enabled": true}});
        assert!(size.show_if.as_ref().is_some_and(|show_if| show_if.holds(&values)));
        assert!(questions[1].is_required);
        assert_eq!(questions[1].options[1], Choice { value: json!("LoadBalancer"), label: Some("Outside".into()) });
        assert_eq!((questions[2].min, questions[2].max), (Some(1.0), Some(65_535.0)));
    }

    #[rstest]
    #[case::no_variable("questions: [{label: x}]", "questions[0].variable is missing")]
    #[case::no_map("questions: [x]", "questions[0] must be a set of fields")]
    #[case::no_list("questions: 7", "questions must be a list")]
    #[case::length("questions: [{variable: x, min_length: -1}]", "min_length must be a whole number")]
    #[case::options("questions: [{variable: x, options: [[a]]}]", "options must be a list of values")]
    #[case::two_levels(
        "questions: [{variable: a, subquestions: [{variable: b, subquestions: [{variable: c}]}]}]",
        "is below another one already"
    )]
    #[case::twice("questions: []\nquestions: []", "line 2 has the key \"questions\" a second time")]
    fn what_is_wrong_is_said_with_where(#[case] text: &str, #[case] said: &str) {
        let error = Questions::read(text.as_bytes()).expect_err("is refused").to_string();
        assert!(error.contains(said), "{error}");
    }

    #[test]
    fn no_more_questions_are_read_than_a_form_could_have() {
        let text = format!("questions:\n{}", "- variable: x\n".repeat(N_QUESTIONS + 1));
        assert_eq!(Questions::read(text.as_bytes()), Err(QuestionsError::TooMany { most: N_QUESTIONS }));
    }
}
