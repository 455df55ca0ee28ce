//! Names and short texts, parsed once at the edge and trusted below it.

use crate::field_error::FieldErrors;
use crate::text::{self, Lines};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::{fmt, str::FromStr};

macro_rules! texts {
    (@typed $text:ident) => { $text };
    (@typed $text:ident trimmed) => { $text.trim() };
    ($($(#[$doc:meta])* $name:ident($field:literal) $($trimmed:ident)? = $check:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = FieldErrors;

            fn from_str(text: &str) -> Result<Self, FieldErrors> {
                let text = texts!(@typed text $($trimmed)?);
                let check: fn(&str) -> Result<(), Cow<'static, str>> = $check;
                match check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(problem) => Err(FieldErrors::of($field, problem)),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = FieldErrors;

            fn try_from(text: String) -> Result<Self, FieldErrors> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

texts! {
    /// Name of a Kubernetes namespace: an RFC 1123 label, and none of the names Kubernetes keeps for itself.
    NamespaceName("name") = |text| label(text, 63).and_then(|()| not_reserved(text));
    /// A team's short name; the first part of its namespaces' names, so it leaves room for the rest.
    TeamSlug("team") = |text| label(text, 30);
    ClusterName("cluster") = |text| label(text, 40);
    ClassName("class") = |text| label(text, 30);
    /// Name of a size within its class: `S`, `M`, `XL`.
    SizeName("size") = |text| match text.len() {
        1..=12 if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => Ok(()),
        _ => Err("use 1 to 12 letters, digits or dashes".into()),
    };
    /// What an entry of the catalog is known by, in addresses and files.
    EntryName("entry") = |text| label(text, 40);
    /// What a source of charts is known by.
    SourceName("source") = |text| label(text, 40);
    /// Why something is asked for; the first thing approvers read.
    Purpose("purpose") = |text| text::check(text, 3, 500, Lines::Many);
    /// What a person writes beside a decision.
    Comment("comment") = |text| text::check(text, 1, 2000, Lines::Many);
    /// A name people give to a thing of their own, one line.
    Title("title") = |text| text::check(text, 1, 80, Lines::One);
    /// What a team is there for.
    Description("description") = |text| text::check(text, 1, 500, Lines::Many);
    /// Whom a team's costs are charged to, as the books call it.
    CostCentre("cost_centre") = |text| text::check(text, 1, 60, Lines::One);
    /// Why somebody gets a role without a group.
    Reason("reason") = |text| text::check(text, 3, 500, Lines::Many);
    /// What somebody calls an access token, to know it again.
    TokenName("name") = |text| text::check(text, 1, 80, Lines::One);
    /// A group of the identity provider, as its claim spells it. Blanks around it are none of its own.
    GroupName("group") trimmed = |text| text::check(text, 1, 256, Lines::One);
}

impl GroupName {
    /// Whether people may have meant the other one: the same but for case, blanks or a slash in front.
    pub fn is_near(&self, other: &str) -> bool {
        self.0 != other && self.bare() == bare(other)
    }

    /// Without case, blanks and the slash in front.
    pub fn bare(&self) -> String {
        bare(&self.0)
    }
}

fn bare(group: &str) -> String {
    let bare: String = group.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    bare.trim_start_matches('/').to_owned()
}

/// The number people know a request by; written `REQ-123`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct RequestNumber(pub i64);

impl fmt::Display for RequestNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "REQ-{}", self.0)
    }
}

/// RFC 1123 label (<https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>).
pub(crate) fn label(text: &str, longest: usize) -> Result<(), Cow<'static, str>> {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if text.is_empty() {
        return Err("is missing".into());
    }
    if text.len() > longest {
        return Err("is too long".into());
    }
    if !text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err("use lower-case letters, digits and dashes only".into());
    }
    if !edge(text.chars().next()) || !edge(text.chars().last()) {
        return Err("must begin and end with a letter or a digit".into());
    }
    Ok(())
}

impl TeamSlug {
    /// Whether no namespace could bear a name of this team.
    pub fn begins_reserved_names(&self) -> bool {
        is_reserved(&format!("{self}-"))
    }
}

fn is_reserved(text: &str) -> bool {
    text == "default" || text.starts_with("kube-") || text.starts_with("berth-")
}

fn not_reserved(text: &str) -> Result<(), Cow<'static, str>> {
    if is_reserved(text) { Err("is kept for the cluster itself".into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("payments-dev", true)]
    #[case("a", true)]
    #[case("9lives", true)]
    #[case("", false)]
    #[case("-a", false)]
    #[case("a-", false)]
    #[case("Payments", false)]
    #[case("a_b", false)]
    #[case("a b", false)]
    #[case("ä", false)]
    #[case("default", false)]
    #[case("kube-system", false)]
    #[case("berth-system", false)]
    #[case("a.b", false)]
    fn a_namespace_name_is_an_rfc_1123_label(#[case] text: &str, #[case] valid: bool) {
        assert_eq!(text.parse::<NamespaceName>().is_ok(), valid, "{text:?}");
    }

    #[test]
    fn a_namespace_name_has_at_most_63_characters() {
        assert!("a".repeat(63).parse::<NamespaceName>().is_ok());
        assert!("a".repeat(64).parse::<NamespaceName>().is_err());
    }

    #[test]
    fn a_purpose_is_neither_blank_nor_unprintable() {
        assert!("   ".parse::<Purpose>().is_err());
        assert!("load\u{0}tests".parse::<Purpose>().is_err());
        assert!("load tests,\nuntil December".parse::<Purpose>().is_ok());
    }

    #[rstest]
    #[case("Payments-Owners", true)]
    #[case("/payments-owners", true)]
    #[case("payments-owners ", true)]
    #[case("payments -owners", true)]
    #[case("payments-owners", false)]
    #[case("payments-owner", false)]
    #[case("team/payments-owners", false)]
    fn a_group_that_may_have_been_meant_is_near(#[case] other: &str, #[case] is_near: bool) {
        let group: GroupName = " payments-owners ".parse().expect("is a name");
        assert_eq!((group.as_str(), group.is_near(other)), ("payments-owners", is_near));
    }

    #[test]
    fn a_refused_name_says_which_field_it_was() {
        let errors = "A".parse::<TeamSlug>().expect_err("upper case");
        assert_eq!(errors.0[0].field, "team");
    }
}
