//! The form of a class's draft: everything it says, one form without script. Rows of sizes come and go by sending it.

use super::crumbs;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::icon::*;
use crate::pages::classes::may_set_up;
use crate::parts::badge::Tone;
use crate::parts::form::{Errors, Field, post_to, unit};
use crate::parts::list::Head;
use crate::parts::{note, url};
use domain::Resource;
use domain::class::fields::{
    AUTOMATIC, BOUNDS, CONTAINER, DEVICES, EPHEMERAL, LISTS, NODE_PORTS, counted_field, loosening_field,
};
use domain::class::{Access, Counted, Environment, Loosening, NetworkProfile, PRICED, PodSecurity, Priced};
use domain::page::PageKind;
use domain::view::DraftPage;
use leptos::prelude::*;

pub fn page(frame: Frame, view: DraftPage) -> String {
    document::render(frame, |frame| Page {
        title: format!("Draft of {}", view.name),
        kind: Some(PageKind::ClassDraft),
        crumbs: crumbs(&view.name, "Draft"),
        refresh: None,
        body: body(frame, &view),
    })
}

fn body(frame: &Frame, view: &DraftPage) -> AnyView {
    let may = may_set_up(frame);
    let errors = Errors(&view.errors);
    let base = url::class(&view.name);
    let head = Head::new(
        format!("Draft of {}", view.name),
        match may {
            true => "Save as often as you like. It takes effect when it is published.",
            false => "It takes effect when it is published. Only Platform can change it.",
        },
    );
    let refusal = view.refusal.clone().map(|why| note::note(Tone::Bad, "Not saved", why));
    let version = view.version.map(|version| view! { <input r#type="hidden" name="version" value=version/> });
    // What Enter in a field presses is the first button of the form.
    view! {
        {head.view()}
        <form class="form stack" method="post" action=post_to(format!("{base}/draft"))>
            {errors.summary()}
            {refusal}
            {version}
            {may.then(|| view! { <button class="unseen" tabindex="-1" aria-hidden="true">"Save"</button> })}
            <fieldset class="bare" disabled=!may>
            {panel("about", "About", about(view, errors))}
            {panel("guardrails", "Guardrails", guardrails(view, errors))}
            {panel("sizes", "Sizes", sizes(view, errors))}
            {panel("containers", "Containers", containers(view, errors))}
            {panel("reach", "Access beyond the namespace", reach(view, errors))}
            {panel("objects", "Object counts", objects(view, errors))}
            {panel("people", "People on the cluster", people(view, errors))}
            {panel("room", "Capacity, lifetime and prices", capacity(view, errors))}
            </fieldset>
            <div class="buttons">
                {may.then(|| view! {
                    <button class="btn primary">"Save draft"</button>
                    <button class="btn" name="then" value="preview">"Save and preview"</button>
                })}
                <a class="btn quiet" href=base.clone()>"Leave"</a>
            </div>
        </form>
        {view.version.filter(|_| may).map(|_| discard(&base))}
    }
    .into_any()
}

fn panel(id: &'static str, title: &'static str, fields: AnyView) -> AnyView {
    view! {
        <section class="panel" aria-labelledby=id>
            <header><h2 id=id>{title}</h2></header>
            <div class="form body">{fields}</div>
        </section>
    }
    .into_any()
}

fn about(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let environments = Environment::ALL.map(|of| (of.as_str().to_owned(), of.as_str().to_owned())).into();
    view! {
        <div class="columns">
            {Field::new("title", "Title", errors).text(view.fields.get("title"))}
            {Field::new("environment", "Environment", errors).help("Approval policy depends on it.").select(environments, view.fields.get("environment"))}
        </div>
        {Field::new("summary", "Summary", errors).help("One sentence that helps people choose.").text(view.fields.get("summary"))}
    }
    .into_any()
}

fn guardrails(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let levels = PodSecurity::ALL.map(|of| (of.as_str().to_owned(), of.as_str().to_owned())).into();
    let networks = NetworkProfile::ALL.map(|of| (of.as_str().to_owned(), of.title().to_owned())).into();
    let version = Field::new("pod_security_version", "Pod security version", errors)
        .help("A version like v1.33, so that an upgrade of the cluster changes nothing unasked; or latest.");
    view! {
        <div class="columns">
            {Field::new("pod_security", "Pod security", errors).select(levels, view.fields.get("pod_security"))}
            {version.text(view.fields.get("pod_security_version"))}
            {Field::new("network", "Pods may connect to", errors).select(networks, view.fields.get("network"))}
        </div>
        {clusters(view, errors)}
    }
    .into_any()
}

fn clusters(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let boxes = view.clusters.iter().map(|cluster| {
        let name = format!("clusters.{cluster}");
        let is_ticked = !view.fields.get(&name).is_empty();
        view! {
            <label class="tick"><input r#type="checkbox" name=name checked=is_ticked/>{cluster.to_string()}</label>
        }
    });
    Field::new("clusters", "Only on these clusters", errors)
        .help("None ticked means all, also those that come later.")
        .group(view! { <div class="ticks">{boxes.collect_view()}</div> })
}

fn sizes(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let rows = (0..view.fields.n_sizes()).map(|place| size_row(view, errors, place));
    let heads = Resource::ALL.map(|resource| view! { <th scope="col">{resource.title()} {unit(resource)}</th> });
    view! {
        <div class="table" role="region" tabindex="0" aria-label="Sizes" id="field-sizes">
            <table class="inputs">
                <thead><tr><th scope="col">"Name"</th>{heads.collect_view()}<th scope="col"><span class="unseen">"Action"</span></th></tr></thead>
                <tbody>
                    {rows.collect_view()}
                    <tr>
                        <th scope="row">"Custom, up to"</th>
                        {Resource::ALL.map(|resource| amount(view, errors, "ceiling", "Custom", resource)).collect_view()}
                        <td></td>
                    </tr>
                </tbody>
            </table>
        </div>
        {errors.of("sizes").map(|_| Field::new("sizes", "Sizes", errors).texts())}
        <p class="help">"Smallest first. An empty row is no size."</p>
        <div class="buttons"><button class="btn small" name="add" value="size">{icon(LuPlus)}"Add a size"</button></div>
    }
    .into_any()
}

fn size_row(view: &DraftPage, errors: Errors<'_>, place: usize) -> AnyView {
    let name = format!("sizes.{place}.name");
    let group = format!("Size {}", place + 1);
    let value = view.fields.get(&name).to_owned();
    let cells = Resource::ALL.map(|resource| amount(view, errors, &format!("sizes.{place}"), &group, resource));
    view! {
        <tr>
            <td data-label="Name">{Field::new(name, format!("{group}: name"), errors).cell(&value)}</td>
            {cells.collect_view()}
            <td class="end">
                <button class="btn small quiet" name="remove" value=place>
                    {icon(LuX)}<span class="unseen">{format!("Remove {group}")}</span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

fn amount(view: &DraftPage, errors: Errors<'_>, prefix: &str, group: &str, resource: Resource) -> AnyView {
    let name = format!("{prefix}.{}", resource.field());
    let value = view.fields.get(&name).to_owned();
    let field = Field::amount_cell(name, format!("{group}: {}", resource.title()), resource, errors);
    view! { <td data-label=resource.title()>{field.cell(&value)}</td> }.into_any()
}

fn containers(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let titles = ["Default CPU request", "Default CPU limit", "Default memory request", "Default memory limit"];
    let bounds = [
        "Minimum CPU per container",
        "Maximum CPU per container",
        "Minimum memory per container",
        "Maximum memory per container",
    ];
    let fields = |names: [(&'static str, Resource); 4], titles: [&'static str; 4]| {
        let field = |((name, resource), title): ((&'static str, Resource), &'static str)| {
            Field::amount(name, title, resource, errors).text(view.fields.get(name))
        };
        names.into_iter().zip(titles).map(field).collect_view()
    };
    let space = [
        "Default ephemeral storage request",
        "Default ephemeral storage limit",
        "Ephemeral storage per pod of the quota",
    ];
    let space = EPHEMERAL
        .into_iter()
        .zip(space)
        .map(|(name, title)| Field::amount(name, title, Resource::Storage, errors).text(view.fields.get(name)));
    view! {
        <p class="help">"Defaults are for containers that name nothing, so that quota does not refuse their pods. Bounds may stay empty."</p>
        <div class="columns">{fields(CONTAINER, titles)}</div>
        <div class="columns">{fields(BOUNDS, bounds)}</div>
        <p class="help">"Space on nodes is what goes with the pod: layers, logs and emptyDir (ephemeral-storage)."</p>
        <div class="columns thirds">{space.collect_view()}</div>
    }
    .into_any()
}

/// Loosened knowingly: nothing is ticked or listed in a new draft.
fn reach(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let boxes = Loosening::ALL.map(|what| {
        let name = loosening_field(what);
        let is_ticked = !view.fields.get(&name).is_empty();
        view! { <label class="tick"><input r#type="checkbox" name=name checked=is_ticked/>{what.title()}</label> }
    });
    let lists = [
        (
            "Taints that pods may tolerate",
            "Keys, apart by blanks. Conditions of nodes and GPUs always; * is every taint.",
        ),
        ("Priority classes", "Names, besides the cluster's default."),
        ("Load balancers take traffic from", "Ranges like 10.0.0.0/8. Empty leaves it to each Service."),
        ("Ingresses serve", "Hosts like *.apps.example.com. Empty leaves it to each Ingress."),
    ];
    let lists = LISTS.into_iter().zip(lists);
    let lists =
        lists.map(|(name, (title, help))| Field::new(name, title, errors).help(help).text(view.fields.get(name)));
    let ports = Field::number(
        NODE_PORTS,
        "Node ports besides those of load balancers",
        "Ports, for example 2. Empty means none.",
        errors,
    );
    let devices = Field::new(DEVICES, "Devices and huge pages", errors).help(
        "With how many a namespace may have, like amd.com/gpu=2 or hugepages-2Mi=64. Empty: GPUs of the quota only.",
    );
    let allowed = Field::new("guardrails.allows", "Allowed exceptions", errors)
        .help("Each lets a namespace reach others. A cluster keeps it back until its administrator has agreed.");
    view! {
        {allowed.group(view! { <div class="ticks">{boxes.collect_view()}</div> })}
        <div class="columns">{lists.collect_view()}{ports.text(view.fields.get(NODE_PORTS))}{devices.text(view.fields.get(DEVICES))}</div>
    }
    .into_any()
}

fn objects(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let fields = Counted::ALL.map(|kind| {
        let name = counted_field(kind);
        let value = view.fields.get(&name).to_owned();
        let default = format!("Objects, {} when empty.", kind.unsaid());
        Field::number(name, kind.title(), &default, errors).text(&value)
    });
    view! {
        <p class="help">"Ended pods come on top of the pods of the quota."</p>
        <div class="columns thirds">{fields.collect_view()}</div>
    }
    .into_any()
}

fn people(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let roles = [("roles.viewer", "Viewers"), ("roles.developer", "Developers"), ("roles.owner", "Owners")];
    let fields = roles.map(|(name, title)| {
        let choices = Access::ALL.map(|access| (access.as_str().to_owned(), access.as_str().to_owned())).into();
        Field::new(name, title, errors).select(choices, view.fields.get(name))
    });
    view! {
        <p class="help">"ClusterRole of Berth for each team role, for kubectl; or none."</p>
        {errors.of("roles").map(|_| view! { <div id="field-roles" tabindex="-1">{Field::new("roles", "Roles", errors).texts()}</div> })}
        <div class="columns">{fields.collect_view()}</div>
    }
    .into_any()
}

fn capacity(view: &DraftPage, errors: Errors<'_>) -> AnyView {
    let says = "Percent, for example 200: a grant then counts half its CPU and memory against the cluster's capacity. 100 counts all of it.";
    let overcommit = Field::number("overcommit_percent", "Overcommit in percent", says, errors);
    let says = "Days, for example 90. Empty means for good. Then a namespace is suspended, and deleted after its grace, unless its expiry is extended.";
    let lifetime = Field::number("lifetime_days", "Lifetime in days", says, errors);
    let bounds = [
        ("Automatic for each person", "Namespaces, for example 3."),
        ("Automatic for each team", "Namespaces, for example 10."),
        ("Automatic part of a cluster for each team, in percent", "Percent, for example 25."),
    ];
    let automatic = AUTOMATIC.into_iter().zip(bounds);
    let automatic =
        automatic.map(|(name, (title, unit))| Field::number(name, title, unit, errors).text(view.fields.get(name)));
    let price = |priced: &Priced| {
        let field = Field::number(priced.field, priced.title, "A month, for example 12.50.", errors);
        field.text(view.fields.get(priced.field))
    };
    view! {
        <div class="columns">
            {overcommit.text(view.fields.get("overcommit_percent"))}
            {lifetime.text(view.fields.get("lifetime_days"))}
        </div>
        <p class="help">"A sandbox up to size S that fits is approved automatically, until so much stands that nobody approved. 0 for each person approves nothing automatically."</p>
        <div class="columns thirds">{automatic.collect_view()}</div>
        <p class="help">"Prices of a month, shown where people choose and decide. Leave all empty for none."</p>
        <div class="columns thirds">
            {Field::new("currency", "Currency", errors).help("Three letters, like EUR.").text(view.fields.get("currency"))}
            {PRICED.iter().map(price).collect_view()}
        </div>
    }
    .into_any()
}

fn discard(base: &str) -> AnyView {
    view! {
        <form class="apart" method="post" action=post_to(format!("{base}/discard"))>
            <button class="btn danger">"Discard draft"</button>
        </form>
    }
    .into_any()
}
