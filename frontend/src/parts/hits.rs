//! A list of things to go to.

use crate::icon::*;
use domain::view::{Hit, HitKind};
use leptos::prelude::*;

pub(crate) fn hits(rows: &[Hit]) -> AnyView {
    let rows = rows.iter().map(|hit| {
        let detail = (!hit.detail.is_empty()).then(|| view! { <span>{hit.detail.clone()}</span> });
        view! {
            <li>
                {icon(drawing(hit.kind))}
                <div class="cell-2"><a class="row" href=hit.href.clone()>{hit.title.clone()}</a>{detail}</div>
                <span class="kind">{hit.kind.title()}</span>
            </li>
        }
    });
    view! { <ul class="hits">{rows.collect_view()}</ul> }.into_any()
}

pub(crate) fn drawing(kind: HitKind) -> Icon {
    match kind {
        HitKind::Namespace => LuBox,
        HitKind::Request => LuInbox,
        HitKind::Team => LuUsers,
        HitKind::Cluster => LuServer,
        HitKind::Class => LuRuler,
        HitKind::Entry => LuLayoutGrid,
        HitKind::Person => LuUserCheck,
        HitKind::Page => LuArrowRight,
    }
}
