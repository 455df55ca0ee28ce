//! The bare counterpart: an axum handler that answers each address with the bytes and headers that Berth answered it
//! with, in a process of its own so that its processor time can be read. What it takes is what HTTP costs without Berth.

use crate::http::{Answer, Target};
use crate::process::Process;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use stack::process::{End, Process as Child};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Long enough for a busy machine.
const START_LIMIT: Duration = Duration::from_secs(10);
/// The server writes these itself.
const NOT_COPIED: [&str; 4] = ["content-length", "transfer-encoding", "date", "connection"];

#[derive(Serialize, Deserialize)]
struct Recorded {
    path: String,
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
}

/// The bare server, running; ended on drop.
pub struct Bare {
    pub at: SocketAddr,
    child: Child,
}

impl Bare {
    pub async fn start(dir: &Path, answers: &[(Target, Answer)]) -> Result<Self> {
        let file = dir.join("bare.json");
        let recorded: Vec<_> = answers.iter().map(|(target, answer)| record(target, answer)).collect();
        std::fs::write(&file, serde_json::to_vec(&recorded)?)?;
        let at = SocketAddr::from(([127, 0, 0, 1], stack::free_port()?));
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(&file).arg(at.to_string());
        let child = Child::start("The bare server", &mut command, &dir.join("bare.log"), End::Terminate)?;
        let mut bare = Self { at, child };
        let reached = async {
            while TcpStream::connect(at).await.is_err() {
                bare.child.check()?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(START_LIMIT, reached).await.context("the bare server does not start")??;
        Ok(bare)
    }

    pub fn process(&self) -> Process {
        Process(self.child.pid())
    }
}

fn record(target: &Target, answer: &Answer) -> Recorded {
    let copied = |(name, value): (&HeaderName, &HeaderValue)| {
        let is_copied = !NOT_COPIED.contains(&name.as_str());
        is_copied.then(|| Some((name.to_string(), value.to_str().ok()?.to_owned()))).flatten()
    };
    let headers = answer.headers.iter().filter_map(copied).collect();
    Recorded { path: target.path.clone(), headers, body: STANDARD.encode(&answer.body) }
}

/// Serves what is recorded in `file`, until it is ended.
pub async fn serve(file: &Path, at: SocketAddr) -> Result<()> {
    let recorded: Vec<Recorded> = serde_json::from_slice(&std::fs::read(file)?)?;
    let pages = recorded.into_iter().map(page).collect::<Result<HashMap<_, _>>>()?;
    let router = Router::new().fallback(answer).with_state(Arc::new(pages));
    Ok(axum::serve(TcpListener::bind(at).await?, router).await?)
}

type Pages = HashMap<String, (HeaderMap, Bytes)>;

fn page(recorded: Recorded) -> Result<(String, (HeaderMap, Bytes))> {
    let mut headers = HeaderMap::new();
    for (name, value) in recorded.headers {
        headers.append(name.parse::<HeaderName>()?, value.parse()?);
    }
    Ok((recorded.path, (headers, STANDARD.decode(recorded.body)?.into())))
}

async fn answer(State(pages): State<Arc<Pages>>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match pages.get(path) {
        Some((headers, body)) => (headers.clone(), body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
