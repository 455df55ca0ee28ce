use super::*;
use crate::cluster::allowed::{LOOSENING, POD_SECURITY};

const DOCS: &str = include_str!("../../../../../docs/clusters.md");

/// As a table in docs/clusters.md.
fn table(sets: &[&[Right]]) -> String {
    let rows = sets.iter().flat_map(|rights| rights.iter()).map(|right| {
        let group = if right.group.is_empty() { String::new() } else { format!(" (`{}`)", right.group) };
        let names = match right.names {
            [] => "all".to_owned(),
            names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        };
        format!("| {} | {}{group} | {names} |\n", right.verbs.join(", "), right.resources.join(", "))
    });
    format!("| verbs | on | names |\n|---|---|---|\n{}", rows.collect::<String>())
}

#[track_caller]
fn said(who: &str, sets: &[&[Right]]) {
    let table = table(sets);
    let part = DOCS.split("\n**").find(|part| part.starts_with(&format!("`{who}`"))).unwrap_or_default();
    assert!(part.contains(&table), "docs/clusters.md should say of {who}:\n\n{table}");
    let n_rows = part.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(n_rows, table.lines().filter(|line| line.starts_with("| ")).count(), "and nothing more");
}

#[test]
fn the_documents_say_exactly_which_rights_berth_has_and_gives() {
    said("berth-observer", &[&observer_rights()]);
    said("berth-provisioner", &[PROVISIONER_RIGHTS]);
    said("berth-view", &[VIEW_RIGHTS]);
    said("berth-develop", &[WORKLOAD_RIGHTS, DEBUG_RIGHTS]);
    said("berth-own", &[ACCOUNT_RIGHTS]);
    said("berth-deployer", &DEPLOYER_RIGHTS);
}

#[test]
fn the_documents_name_every_admission_policy_and_everything_that_can_be_loosened() {
    for name in POLICY_NAMES {
        assert!(DOCS.contains(&format!("| `{name}` |")), "{name} is described");
    }
    for word in LOOSENING.into_iter().chain([POD_SECURITY]) {
        assert!(DOCS.contains(&format!("| `{word}` |")), "{word} is described");
    }
}

#[test]
fn whatever_kind_the_teams_people_may_make_is_counted_by_quota() {
    let counted: Vec<_> = domain::class::Counted::ALL.map(domain::class::Counted::quota_name).into();
    let sets = [WORKLOAD_RIGHTS, DEBUG_RIGHTS, ACCOUNT_RIGHTS, DEPLOYER_WRITE_RIGHTS];
    let made = sets.into_iter().flatten().filter(|right| right.verbs.contains(&"create"));
    for right in made {
        // Events end by themselves.
        let counted_kinds = right.resources.iter().filter(|resource| !resource.contains('/') && **resource != "events");
        for resource in counted_kinds {
            let name = match right.group {
                "" => format!("count/{resource}"),
                group => format!("count/{resource}.{group}"),
            };
            assert!(counted.contains(&name.as_str()), "{name} is bounded");
        }
    }
}
