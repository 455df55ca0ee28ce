//! What the admission policies are called.

/// Each policy has a binding of the same name.
pub const NAMES: [&str; 10] =
    [MANAGED, MARKS, BINDINGS, ACCOUNTS, PODS, PRIORITIES, SERVICES, INGRESSES, CLAIMS, BORDER];

/// Objects that Berth made.
pub const MANAGED: &str = "berth-managed";
/// Labels and annotations by which Berth knows its own.
pub const MARKS: &str = "berth-marks";
/// RoleBindings in Berth's namespaces.
pub const BINDINGS: &str = "berth-bindings";
/// The service accounts whose tokens people take.
pub const ACCOUNTS: &str = "berth-accounts";
pub const PODS: &str = "berth-pods";
pub const PRIORITIES: &str = "berth-priorities";
pub const SERVICES: &str = "berth-services";
pub const INGRESSES: &str = "berth-ingresses";
pub const CLAIMS: &str = "berth-claims";
/// What the provisioner may touch.
pub const BORDER: &str = "berth-provisioner";
