//! Both stores keep every rule of the kit, those about a host's own transactions among them.

use async_trait::async_trait;
use mfakit::domain::Transition;
use mfakit::store::CommitOutcome;
use mfakit::store::{CommitId, StoreError};
use mfakit::testing::conformance::{Candidate, HostTransaction, HostTransactions};
use mfakit_sqlx::StageError;

use crate::databases::{Database, Staging, Store};

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

/// A store of each port, and a second handle on the same database.
async fn candidate<D: Database + Send + 'static>(database: D) -> Candidate {
    let store = database.store().await;
    Candidate::new(store.clone())
        .other_handle(database.store().await)
        .index(store.clone())
        .event_log(store.clone())
        .subject_events(store.clone())
        .organizations(store.clone())
        .other_organizations(database.store().await)
        .stamps(store.clone())
        .host_transactions(Begins(store))
        .crowd(1_000)
        .guard(database)
}

mod sqlite {
    use crate::databases::{File, block_on};

    mfakit::conformance_tests!(block_on, || super::candidate(File::new()));
}

mod postgres {
    use crate::databases::{Schema, on_postgres};

    mfakit::conformance_tests!(on_postgres, || async {
        let schema = Schema::new().expect("a rule is checked only where there is a server");
        super::candidate(schema).await
    });
}
