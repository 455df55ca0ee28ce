//! What is wrong with what was sent, field by field, all of it at once.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A mistake in one field of what was sent. `field` is the name the form and the JSON use; empty where it is about all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

/// Every mistake that was found so far; none when what was sent can be taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl FieldErrors {
    pub fn of(field: &str, message: impl Into<String>) -> Self {
        Self(vec![FieldError::new(field, message)])
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, message));
    }

    pub fn unless(&mut self, is_right: bool, field: &str, message: &str) {
        if !is_right {
            self.add(field, message);
        }
    }

    /// The value, or nothing once its mistakes are kept.
    pub fn keep<T>(&mut self, result: Result<T, FieldErrors>) -> Option<T> {
        result.map_err(|errors| self.0.extend(errors.0)).ok()
    }

    /// The same for a value that has another name here than by itself.
    pub fn keep_at<T>(&mut self, field: &str, result: Result<T, FieldErrors>) -> Option<T> {
        self.keep(result.map_err(|errors| errors.at(field)))
    }

    /// The same for what is a part of this: `limits.cpu_m`.
    pub fn keep_under<T>(&mut self, path: &str, result: Result<T, FieldErrors>) -> Option<T> {
        self.keep(result.map_err(|errors| errors.renamed(|field| format!("{path}.{field}"))))
    }

    /// Reads it without the blanks around it.
    pub fn parse<T: FromStr<Err = FieldErrors>>(&mut self, text: &str) -> Option<T> {
        self.keep(text.trim().parse())
    }

    pub fn parse_at<T: FromStr<Err = FieldErrors>>(&mut self, field: &str, text: &str) -> Option<T> {
        self.keep_at(field, text.trim().parse())
    }

    /// The mistakes of a value that is called `field` here.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        self.renamed(|_| field.to_owned())
    }

    fn renamed(self, rename: impl Fn(&str) -> String) -> Self {
        let renamed = self.0.into_iter().map(|error| FieldError { field: rename(&error.field), ..error });
        Self(renamed.collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mistakes, where there are any.
    pub fn finish(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// For the log. People read them as a [`Refusal`](crate::Refusal), which knows what amounts are called.
impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, FieldError { field, message }) in self.0.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            let title = field.replace(['_', '.'], " ");
            let colon = if field.is_empty() { "" } else { ": " };
            write!(f, "{between}{title}{colon}{message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}
