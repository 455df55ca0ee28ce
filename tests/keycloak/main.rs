//! Berth at a real Keycloak: what its answers look like is not for us to say. `cargo xtask test --only keycloak` starts one;
//! each test has a realm of its own in it.

mod leaving;
mod realm;
mod signing_in;
mod staying;
