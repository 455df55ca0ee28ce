//! Having the provider asked again for everybody who is signed in, without waiting for it.

use crate::Desk;
use server::app::{Ctx, Result, access};

impl Desk {
    /// As the job does it.
    pub async fn ask_again(&self) -> Result<()> {
        access::refresh_groups(&Ctx::system(self.berth().clone(), "refresh_groups")).await
    }

    /// Takes back what ended sessions left there, as the job does it.
    pub async fn take_back(&self) -> Result<()> {
        access::revoke_tokens(&Ctx::system(self.berth().clone(), "take_back_tokens")).await
    }

    /// As if what the provider said of everybody were a quarter of an hour old.
    pub async fn age(&self) {
        let aged =
            sqlx::query("update sessions set refreshed_at = now() - interval '16 minutes', refresh_after = null");
        aged.execute(self.db()).await.expect("is changed");
    }
}
