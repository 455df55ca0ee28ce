//! Every page of Berth, in one table: where it is, who may open it, where it stands in the navigation and what else is
//! said of it. The router, the rail, the search and the keyboard follow from it; the gallery, the live pages and the sweep
//! of rights are checked against it.

use crate::actor::PlatformRole;
use crate::view::Viewer;

/// A line for each page: its address as the router names it, who may open it, what it is called, and what is special.
macro_rules! pages {
    ($($(#[$doc:meta])* $page:ident $path:literal $open_to:ident $title:literal $(.$with:ident($($what:tt)*))*;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PageKind { $($(#[$doc])* $page),* }

        impl PageKind {
            /// In the order in which the search offers them.
            pub const ALL: &'static [Self] = &[$(Self::$page),*];

            pub const fn about(self) -> PageEntry {
                match self {
                    $(Self::$page => PageEntry::new($path, OpenTo::$open_to, $title)$(.$with($($what)*))*),*
                }
            }
        }
    };
}

pages! {
    NewNamespace     "/namespaces/new"                           SignedIn  "New namespace"  .within(Section::Namespaces).found("ask for one");
    Home             "/"                                         Everybody "Home"           .leads(Section::Home).found("").key("h").live();
    Namespaces       "/namespaces"                               SignedIn  "Namespaces"     .leads(Section::Namespaces).found("").key("n");
    Namespace        "/namespaces/{cluster}/{name}"              Concerned "Namespace"      .within(Section::Namespaces).live();
    /// The other tabs: [`crate::view::NamespaceView`] holds what all of them show.
    NamespaceTab     "/namespaces/{cluster}/{name}/{tab}"        Concerned "Namespace"      .within(Section::Namespaces).live();
    /// A tab with a form.
    NamespaceSync    "/namespaces/{cluster}/{name}/sync"         Concerned "Sync"           .within(Section::Namespaces).live();
    Quota            "/namespaces/{cluster}/{name}/quota"        Concerned "Quota"          .within(Section::Namespaces);
    QuotaHistory     "/namespaces/{cluster}/{name}/quota-history" Concerned "Quota history" .within(Section::Namespaces);
    Extend           "/namespaces/{cluster}/{name}/extend"       Concerned "Extend"         .within(Section::Namespaces);
    Delete           "/namespaces/{cluster}/{name}/delete"       Concerned "Delete"         .within(Section::Namespaces);
    Requests         "/requests"                                 SignedIn  "Requests"       .leads(Section::Requests).found_as(QUEUES).key("r").live();
    Request          "/requests/{number}"                        Concerned "Request"        .within(Section::Requests).live();
    Revise           "/requests/{number}/revise"                 Concerned "Revise"         .within(Section::Requests);
    Catalog          "/catalog"                                  Members   "Catalog"        .leads(Section::Catalog).found("charts to install").key("c");
    CatalogEntry     "/catalog/{entry}"                          Concerned "Entry"          .within(Section::Catalog);
    Teams            "/teams"                                    SignedIn  "Teams"          .leads(Section::Teams).found("").key("t");
    Team             "/teams/{slug}"                             Concerned "Team"           .within(Section::Teams);
    EditTeam         "/teams/{slug}/edit"                        SettingUp "Edit team"      .within(Section::Teams);
    Me               "/me"                                       SignedIn  "Your account"   .found("access tokens and sessions").key("m");
    Api              "/api/docs"                                 Everybody "API"            .leads(Section::Api).found("");
    Clusters         "/clusters"                                 Clusters  "Clusters"       .leads(Section::Clusters).found("");
    Cluster          "/clusters/{name}"                          Clusters  "Cluster"        .within(Section::Clusters);
    ClusterManifests "/clusters/{name}/manifests"                Clusters  "Manifests"      .within(Section::Clusters);
    ClusterSettings  "/clusters/{name}/settings"                 SettingUp "Settings"       .within(Section::Clusters);
    RenewCluster     "/clusters/{name}/renew"                    SettingUp "Renew"          .within(Section::Clusters);
    Classes          "/admin/classes"                            SetUp     "Classes"        .leads(Section::Classes).found("");
    Class            "/admin/classes/{class}"                    SetUp     "Class"          .within(Section::Classes);
    ClassDraft       "/admin/classes/{class}/draft"              SetUp     "Draft"          .within(Section::Classes);
    ClassPreview     "/admin/classes/{class}/preview"            SetUp     "Preview"        .within(Section::Classes);
    ClassMove        "/admin/classes/{class}/move"               SetUp     "Move namespaces" .within(Section::Classes);
    Curation         "/admin/catalog"                            SetUp     "Curation"       .leads(Section::Curation).found("entries and versions of the catalog");
    CuratedEntry     "/admin/catalog/{entry}"                    SetUp     "Entry"          .within(Section::Curation).live();
    EditEntry        "/admin/catalog/{entry}/edit"               SettingUp "Edit entry"     .within(Section::Curation);
    EntryForm        "/admin/catalog/{entry}/form"               SettingUp "Form"           .within(Section::Curation);
    ReviewVersion    "/admin/catalog/{entry}/versions/{version}" SetUp     "Review version" .within(Section::Curation);
    Ingest           "/admin/catalog/{entry}/ingests/{id}"       SetUp     "Taking in"      .within(Section::Curation).live();
    Sources          "/admin/sources"                            SetUp     "Sources"        .within(Section::Curation).found("registries and repositories of charts");
    Source           "/admin/sources/{source}"                   SetUp     "Source"         .within(Section::Curation);
    EditSource       "/admin/sources/{source}/edit"              SettingUp "Edit source"    .within(Section::Curation);
    PlatformRoles    "/admin/platform-roles"                     SetUp     "Platform roles" .leads(Section::PlatformRoles).found("");
    Audit            "/admin/audit"                              Audit     "Audit"          .leads(Section::Audit).found("");
    People           "/admin/people"                             People    "People"         .leads(Section::People).found("");
    Person           "/admin/people/{id}"                        People    "Person"         .within(Section::People);
    Jobs             "/admin/jobs"                               Jobs      "Jobs"           .leads(Section::Jobs).found("");
    NewTeam          "/admin/teams/new"                          SettingUp "New team"       .within(Section::Teams).found("");
    NewEntry         "/admin/catalog/new"                        SettingUp "New entry"      .within(Section::Curation).found("");
    NewSource        "/admin/sources/new"                        SettingUp "New source"     .within(Section::Curation).found("");
    NewClass         "/admin/classes/new"                        SettingUp "New class"      .within(Section::Classes).found("");
    NewCluster       "/clusters/new"                             SettingUp "Add a cluster"  .within(Section::Clusters).found("");
    Search           "/search"                                   SignedIn  "Search";
    SignedOut        "/signed-out"                               SignedOut "Signed out";
}

/// What the search offers of the list of requests.
const QUEUES: &[(&str, &str, &str)] = &[
    ("Requests to decide", "what waits for you", "?queue=to_decide"),
    ("Your requests", "", "?queue=mine"),
    ("All requests", "", "?queue=all"),
];

/// What the table says of a page.
#[derive(Debug, Clone, Copy)]
pub struct PageEntry {
    /// With its parameters in braces, as the router has them.
    pub path: &'static str,
    pub open_to: OpenTo,
    /// What it is called where it is led to; of a page of one thing, what that is.
    pub title: &'static str,
    /// What is lit in the rail.
    pub section: Option<Section>,
    /// Whether it is what the section's entry leads to.
    pub leads_section: bool,
    pub found: Found,
    /// After `g`, on the keyboard.
    pub key: Option<&'static str>,
    /// Whether what changes is sent to who has it open.
    pub is_live: bool,
}

/// Who may open a page; to others it does not exist, or asks to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenTo {
    Everybody,
    /// Only who is not signed in; others are led home.
    SignedOut,
    SignedIn,
    /// Who is in a team, or sees everything.
    Members,
    /// Who is in the team of what it is about, or sees everything.
    Concerned,
    /// Those who may [`crate::Action::SeeClusters`]; and so on.
    Clusters,
    SetUp,
    Audit,
    People,
    Jobs,
    /// Those who may [`crate::Action::SetUp`].
    SettingUp,
}

/// What the rail has an entry for, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Home,
    Namespaces,
    Requests,
    Catalog,
    Clusters,
    Teams,
    Classes,
    Curation,
    PlatformRoles,
    Audit,
    People,
    Jobs,
    Api,
}

/// How the search offers a page.
#[derive(Debug, Clone, Copy)]
pub enum Found {
    Never,
    /// By its title, with what tells more of it.
    ByTitle(&'static str),
    /// As several: title, more of it, and the query.
    As(&'static [(&'static str, &'static str, &'static str)]),
}

impl PageEntry {
    const fn new(path: &'static str, open_to: OpenTo, title: &'static str) -> Self {
        let found = Found::Never;
        Self { path, open_to, title, section: None, leads_section: false, found, key: None, is_live: false }
    }

    const fn within(self, section: Section) -> Self {
        Self { section: Some(section), ..self }
    }

    const fn leads(self, section: Section) -> Self {
        Self { section: Some(section), leads_section: true, ..self }
    }

    const fn found(self, detail: &'static str) -> Self {
        Self { found: Found::ByTitle(detail), ..self }
    }

    const fn found_as(self, hits: &'static [(&'static str, &'static str, &'static str)]) -> Self {
        Self { found: Found::As(hits), ..self }
    }

    const fn key(self, key: &'static str) -> Self {
        Self { key: Some(key), ..self }
    }

    const fn live(self) -> Self {
        Self { is_live: true, ..self }
    }
}

impl PageKind {
    pub fn path(self) -> &'static str {
        self.about().path
    }

    pub fn title(self) -> &'static str {
        self.about().title
    }

    /// The page at an address, without or with a query. Where two would do, the one that is named in more of its parts.
    pub fn at(address: &str) -> Option<Self> {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let fitting = Self::ALL.iter().copied().filter(|page| page.parameters(path).is_some());
        fitting.min_by_key(|page| page.path().matches('{').count())
    }

    /// What stands for the parameters in a path of this page, in their order.
    pub fn parameters(self, path: &str) -> Option<Vec<&str>> {
        let (mut parts, mut found) = (path.split('/'), Vec::new());
        for named in self.path().split('/') {
            match parts.next()? {
                part if named.starts_with('{') && !part.is_empty() => found.push(part),
                part if part == named => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(found)
    }

    /// Its path with these for its parameters, in their order. They are put in as they are.
    pub fn filled<T: AsRef<str>>(self, with: &[T]) -> String {
        let mut with = with.iter().map(AsRef::as_ref);
        let parts = self.path().split('/').map(|part| match part.starts_with('{') {
            true => with.next().unwrap_or(part),
            false => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Whether it is there for them, as far as it depends on who they are alone.
    pub fn is_open_to(self, viewer: &Viewer) -> bool {
        match self.about().open_to {
            OpenTo::Everybody | OpenTo::SignedIn => true,
            OpenTo::Members => viewer.can_see_offer,
            OpenTo::SignedOut | OpenTo::Concerned => false,
            OpenTo::Clusters => viewer.can_see_clusters,
            OpenTo::SetUp => viewer.can_see_setup,
            OpenTo::Audit => viewer.can_see_audit,
            OpenTo::People => viewer.can_see_people,
            OpenTo::Jobs => viewer.can_see_jobs,
            OpenTo::SettingUp => viewer.platform.contains(&PlatformRole::Platform),
        }
    }

    /// What the search offers of it: title, more of it, and the address.
    pub fn found(self) -> Vec<(&'static str, &'static str, String)> {
        let PageEntry { path, title, found, .. } = self.about();
        match found {
            Found::Never => vec![],
            Found::ByTitle(detail) => vec![(title, detail, path.to_owned())],
            Found::As(hits) => {
                hits.iter().map(|(title, detail, query)| (*title, *detail, format!("{path}{query}"))).collect()
            }
        }
    }
}

impl Section {
    /// With the page that its entry leads to, in their order.
    pub fn all() -> Vec<(Self, PageKind)> {
        let leading = PageKind::ALL.iter().filter(|page| page.about().leads_section);
        let mut all: Vec<_> = leading.filter_map(|page| Some((page.about().section?, *page))).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn all() -> impl Iterator<Item = PageEntry> {
        PageKind::ALL.iter().map(|page| page.about())
    }

    #[test]
    fn no_two_pages_have_one_address_one_key_or_one_entry_in_the_rail() {
        let paths: BTreeSet<_> = all().map(|about| about.path).collect();
        assert_eq!(paths.len(), PageKind::ALL.len());
        let keys: Vec<_> = all().filter_map(|about| about.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        let sections: Vec<_> = Section::all().into_iter().map(|(section, _)| section).collect();
        let once: BTreeSet<_> = sections.iter().copied().collect();
        assert_eq!(sections.len(), once.len());
        assert_eq!(all().filter_map(|about| about.section).collect::<BTreeSet<_>>(), once, "what is lit has an entry");
    }

    /// What is led to from everywhere is no page of one thing.
    #[test]
    fn what_stands_in_the_navigation_has_an_address_without_parameters() {
        for about in all().filter(|about| about.path.contains('{')) {
            let is_offered = about.leads_section || about.key.is_some() || !matches!(about.found, Found::Never);
            assert!(!is_offered && about.path.matches('{').count() == about.path.matches('}').count(), "{about:?}");
        }
        for about in all().filter(|about| !about.path.contains('{')) {
            assert!(about.open_to != OpenTo::Concerned, "{about:?}");
        }
    }

    #[test]
    fn a_page_is_found_by_its_address() {
        for page in PageKind::ALL {
            assert_eq!(PageKind::at(page.path()), Some(*page));
        }
        for (address, page) in [
            ("/namespaces/harbour-1/payments-dev", PageKind::Namespace),
            ("/namespaces/harbour-1/payments-dev/quota?size=M", PageKind::Quota),
            ("/namespaces/harbour-1/payments-dev/events#top", PageKind::NamespaceTab),
            ("/requests?queue=mine", PageKind::Requests),
            ("/clusters/new", PageKind::NewCluster),
        ] {
            assert_eq!(PageKind::at(address), Some(page), "{address}");
        }
        for address in ["", "/nowhere", "/requests/", "//", "/requests/1/2/3", "requests", "/live", "/teams/a/b"] {
            assert_eq!(PageKind::at(address), None, "{address}");
        }
    }

    #[test]
    fn an_address_is_filled_in_and_read_back() {
        let path = PageKind::Quota.filled(&["harbour-1", "payments-dev"]);
        assert_eq!(path, "/namespaces/harbour-1/payments-dev/quota");
        assert_eq!(PageKind::Quota.parameters(&path), Some(vec!["harbour-1", "payments-dev"]));
        assert_eq!(PageKind::Home.filled::<&str>(&[]), "/");
    }
}
