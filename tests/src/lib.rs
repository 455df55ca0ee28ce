//! What the integration tests stand on: a Berth per test with a database of its own, the people who use it, and the
//! real cluster and identity provider behind it.
//!
//! The parts are those of a running stack (`cargo xtask up`), which `BERTH_STACK` names. A test opens a [`Desk`], acts
//! as somebody with [`Desk::as_`], and everything it made goes when the desk is dropped, also when the test fails.

mod account;
mod actor;
mod ask;
mod balancer;
mod caretaker;
mod chart;
mod class;
mod command;
mod desk;
mod forged;
mod helm;
mod kubectl;
pub mod kubernetes;
mod private;
mod program;
mod provider;
mod proxy;
mod queries;
mod registry;
mod role;
mod run;
mod second;
mod seen;
mod set_up;
mod vouching;
mod wait;
mod wire;

pub use account::Account;
pub use actor::{Actor, Answer, Events};
pub use ask::{CLUSTER, ask, quota, with};
pub use balancer::Balancer;
pub use chart::chart;
pub use command::Ran;
pub use desk::{Desk, Opening};
pub use forged::{Forged, LATER_SCHEMA, Meanwhile, Offered, Refused, Tampering};
pub use helm::Helm;
pub use kubectl::{Forwarded, Kubectl, Said};
pub use private::PrivatePostgres;
pub use program::Program;
pub use provider::Provider;
pub use proxy::{Disturbance, Fault, Proxy};
pub use queries::{queries_of, renders_of};
pub use registry::Registry;
pub use role::Role;
pub use run::{EmptyDatabase, database_socket, metrics_url, stack};
pub use second::SecondCluster;
pub use seen::kept;
pub use wait::{eventually, within};
pub use wire::Wire;
