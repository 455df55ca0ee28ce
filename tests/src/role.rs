//! The accounts of the identity provider, by what they are in Berth.

use stack::identity::Account;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Of the team `payments`, like [`Role::Owner`].
    Developer,
    Owner,
    /// A developer of another team, `orders`.
    Stranger,
    OrdersOwner,
    Platform,
    Auditor,
    /// Can sign in, and is in no team.
    Teamless,
}

impl Role {
    pub const ALL: [Role; 7] = [
        Self::Developer,
        Self::Owner,
        Self::Stranger,
        Self::OrdersOwner,
        Self::Platform,
        Self::Auditor,
        Self::Teamless,
    ];

    /// Its name in the provider's list, which is also its subject.
    pub fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Owner => "owner",
            Self::Stranger => "stranger",
            Self::OrdersOwner => "orders-owner",
            Self::Platform => "platform",
            Self::Auditor => "auditor",
            Self::Teamless => "nobody",
        }
    }

    pub fn account(self) -> &'static Account {
        let accounts = &crate::stack().accounts;
        accounts.iter().find(|account| account.role == self.name()).expect("the stack has the account")
    }
}
