//! What every page is given besides its view: who looks, when, in which theme, and where the files are.

use domain::FormKey;
use domain::view::{Hit, Viewer};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use time::OffsetDateTime;

#[derive(Debug, Clone)]
pub struct Frame {
    /// None when nobody has signed in.
    pub viewer: Option<Viewer>,
    /// What forms on the page are marked with; none where no session is.
    pub form_key: Option<FormKey>,
    pub theme: Theme,
    /// Path of this page with its query: where signing in and switching the theme lead back to.
    pub path: String,
    /// What the reader has just done, to be said once.
    pub done: Option<String>,
    /// Where the reader was last, newest first.
    pub recent: Vec<Hit>,
    pub now: OffsetDateTime,
    pub assets: Arc<Assets>,
    /// Whether the form on the page holds what was typed before the session ended.
    pub brings_back: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the person's system has it.
    #[default]
    System,
    Light,
    Dark,
}

/// URLs of the files the browser loads, with their content hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    pub css: String,
    /// Starts `app_js` and wakes the islands.
    pub boot_js: String,
    pub app_js: String,
    pub app_wasm: String,
    pub favicon: String,
    pub text_font: String,
    pub mono_font: String,
}

/// A file the manifest does not list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingAsset(pub &'static str);

impl Assets {
    /// From the manifest of the built site (logical name → hashed name) and the URL it is served under, e.g. `/assets`.
    pub fn from_manifest(base: &str, manifest: &BTreeMap<String, String>) -> Result<Self, MissingAsset> {
        let url = |name: &'static str| match manifest.get(name) {
            Some(hashed) => Ok(format!("{base}/{hashed}")),
            None => Err(MissingAsset(name)),
        };
        Ok(Self {
            css: url("berth.css")?,
            boot_js: url("boot.js")?,
            app_js: url("app.js")?,
            app_wasm: url("app_bg.wasm")?,
            favicon: url("favicon.svg")?,
            text_font: url("fonts/inter-latin-wght-normal.woff2")?,
            mono_font: url("fonts/jetbrains-mono-latin-wght-normal.woff2")?,
        })
    }
}

impl fmt::Display for MissingAsset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the built site has no {}", self.0)
    }
}

impl std::error::Error for MissingAsset {}

impl Theme {
    pub const ALL: [Theme; 3] = [Self::System, Self::Light, Self::Dark];

    /// Value in the cookie and in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What anybody sends that is none of ours is the system's theme.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text).unwrap_or_default()
    }

    /// Value of `data-theme` on the document; none leaves it to the system.
    pub(crate) fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light | Self::Dark => Some(self.as_str()),
        }
    }
}
