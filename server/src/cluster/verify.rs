//! Whether what was made is in force: the quota that was granted, and access for exactly those who should have it.

use super::manifests::{QUOTA_NAMES, Site, group_on_cluster, user_on_cluster};
use super::review::{AccessCheck, Who, may};
use super::watch::projection::resource_quota;
use super::{Error, some_at_once};
use domain::class::Access;
use domain::namespace::Namespace;
use domain::quota::{Quota, Resource};
use futures::FutureExt;
use k8s_openapi::api::core::v1::ResourceQuota;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kube::{Api, Client};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long the quota controller may take to take up a quota; after that it is not in force, which ends the step.
const QUOTA_LIMIT: Duration = Duration::from_secs(45);
/// How long an API server may take to hear of a RoleBinding that was just made.
const ACCESS_LIMIT: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(50);

pub async fn verify(client: &Client, namespace: &Namespace, site: &Site) -> Result<String, Error> {
    let quota = quota_in_force(client, namespace);
    let accesses = strongest_access(namespace, site);
    let expected: Vec<_> = accesses
        .iter()
        .flat_map(|(who, access)| {
            expectations(namespace.name.as_str(), *access).map(|(check, is_so)| (who, check, is_so))
        })
        .collect();
    let reviews = expected.iter().map(|(who, check, is_so)| review(client, who, check, *is_so).boxed());
    futures::try_join!(quota, some_at_once(reviews.collect()))?;
    Ok(format!("quota is in force as granted; {} access reviews as expected", expected.len()))
}

/// Waits until the cluster has taken up each quota and they add up to the grant; says what it saw where they do not.
async fn quota_in_force(client: &Client, namespace: &Namespace) -> Result<(), Error> {
    let since = Instant::now();
    loop {
        let Some(seen) = quota_difference(client, namespace).await? else { return Ok(()) };
        if since.elapsed() > QUOTA_LIMIT {
            return Err(Error::refused(format!("the quota is not in force after {} s: {seen}", QUOTA_LIMIT.as_secs())));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How what the cluster enforces differs from the grant; none where it does not.
async fn quota_difference(client: &Client, namespace: &Namespace) -> Result<Option<String>, Error> {
    let quotas: Api<ResourceQuota> = Api::namespaced(client.clone(), namespace.name.as_str());
    let mut sum = Quota::ZERO;
    for name in QUOTA_NAMES {
        let quota = quotas.get(name).await?;
        let Some(enforced) = resource_quota(&quota).enforced else {
            let said = quota.status.and_then(|status| status.hard).map_or_else(|| "nothing".into(), format_amounts);
            return Ok(Some(format!("{name} says {said}, which is not all that it should enforce")));
        };
        if !has_taken_up(&quota) {
            return Ok(Some(format!("{name} is not taken up by the cluster yet")));
        }
        sum = sum.plus(&enforced);
    }
    let differs = |resource: &Resource| sum.get(*resource) != namespace.quota.get(*resource);
    let said: Vec<_> =
        Resource::ALL.into_iter().filter(differs).map(|r| describe_difference(r, &sum, namespace)).collect();
    Ok((!said.is_empty()).then(|| said.join(", ")))
}

fn describe_difference(resource: Resource, enforced: &Quota, namespace: &Namespace) -> String {
    let (enforced, granted) = (enforced.get(resource), namespace.quota.get(resource));
    format!("{} is {} instead of {}", resource.title(), resource.quantity(enforced), resource.quantity(granted))
}

fn format_amounts(amounts: BTreeMap<String, Quantity>) -> String {
    let said: Vec<_> = amounts.into_iter().map(|(name, amount)| format!("{name}={}", amount.0)).collect();
    said.join(", ")
}

fn has_taken_up(quota: &ResourceQuota) -> bool {
    let desired = quota.spec.as_ref().and_then(|spec| spec.hard.as_ref());
    let enforced = quota.status.as_ref().and_then(|status| status.hard.as_ref());
    desired.is_some() && desired == enforced
}

/// A group may have several roles in a team; together they are as good as the strongest.
fn strongest_access(namespace: &Namespace, site: &Site) -> BTreeMap<Who, Access> {
    let groups = namespace.groups.iter().map(|(group, role)| (Who::Group(group_on_cluster(site, group)), *role));
    let people = namespace.members.iter().map(|member| (Who::User(user_on_cluster(site, member)), member.role));
    let mut found = BTreeMap::new();
    for (who, role) in groups.chain(people) {
        let access = namespace.class.spec.roles.of(role);
        let strongest = found.entry(who).or_insert(access);
        *strongest = (*strongest).max(access);
    }
    found
}

/// What somebody with this access must be able to do, and what not.
fn expectations(namespace: &str, access: Access) -> [(AccessCheck<'_>, bool); 7] {
    let here = Some(namespace);
    let check = |verb, group, resource, namespace| AccessCheck { verb, group, resource, namespace, name: None };
    [
        (check("list", "", "pods", here), access >= Access::View),
        (check("create", "apps", "deployments", here), access >= Access::Develop),
        (check("create", "", "serviceaccounts", here), access >= Access::Own),
        (check("create", "rbac.authorization.k8s.io", "rolebindings", here), false),
        (check("patch", "", "resourcequotas", here), false),
        (check("list", "", "pods", None), false),
        (check("get", "", "secrets", Some("kube-system")), false),
    ]
}

/// Asks until the answer is as expected, or late.
async fn review(client: &Client, who: &Who, check: &AccessCheck<'_>, expected: bool) -> Result<(), Error> {
    let as_expected = async {
        while may(client, who, check).await? != expected {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    };
    match tokio::time::timeout(ACCESS_LIMIT, as_expected).await {
        Ok(answer) => answer,
        Err(_) => Err(unexpected(who, check, expected)),
    }
}

fn unexpected(who: &Who, check: &AccessCheck<'_>, expected: bool) -> Error {
    let (verb, resource, place) = (check.verb, check.resource, check.namespace.unwrap_or("every namespace"));
    Error::refused(match expected {
        true => format!("{who} should be able to {verb} {resource} in {place}, but may not"),
        false => format!(
            "{who} may {verb} {resource} in {place}: something else on this cluster gives it more than Berth does"
        ),
    })
}
