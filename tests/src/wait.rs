//! Waiting for a condition, with a limit.

use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// Asks until there is an answer; the test fails when there is none in time.
pub async fn eventually<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    let answer = within(LIMIT, PAUSE, ask).await;
    answer.unwrap_or_else(|| panic!("not within {LIMIT:?}: {what}"))
}

/// Asks until there is an answer, with a pause after each time; none when there is none in time.
pub async fn within<T>(limit: Duration, pause: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        let answer = ask().await;
        if answer.is_some() || began.elapsed() >= limit {
            return answer;
        }
        tokio::time::sleep(pause).await;
    }
}
