//! A realm of a test's own, with a client for its Berth, set up as docs/identity.md says; and the administrator's doings in it.

use reqwest::{Client, Method};
use serde_json::{Value, json};
use server::config::Config;
use stack::identity::Account;
use stack::keycloak::{KEYCLOAK_VARIABLE, KeycloakFile};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::OnceLock;
use tests::{Actor, Desk, Opening, Wire, eventually};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// For as long as a run takes.
static TOKEN: OnceCell<String> = OnceCell::const_new();

pub struct Realm {
    pub name: String,
    pub desk: Desk,
    /// By which Berth and browsers reach Keycloak.
    pub wire: Wire,
    http: Client,
}

impl Realm {
    pub async fn new(people: &[(&str, &[&str])]) -> Self {
        Self::configured(people, |_| ()).await
    }

    /// With a Berth whose settings `change` changes.
    pub async fn configured(people: &[(&str, &[&str])], change: impl FnOnce(&mut Config)) -> Self {
        let name = format!("berth-{}", &Uuid::new_v4().simple().to_string()[..12]);
        let wire = Wire::to_address(SocketAddr::from(([127, 0, 0, 1], keycloak().port))).await;
        let issuer = format!("http://{}/realms/{name}", wire.address());
        let desk = Desk::configured(Opening::default(), |config| {
            config.oidc.issuer = issuer;
            config.oidc.scopes = ["openid", "profile", "email"].map(str::to_owned).into();
            change(config);
        })
        .await;
        let realm = Self { name, desk, wire, http: Client::new() };
        realm.make(people).await;
        realm
    }

    async fn make(&self, people: &[(&str, &[&str])]) {
        let mut groups: Vec<_> = people.iter().flat_map(|(_, groups)| groups.iter().copied()).collect();
        groups.sort_unstable();
        groups.dedup();
        let realm = json!({
            "realm": self.name,
            "enabled": true,
            "revokeRefreshToken": true,
            "passwordPolicy": "hashIterations(1)",
            "groups": groups.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
            "users": people.iter().map(|(name, groups)| self.user(name, groups)).collect::<Vec<_>>(),
            "clients": [self.client()],
        });
        self.ask_at("/admin/realms", Method::POST, &realm).await;
    }

    fn user(&self, name: &str, groups: &[&str]) -> Value {
        json!({
            "username": name, "email": email(name), "emailVerified": true, "firstName": name, "lastName": "Doe",
            "enabled": true,
            "credentials": [{"type": "password", "value": self.name}], "realmRoles": ["offline_access"],
            "groups": groups.iter().map(|group| format!("/{group}")).collect::<Vec<_>>(),
        })
    }

    fn client(&self) -> Value {
        let secret = std::fs::read_to_string(&tests::stack().client_secret_file).expect("can be read");
        let berth = self.desk.url();
        json!({
            "clientId": "berth", "secret": secret.trim(), "publicClient": false, "protocol": "openid-connect",
            "standardFlowEnabled": true, "directAccessGrantsEnabled": false, "frontchannelLogout": false,
            "redirectUris": [format!("{berth}/auth/callback")],
            "attributes": {
                "pkce.code.challenge.method": "S256",
                "post.logout.redirect.uris": format!("{berth}/signed-out"),
                "backchannel.logout.url": format!("{berth}/auth/backchannel-logout"),
                "backchannel.logout.session.required": "true",
            },
            "protocolMappers": [{
                "name": "groups", "protocol": "openid-connect", "protocolMapper": "oidc-group-membership-mapper",
                "config": {
                    "claim.name": "groups", "full.path": "false", "id.token.claim": "true", "userinfo.token.claim": "true",
                    "access.token.claim": "false",
                },
            }],
        })
    }

    /// What a person signs in with.
    pub fn account(&self, name: &str) -> Account {
        Account { role: name.to_owned(), email: email(name), password: self.name.clone() }
    }

    pub async fn sign_in(&self, name: &str) -> Actor {
        self.desk.sign_in(&self.account(name)).await
    }

    /// Has Keycloak asked again for everybody.
    pub async fn ask_again(&self) -> server::app::Result<()> {
        self.desk.forged().groups_age().await;
        self.desk.ask_again().await
    }

    pub async fn id_of(&self, name: &str) -> String {
        let found = self.get(&format!("/users?exact=true&username={name}")).await;
        found[0]["id"].as_str().expect("is there").to_owned()
    }

    pub async fn client_id(&self) -> String {
        self.get("/clients?clientId=berth").await[0]["id"].as_str().expect("is there").to_owned()
    }

    pub async fn take_out(&self, name: &str, group: &str) {
        let groups = self.get(&format!("/groups?exact=true&search={group}")).await;
        let (user, group) = (self.id_of(name).await, groups[0]["id"].as_str().expect("is there").to_owned());
        self.ask(Method::DELETE, &format!("/users/{user}/groups/{group}"), &json!({})).await;
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, &Value::Null).await
    }

    /// As the realm's administrator.
    pub async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        self.ask_at(&format!("/admin/realms/{}{path}", self.name), method, body).await
    }

    async fn ask_at(&self, path: &str, method: Method, body: &Value) -> Value {
        let token = TOKEN.get_or_init(|| administrators_token(&self.http)).await;
        let mut request = self.http.request(method, address(path)).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request.send().await.expect("answers");
        let (status, text) = (answer.status(), answer.text().await.expect("is text"));
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

pub async fn role(person: &Actor) -> Option<String> {
    let me = person.get("/api/v1/me").await.expect(200).json();
    me["viewer"]["teams"][0]["role"].as_str().map(str::to_owned)
}

pub async fn is_out(person: &Actor) {
    eventually("the session has ended", async || (person.get("/api/v1/me").await.status == 401).then_some(())).await;
}

fn email(name: &str) -> String {
    format!("{name}@berth.test")
}

fn keycloak() -> &'static KeycloakFile {
    static FILE: OnceLock<KeycloakFile> = OnceLock::new();
    FILE.get_or_init(|| {
        let file = std::env::var_os(KEYCLOAK_VARIABLE).expect("`cargo xtask test --only keycloak` says where it is");
        stack::describe::read(Path::new(&file)).expect("is one")
    })
}

fn address(path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", keycloak().port)
}

/// The first one makes those that come after last as long as the run.
async fn administrators_token(http: &Client) -> String {
    let first = fetch_token(http).await;
    let longer =
        http.put(address("/admin/realms/master")).bearer_auth(first).json(&json!({"accessTokenLifespan": 3600}));
    assert!(longer.send().await.expect("answers").status().is_success());
    fetch_token(http).await
}

async fn fetch_token(http: &Client) -> String {
    let KeycloakFile { administrator, password, .. } = keycloak();
    let form = [
        ("grant_type", "password"),
        ("client_id", "admin-cli"),
        ("username", administrator.as_str()),
        ("password", password.as_str()),
    ];
    let answer = http.post(address("/realms/master/protocol/openid-connect/token")).form(&form).send().await;
    let tokens: Value = answer.expect("answers").json().await.expect("is JSON");
    tokens["access_token"].as_str().expect("is given").to_owned()
}
