//! Classes made for a test, as Platform makes them.

use crate::{Desk, Role, with};
use serde_json::{Value, json};
use uuid::Uuid;

impl Desk {
    /// A published class that says what `standard` says, but for these fields.
    pub async fn class(&self, fields: Value) -> String {
        let name = format!("class-{}", &Uuid::now_v7().simple().to_string()[20..]);
        self.publish(&name, fields).await;
        name
    }

    /// Its next version: what `standard` says, but for these fields.
    pub async fn publish(&self, class: &str, fields: Value) {
        let draft = self.draft(class, fields).await;
        let publish = json!({"version": draft["version"], "note": "For a test"});
        let platform = self.program_of(Role::Platform).await;
        platform.post(&format!("/api/v1/classes/{class}/publish"), &publish).await.expect(200);
    }

    /// A draft of its next version, saved once.
    pub async fn draft(&self, class: &str, fields: Value) -> Value {
        let platform = self.program_of(Role::Platform).await;
        let standard = platform.get("/api/v1/classes/standard").await.expect(200).json();
        let spec = with(standard["spec"].clone(), fields);
        platform.put(&format!("/api/v1/classes/{class}/draft"), &json!({"spec": spec})).await.expect(200).json()
    }
}
