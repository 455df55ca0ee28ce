//! Accounts of a test's own at the identity provider, which it may change while somebody is signed in.

use crate::provider::control;
use crate::stack;
use serde_json::{Value, json};
use stack::identity::Account as Credentials;
use std::ops::Deref;
use uuid::Uuid;

/// Nobody else signs in with it.
pub struct Account {
    credentials: Credentials,
    issuer: String,
}

impl Account {
    /// An account whose groups are these.
    pub async fn new(groups: &[&str]) -> Self {
        Self::at(&stack().issuer, groups).await
    }

    pub(crate) async fn at(issuer: &str, groups: &[&str]) -> Self {
        let role = format!("somebody-{}", &Uuid::new_v4().simple().to_string()[..12]);
        let email = format!("{role}@berth.test");
        let credentials = Credentials { role, email, password: Uuid::new_v4().to_string() };
        let account = Self { credentials, issuer: issuer.to_owned() };
        account.set(json!({ "groups": groups })).await;
        account
    }

    /// What the provider says of it from now on: `groups` (null: it leaves them out), `overage`, `disabled`; for
    /// its refresh token `answer`, with `status`, `held` and `bare`.
    pub async fn set(&self, said: Value) {
        let Credentials { role, email, password } = &self.credentials;
        let mut account = json!({ "role": role, "email": email, "password": password, "name": "Somebody" });
        let fields = said.as_object().expect("is an object").clone();
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
        account.as_object_mut().expect("is an object").extend(fields);
        control(&self.issuer, "accounts", &account).await;
    }
}

impl Deref for Account {
    type Target = Credentials;

    fn deref(&self) -> &Credentials {
        &self.credentials
    }
}
