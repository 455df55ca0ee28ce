//! Sources of charts.

use super::values::{ago, error, page_of};
use super::viewers::{auditor, platform};
use super::{Gallery as To, HOSTILE};
use domain::catalog::{SourceAuth, SourceKind, SourceSpec};
use domain::form::SourceFields;
use domain::name::SourceName;
use domain::view::{SourceCheck, SourceRow, SourceStep, SourceView};
use frontend::{Again, pages};

pub fn pages(to: &mut To) {
    let rows = vec![row("acme", Some(true)), row("mirror", Some(false)), row("new-one", None)];
    for (name, rows) in [("sources", rows), ("sources-none", vec![])] {
        to.add(name, platform(), "/admin/sources", page_of(rows, None), |frame, view| {
            pages::sources::page(frame, view, true)
        });
    }
    for (name, viewer, view, again) in [
        ("source", platform(), source(Some(check(true))), Again::default()),
        ("source-wrong", platform(), source(Some(check(false))), in_use()),
        ("source-read", auditor(), source(None), Again::default()),
    ] {
        to.add(name, viewer, "/admin/sources/acme", view, |frame, view| {
            pages::sources::source::page(frame, view, again)
        });
    }
    to.add("source-new", platform(), "/admin/sources/new", SourceFields::default(), |frame, fields| {
        pages::sources::edit::new(frame, fields, vec![error("address", "is missing"), error("secret", "is missing")])
    });
    let fields = SourceFields::of("acme", 3, &spec(), SourceAuth::Basic);
    to.add("source-edit", platform(), "/admin/sources/acme/edit", fields, |frame, fields| {
        let refusal = Some("somebody else has changed it".into());
        pages::sources::edit::page(frame, &name("acme"), fields, vec![], refusal)
    });
}

fn in_use() -> Again {
    Again { refusal: Some("versions of postgresql come from it".into()), ..Again::default() }
}

fn name(of: &str) -> SourceName {
    of.parse().expect("is a name")
}

fn spec() -> SourceSpec {
    SourceSpec {
        kind: SourceKind::Registry,
        address: "oci://registry.example.com/charts".into(),
        ca: "-----BEGIN CERTIFICATE-----".into(),
        credential_hosts: ["tokens.example.com".into()].into(),
        charts: [].into(),
        proof: serde_json::from_value(serde_json::json!({"require": [{"kind": "cosign_key", "keys": ["x"]}]}))
            .expect("is a policy"),
    }
}

fn row(of: &str, is_ok: Option<bool>) -> SourceRow {
    SourceRow {
        name: name(of),
        kind: if is_ok.is_some() { SourceKind::Registry } else { SourceKind::Index },
        address: format!("oci://{of}.example.com/charts"),
        n_entries: 2,
        needs_proof: is_ok == Some(true),
        is_ok,
        checked_at: is_ok.map(|_| ago(30)),
    }
}

fn check(is_ok: bool) -> SourceCheck {
    let step = |title: &str, detail: &str, is_ok| SourceStep { title: title.into(), detail: detail.into(), is_ok };
    let steps = vec![
        step("Reach it", "reached 203.0.113.7 over TLS 1.3, signed by Example CA", true),
        step("Sign in", if is_ok { "signed in with a password" } else { HOSTILE }, is_ok),
    ];
    SourceCheck { at: ago(3), steps, charts: ["postgresql".into(), "team/web".into()].into() }
}

fn source(check: Option<SourceCheck>) -> SourceView {
    SourceView {
        name: name("acme"),
        spec: spec(),
        auth: SourceAuth::Basic,
        version: 3,
        editor: Some("Platform".into()),
        edited_at: ago(90),
        entries: if check.as_ref().is_some_and(SourceCheck::is_ok) {
            vec!["postgresql".parse().expect("a name")]
        } else {
            vec![]
        },
        check,
    }
}
