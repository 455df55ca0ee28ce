//! The log: what happened inside Berth, for those who run it. On standard error, as text or JSON lines.
//!
//! Never in it: query strings, bodies, cookies, tokens, keys. Who changed what is in the audit trail. Every event is one
//! line, whatever it holds: what people, providers and clusters say neither ends a line nor speaks to a terminal.

use crate::config::{Log, LogFormat};
use domain::text::is_unseen;
use std::io::{self, IsTerminal, Write};
use tracing_subscriber::EnvFilter;

/// Begins the commands to a terminal, such as those for colours.
const ESCAPE: char = '\u{1b}';

/// Libraries that write a line for each try, without the cluster's name, and what a cluster answered: Berth says itself, once,
/// that a cluster is away. Whoever names them in `log.filter` hears them.
const TOO_TALKATIVE: &str = "kube_client=off,kube_runtime=off";

fn filter(wanted: &str) -> EnvFilter {
    EnvFilter::new(format!("{TOO_TALKATIVE},{wanted}"))
}

/// Call once, first.
pub fn start(log: &Log) {
    let coloured = io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&log.filter))
        .with_ansi(coloured)
        .with_writer(move || Lines { coloured });
    match log.format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
}

/// Writes one event, which comes as a whole, as one line.
struct Lines {
    /// The colours are ours: in texts, `tracing_subscriber` has escaped what begins one.
    coloured: bool,
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = one_line(&String::from_utf8_lossy(event), self.coloured);
        io::stderr().write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// What is not seen as its number, in the way of JSON.
fn one_line(event: &str, coloured: bool) -> String {
    let mut line = String::with_capacity(event.len() + 1);
    for c in event.trim_end_matches('\n').chars() {
        match c {
            '\n' => line.push_str("\\n"),
            c if !is_unseen(c) || (coloured && c == ESCAPE) => line.push(c),
            c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| line.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_without_what_is_not_seen() {
        let said = one_line("INFO name=a\nERROR\u{1b}[31m\r\u{202e}b\u{e0041}\n", false);
        assert_eq!(said, "INFO name=a\\nERROR\\u001b[31m\\u000d\\u202eb\\udb40\\udc41\n");
    }

    #[test]
    fn colours_stay_where_there_are_some() {
        assert_eq!(one_line("\u{1b}[32mINFO\u{1b}[0m ä\n", true), "\u{1b}[32mINFO\u{1b}[0m ä\n");
    }

    #[test]
    fn libraries_are_silent_about_each_try_unless_they_are_named() {
        let shown = |wanted: &str| filter(wanted).to_string();
        assert!(shown("info,sqlx=warn").contains("kube_client=off"), "{}", shown("info,sqlx=warn"));
        let named = shown("info,kube_client=debug");
        assert!(named.contains("kube_client=debug") && !named.contains("kube_client=off"), "{named}");
    }
}
