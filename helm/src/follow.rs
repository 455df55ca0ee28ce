//! What somebody who waits for an operation can do meanwhile: read along, and stop it.

use tokio::sync::watch;

/// How an operation is followed and stopped.
#[derive(Clone, Copy)]
pub struct Follow<'a> {
    /// Called with each line that helm writes, in its order, at most [`MOST_LINES`] times. Helm waits for it: it must not block.
    pub on_line: &'a (dyn Fn(Line) + Send + Sync),
    pub cancel: &'a Cancel,
}

/// The lines of one operation that are passed on; what comes after them is left out, which the last one says.
pub const MOST_LINES: usize = 2000;
/// Longest line that is passed on, in characters; longer ones are cut.
pub const LONGEST_LINE: usize = 1000;

/// One line that helm wrote, without control characters, the folder of the run and the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub stream: Stream,
    pub text: String,
}

/// Where helm wrote it: what it was asked for, or what it remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// Stops the operations it was given to; once, and for good. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Sender<bool>);

impl Cancel {
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Helm is asked to end, and made to after its grace ([`crate::Limits::grace`]).
    pub fn cancel(&self) {
        self.0.send_replace(true);
    }

    pub(super) async fn cancelled(&self) {
        // The sender is here: it is not gone.
        let _ = self.0.subscribe().wait_for(|is_cancelled| *is_cancelled).await;
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}
