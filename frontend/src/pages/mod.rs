//! One module per page, each with one function `page`: a frame and a view in, a whole document out.

pub mod api_docs;
pub mod audit;
pub mod class;
pub mod classes;
pub mod cluster;
pub mod cluster_manifests;
pub mod clusters;
pub mod home;
pub mod jobs;
pub mod me;
pub mod namespace;
pub mod namespaces;
pub mod new_cluster;
pub mod new_namespace;
pub mod no_team;
pub mod platform_roles;
pub mod problem;
pub mod quota;
pub mod request;
pub mod requests;
pub mod signed_out;
pub mod team;
pub mod team_form;
pub mod teams;
pub mod welcome;
