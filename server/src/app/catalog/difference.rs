//! What differs between two versions, for those who decide on the later one.

use super::entry_form;
use crate::app::{Error, Result};
use crate::store::chart_archives::Contents;
use charts::diff::{self, Change, FileChange, Hidden, Limits, LineKind, Lines, ObjectChange, PathChange, Side};
use domain::view::{DiffChange, DiffGroup, DiffKind, DiffLine, DiffPart, VersionDifference};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use values::Overlay;

/// Comparisons at a time; whoever comes when all are taken waits.
static COMPARING: Semaphore = Semaphore::const_new(2);
/// Until a page is answered without it.
const LIMIT: Duration = Duration::from_secs(10);

/// From `before`, or from nothing; without texts that `overlay`, the form of their entry, or their charts call secret. None when
/// it takes too long, or others do: it may be asked for again. Off the threads that serve others, for it takes processor time.
pub async fn difference(
    before: Option<Contents>,
    after: Contents,
    overlay: Overlay,
) -> Result<Option<VersionDifference>> {
    within(LIMIT, compare(before, after, overlay)).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
    match timeout(limit, work).await {
        Ok(done) => done.map(Some),
        Err(_) => Ok(None),
    }
}

async fn compare(before: Option<Contents>, after: Contents, overlay: Overlay) -> Result<VersionDifference> {
    let permit = COMPARING.acquire().await.map_err(Error::internal)?;
    let compared = tokio::task::spawn_blocking(move || {
        // Held until it has ended, whoever still waits for it.
        let _permit = permit;
        let both = before.iter().chain([&after]);
        let hidden = Hidden::new(both.flat_map(|of| secret_texts(of, &overlay)).collect());
        let nothing = BTreeMap::new();
        let before = match &before {
            Some(before) => side(before),
            None => Side { values: "", schema: None, templates: &nothing, rendered: "" },
        };
        diff::between_hiding(&before, &side(&after), &Limits::default(), &hidden).map(|found| in_parts(&found))
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

fn secret_texts(contents: &Contents, overlay: &Overlay) -> BTreeSet<String> {
    let chart = values::Chart::read(&contents.values_yaml, contents.values_schema.as_deref());
    entry_form::secret_texts(overlay, &chart, contents.given.as_deref())
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
        }
    }

    /// With both hands taken by others, as by comparisons that take long.
    #[tokio::test]
    async fn who_waits_too_long_is_told_so_and_can_ask_again() {
        let taken = COMPARING.acquire_many(2).await.expect("is never closed");
        let late = within(
            Duration::from_millis(20),
            compare(Some(contents("a: 1\n")), contents("a: 2\n"), Overlay::default()),
        )
        .await;
        assert!(matches!(late, Ok(None)));
        drop(taken);
        let again =
            difference(Some(contents("a: 1\n")), contents("a: 2\n"), Overlay::default()).await.expect("is compared");
        assert_eq!(again.map(|found| found.parts.len()), Some(1));
    }

    const VALUES: &str = "auth: {password: chart-secret, user: app}\n";

    fn rendered(password: &str) -> Contents {
        let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {url: 'pg://app:PASSWORD@db'}\n";
        Contents {
            rendered: object.replace("PASSWORD", password),
            given: Some(format!("{{\"auth\":{{\"password\":\"{password}\"}}}}")),
            ..contents(VALUES)
        }
    }

    /// What an entry gives and what a chart has by default, in values and in objects, of one version and of two.
    #[tokio::test]
    async fn secret_texts_are_in_no_difference() {
        for before in [None, Some(rendered("imposed-once")), Some(contents("auth: {password: of-a-chart}\n"))] {
            let found = difference(before, rendered("imposed-now"), Overlay::default()).await.expect("is compared");
            let found = found.expect("in time");
            let lines: Vec<_> = found.parts.iter().flat_map(|part| part.lines.iter().map(|line| &line.text)).collect();
            assert!(lines.iter().any(|line| line.contains("pg://app:(hidden")), "{lines:?}");
            let is_shown = |text: &str| lines.iter().any(|line| line.contains(text));
            for secret in ["imposed-once", "imposed-now", "chart-secret", "of-a-chart"] {
                assert!(!is_shown(secret), "{lines:?}");
            }
        }
    }
}
