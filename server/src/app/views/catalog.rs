//! The catalog as people read it: teams the gallery, those who set up what they curate.

mod curated;
mod entry_form;
mod gallery;
mod places;
mod review;
mod runs;
mod sources;

pub use curated::{curated, curated_entry, ingest};
pub use entry_form::{Drawn, FormGround, draw, form_ground};
pub use gallery::{Asked, entry, gallery, icon, seen_by};
pub use review::review;
pub use sources::{available, source, source_names, sources};

use crate::app::Ctx;
use domain::Action;
use time::Date;

/// Days are in UTC, as sunsets are.
fn today(ctx: &Ctx) -> Date {
    crate::app::catalog::day(ctx.now())
}

/// Whether who looks sees what is curated; auditors read it.
fn can_curate(ctx: &Ctx) -> bool {
    ctx.allow(Action::SeeSetUp).is_ok()
}
