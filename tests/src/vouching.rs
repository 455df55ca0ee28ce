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
}
