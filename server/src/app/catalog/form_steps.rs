//! What is done to the form of an entry while somebody works on it: one thing at a time, and nothing of it is kept before it is
//! saved.

use crate::input::in_words;
use domain::Refusal;
use domain::field_error::FieldErrors;
use values::overlay::{
    DefaultValue, Direction, DraftError, FieldTyped, Imposed, OverlayField, Panel, PanelTyped, Rest, read_value,
};
use values::{ChartValue, Draft, Path, Type};

/// Characters of what is typed into one input of a panel.
const LONGEST: usize = 4_000;

/// What was pressed.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Preview,
    /// The same with all that is typed, whatever other button it has.
    Take,
    Save,
    /// Takes over the form of the chart's questions.yaml, in place of all there is.
    Questions,
    Open(Panel),
    Close,
    Offer(Path),
    TakeOff(Path),
    Move(Path, Direction),
    AddGroup,
    RemoveGroup(String),
    MoveGroup(String, Direction),
    ShowRest(Rest),
    AddDefault(Path),
    RemoveDefault(usize),
    Impose(Path),
    RemoveImposed(usize),
    Secret(Path, bool),
}

impl Step {
    /// Reads the value of a button. What no button says is none.
    pub fn read(text: &str) -> Option<Self> {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let path = || rest.parse::<Path>().ok().filter(|path| !path.is_root());
        let index = || rest.parse::<usize>().ok();
        Some(match verb {
            "" | "preview" => Self::Preview,
            "take" => Self::Take,
            "save" => Self::Save,
            "questions" => Self::Questions,
            "open" => Self::Open(Panel::read(rest)?),
            "close" => Self::Close,
            "offer" => Self::Offer(path()?),
            "off" => Self::TakeOff(path()?),
            "up" => Self::Move(path()?, Direction::Up),
            "down" => Self::Move(path()?, Direction::Down),
            "add-group" => Self::AddGroup,
            "remove-group" => Self::RemoveGroup(rest.to_owned()),
            "group-up" => Self::MoveGroup(rest.to_owned(), Direction::Up),
            "group-down" => Self::MoveGroup(rest.to_owned(), Direction::Down),
            "show-rest" => Self::ShowRest(Rest::Shown),
            "hide-rest" => Self::ShowRest(Rest::Hidden),
            "default" => Self::AddDefault(path()?),
            "remove-default" => Self::RemoveDefault(index()?),
            "impose" => Self::Impose(path()?),
            "remove-imposed" => Self::RemoveImposed(index()?),
            "secret" => Self::Secret(path()?, true),
            "no-secret" => Self::Secret(path()?, false),
            _ => return None,
        })
    }
}

/// Reads the text of a form.
pub fn read(text: &str) -> Result<Draft, Refusal> {
    Draft::parse(&text.replace("\r\n", "\n")).map_err(|error| refusal("overlay", &error))
}

fn refusal(field: &str, error: &DraftError) -> Refusal {
    let text = match error {
        DraftError::NotForm(error) => format!("is no form: {}", in_words(error)),
        DraftError::TooLarge { .. }
        | DraftError::TooMany { .. }
        | DraftError::Yaml(_)
        | DraftError::Edit(_)
        | DraftError::NotOffered { .. }
        | DraftError::Offered { .. }
        | DraftError::NoGroup { .. }
        | DraftError::SameGroup { .. }
        | DraftError::NoSuchValue { .. } => error.to_string(),
    };
    Refusal::invalid(field, &text)
}

/// Takes over what stands in the panel that is open. `values` are those of the chart.
pub fn take(draft: &mut Draft, panel: &Panel, typed: &PanelTyped, values: &[ChartValue]) -> Result<(), Refusal> {
    let changed = match panel {
        Panel::Value(path) => {
            let Some(before) = draft.overlay().fields.iter().find(|field| field.path == *path) else { return Ok(()) };
            let field = described(before, &typed.field, is_text(values, path))?;
            if field == *before {
                return Ok(());
            }
            draft.describe(&field)
        }
        Panel::Group(name) => {
            if typed.group_label.trim().is_empty() {
                return Err(Refusal::invalid("group_label", "is missing"));
            }
            let Some(before) = draft.overlay().groups.iter().find(|group| group.name == *name) else { return Ok(()) };
            let help = typed.group_help.trim();
            if before.label == typed.group_label.trim() && before.help.as_deref().unwrap_or_default() == help {
                return Ok(());
            }
            draft.describe_group(name, &typed.group_label, help)
        }
    };
    changed.map_err(|error| refusal("overlay", &error))
}

fn described(before: &OverlayField, typed: &FieldTyped, is_text: bool) -> Result<OverlayField, Refusal> {
    typed.read(before, is_text).map_err(|wrong| {
        let mut errors = FieldErrors::default();
        for (field, message) in wrong {
            errors.unless(false, field, &message);
        }
        errors.into()
    })
}

pub fn is_text(values: &[ChartValue], path: &Path) -> bool {
    values.iter().any(|value| value.path == *path && value.is_text)
}

/// Does one thing. What is no change to the form does nothing here.
pub fn apply(draft: &mut Draft, step: &Step, typed: &PanelTyped, values: &[ChartValue]) -> Result<(), Refusal> {
    let done = match step {
        Step::Preview | Step::Take | Step::Save | Step::Questions | Step::Open(_) | Step::Close => Ok(()),
        Step::Offer(path) => draft.offer(path),
        Step::TakeOff(path) => draft.take_off(path),
        Step::Move(path, direction) => draft.move_field(path, *direction),
        Step::AddGroup => {
            let label = typed.new_group.trim();
            if label.chars().all(|c| !c.is_alphanumeric()) {
                return Err(Refusal::invalid("new_group", "is missing"));
            }
            draft.add_group(label).map_err(|error| refusal("new_group", &error))?;
            Ok(())
        }
        Step::RemoveGroup(name) => draft.remove_group(name),
        Step::MoveGroup(name, direction) => draft.move_group(name, *direction),
        Step::ShowRest(rest) => draft.show_rest(*rest),
        Step::AddDefault(path) => draft.set_default(DefaultValue {
            path: path.clone(),
            value: value_of("default_value", &typed.default_value, path, values)?,
            classes: names(&typed.default_classes),
            environments: environments("default_environments", &typed.default_environments)?,
        }),
        Step::RemoveDefault(index) => draft.remove_default(*index),
        Step::Impose(path) => draft.impose(Imposed {
            path: path.clone(),
            value: value_of("imposed_value", &typed.imposed_value, path, values)?,
            note: typed.imposed_note.trim().to_owned(),
            classes: names(&typed.imposed_classes),
            environments: environments("imposed_environments", &typed.imposed_environments)?,
        }),
        Step::RemoveImposed(index) => draft.remove_imposed(*index),
        Step::Secret(path, is_secret) => draft.set_secret(path, *is_secret),
    };
    done.map_err(|error| refusal("overlay", &error))
}

/// What is typed besides what is open, and has a button of its own that was not pressed.
pub fn pending(open: Option<&Panel>, typed: &PanelTyped) -> Vec<Step> {
    let is_typed = |text: &str| !text.trim().is_empty();
    let path = match open {
        Some(Panel::Value(path)) => Some(path),
        Some(Panel::Group(_)) | None => None,
    };
    let of_path = |text: &str, step: fn(Path) -> Step| path.filter(|_| is_typed(text)).cloned().map(step);
    let group = is_typed(&typed.new_group).then_some(Step::AddGroup);
    let steps = [group, of_path(&typed.default_value, Step::AddDefault), of_path(&typed.imposed_value, Step::Impose)];
    steps.into_iter().flatten().collect()
}

/// What is typed for a value of the chart, which is of its kind.
fn value_of(field: &str, typed: &str, path: &Path, values: &[ChartValue]) -> Result<values::Value, Refusal> {
    let value = value(field, typed, is_text(values, path))?;
    let kind = values.iter().find(|value| value.path == *path).map(|value| value.kind);
    let wanted = match (kind, value.kind()) {
        (_, Type::Null) | (Some("switch"), Type::Boolean) => return Ok(value),
        (Some("switch"), _) => "must be true or false",
        (Some("whole number"), Type::Integer) | (Some("number"), Type::Integer | Type::Number) => return Ok(value),
        (Some("whole number"), _) => "must be a whole number",
        (Some("number"), _) => "must be a number",
        (Some(_) | None, _) => return Ok(value),
    };
    Err(Refusal::invalid(field, wanted))
}

fn value(field: &str, typed: &str, is_text: bool) -> Result<values::Value, Refusal> {
    if typed.len() > LONGEST {
        return Err(Refusal::invalid(field, &format!("has more than {LONGEST} bytes")));
    }
    if typed.trim().is_empty() {
        let why = if is_text { "is missing: an empty text is written \"\"" } else { "is missing" };
        return Err(Refusal::invalid(field, why));
    }
    read_value(typed, is_text).map_err(|why| Refusal::invalid(field, &why))
}

/// Names with commas or blanks between them.
fn names(text: &str) -> Vec<String> {
    let names = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

fn environments(field: &str, text: &str) -> Result<Vec<String>, Refusal> {
    let names = names(text);
    let is_known = |name: &String| ["sandbox", "development", "production"].contains(&name.as_str());
    if names.iter().all(is_known) {
        return Ok(names);
    }
    Err(Refusal::invalid(field, "must be of sandbox, development and production"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use values::Chart;

    fn draft() -> Draft {
        Draft::parse("fields: [{path: /tag}, {path: /size}]\n").expect("is a form")
    }

    fn values() -> Vec<ChartValue> {
        Chart::read("tag: \"17\"\nsize: 2\n", None).inventory()
    }

    #[rstest]
    #[case("offer /a/b", true)]
    #[case("open value /a", true)]
    #[case("open nothing", false)]
    #[case("offer a", false)]
    #[case("offer ", false)]
    #[case("remove-default x", false)]
    #[case("drop table", false)]
    fn a_step_is_what_a_button_says(#[case] text: &str, #[case] is_known: bool) {
        assert_eq!(Step::read(text).is_some(), is_known);
    }

    #[test]
    fn texts_need_no_quotes_where_the_chart_has_a_text() {
        let typed = PanelTyped {
            default_value: "18".into(),
            default_environments: "production".into(),
            imposed_value: "3".into(),
            imposed_note: "Always".into(),
            ..PanelTyped::default()
        };
        let mut draft = draft();
        for step in ["default /tag", "impose /size"] {
            apply(&mut draft, &Step::read(step).expect("is a step"), &typed, &values()).expect("is done");
        }
        assert_eq!(draft.overlay().defaults[0].value, "18".into());
        assert_eq!(draft.overlay().imposed[0].value, 3.into());
    }

    #[rstest]
    #[case("default /size", "default_value")]
    #[case("impose /size", "imposed_environments")]
    #[case("add-group", "new_group")]
    #[case("off /other", "overlay")]
    fn what_cannot_be_done_says_where(#[case] step: &str, #[case] field: &str) {
        let typed =
            PanelTyped { imposed_value: "1".into(), imposed_environments: "prod".into(), ..PanelTyped::default() };
        let step = Step::read(step).expect("is a step");
        let refused = apply(&mut draft(), &step, &typed, &values()).expect_err("is refused");
        assert_eq!(refused.fields().iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [field]);
    }

    #[rstest]
    #[case("live: true", "impose /live", "sometimes", false)]
    #[case("live: true", "impose /live", "false", true)]
    #[case("size: 2", "impose /size", "many", false)]
    #[case("size: 2", "impose /size", "2.5", false)]
    #[case("size: 2", "impose /size", "null", true)]
    #[case("more: {}", "impose /more", "[1]", true)]
    fn what_is_imposed_is_of_the_kind_that_the_chart_has(
        #[case] chart: &str,
        #[case] step: &str,
        #[case] typed: &str,
        #[case] is_taken: bool,
    ) {
        let values = Chart::read(chart, None).inventory();
        let typed = PanelTyped { imposed_value: typed.into(), ..PanelTyped::default() };
        let done = apply(&mut draft(), &Step::read(step).expect("is a step"), &typed, &values);
        assert_eq!(done.is_ok(), is_taken, "{done:?}");
    }

    #[test]
    fn what_is_typed_beside_what_is_pressed_is_not_forgotten() {
        let typed = PanelTyped { new_group: "Size".into(), imposed_value: "3".into(), ..PanelTyped::default() };
        let open = Panel::Value("/size".parse().expect("is a path"));
        assert_eq!(pending(Some(&open), &typed).len(), 2);
        assert_eq!(pending(None, &typed), [Step::AddGroup]);
        assert_eq!(pending(Some(&open), &PanelTyped::default()), []);
    }

    #[test]
    fn what_stands_in_the_open_panel_is_taken_over() {
        let mut draft = draft();
        let panel = Panel::Value("/size".parse().expect("is a path"));
        let typed = PanelTyped {
            field: FieldTyped { label: "Pods".into(), maximum: "9".into(), ..FieldTyped::default() },
            ..PanelTyped::default()
        };
        take(&mut draft, &panel, &typed, &values()).expect("is taken");
        assert_eq!(draft.overlay().fields[1].label.as_deref(), Some("Pods"));
        let wrong = PanelTyped {
            field: FieldTyped { maximum: "many".into(), ..FieldTyped::default() },
            ..PanelTyped::default()
        };
        assert_eq!(take(&mut draft, &panel, &wrong, &values()).expect_err("is refused").fields()[0].field, "maximum");
    }
}
