//! On which page the form stands that is sent to an address: where somebody goes who opens such an address, as after a
//! mistake in the form and a reload, and the way back from an answer that is no form.

/// None for what is no form on a page.
pub fn page_of(path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path.trim_matches('/').split('/').collect();
    Some(match parts[..] {
        ["namespaces", cluster, name, "kubeconfig"] => format!("/namespaces/{cluster}/{name}/access"),
        ["namespaces", cluster, name, "resolve-ahead"] => format!("/namespaces/{cluster}/{name}/sync"),
        ["namespaces", cluster, name, "restore" | "star"] => format!("/namespaces/{cluster}/{name}"),
        ["requests", number, "revise"] => format!("/requests/{number}/revise"),
        ["requests", number, _] => format!("/requests/{number}"),
        ["teams", slug, "edit"] => format!("/teams/{slug}/edit"),
        ["teams", slug, ..] => format!("/teams/{slug}"),
        ["clusters", name, "renew" | "settings"] | ["admin", "classes", name, "draft" | "move"] if !name.is_empty() => {
            path.to_owned()
        }
        ["clusters", name, _] => format!("/clusters/{name}"),
        ["admin", "classes", class, "publish"] => format!("/admin/classes/{class}/preview"),
        ["admin", "classes", class, _] => format!("/admin/classes/{class}"),
        ["admin", "catalog", "new"] | ["admin", "catalog", _, "edit" | "form"] => path.to_owned(),
        ["admin", "catalog", entry, "versions", version, _] => format!("/admin/catalog/{entry}/versions/{version}"),
        ["admin", "sources", "new"] | ["admin", "sources", _, "edit"] => path.to_owned(),
        ["admin", "sources", source, _] => format!("/admin/sources/{source}"),
        ["admin", "catalog", entry, "available", "take-in"] => format!("/admin/catalog/{entry}"),
        ["admin", "catalog", entry, "icon", ..] => format!("/admin/catalog/{entry}/edit"),
        ["admin", "catalog", entry, _] => format!("/admin/catalog/{entry}"),
        ["admin", "people", id, _] => format!("/admin/people/{id}"),
        ["admin", "jobs", ..] => "/admin/jobs".to_owned(),
        ["admin", "platform-roles", ..] => "/admin/platform-roles".to_owned(),
        ["me", ..] => "/me".to_owned(),
        ["theme"] | ["auth", "logout"] => "/".to_owned(),
        ["namespaces", "new"]
        | ["namespaces", _, _, "quota" | "sync" | "extend" | "delete"]
        | ["clusters", "new"]
        | ["admin", "classes", "new"]
        | ["admin", "teams", "new"] => path.to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/requests/14/request-changes?form_token=x", Some("/requests/14"))]
    #[case("/requests/14/revise", Some("/requests/14/revise"))]
    #[case("/namespaces/harbour-1/payments-dev/restore", Some("/namespaces/harbour-1/payments-dev"))]
    #[case("/teams/payments/memberships/7/end", Some("/teams/payments"))]
    #[case("/admin/classes/standard/publish", Some("/admin/classes/standard/preview"))]
    #[case("/admin/teams/new", Some("/admin/teams/new"))]
    #[case("/me/tokens", Some("/me"))]
    #[case("/auth/backchannel-logout", None)]
    #[case("/api/v1/requests/14/approve", None)]
    fn a_form_stands_on_a_page(#[case] path: &str, #[case] page: Option<&str>) {
        assert_eq!(page_of(path).as_deref(), page);
    }
}
