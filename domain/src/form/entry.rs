//! The form of an entry of the catalog.

use crate::catalog::{Approval, AutomaticRule, Category, Channel, ChartOrigin, EntrySpec, Risk};
use crate::class::Environment;
use crate::field_error::{FieldError, FieldErrors};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::str::FromStr;

/// As typed. Teams and classes stand beside each other, with commas or blanks between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntryFields {
    /// Of a new one.
    pub name: String,
    /// The entry's version that was read; of a new one nothing.
    pub version: String,
    pub title: String,
    pub summary: String,
    pub category: String,
    pub owner: String,
    pub documentation: String,
    pub teams: String,
    pub classes: String,
    pub sandbox: String,
    pub development: String,
    pub production: String,
    pub risk: String,
    pub approval: String,
    pub automatic: String,
    pub channel: String,
    /// Where its versions come from; empty where they are uploaded.
    pub source: String,
    /// As the source names it.
    pub chart: String,
}

impl EntryFields {
    /// The form of an entry as it is.
    pub fn of(name: &str, version: i32, spec: &EntrySpec) -> Self {
        let ticked =
            |environment| if spec.environments.contains(&environment) { "on".to_owned() } else { String::new() };
        Self {
            name: name.to_owned(),
            version: version.to_string(),
            title: spec.title.clone(),
            summary: spec.summary.clone(),
            category: spec.category.as_str().to_owned(),
            owner: spec.owner.clone(),
            documentation: spec.documentation.clone(),
            teams: joined(&spec.teams),
            classes: joined(&spec.classes),
            sandbox: ticked(Environment::Sandbox),
            development: ticked(Environment::Development),
            production: ticked(Environment::Production),
            risk: spec.risk.as_str().to_owned(),
            approval: spec.approval.as_str().to_owned(),
            automatic: spec.automatic.as_str().to_owned(),
            channel: spec.channel.as_str().to_owned(),
            source: spec.origin.as_ref().map(|origin| origin.source.to_string()).unwrap_or_default(),
            chart: spec.origin.as_ref().map(|origin| origin.chart.clone()).unwrap_or_default(),
        }
    }

    /// What it says, with every mistake at once. The form over its values is no part of it: it stays what
    /// it was.
    pub fn read(&self, before: Option<&EntrySpec>) -> Result<EntrySpec, FieldErrors> {
        let mut errors = FieldErrors::default();
        let category = Category::find(&self.category);
        errors.unless(category.is_some(), "category", "is missing");
        let risk = Risk::find(&self.risk);
        errors.unless(risk.is_some(), "risk", "is missing");
        let teams = several(&mut errors, "teams", &self.teams);
        let classes = several(&mut errors, "classes", &self.classes);
        let origin = errors.keep(self.read_origin());
        let environments = [
            (&self.sandbox, Environment::Sandbox),
            (&self.development, Environment::Development),
            (&self.production, Environment::Production),
        ];
        let spec = EntrySpec {
            title: self.title.trim().to_owned(),
            summary: self.summary.trim().to_owned(),
            // What is missing is told already: the rest is looked at all the same.
            category: category.unwrap_or(Category::Other),
            owner: self.owner.trim().to_owned(),
            documentation: self.documentation.replace("\r\n", "\n").trim().to_owned(),
            teams,
            classes,
            environments: environments.into_iter().filter(|(ticked, _)| !ticked.is_empty()).map(|(_, e)| e).collect(),
            risk: risk.unwrap_or(Risk::High),
            approval: if self.approval == Approval::Platform.as_str() { Approval::Platform } else { Approval::None },
            channel: if self.channel == Channel::Preview.as_str() { Channel::Preview } else { Channel::Stable },
            form: before.map(|before| before.form.clone()).unwrap_or_default(),
            automatic: match self.automatic == AutomaticRule::Patches.as_str() {
                true => AutomaticRule::Patches,
                false => AutomaticRule::Never,
            },
            origin: origin.flatten(),
        };
        errors.keep(spec.check());
        errors.finish().map(|()| spec)
    }

    fn read_origin(&self) -> Result<Option<ChartOrigin>, FieldErrors> {
        if self.source.is_empty() {
            return match self.chart.trim() {
                "" => Ok(None),
                _ => Err(FieldErrors::of("source", "is missing: a chart is named, and no source")),
            };
        }
        Ok(Some(ChartOrigin { source: self.source.parse()?, chart: self.chart.trim().to_owned() }))
    }
}

fn joined<T: ToString>(names: &BTreeSet<T>) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Names with commas or blanks between them. Of those that are wrong each is told.
fn several<T: FromStr<Err = FieldErrors> + Ord>(errors: &mut FieldErrors, field: &str, text: &str) -> BTreeSet<T> {
    let names = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty());
    let mut read = BTreeSet::new();
    for name in names {
        match name.parse() {
            Ok(name) => {
                read.insert(name);
            }
            Err(FieldErrors(wrong)) => {
                let told = |error: FieldError| FieldError::new(field, format!("has {name}: {}", error.message));
                errors.0.extend(wrong.into_iter().map(told));
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> EntrySpec {
        let fields = EntryFields {
            title: "PostgreSQL".into(),
            summary: "A database.".into(),
            category: "data".into(),
            owner: "Platform".into(),
            teams: "payments search".into(),
            classes: "standard,\n sandbox".into(),
            production: "on".into(),
            risk: "elevated".into(),
            approval: "platform".into(),
            automatic: "patches".into(),
            documentation: "# Hello\r\nthere".into(),
            source: "main".into(),
            chart: " data/postgresql ".into(),
            ..EntryFields::default()
        };
        fields.read(None).expect("it is right")
    }

    #[test]
    fn a_form_is_what_it_was_made_of() {
        let spec = spec();
        assert_eq!(EntryFields::of("postgresql", 3, &spec).read(Some(&spec)), Ok(spec));
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let fields = EntryFields { teams: "payments, No Good".into(), classes: "a_b".into(), ..EntryFields::default() };
        let wrong: Vec<_> = fields.read(None).expect_err("wrong").0.into_iter().map(|error| error.field).collect();
        assert_eq!(wrong, ["category", "risk", "teams", "teams", "classes", "title", "summary", "owner"]);
    }
}
