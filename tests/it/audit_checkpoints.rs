//! Signed ends of the chain: whoever rewrites the whole trail in the database is found out, too.

use domain::audit::Broken;
use server::app::audit::{self, SignedCheckpoint};
use server::app::{Ctx, audit::sign_checkpoint};
use tests::{Desk, Tampering, eventually};

async fn signed(desk: &Desk) -> SignedCheckpoint {
    sign_checkpoint(&Ctx::system(desk.berth().clone(), "sign_checkpoint")).await.expect("signs");
    audit::last_checkpoint(&Ctx::operator(desk.berth().clone())).await.expect("reads").expect("there is one")
}

async fn verify(desk: &Desk, kept: Option<&SignedCheckpoint>) -> Result<i64, Broken> {
    audit::verify(&Ctx::operator(desk.berth().clone()), kept).await.expect("answers")
}

async fn n_events(desk: &Desk) -> i64 {
    sqlx::query_scalar("select count(*) from audit_events").fetch_one(desk.db()).await.expect("counts")
}

#[tokio::test]
async fn a_chain_that_is_written_anew_is_found_out_by_what_was_signed() {
    let desk = Desk::quiet().await;
    let kept = signed(&desk).await;
    desk.asked().await;
    let n = n_events(&desk).await;
    assert_eq!(verify(&desk, None).await, Ok(n));
    assert_eq!(verify(&desk, Some(&kept)).await, Ok(n));
    desk.forged().trail_rewritten(2).await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
    desk.forged().checkpoints_gone().await;
    assert_eq!(verify(&desk, None).await, Ok(n), "the database alone cannot tell any more");
    assert_eq!(verify(&desk, Some(&kept)).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
}

#[tokio::test]
async fn a_checkpoint_is_signed_with_a_key_that_is_not_in_the_database() {
    let desk = Desk::quiet().await;
    let mut forged = signed(&desk).await;
    desk.forged().checkpoints_moved(1).await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Signature(forged.checkpoint.seq)));
    desk.forged().checkpoints_moved(-1).await;
    verify(&desk, None).await.expect("is whole again");
    forged.checkpoint.seq += 1;
    assert_eq!(verify(&desk, Some(&forged)).await, Err(Broken::Signature(forged.checkpoint.seq)));
}

#[tokio::test]
async fn a_trail_that_ends_before_what_was_signed_is_found_out() {
    let desk = Desk::quiet().await;
    desk.asked().await;
    let kept = signed(&desk).await;
    desk.forged().trail_opened().await;
    desk.forged().trail_tampered(Tampering::EndsAtThree).await;
    assert_eq!(verify(&desk, None).await, Err(Broken::Rewritten(kept.checkpoint.seq)));
}

#[tokio::test]
async fn checkpoints_are_only_ever_added() {
    let desk = Desk::quiet().await;
    signed(&desk).await;
    for refused in desk.forged().changes_refused("audit_checkpoints", "seq").await {
        assert!(refused.contains("never changed or removed"), "{refused}");
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
