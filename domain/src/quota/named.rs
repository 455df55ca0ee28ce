//! Objects that have a field for each of some names: read as `serde` reads a struct, with the same mistakes.

use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// What to do with a field that has none of the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    Refuse,
    Ignore,
}

/// What an object says under each name; a field goes by the name that `name_of` gives it.
pub(crate) fn read<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    name_of: impl Fn(&str) -> Option<&'static str>,
    others: Others,
) -> Result<BTreeMap<&'static str, T>, D::Error> {
    deserializer.deserialize_map(Fields { name_of, others, values: PhantomData })
}

struct Fields<F, T> {
    name_of: F,
    others: Others,
    values: PhantomData<T>,
}

impl<'de, F: Fn(&str) -> Option<&'static str>, T: Deserialize<'de>> Visitor<'de> for Fields<F, T> {
    type Value = BTreeMap<&'static str, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut read = BTreeMap::new();
        while let Some(field) = map.next_key::<String>()? {
            match (self.name_of)(&field) {
                Some(name) if read.contains_key(name) => return Err(A::Error::duplicate_field(name)),
                Some(name) => {
                    read.insert(name, map.next_value()?);
                }
                None if self.others == Others::Refuse => return Err(A::Error::unknown_field(&field, &[])),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(read)
    }
}

/// The schema of such an object: `each` under each of the names.
#[cfg(feature = "openapi")]
pub(crate) fn schema(
    names: impl IntoIterator<Item = &'static str>,
    each: impl Into<utoipa::openapi::RefOr<utoipa::openapi::Schema>>,
    others: Others,
) -> utoipa::openapi::ObjectBuilder {
    use utoipa::openapi::schema::AdditionalProperties;
    let (object, each) = (utoipa::openapi::ObjectBuilder::new(), each.into());
    let object = names.into_iter().fold(object, |object, name| object.property(name, each.clone()));
    match others {
        Others::Refuse => object.additional_properties(Some(AdditionalProperties::FreeForm(false))),
        Others::Ignore => object,
    }
}
