//! Who has access to a namespace: groups and people of its team, and whom others gave a role there; and what one can take for
//! `kubectl`.

use crate::frame::Frame;
use crate::icon::*;
use crate::parts::badge::{self, Tone};
use crate::parts::copy::copy;
use crate::parts::form::post_to;
use crate::parts::slot::slot;
use crate::parts::{list, note, unknown, url, when};
use domain::namespace::NamespaceState;
use domain::view::{AccessRow, KubeconfigView, NamespaceView, OtherAccess, StoppedBy};
use leptos::prelude::*;

pub(super) fn tab(frame: &Frame, view: &NamespaceView) -> AnyView {
    view! {
        <div class="stack narrow">
            {groups(view)}
            {(!view.members.is_empty()).then(|| members(frame, view))}
            {slot("other-access", "", others(view))}
            {kubectl(view)}
        </div>
    }
    .into_any()
}

fn groups(view: &NamespaceView) -> AnyView {
    if view.access.is_empty() {
        let why = "No group of the identity provider is bound to this team.";
        let headline =
            if view.members.is_empty() { "Berth gives nobody access" } else { "Berth gives no group access" };
        return note::empty(LuUsers, headline, why, None);
    }
    let on_cluster = (!view.groups_prefix.is_empty()).then(|| {
        view! { " On the cluster their names begin with "<code class="mono">{view.groups_prefix.clone()}</code>"." }
    });
    view! {
        <section aria-labelledby="groups">
            <div class="over"><h2 id="groups">"Groups"</h2></div>
            {access_table(&view.access)}
            <p class="small dim apart-2">
                "Groups are called as "<span class="mono">{view.provider.clone()}</span>" says them, and their people are those who have signed in to Berth."
                {on_cluster}
            </p>
        </section>
    }
    .into_any()
}

/// People with a role of their own.
fn members(frame: &Frame, view: &NamespaceView) -> AnyView {
    let rows = view.members.iter().map(|member| {
        view! {
            <tr>
                <td><div class="cell-2"><b>{member.person.name.clone()}</b><span>{member.reason.clone()}</span></div></td>
                <td>{badge::tag(member.role.title())}</td>
                <td>{when::ago(member.until, frame.now)}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="members">
            <div class="over"><h2 id="members">"People with a membership"</h2></div>
            <div class="table">
                <table>
                    <thead><tr><th scope="col">"Person"</th><th scope="col">"Role"</th><th scope="col">"Ends"</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Credentials for one's own role, where one has one.
fn kubectl(view: &NamespaceView) -> Option<AnyView> {
    let offer = view.kubeconfig.as_ref()?;
    let body = match (view.row.state, view.row.condition) {
        (NamespaceState::Ready, Some(condition)) if condition.is_gone() => {
            view! { <p class="dim">{format!("There is nothing to reach: {}.", condition.says())}</p> }.into_any()
        }
        (NamespaceState::Ready, _) if is_replaced(view) => {
            view! { <p class="dim">"Another cluster answers in place of its own: nothing is given out for it."</p> }
                .into_any()
        }
        (NamespaceState::Ready, _) => kubeconfigs(view, offer),
        (NamespaceState::Provisioning | NamespaceState::Failed | NamespaceState::Removing, _) => {
            view! { <p class="dim">"There is nothing to reach yet: this namespace is not ready."</p> }.into_any()
        }
    };
    let section = view! {
        <section class="panel" aria-labelledby="kubectl">
            <header><h2 id="kubectl">"With kubectl"</h2><span class="dim">"as "{offer.role.title()}</span></header>
            <div class="body stack-2">{body}</div>
        </section>
    };
    Some(section.into_any())
}

fn is_replaced(view: &NamespaceView) -> bool {
    view.sync.stopped.as_ref().is_some_and(|stopped| stopped.by == StoppedBy::Another)
}

fn kubeconfigs(view: &NamespaceView, offer: &KubeconfigView) -> AnyView {
    let action = format!("{}/kubeconfig", url::namespace(&view.row.cluster, &view.row.name));
    let file = format!("{}.{}.kubeconfig.yaml", view.row.name, view.row.cluster);
    let command = format!("kubectl --kubeconfig {file} get pods");
    let merge = format!("export KUBECONFIG=\"${{KUBECONFIG:-$HOME/.kube/config}}:$PWD/{file}\"");
    // The name of the context says until when it is good: only the file knows it.
    let choose = format!("kubectl config use-context \"$(kubectl --kubeconfig {file} config current-context)\"");
    let button = |form: &'static str, text: &'static str| {
        view! {
            <form method="post" action=post_to(action.clone()) data-answer="file">
                <button class="btn" name="form" value=form>{icon(LuDownload)}{text}</button>
            </form>
        }
    };
    let oidc = offer.has_oidc.then(|| {
        view! {
            <p>"Or sign in each time, for as long as you are in the team. It needs the plugin "<code class="mono">"oidc-login"</code>": "
                <code class="mono">"kubectl krew install oidc-login"</code>"."</p>
            {button("oidc", "Download kubeconfig with sign-in")}
        }
    });
    view! {
        <p>"The file holds a token that expires after at most one hour; the names of its user and context say when. It acts as "
            <code class="mono">{offer.account.clone()}</code>" in this namespace only. Keep it to yourself."</p>
        {button("token", "Download kubeconfig")}
        {oidc}
        <p>"Then, where you saved it:"</p>
        <div class="secret"><code class="mono" tabindex="0">{command.clone()}</code>{copy(command)}</div>
        <p>"Or merge it with your kubeconfig; its names are unique:"</p>
        <div class="secret"><code class="mono" tabindex="0">{merge.clone()}</code>{copy(merge)}</div>
        <p>"Then choose its context:"</p>
        <div class="secret"><code class="mono" tabindex="0">{choose.clone()}</code>{copy(choose)}</div>
    }
    .into_any()
}

/// The people of a group; where it has none, the group that may have been meant.
pub(crate) fn people_of(people: &[String], near: Option<&str>) -> AnyView {
    match (people, near) {
        ([], Some(near)) => {
            let near = near.to_owned();
            view! {
                <span class="differs">{badge::badge(Tone::Warn, LuTriangleAlert, "nobody has it")}</span>
                " People do have "<span class="mono">{near}</span>": was that meant?"
            }
            .into_any()
        }
        ([], None) => "nobody seen yet".into_any(),
        (people, _) => people.join(", ").into_any(),
    }
}

pub(crate) fn access_table(rows: &[AccessRow]) -> AnyView {
    let rows = rows.iter().map(|row| {
        let people = people_of(&row.people, row.near.as_deref());
        view! {
            <tr>
                <td><span class="mono">{row.group.clone()}</span></td>
                <td>{badge::tag(row.role.title())}</td>
                <td>{people}</td>
            </tr>
        }
    });
    view! {
        <div class="table">
            <table>
                <thead><tr><th scope="col">"Group"</th><th scope="col">"Role"</th><th scope="col">"People"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn others(view: &NamespaceView) -> AnyView {
    let content = match &view.others {
        None => view! { <p data-others="unknown">{unknown::unknown()}" Other access is unknown now."</p> }.into_any(),
        Some(others) if others.is_empty() => {
            view! { <p data-others="none">"No other RoleBinding is in this namespace."</p> }.into_any()
        }
        Some(others) => table(others, view.n_others.unwrap_or_default()),
    };
    view! {
        <section aria-labelledby="others">
            <div class="over"><h2 id="others">"Other access"</h2></div>
            {content}
            <p class="small dim apart-2">
                "ClusterRoleBindings reach into every namespace of the cluster. They are not shown here: an administrator of the cluster sees them."
            </p>
        </section>
    }
    .into_any()
}

fn table(others: &[OtherAccess], n: i64) -> AnyView {
    let rows = others.iter().map(|other| {
        view! {
            <tr>
                <td><b>{other.name.clone()}</b></td>
                <td>{other.role.clone()}</td>
                <td>{subjects(other)}</td>
            </tr>
        }
    });
    view! {
        <div class="table" data-others="some">
            <table>
                <thead><tr><th scope="col">"RoleBinding"</th><th scope="col">"Gives"</th><th scope="col">"To"</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {list::first_of(others.len(), n)}
        <p class="small dim apart-2">"Not created by Berth, and not removed by it."</p>
    }
    .into_any()
}

fn subjects(other: &OtherAccess) -> String {
    let shown = other.subjects.join(", ");
    match other.n_subjects - i64::try_from(other.subjects.len()).unwrap_or_default() {
        ..=0 if shown.is_empty() => "nobody".to_owned(),
        ..=0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
