//! What ties audit events to what a cluster's own audit log says of the same deed.

use domain::id::NamespaceId;
use domain::name::RequestNumber;
use domain::request::Request;
use std::fmt;

/// Goes with what Berth asks of a cluster, as part of the user agent; `event` stands in the details of the events that it
/// leads to.
pub struct CorrelationId {
    cause: String,
    pub event: String,
}

impl CorrelationId {
    /// Of all that is made for a request: the same for every attempt, so that one that broke off is found, too.
    pub fn of_request(request: &Request) -> Self {
        // The later half of its id, which is random.
        Self { cause: format!("request {}", request.number), event: format!("{:016x}", request.id.0.as_u64_pair().1) }
    }

    /// Of one look at a namespace, which nobody asked for.
    pub fn of_sync(namespace: NamespaceId) -> Self {
        Self { cause: format!("sync {namespace}"), event: random() }
    }

    /// Of one token, in a namespace that is there by this request.
    pub fn of_token(request: RequestNumber) -> Self {
        Self { cause: format!("request {request}"), event: random() }
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; event {}", self.cause, self.event)
    }
}

fn random() -> String {
    format!("{:016x}", rand::random::<u64>())
}
