//! Pictures that stand for a chart, from whoever sends one: what they are is decided by their bytes, and what could do more
//! than be looked at is refused. Nothing is repaired: what is kept is what was sent.

mod svg;

use crate::archive::Files;
use crate::chart::{Chart, IconKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use svg::SvgError;

/// Bytes of a picture.
pub const LARGEST: usize = 48 * 1024;
/// Pixels of a side: a few bytes may say that they are a picture of a million by a million.
const LONGEST_SIDE: u32 = 2048;

/// A picture that can be shown beside what is ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    kind: IconKind,
    bytes: Vec<u8>,
}

/// Why something cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("is empty")]
    Empty,
    #[error("is larger than 48 KiB")]
    TooLarge,
    #[error("is no picture that Berth shows: SVG, PNG and WebP are")]
    OtherKind,
    #[error("is no whole picture")]
    Broken,
    #[error("has more than 2048 pixels on a side")]
    TooManyPixels,
    #[error(transparent)]
    Svg(#[from] SvgError),
}

impl Picture {
    /// Refuses what is no SVG, PNG or WebP, and what may do something.
    pub fn read(bytes: Vec<u8>) -> Result<Self, PictureError> {
        if bytes.is_empty() {
            return Err(PictureError::Empty);
        }
        if bytes.len() > LARGEST {
            return Err(PictureError::TooLarge);
        }
        let kind = IconKind::of(&bytes).ok_or(PictureError::OtherKind)?;
        match kind {
            IconKind::Svg => svg::check(&bytes)?,
            IconKind::Png => within(png_sides(&bytes))?,
            IconKind::Webp => within(webp_sides(&bytes))?,
            IconKind::Jpeg | IconKind::Gif => return Err(PictureError::OtherKind),
        }
        Ok(Self { kind, bytes })
    }

    /// The one in a chart: among its files, or in its `Chart.yaml` as a `data:` address. None where there is none, or none
    /// that can be shown; other addresses are never asked.
    pub fn of_chart(chart: &Chart, files: &Files) -> Option<Result<Self, PictureError>> {
        let within = chart.metadata.icon.as_deref().and_then(in_address);
        let file = || chart.icon.as_ref().and_then(|icon| files.get(&icon.path)).map(<[u8]>::to_vec);
        within.or_else(file).map(Self::read)
    }

    pub fn media_type(&self) -> &'static str {
        self.kind.media_type()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The bytes in `data:image/png;base64,…`.
fn in_address(address: &str) -> Option<Vec<u8>> {
    let (about, data) = address.strip_prefix("data:")?.split_once(',')?;
    if data.len() > 2 * LARGEST {
        return None;
    }
    about.ends_with(";base64").then(|| STANDARD.decode(data.trim()).ok()).flatten()
}

fn within(sides: Option<(u32, u32)>) -> Result<(), PictureError> {
    let (width, height) = sides.ok_or(PictureError::Broken)?;
    match (1..=LONGEST_SIDE).contains(&width) && (1..=LONGEST_SIDE).contains(&height) {
        true => Ok(()),
        false => Err(PictureError::TooManyPixels),
    }
}

/// As its first chunk says (<https://www.w3.org/TR/png-3/#11IHDR>).
fn png_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.get(12..16)? == b"IHDR").then_some(())?;
    Some((side(16)?, side(20)?))
}

/// As its first chunk says (<https://developers.google.com/speed/webp/docs/riff_container>).
fn webp_sides(bytes: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| bytes.get(at).map(|byte| u32::from(*byte));
    match bytes.get(12..16)? {
        b"VP8 " => {
            let side = |at: usize| Some((byte(at)? | byte(at + 1)? << 8) & 0x3fff);
            Some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let bits = byte(21)? | byte(22)? << 8 | byte(23)? << 16 | byte(24)? << 24;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side = |at: usize| Some((byte(at)? | byte(at + 1)? << 8 | byte(at + 2)? << 16) + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    #[test]
    fn a_type_is_what_the_bytes_are() {
        assert_eq!(Picture::read(png(48, 48)).expect("is one").media_type(), "image/png");
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></svg>".to_vec();
        assert_eq!(Picture::read(svg).expect("is one").media_type(), "image/svg+xml");
        for other in [
            &b"<!doctype html>\x3cscript>alert(1)</script>"[..],
            b"GIF89a\x01\0\x01\0",
            b"\xff\xd8\xff\xe0",
            b"%PDF-1.7",
        ] {
            assert_eq!(Picture::read(other.to_vec()), Err(PictureError::OtherKind));
        }
    }

    #[test]
    fn what_is_too_large_cut_or_of_too_many_pixels_is_refused() {
        assert_eq!(Picture::read(Vec::new()), Err(PictureError::Empty));
        assert_eq!(Picture::read(vec![b' '; LARGEST + 1]), Err(PictureError::TooLarge));
        assert_eq!(Picture::read(png(1 << 20, 1)), Err(PictureError::TooManyPixels));
        assert_eq!(Picture::read(png(0, 1)), Err(PictureError::TooManyPixels));
        assert_eq!(Picture::read(png(48, 48)[..18].to_vec()), Err(PictureError::Broken));
        let webp = |chunk: &[u8; 4], rest: &[u8]| [b"RIFF\0\0\0\0WEBP", &chunk[..], &[0; 4], rest].concat();
        assert_eq!(
            Picture::read(webp(b"VP8X", &[0, 0, 0, 0, 47, 0, 0, 47, 0, 0])).map(|it| it.media_type()),
            Ok("image/webp")
        );
        assert_eq!(Picture::read(webp(b"VP8X", &[0, 0, 0, 0, 0, 0, 1, 0, 0, 0])), Err(PictureError::TooManyPixels));
        assert_eq!(Picture::read(webp(b"VP8L", &[0x2f])), Err(PictureError::Broken));
    }

    #[test]
    fn only_an_address_with_the_picture_in_it_is_read() {
        let data = format!("data:image/png;base64,{}", STANDARD.encode(png(1, 1)));
        assert_eq!(in_address(&data), Some(png(1, 1)));
        for other in
            ["https://elsewhere.example.com/icon.png", "data:image/svg+xml,<svg/>", "data:;base64,%%%", "data:"]
        {
            assert_eq!(in_address(other), None, "{other}");
        }
    }
}
