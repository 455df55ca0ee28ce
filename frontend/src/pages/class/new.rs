//! Beginning a new class.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use domain::page::PageKind;
use domain::view::NewClassPage;
use leptos::prelude::*;

pub fn page(frame: Frame, view: NewClassPage) -> String {
    document::render(frame, |_| Page {
        title: "New class".into(),
        kind: Some(PageKind::NewClass),
        crumbs: vec![Crumb::to(PageKind::Classes), Crumb::here("New")],
        refresh: None,
        body: body(&view),
    })
}

fn body(view: &NewClassPage) -> AnyView {
    let errors = Errors(&view.errors);
    let name =
        Field::new("name", "Name", errors).help("Lower-case letters, digits and dashes. It cannot be changed later.");
    let mut others = vec![(String::new(), "nothing".to_owned())];
    others.extend(view.classes.iter().map(|class| (class.to_string(), format!("a copy of {class}"))));
    view! {
        {Head::new("New class", "It starts as a draft, and becomes visible when it is published.").view()}
        <div class="reading stack">
            {errors.summary()}
            <form class="form panel" method="post" action=post_to("/admin/classes/new")>
                {name.text(&view.fields.name)}
                {Field::new("copy_of", "Start from", errors).select(others, &view.fields.copy_of)}
                <div class="buttons">
                    <button class="btn primary">"Create draft"</button>
                    <a class="btn quiet" href="/admin/classes">"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
