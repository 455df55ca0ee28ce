//! How many tests passed and failed, read from what the test programs print.

use std::ops::AddAssign;

/// Numbers of tests. What was skipped counts as neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
}

impl Counts {
    /// From `cargo test`: one `test result:` line per test program.
    pub fn of_libtest(output: &str) -> Self {
        let mut counts = Self::default();
        for result in output.lines().filter_map(|line| line.trim().strip_prefix("test result:")) {
            counts += Self { passed: number_before(result, "passed"), failed: number_before(result, "failed") };
        }
        counts
    }

    /// From Playwright's list reporter: a summary at the end with a line per kind. A flaky test failed once: it counts as failed,
    /// because it will fail again.
    pub fn of_playwright(output: &str) -> Self {
        let mut counts = Self::default();
        for line in output.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            let [number, kind, ..] = words[..] else { continue };
            let Ok(number) = number.parse::<u32>() else { continue };
            match (kind, words.get(2)) {
                ("passed", _) => counts.passed += number,
                ("failed" | "flaky" | "interrupted", None) => counts.failed += number,
                ("did", Some(&"not")) => counts.failed += number,
                _ => {}
            }
        }
        counts
    }

    /// From a report in JUnit's form: attributes of the element around all others. One that could not be tested failed.
    pub fn of_junit(report: &str) -> Self {
        let Some((_, attributes)) = report.split_once("<testsuites ") else { return Self::default() };
        let number = |name: &str| -> u32 {
            let value = attributes.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            value.and_then(|(value, _)| value.parse().ok()).unwrap_or(0)
        };
        let failed = number("failures") + number("errors");
        Self { passed: number("tests").saturating_sub(failed + number("skipped")), failed }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn number_before(line: &str, word: &str) -> u32 {
    let mut former = "";
    for part in line.split(|c: char| c.is_whitespace() || c == ';') {
        if part == word {
            return former.parse().unwrap_or(0);
        }
        if !part.is_empty() {
            former = part;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtest_results_of_all_programs_are_added() {
        let output = "\
running 3 tests
test a ... ok
test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 5 filtered out; finished in 0.00s

   Doc-tests domain
test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.21s
";
        assert_eq!(Counts::of_libtest(output), Counts { passed: 9, failed: 1 });
    }

    #[test]
    fn playwright_summary_is_read() {
        let output = "\
Running 9 tests using 1 worker
  ✓  1 [chromium] › a.spec.ts:3:5 › 12 passed the check (1.2s)
  1 failed
    [chromium] › a.spec.ts:9:5 › b ──────
  1 flaky
    [chromium] › a.spec.ts:12:5 › c ─────
  2 skipped
  1 did not run
  4 passed (32.1s)
";
        assert_eq!(Counts::of_playwright(output), Counts { passed: 4, failed: 3 });
    }

    #[test]
    fn a_report_in_the_form_of_junit_is_read() {
        let report = r#"<?xml version="1.0"?>
<testsuites errors="1" failures="2" skipped="3" tests="74" time="41.5"><testsuite name="x" errors="0" tests="9">"#;
        assert_eq!(Counts::of_junit(report), Counts { passed: 68, failed: 3 });
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Counts::of_libtest("error: could not compile"), Counts::default());
        assert_eq!(Counts::of_playwright(""), Counts::default());
        assert_eq!(Counts::of_junit(""), Counts::default());
    }
}
