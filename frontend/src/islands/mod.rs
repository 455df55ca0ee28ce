//! Islands: what script adds. Every page works without them.
//!
//! Pages are rendered on the server alone. Parts that change by themselves stand in *slots* (elements with
//! `data-slot`); [`Live`] puts those into place that the server sends, and [`LiveVerdict`] those of a page that it asks for.

mod connection;
mod copy;
#[cfg(feature = "hydrate")]
mod dom;
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
