//! Signs accounts in the way a browser does: through the real pages and the real code flow, over HTTP.
//!
//! Cookies are kept by hand, because Berth's is `Secure` and a cookie jar would not send it to http://127.0.0.1, as
//! browsers do.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, anyhow, bail, ensure};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{
    Client, Method, StatusCode,
    header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    identity::{Account, CLUSTER_CLIENT_ID, random_secret, trusting},
    proxies,
};

/// Where the cluster's sign-in ends. Nothing listens there: we read the code from the redirect.
const CLUSTER_REDIRECT: &str = "http://127.0.0.1/callback";
const SESSION_COOKIE: &str = "__Host-berth";

/// A person signed in at a Berth.
#[derive(Clone, Debug)]
pub struct Session {
    http: Client,
    url: Url,
    cookie: String,
}

impl Session {
    /// Signs `account` in at the Berth at `url`.
    pub async fn open(url: &str, account: &Account) -> Result<Self> {
        Ok(Self::open_in(url, account).await?.0)
    }

    /// The same, with the browser, which is signed in at the provider as well.
    pub async fn open_in(url: &str, account: &Account) -> Result<(Self, Browser)> {
        let url = Url::parse(url)?;
        let mut browser = Browser::new()?;
        let callback =
            browser.sign_in(url.join("/auth/login?return_to=/")?, account, |at| at.path() == "/auth/callback").await?;
        let answer = browser.request(Method::GET, &callback, None).await?;
        ensure!(
            answer.status() == StatusCode::SEE_OTHER,
            "sign-in of {} ended with {}: {}",
            account.email,
            answer.status(),
            answer.text().await?
        );
        let cookie = browser.cookie(&url, SESSION_COOKIE).context("sign-in ended without a session cookie")?;
        let session = Self { cookie: format!("{SESSION_COOKIE}={cookie}"), http: browser.http.clone(), url };
        Ok((session, browser))
    }

    /// The value of a `Cookie` header.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Makes a bearer token with the scope `write`, in place of former ones of that name: a person may have 50.
    pub async fn make_token(&self, name: &str) -> Result<String> {
        #[derive(Deserialize)]
        struct Made {
            token: String,
        }
        #[derive(Deserialize)]
        struct Former {
            id: String,
            name: String,
        }
        const TOKENS: &str = "/api/v1/me/tokens";
        let former: Vec<Former> = read(self.request(Method::GET, TOKENS)?).await?;
        for token in former.iter().filter(|token| token.name == name) {
            self.request(Method::DELETE, &format!("{TOKENS}/{}", token.id))?.send().await?.error_for_status()?;
        }
        let body = json!({"name": name, "scope": "write", "days": 30});
        let made: Made = read(self.request(Method::POST, TOKENS)?.json(&body)).await?;
        Ok(made.token)
    }

    fn request(&self, method: Method, path: &str) -> Result<reqwest::RequestBuilder> {
        let request = self.http.request(method, self.url.join(path)?).header(COOKIE, &self.cookie);
        Ok(request.header(ORIGIN, self.url.origin().ascii_serialization()))
    }
}

/// The JSON API of a Berth, as the person a bearer token belongs to.
#[derive(Clone, Debug)]
pub struct Api {
    http: Client,
    url: Url,
    token: String,
}

impl Api {
    pub fn new(url: &str, token: &str) -> Result<Self> {
        Ok(Self { http: proxies::client().build()?, url: Url::parse(url)?, token: token.to_owned() })
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        read(self.http.get(self.url.join(path)?).bearer_auth(&self.token)).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(Method::POST, path, body).await
    }

    pub async fn put<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.send(Method::PUT, path, body).await
    }

    async fn send<T: DeserializeOwned>(&self, method: Method, path: &str, body: &Value) -> Result<T> {
        read(self.http.request(method, self.url.join(path)?).bearer_auth(&self.token).json(body)).await
    }
}

/// Signs `account` in at the issuer that the cluster trusts and returns its ID token.
pub async fn cluster_id_token(issuer: &str, ca: &Path, account: &Account) -> Result<String> {
    #[derive(Deserialize)]
    struct Tokens {
        id_token: String,
    }
    let mut browser = Browser::on(trusting(ca)?);
    let (verifier, state) = (random_secret(), random_secret());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let start = Url::parse_with_params(
        &format!("{issuer}/auth"),
        [
            ("client_id", CLUSTER_CLIENT_ID),
            ("response_type", "code"),
            ("redirect_uri", CLUSTER_REDIRECT),
            ("scope", "openid profile email groups"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", &state),
        ],
    )?;
    let end = browser.sign_in(start, account, |at| at.as_str().starts_with(CLUSTER_REDIRECT)).await?;
    let code = end.query_pairs().find_map(|(key, value)| (key == "code").then(|| value.into_owned()));
    let code = code.ok_or_else(|| anyhow!("no code in {end}"))?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CLUSTER_REDIRECT),
        ("client_id", CLUSTER_CLIENT_ID),
        ("code_verifier", &verifier),
    ];
    let tokens: Tokens = read(browser.http.post(format!("{issuer}/token")).form(&form)).await?;
    Ok(tokens.id_token)
}

/// As much of a browser as signing in needs.
#[derive(Clone, Debug)]
pub struct Browser {
    http: Client,
    /// By origin and name. Paths are left out: no two cookies of an origin differ by path alone.
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    pub fn new() -> Result<Self> {
        Ok(Self::on(proxies::client().redirect(reqwest::redirect::Policy::none()).build()?))
    }

    fn on(http: Client) -> Self {
        Self { http, cookies: BTreeMap::new() }
    }

    /// Follows redirects and fills in the sign-in form until a redirect leads to where `is_end` says; returns that
    /// address without going there.
    pub async fn sign_in(&mut self, start: Url, account: &Account, is_end: impl Fn(&Url) -> bool) -> Result<Url> {
        const STEPS_MAX: usize = 12;
        let mut at = start;
        for _ in 0..STEPS_MAX {
            if is_end(&at) {
                return Ok(at);
            }
            let mut answer = self.request(Method::GET, &at, None).await?;
            if answer.status().is_success() && at.path().starts_with("/interaction/") {
                answer = self.request(Method::POST, &at, Some(account)).await?;
            } else if answer.status().is_success() && at.path().contains("/protocol/openid-connect/auth") {
                let form = form_of_keycloak(&answer.text().await?)?;
                let fields = [("username", account.email.as_str()), ("password", account.password.as_str())];
                answer = self.send_form(&form, &fields).await?;
            }
            let Some(location) = answer.headers().get(LOCATION) else {
                bail!(
                    "{} answered {} where a redirect was expected: {}",
                    at.path(),
                    answer.status(),
                    answer.text().await?
                );
            };
            at = at.join(location.to_str()?)?;
        }
        bail!("sign-in of {} was redirected more than {STEPS_MAX} times", account.email)
    }

    /// One request, with the cookies of its origin; `form` is the provider's sign-in form, filled in.
    pub async fn request(&mut self, method: Method, url: &Url, form: Option<&Account>) -> Result<reqwest::Response> {
        let form = form.map(|account| [("email", account.email.as_str()), ("password", account.password.as_str())]);
        self.send(method, url, form.as_ref().map(|fields| fields.as_slice())).await
    }

    /// Sends a form as a page of the same origin would.
    pub async fn send_form(&mut self, url: &Url, fields: &[(&str, &str)]) -> Result<reqwest::Response> {
        self.send(Method::POST, url, Some(fields)).await
    }

    async fn send(&mut self, method: Method, url: &Url, form: Option<&[(&str, &str)]>) -> Result<reqwest::Response> {
        let origin = url.origin().ascii_serialization();
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == origin)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = self.http.request(method, url.clone()).header(COOKIE, cookies.join("; "));
        if let Some(fields) = form {
            request = request.header(ORIGIN, &origin).form(fields);
        }
        let answer = request.send().await?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.keep(&origin, cookie.to_str()?);
        }
        Ok(answer)
    }

    fn keep(&mut self, origin: &str, set_cookie: &str) {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        let key = (origin.to_owned(), name.trim().to_owned());
        if value.is_empty() {
            self.cookies.remove(&key);
        } else {
            self.cookies.insert(key, value.to_owned());
        }
    }

    /// The first cookie whose name begins so, as a `Cookie` header has it.
    pub fn cookie_that_begins(&self, url: &Url, begin: &str) -> Option<String> {
        let origin = url.origin().ascii_serialization();
        let mut all = self.cookies.iter().filter(|((of, name), _)| *of == origin && name.starts_with(begin));
        all.next().map(|((_, name), value)| format!("{name}={value}"))
    }

    pub fn cookie(&self, url: &Url, name: &str) -> Option<&String> {
        self.cookies.get(&(url.origin().ascii_serialization(), name.to_owned()))
    }
}

/// Where Keycloak's sign-in form goes.
fn form_of_keycloak(page: &str) -> Result<Url> {
    let (_, form) = page.split_once("id=\"kc-form-login\"").with_context(|| format!("no sign-in form: {page}"))?;
    let action =
        form.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"')).context("a form without end")?;
    Ok(Url::parse(&action.0.replace("&amp;", "&"))?)
}

/// Sends a request and reads its JSON; an answer that is an error says what the server said.
async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await?;
    ensure!(status.is_success(), "{} answered {status}: {text}", url.path());
    serde_json::from_str(&text).with_context(|| format!("{} answered something else than expected: {text}", url.path()))
}
