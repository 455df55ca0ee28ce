//! Amounts of a resource: how they are read and written, and how large they may be.

use super::Resource;
use super::unit::Unit;
use crate::field_error::FieldErrors;
use crate::quantity::{self, QuantityError};

impl Resource {
    /// The largest amount anybody may name: 10,000 cores, 1 PiB, 100,000 objects. Sums of a million of these fit an `i64`.
    pub fn largest(self) -> u64 {
        self.unit().largest()
    }

    /// The least that means anything, where it is not nothing: fewer bytes are a unit left out.
    pub fn least(self) -> u64 {
        self.unit().least()
    }

    /// How people write it, with its unit.
    pub fn example(self) -> &'static str {
        self.unit().example()
    }

    /// The amount in words people use, without the resource's name: `2`, `16 GiB`, `50`.
    pub fn format(self, amount: u64) -> String {
        match self.unit() {
            Unit::Cores => quantity::describe_milli(amount),
            Unit::Bytes => quantity::describe_bytes(amount),
            Unit::Pieces => amount.to_string(),
        }
    }

    /// Amounts to be compared, each in words, the last one with its unit: `14.9`, `2`, `16 GiB`.
    pub fn format_together(self, amounts: &[u64]) -> Vec<String> {
        match self.unit() {
            Unit::Bytes => quantity::describe_bytes_together(amounts),
            Unit::Cores | Unit::Pieces => amounts.iter().map(|amount| self.format(*amount)).collect(),
        }
    }

    /// The amount as it stands in a form, to be read back by [`Self::parse`]: as people say it where that is exact.
    pub fn write(self, amount: u64) -> String {
        let said = self.format(amount);
        if self.parse(&said) == Ok(amount) {
            return said;
        }
        match self.unit() {
            Unit::Cores => format!("{amount}m"),
            Unit::Bytes => format!("{amount} B"),
            Unit::Pieces => amount.to_string(),
        }
    }

    /// The amount as Kubernetes writes it: `1500m`, `16Gi`, `50`, `2k`.
    pub fn quantity(self, amount: u64) -> String {
        match self.unit() {
            Unit::Cores => quantity::format_milli(amount),
            Unit::Bytes => quantity::format_bytes(amount),
            Unit::Pieces => quantity::format_count(amount),
        }
    }

    /// Reads an amount as Kubernetes writes it, whichever way that is: `1500m`, `1k`, `751619276800m`. What cannot be read
    /// is not known, and never nothing.
    pub fn read(self, quantity: &str) -> Result<u64, QuantityError> {
        match self.unit() {
            Unit::Cores => quantity::parse_milli(quantity),
            Unit::Bytes | Unit::Pieces => quantity::parse_whole(quantity),
        }
    }

    /// Reads an amount as a person types it: `2`, `500m`, `2 cores`; `16Gi`, `16 GiB`; `50`. Bytes need their unit: who types a
    /// bare number means something larger.
    pub fn parse(self, text: &str) -> Result<u64, FieldErrors> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let invalid = |problem: &str| FieldErrors::of(self.field(), problem);
        let is_bare = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let amount = match self.unit() {
            Unit::Cores => quantity::parse_milli(compact.strip_suffix("cores").unwrap_or(&compact)),
            Unit::Bytes if is_bare(&compact) => match quantity::parse_whole(&compact) {
                Ok(amount) if amount > 0 => return Err(invalid(&ask_back(&compact, amount))),
                read => read,
            },
            Unit::Bytes => quantity::parse_whole(compact.strip_suffix('B').unwrap_or(&compact)),
            Unit::Pieces if !is_bare(&compact) || compact.contains('.') => return Err(invalid("use a whole number")),
            Unit::Pieces => quantity::parse_whole(&compact),
        };
        match amount {
            Ok(amount) if amount <= self.largest() => Ok(amount),
            Ok(_) => Err(invalid(&format!("is more than {}", self.format(self.largest())))),
            Err(problem) => Err(invalid(&format!("{problem}: write {}", self.example()))),
        }
    }

    /// A mistake in an amount that nobody can mean, without its field.
    pub fn mistake(self, amount: u64) -> Option<String> {
        if amount > self.largest() {
            Some(format!("is more than {}", self.format(self.largest())))
        } else if amount > 0 && amount < self.least() {
            Some(format!("is only {}: it must be at least {}", self.format(amount), self.format(self.least())))
        } else {
            None
        }
    }
}

/// What a bare number of bytes may have been meant as.
fn ask_back(typed: &str, amount: u64) -> String {
    let meant = if amount < 1 << 20 { format!("{typed}Gi") } else { quantity::format_bytes(amount) };
    let meant = if meant == typed { format!("{typed} B") } else { meant };
    format!("{typed} has no unit: did you mean {meant}?")
}
