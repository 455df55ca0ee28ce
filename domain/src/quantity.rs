//! Kubernetes quantities (`500m`, `4Gi`, `1e3`) as integers, and amounts as people write them.
//!
//! Grammar: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.

/// Why a text is no quantity we can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    #[error("is not a quantity")]
    Malformed,
    #[error("is out of range")]
    OutOfRange,
}

/// Thousandths of one, rounded up as Kubernetes does: `"0.5"` → 500, `"1500m"` → 1500, `"100u"` → 1.
pub fn parse_milli(text: &str) -> Result<u64, QuantityError> {
    parse_scaled(text, 3)
}

/// Whole units (bytes, counts), rounded up: `"4Gi"` → 4294967296, `"1500m"` → 2.
pub fn parse_whole(text: &str) -> Result<u64, QuantityError> {
    parse_scaled(text, 0)
}

/// `cpu_m` as Kubernetes writes it: `2000` → `2`, `500` → `500m`.
pub fn format_milli(milli: u64) -> String {
    if milli.is_multiple_of(1000) { (milli / 1000).to_string() } else { format!("{milli}m") }
}

/// Bytes as Kubernetes writes them, in the largest binary unit that is exact: `4294967296` → `4Gi`.
pub fn format_bytes(bytes: u64) -> String {
    for (shift, unit) in [(50, "Pi"), (40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")] {
        if bytes >= 1 << shift && bytes.trailing_zeros() >= shift {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

/// Cores for people: `1900` → `1.9`.
pub fn say_milli(milli: u64) -> String {
    decimal(milli, 1000, 3)
}

/// Bytes for people: `25769803776` → `24 GiB`, `1610612736` → `1.5 GiB`.
pub fn say_bytes(bytes: u64) -> String {
    for (shift, unit) in [(50, "PiB"), (40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")] {
        if bytes >= 1 << shift {
            return format!("{} {unit}", decimal(bytes, 1 << shift, 1));
        }
    }
    format!("{bytes} B")
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

/// The value times 10^`places`, rounded up to an integer.
fn parse_scaled(text: &str, places: i32) -> Result<u64, QuantityError> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(split);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(QuantityError::Malformed);
    }
    if whole.len() + fraction.len() > 30 {
        return Err(QuantityError::OutOfRange);
    }
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| QuantityError::Malformed)?;
    let (binary, exponent) = unit(suffix)?;
    let exponent = exponent + places - i32::try_from(fraction.len()).map_err(|_| QuantityError::OutOfRange)?;
    scale(digits, binary, exponent)
}

/// A suffix as (power of two, power of ten).
fn unit(suffix: &str) -> Result<(u32, i32), QuantityError> {
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

fn scientific(suffix: &str) -> Result<i32, QuantityError> {
    let exponent = suffix.strip_prefix(['e', 'E']).ok_or(QuantityError::Malformed)?;
    let exponent: i32 = exponent.parse().map_err(|_| QuantityError::Malformed)?;
    if exponent.abs() > 30 { Err(QuantityError::OutOfRange) } else { Ok(exponent) }
}

fn scale(digits: u128, binary: u32, exponent: i32) -> Result<u64, QuantityError> {
    let out_of_range = QuantityError::OutOfRange;
    let shifted = digits.checked_mul(1u128 << binary).ok_or(out_of_range)?;
    let power = 10u128.checked_pow(exponent.unsigned_abs());
    let value = match (exponent >= 0, power) {
        (true, Some(power)) => shifted.checked_mul(power).ok_or(out_of_range)?,
        (true, None) if digits == 0 => 0,
        (true, None) => return Err(out_of_range),
        (false, Some(power)) => shifted.div_ceil(power),
        (false, None) => u128::from(digits != 0),
    };
    u64::try_from(value).map_err(|_| out_of_range)
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
    #[case("１")]
    #[case("1e30")]
    #[case("99999999999999999999999")]
    #[case("20Ei")]
    fn what_is_no_quantity_is_refused(#[case] text: &str) {
        assert!(parse_whole(text).is_err(), "{text:?}");
    }

    #[rstest]
    #[case(0, "0 B")]
    #[case(24 << 30, "24 GiB")]
    #[case(3 << 29, "1.5 GiB")]
    #[case(1000, "1000 B")]
    fn bytes_are_said_in_binary_units(#[case] bytes: u64, #[case] said: &str) {
        assert_eq!(say_bytes(bytes), said);
    }

    #[test]
    fn cores_are_said_without_trailing_zeros() {
        assert_eq!((say_milli(1900), say_milli(250), say_milli(4000)), ("1.9".into(), "0.25".into(), "4".into()));
    }

    proptest! {
        #[test]
        fn what_is_written_for_kubernetes_is_read_back_exactly(value in 0..u64::MAX / 2000) {
            prop_assert_eq!(parse_milli(&format_milli(value)), Ok(value));
            prop_assert_eq!(parse_whole(&format_bytes(value)), Ok(value));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = (parse_milli(&text), parse_whole(&text));
        }
    }
}
