//! Shares of something scarce: so many in all, and so many of them for one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub struct Shares<K> {
    most: usize,
    most_of_one: usize,
    held: Mutex<Held<K>>,
}

struct Held<K> {
    n: usize,
    by: HashMap<K, usize>,
}

/// One of them, until it is dropped.
pub struct Share<K: Eq + Hash> {
    of: Arc<Shares<K>>,
    key: Option<K>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Nobody gets one more.
    All,
    /// Who asks has all that one may have.
    One,
}

impl<K: Eq + Hash + Clone> Shares<K> {
    pub fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, held: Mutex::new(Held { n: 0, by: HashMap::new() }) })
    }

    /// Without a key it counts in all only.
    pub fn take(self: &Arc<Self>, key: Option<K>) -> Result<Share<K>, Full> {
        let mut held = self.held();
        if let Some(key) = &key
            && held.by.get(key).is_some_and(|n| *n >= self.most_of_one)
        {
            return Err(Full::One);
        }
        if held.n >= self.most {
            return Err(Full::All);
        }
        held.n += 1;
        if let Some(key) = &key {
            *held.by.entry(key.clone()).or_default() += 1;
        }
        Ok(Share { of: self.clone(), key })
    }
}

impl<K> Shares<K> {
    /// Whole at every moment: nothing that holds it can panic half-way.
    fn held(&self) -> MutexGuard<'_, Held<K>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut held = self.of.held();
        held.n -= 1;
        let Some(key) = &self.key else { return };
        if let Some(n) = held.by.get_mut(key) {
            *n -= 1;
            if *n == 0 {
                held.by.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_takes_no_more_than_their_share_and_all_no_more_than_there_are() {
        let shares = Shares::new(5, 2);
        let mut held = vec![shares.take(Some('a')).ok(), shares.take(Some('a')).ok()];
        assert_eq!(shares.take(Some('a')).err(), Some(Full::One));
        held.extend([shares.take(Some('b')).ok(), shares.take(None).ok(), shares.take(None).ok()]);
        assert!(held.iter().all(Option::is_some));
        assert_eq!(shares.take(Some('c')).err(), Some(Full::All));
        assert_eq!(shares.take(None).err(), Some(Full::All));
        held.remove(0);
        assert!(shares.take(Some('a')).is_ok(), "what is given back can be taken again");
        held.clear();
        assert!(shares.held().by.is_empty(), "who holds nothing is forgotten");
    }
}
