//! Many rows in one statement.

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::PgConnection;

/// Rows in one statement.
const BATCH: usize = 2_000;

/// Inserts rows given as JSON objects with the same fields each, which are the columns. Bytes are hex after `\x`.
pub async fn insert(conn: &mut PgConnection, table: &str, rows: &[Value]) -> Result<()> {
    let Some(first) = rows.first().and_then(Value::as_object) else { return Ok(()) };
    let columns = first.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    for batch in rows.chunks(BATCH) {
        let statement = format!(
            "insert into {table} ({columns}) overriding system value
             select {columns} from jsonb_populate_recordset(null::{table}, $1)"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(Value::from(batch))
            .execute(&mut *conn)
            .await
            .with_context(|| format!("fill {table}"))?;
    }
    Ok(())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("\\x"), |text, byte| text + &format!("{byte:02x}"))
}
