//! What `helm lint` finds.

use super::process::Finished;

/// How bad helm thinks it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

/// One thing that helm found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// `Chart.yaml`, `templates/`.
    pub place: String,
    pub says: String,
}

/// All that helm found, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    pub findings: Vec<Finding>,
}

impl Lint {
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// None if helm did not come so far as to look at the chart.
pub fn read(finished: &Finished) -> Option<Lint> {
    let is_lint = finished.stdout.starts_with("==> Linting") || finished.stderr().contains("chart(s) linted");
    is_lint.then(|| Lint { findings: findings(&finished.stdout) })
}

/// A finding is a line, and those after it that begin no other one.
fn findings(text: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for line in text.lines() {
        if let Some(finding) = finding(line) {
            findings.push(finding);
        } else if line.is_empty() || line.starts_with("==> ") || line.contains("chart(s) linted") {
            continue;
        } else if let Some(last) = findings.last_mut() {
            last.says.push('\n');
            last.says.push_str(line);
        }
    }
    findings
}

fn finding(line: &str) -> Option<Finding> {
    let (severity, rest) = line.strip_prefix('[')?.split_once("] ")?;
    let severity = match severity {
        "INFO" => Severity::Info,
        "WARNING" => Severity::Warning,
        "ERROR" => Severity::Error,
        _ => return None,
    };
    let (place, says) = rest.split_once(": ").unwrap_or(("", rest));
    Some(Finding { severity, place: place.into(), says: says.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_with_the_lines_that_belong_to_them() {
        let text =
            "==> Linting ./chart\n[INFO] Chart.yaml: icon is recommended\n[ERROR] templates/: no\n  really\n\nx\n";
        let found = findings(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].place, "Chart.yaml");
        assert_eq!((found[1].severity, found[1].says.as_str()), (Severity::Error, "no\n  really\nx"));
    }
}
