//! Words that are gone: a thing has one name, and its former one does not come back.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, bail};
use regex::{Regex, RegexSet};
use stack::process::run;

const CODE: &[&str] = &[".rs"];
const ALL: &[&str] = &[".rs", ".md"];
/// The former word as a regular expression, the word in its place, and how the names of files end where it is refused.
const GONE: &[(&str, &str, &[&str])] = &[
    (r"\b[Cc]onsidered\b|\breconsider\b|\bconsider_\w+", "evaluate, Evaluation", CODE),
    (
        r"\b(struct|enum) (Door|Hands|Mark|Meaning|Going|Deed|Extent|Terms|Story|About)\b",
        "AuthMethod, Parties, CorrelationId, ErrorKind, SessionWindow, AccessCheck, Impact, TeamQuota, Timeline, Subject",
        CODE,
    ),
    (
        r"\b(struct|enum) (Call|Bell|Board|Shelf|Fleet|Pulse|Wish|Way|Room)\b",
        "RequestContext, Notifier, ClusterCache, NamespacedStore, ClusterCaches, WatchHealth, Desired, Action, Capacity",
        CODE,
    ),
    (r"\bdesk_url\b", "public_url", ALL),
    (
        r"\b(no_room|room_unknown|find_room|lock_room)\b",
        "no_capacity, capacity_unknown, find_capacity, lock_capacity",
        CODE,
    ),
    (r"\b(note_found|note_right|note_over|note_trouble|audit::note)\b", "record_…", CODE),
    (
        r"\bfn (dress|seated|mend|heed|look_over|find_repairs)\b",
        "apply_layers, limit_concurrency, repair, watch_for_drift, diff, plan_repairs",
        CODE,
    ),
    (r"\border_(sync|syncs|looks|remake|to_let_in)\b", "Change::sync, Change::looks", CODE),
    (r"\bfn (say|say_\w+)\b", "describe, format, report", CODE),
    (r"\bfn (begin_again|let_in)\b", "restart, admit_waiting", CODE),
    (r"\b(is|was|are|what|as) wished\b", "desired", ALL),
    (
        r"\b(Hindrance|Standstill|TroubleView|Standing)\b|\bstandstill\b",
        "Blocker, StallReason, ConditionView, TargetState, stalled_by",
        ALL,
    ),
    (
        r"Does not get on|No node takes it|Berth made a mistake|Put it on offer again|Meant to end|Own numbers|Say something",
        "the words of docs/glossary.md",
        ALL,
    ),
];
/// This table itself.
const HERE: &str = "xtask/src/words.rs";

/// Errs with file, line and the better word for each word that is gone.
pub fn check(root: &Path) -> Result<()> {
    let gone = Gone::new(GONE)?;
    let mut found = Vec::new();
    for name in files(root)? {
        let text = fs::read_to_string(root.join(&name))?;
        found.extend(gone.find(&name, &text));
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!("{}\nThe words that are gone, and those in their place, are in {HERE}.", found.join("\n"))
}

/// What Git has, and what it would take.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.rs", "*.md"]);
    let names = run("git", &mut git)?;
    Ok(names.lines().filter(|name| *name != HERE && root.join(name).is_file()).map(str::to_owned).collect())
}

struct Gone {
    /// All of them at once, because most files have none.
    any: RegexSet,
    each: Vec<(Regex, &'static str, &'static [&'static str])>,
}

impl Gone {
    fn new(table: &[(&str, &'static str, &'static [&'static str])]) -> Result<Self> {
        let any = RegexSet::new(table.iter().map(|(word, ..)| word))?;
        let each = table.iter().map(|&(word, better, ends)| Ok((Regex::new(word)?, better, ends)));
        Ok(Self { any, each: each.collect::<Result<_>>()? })
    }

    fn find(&self, name: &str, text: &str) -> Vec<String> {
        let of_text = self.any.matches(text).into_iter().map(|at| &self.each[at]);
        let of_text: Vec<_> = of_text.filter(|(_, _, ends)| ends.iter().any(|end| name.ends_with(end))).collect();
        if of_text.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (at, line) in text.lines().enumerate() {
            for (word, better, _) in &of_text {
                let in_line = word.find_iter(line).map(|it| it.as_str());
                found.extend(in_line.map(|it| format!("{name}:{}: `{it}` is gone, say {better}", at + 1)));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[(&str, &str, &[&str])] =
        &[(r"\bwish(es|ed)?\b", "desired", ALL), (r"\bKeeper\b", "Reconciler", CODE)];

    fn found(name: &str, text: &str) -> Vec<String> {
        Gone::new(TABLE).unwrap().find(name, text)
    }

    #[test]
    fn a_word_that_is_gone_is_found_with_its_line_and_the_better_one() {
        let expected = [
            "a.rs:1: `Keeper` is gone, say Reconciler",
            "a.rs:2: `wish` is gone, say desired",
            "a.rs:2: `wished` is gone, say desired",
        ];
        assert_eq!(found("a.rs", "impl Keeper {\n    let wish = wished;\n}\n"), expected);
    }

    #[test]
    fn longer_words_and_other_kinds_of_files_are_fine() {
        assert_eq!(found("a.rs", "wishbone HouseKeeper"), [""; 0]);
        assert_eq!(found("docs/a.md", "a Keeper"), [""; 0]);
        assert_eq!(found("docs/a.md", "a wish"), ["docs/a.md:1: `wish` is gone, say desired"]);
    }

    #[test]
    fn every_word_of_the_table_is_a_regular_expression_that_does_not_refuse_the_one_in_its_place() {
        Gone::new(GONE).unwrap();
        for (word, better, _) in GONE {
            assert!(!Regex::new(word).unwrap().is_match(better), "{word} refuses {better}");
        }
    }
}
