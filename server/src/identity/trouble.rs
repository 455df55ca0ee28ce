//! What can be the matter with the provider, or with what it said.

use time::OffsetDateTime;

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The answer belongs to another attempt.
    #[error("the answer belongs to another sign-in")]
    OtherAttempt,
    /// The person, or the provider, said no.
    #[error("the provider ended the sign-in: {0}")]
    Declined(String),
    /// The provider does not answer, or says that it cannot.
    #[error("the identity provider does not answer: {0:#}")]
    Unreachable(anyhow::Error),
    /// What it says may be true, but one of the two clocks is wrong.
    #[error("the provider's clock says {there}, ours {here}")]
    ClocksApart { here: OffsetDateTime, there: OffsetDateTime },
    /// It vouches no longer for whom it vouched before.
    #[error("the provider vouches no longer for this session")]
    Over,
    /// What came back does not prove who somebody is.
    #[error("the provider's answer could not be verified: {0:#}")]
    Unproven(anyhow::Error),
}
