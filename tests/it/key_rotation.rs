//! Replacing the key that secrets in the database are sealed with.

use server::app::{Ctx, keys};
use server::cluster::Credentials;
use server::seal::{Key, Seal};
use server::start;
use tests::{Desk, Role};

const PURPOSE: &str = "cluster credentials";

/// The same database with another key, and perhaps the one before.
async fn operator(desk: &Desk, key: Key, old: Vec<Key>) -> Ctx {
    let mut config = desk.config();
    config.secrets = server::config::Secrets { key, old_keys: old };
    Ctx::operator(start::connect(config).await.expect("the database answers"))
}

async fn observer(desk: &Desk) -> Vec<u8> {
    sqlx::query_scalar("select observer from clusters").fetch_one(desk.db()).await.expect("there is a cluster")
}

fn copy(dir: &std::path::Path, name: &str) -> (Key, Key) {
    let file = dir.join(name);
    Key::generate().write_new(&file).expect("is written");
    let read = || Key::read(&file).expect("is a key");
    (read(), read())
}

#[tokio::test]
async fn a_new_key_opens_everything_only_after_it_was_sealed_anew() {
    let desk = Desk::quiet().await;
    desk.as_(Role::Platform).await.get("/me").await.expect(200);
    let dir = std::env::temp_dir().join(format!("berth-test-keys-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&dir).expect("is made");
    let (key, same) = copy(&dir, "new");

    let alone = operator(&desk, key, Vec::new()).await;
    let unreadable: u64 = keys::examine(&alone).await.expect("is counted").iter().map(|(_, c)| c.unreadable).sum();
    assert!(unreadable >= 2, "without the old key nothing opens: {unreadable}");

    let both = operator(&desk, same, vec![desk.key()]).await;
    let before: u64 = keys::examine(&both).await.expect("is counted").iter().map(|(_, c)| c.old).sum();
    assert_eq!(before, unreadable, "with the old key all of it does");
    let anew: u64 = keys::rotate(&both).await.expect("is sealed anew").iter().map(|(_, c)| c.old).sum();
    assert_eq!(anew, before);
    let again = keys::rotate(&both).await.expect("does nothing");
    assert!(again.iter().all(|(_, counts)| counts.old == 0 && counts.unreadable == 0), "{again:?}");
    assert_eq!(again.iter().map(|(_, counts)| counts.current).sum::<u64>(), before);

    let plain = Seal::new(&both.berth.config.secrets.key).open(PURPOSE, &observer(&desk).await).expect("opens");
    serde_json::from_slice::<Credentials>(&plain).expect("are the credentials of before");
    std::fs::remove_dir_all(&dir).expect("is taken away");
}

/// What the program says when it is started with this in its key file.
async fn started_with(desk: &Desk, command: &str, key_file: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let mut program = desk.program();
    let file = program.settings.dir.join("berth-key");
    std::fs::write(&file, key_file).expect("is written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("is for its owner");
    program.start(command);
    assert!(!program.ended().await, "{command} does not start");
    program.log(command)
}

#[tokio::test]
async fn a_key_that_is_weak_or_opens_nothing_of_what_is_there_starts_nothing() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let desk = Desk::quiet().await;
    let before: i64 = sqlx::query_scalar("select count(*) from jobs").fetch_one(desk.db()).await.expect("is counted");
    let dir = tempfile::tempdir().expect("makes a directory");
    let file = dir.path().join("other");
    Key::generate().write_new(&file).expect("is written");
    let other = std::fs::read_to_string(&file).expect("is there");
    for command in ["serve", "worker", "migrate"] {
        let said = started_with(&desk, command, &other).await;
        assert!(said.contains("opens nothing in this database"), "{command}: {said}");
        let said = started_with(&desk, command, &STANDARD.encode([0; 32])).await;
        assert!(said.contains("secrets.key_file") && said.contains("can be guessed"), "{command}: {said}");
        let said = started_with(&desk, command, &STANDARD.encode([7; 16])).await;
        assert!(said.contains("is not 32 bytes"), "{command}: {said}");
    }
    let after: i64 = sqlx::query_scalar("select count(*) from jobs").fetch_one(desk.db()).await.expect("is counted");
    assert_eq!(after, before, "no job was taken");
}
