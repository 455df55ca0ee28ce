//! Finds what the person who looks may see, by a few letters: each kind by one query, and the pages there are for them.

use super::{catalog, me};
use crate::app::{Ctx, Result};
use crate::store;
use crate::store::Visible;
use crate::store::search::Wanted;
use domain::Action;
use domain::page::PageKind;
use domain::search::{Rank, rank, words};
use domain::view::{Hit, HitKind, SearchView, Viewer};

/// Hits in one answer.
const MOST: usize = 20;
/// Characters that are looked for; names are shorter.
const LONGEST: usize = 100;

/// Best first; without a text, the pages there are.
pub async fn search(ctx: &Ctx, text: &str) -> Result<SearchView> {
    ctx.allow(Action::SeeOwn)?;
    let text: String = text.trim().chars().take(LONGEST).collect();
    let mut hits = pages(&me::viewer(ctx).await?);
    if !text.is_empty() {
        hits.retain(|page| page.title.to_lowercase().contains(&text.to_lowercase()));
        hits.splice(0..0, things(ctx, &text).await?);
        // Of equals, things come before pages, and in the order they were found.
        hits.sort_by_key(|hit| rank_of(hit, &text));
    }
    let has_more = !text.is_empty() && hits.len() > MOST;
    if has_more {
        hits.truncate(MOST);
    }
    Ok(SearchView { text, hits, has_more })
}

/// A request is called by its number, and by its namespace.
fn rank_of(hit: &Hit, text: &str) -> Rank {
    match hit.kind {
        HitKind::Request => {
            let number = hit.detail.split(' ').next().unwrap_or_default();
            let by_number = [number, number.trim_start_matches("REQ-")].map(|name| rank(name, text));
            let is_it = by_number.contains(&Rank::Exact);
            if is_it { Rank::Exact } else { rank(hit.title.rsplit(' ').next().unwrap_or_default(), text) }
        }
        HitKind::Entry => {
            let name = hit.href.rsplit('/').next().unwrap_or_default();
            rank(&hit.title, text).min(rank(name, text))
        }
        HitKind::Namespace | HitKind::Team | HitKind::Cluster | HitKind::Class | HitKind::Person | HitKind::Page => {
            rank(&hit.title, text)
        }
    }
}

async fn things(ctx: &Ctx, text: &str) -> Result<Vec<Hit>> {
    let visible = Visible::to(ctx.person()?);
    let (text, words) = (text.to_lowercase(), words(text));
    let number = text.strip_prefix("req-").unwrap_or(&text).parse().ok();
    // One more than is shown says whether there is more.
    let limit = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    let wanted = Wanted { text: &text, words: &words, number, limit };
    let mut conn = ctx.db().acquire().await?;
    let mut hits = Vec::new();
    let requests = store::search::requests(&mut *conn, &visible, &wanted).await?;
    let (asked, others): (Vec<_>, Vec<_>) = requests.into_iter().partition(|found| Some(found.number) == number);
    hits.extend(asked.into_iter().map(request));
    hits.extend(store::search::namespaces(&mut *conn, &visible, &wanted).await?.into_iter().map(|found| {
        let detail = format!("{} · {} · {}", found.team, found.class, found.cluster);
        hit(HitKind::Namespace, &found.name, detail, format!("/namespaces/{}/{}", found.cluster, found.name))
    }));
    let teams = store::search::teams(&mut *conn, &visible, &wanted).await?;
    hits.extend(teams.into_iter().map(|(slug, title)| hit(HitKind::Team, &slug, title, format!("/teams/{slug}"))));
    if ctx.allow(Action::SeeOffer).is_ok() {
        let entries = store::search::entries(&mut *conn, &catalog::seen_by(ctx), &wanted).await?;
        let entry = |(name, title, summary): (String, String, String)| {
            hit(HitKind::Entry, &title, summary, format!("/catalog/{name}"))
        };
        hits.extend(entries.into_iter().map(entry));
    }
    if ctx.allow(Action::SeeClusters).is_ok() {
        let clusters = store::search::clusters(&mut *conn, &wanted).await?;
        hits.extend(clusters.iter().map(|name| hit(HitKind::Cluster, name, "", format!("/clusters/{name}"))));
    }
    if ctx.allow(Action::SeeSetUp).is_ok() {
        let classes = store::search::classes(&mut *conn, &wanted).await?;
        let class =
            |(name, title): (String, String)| hit(HitKind::Class, &name, title, format!("/admin/classes/{name}"));
        hits.extend(classes.into_iter().map(class));
    }
    if ctx.allow(Action::SeePeople).is_ok() {
        let people = store::search::people(&mut *conn, &wanted).await?;
        let person = |(id, name, email): (uuid::Uuid, String, String)| {
            hit(HitKind::Person, &name, email, format!("/admin/people/{id}"))
        };
        hits.extend(people.into_iter().map(person));
    }
    hits.extend(others.into_iter().map(request));
    Ok(hits)
}

fn request(found: store::search::FoundRequest) -> Hit {
    let detail = format!("REQ-{} · {} · {}", found.number, found.team, found.state.title().to_lowercase());
    hit(HitKind::Request, &found.kind.title(&found.name), detail, format!("/requests/{}", found.number))
}

/// Pages, and what can be begun, for this person.
fn pages(viewer: &Viewer) -> Vec<Hit> {
    // The page is there for everybody, and says to who is in no team why they cannot ask.
    let is_offered = |page: PageKind| page.is_open_to(viewer) && (page != PageKind::NewNamespace || viewer.can_ask);
    let offered = PageKind::ALL.iter().filter(|page| is_offered(**page)).flat_map(|page| page.found());
    offered.map(|(title, detail, href)| hit(HitKind::Page, title, detail, href)).collect()
}

fn hit(kind: HitKind, title: &str, detail: impl Into<String>, href: impl Into<String>) -> Hit {
    Hit { kind, title: title.to_owned(), detail: detail.into(), href: href.into() }
}
