//! The namespaces and requests somebody looked at last: a cookie, so that looking at a page writes nothing anywhere.
//!
//! It belongs to the person whose id it begins with; for anybody else in the same browser it holds nothing.

use domain::id::PersonId;
use domain::name::RequestNumber;
use domain::view::{Hit, HitKind};

/// Kept at most.
const MOST: usize = 10;
/// Half a year.
pub const LIFE_S: u32 = 182 * 24 * 60 * 60;

/// Somewhere somebody has been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    Namespace { cluster: String, name: String },
    Request { number: RequestNumber, name: String },
}

/// From a cookie's value, newest first.
pub fn read(value: &str, person: PersonId) -> Vec<Visit> {
    let Some(rest) = value.strip_prefix(&owner(person)) else { return Vec::new() };
    rest.split('|').filter_map(Visit::parse).take(MOST).collect()
}

/// With this one in front; none when it is there already.
pub fn with(visits: &[Visit], visit: &Visit, person: PersonId) -> Option<String> {
    if visits.first() == Some(visit) {
        return None;
    }
    let others = visits.iter().filter(|other| *other != visit);
    let all: Vec<_> = [visit].into_iter().chain(others).take(MOST).map(Visit::write).collect();
    Some(format!("{}{}", owner(person), all.join("|")))
}

fn owner(person: PersonId) -> String {
    format!("{}|", person.0.simple())
}

impl Visit {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let (kind, first, second, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
        let is_name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !text.is_empty();
        if rest.is_some() || !is_name(first) || !is_name(second) {
            return None;
        }
        match kind {
            "n" => Some(Self::Namespace { cluster: first.to_owned(), name: second.to_owned() }),
            "r" => Some(Self::Request { number: RequestNumber(first.parse().ok()?), name: second.to_owned() }),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Namespace { cluster, name } => format!("n~{cluster}~{name}"),
            Self::Request { number, name } => format!("r~{}~{name}", number.0),
        }
    }

    pub fn hit(&self) -> Hit {
        match self {
            Self::Namespace { cluster, name } => Hit {
                kind: HitKind::Namespace,
                title: name.clone(),
                detail: cluster.clone(),
                href: format!("/namespaces/{cluster}/{name}"),
            },
            Self::Request { number, name } => Hit {
                kind: HitKind::Request,
                title: number.to_string(),
                detail: name.clone(),
                href: format!("/requests/{}", number.0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn namespace(name: &str) -> Visit {
        Visit::Namespace { cluster: "harbour-1".into(), name: name.into() }
    }

    #[test]
    fn the_last_ten_are_kept_each_once_newest_first() {
        let person = PersonId(Uuid::from_u128(1));
        let mut visits = Vec::new();
        for name in (0..12).map(|n| format!("a-{n}")).chain(["a-5".into()]) {
            let value = with(&visits, &namespace(&name), person).expect("is news");
            visits = read(&value, person);
        }
        let request = Visit::Request { number: RequestNumber(12), name: "a-5".into() };
        let value = with(&visits, &request, person).expect("is news");
        let visits = read(&value, person);
        assert_eq!(
            (visits.len(), &visits[0], &visits[1], &visits[2]),
            (10, &request, &namespace("a-5"), &namespace("a-11"))
        );
        assert_eq!(with(&visits, &request, person), None, "looking again changes nothing");
        assert_eq!(read(&value, PersonId(Uuid::from_u128(2))), [], "it is nobody else's");
    }

    #[test]
    fn what_was_not_written_by_us_is_passed_over() {
        let person = PersonId(Uuid::from_u128(1));
        let value = format!("{}n~../~x|r~x~y|n~a~b~c|q~a~b|n~a~<b>|n~harbour-1~fine", owner(person));
        assert_eq!(read(&value, person), [namespace("fine")]);
    }
}
