//! What an ask leaves of what is used. What is not known is no zero: it is said, and must be meant like less than is used.

use crate::quota::{Quota, Resource};
use crate::refusal::{BelowUse, Refusal};

/// How an ask stands to what is used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaves {
    /// As much as is used, or more; or nothing is taken away.
    Enough,
    /// Less than is used.
    Below(Vec<BelowUse>),
    /// Less than there is, of these; whether that is less than is used nobody can say now.
    Unknown(Vec<Resource>),
}

impl Leaves {
    /// `used` is what the cluster counts, if that is known; `now` is what there is.
    pub fn of(used: Option<&Quota>, now: &Quota, asked: &Quota) -> Self {
        let less_than = |than: Quota| Resource::ALL.into_iter().filter(move |r| asked.get(*r) < than.get(*r));
        let Some(used) = used else {
            let unknown: Vec<_> = less_than(*now).collect();
            return if unknown.is_empty() { Self::Enough } else { Self::Unknown(unknown) };
        };
        let line = |resource| BelowUse { resource, used: used.get(resource), asked: asked.get(resource) };
        let below: Vec<_> = less_than(*used).map(line).collect();
        if below.is_empty() { Self::Enough } else { Self::Below(below) }
    }

    /// Refuses what nobody said they mean.
    pub fn require_meant(self, is_meant: bool) -> Result<(), Refusal> {
        match self {
            Self::Below(below) if !is_meant => Err(Refusal::BelowUse(below)),
            Self::Unknown(unknown) if !is_meant => Err(Refusal::UseUnknown(unknown)),
            Self::Enough | Self::Below(_) | Self::Unknown(_) => Ok(()),
        }
    }

    pub fn below(&self) -> &[BelowUse] {
        match self {
            Self::Below(below) => below,
            Self::Enough | Self::Unknown(_) => &[],
        }
    }

    pub fn unknown(&self) -> &[Resource] {
        match self {
            Self::Unknown(unknown) => unknown,
            Self::Enough | Self::Below(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quota::tests::any_quota;
    use proptest::prelude::*;

    const NOW: Quota = Quota { cpu_m: 4000, memory_bytes: 16 << 30, pods: 50, ..Quota::ZERO };

    #[test]
    fn less_than_is_used_is_said_with_its_amounts() {
        let used = Quota { cpu_m: 1500, ..Quota::ZERO };
        let less = Quota { cpu_m: 1000, ..NOW };
        let below = vec![BelowUse { resource: Resource::Cpu, used: 1500, asked: 1000 }];
        assert_eq!(Leaves::of(Some(&used), &NOW, &less), Leaves::Below(below));
        assert_eq!(Leaves::of(Some(&used), &NOW, &Quota { cpu_m: 1500, ..NOW }), Leaves::Enough);
    }

    #[test]
    fn unknown_use_is_not_taken_for_none() {
        let mixed = Quota { cpu_m: 8000, memory_bytes: 1 << 30, ..NOW };
        assert_eq!(Leaves::of(None, &NOW, &mixed), Leaves::Unknown(vec![Resource::Memory]));
        assert_eq!(Leaves::of(Some(&Quota::ZERO), &NOW, &mixed), Leaves::Enough);
        assert_eq!(Leaves::of(None, &NOW, &Quota { cpu_m: 8000, ..NOW }), Leaves::Enough, "it takes nothing away");
    }

    proptest! {
        #[test]
        fn whatever_takes_away_must_be_meant_unless_use_is_known_to_fit(now in any_quota(), asked in any_quota(), used in any_quota()) {
            let unknown = Leaves::of(None, &now, &asked).require_meant(false);
            prop_assert_eq!(unknown.is_err(), !now.fits(&asked));
            let known = Leaves::of(Some(&used), &now, &asked).require_meant(false);
            prop_assert_eq!(known.is_err(), !used.fits(&asked));
            prop_assert_eq!(Leaves::of(None, &now, &asked).require_meant(true), Ok(()));
            prop_assert_eq!(Leaves::of(Some(&used), &now, &asked).require_meant(true), Ok(()));
        }
    }
}
