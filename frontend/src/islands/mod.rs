//! Islands: what script adds. Every page works without them.
//!
//! Pages are rendered on the server alone. Parts that change by themselves stand in *slots* (elements with
//! `data-slot`); [`Live`] and [`LiveVerdict`] ask for a page again and put the slots that differ into place.

mod connection;
mod copy;
mod live;
mod live_verdict;
mod local_times;
mod palette;
mod shortcuts;
#[cfg(feature = "hydrate")]
mod slots;

pub use connection::Connection;
pub use copy::*;
pub use live::*;
pub use live_verdict::*;
pub use local_times::LocalTimes;
pub use palette::*;
pub use shortcuts::*;
