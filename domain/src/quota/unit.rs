//! Units that amounts of resources are counted in.

/// What an amount is a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Thousandths of a core.
    Cores,
    Bytes,
    Pieces,
}

impl Unit {
    pub(super) fn largest(self) -> u64 {
        match self {
            Self::Cores => 10_000_000,
            Self::Bytes => 1 << 50,
            Self::Pieces => 100_000,
        }
    }

    pub(super) fn least(self) -> u64 {
        match self {
            Self::Bytes => 1 << 20,
            Self::Cores | Self::Pieces => 1,
        }
    }

    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Cores => "2 or 500m cores",
            Self::Bytes => "16Gi or 512Mi",
            Self::Pieces => "a whole number",
        }
    }
}
