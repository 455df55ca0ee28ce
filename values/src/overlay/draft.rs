//! An overlay while somebody works on it: its YAML as it is written, and changes that touch one thing each.
//!
//! What a change does not touch stays as it is written, comments and all.

use super::typed::FieldTyped;
use super::{DefaultValue, Imposed, Overlay, OverlayField, OverlayGroup, Rest};
use crate::document::{Document, EditError};
use crate::path::Path;
use crate::value::Value;
use crate::yaml::YamlError;

/// Bytes of YAML of one that is worked on: a page that is sent has room for it, whatever it is written with.
pub const MAX_DRAFT_BYTES: usize = 18 * 1024;
/// Of each kind of thing in it. Every change goes through all of them.
const MAX_ITEMS: usize = 500;

/// One that can be read. [`Draft::parse`] says what is wrong with any other.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    document: Document,
    overlay: Overlay,
}

/// Why a text is no draft, or a change was not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DraftError {
    #[error("has {bytes} bytes, and at most {limit} are edited here: write it to a file and import that")]
    TooLarge { bytes: usize, limit: usize },
    #[error("has more than {limit} fields, groups, defaults or imposed values")]
    TooMany { limit: usize },
    #[error("cannot be read as YAML. {0}")]
    Yaml(YamlError),
    /// As `serde` says it.
    #[error("is no form: {0}")]
    NotForm(String),
    #[error("cannot be changed that way. {0}")]
    Edit(EditError),
    #[error("does not offer {}", path.dotted())]
    NotOffered { path: Path },
    #[error("offers {} already", path.dotted())]
    Offered { path: Path },
    #[error("has no group {name:?}")]
    NoGroup { name: String },
    #[error("has a group {name:?} already")]
    SameGroup { name: String },
    #[error("has no value number {}", index.saturating_add(1))]
    NoSuchValue { index: usize },
}

/// Which way something is moved among its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Draft {
    /// Reads what somebody wrote. Nothing at all changes nothing of the chart's form.
    pub fn parse(text: &str) -> Result<Self, DraftError> {
        if text.len() > MAX_DRAFT_BYTES {
            return Err(DraftError::TooLarge { bytes: text.len(), limit: MAX_DRAFT_BYTES });
        }
        let document = Document::parse(text).map_err(DraftError::Yaml)?;
        let overlay: Overlay = serde_json::from_value(document.value().to_json())
            .map_err(|error| DraftError::NotForm(error.to_string()))?;
        let counts = [overlay.fields.len(), overlay.groups.len(), overlay.defaults.len(), overlay.imposed.len()];
        if counts.into_iter().chain([overlay.secrets.len()]).any(|n| n > MAX_ITEMS) {
            return Err(DraftError::TooMany { limit: MAX_ITEMS });
        }
        Ok(Self { document, overlay })
    }

    /// One that is kept, written in the order in which it is read.
    pub fn of(overlay: &Overlay) -> Result<Self, DraftError> {
        let mut document = Document::empty();
        document.set(&Path::root(), &written(overlay)).map_err(DraftError::Edit)?;
        Self::parse(document.text())
    }

    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// The YAML.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// What is kept of it.
    pub fn to_json(&self) -> serde_json::Value {
        self.document.value().to_json()
    }

    /// Puts a value behind the last of those that are offered.
    pub fn offer(&mut self, path: &Path) -> Result<(), DraftError> {
        self.change(|overlay| {
            if overlay.field(path).is_some() {
                return Err(DraftError::Offered { path: path.clone() });
            }
            overlay.fields.push(OverlayField { path: path.clone(), ..OverlayField::default() });
            Ok(())
        })
    }

    /// Takes a value off the form. Its defaults and what is imposed on it stay.
    pub fn take_off(&mut self, path: &Path) -> Result<(), DraftError> {
        self.change(|overlay| {
            let index = place(overlay, path)?;
            overlay.fields.remove(index);
            Ok(())
        })
    }

    /// Moves a value past the next one of its group. At the end it stays where it is.
    pub fn move_field(&mut self, path: &Path, direction: Direction) -> Result<(), DraftError> {
        self.change(|overlay| {
            let from = place(overlay, path)?;
            let group = overlay.fields[from].group.clone();
            let is_alike = |(_, field): &(usize, &OverlayField)| field.group == group;
            let to = match direction {
                Direction::Up => overlay.fields.iter().enumerate().take(from).rfind(is_alike),
                Direction::Down => overlay.fields.iter().enumerate().skip(from + 1).find(is_alike),
            };
            if let Some((to, _)) = to {
                let field = overlay.fields.remove(from);
                overlay.fields.insert(to, field);
            }
            Ok(())
        })
    }

    /// Says something else of a value that is offered.
    pub fn describe(&mut self, field: &OverlayField) -> Result<(), DraftError> {
        self.change(|overlay| {
            let index = place(overlay, &field.path)?;
            overlay.fields[index] = field.clone();
            Ok(())
        })
    }

    /// What is said of a value, as it is typed; of one that is not offered, nothing.
    pub fn typed(&self, path: &Path, is_text: bool) -> Option<FieldTyped> {
        self.overlay.field(path).map(|field| FieldTyped::of(field, is_text))
    }

    /// Adds a group with this label, named by it.
    pub fn add_group(&mut self, label: &str) -> Result<(), DraftError> {
        self.change(|overlay| {
            let name = name_of(label);
            if overlay.groups.iter().any(|group| group.name == name) {
                return Err(DraftError::SameGroup { name });
            }
            overlay.groups.push(OverlayGroup { name, label: label.trim().to_owned(), help: None });
            Ok(())
        })
    }

    /// Says something else of a group. Its name stays, by which fields know it.
    pub fn describe_group(&mut self, name: &str, label: &str, help: &str) -> Result<(), DraftError> {
        self.change(|overlay| {
            let group = overlay.groups.iter_mut().find(|group| group.name == name);
            let group = group.ok_or_else(|| DraftError::NoGroup { name: name.to_owned() })?;
            label.trim().clone_into(&mut group.label);
            group.help = Some(help.trim().to_owned()).filter(|help| !help.is_empty());
            Ok(())
        })
    }

    /// Removes a group. Its fields stay, before all groups.
    pub fn remove_group(&mut self, name: &str) -> Result<(), DraftError> {
        self.change(|overlay| {
            let index = group_place(overlay, name)?;
            overlay.groups.remove(index);
            for field in overlay.fields.iter_mut().filter(|field| field.group.as_deref() == Some(name)) {
                field.group = None;
            }
            Ok(())
        })
    }

    /// Moves a group past the next one. At the end it stays where it is.
    pub fn move_group(&mut self, name: &str, direction: Direction) -> Result<(), DraftError> {
        self.change(|overlay| {
            let from = group_place(overlay, name)?;
            let to = match direction {
                Direction::Up => from.checked_sub(1),
                Direction::Down => Some(from + 1).filter(|to| *to < overlay.groups.len()),
            };
            if let Some(to) = to {
                overlay.groups.swap(from, to);
            }
            Ok(())
        })
    }

    pub fn show_rest(&mut self, rest: Rest) -> Result<(), DraftError> {
        self.change(|overlay| {
            overlay.rest = rest;
            Ok(())
        })
    }

    /// Puts a default over those that are there. One for the same classes and environments is replaced.
    pub fn set_default(&mut self, new: DefaultValue) -> Result<(), DraftError> {
        self.change(|overlay| {
            let is_same = |old: &&mut DefaultValue| {
                old.path == new.path && old.classes == new.classes && old.environments == new.environments
            };
            match overlay.defaults.iter_mut().find(is_same) {
                Some(old) => *old = new,
                None => overlay.defaults.push(new),
            }
            Ok(())
        })
    }

    /// Takes away a default, by its place among all.
    pub fn remove_default(&mut self, index: usize) -> Result<(), DraftError> {
        self.change(|overlay| remove(&mut overlay.defaults, index))
    }

    /// Imposes a value. What is imposed on the same classes and environments is replaced.
    pub fn impose(&mut self, new: Imposed) -> Result<(), DraftError> {
        self.change(|overlay| {
            let is_same = |old: &&mut Imposed| {
                old.path == new.path && old.classes == new.classes && old.environments == new.environments
            };
            match overlay.imposed.iter_mut().find(is_same) {
                Some(old) => *old = new,
                None => overlay.imposed.push(new),
            }
            Ok(())
        })
    }

    /// Imposes it no more, by its place among all.
    pub fn remove_imposed(&mut self, index: usize) -> Result<(), DraftError> {
        self.change(|overlay| remove(&mut overlay.imposed, index))
    }

    /// Says whether a value is never shown.
    pub fn set_secret(&mut self, path: &Path, is_secret: bool) -> Result<(), DraftError> {
        self.change(|overlay| {
            overlay.secrets.retain(|secret| secret != path);
            if is_secret {
                overlay.secrets.push(path.clone());
            }
            Ok(())
        })
    }

    /// Makes a change, and writes of it what is different.
    fn change(&mut self, edit: impl FnOnce(&mut Overlay) -> Result<(), DraftError>) -> Result<(), DraftError> {
        let mut overlay = self.overlay.clone();
        edit(&mut overlay)?;
        let (before, after) = (written(&self.overlay), written(&overlay));
        let mut document = self.document.clone();
        for (key, value) in
            after.as_map().into_iter().flatten().filter(|(key, value)| before.member(key) != Some(value))
        {
            document.set(&Path::root().key(key), value).map_err(DraftError::Edit)?;
        }
        let gone = before.as_map().into_iter().flatten().filter(|(key, _)| after.member(key).is_none());
        for (key, _) in gone {
            document.unset(&Path::root().key(key)).map_err(DraftError::Edit)?;
        }
        *self = Self::parse(document.text())?;
        Ok(())
    }
}

fn place(overlay: &Overlay, path: &Path) -> Result<usize, DraftError> {
    let place = overlay.fields.iter().position(|field| field.path == *path);
    place.ok_or_else(|| DraftError::NotOffered { path: path.clone() })
}

fn group_place(overlay: &Overlay, name: &str) -> Result<usize, DraftError> {
    let place = overlay.groups.iter().position(|group| group.name == name);
    place.ok_or_else(|| DraftError::NoGroup { name: name.to_owned() })
}

fn remove<T>(items: &mut Vec<T>, index: usize) -> Result<(), DraftError> {
    if index >= items.len() {
        return Err(DraftError::NoSuchValue { index });
    }
    items.remove(index);
    Ok(())
}

/// As it is written, keys in the order of the type.
fn written(overlay: &Overlay) -> Value {
    // It has texts for keys and no numbers that JSON lacks.
    serde_json::to_string(overlay).ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// What a group is named by its label: `Size & cost` → `size-cost`.
fn name_of(label: &str) -> String {
    let words: String = label.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "# What teams set.\nrest: hidden\nfields:\n  - {path: /size, label: Size} # asked most\n  - path: /replicas # pods\n    help: \"How many\"\n  - {path: /image/tag}\nimposed:\n  - {path: /tls, value: true, note: Always}\n";

    fn draft() -> Draft {
        Draft::parse(WRITTEN).expect("is a form")
    }

    fn path(text: &str) -> Path {
        text.parse().expect("is a path")
    }

    fn offered(draft: &Draft) -> Vec<String> {
        draft.overlay().fields.iter().map(|field| field.path.dotted()).collect()
    }

    #[test]
    fn a_value_is_offered_and_taken_off_and_the_rest_stays_as_it_is_written() {
        let mut draft = draft();
        draft.offer(&path("/auth/user")).expect("can be offered");
        assert_eq!(offered(&draft), ["size", "replicas", "image.tag", "auth.user"]);
        assert_eq!(draft.offer(&path("/size")), Err(DraftError::Offered { path: path("/size") }));
        draft.take_off(&path("/auth/user")).expect("can be taken off");
        assert_eq!(draft.text(), WRITTEN);
        draft.take_off(&path("/image/tag")).expect("can be taken off");
        assert!(draft.text().contains("# asked most") && draft.text().contains("# pods"), "{}", draft.text());
        assert_eq!(draft.take_off(&path("/image")), Err(DraftError::NotOffered { path: path("/image") }));
    }

    #[test]
    fn values_move_within_their_group() {
        let mut draft = draft();
        draft.move_field(&path("/replicas"), Direction::Up).expect("can be moved");
        assert_eq!(offered(&draft), ["replicas", "size", "image.tag"]);
        draft.move_field(&path("/replicas"), Direction::Up).expect("stays");
        draft.add_group("Size & cost").expect("can be added");
        let mut field = draft.overlay().field(&path("/size")).expect("is offered").clone();
        field.group = Some("size-cost".into());
        draft.describe(&field).expect("can be described");
        draft.move_field(&path("/replicas"), Direction::Down).expect("can be moved");
        assert_eq!(offered(&draft), ["size", "image.tag", "replicas"]);
        assert!(draft.text().starts_with("# What teams set.\n"));
    }

    #[test]
    fn groups_are_renamed_moved_and_removed() {
        let mut draft = draft();
        draft.add_group("Size").expect("can be added");
        draft.add_group("Access").expect("can be added");
        assert_eq!(draft.add_group("size"), Err(DraftError::SameGroup { name: "size".into() }));
        draft.describe_group("size", "How large", "Memory and disk.").expect("can be renamed");
        draft.move_group("access", Direction::Up).expect("can be moved");
        let mut field = draft.overlay().field(&path("/size")).expect("is offered").clone();
        field.group = Some("size".into());
        draft.describe(&field).expect("can be described");
        let names: Vec<_> = draft.overlay().groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(names, ["Access", "How large"]);
        draft.remove_group("size").expect("can be removed");
        assert_eq!(draft.overlay().field(&path("/size")).expect("stays").group, None);
        assert_eq!(draft.remove_group("size"), Err(DraftError::NoGroup { name: "size".into() }));
    }

    #[test]
    fn defaults_and_imposed_values_replace_those_for_the_same_place() {
        let mut draft = draft();
        let of = |value: i64, environments: &[&str]| DefaultValue {
            path: path("/replicas"),
            value: value.into(),
            classes: vec![],
            environments: environments.iter().map(|name| (*name).to_owned()).collect(),
        };
        for (value, environments) in [(1, &[][..]), (3, &["production"]), (2, &[])] {
            draft.set_default(of(value, environments)).expect("can be set");
        }
        assert_eq!(draft.overlay().defaults, [of(2, &[]), of(3, &["production"])]);
        draft.remove_default(0).expect("can be removed");
        assert_eq!(draft.remove_default(1), Err(DraftError::NoSuchValue { index: 1 }));
        let mut imposed = draft.overlay().imposed[0].clone();
        imposed.value = false.into();
        draft.impose(imposed.clone()).expect("can be imposed");
        assert_eq!(draft.overlay().imposed, [imposed]);
        draft.remove_imposed(0).expect("can be removed");
        assert!(draft.overlay().imposed.is_empty() && draft.text().contains("# pods"), "{}", draft.text());
    }

    #[test]
    fn secrets_are_marked_once_and_the_rest_is_shown_or_not() {
        let mut draft = draft();
        draft.set_secret(&path("/auth/pin"), true).expect("can be marked");
        draft.set_secret(&path("/auth/pin"), true).expect("is marked");
        assert_eq!(draft.overlay().secrets, [path("/auth/pin")]);
        draft.set_secret(&path("/auth/pin"), false).expect("can be unmarked");
        assert_eq!(draft.text(), WRITTEN);
        draft.show_rest(Rest::Shown).expect("can be shown");
        assert_eq!(draft.overlay().rest, Rest::Shown);
    }

    #[test]
    fn what_is_kept_becomes_yaml_that_is_read_as_the_same() {
        let overlay = draft().overlay().clone();
        assert_eq!(*Draft::of(&overlay).expect("can be written").overlay(), overlay);
        assert_eq!(*Draft::parse("").expect("is nothing").overlay(), Overlay::default());
    }

    #[test]
    fn what_is_no_form_or_too_large_is_refused() {
        let long = format!("groups:\n  - {{name: a, label: {}}}\n", "x".repeat(MAX_DRAFT_BYTES));
        assert!(matches!(Draft::parse(&long), Err(DraftError::TooLarge { .. })));
        assert!(matches!(Draft::parse("fields: [{path: /a"), Err(DraftError::Yaml(_))));
        assert!(matches!(Draft::parse("field: []"), Err(DraftError::NotForm(_))));
        let many = format!("secrets: [{}]", "/a,".repeat(MAX_ITEMS + 1));
        assert_eq!(Draft::parse(&many), Err(DraftError::TooMany { limit: MAX_ITEMS }));
    }
}
