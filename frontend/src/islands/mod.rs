//! Islands: what script adds. Every page works without them.

mod copy;
mod live;
mod local_times;
mod namespace;
mod request;
mod shortcuts;
mod verdict;

pub use copy::*;
pub use local_times::*;
pub use namespace::*;
pub use request::*;
pub use shortcuts::*;
pub use verdict::*;
