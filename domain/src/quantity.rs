//! Kubernetes quantities (`500m`, `4Gi`, `1e3`, `751619276800m`), read exactly as apimachinery does, and how amounts are
//! written for Kubernetes and for people. What people type is read elsewhere: [`crate::quota::Resource::parse`].
//!
//! Grammar: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.

/// Longest quantity that is read; Kubernetes itself writes some twenty characters.
const LONGEST: usize = 200;

/// Why a text is no quantity we can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("is not a quantity")]
    Malformed,
    #[error("is out of range")]
    OutOfRange,
}

/// An amount of any precision that is not negative: digits times a power of ten. Equal amounts are equal, however they
/// were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// Most significant first, without zeros at either end; nothing for zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Quantity {
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.len() > LONGEST {
            return Err(QuantityError::OutOfRange);
        }
        let text = text.strip_prefix('+').unwrap_or(text);
        let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(split);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(QuantityError::Malformed);
        }
        let (doublings, exponent) = unit(suffix)?;
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        for _ in 0..doublings {
            double(&mut digits);
        }
        let places = i64::try_from(fraction.len()).map_err(|_| QuantityError::OutOfRange)?;
        Ok(Self::trimmed(digits, exponent - places))
    }

    fn trimmed(mut digits: Vec<u8>, mut exponent: i64) -> Self {
        while digits.last() == Some(&0) {
            digits.pop();
            exponent += 1;
        }
        let n_leading = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..n_leading);
        if digits.is_empty() { Self { digits, exponent: 0 } } else { Self { digits, exponent } }
    }

    /// In units of 10^-`places`, rounded up.
    fn scaled(&self, places: i64) -> Result<u64, QuantityError> {
        let n_digits = i64::try_from(self.digits.len()).map_err(|_| QuantityError::OutOfRange)?;
        // So many digits stand before the point.
        let n_whole = n_digits + self.exponent + places;
        if n_whole > 20 {
            return Err(QuantityError::OutOfRange);
        }
        let mut value = 0u128;
        for place in 0..n_whole.max(0) {
            let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied().unwrap_or(0);
            value = value * 10 + u128::from(digit);
        }
        let is_exact = n_digits <= n_whole.max(0);
        u64::try_from(value + u128::from(!is_exact)).map_err(|_| QuantityError::OutOfRange)
    }
}

/// Thousandths of one, rounded up as Kubernetes does: `"0.5"` → 500, `"1500m"` → 1500, `"100u"` → 1.
pub fn parse_milli(text: &str) -> Result<u64, QuantityError> {
    Quantity::parse(text)?.scaled(3)
}

/// Whole units (bytes, counts), rounded up: `"4Gi"` → 4294967296, `"1k"` → 1000, `"1500m"` → 2.
pub fn parse_whole(text: &str) -> Result<u64, QuantityError> {
    Quantity::parse(text)?.scaled(0)
}

/// Whether two texts are the same amount: `1000` and `1k`. What is no quantity is the same as nothing.
pub fn is_same(one: &str, other: &str) -> bool {
    matches!((Quantity::parse(one), Quantity::parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// `cpu_m` as Kubernetes writes it: `2000` → `2`, `500` → `500m`, `1000000` → `1k`.
pub fn format_milli(milli: u64) -> String {
    if milli.is_multiple_of(1000) { format_count(milli / 1000) } else { format!("{milli}m") }
}

/// A count as Kubernetes writes it: `50` → `50`, `2000` → `2k`.
pub fn format_count(count: u64) -> String {
    for (zeros, unit) in [(18, "E"), (15, "P"), (12, "T"), (9, "G"), (6, "M"), (3, "k")] {
        let one = 10u64.pow(zeros);
        if count > 0 && count.is_multiple_of(one) {
            return format!("{}{unit}", count / one);
        }
    }
    count.to_string()
}

/// Bytes as Kubernetes writes them, in the largest binary unit that is exact: `4294967296` → `4Gi`, `1500` → `1500`.
pub fn format_bytes(bytes: u64) -> String {
    for (shift, unit) in [(60, "Ei"), (50, "Pi"), (40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] {
        if bytes >= 1 << shift && bytes.trailing_zeros() >= shift {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    format_count(bytes)
}

/// Cores for people: `1900` → `1.9`.
pub fn describe_milli(milli: u64) -> String {
    decimal(milli, 1000, 3)
}

/// Units of bytes, largest first, for people.
const BYTE_UNITS: [(u64, &str); 6] =
    [(1 << 60, "EiB"), (1 << 50, "PiB"), (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];

/// Bytes for people: `25769803776` → `24 GiB`, `1610612736` → `1.5 GiB`.
pub fn describe_bytes(bytes: u64) -> String {
    let (size, unit) = byte_unit(bytes);
    format!("{} {unit}", decimal(bytes, size, 1))
}

/// Amounts of bytes that are to be compared, in one unit where each can be said in it, else each in its own. The last one
/// always says its unit: `["14.9", "2", "16 GiB"]`, `["40 MiB", "0 B", "1.2 TiB"]`.
pub fn describe_bytes_together(amounts: &[u64]) -> Vec<String> {
    let (size, unit) = byte_unit(amounts.iter().copied().max().unwrap_or(0));
    let is_sayable = |amount: &u64| *amount == 0 || u128::from(*amount) * 10 >= u128::from(size);
    let last = amounts.len().saturating_sub(1);
    let say = |(place, amount): (usize, &u64)| match (amounts.iter().all(is_sayable), place == last) {
        (true, true) => format!("{} {unit}", decimal(*amount, size, 1)),
        (true, false) => decimal(*amount, size, 1),
        (false, _) => describe_bytes(*amount),
    };
    amounts.iter().enumerate().map(say).collect()
}

/// The largest unit of which there is one at least.
fn byte_unit(bytes: u64) -> (u64, &'static str) {
    BYTE_UNITS.into_iter().find(|(size, _)| bytes >= *size).unwrap_or((1, "B"))
}

/// `value / unit` with at most `places` decimals, without trailing zeros.
fn decimal(value: u64, unit: u64, places: u32) -> String {
    let scale = 10u128.pow(places);
    let scaled = (u128::from(value) * scale + u128::from(unit) / 2) / u128::from(unit);
    let (whole, fraction) = (scaled / scale, scaled % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:0width$}", width = places as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Twice the number that the digits are.
fn double(digits: &mut Vec<u8>) {
    let mut carry = 0;
    for digit in digits.iter_mut().rev() {
        let twice = *digit * 2 + carry;
        (*digit, carry) = (twice % 10, twice / 10);
    }
    if carry > 0 {
        digits.insert(0, carry);
    }
}

/// A suffix as (power of two, power of ten).
fn unit(suffix: &str) -> Result<(u32, i64), QuantityError> {
    Ok(match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        _ => return scientific(suffix).map(|exponent| (0, exponent)),
    })
}

fn scientific(suffix: &str) -> Result<i64, QuantityError> {
    let exponent = suffix.strip_prefix(['e', 'E']).ok_or(QuantityError::Malformed)?;
    let exponent: i32 = exponent.parse().map_err(|_| QuantityError::Malformed)?;
    Ok(exponent.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("2", 2000)]
    #[case("500m", 500)]
    #[case("0.5", 500)]
    #[case(".5", 500)]
    #[case("2.", 2000)]
    #[case("1e1", 10_000)]
    #[case("1E1", 10_000)]
    #[case("100u", 1)]
    #[case("0", 0)]
    #[case("0.5m", 1)]
    fn cpu_is_read_as_millicores(#[case] text: &str, #[case] milli: u64) {
        assert_eq!(parse_milli(text), Ok(milli));
    }

    #[rstest]
    #[case("4Gi", 4 << 30)]
    #[case("1.5Gi", 3 << 29)]
    #[case("1k", 1000)]
    #[case("1500m", 2)]
    #[case("128974848", 128_974_848)]
    #[case("129e6", 129_000_000)]
    fn memory_is_read_as_bytes(#[case] text: &str, #[case] bytes: u64) {
        assert_eq!(parse_whole(text), Ok(bytes));
    }

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("-1")]
    #[case("NaN")]
    #[case("10Gi ")]
    #[case(" 1")]
    #[case("1 Gi")]
    #[case("1.2.3")]
    #[case("1e")]
    #[case("1gi")]
    #[case("1K")]
    #[case("１")]
    #[case("1e30")]
    #[case("1e2147483647")]
    #[case("99999999999999999999999")]
    #[case("20Ei")]
    fn what_is_no_quantity_is_refused(#[case] text: &str) {
        assert!(parse_whole(text).is_err(), "{text:?}");
    }

    /// Each line: a text, its `Value()`, its `MilliValue()` (`-` where that is no `int64`), and how it is written back, as
    /// `resource.ParseQuantity` of k8s.io/apimachinery says.
    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        for line in include_str!("quantity/as_kubernetes_reads.txt").lines() {
            let [text, value, milli, canonical] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
            let value = Ok(value.parse().expect("is a number"));
            assert_eq!((parse_whole(text), parse_whole(canonical)), (value, value), "{line}");
            if let Ok(milli) = milli.parse() {
                assert_eq!((parse_milli(text), parse_milli(canonical)), (Ok(milli), Ok(milli)), "{line}");
            }
        }
    }

    #[rstest]
    #[case("1000", "1k", true)]
    #[case("0.5", "500m", true)]
    #[case("1Gi", "1073741824", true)]
    #[case("0", "0Ki", true)]
    #[case("1000m", "1001m", false)]
    #[case("x", "x", false)]
    fn amounts_are_compared_by_what_they_are(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        assert_eq!(is_same(one, other), same);
    }

    #[test]
    fn amounts_are_written_as_kubernetes_writes_them() {
        assert_eq!([format_count(1000), format_count(1500), format_count(0)], ["1k", "1500", "0"]);
        assert_eq!([format_milli(1_000_000), format_milli(1_500_000), format_milli(1500)], ["1k", "1500", "1500m"]);
        assert_eq!([format_bytes(1000), format_bytes(1 << 60), format_bytes(1536)], ["1k", "1Ei", "1536"]);
    }

    #[test]
    fn bytes_to_be_compared_share_a_unit_or_each_has_its_own() {
        assert_eq!(describe_bytes_together(&[0, 64]), ["0", "64 B"]);
        assert_eq!(describe_bytes_together(&[0, 4 << 30, 0]), ["0", "4", "0 GiB"]);
        assert_eq!(describe_bytes_together(&[149 << 30, 2 << 30, 160 << 30]), ["149", "2", "160 GiB"]);
        assert_eq!(describe_bytes_together(&[40 << 20, 1228 << 30]), ["40 MiB", "1.2 TiB"]);
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(24 << 30, "24 GiB")]
    #[case(3 << 29, "1.5 GiB")]
    #[case(1000, "1000 B")]
    fn bytes_are_said_in_binary_units(#[case] bytes: u64, #[case] said: &str) {
        assert_eq!(describe_bytes(bytes), said);
    }

    #[test]
    fn cores_are_said_without_trailing_zeros() {
        assert_eq!(
            (describe_milli(1900), describe_milli(250), describe_milli(4000)),
            ("1.9".into(), "0.25".into(), "4".into())
        );
    }

    proptest! {
        #[test]
        fn what_is_written_for_kubernetes_is_read_back_exactly(value in 0..u64::MAX / 2000) {
            prop_assert_eq!(parse_milli(&format_milli(value)), Ok(value));
            prop_assert_eq!(parse_whole(&format_bytes(value)), Ok(value));
            prop_assert_eq!(parse_whole(&format_count(value)), Ok(value));
        }

        /// Against fractions: `n / 10^places` in a unit of `unit`, rounded up.
        #[test]
        fn any_number_in_any_unit_is_rounded_up_to_the_next_whole(n in any::<u64>(), places in 0..12u32, unit in 0..13usize) {
            let (suffix, unit) = [
                ("n", (1, 1_000_000_000)), ("u", (1, 1_000_000)), ("m", (1, 1000)), ("", (1, 1)), ("k", (1000, 1)),
                ("M", (1_000_000, 1)), ("G", (1_000_000_000, 1)), ("T", (1_000_000_000_000, 1)), ("Ki", (1 << 10, 1)),
                ("Mi", (1 << 20, 1)), ("Gi", (1 << 30, 1)), ("Ti", (1u128 << 40, 1)), ("e2", (100, 1)),
            ][unit];
            let digits = format!("{n:0>width$}", width = places as usize + 1);
            let (whole, fraction) = digits.split_at(digits.len() - places as usize);
            let exact = (u128::from(n) * unit.0).div_ceil(10u128.pow(places) * unit.1);
            let expected = u64::try_from(exact).map_err(|_| QuantityError::OutOfRange);
            prop_assert_eq!(parse_whole(&format!("{whole}.{fraction}{suffix}")), expected);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}", number in "[0-9.]{0,60}[eE][+-]?[0-9]{0,30}") {
            let _ = (parse_milli(&text), parse_whole(&text), parse_milli(&number), parse_whole(&number));
        }
    }
}
