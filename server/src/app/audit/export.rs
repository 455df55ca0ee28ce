//! The trail as a file: the same filters as the page, read batch by batch while it is sent.

use super::{filter, record, row};
use crate::app::{Ctx, Error, Result};
use crate::store;
use crate::store::audit::Filter;
use domain::view::{AuditFields, AuditRow};
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
    let mut tx = ctx.begin().await?;
    let detail = json!({ "format": format.as_str(), "filters": fields });
    record(&mut tx, ctx, "audit.exported", "audit trail".into(), None, detail).await?;
    let (last, _) = store::audit::head(&mut *tx).await?;
    tx.commit().await?;
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
        let text: String = links.into_iter().map(|link| format.line(&row(link))).collect();
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

    fn line(self, row: &AuditRow) -> String {
        match self {
            Self::Csv => csv_line(row),
            Self::JsonLines => format!("{}\n", serde_json::json!(row)),
        }
    }
}

/// RFC 4180.
fn csv_line(row: &AuditRow) -> String {
    let cells = [
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
    ];
    format!("{}\r\n", cells.map(|text| cell(&text)).join(","))
}

/// A cell that a spreadsheet would take for a formula is made a text by a quote at its beginning
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn cell(text: &str) -> String {
    let text =
        if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
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
        assert_eq!(cell(text), expected);
    }
}
