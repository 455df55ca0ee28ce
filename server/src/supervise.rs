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
pub async fn supervise<F: Future<Output = ()>>(part: &'static str, begin: impl FnMut() -> F) {
    restart(part, FIRST_PAUSE, begin).await;
}

async fn restart<F: Future<Output = ()>>(part: &'static str, first: Duration, mut begin: impl FnMut() -> F) {
    let mut pause = first;
    loop {
        let began = Instant::now();
        let Err(panic) = AssertUnwindSafe(begin()).catch_unwind().await else { return };
        metrics::counter!("berth_panics_total", "part" => part).increment(1);
        tracing::error!(part, panic = words(&*panic), "a part of Berth panicked; it begins again");
        if began.elapsed() > LONGEST_PAUSE {
            pause = first;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Runs a part that ends by itself, and that others begin again.
pub async fn once(part: &'static str, run: impl Future<Output = ()>) {
    if let Err(panic) = AssertUnwindSafe(run).catch_unwind().await {
        metrics::counter!("berth_panics_total", "part" => part).increment(1);
        tracing::error!(part, panic = words(&*panic), "a part of Berth panicked");
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

    #[tokio::test]
    async fn a_part_that_panics_begins_again_later_each_time_and_one_that_ends_has_ended() {
        let (n, began) = (Cell::new(0), Instant::now());
        restart("a test", Duration::from_millis(1), || async {
            n.set(n.get() + 1);
            assert!(n.get() > 3, "not yet");
        })
        .await;
        assert!(n.get() == 4 && began.elapsed() >= Duration::from_millis(1 + 2 + 4), "{} times", n.get());
    }
}
