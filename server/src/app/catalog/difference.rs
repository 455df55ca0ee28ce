//! What differs between two versions, for those who decide on the later one.

use crate::app::{Error, Result};
use crate::store::chart_archives::Contents;
use charts::diff::{self, Change, FileChange, Limits, LineKind, Lines, ObjectChange, PathChange, Side};
use domain::view::{DiffChange, DiffGroup, DiffKind, DiffLine, DiffPart, VersionDifference};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Comparisons at a time; whoever comes when all are taken waits.
static COMPARING: Semaphore = Semaphore::const_new(2);
/// Until a page is answered without it.
const LIMIT: Duration = Duration::from_secs(10);

/// From `before`, or from nothing. None when it takes too long, or others do: it may be asked for again. Off the threads that serve
/// others, for it takes processor time.
pub async fn difference(before: Option<Contents>, after: Contents) -> Result<Option<VersionDifference>> {
    within(LIMIT, compare(before, after)).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    match timeout(limit, work).await {
        Ok(done) => done.map(Some),
        Err(_) => Ok(None),
    }
}

async fn compare(before: Option<Contents>, after: Contents) -> Result<VersionDifference> {
    let permit = COMPARING.acquire().await.map_err(Error::internal)?;
    let compared = tokio::task::spawn_blocking(move || {
        // Held until it has ended, whoever still waits for it.
        let _permit = permit;
        let nothing = BTreeMap::new();
        let before = match &before {
            Some(before) => side(before),
            None => Side { values: "", schema: None, templates: &nothing, rendered: "" },
        };
        diff::between(&before, &side(&after), &Limits::default()).map(|found| in_parts(&found))
    });
    // What both are made of was read when it was taken in.
    compared.await.map_err(Error::internal)?.map_err(Error::internal)
}

fn side(contents: &Contents) -> Side<'_> {
    Side {
        values: &contents.values_yaml,
        schema: contents.values_schema.as_deref(),
        templates: &contents.templates.0,
        rendered: &contents.rendered,
    }
}

fn in_parts(found: &diff::Difference) -> VersionDifference {
    let objects = found.objects.iter().filter(|object| object.change != ObjectChange::OnlyLabels);
    let objects = objects.map(|object| DiffPart {
        group: DiffGroup::Objects,
        name: object.object.to_string(),
        change: match object.change {
            ObjectChange::Added => DiffChange::Added,
            ObjectChange::Removed => DiffChange::Removed,
            ObjectChange::Changed | ObjectChange::OnlyLabels => DiffChange::Changed,
        },
        lines: lines(&object.lines),
        n_more: object.lines.n_cut,
    });
    let templates = found.templates.iter().map(|file| DiffPart {
        group: DiffGroup::Templates,
        name: file.path.clone(),
        change: match file.change {
            FileChange::Added => DiffChange::Added,
            FileChange::Removed => DiffChange::Removed,
            FileChange::Changed => DiffChange::Changed,
        },
        lines: lines(&file.lines),
        n_more: file.lines.n_cut,
    });
    let only_labels = found.objects.iter().filter(|object| object.change == ObjectChange::OnlyLabels).count();
    let paths = [
        paths(DiffGroup::Values, "values.yaml", &found.values),
        paths(DiffGroup::Schema, "values.schema.json", &found.schema),
    ];
    VersionDifference {
        parts: objects.chain(paths.into_iter().flatten()).chain(templates).collect(),
        n_only_labels: only_labels,
        n_cut: found.cut.iter().map(|cut| cut.n).sum(),
    }
}

fn lines(lines: &Lines) -> Vec<DiffLine> {
    let mut told = Vec::new();
    for hunk in &lines.hunks {
        if !told.is_empty() {
            told.push(DiffLine { kind: DiffKind::Gap, text: String::new() });
        }
        told.extend(hunk.lines.iter().map(|line| DiffLine {
            kind: match line.kind {
                LineKind::Same => DiffKind::Same,
                LineKind::Added => DiffKind::Added,
                LineKind::Removed => DiffKind::Removed,
            },
            text: line.text.clone(),
        }));
    }
    told
}

/// All paths of one file, each with what it was and is.
fn paths(group: DiffGroup, name: &str, changes: &[PathChange]) -> Option<DiffPart> {
    let line = |kind, path: &str, value: &str| DiffLine { kind, text: format!("{path}: {value}") };
    let told = |PathChange { path, change }: &PathChange| match change {
        Change::Added { after } => vec![line(DiffKind::Added, path, after)],
        Change::Removed { before } => vec![line(DiffKind::Removed, path, before)],
        Change::Changed { before, after } => {
            vec![line(DiffKind::Removed, path, before), line(DiffKind::Added, path, after)]
        }
    };
    let lines: Vec<_> = changes.iter().flat_map(told).collect();
    let part = DiffPart { group, name: name.to_owned(), change: DiffChange::Changed, lines, n_more: 0 };
    (!part.lines.is_empty()).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Json;

    fn contents(values: &str) -> Contents {
        Contents {
            values_yaml: values.into(),
            values_schema: None,
            questions: None,
            templates: Json(BTreeMap::new()),
            rendered: String::new(),
            given: None,
            approved_rendered: None,
        }
    }

    /// With both hands taken by others, as by comparisons that take long.
    #[tokio::test]
    async fn who_waits_too_long_is_told_so_and_can_ask_again() {
        let taken = COMPARING.acquire_many(2).await.expect("is never closed");
        let late = within(Duration::from_millis(20), compare(Some(contents("a: 1\n")), contents("a: 2\n"))).await;
        assert!(matches!(late, Ok(None)));
        drop(taken);
        let again = difference(Some(contents("a: 1\n")), contents("a: 2\n")).await.expect("is compared");
        assert_eq!(again.map(|found| found.parts.len()), Some(1));
    }
}
