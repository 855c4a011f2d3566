//! Many accounts at once.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{Account, KeyId, Subject};

/// Finds accounts by something else than one subject. It unlocks
/// [`Mfa::statuses`](crate::Mfa::statuses) and [`Mfa::reseal_page`](crate::Mfa::reseal_page).
///
/// # Contract
/// It may lag behind [`AccountStore`](super::AccountStore), by as much as the host can bear in a
/// list: no decision rests on it.
#[async_trait]
pub trait AccountIndex: Send + Sync {
    /// The accounts of these subjects, in their order, one answer each; `None` where there is no
    /// row. One query for all of them, not one each.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError>;

    /// Up to `limit` subjects whose account holds a secret sealed under `key`, of a factor or of a
    /// pending setup, in ascending byte order, after `after`.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError>;
}

/// A page of subjects whose secrets lie under one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPage {
    /// The subjects, in ascending byte order.
    pub subjects: Vec<Subject>,
    /// Whether there are more behind the last one.
    pub more: bool,
}
