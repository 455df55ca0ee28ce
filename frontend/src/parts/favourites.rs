//! What the reader keeps at hand.

use super::url;
use crate::frame::Frame;
use domain::view::{FavouriteView, Hit, HitKind};

pub(crate) fn favourites(frame: &Frame) -> Vec<Hit> {
    let favourites = frame.viewer.iter().flat_map(|viewer| &viewer.favourites);
    let hit = |favourite: &FavouriteView| Hit {
        kind: HitKind::Namespace,
        title: favourite.name.clone(),
        detail: favourite.cluster.clone(),
        href: url::namespace(&favourite.cluster, &favourite.name),
    };
    favourites.map(hit).collect()
}
