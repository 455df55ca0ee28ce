//! Parts that run as long as the program does. One that panics is said, and begins again, later each time; nothing else of
//! the program ends with it.

use futures::FutureExt;
use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Runs what `begin` begins until it ends by itself.
pub async fn supervise<F: Future<Output = ()>>(part: &'static str, mut begin: impl FnMut() -> F) {
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        let Err(panic) = AssertUnwindSafe(begin()).catch_unwind().await else { return };
        metrics::counter!("berth_panics_total", "part" => part).increment(1);
        tracing::error!(part, panic = words(&*panic), "a part of Berth panicked; it begins again");
        if began.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What a panic says.
pub fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test(start_paused = true)]
    async fn a_part_that_panics_begins_again_later_each_time_and_one_that_ends_has_ended() {
        let (n, began) = (Cell::new(0), Instant::now());
        supervise("a test", || async {
            n.set(n.get() + 1);
            assert!(n.get() > 3, "not yet");
        })
        .await;
        assert_eq!((n.get(), began.elapsed().as_secs()), (4, 1 + 2 + 4));
    }
}
