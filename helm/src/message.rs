//! What helm says, cut to what somebody reads.

/// Longest message that is kept, in characters.
const LONGEST: usize = 2000;

/// Helm's words without warnings and without its own `Error:`, cut in the middle where they are long.
pub fn shorten(said: &str) -> String {
    cut(&error(said))
}

/// The same, however long.
pub fn error(said: &str) -> String {
    let is_noise = |line: &&str| !line.starts_with("level=") && !line.starts_with("WARNING:");
    let lines: Vec<&str> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).filter(is_noise).collect();
    let text = lines.join("\n");
    let text = text.strip_prefix("Error: ").unwrap_or(&text).trim();
    if text.is_empty() { "it said nothing".into() } else { text.to_owned() }
}

/// Names of subcharts that are asked for and not there, if that is what helm says.
pub fn missing_subcharts(said: &str) -> Option<Vec<String>> {
    let (_, names) = said.split_once("missing in charts/ directory: ")?;
    Some(names.lines().next()?.split(", ").map(|name| name.trim().to_owned()).collect())
}

/// The first line, for a message of one line.
pub fn first_line(said: &str) -> String {
    said.lines().next().unwrap_or_default().chars().take(100).collect()
}

/// The beginning says what failed, the end says why.
pub fn cut(text: &str) -> String {
    let n_chars = text.chars().count();
    if n_chars <= LONGEST {
        return text.to_owned();
    }
    let half = LONGEST / 2;
    let beginning: String = text.chars().take(half).collect();
    let end: String = text.chars().skip(n_chars - half).collect();
    format!("{beginning} … {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_helms_words_without_its_noise() {
        let said = "level=WARN msg=x\nError: template: a/b.yaml:1:2: no\n\nUse --debug flag\n";
        assert_eq!(shorten(said), "template: a/b.yaml:1:2: no\nUse --debug flag");
        assert_eq!(shorten("\n"), "it said nothing");
    }

    #[test]
    fn missing_subcharts_are_named() {
        let said = "an error: found in Chart.yaml, but missing in charts/ directory: a, b-c\nmore";
        assert_eq!(missing_subcharts(said), Some(vec!["a".into(), "b-c".into()]));
        assert_eq!(missing_subcharts("no"), None);
    }

    #[test]
    fn a_long_message_keeps_both_ends() {
        let short = shorten(&format!("begin{}end", "ä".repeat(100_000)));
        assert!(short.starts_with("begin") && short.ends_with("end") && short.chars().count() < LONGEST + 10);
    }
}
