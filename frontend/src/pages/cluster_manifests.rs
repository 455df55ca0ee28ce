//! What is on a cluster once, as YAML.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::list::Head;
use crate::parts::url;
use domain::page::PageKind;
use domain::view::ClusterDetail;
use leptos::prelude::*;

pub fn page(frame: Frame, view: ClusterDetail, yaml: &str) -> String {
    let name = view.row.name;
    document::render(frame, |_| {
        Page {
        title: format!("Manifests of {name}"),
        kind: Some(PageKind::ClusterManifests),
        crumbs: vec![
            Crumb::to(PageKind::Clusters),
            Crumb::link(name.clone(), url::cluster(&name)),
            Crumb::here("Manifests"),
        ],
        refresh: None,
        body: view! {
            {Head::new(format!("Manifests of {name}"), "Once per cluster: Berth's identities, their rights, and the policies that bound them. Renew its credentials and rights to apply it.").view()}
            <pre class="code whole-page mono" tabindex="0" role="region" aria-label="Manifests">{yaml.to_owned()}</pre>
        }
        .into_any(),
    }
    })
}
