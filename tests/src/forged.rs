//! Every statement with which a test writes into Berth's database past the program.
//!
//! What an actor can bring about is brought about through the API. Here is what nobody can do in a test: let time pass,
//! die at one moment, be another replica or an older version, damage what is kept, or have more than there is room for.
//! Each function says which of these it is. `cargo xtask lint` refuses statements that write anywhere else in the tests.

mod catalog;
mod clusters;
mod crowds;
mod faults;
mod jobs;
mod meanwhile;
mod namespaces;
mod people;
mod refused;
mod requests;
mod texts;
mod trail;

pub use catalog::Offered;
pub use faults::LATER_SCHEMA;
pub use meanwhile::Meanwhile;
pub use refused::Refused;
pub use trail::Tampering;

use crate::Desk;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};

/// What is written past the program, into the database of one desk. Times are counted from now.
pub struct Forged<'a> {
    db: &'a PgPool,
}

impl Desk {
    /// For what no actor can do.
    pub fn forged(&self) -> Forged<'_> {
        Forged { db: self.db() }
    }
}

impl<'a> Forged<'a> {
    pub(crate) fn on(db: &'a PgPool) -> Self {
        Self { db }
    }

    /// How many rows it changed.
    async fn write(&self, query: Query<'_, Postgres, PgArguments>) -> u64 {
        query.execute(self.db).await.expect("is written").rows_affected()
    }

    /// The same, of one row.
    async fn write_one(&self, query: Query<'_, Postgres, PgArguments>) {
        assert_eq!(self.write(query).await, 1, "there is one");
    }

    /// Statements in a row, without arguments.
    async fn write_all(&self, statements: &'static str) {
        sqlx::raw_sql(statements).execute(self.db).await.expect("is written");
    }
}
