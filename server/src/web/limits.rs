//! How often somebody may ask: per person, per token, and per address for those whom nobody knows.
//!
//! Counted in memory, by this replica for itself. What one person sends takes nothing from another.

use super::client::network_of;
use super::problem::Problem;
use crate::config;
use domain::id::PersonId;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use uuid::Uuid;

/// From so many on, those who have all of their requests left again are let go.
const MANY: usize = 10_000;

pub struct Limits {
    person: Limit<PersonId>,
    token: Limit<Uuid>,
    address: Limit<IpAddr>,
}

struct Limit<K: Hash + Eq + Clone> {
    kind: &'static str,
    /// None where there is no limit.
    limiter: Option<RateLimiter<K, HashMapStateStore<K>, DefaultClock>>,
    clock: DefaultClock,
    since: Instant,
    /// Second since then in which they were last let go.
    pruned_at: AtomicU64,
}

impl Limits {
    pub fn new(config: &config::Limits) -> Self {
        Self {
            person: Limit::new("person", config.person_per_minute),
            token: Limit::new("token", config.token_per_minute),
            address: Limit::new("address", config.address_per_minute),
        }
    }

    /// A token counts for itself and for its person.
    pub fn admit(&self, person: PersonId, token: Option<Uuid>) -> Result<(), Problem> {
        if let Some(token) = token {
            self.token.admit(token)?;
        }
        self.person.admit(person)
    }

    /// For those who are not signed in.
    pub fn admit_from(&self, address: IpAddr) -> Result<(), Problem> {
        self.address.admit(network_of(address))
    }
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(kind: &'static str, per_minute: u32) -> Self {
        let limiter = NonZeroU32::new(per_minute).map(|n| RateLimiter::hashmap(Quota::per_minute(n)));
        Self { kind, limiter, clock: DefaultClock::default(), since: Instant::now(), pruned_at: AtomicU64::new(0) }
    }

    fn admit(&self, key: K) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() >= MANY && self.may_prune() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(&key).map_err(|until| {
            metrics::counter!("berth_limited_total", "kind" => self.kind).increment(1);
            Problem::too_many_requests(until.wait_time_from(self.clock.now()))
        })
    }

    /// Once a second at most: going through all of them takes a moment.
    fn may_prune(&self) -> bool {
        let now = self.since.elapsed().as_secs();
        self.pruned_at.swap(now, Ordering::Relaxed) != now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn many_are_let_go_once_they_have_all_their_requests_again() {
        let mut limit = Limit::new("address", 600_000);
        limit.since -= Duration::from_secs(5);
        for key in 0..3 * MANY {
            limit.admit(key).expect("is the first of its kind");
        }
        assert!(limit.limiter.as_ref().is_some_and(|limiter| limiter.len() < 3 * MANY));
    }

    #[test]
    fn none_is_no_limit() {
        let limit = Limit::new("person", 0);
        assert!((0..5000).all(|_| limit.admit(1).is_ok()));
    }
}
