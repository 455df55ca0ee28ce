//! How fresh a cluster's cache is, from what was heard of it and what failed.

use domain::cluster::Freshness;
use time::{Duration, OffsetDateTime};

/// What was heard this long ago is still live; the heartbeat asks every 15 s.
const LIVE_FOR: Duration = Duration::seconds(30);
/// So many heartbeats in a row without an answer mean that the cluster is out of reach.
const HEARTBEATS_MISSED: u32 = 3;
/// A watch that failed is tried again at least this often, so without an error for so long it works again. (A watch
/// that works says nothing until something happens.)
const WATCH_FAILS_FOR: Duration = Duration::seconds(20);
/// A first list that still fails after this time will not come by itself.
pub const LIST_PATIENCE: Duration = Duration::seconds(30);

pub struct WatchHealth {
    began_at: OffsetDateTime,
    heard_at: Option<OffsetDateTime>,
    version: Option<String>,
    /// Who the cluster should be, where that is known, and who it said it is.
    uid: Option<String>,
    seen_uid: Option<String>,
    n_missed: u32,
    /// Why the last heartbeat failed.
    reason: String,
    watches: Vec<Watch>,
}

struct Watch {
    kind: &'static str,
    /// Without it nothing can be shown; without another, that is not shown and all else is.
    is_essential: bool,
    is_loaded: bool,
    /// Why what was read of it was put away: there is more than is kept. It stays so until all of it was read again.
    too_much: Option<String>,
    failure: Option<Failure>,
}

struct Failure {
    first_at: OffsetDateTime,
    last_at: OffsetDateTime,
    reason: String,
}

impl Watch {
    fn fails(&self, now: OffsetDateTime) -> Option<&Failure> {
        self.failure.as_ref().filter(|failure| now - failure.last_at < WATCH_FAILS_FOR)
    }
}

impl WatchHealth {
    pub fn new(now: OffsetDateTime, kinds: &[&'static str], essential: &[&'static str], uid: Option<String>) -> Self {
        let watch = |kind: &&'static str| Watch {
            kind,
            is_essential: essential.contains(kind),
            is_loaded: false,
            too_much: None,
            failure: None,
        };
        let watches = kinds.iter().map(watch).collect();
        Self {
            began_at: now,
            heard_at: None,
            version: None,
            uid,
            seen_uid: None,
            n_missed: 0,
            reason: String::new(),
            watches,
        }
    }

    /// The heartbeat was answered. Whether that ends a time without answers.
    pub fn beat(&mut self, now: OffsetDateTime, version: String) -> bool {
        let was_away = self.n_missed >= HEARTBEATS_MISSED;
        self.n_missed = 0;
        self.heard_at = Some(now);
        self.version = Some(version);
        was_away
    }

    /// The heartbeat was not answered. Whether the cluster is out of reach from now on.
    pub fn miss(&mut self, reason: String) -> bool {
        self.n_missed = self.n_missed.saturating_add(1);
        self.reason = reason;
        self.n_missed == HEARTBEATS_MISSED
    }

    /// A watch brought something.
    pub fn hear(&mut self, now: OffsetDateTime, kind: &str) {
        self.heard_at = Some(now);
        if let Some(watch) = self.watch(kind) {
            watch.failure = None;
        }
    }

    /// A watch has listed everything.
    pub fn load(&mut self, kind: &str) {
        if let Some(watch) = self.watch(kind) {
            watch.is_loaded = true;
            watch.too_much = None;
        }
    }

    /// What was read of a kind is not all there is, and was put away. The cluster answers all the same.
    pub fn discard(&mut self, kind: &str, reason: String) {
        if let Some(watch) = self.watch(kind) {
            watch.is_loaded = false;
            watch.too_much = Some(reason);
        }
    }

    pub fn fail(&mut self, now: OffsetDateTime, kind: &str, reason: String) {
        let Some(watch) = self.watch(kind) else { return };
        let first_at = match &watch.failure {
            Some(failure) if now - failure.last_at < WATCH_FAILS_FOR => failure.first_at,
            Some(_) | None => now,
        };
        watch.failure = Some(Failure { first_at, last_at: now, reason });
    }

    /// The cluster said who it is. Whether that is another than before.
    pub fn identify(&mut self, uid: String) -> bool {
        let was_another = self.is_another();
        self.seen_uid = Some(uid);
        self.is_another() != was_another
    }

    pub fn is_another(&self) -> bool {
        self.uid.is_some() && self.seen_uid.is_some() && self.uid != self.seen_uid
    }

    pub fn uid(&self) -> Option<String> {
        self.seen_uid.clone()
    }

    /// Whether all there is to read was read once. A kind that fails, or is late, is said ([`Self::missing`]) and not
    /// waited for.
    pub fn is_loaded(&self, now: OffsetDateTime) -> bool {
        !self.is_another() && self.essential().all(|watch| watch.is_loaded) && !self.is_reading(now)
    }

    /// Whether a first list is under way and in time.
    fn is_reading(&self, now: OffsetDateTime) -> bool {
        let is_under_way = |watch: &Watch| !watch.is_loaded && watch.failure.is_none() && watch.too_much.is_none();
        now - self.began_at <= LIST_PATIENCE && self.watches.iter().any(is_under_way)
    }

    pub fn version(&self) -> Option<String> {
        self.version.clone()
    }

    pub fn freshness(&self, now: OffsetDateTime) -> Freshness {
        if self.n_missed >= HEARTBEATS_MISSED {
            return Freshness::Unreachable {
                since: self.heard_at.unwrap_or(self.began_at),
                reason: self.reason.clone(),
            };
        }
        if self.is_another() {
            let since = self.began_at;
            return Freshness::Unreachable { since, reason: "another cluster answers in its place".into() };
        }
        if !self.is_loaded(now) {
            return self.why_not_loaded(now).unwrap_or(Freshness::NotLoaded);
        }
        let failing_since = self.essential().filter_map(|watch| watch.fails(now)).map(|f| f.first_at).min();
        match (failing_since, self.heard_at) {
            (Some(since), _) => Freshness::Stale { since },
            (None, Some(as_of)) if now - as_of <= LIVE_FOR => Freshness::Live { as_of },
            (None, heard_at) => Freshness::Stale { since: heard_at.unwrap_or(self.began_at) },
        }
    }

    /// A first list that keeps failing, for example because a right is missing. A kind of which there is too much was
    /// read: that is no cluster that does not answer.
    fn why_not_loaded(&self, now: OffsetDateTime) -> Option<Freshness> {
        let never_loaded = self.essential().filter(|watch| !watch.is_loaded && watch.too_much.is_none());
        let (kind, failure) = never_loaded
            .filter_map(|watch| Some((watch.kind, watch.failure.as_ref()?)))
            .min_by_key(|(_, f)| f.first_at)?;
        (now - self.began_at > LIST_PATIENCE)
            .then(|| Freshness::Unreachable { since: self.began_at, reason: format!("{kind}: {}", failure.reason) })
    }

    /// Why this kind was put away, where it was.
    pub fn too_much(&self, kind: &str) -> Option<String> {
        self.watches.iter().find(|watch| watch.kind == kind)?.too_much.clone()
    }

    /// Whether this kind was listed and its watch does not fail now.
    pub fn knows(&self, now: OffsetDateTime, kind: &str) -> bool {
        let mut watches = self.watches.iter().filter(|watch| watch.kind == kind);
        !self.is_another() && watches.any(|watch| watch.is_loaded && watch.fails(now).is_none())
    }

    /// Whether a count of this kind is worth as much as what is essential: it was listed, and where its watch fails, so
    /// does what else there is, and all of it is said to be old.
    pub fn counts(&self, now: OffsetDateTime, kind: &str) -> bool {
        let fails = |watch: &Watch| watch.fails(now).is_some();
        let all_is_old = self.n_missed > 0 || self.essential().any(fails);
        let mut watches = self.watches.iter().filter(|watch| watch.kind == kind);
        watches.any(|watch| watch.is_loaded && (all_is_old || !fails(watch)))
    }

    /// Kinds that are not shown, or no longer as they are, and why. What is essential and fails makes all of it old, or
    /// not loaded, and is not among them; what is essential and too much is.
    pub fn missing(&self, now: OffsetDateTime) -> Vec<(&'static str, String)> {
        let is_late = now - self.began_at > LIST_PATIENCE;
        let why = |watch: &Watch| match (&watch.too_much, &watch.failure, watch.is_loaded) {
            (Some(reason), ..) => Some(reason.clone()),
            (None, _, _) if watch.is_essential => None,
            (None, _, true) => watch.fails(now).map(|failure| failure.reason.clone()),
            (None, Some(failure), false) => Some(failure.reason.clone()),
            (None, None, false) => is_late.then(|| "not read yet".to_owned()),
        };
        self.watches.iter().filter_map(|watch| Some((watch.kind, why(watch)?))).collect()
    }

    fn essential(&self) -> impl Iterator<Item = &Watch> {
        self.watches.iter().filter(|watch| watch.is_essential)
    }

    fn watch(&mut self, kind: &str) -> Option<&mut Watch> {
        self.watches.iter_mut().find(|watch| watch.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const START: OffsetDateTime = datetime!(2026-11-20 08:00 UTC);

    fn after(seconds: i64) -> OffsetDateTime {
        START + Duration::seconds(seconds)
    }

    fn health() -> WatchHealth {
        WatchHealth::new(START, &["pods", "nodes", "jobs"], &["pods", "nodes"], Some("ours".into()))
    }

    fn loaded() -> WatchHealth {
        let mut health = health();
        for kind in ["pods", "nodes", "jobs"] {
            health.load(kind);
            health.hear(START, kind);
        }
        health
    }

    #[test]
    fn nothing_is_loaded_until_every_kind_has_been_listed() {
        let mut health = health();
        health.beat(START, "v1.33.0".into());
        health.load("pods");
        assert_eq!(health.freshness(START), Freshness::NotLoaded);
        health.load("nodes");
        assert_eq!(health.freshness(START), Freshness::NotLoaded);
        health.load("jobs");
        assert_eq!(health.freshness(START), Freshness::Live { as_of: START });
    }

    #[test]
    fn whenever_it_is_live_each_kind_was_read_or_is_said_to_be_missing_and_is_not_counted() {
        for fails in [false, true] {
            for second in 0..60 {
                let mut health = health();
                health.load("pods");
                health.load("nodes");
                if fails {
                    health.fail(after(3), "jobs", "forbidden".into());
                }
                health.beat(after(second), "v1.33.0".into());
                assert!(!health.counts(after(second), "jobs"));
                if let Freshness::Live { .. } = health.freshness(after(second)) {
                    assert_eq!(health.missing(after(second)).len(), 1, "after {second} s");
                    assert!(fails || second > 30, "after {second} s");
                }
                health.load("jobs");
                health.hear(after(second), "jobs");
                assert!(health.missing(after(second)).is_empty() && health.counts(after(second), "jobs"));
                assert!(matches!(health.freshness(after(second)), Freshness::Live { .. }));
            }
        }
    }

    #[test]
    fn a_kind_counts_as_long_as_it_does_not_fail_alone() {
        let mut health = loaded();
        health.fail(after(1), "jobs", "forbidden".into());
        assert!(!health.counts(after(2), "jobs") && health.counts(after(2), "pods"));
        health.fail(after(2), "pods", "no answer in time".into());
        assert!(health.counts(after(2), "jobs"), "all of it is old, and said to be");
    }

    #[test]
    fn what_was_heard_too_long_ago_is_stale_since_then() {
        let health = loaded();
        assert_eq!(health.freshness(after(30)), Freshness::Live { as_of: START });
        assert_eq!(health.freshness(after(31)), Freshness::Stale { since: START });
    }

    #[test]
    fn a_cluster_is_unreachable_after_three_missed_heartbeats_and_live_again_after_one_answer() {
        let mut health = loaded();
        assert!(!health.miss("connection refused".into()));
        assert!(!health.miss("connection refused".into()));
        assert_eq!(health.freshness(after(10)), Freshness::Live { as_of: START });
        assert!(health.miss("connection refused".into()));
        let unreachable = Freshness::Unreachable { since: START, reason: "connection refused".into() };
        assert_eq!(health.freshness(after(15)), unreachable);
        assert!(health.beat(after(60), "v1.33.0".into()));
        assert_eq!(health.freshness(after(60)), Freshness::Live { as_of: after(60) });
    }

    #[test]
    fn one_failing_watch_makes_the_cache_stale_until_it_is_silent() {
        let mut health = loaded();
        health.fail(after(5), "pods", "forbidden".into());
        health.fail(after(15), "pods", "forbidden".into());
        health.beat(after(20), "v1.33.0".into());
        assert_eq!(health.freshness(after(20)), Freshness::Stale { since: after(5) });
        assert_eq!(health.freshness(after(40)), Freshness::Live { as_of: after(20) });
    }

    #[test]
    fn a_kind_that_fails_is_said_and_takes_nothing_else_with_it() {
        let mut health = health();
        health.load("pods");
        health.load("nodes");
        health.hear(START, "pods");
        health.fail(after(1), "jobs", "forbidden".into());
        assert_eq!(health.freshness(after(2)), Freshness::Live { as_of: START });
        assert_eq!(health.missing(after(2)), [("jobs", "forbidden".to_owned())]);
        health.beat(after(31), "v1.33.0".into());
        assert_eq!(health.missing(after(31)), [("jobs", "forbidden".to_owned())]);
        assert!(health.is_loaded(after(31)) && health.knows(after(31), "pods") && !health.knows(after(31), "jobs"));
        health.load("jobs");
        health.hear(after(32), "jobs");
        assert!(health.missing(after(32)).is_empty());
        health.fail(after(40), "jobs", "no answer in time".into());
        assert_eq!(health.missing(after(41)), [("jobs", "no answer in time".to_owned())]);
        assert!(matches!(health.freshness(after(41)), Freshness::Live { .. }));
    }

    #[test]
    fn of_another_cluster_nothing_is_believed_and_what_comes_back_is() {
        let mut health = loaded();
        assert!(!health.identify("ours".into()) && health.is_loaded(START));
        assert!(health.identify("another".into()) && !health.is_loaded(START));
        assert!(matches!(health.freshness(START), Freshness::Unreachable { reason, .. } if reason.contains("another")));
        assert!(!health.identify("a third".into()), "is no news");
        assert!(health.identify("ours".into()) && health.is_loaded(START));
    }

    #[test]
    fn of_a_kind_that_is_too_much_nothing_is_shown_however_long_ago_that_was_seen() {
        let mut health = loaded();
        health.discard("jobs", "too many".into());
        health.beat(after(200), "v1.33.0".into());
        assert_eq!(health.missing(after(200)), [("jobs", "too many".to_owned())]);
        assert!(!health.counts(after(200), "jobs") && !health.knows(after(200), "jobs"));
        assert_eq!(health.too_much("jobs").as_deref(), Some("too many"));
        assert_eq!(health.too_much("nodes"), None);
        assert!(matches!(health.freshness(after(200)), Freshness::Live { .. }));
    }

    #[test]
    fn a_cluster_with_too_much_of_what_is_essential_is_not_loaded_and_never_out_of_reach() {
        let mut health = loaded();
        health.discard("pods", "too many".into());
        for second in [1, 40, 200, 500] {
            health.beat(after(second), "v1.33.0".into());
            assert_eq!(health.freshness(after(second)), Freshness::NotLoaded, "after {second} s");
            assert_eq!(health.missing(after(second)), [("pods", "too many".to_owned())], "after {second} s");
            assert!(!health.knows(after(second), "pods") && health.knows(after(second), "nodes"));
            // It is read anew, which may fail or bring too much again.
            health.hear(after(second), "pods");
            assert_eq!(health.freshness(after(second)), Freshness::NotLoaded, "while it is read, after {second} s");
            assert_eq!(health.missing(after(second)).len(), 1, "while it is read, after {second} s");
            health.fail(after(second), "pods", "no answer in time".into());
        }
        health.load("pods");
        health.hear(after(501), "pods");
        assert_eq!(health.freshness(after(501)), Freshness::Live { as_of: after(501) });
        assert!(health.missing(after(501)).is_empty());
    }

    #[test]
    fn too_much_of_a_kind_hides_no_heartbeat_that_is_missed_and_no_other_kind_that_fails() {
        let mut discarded = health();
        discarded.discard("pods", "too many".into());
        discarded.fail(after(1), "nodes", "forbidden".into());
        let unreachable = Freshness::Unreachable { since: START, reason: "nodes: forbidden".into() };
        assert_eq!(discarded.freshness(after(31)), unreachable);
        let mut health = loaded();
        health.discard("pods", "too many".into());
        for _ in 0..HEARTBEATS_MISSED {
            health.miss("connection refused".into());
        }
        let unreachable = Freshness::Unreachable { since: START, reason: "connection refused".into() };
        assert_eq!(health.freshness(after(15)), unreachable);
    }

    #[test]
    fn a_first_list_that_keeps_failing_says_why() {
        let mut health = health();
        health.load("pods");
        health.fail(after(1), "nodes", "forbidden".into());
        assert_eq!(health.freshness(after(10)), Freshness::NotLoaded);
        let unreachable = Freshness::Unreachable { since: START, reason: "nodes: forbidden".into() };
        assert_eq!(health.freshness(after(31)), unreachable);
    }
}
