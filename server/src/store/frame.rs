//! What the frame around every page tells its reader, in one query.

use super::queues::push_count;
use super::{Result, Visible};
use domain::actor::Person;
use domain::view::{FavouriteView, Queue, RequestFilter};
use sqlx::types::Json;
use sqlx::{PgExecutor, QueryBuilder};

/// What waits for its reader, and what they keep at hand.
pub struct Around {
    /// Requests that wait for this person to decide.
    pub n_to_decide: i64,
    /// Requests that failed, for who may retry.
    pub n_failed: i64,
    /// Clusters that wait for Platform, for who is of it; [`StoppedCluster::waits_for_platform`] says the same of one.
    ///
    /// [`StoppedCluster::waits_for_platform`]: domain::view::StoppedCluster::waits_for_platform
    pub n_stopped: i64,
    /// Versions of charts that wait for this person to decide, for who curates.
    pub n_versions: i64,
    /// Of those that they may still see, by name.
    pub favourites: Vec<FavouriteView>,
}

/// What this person may do about what waits.
#[derive(Clone, Copy)]
pub struct Duties {
    pub retries: bool,
    pub sets_up: bool,
}

/// At most `n_favourites` of what they keep at hand.
pub async fn get(db: impl PgExecutor<'_>, person: &Person, duties: Duties, n_favourites: i64) -> Result<Around> {
    let mut query = QueryBuilder::new("select (");
    push_count(&mut query, person, Queue::ToDecide, &RequestFilter::default());
    query.push("), (").push(if duties.retries { COUNT_FAILED } else { NOTHING });
    query.push("), (").push(if duties.sets_up { COUNT_STOPPED } else { NOTHING });
    query.push("), (");
    if duties.sets_up {
        query.push(COUNT_VERSIONS).push_bind(person.id.0).push(")");
    } else {
        query.push(NOTHING);
    }
    query.push("), (select coalesce(json_agg(json_build_array(f.cluster, f.name)), '[]') from (");
    query.push("select c.name as cluster, n.name from favourites f join namespaces n on n.id = f.namespace_id ");
    query.push("join clusters c on c.id = n.cluster_id where c.removed_at is null and f.person_id = ");
    query.push_bind(person.id.0).push(" and ");
    Visible::to(person).narrow(&mut query, "n.team_id");
    query.push(" order by n.name, c.name limit ").push_bind(n_favourites).push(") f)");
    let found = query.build_query_as::<(i64, i64, i64, i64, Json<Vec<(String, String)>>)>().fetch_one(db).await?;
    let (n_to_decide, n_failed, n_stopped, n_versions, Json(favourites)) = found;
    let favourites = favourites.into_iter().map(|(cluster, name)| FavouriteView { cluster, name }).collect();
    Ok(Around { n_to_decide, n_failed, n_stopped, n_versions, favourites })
}

const NOTHING: &str = "select 0::bigint";

const COUNT_FAILED: &str = "select count(*) from requests where state = 'failed'";

/// What is judged, of what is offered at all, and not approved by the person who follows.
const COUNT_VERSIONS: &str = "select count(*) from chart_versions v join catalog_entries e on e.name = v.entry
    where v.state = 'candidate' and e.withdrawn_reason is null and v.given is not distinct from e.given
      and not exists (select from version_approvals a where a.version_id = v.id and a.round = v.round and a.person_id = ";

const COUNT_STOPPED: &str = "select count(*) from clusters c where c.removed_at is null and (
        c.seen_uid is not null or c.paused_reason is not null and (
            exists (select from requests r where r.cluster_id = c.id and r.state in ('approved', 'applying', 'undoing'))
            or exists (select from requests r where r.cluster_id = c.id and r.state = 'waiting')))";
