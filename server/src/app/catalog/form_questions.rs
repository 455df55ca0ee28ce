//! A chart's questions.yaml, taken over as the form of an entry.

use charts::questions::{Choice, Question, QuestionKind, Questions, ShowIf};
use domain::Refusal;
use serde_json::Value;
use values::overlay::Question as Asked;
use values::{Chart, Draft, Overlay};

/// Puts what is asked in place of fields, groups and defaults; what is imposed and what is secret stays. Answers what could not
/// be taken over.
pub fn import(draft: &mut Draft, questions: Option<&Value>, chart: &Chart) -> Result<Vec<String>, Refusal> {
    let none =
        || Refusal::invalid("overlay", "cannot be made of questions: the chart has no questions.yaml that is read");
    let read: Questions = questions.and_then(|json| serde_json::from_value(json.clone()).ok()).ok_or_else(none)?;
    let asked: Vec<Asked> = read.questions.iter().map(asked).collect();
    let taken = Overlay::from_questions(&asked, chart);
    let mut overlay = taken.overlay;
    let before = draft.overlay();
    overlay.imposed.clone_from(&before.imposed);
    let more = before.secrets.iter().filter(|secret| !overlay.secrets.contains(secret)).cloned().collect::<Vec<_>>();
    overlay.secrets.extend(more);
    *draft = Draft::of(&overlay).map_err(|error| Refusal::invalid("overlay", &error.to_string()))?;
    Ok(taken.notes.iter().map(ToString::to_string).collect())
}

fn asked(question: &Question) -> Asked {
    Asked {
        variable: question.variable.clone(),
        label: question.label.clone(),
        description: question.description.clone(),
        kind: Some(kind(&question.kind).to_owned()),
        default: question.default.as_ref().map(values::Value::from),
        required: question.is_required,
        group: question.group.clone(),
        options: question.options.iter().map(|Choice { value, .. }| values::Value::from(value)).collect(),
        min: question.min,
        max: question.max,
        min_length: question.min_length,
        max_length: question.max_length,
        valid_chars: question.valid_chars.clone(),
        invalid_chars: question.invalid_chars.clone(),
        show_if: question.show_if.as_ref().map(condition),
        show_subquestion_if: question.show_subquestions_if.as_deref().map(values::Value::from),
        subquestions: question.subquestions.iter().map(asked).collect(),
    }
}

fn kind(kind: &QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Boolean => "boolean",
        QuestionKind::Int => "int",
        QuestionKind::Float => "float",
        QuestionKind::Password => "password",
        QuestionKind::Text
        | QuestionKind::Multiline
        | QuestionKind::Enum
        | QuestionKind::Hostname
        | QuestionKind::StorageClass
        | QuestionKind::Pvc
        | QuestionKind::Secret
        | QuestionKind::List
        | QuestionKind::Map
        | QuestionKind::Other(_) => "string",
    }
}

/// As it was written: what the form has no condition for is said by who takes it over.
fn condition(condition: &ShowIf) -> String {
    let alternative = |all: &Vec<charts::questions::Condition>| {
        let each = all.iter().map(|one| {
            let is = if one.is_equal { "=" } else { "!=" };
            format!("{}{is}{}", one.variable, one.value)
        });
        each.collect::<Vec<_>>().join("&&")
    };
    condition.alternatives.iter().map(alternative).collect::<Vec<_>>().join("||")
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTIONS: &str = "questions:\n- variable: tls.enabled\n  label: TLS\n  type: boolean\n  group: Access\n  show_subquestion_if: true\n  subquestions:\n  - variable: tls.host\n    type: hostname\n    required: true\n- variable: auth.pin\n  type: password\n- variable: size\n  type: enum\n  options: [small, large]\n  show_if: \"tls.enabled=true||auth.pin=1\"\n";
    const VALUES: &str = "tls: {enabled: false, host: \"\"}\nauth: {pin: \"\"}\nsize: small\n";

    fn questions() -> Value {
        let read = Questions::read(QUESTIONS.as_bytes()).expect("can be read");
        serde_json::to_value(read).expect("is JSON")
    }

    #[test]
    fn questions_become_fields_and_what_is_imposed_stays() {
        let chart = Chart::read(VALUES, None);
        let mut draft =
            Draft::parse("fields: [{path: /a}]\nimposed: [{path: /size, value: large}]\n").expect("is a form");
        let notes = import(&mut draft, Some(&questions()), &chart).expect("is taken over");
        let overlay = draft.overlay();
        let paths: Vec<_> = overlay.fields.iter().map(|field| field.path.dotted()).collect();
        assert_eq!(paths, ["tls.enabled", "tls.host", "auth.pin", "size"]);
        assert_eq!(overlay.secrets, ["/auth/pin".parse().expect("is a path")]);
        assert!(overlay.fields[1].required && !overlay.fields[1].shown_when.is_empty());
        assert_eq!((overlay.imposed.len(), notes.len()), (1, 1), "{notes:?}");
        assert!(overlay.check(&chart).is_empty(), "{:?}", overlay.check(&chart));
    }

    #[test]
    fn a_chart_without_questions_has_none_to_take_over() {
        let mut draft = Draft::parse("rest: hidden").expect("is a form");
        assert!(import(&mut draft, None, &Chart::default()).is_err());
        assert_eq!(draft.text(), "rest: hidden");
    }
}
