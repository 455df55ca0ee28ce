//! Other clusters, for who would wait on the one they chose.

use crate::app::Result;
use crate::store;
use crate::store::Conn;
use domain::class::Class;
use domain::cluster::Place;
use domain::quota::Quota;

/// Names of the clusters on which so much of the class would be granted at once, those with the most of it free first.
pub async fn with_room(conn: &mut Conn, class: &Class, asked: &Quota) -> Result<Vec<String>> {
    let clusters = store::clusters::list(&mut *conn).await?;
    let open = clusters.iter().filter(|c| c.paused_reason.is_none() && class.spec.may_be_on(&c.name));
    let names: Vec<_> = open.map(|cluster| cluster.name.to_string()).collect();
    let rooms = store::clusters::list_rooms(conn, &names).await?;
    let mut fitting: Vec<_> = rooms
        .into_iter()
        .filter(|(_, room)| {
            let place = Place { room: *room, held: Quota::ZERO, share: class.spec.share() };
            place.short_of(asked).is_empty()
        })
        .collect();
    fitting.sort_by_key(|(_, room)| std::cmp::Reverse(room.free().cpu_m));
    Ok(fitting.into_iter().map(|(name, _)| name).collect())
}
