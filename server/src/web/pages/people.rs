//! Pages of Platform: people and their ways in.

use super::{Reply, again, framed, ok, see_done};
use crate::app::people::Ending;
use crate::app::{Ctx, Error, PAGE, people, views};
use crate::web::api::people::{Search, What, ending};
use crate::web::extract::{Paging, Path};
use crate::web::request_context::RequestContext;
use axum::Form;
use axum::extract::Query;
use domain::field_error::FieldErrors;
use domain::id::PersonId;
use domain::name::Comment;
use frontend::{Again, pages};
use serde::Deserialize;
use uuid::Uuid;

pub async fn list(
    ctx: Ctx,
    context: RequestContext,
    Query(search): Query<Search>,
    Query(paging): Query<Paging>,
) -> Reply {
    let (frame, view) =
        framed(&context, &ctx, views::people::list(&ctx, &search.text, paging.after.as_deref(), PAGE)).await?;
    ok(pages::people::page(frame, view))
}

pub async fn get(ctx: Ctx, context: RequestContext, Path(id): Path<Uuid>) -> Reply {
    ok(page(&ctx, context, id, Again::default()).await?)
}

#[derive(Deserialize)]
pub struct EndFields {
    /// What and which: `session:ID`, `all_tokens:`.
    what: String,
    why: String,
}

impl EndFields {
    fn ending(&self) -> Result<Ending, Error> {
        let (what, id) = self.what.split_once(':').ok_or(Error::NotFound)?;
        let what = match what {
            "session" => What::Session,
            "all_sessions" => What::AllSessions,
            "token" => What::Token,
            "all_tokens" => What::AllTokens,
            _ => return Err(Error::NotFound),
        };
        ending(what, id.to_owned())
    }
}

/// What to say once it has ended.
fn did(ending: &Ending) -> &'static str {
    match ending {
        Ending::Session(_) => "The session has ended.",
        Ending::AllSessions => "All sessions have ended.",
        Ending::Token(_) => "The token is revoked.",
        Ending::AllTokens => "All tokens are revoked.",
    }
}

fn reason(text: &str) -> Result<Comment, Error> {
    text.trim().parse().map_err(|errors: FieldErrors| errors.at("why").into())
}

pub async fn end(ctx: Ctx, context: RequestContext, Path(id): Path<Uuid>, Form(fields): Form<EndFields>) -> Reply {
    let ended = match (fields.ending(), reason(&fields.why)) {
        (Ok(ending), Ok(reason)) => {
            let did = did(&ending);
            people::end(&ctx, PersonId(id), ending, &reason).await.map(|()| did)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    match ended {
        Ok(did) => see_done(&format!("/admin/people/{id}"), did),
        Err(Error::Refused(refusal)) if !refusal.is_about_rights() => {
            let typed = vec![("what", fields.what), ("why", fields.why)];
            again(&refusal, page(&ctx, context, id, Again::of(&refusal, typed)).await?)
        }
        Err(error) => Err(error),
    }
}

async fn page(ctx: &Ctx, context: RequestContext, id: Uuid, again: Again) -> Result<String, Error> {
    let (frame, view) = framed(&context, ctx, views::people::get(ctx, PersonId(id))).await?;
    Ok(pages::person::page(frame, view, again))
}
