//! What lists and detail pages have in common: the header, tabs, and the way to the next page.

use super::url;
use crate::icon::*;
use leptos::prelude::*;

/// The head of a page: title, what is above and below it, and what can be done.
pub(crate) struct Head {
    pub above: Option<AnyView>,
    pub title: String,
    pub below: AnyView,
    pub actions: Option<AnyView>,
}

impl Head {
    pub fn new(title: impl Into<String>, below: impl Into<String>) -> Self {
        let below: String = below.into();
        Self { above: None, title: title.into(), below: below.into_any(), actions: None }
    }

    pub fn action(self, action: AnyView) -> Self {
        Self { actions: Some(action), ..self }
    }

    pub fn view(self) -> AnyView {
        view! {
            <header class="head">
                <div class="grow">
                    {self.above.map(|above| view! { <div class="meta">{above}</div> })}
                    <h1>{self.title}</h1>
                    <div class="below">{self.below}</div>
                </div>
                {self.actions.map(|actions| view! { <div class="actions">{actions}</div> })}
            </header>
        }
        .into_any()
    }
}

/// A link that looks like the thing to do.
pub(crate) fn primary(href: impl Into<String>, drawing: Icon, text: &'static str) -> AnyView {
    view! { <a class="btn primary" href=href.into()>{icon(drawing)}{text}</a> }.into_any()
}

pub(crate) struct TabLink {
    pub href: String,
    pub text: &'static str,
    pub count: Option<i64>,
    pub is_here: bool,
}

pub(crate) fn tabs(label: &'static str, links: Vec<TabLink>) -> AnyView {
    let links = links.into_iter().map(|link| {
        let count = link.count.map(|n| view! { " "<span class="n">{grouped(n)}</span> });
        view! { <a href=link.href aria-current=link.is_here.then_some("page")>{link.text}{count}</a> }
    });
    view! { <nav class="tabs" aria-label=label>{links.collect_view()}</nav> }.into_any()
}

/// Says that there is more than is shown, where there is no next page.
pub(crate) fn first_of(shown: usize, n: i64) -> Option<AnyView> {
    let is_cut = i64::try_from(shown).is_ok_and(|shown| shown < n);
    is_cut.then(|| {
        let says = format!("The first {shown} of {}.", grouped(n));
        view! { <p class="small dim">{says}</p> }.into_any()
    })
}

/// `10,013`: as people read large counts.
pub(crate) fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let starts_group = |place: usize| place > 0 && (digits.len() - place).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .flat_map(|(place, c)| starts_group(place).then_some(',').into_iter().chain([c]))
        .collect()
}

/// Filters that a small screen shows only when they are asked for.
pub(crate) fn fold(is_open: bool, filters: impl IntoView) -> AnyView {
    view! {
        <details class="fold" open=is_open>
            <summary class="btn">{icon(LuListFilter)}"More filters"</summary>
            {filters.into_view()}
        </details>
    }
    .into_any()
}

/// The way to the next page of a list, and back to its start.
pub(crate) fn paging(path: &str, query: &[(&str, &str)], is_first: bool, next: Option<&str>) -> Option<AnyView> {
    if is_first && next.is_none() {
        return None;
    }
    let start = (!is_first).then(|| {
        view! { <a class="btn quiet" href=url::with_query(path, query)>{icon(LuArrowLeft)}"First page"</a> }
    });
    let next = next.map(|after| {
        let pairs: Vec<_> = query.iter().copied().chain([("after", after)]).collect();
        view! { <a class="btn" rel="next" href=url::with_query(path, &pairs)>"Next page"{icon(LuArrowRight)}</a> }
    });
    Some(view! { <nav class="paging" aria-label="Pages">{start}{next}</nav> }.into_any())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_are_in_groups_of_three() {
        assert_eq!([0, 999, 1000, 10_013, 1_234_567].map(grouped), ["0", "999", "1,000", "10,013", "1,234,567"]);
    }
}
