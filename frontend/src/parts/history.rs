//! How a quota came to be: steps over time for each resource, drawn on the server, and the same as a table.

use super::amounts::amount;
use super::size_picker::difference;
use super::{url, when};
use domain::view::QuotaChangeView;
use domain::{Quota, Resource};
use leptos::prelude::*;
use time::OffsetDateTime;

/// Of a chart, in pixels. Widths are shares, so that nothing is distorted on narrow screens.
const HEIGHT: f64 = 72.0;
/// Above the highest step and below the ground line.
const MARGIN: f64 = 6.0;

/// One chart for each resource that ever was granted. `changes` are newest first; the last step goes on to `until`.
pub(crate) fn chart(changes: &[QuotaChangeView], until: OffsetDateTime) -> AnyView {
    let Some(span) = Span::of(changes, until) else { return ().into_any() };
    let charts = Resource::ALL.into_iter().filter(|resource| is_granted(changes, *resource));
    let charts = charts.map(|resource| one(resource, changes, &span));
    view! {
        <section class="panel" aria-label="Quota over time">
            <div class="body charts">{charts.collect_view()}</div>
            <div class="legend axis">
                <span>{when::stamp(span.from)}</span>
                <span class="key"><i></i>"granted"<i class="dot"></i>"used when it was decided"</span>
                <span>{when::stamp(span.until)}</span>
            </div>
        </section>
    }
    .into_any()
}

fn is_granted(changes: &[QuotaChangeView], resource: Resource) -> bool {
    changes.iter().any(|change| change.before.get(resource) > 0 || change.after.get(resource) > 0)
}

/// The time a chart shows.
struct Span {
    from: OffsetDateTime,
    until: OffsetDateTime,
}

impl Span {
    fn of(changes: &[QuotaChangeView], until: OffsetDateTime) -> Option<Self> {
        let (newest, oldest) = (changes.first()?, changes.last()?);
        let until = until.max(newest.at);
        // A bit of what was before the first step.
        let lead = (until - oldest.at) / 12;
        Some(Self { from: oldest.at - lead, until })
    }

    /// Percent of the width.
    fn place(&self, at: OffsetDateTime) -> f64 {
        let whole = (self.until - self.from).as_seconds_f64();
        if whole <= 0.0 { 0.0 } else { ((at - self.from).as_seconds_f64() / whole * 100.0).clamp(0.0, 100.0) }
    }
}

/// As much was granted from one time to the other; both in percent of the width.
struct Tread {
    from: f64,
    to: f64,
    amount: u64,
}

fn treads(resource: Resource, changes: &[QuotaChangeView], span: &Span) -> Vec<Tread> {
    let mut treads = Vec::new();
    let mut from = 0.0;
    for change in changes.iter().rev() {
        let to = span.place(change.at);
        treads.push(Tread { from, to, amount: change.before.get(resource) });
        from = to;
    }
    let last = changes.first().map_or(0, |change| change.after.get(resource));
    treads.push(Tread { from, to: 100.0, amount: last });
    treads
}

fn one(resource: Resource, changes: &[QuotaChangeView], span: &Span) -> AnyView {
    let treads = treads(resource, changes, span);
    let used = |change: &QuotaChangeView| Some((span.place(change.at), change.used?.get(resource)));
    let used: Vec<_> = changes.iter().filter_map(used).collect();
    let largest = treads.iter().map(|tread| tread.amount).chain(used.iter().map(|(_, used)| *used)).max().unwrap_or(0);
    let height = |amount: u64| height(amount, largest);
    let risers = treads.windows(2).map(|pair| {
        let x = format!("{:.2}%", pair[1].from);
        view! { <line class="step" x1=x.clone() x2=x y1=px(height(pair[0].amount)) y2=px(height(pair[1].amount))/> }
    });
    let flats = treads.iter().map(|tread| {
        let (from, to, y) = (format!("{:.2}%", tread.from), format!("{:.2}%", tread.to), height(tread.amount));
        let width = format!("{:.2}%", tread.to - tread.from);
        view! {
            <rect class="under" x=from.clone() y=px(y) width=width height=px(HEIGHT - MARGIN - y)/>
            <line class="step" x1=from x2=to y1=px(y) y2=px(y)/>
        }
    });
    let dots = used
        .iter()
        .map(|(x, used)| view! { <circle class="used" cx=format!("{x:.2}%") cy=px(height(*used)) r="3.5"/> });
    let name = resource.field();
    let now = treads.last().map_or(0, |tread| tread.amount);
    view! {
        <figure class="history">
            <figcaption class="legend"><span>{resource.title()}</span><b class="num">{amount(resource, now)}</b></figcaption>
            <svg
                width="100%"
                height=HEIGHT.to_string()
                role="img"
                aria-labelledby=format!("chart-{name} chart-{name}-says")
            >
                <title id=format!("chart-{name}")>{format!("{} over time", resource.title())}</title>
                <desc id=format!("chart-{name}-says")>{describe(resource, changes)}</desc>
                <line class="ground" x1="0" x2="100%" y1=px(HEIGHT - MARGIN) y2=px(HEIGHT - MARGIN)/>
                {flats.collect_view()}
                {risers.collect_view()}
                {dots.collect_view()}
            </svg>
        </figure>
    }
    .into_any()
}

/// From the top, in pixels.
fn height(amount: u64, largest: u64) -> f64 {
    let ground = HEIGHT - MARGIN;
    if largest == 0 { ground } else { ground - amount as f64 / largest as f64 * (ground - MARGIN) }
}

fn px(pixels: f64) -> String {
    format!("{pixels:.1}")
}

/// For those who hear the page: `4 until 3 Oct 2026, then 6`.
fn describe(resource: Resource, changes: &[QuotaChangeView]) -> String {
    let said: Vec<_> = changes
        .iter()
        .rev()
        .filter(|change| change.before.get(resource) != change.after.get(resource))
        .map(|change| {
            let (before, after) =
                (resource.format(change.before.get(resource)), resource.format(change.after.get(resource)));
            format!("{before} until {}, then {after}", when::format_date(change.at))
        })
        .collect();
    if said.is_empty() { "It was not changed.".to_owned() } else { format!("{}.", said.join("; ")) }
}

/// The same with reasons.
pub(crate) fn table(changes: &[QuotaChangeView]) -> AnyView {
    view! {
        <div class="table">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="wide">"When"</th>
                        <th scope="col">"Change"</th>
                        <th scope="col" class="wide">"Used then"</th>
                        <th scope="col" class="lead wide">"Why"</th>
                        <th scope="col">"By"</th>
                    </tr>
                </thead>
                <tbody>{changes.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(change: &QuotaChangeView) -> AnyView {
    let is_first = change.before == Quota::ZERO;
    let changed = Resource::ALL.into_iter().filter(|r| change.before.get(*r) != change.after.get(*r));
    let changed = changed.map(|resource| {
        let (before, after) = (change.before.get(resource), change.after.get(resource));
        if is_first {
            return view! { <li>{resource.title()}" "<b>{resource.format(after)}</b></li> }.into_any();
        }
        view! { <li>{resource.title()}" "{resource.format(before)}" → "<b>{resource.format(after)}</b>" "{difference(resource, before, after)}</li> }
        .into_any()
    });
    let used = match &change.used {
        Some(used) => super::amounts::brief(used).into_any(),
        None => view! { <span class="dim">"not known"</span> }.into_any(),
    };
    let by = change.by.clone().unwrap_or_else(|| "the rules".to_owned());
    view! {
        <tr>
            <td class="num wide">{when::stamp(change.at)}</td>
            <td>
                <ul class="changes">{changed.collect_view()}</ul>
                <p class="narrow-only small dim prose">{change.reason.clone()}</p>
            </td>
            <td class="num wide" title=change.used.map(|used| used.describe())>{used}</td>
            <td class="lead wide"><span class="prose">{change.reason.clone()}</span></td>
            <td>
                <div class="cell-2">
                    <b>{by}</b>
                    <span><a class="link" href=url::request(change.request)>{change.request.to_string()}</a></span>
                    <span class="narrow-only">{when::stamp(change.at)}</span>
                </div>
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::name::RequestNumber;
    use time::macros::datetime;

    fn change(at: OffsetDateTime, before: u64, after: u64) -> QuotaChangeView {
        let cpu = |cpu_m| Quota { cpu_m, ..Quota::ZERO };
        QuotaChangeView {
            id: 1,
            request: RequestNumber(1),
            before: cpu(before),
            after: cpu(after),
            reason: "load tests".into(),
            used: None,
            capacity: Vec::new(),
            by: None,
            at,
        }
    }

    #[test]
    fn steps_cover_the_whole_width_and_hold_what_was_granted() {
        let changes =
            [change(datetime!(2026-11-01 00:00 UTC), 4000, 2000), change(datetime!(2026-10-01 00:00 UTC), 1000, 4000)];
        let span = Span::of(&changes, datetime!(2026-12-01 00:00 UTC)).expect("there are changes");
        let treads = treads(Resource::Cpu, &changes, &span);
        assert_eq!(treads.iter().map(|t| t.amount).collect::<Vec<_>>(), [1000, 4000, 2000]);
        assert_eq!((treads[0].from, treads[2].to), (0.0, 100.0));
        assert!(treads.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].from < pair[0].to));
    }

    #[test]
    fn a_change_of_this_very_moment_has_a_place() {
        let now = datetime!(2026-11-01 00:00 UTC);
        let span = Span::of(&[change(now, 0, 1)], now).expect("there is a change");
        assert_eq!(span.place(now), 0.0);
    }

    #[test]
    fn a_chart_is_said_in_words() {
        let changes = [change(datetime!(2026-10-03 00:00 UTC), 4000, 6000)];
        assert_eq!(describe(Resource::Cpu, &changes), "4 until 3 Oct 2026, then 6.");
        assert_eq!(describe(Resource::Pods, &changes), "It was not changed.");
    }
}
