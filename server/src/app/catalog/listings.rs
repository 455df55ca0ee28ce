//! What sources have: asked now and then and by people, and what is newer taken in by itself.

use super::ingest::{ASKING, order_version, sort_key};
use super::sources::{LIST_VERSIONS, open, read_index};
use crate::app::{Ctx, Error, Result, change};
use crate::jobs::{Job, Outcome};
use crate::store;
use crate::store::chart_listings::{Asked, Listed, Listing};
use crate::store::chart_sources::Source;
use charts::version::Version;
use domain::catalog::ChartOrigin;
use domain::name::EntryName;
use domain::{Action, Refusal, text};
use sources::repository::Index;
use sources::{Limits, Reader};
use time::{Duration, OffsetDateTime, UtcOffset};
use uuid::Uuid;

/// Versions of a chart that are kept: the newest.
const MOST_KEPT: usize = 1000;
/// How often a source is asked by itself for what is new of a chart.
const APART: Duration = Duration::hours(1);
/// Lists that one round orders, and how long rounds are apart.
const ROUND: i64 = 20;
const ROUNDS_APART: Duration = Duration::minutes(5);
/// New versions that are taken in by themselves after one list.
const MOST_TAKEN_IN: i64 = 3;
/// How often a version that could not be had is tried by itself, and how long in between.
const ATTEMPTS: i64 = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::hours(6);
/// For one list: somebody may wait for it.
const LONGEST_LIST: std::time::Duration = std::time::Duration::from_secs(60);
/// A source that wants rest gets no more than this.
const LONGEST_REST: Duration = Duration::hours(24);

/// Orders that an entry's source is asked now.
pub async fn refresh(ctx: &Ctx, entry: &EntryName) -> Result<()> {
    ctx.allow(Action::SetUp)?;
    change!(ctx, |tx| {
        let found = store::catalog_entries::find(&mut **tx, entry).await?.ok_or(Error::NotFound)?;
        let Some(origin) = found.spec.origin else {
            return Err(Refusal::NotPossible(format!("versions of {entry} are uploaded: it has no source")).into());
        };
        if let Some(listing) = store::chart_listings::find(&mut **tx, &origin).await?
            && let Some(at) = listing.not_before.filter(|at| *at > ctx.now())
        {
            let seconds = (at - ctx.now()).whole_seconds().max(1);
            let why = format!("{} wants not to be asked before {seconds} s have passed", origin.source);
            return Err(Refusal::NotPossible(why).into());
        }
        order(tx, ctx, &origin).await
    })
}

/// Orders it within a change, as when an entry is given a source.
pub(super) async fn order(tx: &mut crate::app::Change, ctx: &Ctx, origin: &ChartOrigin) -> Result<()> {
    let id = store::chart_listings::order(&mut **tx, origin, ctx.now()).await?;
    tx.enqueue(ListVersions::NAME, id);
    Ok(())
}

/// Orders the lists that are due.
pub struct FollowSources;

impl Job<Ctx> for FollowSources {
    const NAME: &'static str = "follow_sources";
    const EVERY: Option<Duration> = Some(ROUNDS_APART);

    async fn run(ctx: &Ctx, _: Uuid) -> Outcome {
        order_due(ctx).await.into()
    }
}

async fn order_due(ctx: &Ctx) -> Result<()> {
    ctx.allow(Action::Provision)?;
    change!(ctx, |tx| {
        let due = store::chart_listings::order_due(&mut **tx, ctx.now() - APART, ctx.now(), ROUND).await?;
        due.into_iter().for_each(|id| tx.enqueue(ListVersions::NAME, id));
        Ok(())
    })
}

/// Asks a source which versions of a chart it has.
pub struct ListVersions;

impl Job<Ctx> for ListVersions {
    const NAME: &'static str = LIST_VERSIONS;

    async fn run(ctx: &Ctx, key: Uuid) -> Outcome {
        let Ok(_asking) = ASKING.try_acquire() else { return Outcome::Busy };
        list(ctx, key).await.into()
    }

    async fn give_up(ctx: &Ctx, key: Uuid) -> anyhow::Result<()> {
        let asked = Asked { error: Some("Berth could not do it: the log says why"), not_before: None, etag: None };
        Ok(store::chart_listings::finish(ctx.db(), key, &asked, ctx.now()).await?)
    }
}

/// What a source said.
enum Said {
    Unchanged,
    Versions {
        kept: Vec<Listed>,
        n: usize,
        etag: Option<String>,
    },
    /// With when it may be asked again, where it said so.
    No {
        why: String,
        not_before: Option<OffsetDateTime>,
    },
}

async fn list(ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.allow(Action::Provision)?;
    let Some(listing) = store::chart_listings::get(ctx.db(), id).await? else { return Ok(()) };
    let Some(source) = store::chart_sources::find(ctx.db(), &listing.origin.source).await? else { return Ok(()) };
    let said = ask(ctx, &source, &listing).await?;
    change!(ctx, |tx| {
        if !store::chart_sources::hold_version(&mut **tx, &source.name, source.version).await? {
            return Err(Error::Entangled); // what was said is of what it was before
        }
        let mut asked = Asked { error: None, not_before: None, etag: listing.etag.as_deref() };
        match &said {
            Said::Unchanged => {}
            Said::Versions { kept, n, etag } => {
                store::chart_listings::replace(tx, id, kept, *n).await?;
                asked.etag = etag.as_deref();
            }
            Said::No { why, not_before } => {
                asked.error = Some(why);
                asked.not_before = *not_before;
            }
        }
        store::chart_listings::finish(&mut **tx, id, &asked, ctx.now()).await?;
        if let Some(not_before) = asked.not_before {
            store::chart_listings::rest(&mut **tx, &source.name, not_before).await?;
        }
        if asked.error.is_some() {
            return Ok(());
        }
        for (entry, with_prereleases) in store::chart_listings::list_entries(&mut **tx, &listing.origin).await? {
            let attempts = (ctx.now() - BETWEEN_ATTEMPTS, ATTEMPTS);
            let newer =
                store::chart_listings::list_newer(&mut **tx, id, &entry, with_prereleases, attempts, MOST_TAKEN_IN)
                    .await?;
            for version in newer {
                order_version(tx, ctx, &entry, &listing.origin, &version).await?;
            }
        }
        Ok(())
    })
}

async fn ask(ctx: &Ctx, source: &Source, listing: &Listing) -> Result<Said> {
    let no = |why: &str| Said::No { why: text::shown(why, 1000), not_before: None };
    let limits = Limits { answer: LONGEST_LIST, order: LONGEST_LIST, ..Limits::default() };
    let reader = match open(ctx, source, limits) {
        Ok(reader) => reader,
        Err(Error::Refused(refusal)) => return Ok(no(&refusal.to_string())),
        Err(error) => return Err(error),
    };
    let said = match &reader {
        Reader::Registry(registry) => match registry.versions(&listing.origin.chart).await {
            Ok(tags) => of_tags(&tags),
            Err(error) => return Ok(refused(ctx, &error)),
        },
        Reader::Index(repository) => match repository.index(listing.etag.as_deref()).await {
            Ok(Index::Unchanged) => Said::Unchanged,
            Ok(Index::Changed { bytes, etag }) => match read_index(bytes, repository.base()).await {
                Ok(index) => of_index(&index, &listing.origin.chart, etag),
                Err(why) => return Ok(no(&why)),
            },
            Err(error) => return Ok(refused(ctx, &error)),
        },
    };
    match &said {
        Said::Versions { n: 0, .. } => Ok(no(&format!("{} has no version of {}", source.name, listing.origin.chart))),
        Said::Unchanged | Said::Versions { .. } | Said::No { .. } => Ok(said),
    }
}

fn refused(ctx: &Ctx, error: &sources::Error) -> Said {
    let rest = error.later().and_then(|after| Duration::try_from(after).ok()).map(|rest| rest.min(LONGEST_REST));
    Said::No { why: text::shown(&error.to_string(), 1000), not_before: rest.map(|rest| ctx.now() + rest) }
}

/// Tags that are no versions are left out: a registry may have others.
fn of_tags(tags: &[String]) -> Said {
    let listed = |version: &Version| Listed {
        version: version.as_str().to_owned(),
        sort_key: sort_key(version),
        is_prerelease: version.is_prerelease(),
        is_deprecated: false,
        app_version: None,
        created_at: None,
        url: None,
        digest: None,
    };
    // `2` and `2.0` follow what is newest: they are no version of their own.
    let is_whole = |version: &Version| version.canonical() == version.as_str().trim_start_matches('v');
    let versions: Vec<_> = tags.iter().filter_map(|tag| Version::parse(tag).ok()).filter(is_whole).collect();
    newest(versions.iter().map(listed).collect(), None)
}

fn of_index(index: &charts::index::Index, chart: &str, etag: Option<String>) -> Said {
    let listed = index.versions(chart).iter().map(|entry| Listed {
        version: entry.version.as_str().to_owned(),
        sort_key: sort_key(&entry.version),
        is_prerelease: entry.version.is_prerelease(),
        is_deprecated: entry.is_deprecated,
        app_version: entry.app_version.as_deref().map(|text| text::shown(text, 100)),
        created_at: entry.created_at.and_then(in_calendar),
        url: entry.urls.first().map(ToString::to_string),
        digest: entry.digest.map(|digest| digest.to_hex()),
    });
    newest(listed.collect(), etag)
}

/// None for a day that no calendar of ours has, such as one before the year 0.
fn in_calendar(at: OffsetDateTime) -> Option<OffsetDateTime> {
    at.checked_to_offset(UtcOffset::UTC).filter(|at| (0..=9999).contains(&at.year()))
}

fn newest(mut all: Vec<Listed>, etag: Option<String>) -> Said {
    let n = all.len();
    all.sort_unstable_by(|a, b| b.sort_key.cmp(&a.sort_key));
    all.truncate(MOST_KEPT);
    Said::Versions { kept: all, n, etag }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_nobody_can_write_are_none() {
        let at =
            |text: &str| OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).expect("is one");
        assert_eq!(in_calendar(at("0000-01-01T00:00:00+23:59")), None);
        assert!(
            in_calendar(at("0000-01-02T00:00:00+23:59")).is_some() && in_calendar(at("9999-12-31T23:59:59Z")).is_some()
        );
        assert_eq!(in_calendar(at("9999-12-31T23:59:59-00:01")), None);
    }

    #[test]
    fn the_newest_are_kept_and_what_is_no_version_is_not() {
        let mut tags: Vec<String> = (0..1500).map(|n| format!("1.{n}.0")).collect();
        tags.extend(["latest".into(), "3".into(), "3.0".into(), "sha256-00.sig".into(), "2.0.0-rc.1".into()]);
        let Said::Versions { kept, n, etag } = of_tags(&tags) else { panic!("are versions") };
        assert_eq!((kept.len(), n, etag), (MOST_KEPT, 1501, None));
        let first: Vec<_> = kept.iter().take(2).map(|listed| (listed.version.as_str(), listed.is_prerelease)).collect();
        assert_eq!(first, [("2.0.0-rc.1", true), ("1.1499.0", false)]);
        assert_eq!(kept.last().map(|listed| listed.version.as_str()), Some("1.501.0"));
    }
}
