//! What helm keeps of a release, in the JSON that it prints and that its Secrets hold.

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One revision of a release, whole. What is printed of it for a log leaves out what may hold secrets.
#[derive(Clone, Deserialize)]
pub struct Release {
    pub name: String,
    #[serde(default)]
    pub namespace: String,
    #[serde(rename = "version")]
    pub revision: u32,
    pub info: Info,
    /// Not everywhere: `helm status` leaves it out.
    #[serde(default, deserialize_with = "metadata_of_chart")]
    pub chart: Option<ChartMetadata>,
    /// The values that somebody gave, as JSON; the chart's own are not among them.
    #[serde(default = "no_values", rename = "config", deserialize_with = "raw")]
    pub values: String,
    /// Documents of YAML, without hooks and CRDs.
    #[serde(default)]
    pub manifest: String,
    #[serde(default, deserialize_with = "bounded")]
    pub hooks: Vec<Hook>,
}

/// How a revision stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Info {
    pub status: Status,
    #[serde(default)]
    pub description: String,
    /// Of the release: by its first revision.
    #[serde(default, deserialize_with = "time")]
    pub first_deployed: Option<OffsetDateTime>,
    /// Of this revision: when its operation began.
    #[serde(default, deserialize_with = "time")]
    pub last_deployed: Option<OffsetDateTime>,
    #[serde(default, deserialize_with = "time")]
    pub deleted: Option<OffsetDateTime>,
    /// Which one a rollback went back to.
    #[serde(default)]
    pub rollback_revision: Option<u32>,
    #[serde(default)]
    pub notes: String,
}

/// How a revision stands, in helm's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Deployed,
    /// A later one took its place; that it was ever well is not said with it.
    Superseded,
    Failed,
    /// Gone from the cluster, and kept in the history.
    Uninstalled,
    Uninstalling,
    PendingInstall,
    PendingUpgrade,
    PendingRollback,
    /// Also any that this version does not know.
    #[serde(other)]
    Unknown,
}

impl Status {
    /// Whether helm refuses to upgrade a release that ends with it, because somebody is at it, or was.
    pub fn is_pending(self) -> bool {
        match self {
            Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback => true,
            Self::Deployed
            | Self::Superseded
            | Self::Failed
            | Self::Uninstalled
            | Self::Uninstalling
            | Self::Unknown => false,
        }
    }
}

/// Of which chart a release is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChartMetadata {
    pub name: String,
    pub version: String,
    #[serde(default)]
    pub app_version: String,
    #[serde(default)]
    pub description: String,
}

/// An object that is made beside the release, at certain moments.
#[derive(Clone, Deserialize)]
pub struct Hook {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub manifest: String,
    /// `pre-upgrade`, `test`.
    #[serde(default, deserialize_with = "bounded")]
    pub events: Vec<String>,
    #[serde(default)]
    pub last_run: LastRun,
}

/// How a hook went the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct LastRun {
    #[serde(default, deserialize_with = "time")]
    pub started_at: Option<OffsetDateTime>,
    #[serde(default, deserialize_with = "time")]
    pub completed_at: Option<OffsetDateTime>,
    /// `Running`, `Succeeded`, `Failed`, `Unknown`; empty before the first time.
    #[serde(default)]
    pub phase: String,
}

impl fmt::Debug for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, namespace, revision, info, chart, .. } = self;
        let mut shown = formatter.debug_struct("Release");
        shown.field("name", name).field("namespace", namespace).field("revision", revision);
        shown.field("status", &info.status).field("chart", chart).finish_non_exhaustive()
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, events, last_run, .. } = self;
        let mut shown = formatter.debug_struct("Hook");
        shown.field("name", name).field("kind", kind).field("events", events);
        shown.field("last_run", last_run).finish_non_exhaustive()
    }
}

fn no_values() -> String {
    "{}".to_owned()
}

/// The text of a value, which takes no more memory than it has characters.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = Box::<RawValue>::deserialize(deserializer)?;
    Ok(if text.get() == "null" { no_values() } else { text.get().to_owned() })
}

/// Of a chart's templates and files nothing is kept.
fn metadata_of_chart<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChartMetadata>, D::Error> {
    #[derive(Deserialize)]
    struct Chart {
        metadata: Option<ChartMetadata>,
    }
    Ok(Option::<Chart>::deserialize(deserializer)?.and_then(|chart| chart.metadata))
}

/// None where helm writes nothing or Go's year 1.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<OffsetDateTime>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let time = OffsetDateTime::parse(&text, &Rfc3339).map_err(D::Error::custom)?;
    Ok(Some(time).filter(|time| time.year() > 1))
}

/// Most items in a list: an empty one takes far more memory than the two characters that make it.
const MOST_ITEMS: usize = 5000;

/// A list, or nothing, of at most [`MOST_ITEMS`].
pub fn bounded<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Bounded<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "a list of at most {MOST_ITEMS}")
        }

        fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while list.len() < MOST_ITEMS {
                match items.next_element()? {
                    Some(item) => list.push(item),
                    None => return Ok(list),
                }
            }
            match items.next_element::<IgnoredAny>()? {
                Some(_) => Err(A::Error::custom(format!("more than {MOST_ITEMS} in a list"))),
                None => Ok(list),
            }
        }
    }
    deserializer.deserialize_any(Bounded(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// What `helm install --output json` printed, with less in it.
    const INSTALLED: &str = r#"{"name":"it","info":{"first_deployed":"2026-12-01T13:45:38.12520138Z",
        "last_deployed":"2026-12-01T13:45:38.12520138Z","description":"by berth","status":"deployed","notes":"notes 1\n"},
        "chart":{"metadata":{"name":"web","version":"1.0.0","apiVersion":"v2","appVersion":"2.1"},"lock":null,
        "templates":[{"name":"templates/NOTES.txt","data":"bm90"}],"values":{"a":"x"},"schema":null,"files":null},
        "config":{"password":"hidden","n":1.50},"manifest":"kind: Secret # hidden","version":1,"namespace":"team","apply_method":"ssa",
        "hooks":[{"name":"t","kind":"Pod","path":"web/templates/a.yaml","manifest":"kind: Pod # hidden","events":["test"],
        "last_run":{"started_at":"2026-12-01T13:47:30.083996281Z","completed_at":"","phase":"Failed"}}]}"#;

    #[test]
    fn a_release_is_read_as_helm_prints_it() {
        let release: Release = serde_json::from_str(INSTALLED).unwrap();
        assert_eq!((release.name.as_str(), release.namespace.as_str(), release.revision), ("it", "team", 1));
        assert_eq!(release.info.status, Status::Deployed);
        assert_eq!(release.info.notes, "notes 1\n");
        assert_eq!(release.info.first_deployed.map(|time| time.year()), Some(2026));
        let chart = release.chart.as_ref().unwrap();
        assert_eq!((chart.name.as_str(), chart.version.as_str(), chart.app_version.as_str()), ("web", "1.0.0", "2.1"));
        assert_eq!(release.values, r#"{"password":"hidden","n":1.50}"#);
        assert_eq!(release.hooks[0].last_run.phase, "Failed");
        assert_eq!(release.hooks[0].last_run.completed_at, None);
    }

    #[test]
    fn values_and_manifests_are_not_printed() {
        let release: Release = serde_json::from_str(INSTALLED).unwrap();
        let shown = format!("{release:?} {:?}", release.hooks);
        assert!(!shown.contains("hidden") && shown.contains("Deployed"), "{shown}");
    }

    #[rstest]
    #[case("pending-upgrade", Status::PendingUpgrade)]
    #[case("uninstalling", Status::Uninstalling)]
    #[case("something-new", Status::Unknown)]
    fn statuses_are_helms_words(#[case] word: &str, #[case] status: Status) {
        assert_eq!(serde_json::from_value::<Status>(word.into()).unwrap(), status);
    }

    #[test]
    fn what_helm_leaves_out_is_nothing() {
        let text = r#"{"name":"it","version":1,"info":{"status":"failed","first_deployed":"","last_deployed":"0001-01-01T00:00:00Z"},
            "config":null,"chart":null,"hooks":null}"#;
        let release: Release = serde_json::from_str(text).unwrap();
        assert_eq!((release.values.as_str(), release.hooks.len(), release.chart), ("{}", 0, None));
        assert_eq!((release.info.first_deployed, release.info.last_deployed), (None, None));
    }

    #[test]
    fn lists_without_end_are_refused() {
        let hooks = vec!["{}"; MOST_ITEMS + 1].join(",");
        let text = format!(r#"{{"name":"it","version":1,"info":{{"status":"failed"}},"hooks":[{hooks}]}}"#);
        let error = serde_json::from_str::<Release>(&text).unwrap_err().to_string();
        assert!(error.contains("more than"), "{error}");
    }
}
