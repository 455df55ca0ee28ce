//! What can be the matter with the provider, or with what it said.

use time::OffsetDateTime;

#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The answer belongs to another attempt.
    #[error("the answer belongs to another sign-in")]
    OtherAttempt,
    /// The person, or the provider, said no.
    #[error("the provider ended the sign-in: {0}")]
    Declined(String),
    /// The provider does not do what Berth is set up to ask of it: the secret, the scopes, the flow. Nobody can help it but
    /// whoever runs one of the two.
    #[error("the provider and Berth are not set up for each other: {0}")]
    SetUp(String),
    /// The provider does not answer, or says that it cannot.
    #[error("the identity provider does not answer: {0:#}")]
    Unreachable(anyhow::Error),
    /// What it says may be true, but one of the two clocks is wrong.
    #[error("the provider's clock says {there}, ours {here}")]
    ClocksApart { here: OffsetDateTime, there: OffsetDateTime },
    /// It vouches no longer for whom it vouched before.
    #[error("the provider vouches no longer for this session: {0}")]
    Over(String),
    /// What came back does not prove who somebody is.
    #[error("the provider's answer could not be verified: {0:#}")]
    Unproven(anyhow::Error),
}
