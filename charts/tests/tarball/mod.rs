//! Archives made byte by byte, so that they can be wrong in every way.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

pub const BLOCK: usize = 512;

/// A tar that is written entry by entry.
#[derive(Debug, Clone, Default)]
pub struct Tarball(pub Vec<u8>);

impl Tarball {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn file(self, path: &str, content: &[u8]) -> Self {
        self.entry(b'0', path.as_bytes(), content)
    }

    pub fn entry(self, kind: u8, name: &[u8], content: &[u8]) -> Self {
        self.header(&header(kind, name, content.len() as u64)).content(content)
    }

    pub fn header(mut self, header: &[u8; BLOCK]) -> Self {
        self.0.extend(header);
        self
    }

    pub fn content(mut self, content: &[u8]) -> Self {
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(BLOCK), 0);
        self
    }

    /// A PAX header for the next entry.
    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        self.entry(b'x', b"chart/PaxHeader", &pax(records))
    }

    pub fn end(mut self) -> Self {
        self.0.extend([0; 2 * BLOCK]);
        self
    }

    pub fn gzip(self) -> Vec<u8> {
        gzip(&self.end().0)
    }
}

pub fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    records.iter().map(|(key, value)| record(key, value)).collect::<String>().into_bytes()
}

fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let length = (1..).find(|digits| (rest.len() + digits).to_string().len() == *digits).expect("there is one");
    format!("{}{rest}", rest.len() + length)
}

pub fn header(kind: u8, name: &[u8], size: u64) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    header[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    sealed(header)
}

/// With its checksum.
pub fn sealed(mut header: [u8; BLOCK]) -> [u8; BLOCK] {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

pub const CHART_YAML: &str = "apiVersion: v2\nname: chart\nversion: 1.2.3\n";

/// A small chart.
pub fn sound() -> Tarball {
    Tarball::new()
        .file("chart/Chart.yaml", CHART_YAML.as_bytes())
        .file("chart/values.yaml", b"replicas: 1\n")
        .file("chart/templates/service.yaml", b"kind: Service\n")
}
