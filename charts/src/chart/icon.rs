//! An icon among a chart's files. What is in it is not trusted: whoever shows it sanitises SVG and sets the type.

use crate::archive::Files;
use serde::{Deserialize, Serialize};

/// Larger ones are pictures.
const ICON_BYTES: usize = 512 << 10;
const NAMES: [&str; 5] = ["icon", "logo", "assets/icon", "assets/logo", "files/icon"];

/// A picture among a chart's files, whose first bytes are those of its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icon {
    pub path: String,
    pub kind: IconKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IconKind {
    Svg,
    Png,
    Jpeg,
    Webp,
    Gif,
}

impl IconKind {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// By the bytes alone: a name says nothing.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ => is_svg(bytes).then_some(Self::Svg),
        }
    }
}

fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg")
        || (["<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|start| text.starts_with(start)) && text.contains("<svg"))
}

/// The file that `Chart.yaml` names as the icon, or else one with an icon's name.
pub fn find(files: &Files, named: Option<&str>) -> Option<Icon> {
    let named = named.and_then(|icon| match icon.split_once("://") {
        Some(("file", path)) => Some(path),
        Some(_) => None,
        None => Some(icon),
    });
    let named = named.map(|path| path.trim_start_matches("./").trim_start_matches('/').to_owned());
    let usual =
        NAMES.iter().flat_map(|name| ["svg", "png", "webp", "jpg", "jpeg", "gif"].map(|end| format!("{name}.{end}")));
    named.into_iter().chain(usual).find_map(|path| {
        let bytes = files.get(&path).filter(|bytes| bytes.len() <= ICON_BYTES)?;
        Some(Icon { kind: IconKind::of(bytes)?, path })
    })
}
