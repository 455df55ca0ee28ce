//! Amounts of every resource, as texts as typed: every form that holds amounts has them.

use crate::quota::named::{self, Others};
use crate::quota::{PerResource, Resource};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// By the names that forms have for them: `cpu`, not `cpu_m`, since what is typed has any unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AmountFields(PerResource<String>);

impl AmountFields {
    pub fn from_fn(text: impl Fn(Resource) -> String) -> Self {
        Self(PerResource::from_fn(text))
    }

    pub fn get(&self, resource: Resource) -> &str {
        &self.0[resource]
    }

    #[must_use]
    pub fn with(mut self, resource: Resource, text: &str) -> Self {
        self.0[resource] = text.to_owned();
        self
    }

    /// Whether nothing was typed.
    pub fn are_blank(&self) -> bool {
        Resource::ALL.into_iter().all(|resource| self.get(resource).is_empty())
    }
}

impl Serialize for AmountFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Resource::ALL.map(|resource| (resource.typed_field(), self.get(resource))))
    }
}

impl<'de> Deserialize<'de> for AmountFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name_of = |field: &str| Resource::ALL.map(Resource::typed_field).into_iter().find(|name| *name == field);
        let typed = named::read::<_, String>(deserializer, name_of, Others::Ignore)?;
        Ok(Self::from_fn(|resource| typed.get(resource.typed_field()).cloned().unwrap_or_default()))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for AmountFields {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        named::schema(Resource::ALL.map(Resource::typed_field), String::schema(), Others::Ignore).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for AmountFields {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_found_among_other_fields_and_what_was_not_is_blank() {
        let read: AmountFields = serde_json::from_str(r#"{"size": "own", "cpu": "2", "cpu_m": "9"}"#).expect("fields");
        assert_eq!(read, AmountFields::default().with(Resource::Cpu, "2"));
        assert!(serde_json::from_str::<AmountFields>("{}").is_ok_and(|none| none.are_blank()));
    }
}
