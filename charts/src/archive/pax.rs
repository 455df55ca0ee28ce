//! Extended headers: PAX records, of which only the path of the next file means anything here.

use super::error::PaxFault;

/// What the records say of the next file. A size is only compared with that of its header.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Records {
    pub path: Option<Vec<u8>>,
    pub size: Option<u64>,
    pub is_sparse: bool,
    pub is_link: bool,
    pub is_more_than_comment: bool,
}

pub fn read(mut bytes: &[u8]) -> Result<Records, PaxFault> {
    let mut records = Records::default();
    while !bytes.is_empty() {
        let (key, value, rest) = split(bytes).ok_or(PaxFault::Malformed)?;
        take(&mut records, key, value)?;
        bytes = rest;
    }
    Ok(records)
}

fn take(records: &mut Records, key: &[u8], value: &[u8]) -> Result<(), PaxFault> {
    records.is_more_than_comment |= key != b"comment";
    match key {
        // An empty value would take back one that was given before.
        b"path" if records.path.is_some() || value.is_empty() => return Err(PaxFault::SecondName),
        b"path" => records.path = Some(value.to_vec()),
        b"size" if records.size.is_some() => return Err(PaxFault::Size),
        b"size" => records.size = Some(decimal(value).ok_or(PaxFault::Size)?),
        b"linkpath" => records.is_link = true,
        key if key.starts_with(b"GNU.sparse.") => records.is_sparse = true,
        _ => {}
    }
    Ok(())
}

/// `LENGTH KEY=VALUE\n`, where the length is of all of it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&bytes[..space])?).ok()?;
    let record = bytes.get(space + 1..length)?;
    let (b'\n', record) = record.split_last()? else { return None };
    let equals = record.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
    let (key, value) = (&record[..equals], &record[equals + 1..]);
    (!key.contains(&0)).then_some((key, value, &bytes[length..]))
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn values_may_have_line_ends_and_equal_signs() {
        let records = read(b"20 path=a/b=c\nd.txt\n21 comment=something\n").expect("is read");
        assert_eq!(records.path.as_deref(), Some(&b"a/b=c\nd.txt"[..]));
    }

    #[rstest]
    #[case::shorter(b"3 path=a\n")]
    #[case::longer(b"99 path=a\n")]
    #[case::no_length(b"path=a\n")]
    #[case::negative(b"-9 path=a\n")]
    #[case::enormous(b"99999999999999999999 path=a\n")]
    #[case::no_key(b"5 =a\n")]
    #[case::no_end(b"9 path=ab")]
    #[case::zeros(b"\0\0\0\0")]
    fn malformed_records_are_refused(#[case] bytes: &[u8]) {
        assert_eq!(read(bytes), Err(PaxFault::Malformed));
    }

    #[rstest]
    #[case::path_twice(b"9 path=a\n9 path=b\n", PaxFault::SecondName)]
    #[case::path_taken_back(b"8 path=\n", PaxFault::SecondName)]
    #[case::size_twice(b"9 size=1\n9 size=1\n", PaxFault::Size)]
    #[case::size_no_number(b"11 size=-1\n", PaxFault::Size)]
    fn what_two_readers_read_differently_is_refused(#[case] bytes: &[u8], #[case] fault: PaxFault) {
        assert_eq!(read(bytes), Err(fault));
    }
}
