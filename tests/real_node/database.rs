//! A database with a volume, asked by another pod of the namespace.

use crate::place::{POSTGRES, Place, a_pod};
use serde_json::json;
use tests::eventually;

#[tokio::test]
#[ignore = "needs a real node"]
async fn a_database_answers_another_pod_by_its_services_name_and_keeps_what_it_was_told() {
    let place = Place::new().await;
    let kubectl = &place.kubectl;
    kubectl.apply(&json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "ledger"}, "stringData": {"password": "for-a-test"},
    })).await.is_done();
    kubectl
        .apply(&json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "ledger"},
            "spec": {"selector": {"app": "ledger"}, "ports": [{"port": 5432}]},
        }))
        .await
        .is_done();
    kubectl
        .apply(&json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "ledger"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }))
        .await
        .is_done();
    let password = json!({"secretKeyRef": {"name": "ledger", "key": "password"}});
    let mut database = a_pod("ledger", POSTGRES, &[]);
    database["spec"]["securityContext"]["fsGroup"] = json!(999);
    database["spec"]["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "ledger"}}]);
    let container = &mut database["spec"]["containers"][0];
    container["env"] = json!([{"name": "POSTGRES_PASSWORD", "valueFrom": password}]);
    container["volumeMounts"] = json!([{"name": "data", "mountPath": "/var/lib/postgresql/data"}]);
    container["readinessProbe"] = json!({"exec": {"command": ["pg_isready", "-h", "127.0.0.1"]}, "periodSeconds": 1});
    let mut client = a_pod("client", POSTGRES, &["sleep", "1000"]);
    client["spec"]["containers"][0]["env"] = json!([{"name": "PGPASSWORD", "valueFrom": password}]);
    kubectl.apply(&database).await.is_done();
    kubectl.apply(&client).await.is_done();
    place.ready("ledger").await;
    place.ready("client").await;

    let ask = async |sql: &str| {
        let line =
            format!("exec client -- psql --host=ledger --username=postgres --tuples-only --no-align --command={sql}");
        eventually("the database is reached by its name", async || {
            let said = kubectl.run(&line).await;
            said.is_done.then_some(said.text)
        })
        .await
    };
    ask("create/**/table/**/entries(amount/**/int)").await;
    ask("insert/**/into/**/entries/**/values(4711)").await;
    assert_eq!(ask("select/**/amount/**/from/**/entries").await, "4711\n");

    kubectl.run("delete pod ledger").await.is_done();
    kubectl.apply(&database).await.is_done();
    place.ready("ledger").await;
    assert_eq!(ask("select/**/amount/**/from/**/entries").await, "4711\n", "the volume has it");
}
