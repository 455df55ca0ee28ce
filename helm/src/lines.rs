//! What helm writes, as it comes: kept up to a bound, and passed on line by line.

use super::follow::{LONGEST_LINE, Line, MOST_LINES, Stream};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Of a line that does not end, what is looked at, in bytes.
const MOST_BYTES: usize = 64 << 10;
const LEFT_OUT: &str = "Helm wrote more than is shown here.";

/// Takes out what nobody is to read.
pub struct Cleaner {
    words: Vec<(String, &'static str)>,
}

impl Cleaner {
    /// A token that is nothing hides nothing.
    pub fn new(folder: &str, token: &str) -> Self {
        let words = [(folder, ""), (token, "…")].into_iter().filter(|(word, _)| !word.is_empty());
        Self { words: words.map(|(word, instead)| (word.to_owned(), instead)).collect() }
    }

    pub fn clean(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, instead)| text.replace(word, instead))
    }
}

/// Passes on what both streams of a run say.
pub struct Feed<'a> {
    cleaner: &'a Cleaner,
    n_passed: AtomicUsize,
    on_line: &'a (dyn Fn(Line) + Send + Sync),
}

impl<'a> Feed<'a> {
    pub fn new(cleaner: &'a Cleaner, on_line: &'a (dyn Fn(Line) + Send + Sync)) -> Self {
        Self { cleaner, n_passed: AtomicUsize::new(0), on_line }
    }

    fn pass(&self, stream: Stream, line: &[u8]) {
        let cleaned = self.cleaner.clean(&String::from_utf8_lossy(line));
        let text: String = cleaned.chars().filter(|c| !c.is_control() || *c == '\t').take(LONGEST_LINE).collect();
        if text.trim().is_empty() {
            return;
        }
        match self.n_passed.fetch_add(1, Ordering::Relaxed) {
            n if n < MOST_LINES - 1 => (self.on_line)(Line { stream, text }),
            n if n == MOST_LINES - 1 => (self.on_line)(Line { stream, text: LEFT_OUT.to_owned() }),
            _ => {}
        }
    }
}

/// What is kept of a stream.
pub enum Keep {
    /// The first bytes: less than all of it is worth nothing.
    First(usize),
    /// The last bytes, where helm says why it failed.
    Last(usize),
}

/// Reads a stream to its end: helm must not wait for its reader, nor be ended in the midst of an operation for what it writes.
/// Gives what was kept, and whether that is all.
pub async fn read(
    pipe: Option<impl AsyncRead + Unpin>,
    keep: Keep,
    passed: Option<(Stream, &Feed<'_>)>,
) -> io::Result<(Vec<u8>, bool)> {
    let (mut kept, mut is_all, mut line) = (Vec::new(), true, Vec::new());
    let Some(mut pipe) = pipe else { return Ok((kept, is_all)) };
    let mut buffer = vec![0; 16 << 10];
    loop {
        let n_read = pipe.read(&mut buffer).await?;
        let read = &buffer[..n_read];
        is_all &= keep_some(&mut kept, read, &keep);
        if let Some((stream, feed)) = passed {
            split(&mut line, read, n_read == 0, |line| feed.pass(stream, line));
        }
        if n_read == 0 {
            return Ok((kept, is_all));
        }
    }
}

/// Whether nothing was left out.
fn keep_some(kept: &mut Vec<u8>, read: &[u8], keep: &Keep) -> bool {
    match *keep {
        Keep::First(limit) => {
            let n_left = limit.saturating_sub(kept.len()).min(read.len());
            kept.extend_from_slice(&read[..n_left]);
            n_left == read.len()
        }
        Keep::Last(limit) => {
            kept.extend_from_slice(read);
            let is_over = kept.len() > limit.saturating_mul(2);
            if is_over {
                kept.drain(..kept.len() - limit);
            }
            !is_over
        }
    }
}

/// Goes on with a line that was begun; `is_end` ends the last one. Of one that is too long, the beginning is given, once.
fn split(line: &mut Vec<u8>, read: &[u8], is_end: bool, mut each: impl FnMut(&[u8])) {
    for part in read.split_inclusive(|byte| *byte == b'\n') {
        let n_left = MOST_BYTES.saturating_sub(line.len()).min(part.len());
        line.extend_from_slice(&part[..n_left]);
        if part.ends_with(b"\n") {
            each(line);
            line.clear();
        }
    }
    if is_end && !line.is_empty() {
        each(line);
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    const TOKEN: &str = "the-token";

    async fn lines(written: &[u8]) -> Vec<String> {
        let (cleaner, said) = (Cleaner::new("/tmp/run", TOKEN), Mutex::new(Vec::new()));
        let on_line = |line: Line| said.lock().unwrap().push(line.text);
        let feed = Feed::new(&cleaner, &on_line);
        read(Some(written), Keep::Last(100), Some((Stream::Err, &feed))).await.unwrap();
        said.into_inner().unwrap()
    }

    #[tokio::test]
    async fn lines_come_without_folder_token_and_control_characters() {
        let written = b"a /tmp/run/chart the-token\n\n\x1b[31mred\x07\r\nlast";
        assert_eq!(lines(written).await, ["a /chart …", "[31mred", "last"]);
    }

    #[tokio::test]
    async fn long_lines_are_cut_and_a_token_does_not_get_through_at_any_place() {
        for at in [LONGEST_LINE - 4, MOST_BYTES - 4] {
            let lines = lines(format!("{}{TOKEN}\nnext\n", "x".repeat(at)).as_bytes()).await;
            assert_eq!(lines.len(), 2);
            assert!(lines[0].chars().count() <= LONGEST_LINE && !lines[0].contains("the-"), "at {at}");
            assert_eq!(lines[1], "next");
        }
    }

    #[tokio::test]
    async fn no_more_lines_than_are_read() {
        let lines = lines("x\n".repeat(MOST_LINES * 2).as_bytes()).await;
        assert_eq!(lines.len(), MOST_LINES);
        assert_eq!(lines.last().map(String::as_str), Some(LEFT_OUT));
    }

    #[tokio::test]
    async fn the_first_or_the_last_is_kept_and_all_of_it_is_read() {
        let written = [vec![b'a'; 100_000], vec![b'z'; 100]].concat();
        let (first, is_all) = read(Some(&*written), Keep::First(10), None).await.unwrap();
        assert_eq!((first, is_all), (vec![b'a'; 10], false));
        let (last, is_all) = read(Some(&*written), Keep::Last(50), None).await.unwrap();
        assert!(last.ends_with(&[b'z'; 50]) && last.len() <= 200 && !is_all);
        let (all, is_all) = read(Some(&b"abc"[..]), Keep::First(3), None).await.unwrap();
        assert_eq!((all.as_slice(), is_all), (&b"abc"[..], true));
    }
}
