//! The form of a source: a new one, or one that is there.

use crate::crumb::Crumb;
use crate::document::{self, Page};
use crate::frame::Frame;
use crate::parts::form::{Errors, Field, post_to};
use crate::parts::list::Head;
use crate::parts::{note, url};
use domain::catalog::{SourceAuth, SourceKind};
use domain::form::SourceFields;
use domain::name::SourceName;
use domain::page::PageKind;
use domain::refusal::FieldError;
use leptos::prelude::*;

/// The form of a new source.
pub fn new(frame: Frame, fields: SourceFields, errors: Vec<FieldError>) -> String {
    document::render(frame, |_| Page {
        title: "New source".into(),
        kind: Some(PageKind::NewSource),
        crumbs: vec![Crumb::to(PageKind::Curation), Crumb::to(PageKind::Sources), Crumb::here("New")],
        refresh: None,
        body: form(None, &fields, Errors(&errors), None),
    })
}

/// The form of one that is there. `refusal` is about no field: somebody else has changed it.
pub fn page(
    frame: Frame,
    name: &SourceName,
    fields: SourceFields,
    errors: Vec<FieldError>,
    refusal: Option<String>,
) -> String {
    document::render(frame, |_| Page {
        title: format!("Edit {name}"),
        kind: Some(PageKind::EditSource),
        crumbs: vec![
            Crumb::to(PageKind::Curation),
            Crumb::to(PageKind::Sources),
            Crumb::link(name.to_string(), url::source(name)),
            Crumb::here("Edit"),
        ],
        refresh: None,
        body: form(Some(name), &fields, Errors(&errors), refusal),
    })
}

fn form(name: Option<&SourceName>, fields: &SourceFields, errors: Errors<'_>, refusal: Option<String>) -> AnyView {
    let (title, action, back) = match name {
        Some(name) => (format!("Edit {name}"), url::edit_source(name), url::source(name)),
        None => ("New source".to_owned(), PageKind::NewSource.path().to_owned(), PageKind::Sources.path().to_owned()),
    };
    let below =
        "Where charts are taken in from. Public addresses may be asked; others when the platform allows their hosts.";
    let name_field = name.is_none().then(|| {
        let help = "Stands in addresses and files: lower-case letters, digits and dashes. It cannot be changed later.";
        Field::new("name", "Name", errors).help(help).text(&fields.name)
    });
    let refusal = refusal.as_deref().map(note::refused);
    view! {
        {Head::new(title, below).view()}
        <div class="reading stack">
            {refusal}
            {errors.summary()}
            <form class="form panel" method="post" action=post_to(action)>
                <input type="hidden" name="version" value=fields.version.clone()/>
                {name_field}
                {place(fields, errors)}
                {credentials(name.is_some(), fields, errors)}
                {proof(fields, errors)}
                <div class="buttons">
                    <button class="btn primary">"Save and look at it"</button>
                    <a class="btn quiet" href=back>"Cancel"</a>
                </div>
            </form>
        </div>
    }
    .into_any()
}

fn place(fields: &SourceFields, errors: Errors<'_>) -> AnyView {
    let kinds =
        [SourceKind::Registry, SourceKind::Index].map(|kind| (kind.as_str().to_owned(), kind.title().to_owned()));
    view! {
        {Field::new("kind", "Kind", errors).select(kinds.to_vec(), &fields.kind)}
        {Field::new("address", "Address", errors)
            .help("oci://registry.example.com/charts, or the https:// address of the folder with index.yaml in it.")
            .text(&fields.address)}
        {Field::new("charts", "Charts", errors)
            .help("Of a registry that does not list them, one in each line. Empty: those that it lists.")
            .area(&fields.charts)}
        {Field::new("ca", "Certificate authorities", errors)
            .help("PEM, of a source with certificates of your own. Trusted for this source, beside the public ones.")
            .area(&fields.ca)}
    }
    .into_any()
}

fn credentials(is_there: bool, fields: &SourceFields, errors: Errors<'_>) -> AnyView {
    let mut ways = SourceAuth::ALL.map(|auth| (auth.as_str().to_owned(), auth.title().to_owned())).to_vec();
    if is_there {
        ways.insert(0, (SourceFields::KEEP.to_owned(), "As before: credentials stay".to_owned()));
    }
    let secret = Field::new("secret", "Password or token", errors)
        .help("Kept encrypted, sent to this source and the hosts below alone, and never shown again.");
    let control = view! {
        <input
            class="input"
            r#type="password"
            id=secret.id()
            name="secret"
            autocomplete="new-password"
            aria-invalid=secret.invalid()
            aria-describedby=secret.described_by()
        />
    };
    view! {
        {Field::new("auth", "Signs in", errors).select(ways, &fields.auth)}
        {Field::new("user", "User name", errors).help("With a password.").text(&fields.user)}
        {secret.around(control)}
        {Field::new("credential_hosts", "Other hosts that may have the credentials", errors)
            .help("One in each line: where its tokens or its archives come from, if that is another host.")
            .area(&fields.credential_hosts)}
    }
    .into_any()
}

fn proof(fields: &SourceFields, errors: Errors<'_>) -> AnyView {
    let mut kinds = vec![
        ("none", "Not demanded"),
        ("provenance", "Helm provenance (.prov), by one of the keys below"),
        ("cosign_key", "cosign, by one of the keys below"),
        ("cosign_keyless", "cosign, keyless, by the identity below"),
    ];
    if fields.proof == "other" {
        kinds.push(("other", "As it was written by the API"));
    }
    let kinds = kinds.into_iter().map(|(value, title)| (value.to_owned(), title.to_owned())).collect();
    view! {
        {Field::new("proof", "Signatures", errors)
            .help("Where one is demanded, a chart without it is refused.")
            .select(kinds, &fields.proof)}
        {Field::new("keys", "Public keys", errors)
            .help("OpenPGP blocks for provenance, PEM for cosign. Never a private key.")
            .area(&fields.keys)}
        {Field::new("issuer", "Issuer", errors)
            .help("Keyless: who vouches for the identity, as https://token.actions.githubusercontent.com.")
            .text(&fields.issuer)}
        {Field::new("subject", "Identity", errors)
            .help("Keyless: who signs. * stands for anything but a slash, ** for anything.")
            .text(&fields.subject)}
        {Field::new("root", "Trusted root", errors)
            .help("Keyless: JSON as cosign trusted-root create writes it. Empty: the public Sigstore.")
            .area(&fields.root)}
    }
    .into_any()
}
