//! What a view says is of one moment, however many queries it takes and whatever is written meanwhile.

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use tests::{CLUSTER, Desk, Meanwhile, Role, eventually};

/// What somebody reads at `path` while `change` is made: they have begun to read, and come to `table` only after it.
async fn read_around(desk: &Desk, path: &str, table: &str, change: Meanwhile) -> Value {
    let developer = desk.as_(Role::Developer).await;
    let mut tx = desk.db().begin().await.expect("begins");
    let lock = AssertSqlSafe(format!("lock table {table} in access exclusive mode"));
    sqlx::query(lock).execute(&mut *tx).await.expect("is locked");
    let reading = async { developer.get(path).await.expect(200).json() };
    let changing = async {
        eventually("they wait for the table", async || waits(desk.db(), table).await.then_some(())).await;
        change.write(&mut tx).await;
        tx.commit().await.expect("is committed");
    };
    tokio::join!(reading, changing).0
}

async fn waits(db: &PgPool, table: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_locks where relation = $1::regclass and not granted)")
        .bind(table)
        .fetch_one(db)
        .await
        .expect("is seen")
}

#[tokio::test]
async fn a_request_and_what_is_said_of_it_are_of_one_moment() {
    let desk = Desk::quiet().await;
    let number = desk.approved().await;
    let before = desk.request(number).await;
    // The request was read; its steps and its decisions come after the trail.
    let path = format!("/api/v1/requests/{number}");
    let seen = read_around(&desk, &path, "audit_events", Meanwhile::Completed).await;
    assert_eq!((&seen["state"], &seen["version"]), (&before["state"], &before["version"]));
    assert_eq!(seen["steps"], before["steps"], "{seen}");
    let after = desk.request(number).await;
    assert_eq!(after["state"], "completed");
    assert_ne!(after["steps"], before["steps"]);
}

#[tokio::test]
async fn a_namespace_and_what_is_said_of_it_are_of_one_moment() {
    let desk = Desk::quiet().await;
    let ready = desk.ready().await;
    let path = format!("/api/v1/namespaces/{CLUSTER}/{}", ready["name"].as_str().expect("is text"));
    let seen = read_around(&desk, &path, "jobs", Meanwhile::Missing).await;
    assert_eq!((&seen["condition"], &seen["sync"]["condition"]), (&Value::Null, &Value::Null), "{seen}");
    let after = desk.as_(Role::Developer).await.get(&path).await.expect(200).json();
    assert_eq!(
        (after["condition"].as_str(), after["sync"]["condition"]["kind"].as_str()),
        (Some("missing"), Some("missing"))
    );
}

#[tokio::test]
async fn who_stops_waiting_for_a_transaction_leaves_its_connection_outside_of_one() {
    let desk = Desk::quiet().await;
    let db = server::store::pool::connect(desk.database_url().as_str(), 1).await.expect("connects");
    for n_polls in 1..12 {
        let mut begins = Box::pin(server::store::begin_snapshot(&db));
        for _ in 0..n_polls {
            if futures::poll!(&mut begins).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(begins);
        // Whoever has the connection next writes.
        let mut conn = db.acquire().await.expect("there is one");
        Meanwhile::Anything.write(&mut conn).await;
    }
}
