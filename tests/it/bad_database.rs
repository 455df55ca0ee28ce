//! A database that is restarted, full, taken, old, new or not there: Berth says so, changes nothing by halves, and goes on
//! by itself when it can.

use http::Method;
use serde_json::json;
use server::store::{MIGRATIONS, pool};
use sqlx::migrate::{Migration, MigrationType};
use sqlx::{Connection, SqlSafeStr};
use stack::postgres::Stop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tests::{
    Actor, Desk, EmptyDatabase, LATER_SCHEMA, Opening, PrivatePostgres, Program, Role, Wire, database_socket,
    eventually,
};
use tokio::task::JoinSet;

/// Longest that a request may wait for a database that does not answer, with some room for the tests beside.
const BOUND: Duration = Duration::from_secs(9);

/// People who write comments, and keep count of what was answered.
struct Load {
    people: JoinSet<Vec<String>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    is_over: AtomicBool,
    n_accepted: AtomicUsize,
    n_unavailable: AtomicUsize,
}

impl Load {
    fn begin(writer: &Actor, number: i64) -> Self {
        let (mut people, counts) = (JoinSet::new(), Arc::new(Counts::default()));
        for person in 0..4 {
            people.spawn(write(writer.clone(), number, person, counts.clone()));
        }
        Self { people, counts }
    }

    async fn until_accepted(&self, more: usize) {
        let before = self.counts.n_accepted.load(Ordering::Relaxed);
        eventually("it is accepted", async || {
            (self.counts.n_accepted.load(Ordering::Relaxed) >= before + more).then_some(())
        })
        .await;
    }

    async fn until_unavailable(&self, more: usize) {
        let before = self.counts.n_unavailable.load(Ordering::Relaxed);
        eventually("it is not available", async || {
            (self.counts.n_unavailable.load(Ordering::Relaxed) >= before + more).then_some(())
        })
        .await;
    }

    /// What was accepted.
    async fn end(self) -> Vec<String> {
        self.counts.is_over.store(true, Ordering::Relaxed);
        self.people.join_all().await.into_iter().flatten().collect()
    }
}

async fn write(writer: Actor, number: i64, person: usize, counts: Arc<Counts>) -> Vec<String> {
    let path = format!("/api/v1/requests/{number}/comments");
    let mut accepted = Vec::new();
    for turn in 0.. {
        if counts.is_over.load(Ordering::Relaxed) {
            break;
        }
        let text = format!("{person} says {turn}");
        let answer = writer.post(&path, &json!({"text": text})).await;
        match answer.status {
            201 => {
                accepted.push(text);
                counts.n_accepted.fetch_add(1, Ordering::Relaxed);
            }
            503 => {
                assert_eq!(answer.header("retry-after"), "5");
                answer.expect_problem(503, "unavailable");
                counts.n_unavailable.fetch_add(1, Ordering::Relaxed);
            }
            status => panic!("{status}: {}", answer.text()),
        }
    }
    accepted
}

#[tokio::test]
async fn a_database_that_is_restarted_under_load_loses_nothing_that_was_accepted_and_berth_goes_on() {
    let mut postgres = PrivatePostgres::start().await;
    let desk = Desk::on(postgres.url(), Opening { works: true, ..Opening::default() }).await;
    let number = desk.asked().await;
    let load = Load::begin(&desk.as_(Role::Owner).await, number);
    for how in [Stop::Fast, Stop::Immediate] {
        load.until_accepted(20).await;
        let provisioned = desk.approved().await;
        postgres.stop(how).await;
        load.until_unavailable(4).await;
        desk.nobody().get("/readyz").await.expect(503);
        desk.nobody().get("/livez").await.expect(200);
        let page = desk.as_(Role::Developer).await.get("/requests").await.expect(503);
        assert_eq!(page.header("retry-after"), "5");
        assert!(page.text().contains("database does not answer"), "{}", page.text());
        postgres.start_again().await;
        load.until_accepted(20).await;
        desk.nobody().get("/readyz").await.expect(200);
        desk.until_answers().await;
        // What the worker had in hand is taken up again when its lease ends.
        desk.forged().leases_end().await;
        desk.until(provisioned, "completed").await;
    }
    is_all_kept(&desk, load.end().await).await;
    a_wrong_password_is_said_at_once(&postgres, &desk).await;
}

/// The primary dies under load, its address leads to the standby, and then the standby is promoted.
#[tokio::test]
async fn a_database_that_fails_over_loses_nothing_that_was_accepted_and_no_job_is_done_twice() {
    let (mut primary, standby) = PrivatePostgres::start_pair().await;
    let mut wire = Wire::to_socket(primary.socket()).await;
    let url = format!("postgres://berth@{}/berth", wire.address()).parse().expect("is an address");
    let desk = Desk::on(&url, Opening { works: true, ..Opening::default() }).await;
    let number = desk.asked().await;
    let load = Load::begin(&desk.as_(Role::Owner).await, number);
    load.until_accepted(20).await;
    let provisioned = [desk.provisioned().await["number"].as_i64().expect("is a number"), desk.approved().await];

    primary.stop(Stop::Immediate).await;
    load.until_unavailable(4).await;
    is_away_soon(&desk, number).await;
    wire.move_to_socket(standby.socket()).await;
    // It answers, and takes no changes yet.
    load.until_unavailable(4).await;
    is_away_soon(&desk, number).await;
    standby.promote().await;

    load.until_accepted(20).await;
    eventually("it is ready", async || (desk.nobody().get("/readyz").await.status == 200).then_some(())).await;
    // What the worker had in hand is taken up again when its lease ends.
    desk.forged().leases_end().await;
    for number in provisioned {
        desk.until(number, "completed").await;
        for action in ["request.submitted", "request.approved", "request.completed"] {
            assert_eq!(times(&desk, number, action).await, 1, "{action} of {number}");
        }
    }
    is_all_kept(&desk, load.end().await).await;
    let verified = Program::on(standby.url().clone()).settings.run(&["audit", "verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// Whoever asks is told soon, and whoever spreads requests as well.
async fn is_away_soon(desk: &Desk, number: i64) {
    let developer = desk.as_(Role::Developer).await;
    let began = Instant::now();
    let comments = format!("/api/v1/requests/{number}/comments");
    let answer = developer.post(&comments, &json!({"text": "Is it there?"})).await.expect(503);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    eventually("it is said not to be ready", async || (desk.nobody().get("/readyz").await.status == 503).then_some(()))
        .await;
}

async fn times(desk: &Desk, number: i64, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from audit_events where subject = 'REQ-' || $1::bigint and action = $2")
        .bind(number)
        .bind(action)
        .fetch_one(desk.db())
        .await
        .expect("counts")
}

/// Everything that was accepted is there, and nothing is there twice.
async fn is_all_kept(desk: &Desk, mut accepted: Vec<String>) {
    let kept = "select text from request_comments";
    let mut kept: Vec<String> = sqlx::query_scalar(kept).fetch_all(desk.db()).await.expect("reads");
    kept.sort();
    let n_kept = kept.len();
    kept.dedup();
    assert_eq!(kept.len(), n_kept, "nothing is there twice");
    accepted.retain(|text| kept.binary_search(text).is_err());
    assert!(accepted.is_empty(), "accepted and lost: {accepted:?}");
}

/// Where a password is asked for.
async fn a_wrong_password_is_said_at_once(postgres: &PrivatePostgres, desk: &Desk) {
    desk.forged().connects_with_password("keyed", "right").await;
    postgres.admit("local all keyed scram-sha-256");
    sqlx::query("select pg_reload_conf()").execute(desk.db()).await.expect("is read again");
    let mut url = postgres.url().clone();
    url.set_username("keyed").expect("has a host");
    url.set_password(Some("wrong")).expect("has a host");
    let mut program = Program::on(url);
    let says = eventually("the password is asked for", async || {
        program.start("serve");
        assert!(!program.ended().await, "it ends with an error");
        Some(program.log("serve")).filter(|says| says.contains("password"))
    })
    .await;
    assert!(
        says.contains("database.url cannot be reached") && says.contains("password authentication failed"),
        "{says}"
    );
    assert!(!says.contains("wrong"), "{says}");
}

#[tokio::test]
async fn when_every_connection_is_in_use_requests_are_told_so_in_bounded_time() {
    let desk = Desk::quiet().await;
    let developer = desk.as_(Role::Developer).await;
    let mut taken = Vec::new();
    while let Ok(Ok(connection)) = tokio::time::timeout(Duration::from_secs(1), desk.db().acquire()).await {
        taken.push(connection);
    }
    let began = Instant::now();
    let says = desk.nobody().get("/readyz").await.expect(503).text();
    assert_eq!(says, "every connection to the database is in use\n");
    let answer = developer.get("/api/v1/requests").await;
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    assert_eq!(answer.header("retry-after"), "5");
    answer.expect_problem(503, "unavailable");
    drop(taken);
    developer.get("/api/v1/requests").await.expect(200);
    desk.nobody().get("/readyz").await.expect(200);
}

#[tokio::test]
async fn a_full_disk_is_said_and_loses_nothing_and_berth_goes_on_when_there_is_room() {
    let Some((_postgres, url)) = PrivatePostgres::with_small_disk(40).await else { return };
    let desk = Desk::on(&url, Opening::default()).await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let path = format!("/api/v1/requests/{number}/comments");
    desk.forged().disk_filled().await;

    let mut accepted = Vec::new();
    let refused = loop {
        let text = format!("{} {}", accepted.len(), "not short ".repeat(190));
        let answer = owner.post(&path, &json!({"text": text})).await;
        if answer.status != 201 {
            break answer;
        }
        accepted.push(text.trim().to_owned());
        assert!(accepted.len() < 500, "what is left on the disk is not much");
    };
    assert_eq!(refused.header("retry-after"), "5");
    let problem = refused.expect_problem(503, "unavailable");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains("no space left")), "{problem}");
    assert_eq!(desk.request(number).await["state"], "in_review", "reading goes on");
    desk.nobody().get("/readyz").await.expect(200);

    desk.forged().disk_emptied().await;
    owner.post(&path, &json!({"text": "There is room again"})).await.expect(201);
    accepted.push("There is room again".to_owned());
    let kept = "select text from request_comments order by id";
    let kept: Vec<String> = sqlx::query_scalar(kept).fetch_all(desk.db()).await.expect("reads");
    assert_eq!(kept, accepted, "what was accepted is there, and what was refused is not");
    owner.post(&format!("/api/v1/requests/{number}/approve"), &json!({"revision": 1})).await.expect(200);
    let verified = Program::on(url).settings.run(&["audit", "verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

/// The last of an approval's writes is refused as Postgres refuses it when the disk is full: a disk that is full refuses
/// whichever write comes first.
#[tokio::test]
async fn a_full_disk_leaves_nothing_half_written() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    desk.forged().disk_full().await;
    let (owner, path) = (desk.as_(Role::Owner).await, format!("/api/v1/requests/{number}/approve"));
    let answer = owner.post(&path, &json!({"revision": 1})).await;
    assert_eq!(answer.header("retry-after"), "5");
    let problem = answer.expect_problem(503, "unavailable");
    assert!(problem["detail"].as_str().is_some_and(|says| says.contains("no space left")), "{problem}");
    let form = owner.post_form(&format!("/requests/{number}/approve"), &[("revision", "1")]).await.expect(503);
    assert!(form.text().contains("no space left"), "{}", form.text());
    assert_eq!(desk.request(number).await["state"], "in_review", "reading goes on");
    for table in ["decisions", "namespaces", "steps", "quota_changes"] {
        let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let n: i64 = sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts");
        assert_eq!(n, 0, "{table}");
    }
    desk.forged().disk_cleared().await;
    owner.post(&path, &json!({"revision": 1})).await.expect(200);
    let verified = desk.program().settings.run(&["audit", "verify"]);
    assert!(verified.is_ok(), "{verified:?}");
}

#[tokio::test]
async fn a_new_schema_is_applied_while_the_old_version_serves_and_does_not_stop_the_world() {
    let desk = Desk::quiet().await;
    let number = desk.asked().await;
    let developer = desk.as_(Role::Developer).await;
    let mut later = MIGRATIONS.migrations.to_vec();
    let sql = LATER_SCHEMA.into_sql_str();
    later.push(Migration::new(99_991_231_000_000, "be later".into(), MigrationType::Simple, sql, false));

    // Somebody reads for long: the migration has to wait, and nobody else for as long.
    let mut reading = desk.db().begin().await.expect("begins");
    sqlx::query("lock table requests in access share mode").execute(&mut *reading).await.expect("reads");
    let url = desk.database_url();
    let others = async {
        let is_waiting = "select exists (select from pg_locks where not granted and mode = 'AccessExclusiveLock'
            and database = (select oid from pg_database where datname = current_database()))";
        eventually("the migration waits", async || {
            let waits: bool = sqlx::query_scalar(is_waiting).fetch_one(desk.db()).await.expect("answers");
            waits.then_some(())
        })
        .await;
        for path in ["/requests", "/api/v1/requests", "/"] {
            let began = Instant::now();
            developer.get(path).await.expect(200);
            assert!(began.elapsed() < BOUND, "{path} took {:?}", began.elapsed());
        }
        assert_eq!(columns_for_later(&desk).await, 0, "it cannot have what it needs");
        reading.rollback().await.expect("ends");
    };
    let (done, ()) = tokio::join!(pool::apply(url.as_str(), later), others);
    assert_eq!(done.expect("is applied"), ["be later"]);
    assert_eq!(columns_for_later(&desk).await, 1);

    desk.nobody().get("/readyz").await.expect(200);
    let comment = json!({"text": "The old version goes on"});
    developer.post(&format!("/api/v1/requests/{number}/comments"), &comment).await.expect(201);
    desk.asked().await;
    let says = desk.program().settings.run(&["migrate"]).expect("a later schema is no fault");
    assert_eq!(says, "the schema is up to date\n");
    desk.program().serve().await;
}

async fn columns_for_later(desk: &Desk) -> i64 {
    let query = "select count(*) from information_schema.columns where column_name = 'for_a_later_version'";
    sqlx::query_scalar(query).fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn two_who_migrate_at_once_both_end_well_and_a_database_without_the_schema_is_refused() {
    let empty = EmptyDatabase::new().await;
    let mut program = Program::on(empty.url());
    program.start("serve");
    assert!(!program.ended().await, "it ends with an error");
    let says = program.log("serve");
    assert!(says.contains("the database lacks") && says.contains("run `berth migrate` first"), "{says}");
    let url = empty.url();
    let (one, other) = tokio::join!(pool::migrate(url.as_str()), pool::migrate(url.as_str()));
    one.expect("is applied");
    other.expect("is applied");
    program.start("serve");
    let ready = format!("{}/readyz", program.settings.url());
    eventually("it serves", async || reqwest::get(&ready).await.ok()?.status().is_success().then_some(())).await;
}

#[tokio::test]
async fn a_database_that_is_not_there_yet_is_waited_for_and_berth_says_so() {
    let mut wire = Wire::to_socket(database_socket()).await;
    let desk = Desk::quiet().await;
    wire.cut().await;
    let mut program = Program::on(desk.database_at(wire.address()));
    program.start("serve");
    eventually("it says what it waits for", async || {
        program.log("serve").contains("the database does not answer yet; waiting for it").then_some(())
    })
    .await;
    wire.restore().await;
    let ready = format!("{}/readyz", program.settings.url());
    eventually("it serves", async || reqwest::get(&ready).await.ok()?.status().is_success().then_some(())).await;
    let here = desk.as_at(Role::Developer, &program.settings.url()).await;
    here.send(here.request(Method::GET, "/requests")).await.expect(200);
}

/// Longest that somebody waits to be told, with some room for the tests beside.
const TOLD_WITHIN: Duration = Duration::from_secs(7);

/// A read and a write, each told to come again in bounded time.
async fn both_are_told_to_come_again(actor: &Actor, number: i64) {
    let comment = json!({"text": "Is anybody there?"});
    let path = format!("/api/v1/requests/{number}/comments");
    let began = Instant::now();
    for answer in futures::future::join_all([
        actor.send(actor.request(Method::GET, "/api/v1/requests")),
        actor.send(actor.request(Method::POST, &path).json(&comment)),
    ])
    .await
    {
        assert_eq!(answer.header("retry-after"), "5");
        answer.expect_problem(503, "unavailable");
    }
    assert!(began.elapsed() < TOLD_WITHIN, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_database_that_stands_still_is_said_in_bounded_time_and_berth_goes_on_with_it() {
    let postgres = PrivatePostgres::start().await;
    let desk = Desk::on(postgres.url(), Opening::default()).await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let paused = postgres.pause().await;
    both_are_told_to_come_again(&owner, number).await;
    desk.nobody().get("/readyz").await.expect(503);
    desk.nobody().get("/livez").await.expect(200);
    drop(paused);
    eventually("ready again", async || (desk.nobody().get("/readyz").await.status == 200).then_some(())).await;
    owner.get("/api/v1/requests").await.expect(200);
}

#[tokio::test]
async fn a_database_that_takes_no_changes_is_said_and_berth_goes_on_when_it_does_again() {
    let postgres = PrivatePostgres::start().await;
    let desk = Desk::on(postgres.url(), Opening::default()).await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let (path, comment) = (format!("/api/v1/requests/{number}/comments"), json!({"text": "Is it kept?"}));
    for (setting, is_ready) in [("on", false), ("off", true)] {
        for statement in [
            format!("alter system set default_transaction_read_only = {setting}"),
            "select pg_reload_conf()".to_owned(),
        ] {
            let mut db = desk.db().acquire().await.expect("answers");
            sqlx::query("set default_transaction_read_only = off").execute(&mut *db).await.expect("is set");
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *db).await.expect("is done");
            sqlx::query("reset default_transaction_read_only").execute(&mut *db).await.expect("is set");
        }
        let status = if is_ready { 200 } else { 503 };
        eventually("it is seen", async || (desk.nobody().get("/readyz").await.status == status).then_some(())).await;
        let answer = owner.post(&path, &comment).await;
        if is_ready {
            answer.expect(201);
        } else {
            assert_eq!(answer.header("retry-after"), "5");
            answer.expect_problem(503, "unavailable");
        }
    }
}

#[tokio::test]
async fn one_lock_held_for_long_takes_reading_from_nobody() {
    let desk = Desk::quiet().await;
    let (owner, number) = (desk.as_(Role::Owner).await, desk.asked().await);
    let mut held = sqlx::PgConnection::connect(desk.database_url().as_str()).await.expect("connects");
    sqlx::raw_sql("begin; select 1 from audit_head for update").execute(&mut held).await.expect("is held");
    let path = format!("/api/v1/requests/{number}/comments");
    let writes = (0..14).map(|n| {
        let (owner, path) = (owner.clone(), path.clone());
        async move { owner.post(&path, &json!({"text": format!("Comment {n}")})).await }
    });
    let reads = async {
        for _ in 0..3 {
            let began = Instant::now();
            let answer = owner.get("/api/v1/requests").await;
            assert!(began.elapsed() < TOLD_WITHIN, "{:?}", began.elapsed());
            assert!([200, 503].contains(&answer.status), "{}", answer.status);
        }
    };
    let (answers, ()) = tokio::join!(futures::future::join_all(writes), reads);
    for answer in answers {
        assert_eq!(answer.header("retry-after"), "5");
        answer.expect_problem(503, "unavailable");
    }
    owner.get("/api/v1/requests").await.expect(200);
    sqlx::raw_sql("rollback").execute(&mut held).await.expect("is let go");
    owner.post(&path, &json!({"text": "There it goes"})).await.expect(201);
}
