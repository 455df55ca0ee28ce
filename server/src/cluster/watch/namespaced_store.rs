//! Things of one kind as last seen, by namespace and name.

use crate::cluster::bounds::Limits;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write};

/// Where a thing is: its namespace (empty for what has none) and its name.
pub type ObjectKey = (String, String);

pub struct NamespacedStore<T> {
    by_namespace: BTreeMap<String, BTreeMap<String, Weighed<T>>>,
    /// What a list that is under way has brought so far.
    incoming: Vec<(ObjectKey, Weighed<T>)>,
    kept: Load,
    coming: Load,
}

/// A thing, and what it counts for: written out once only.
#[derive(PartialEq)]
struct Weighed<T> {
    thing: T,
    bytes: usize,
}

impl<T: Debug> Weighed<T> {
    fn new(name: &str, thing: T) -> Self {
        let mut length = Length(name.len());
        // Counting does not fail.
        let _ = write!(length, "{thing:?}");
        Self { thing, bytes: length.0 }
    }
}

impl<T> Weighed<T> {
    fn load(&self) -> Load {
        Load { n: 1, bytes: self.bytes }
    }
}

/// How much there is of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    pub n: usize,
    /// About what it takes in memory: what it is long when it is written.
    pub bytes: usize,
}

impl Load {
    pub fn plus(self, other: Self) -> Self {
        Self { n: self.n + other.n, bytes: self.bytes + other.bytes }
    }

    /// Why no more is kept: what is there would not be all there is.
    pub fn beyond(self, limits: Limits) -> Option<String> {
        if self.n > limits.n_objects {
            return Some(format!("more than {}, not all shown: Berth keeps no more of one kind", limits.n_objects));
        }
        let is_large = self.bytes > limits.bytes;
        is_large.then(|| format!("more than {} MiB, not all shown: Berth keeps no more of it", limits.bytes >> 20))
    }

    fn minus(self, other: Self) -> Self {
        Self { n: self.n.saturating_sub(other.n), bytes: self.bytes.saturating_sub(other.bytes) }
    }
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

impl<T> Default for NamespacedStore<T> {
    fn default() -> Self {
        Self { by_namespace: BTreeMap::new(), incoming: Vec::new(), kept: Load::default(), coming: Load::default() }
    }
}

impl<T: PartialEq + Debug> NamespacedStore<T> {
    /// Whether that is news.
    pub fn put(&mut self, (namespace, name): ObjectKey, thing: T) -> bool {
        let things = self.by_namespace.entry(namespace).or_default();
        if things.get(&name).is_some_and(|before| before.thing == thing) {
            return false;
        }
        let thing = Weighed::new(&name, thing);
        self.kept = self.kept.plus(thing.load());
        if let Some(before) = things.insert(name, thing) {
            self.kept = self.kept.minus(before.load());
        }
        true
    }

    /// Whether it was there.
    pub fn remove(&mut self, (namespace, name): &ObjectKey) -> bool {
        let Some(things) = self.by_namespace.get_mut(namespace) else { return false };
        let removed = things.remove(name);
        if things.is_empty() {
            self.by_namespace.remove(namespace);
        }
        let Some(removed) = removed else { return false };
        self.kept = self.kept.minus(removed.load());
        true
    }

    /// A full list begins; what is in the store stays readable until it is complete.
    pub fn begin_list(&mut self) {
        self.incoming.clear();
        self.coming = Load::default();
    }

    pub fn list(&mut self, key: ObjectKey, thing: T) {
        let thing = Weighed::new(&key.1, thing);
        self.coming = self.coming.plus(thing.load());
        self.incoming.push((key, thing));
    }

    /// The list is complete: what it did not name is gone. Returns the namespaces in which something is different.
    pub fn end_list(&mut self) -> BTreeSet<String> {
        let mut listed: BTreeMap<String, BTreeMap<String, Weighed<T>>> = BTreeMap::new();
        for ((namespace, name), thing) in std::mem::take(&mut self.incoming) {
            listed.entry(namespace).or_default().insert(name, thing);
        }
        self.kept = std::mem::take(&mut self.coming);
        let before = std::mem::replace(&mut self.by_namespace, listed);
        let namespaces = before.keys().chain(self.by_namespace.keys());
        namespaces.filter(|name| before.get(*name) != self.by_namespace.get(*name)).cloned().collect()
    }

    /// Drops the oldest things of a namespace past `limit`.
    pub fn trim<A: Ord>(&mut self, namespace: &str, limit: usize, age: impl Fn(&T) -> A) {
        let Some(things) = self.by_namespace.get_mut(namespace) else { return };
        while things.len() > limit {
            let oldest = things.iter().min_by_key(|(_, kept)| age(&kept.thing)).map(|(name, _)| name.clone());
            let Some(removed) = oldest.and_then(|name| things.remove(&name)) else { return };
            self.kept = self.kept.minus(removed.load());
        }
    }
}

impl<T> NamespacedStore<T> {
    /// The larger of what is there and what a list has brought so far.
    pub fn load(&self) -> Load {
        Load { n: self.kept.n.max(self.coming.n), bytes: self.kept.bytes.max(self.coming.bytes) }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn get(&self, namespace: &str, name: &str) -> Option<&T> {
        Some(&self.by_namespace.get(namespace)?.get(name)?.thing)
    }

    /// Things of a namespace, by name.
    pub fn of(&self, namespace: &str) -> impl Iterator<Item = (&str, &T)> {
        self.by_namespace.get(namespace).into_iter().flatten().map(|(name, kept)| (name.as_str(), &kept.thing))
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_namespace.values().flat_map(BTreeMap::values).map(|kept| &kept.thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(namespace: &str, name: &str) -> ObjectKey {
        (namespace.into(), name.into())
    }

    #[test]
    fn a_new_list_replaces_what_was_there_and_tells_where_something_changed() {
        let mut store = NamespacedStore::default();
        store.put(key("a", "same"), 1);
        store.put(key("b", "gone"), 1);
        store.put(key("c", "other"), 1);
        store.begin_list();
        store.list(key("a", "same"), 1);
        store.list(key("c", "other"), 2);
        assert_eq!(store.get("b", "gone"), Some(&1), "readable while the list is under way");
        assert_eq!(store.end_list(), BTreeSet::from(["b".into(), "c".into()]));
        assert_eq!((store.get("b", "gone"), store.get("c", "other")), (None, Some(&2)));
    }

    #[test]
    fn a_list_that_broke_off_leaves_nothing_behind() {
        let mut store = NamespacedStore::default();
        store.begin_list();
        store.list(key("a", "half"), 1);
        store.begin_list();
        assert!(store.end_list().is_empty());
        assert_eq!(store.iter().count(), 0);
    }

    #[test]
    fn seeing_the_same_again_is_no_news() {
        let mut store = NamespacedStore::default();
        assert!(store.put(key("a", "x"), 1));
        assert!(!store.put(key("a", "x"), 1));
        assert!(store.put(key("a", "x"), 2));
        assert!(store.remove(&key("a", "x")));
        assert!(!store.remove(&key("a", "x")));
    }

    #[test]
    fn what_is_kept_weighs_what_it_would_weigh_if_it_were_put_there_anew() {
        let weigh = |things: &[(&str, &str)]| {
            let mut store = NamespacedStore::default();
            for (name, thing) in things {
                store.put(key("a", name), (*thing).to_owned());
            }
            store.load()
        };
        let mut store = NamespacedStore::default();
        store.put(key("a", "x"), "short".to_owned());
        store.put(key("a", "x"), "a little longer".to_owned());
        store.put(key("a", "y"), "goes".to_owned());
        store.put(key("a", "z"), "stays".to_owned());
        store.remove(&key("a", "y"));
        store.remove(&key("a", "never there"));
        assert_eq!(store.load(), weigh(&[("x", "a little longer"), ("z", "stays")]));
        store.trim("a", 1, String::len);
        assert_eq!(store.load(), weigh(&[("x", "a little longer")]));
        store.begin_list();
        store.list(key("a", "new"), "listed".to_owned());
        store.list(key("a", "newer"), "listed".to_owned());
        assert_eq!(store.load().n, 2, "what comes is counted while it comes");
        store.end_list();
        assert_eq!(store.load(), weigh(&[("new", "listed"), ("newer", "listed")]));
        store.clear();
        assert_eq!(store.load(), Load::default());
    }

    #[test]
    fn past_the_limit_the_oldest_go() {
        let mut store = NamespacedStore::default();
        for age in 0..5 {
            store.put(key("a", &format!("x{age}")), age);
        }
        store.trim("a", 2, |age| *age);
        assert_eq!(store.of("a").map(|(_, age)| *age).collect::<Vec<_>>(), [3, 4]);
    }
}
