//! Queries that the Berths of this process ask, counted by the request that they are asked for: from what the database
//! library says of each, in the span of its request.

use server::store::pool::IS_READ_ONLY;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// How many queries the request with this id has asked. Can be asked once.
pub fn queries_of(id: &str) -> usize {
    asked().lock().expect("is not poisoned").remove(id).unwrap_or_default()
}

/// How many times a live page was rendered that the request with this id was the first to follow. Can be asked once.
pub fn renders_of(id: &str) -> usize {
    rendered().lock().expect("is not poisoned").remove(id).unwrap_or_default()
}

/// Counts, as long as the subscriber that it is a layer of.
pub(crate) fn counter<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    let listened = Targets::new()
        .with_target("sqlx::query", Level::DEBUG)
        .with_target(CHANNELS, Level::DEBUG)
        .with_target("server::web::request_context", Level::ERROR);
    Counter.with_filter(listened)
}

/// Queries by the id of the request that asked them.
fn asked() -> &'static Mutex<HashMap<String, usize>> {
    static ASKED: OnceLock<Mutex<HashMap<String, usize>>> = OnceLock::new();
    ASKED.get_or_init(Mutex::default)
}

/// Times that a live page was rendered, by the id of the request that began with it.
fn rendered() -> &'static Mutex<HashMap<String, usize>> {
    static RENDERED: OnceLock<Mutex<HashMap<String, usize>>> = OnceLock::new();
    RENDERED.get_or_init(Mutex::default)
}

/// Says of each live page that is rendered.
const CHANNELS: &str = "server::web::live::channel";

struct Counter;

/// The beginning of a query; all of a short one.
struct Said(String);

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "summary" {
            self.0 = value.to_owned();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The id of a request, kept with its span.
struct RequestId(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Counter {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut request = RequestId(String::new());
        attributes.record(&mut request);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(request);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut said = Said(String::new());
        event.record(&mut said);
        // Asked of a connection that has lain idle: how many that are is nothing of the request.
        if said.0 == IS_READ_ONLY {
            return;
        }
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(RequestId(id)) = span.extensions().get() {
                let counted = if event.metadata().target() == CHANNELS { rendered() } else { asked() };
                *counted.lock().expect("is not poisoned").entry(id.clone()).or_default() += 1;
            }
        }
    }
}

impl Visit for RequestId {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "id" {
            self.0 = value.to_owned();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
