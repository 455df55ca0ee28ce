//! Classes: what kinds of namespace there are, with their guardrails and sizes.

use crate::document::{self, Crumb, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::parts::amounts::amount;
use crate::parts::list::Head;
use crate::parts::{badge, note};
use crate::shell::Section;
use domain::view::ClassView;
use domain::{Quota, Resource};
use leptos::prelude::*;

pub fn page(frame: Frame, view: Vec<ClassView>) -> String {
    document::render(frame, |_| Page {
        title: "Classes".into(),
        section: Section::Classes,
        crumbs: vec![Crumb::here("Classes")],
        refresh: None,
        body: body(&view),
    })
}

fn body(view: &[ClassView]) -> AnyView {
    let list = if view.is_empty() {
        let text = "Classes come from setup files: berth apply -f DIRECTORY";
        note::empty(LuRuler, "No class yet", text, None)
    } else {
        view! { <div class="stack">{view.iter().map(class).collect_view()}</div> }.into_any()
    };
    view! { {Head::new("Classes", "What kinds of namespace there are. A published version never changes.").view()} {list} }
        .into_any()
}

fn class(class: &ClassView) -> AnyView {
    let columns: Vec<_> = Resource::ALL.into_iter().filter(|r| class.ceiling.get(*r) > 0).collect();
    let heads = columns.iter().map(|resource| view! { <th scope="col" class="end">{resource.title()}</th> });
    let sizes = class.sizes.iter().map(|size| row(size.name.clone(), &size.quota, &columns));
    let title_id = format!("class-{}", class.name);
    view! {
        <section class="panel" aria-labelledby=title_id.clone()>
            <header>
                <h2 id=title_id.clone()>{class.title.clone()}</h2>
                {badge::tag(format!("{} v{}", class.name, class.version))}
                {badge::tag(class.environment.as_str())}
            </header>
            <div class="body">
                <p>{class.summary.clone()}</p>
                <p class="small dim line">
                    {icon(LuShieldCheck)}{format!("pod security {} · network: {}", class.pod_security.as_str(), class.network.title())}
                </p>
            </div>
            <div class="table inside" role="region" tabindex="0" aria-label=format!("Sizes of {}", class.title)>
                <table>
                    <thead><tr><th scope="col">"Size"</th>{heads.collect_view()}</tr></thead>
                    <tbody>
                        {sizes.collect_view()}
                        {row("Own numbers, up to".into(), &class.ceiling, &columns)}
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(name: String, quota: &Quota, columns: &[Resource]) -> AnyView {
    let cells = columns.iter().map(|r| view! { <td class="end num">{amount(*r, quota.get(*r))}</td> });
    view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }.into_any()
}
