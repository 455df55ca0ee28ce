//! No more memory is taken than the limits say, however hostile the bytes. Alone in its program, because the kernel
//! counts the memory of a program as a whole.

#[expect(dead_code, reason = "each test takes what it needs")]
mod tarball;

use charts::archive::{Archive, ArchiveError, Limits};
use charts::chart::Chart;
use charts::index::Index;
use std::fmt::Write;
use tarball::{Tarball, gzip, header, sound};
use url::Url;

const MIB: u64 = 1 << 20;

/// The most memory that was taken while something ran, above what was taken before. Linux tells and forgets it.
fn peak<T>(run: impl FnOnce() -> T) -> (T, u64) {
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    let before = status("VmRSS:");
    let result = run();
    (result, status("VmHWM:").saturating_sub(before))
}

fn status(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find_map(|line| line.strip_prefix(key)).expect("is told");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("is a number") * 1024
}

fn index(n_charts: usize, n_versions: usize) -> String {
    let mut text = String::from("apiVersion: v1\nentries:\n");
    for chart in 0..n_charts {
        writeln!(text, "  chart-{chart}:").expect("memory takes it");
        for version in 0..n_versions {
            writeln!(
                text,
                "  - {{name: chart-{chart}, version: 1.{version}.0, digest: a{version:063x}, \
                 urls: [https://charts.example.com/chart-{chart}-1.{version}.0.tgz]}}"
            )
            .expect("memory takes it");
        }
    }
    text
}

/// Whether values of so many lists of 4,000 are read, and what that takes.
fn values(n: usize) -> (bool, u64) {
    let lists: String = (0..n).map(|n| format!("b{n}: &b{n} [{}]\n", "x,".repeat(4_000))).collect();
    let chart = Tarball::new()
        .file("chart/Chart.yaml", tarball::CHART_YAML.as_bytes())
        .file("chart/values.yaml", lists.as_bytes());
    let files = Archive::read(&chart.gzip(), &Limits::default()).expect("is read").files;
    peak(|| Chart::read(&files).is_ok())
}

#[test]
#[cfg(target_os = "linux")]
fn memory_is_bounded() {
    let limits = Limits::default();

    // 12 MiB of zeros in 12 KB.
    let zeros = (0..4).fold(sound(), |tar, n| tar.file(&format!("chart/{n}"), &vec![0; 3 << 20])).gzip();
    let (read, taken) = peak(|| Archive::read(&zeros, &limits).map(drop));
    assert!(matches!(read, Err(ArchiveError::RatioTooHigh { .. })), "{read:?}");
    assert!(taken < 8 * MIB, "{} packed bytes took {taken}", zeros.len());

    // Sizes of headers, with nothing behind them.
    let declared = gzip(&sound().header(&header(b'0', b"chart/x", limits.file_bytes)).0);
    let (read, taken) = peak(|| Archive::read(&declared, &limits).map(drop));
    assert!(read.is_err() && taken < limits.file_bytes + 4 * MIB, "a size that is not there took {taken} bytes");

    // As much as is allowed: read once, and not kept twice.
    let noise: Vec<u8> = (0..600_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
    let full = (0..6).fold(sound(), |tar, n| tar.file(&format!("chart/{n}"), &noise)).gzip();
    let (read, taken) = peak(|| Archive::read(&full, &limits).map(|archive| archive.files.n_bytes()));
    let n_bytes = read.expect("is read");
    assert!(n_bytes > 13 * MIB && taken < n_bytes + 6 * MIB, "{n_bytes} bytes took {taken}");

    // Values as many as are read, and more.
    for (n, is_read) in [(60, true), (70, false)] {
        let (read, taken) = values(n);
        assert!(read == is_read && taken < 80 * MIB, "{n} lists took {taken} bytes");
    }

    // 50,000 versions.
    let base = Url::parse("https://charts.example.com").expect("is an address");
    let text = index(500, 100);
    let (read, taken) = peak(|| Index::read(text.as_bytes(), &base));
    let read = read.expect("is read");
    assert_eq!((read.n_charts(), read.n_versions(), read.n_rejected()), (500, 50_000, 0));
    assert!(taken < 64 * MIB, "an index of {} bytes took {taken}", text.len());
}
