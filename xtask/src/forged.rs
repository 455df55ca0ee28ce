//! Where the tests write into Berth's database past the program: one module. Everything else is brought about as people
//! and parts bring it about.

use std::{fs, path::Path};

use anyhow::{Result, bail};
use regex::Regex;

use crate::imports::rust_files;

/// The module, in files that begin like this.
const FORGED: &str = "tests/src/forged";
/// What writes into a database of a team's own, in a pod.
const OF_TEAMS: &str = "tests/real_node/catalog.rs";

/// How statements begin that change rows, tables, or who may. What is around databases (`create database`) is no row of
/// Berth's.
const WRITES: &str = r#"(?xi)
    \b insert\s+into\b | \b merge\s+into\b | \b delete\s+from\b | \b truncate\s+\w | \b setval\(
    | \b update\s+(only\s+)?["\w{}.]+(\s+(as\s+)?\w+)?[\s\\]+set\b
    | \b (create|alter|drop)\s+(or\s+replace\s+|unique\s+|temp\s+|temporary\s+)?(table|trigger|function|sequence|schema|role|index|view)\b
    | \b session_replication_role\b"#;

/// Errs with every line of a test that writes by itself.
pub fn check(root: &Path) -> Result<()> {
    let writes = Regex::new(WRITES)?;
    let mut wrong = Vec::new();
    for file in rust_files(&root.join("tests"))? {
        let name = file.strip_prefix(root)?.to_string_lossy().into_owned();
        if !name.starts_with(FORGED) && name != OF_TEAMS {
            let text = fs::read_to_string(&file)?;
            wrong.extend(lines(&writes, &text).into_iter().map(|line| format!("{name}:{line}: writes by itself")));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\nBring it about through the API; what nobody can bring about is forged in {FORGED}.rs.", wrong.join("\n"))
}

/// A statement may go over several lines: it is on the one where it begins.
fn lines(writes: &Regex, text: &str) -> Vec<usize> {
    let code: Vec<_> = text.lines().map(code_of).collect();
    let code = code.join("\n");
    writes.find_iter(&code).map(|found| code[..found.start()].matches('\n').count() + 1).collect()
}

/// The line without its comment. What stands in an address is none.
fn code_of(line: &str) -> &str {
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        lines(&Regex::new(WRITES).unwrap(), text)
    }

    #[test]
    fn a_statement_that_writes_is_found_where_it_begins() {
        assert_eq!(
            found("let q = \"INSERT INTO jobs\"; let q = \"update only public.jobs as j \\\n set x = 1\";"),
            [1, 1]
        );
        assert_eq!(found("let at = \"postgres://x\"; query(\"delete from jobs\");"), [1]);
        assert_eq!(found("let q =\n    \"update jobs\n     set run_at = now()\";"), [2]);
        assert_eq!(found("\"update namespaces n set state = 'ready'\"\n\"update {table} set x = 1\""), [1, 2]);
        assert_eq!(found("\"insert into jobs\"\n\"delete from jobs\"\n\"truncate jobs\""), [1, 2, 3]);
        assert_eq!(
            found("\"with x as (insert into jobs\"\n\"alter table jobs\"\n\"create or replace function f\""),
            [1, 2, 3]
        );
    }

    #[test]
    fn what_reads_or_locks_or_is_said_is_fine() {
        assert_eq!(found("\"select count(*) from jobs where updated_at is null\"\n\"create database berth\""), [0; 0]);
        assert_eq!(found("\"lock table jobs\"\n\"select 1 from audit_head for update\"\n// delete from jobs"), [0; 0]);
    }
}
