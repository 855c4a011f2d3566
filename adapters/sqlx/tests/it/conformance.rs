//! Both stores keep every rule of the kit, those about a host's own transactions among them.

use async_trait::async_trait;
use mfakit::domain::Transition;
use mfakit::store::CommitOutcome;
use mfakit::store::{CommitId, StoreError};
use mfakit::testing::conformance::{HostTransaction, HostTransactions};
use mfakit_sqlx::StageError;

use crate::databases::{Staging, Store};

/// Begins transactions on a store's pool.
struct Begins<S>(S);

#[async_trait]
impl<S: Store> HostTransactions for Begins<S> {
    async fn begin(&self) -> Result<Box<dyn HostTransaction>, StoreError> {
        Ok(Box::new(Begun(self.0.begin_transaction().await)))
    }
}

struct Begun<T>(T);

#[async_trait]
impl<T: Staging> HostTransaction for Begun<T> {
    async fn put(
        &mut self,
        id: CommitId,
        change: Transition<()>,
    ) -> Result<CommitOutcome, StoreError> {
        match self.0.put(id, change).await {
            Ok(_) => Ok(CommitOutcome::Committed),
            Err(StageError::Conflict) => Ok(CommitOutcome::Conflict),
            Err(StageError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::unavailable(other)),
        }
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0.end().await.map(drop)
    }

    async fn roll_back(self: Box<Self>) -> Result<(), StoreError> {
        self.0.undo().await
    }
}

mod sqlite {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::{Database, File, block_on};

    mfakit::conformance_tests!(block_on, || async {
        let file = File::new();
        let store = file.store().await;
        Candidate::new(store.clone())
            .other_handle(file.store().await)
            .index(store.clone())
            .event_log(store.clone())
            .organizations(store.clone())
            .other_organizations(file.store().await)
            .stamps(store.clone())
            .host_transactions(super::Begins(store))
            .crowd(1_000)
            .guard(file)
    });
}

mod postgres {
    use mfakit::testing::conformance::Candidate;

    use crate::databases::{Database, Schema, on_postgres};

    mfakit::conformance_tests!(on_postgres, || async {
        let schema = Schema::new().expect("a rule is checked only where there is a server");
        let store = schema.store().await;
        Candidate::new(store.clone())
            .other_handle(schema.store().await)
            .index(store.clone())
            .event_log(store.clone())
            .organizations(store.clone())
            .other_organizations(schema.store().await)
            .stamps(store.clone())
            .host_transactions(super::Begins(store))
            .crowd(1_000)
            .guard(schema)
    });
}
