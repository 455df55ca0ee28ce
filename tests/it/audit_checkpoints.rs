//! Signed ends of the chain: whoever rewrites the whole trail in the database is found out, too.

use domain::audit::{Broken, Hash};
use server::app::audit::{self, SignedCheckpoint};
use server::app::{Ctx, audit::sign_checkpoint};
use tests::{Desk, eventually};

async fn signed(desk: &Desk) -> SignedCheckpoint {
    sign_checkpoint(&Ctx::system(desk.berth().clone(), "sign_checkpoint")).await.expect("signs");
    audit::last_checkpoint(&Ctx::operator(desk.berth().clone())).await.expect("reads").expect("there is one")
}

async fn verify(desk: &Desk, kept: Option<&SignedCheckpoint>) -> Result<i64, Broken> {
    audit::verify(&Ctx::operator(desk.berth().clone()), kept).await.expect("answers")
}

async fn run(desk: &Desk, statements: &'static str) {
    sqlx::raw_sql(statements).execute(desk.db()).await.expect("is done");
}

async fn n_events(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from audit_events").fetch_one(desk.db()).await.expect("counts")
}

/// Changes an event and makes the whole chain right again, as somebody who owns the database can.
async fn rewrite(desk: &Desk, seq: i64) {
    run(desk, "alter table audit_events disable trigger user").await;
    let change = sqlx::query("update audit_events set actor_label = 'somebody else' where seq = $1").bind(seq);
    change.execute(desk.db()).await.expect("is changed");
    let links = server::store::audit::list_after(desk.db(), 0, 100_000).await.expect("reads");
    let mut previous = Hash::START;
    for link in links {
        let hash = link.event.hash(link.seq, &previous);
        sqlx::query("update audit_events set previous = $2, hash = $3 where seq = $1")
            .bind(link.seq)
            .bind(&previous.0[..])
            .bind(&hash.0[..])
            .execute(desk.db())
            .await
            .expect("is changed");
        previous = hash;
    }
    sqlx::query("update audit_head set hash = $1").bind(&previous.0[..]).execute(desk.db()).await.expect("is changed");
    run(desk, "alter table audit_events enable trigger user").await;
}

#[tokio::test]
async fn a_chain_that_is_written_anew_is_found_out_by_what_was_signed() {
    let desk = Desk::quiet().await;
    let kept = signed(&desk).await;
    desk.asked().await;
    let n = n_events(&desk).await;
    assert_eq!(verify(&desk, None).await, Ok(n));
    assert_eq!(verify(&desk, Some(&kept)).await, Ok(n));
    rewrite(&desk, 2).await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
    run(&desk, "alter table audit_checkpoints disable trigger user; delete from audit_checkpoints").await;
    assert_eq!(verify(&desk, None).await, Ok(n), "the database alone cannot tell any more");
    assert_eq!(verify(&desk, Some(&kept)).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
}

#[tokio::test]
async fn a_checkpoint_is_signed_with_a_key_that_is_not_in_the_database() {
    let desk = Desk::quiet().await;
    let mut forged = signed(&desk).await;
    run(&desk, "alter table audit_checkpoints disable trigger user").await;
    run(&desk, "update audit_checkpoints set at = at + interval '1 second'").await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Signature(forged.checkpoint.seq)));
    run(&desk, "update audit_checkpoints set at = at - interval '1 second'").await;
    verify(&desk, None).await.expect("is whole again");
    forged.checkpoint.seq += 1;
    assert_eq!(verify(&desk, Some(&forged)).await, Err(Broken::Signature(forged.checkpoint.seq)));
}

#[tokio::test]
async fn a_trail_that_ends_before_what_was_signed_is_found_out() {
    let desk = Desk::quiet().await;
    desk.asked().await;
    let kept = signed(&desk).await;
    run(
        &desk,
        "alter table audit_events disable trigger user; delete from audit_events where seq > 3;
         update audit_head set seq = 3, hash = (select hash from audit_events where seq = 3)",
    )
    .await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
}

#[tokio::test]
async fn checkpoints_are_only_ever_added() {
    let desk = Desk::quiet().await;
    signed(&desk).await;
    for statement in
        ["update audit_checkpoints set seq = 1", "delete from audit_checkpoints", "truncate audit_checkpoints"]
    {
        let error = sqlx::query(statement).execute(desk.db()).await.expect_err("is refused").to_string();
        assert!(error.contains("never changed or removed"), "{error}");
    }
}

#[tokio::test]
async fn whoever_works_signs_the_end_of_the_trail_by_itself() {
    let desk = Desk::quiet().await;
    let worker = desk.start_worker();
    eventually("the end is signed", async || {
        let n: i64 =
            sqlx::query_scalar("select count(*) from audit_checkpoints").fetch_one(desk.db()).await.expect("counts");
        (n > 0).then_some(())
    })
    .await;
    worker.stop().await;
    let again = signed(&desk).await;
    assert_eq!(signed(&desk).await, again, "an end is signed once");
    verify(&desk, Some(&again)).await.expect("is whole");
}
