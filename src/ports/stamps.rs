//! The one read that every guarded request makes.

use async_trait::async_trait;

use super::{PolicyRevision, StoreError};
use crate::domain::{Stamp, Subject};

/// Reads what tells whether a session's evidence and its access decision still hold, without
/// loading either: two numbers, by one projected read.
///
/// It is for speed. Without it, a guard loads the account and asks
/// [`OrgStore::revision`](super::OrgStore::revision).
///
/// # Contract
/// 1. Both numbers come from one snapshot that holds every commit answered before the read began.
///    Where accounts and organizations live in two databases, read the two one after the other:
///    each is checked against what it was when the decision was made, so that no order lets an
///    older one pass.
/// 2. [`CurrentStamps::account`] is the account's [`stamp`](crate::domain::Account::stamp), and
///    [`Stamp::NONE`] where there is no row.
/// 3. [`CurrentStamps::policies`] is what [`OrgStore::revision`](super::OrgStore::revision)
///    answers, and [`PolicyRevision::NONE`] where there are no organizations.
///
/// A guard may keep an answer for a few seconds (60 by default, 0 allowed). For so long a session
/// outlives its credentials, and a member a policy. Sensitive operations never go by it.
#[async_trait]
pub trait Stamps: Send + Sync {
    /// The stamps of one user as they are stored now.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails. A guard then lets nobody pass.
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError>;
}

/// The stamp and the revision that evidence and access decisions are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CurrentStamps {
    /// The account's stamp.
    pub account: Stamp,
    /// The revision of the policies and memberships.
    pub policies: PolicyRevision,
}
