//! The audit trail, in the hands of somebody who owns the database: no trigger refuses them anything.

use super::Forged;
use domain::audit::Hash;

/// What they do to it.
#[derive(Clone, Copy, Debug)]
pub enum Tampering {
    /// Event 3 is of somebody else.
    Actor,
    /// Or of another time,
    Time,
    /// with another detail,
    Detail,
    /// of another call,
    RequestId,
    /// on behalf of somebody else,
    OnBehalf,
    /// in a format in which less is hashed.
    Format,
    /// Event 3 is gone,
    Gone,
    /// or the first one,
    FirstGone,
    /// or all.
    AllGone,
    /// There is one more before event 4.
    Inserted,
    /// Events 3 and 4 have changed places.
    Swapped,
    /// It ends with event 4, and nothing says that there were more.
    EndsAtFour,
    /// It ends with event 4.
    RestGone,
    /// It ends with event 3, and its hash is the last.
    EndsAtThree,
}

impl Tampering {
    fn statements(self) -> &'static str {
        match self {
            Self::Actor => "update audit_events set actor_label = 'somebody else' where seq = 3",
            Self::Time => "update audit_events set at = at + interval '1 hour' where seq = 3",
            Self::Detail => "update audit_events set detail = detail || '{\"grant\": 1}' where seq = 3",
            Self::RequestId => "update audit_events set request_id = 'other' where seq = 3",
            Self::OnBehalf => "update audit_events set on_behalf_label = 'somebody else' where seq = 3",
            Self::Format => "update audit_events set format = 1 where seq = 3",
            Self::Gone => "delete from audit_events where seq = 3",
            Self::FirstGone => "delete from audit_events where seq = 1",
            Self::AllGone => "delete from audit_events",
            Self::Inserted => {
                "update audit_events set seq = -seq - 1 where seq > 3; update audit_events set seq = -seq where seq < 0;
                 create table inserted as select * from audit_events where seq = 3;
                 update inserted set seq = 4, previous = hash, subject = 'inserted';
                 insert into audit_events select * from inserted; drop table inserted"
            }
            Self::Swapped => {
                "update audit_events set seq = case seq when 3 then -4 when 4 then -3 else seq end;
                 update audit_events set seq = -seq where seq < 0"
            }
            Self::EndsAtFour => "delete from audit_events where seq > 4; update audit_head set seq = 4",
            Self::RestGone => "delete from audit_events where seq > 4",
            Self::EndsAtThree => {
                "delete from audit_events where seq > 3;
                 update audit_head set seq = 3, hash = (select hash from audit_events where seq = 3)"
            }
        }
    }
}

impl Forged<'_> {
    /// Takes the triggers away, and keeps what is there.
    pub async fn trail_opened(&self) {
        self.write_all(
            "alter table audit_events disable trigger user;
             create table kept as select * from audit_events; create table kept_head as select * from audit_head",
        )
        .await;
    }

    pub async fn trail_tampered(&self, tampering: Tampering) {
        self.write_all(tampering.statements()).await;
    }

    /// As it was when it was opened.
    pub async fn trail_restored(&self) {
        self.write_all(
            "delete from audit_events; insert into audit_events select * from kept;
             delete from audit_head; insert into audit_head select * from kept_head",
        )
        .await;
    }

    /// Changes one event, and makes the whole chain right again.
    pub async fn trail_rewritten(&self, seq: i64) {
        self.write_all("alter table audit_events disable trigger user").await;
        let change = "update audit_events set actor_label = 'somebody else' where seq = $1";
        self.write_one(sqlx::query(change).bind(seq)).await;
        let links = server::store::audit::list_after(self.db, 0, 100_000).await.expect("reads");
        let mut previous = Hash::START;
        for link in links {
            let hash = link.event.hash(link.seq, &previous);
            let link_of = "update audit_events set previous = $2, hash = $3 where seq = $1";
            self.write_one(sqlx::query(link_of).bind(link.seq).bind(&previous.0[..]).bind(&hash.0[..])).await;
            previous = hash;
        }
        self.write_one(sqlx::query("update audit_head set hash = $1").bind(&previous.0[..])).await;
        self.write_all("alter table audit_events enable trigger user").await;
    }

    /// What was signed is gone.
    pub async fn checkpoints_gone(&self) {
        self.write_all("alter table audit_checkpoints disable trigger user; delete from audit_checkpoints").await;
    }

    /// What was signed was signed so many seconds later.
    pub async fn checkpoints_moved(&self, seconds: i32) {
        self.write_all("alter table audit_checkpoints disable trigger user").await;
        let moved = "update audit_checkpoints set at = at + make_interval(secs => $1)";
        self.write(sqlx::query(moved).bind(f64::from(seconds))).await;
    }
}
