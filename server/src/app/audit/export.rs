//! The trail as a file: the same filters as the page, read batch by batch while it is sent.

use super::{filter, row};
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::audit::Filter;
use domain::audit::EventKind;
use domain::form::AuditFields;
use domain::view::AuditRow;
use domain::{Action, Refusal};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

/// Rows that are in memory at once.
const BATCH: i64 = 500;
const HEADER: &str = "number,time,actor,actor_kind,on_behalf_of,action,subject,request_id,detail,hash\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
}

/// Oldest first, up to the event that says who took it. What breaks on the way ends the stream with an error, so that half
/// a file is not taken for a whole one.
pub async fn export(ctx: &Ctx, fields: AuditFields, format: Format) -> Result<BoxStream<'static, Result<String>>> {
    ctx.allow(Action::SeeAudit)?;
    let filter = filter(&fields).map_err(Refusal::Invalid)?;
    let kind = EventKind::AuditExported { format: format.as_str(), filters: fields };
    let last = ctx.record("audit trail".into(), None, kind).await?;
    let header = matches!(format, Format::Csv).then(|| Ok(HEADER.to_owned()));
    Ok(stream::iter(header).chain(batches(ctx.clone(), filter, last, format)).boxed())
}

fn batches(ctx: Ctx, filter: Filter, last: i64, format: Format) -> BoxStream<'static, Result<String>> {
    let begin = (ctx, filter, Some(0));
    let batches = stream::try_unfold(begin, move |(ctx, filter, after)| async move {
        let Some(after) = after else { return Ok::<_, Error>(None) };
        let links = store::audit::list_batch(ctx.db(), &filter, after, last, BATCH).await?;
        let is_full = i64::try_from(links.len()).is_ok_and(|n| n == BATCH);
        let next = links.last().map(|link| link.seq).filter(|_| is_full);
        let rows: Vec<_> = links.into_iter().map(row).collect();
        let text = format.write(&rows).map_err(Error::internal)?;
        Ok(Some((text, (ctx, filter, next))))
    });
    batches.boxed()
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    fn write(self, rows: &[AuditRow]) -> anyhow::Result<String> {
        match self {
            Self::Csv => csv_lines(rows.iter().map(cells)),
            Self::JsonLines => Ok(rows.iter().map(|row| format!("{}\n", json!(row))).collect()),
        }
    }
}

fn cells(row: &AuditRow) -> [String; 10] {
    [
        row.seq.to_string(),
        row.at.format(&Rfc3339).unwrap_or_default(),
        row.actor.clone(),
        row.actor_kind.clone(),
        row.on_behalf_of.clone().unwrap_or_default(),
        row.action.clone(),
        row.subject.clone(),
        row.request_id.clone().unwrap_or_default(),
        row.detail.to_string(),
        row.hash.clone(),
    ]
}

/// RFC 4180.
fn csv_lines<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> anyhow::Result<String> {
    let mut lines = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for cells in rows {
        lines.write_record(cells.map(never_a_formula))?;
    }
    Ok(String::from_utf8(lines.into_inner()?)?)
}

/// A cell that a spreadsheet would take for a formula is made a text by a quote at its beginning
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn never_a_formula(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain", "plain")]
    #[case("a,b", "\"a,b\"")]
    #[case("say \"no\"", "\"say \"\"no\"\"\"")]
    #[case("two\nlines", "\"two\nlines\"")]
    #[case("=1+1", "'=1+1")]
    #[case("@SUM(A1,A2)", "\"'@SUM(A1,A2)\"")]
    #[case("-2", "'-2")]
    #[case("+49", "'+49")]
    #[case("\t=1", "'\t=1")]
    #[case("", "")]
    fn a_cell_is_quoted_and_never_a_formula(#[case] text: &str, #[case] expected: &str) {
        let line = csv_lines([["before", text, "after"].map(str::to_owned)].into_iter()).unwrap();
        assert_eq!(line, format!("before,{expected},after\r\n"));
    }

    #[test]
    fn each_row_is_a_line_and_no_rows_are_nothing() {
        let rows = [["1", "a"], ["2", ""]].map(|cells| cells.map(str::to_owned));
        assert_eq!(csv_lines(rows.into_iter()).unwrap(), "1,a\r\n2,\r\n");
        assert_eq!(csv_lines::<2>([].into_iter()).unwrap(), "");
    }
}
