//! How every operation may answer when it does not do what was asked, in the API document.

use crate::web::problem::{PROBLEM_JSON, ProblemDocument};
use std::collections::BTreeMap;
use utoipa::openapi::header::Header;
use utoipa::openapi::{Content, Object, Ref, RefOr, Response, ResponseBuilder, Type};
use utoipa::{IntoResponses, ToSchema};

pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let refused = "It is not done; `code` says why. A 429 says in `Retry-After` when to go on.";
        let unavailable = "Berth, or what it needs for this, does not answer right now: try again later.";
        [("4XX", refused), ("503", unavailable)].map(|(status, says)| (status.to_owned(), problem(says).into())).into()
    }
}

fn problem(says: &str) -> Response {
    let document = Content::new(Some(Ref::from_schema_name(ProblemDocument::name())));
    let mut wait = Header::new(Object::with_type(Type::Integer));
    wait.description = Some("Seconds to wait before trying again, where that may help".to_owned());
    ResponseBuilder::new().description(says).content(PROBLEM_JSON, document).header("Retry-After", wait).build()
}
