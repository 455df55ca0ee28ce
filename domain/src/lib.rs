//! What is allowed: the rules of Berth.
//!
//! Pure Rust without I/O, clock or async. Time and ids come in as values, every rule is a function
//! from values to a value or a [`Refusal`]. The browser runs the same code as the server.

/// Shapes that are read and written as JSON, each with the same derives.
macro_rules! views {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub $kind $name $body
    )*};
}

pub mod access;
pub mod actor;
pub mod audit;
pub mod catalog;
pub mod class;
pub mod cluster;
pub mod diagnosis;
pub mod drift;
pub mod field_error;
pub mod form;
pub mod form_token;
pub mod gone;
pub mod id;
pub mod lifetime;
pub mod name;
pub mod namespace;
pub mod page;
pub mod plan;
pub mod policy;
pub mod quantity;
pub mod quota;
pub mod refusal;
pub mod request;
pub mod search;
pub mod setup;
pub mod team;
pub mod terminating;
pub mod text;
pub mod usage;
pub mod view;

pub use access::{Action, Denial, allow};
pub use actor::Actor;
pub use form_token::FormKey;
pub use quota::{Quota, Resource};
pub use refusal::Refusal;
