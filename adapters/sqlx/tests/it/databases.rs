//! Fresh databases of both kinds, and what the tests do with either.

mod postgres;
mod sqlite;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::domain::{Account, Closed, Receipt, Transition};
use mfakit::organization::OrgTransition;
use mfakit::store::{
    AccountIndex, AccountStore, CommitId, EventCursor, EventLog, OrgStore, Stamps, StoreError,
    SubjectEvents,
};
use mfakit::{Event, Subject};
use mfakit_sqlx::{OpenError, StageError, Tables};
use std::sync::Arc;

pub use postgres::{Schema, on_postgres};
pub use sqlite::File;

/// Runs a future to its end on a runtime of its own.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// A database that is gone when this is dropped.
#[async_trait]
pub trait Database: Sync {
    type Store: Store<Transaction = Self::Transaction>;
    type Transaction: Staging;

    /// Tables of the default names, where the database has them.
    fn tables(&self) -> Tables;

    /// Runs the migrations and opens a store on a pool of its own, as another process would.
    async fn open(&self, tables: Tables) -> Result<Self::Store, OpenError>;

    /// Opens a store without running the migrations.
    async fn open_only(&self, tables: Tables) -> Result<Self::Store, OpenError>;

    /// Runs statements as somebody with a console would; how many rows the last one wrote.
    async fn run(&self, sql: &str) -> u64;

    /// A number that a query answers.
    async fn number(&self, sql: &str) -> i64;

    async fn store(&self) -> Self::Store {
        self.open(self.tables()).await.unwrap()
    }
}

/// Every port, and what both stores have beside.
#[async_trait]
pub trait Store:
    AccountStore + AccountIndex + EventLog + SubjectEvents + OrgStore + Stamps + Clone + 'static
{
    type Transaction: Staging;
    async fn begin_transaction(&self) -> Self::Transaction;
    async fn try_register(&self, relay: &str) -> Result<(), StoreError>;
    async fn register(&self, relay: &str) {
        self.try_register(relay).await.unwrap();
    }
    async fn position(&self, relay: &str) -> Result<Option<EventCursor>, StoreError>;
    async fn advance(&self, relay: &str, to: &EventCursor) -> Result<(), StoreError>;
    async fn expire(&self, before: DateTime<Utc>) -> u64;

    /// All that is certain behind a cursor: a page may be short and not the last one.
    async fn events(&self, after: Option<&EventCursor>) -> Vec<Event> {
        let (mut events, mut after) = (Vec::new(), after.cloned());
        for _ in 0..1_000 {
            let page = self.read(after.as_ref(), 1_000).await.unwrap();
            events.extend(page.events);
            let Some(next) = page.next else { return events };
            after = Some(next);
        }
        panic!("reading page by page does not come to an end");
    }
}

/// What both transactions do.
#[async_trait]
pub trait Staging: Send + Sized + 'static {
    async fn account(&mut self, subject: &Subject) -> Option<Arc<Account>>;
    async fn put<T: Send>(
        &mut self,
        id: CommitId,
        transition: Transition<T>,
    ) -> Result<Closed<T>, StageError>;
    async fn put_row<T: Send>(
        &mut self,
        id: CommitId,
        transition: OrgTransition<T>,
    ) -> Result<Closed<T>, StageError>;
    async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error>;
    async fn end(self) -> Result<Receipt, StoreError>;
    async fn undo(self) -> Result<(), StoreError>;
}

/// Implements the traits above for a kind of database, which has a `pool` and `names` of its tables.
macro_rules! both_kinds {
    ($database:ident, $store:ident, $transaction:ident) => {
        #[async_trait::async_trait]
        impl super::Database for $database {
            type Store = mfakit_sqlx::$store;
            type Transaction = mfakit_sqlx::$transaction;
            fn tables(&self) -> mfakit_sqlx::Tables {
                self.names()
            }
            async fn open(
                &self,
                tables: mfakit_sqlx::Tables,
            ) -> Result<Self::Store, mfakit_sqlx::OpenError> {
                let pool = self.pool().await;
                Self::Store::migrate(&pool, &tables).await?;
                Self::Store::open(pool, tables).await
            }
            async fn open_only(
                &self,
                tables: mfakit_sqlx::Tables,
            ) -> Result<Self::Store, mfakit_sqlx::OpenError> {
                Self::Store::open(self.pool().await, tables).await
            }
            async fn run(&self, sql: &str) -> u64 {
                let pool = self.pool().await;
                let sql = sqlx::AssertSqlSafe(sql.to_owned());
                let rows = sqlx::raw_sql(sql).execute(&pool).await.unwrap().rows_affected();
                pool.close().await;
                rows
            }
            async fn number(&self, sql: &str) -> i64 {
                let pool = self.pool().await;
                let sql = sqlx::AssertSqlSafe(sql.to_owned());
                let found = sqlx::query_scalar(sql).fetch_one(&pool).await;
                pool.close().await;
                found.unwrap()
            }
        }

        #[async_trait::async_trait]
        impl super::Store for mfakit_sqlx::$store {
            type Transaction = mfakit_sqlx::$transaction;
            async fn begin_transaction(&self) -> Self::Transaction {
                self.begin().await.unwrap()
            }
            async fn try_register(&self, relay: &str) -> Result<(), mfakit::store::StoreError> {
                self.register_relay(relay).await
            }
            async fn position(
                &self,
                relay: &str,
            ) -> Result<Option<mfakit::store::EventCursor>, mfakit::store::StoreError> {
                self.relay_position(relay).await
            }
            async fn advance(
                &self,
                relay: &str,
                to: &mfakit::store::EventCursor,
            ) -> Result<(), mfakit::store::StoreError> {
                self.move_relay(relay, to).await
            }
            async fn expire(&self, before: chrono::DateTime<chrono::Utc>) -> u64 {
                self.expire_events(before).await.unwrap()
            }
        }

        #[async_trait::async_trait]
        impl super::Staging for mfakit_sqlx::$transaction {
            async fn account(
                &mut self,
                subject: &mfakit::Subject,
            ) -> Option<std::sync::Arc<mfakit::domain::Account>> {
                self.load(subject).await.unwrap()
            }
            async fn put<T: Send>(
                &mut self,
                id: mfakit::store::CommitId,
                transition: mfakit::domain::Transition<T>,
            ) -> Result<mfakit::domain::Closed<T>, mfakit_sqlx::StageError> {
                self.stage(id, transition).await
            }
            async fn put_row<T: Send>(
                &mut self,
                id: mfakit::store::CommitId,
                transition: mfakit::organization::OrgTransition<T>,
            ) -> Result<mfakit::domain::Closed<T>, mfakit_sqlx::StageError> {
                self.stage_organization(id, transition).await
            }
            async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
                let sql = sqlx::AssertSqlSafe(sql.to_owned());
                sqlx::raw_sql(sql).execute(self.connection()).await.map(drop)
            }
            async fn end(self) -> Result<mfakit::domain::Receipt, mfakit::store::StoreError> {
                self.commit().await
            }
            async fn undo(self) -> Result<(), mfakit::store::StoreError> {
                self.rollback().await
            }
        }
    };
}
pub(crate) use both_kinds;

/// One test per function and kind of database.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                $crate::databases::block_on(super::$name(&$crate::databases::File::new()));
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                let Some(schema) = $crate::databases::Schema::new() else { return };
                $crate::databases::block_on(super::$name(&schema));
            })*
        }
    };
}
pub(crate) use on_both;
