//! Where in a rendered chart something stands.

use std::fmt;

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The template, as helm names it: `web/templates/deployment.yaml`.
    pub source: Option<String>,
    /// In all that was rendered, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{source}, rendered line {}", self.line),
            None => write!(f, "rendered line {}", self.line),
        }
    }
}
