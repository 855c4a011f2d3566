//! What a database has to say for a store on it: its words, and how a commit is sent.
//!
//! A database may answer a write with rows (`RETURNING`) or with a count, and may do it in one
//! statement or in a transaction: the common half assumes neither. It knows what is bound and in
//! which order ([`Put`]), and asks a dialect to send it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use mfakit::Subject;
use mfakit::store::{CommitOutcome, EventCursor, EventPage, StoreError};
use sqlx::{Database, Pool, Transaction};

use crate::cause::store_error;
use crate::columns::Columns;
use crate::open_error::OpenError;
use crate::put::{Key, Put};
use crate::query::{Ask, Binds, Value};
use crate::sql::{Sql, Text, Words};
use crate::tables::Tables;

/// A pool, the statements for it, and what the writers on it share.
pub struct Base<D: Dialect> {
    pub(crate) pool: Pool<D>,
    pub(crate) sql: Arc<Sql<D::Own>>,
    pub(crate) turns: D::Turns,
}

/// A database that stores can be on.
pub trait Dialect: Binds + Database<Row: Columns, Connection: Ask<Self>> {
    /// The public name of the store.
    const STORE: &'static str;
    /// The public name of a transaction of the store.
    const TRANSACTION: &'static str;
    const WORDS: Words;

    /// Statements that only this database needs.
    type Own: Send + Sync;
    /// What the clones of a store share, so that one that writes can wait for another.
    type Turns: Clone + Default + Send + Sync + 'static;
    /// What a transaction keeps until it has ended.
    type Turn: Send + Sync;

    fn own(tables: &Tables) -> Self::Own;

    /// What is sent for a statement that writes, when it is a transaction by itself.
    fn alone(statement: &str) -> String;

    /// Finds out whether the tables and the settings are what this release needs.
    fn check(
        pool: &Pool<Self>,
        tables: &Tables,
    ) -> impl Future<Output = Result<(), OpenError>> + Send;

    /// Makes the tables, or brings them up to this release.
    fn migrate(
        pool: &Pool<Self>,
        tables: &Tables,
    ) -> impl Future<Output = Result<(), OpenError>> + Send;

    /// Begins a transaction in which a store writes.
    fn begin(
        base: &Base<Self>,
    ) -> impl Future<Output = Result<(Transaction<'static, Self>, Self::Turn), StoreError>> + Send;

    /// Writes a commit in a transaction of its own: all of it, or on a conflict nothing. What failed
    /// for certain is tried again; what may have happened is an error.
    fn commit(
        base: &Base<Self>,
        put: &Put<'_>,
    ) -> impl Future<Output = Result<CommitOutcome, StoreError>> + Send;

    /// Writes a commit in a transaction that is open.
    fn put(
        sql: &Sql<Self::Own>,
        put: &Put<'_>,
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<CommitOutcome, StoreError>> + Send;

    /// Sends one statement in a transaction of its own; how many rows it wrote.
    fn change(
        base: &Base<Self>,
        statement: &Text,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Drops a user's memberships and own count, and counts that for everybody instead; how many
    /// memberships there were.
    fn forget(
        base: &Base<Self>,
        subject: &Subject,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Whether each of these rows has its version in this transaction.
    fn all_there(
        sql: &Sql<Self::Own>,
        staged: &BTreeMap<Key, Option<i64>>,
        connection: &mut Self::Connection,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The accounts of these subjects that there are.
    fn load_many(
        base: &Base<Self>,
        subjects: &[Subject],
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;
}

/// The order of the events, in which a database numbers what is certain.
pub trait Log: Dialect {
    /// An event's place in the order.
    type Place: Copy + Send + Sync;

    /// The place behind a cursor, if the cursor is one of this database's.
    fn place(
        base: &Base<Self>,
        cursor: &EventCursor,
    ) -> impl Future<Output = Result<Self::Place, StoreError>> + Send;

    /// A place as the values of the statements in [`Words`].
    fn values(place: Self::Place) -> Vec<Value<'static>>;

    /// How far a relay has come; `None` at the beginning.
    fn position(row: &Self::Row) -> Result<Option<EventCursor>, StoreError>;

    /// Reads the events behind a place.
    fn page(
        base: &Base<Self>,
        after: Option<Self::Place>,
        limit: i64,
    ) -> impl Future<Output = Result<EventPage, StoreError>> + Send;
}

impl<D: Dialect> Base<D> {
    pub(crate) fn of(pool: Pool<D>, tables: Tables) -> Self {
        let own = D::own(&tables);
        let sql = Sql::of(tables, &D::WORDS, D::alone, own);
        Self { pool, sql: Arc::new(sql), turns: D::Turns::default() }
    }

    /// All rows of an answer.
    pub(crate) async fn rows(
        &self,
        statement: &Text,
        values: &[Value<'_>],
    ) -> Result<Vec<D::Row>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        connection.rows(statement.get(), values).await.map_err(store_error)
    }

    /// The first row of an answer.
    pub(crate) async fn row(
        &self,
        statement: &Text,
        values: &[Value<'_>],
    ) -> Result<Option<D::Row>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(store_error)?;
        connection.row(statement.get(), values).await.map_err(store_error)
    }

    /// The one row of an answer that has one.
    pub(crate) async fn one(
        &self,
        statement: &Text,
        values: &[Value<'_>],
    ) -> Result<D::Row, StoreError> {
        let row = self.row(statement, values).await?;
        row.ok_or_else(|| store_error(sqlx::Error::RowNotFound))
    }
}

impl<D: Dialect> Clone for Base<D> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), sql: Arc::clone(&self.sql), turns: self.turns.clone() }
    }
}

impl<D: Dialect> fmt::Debug for Base<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(D::STORE)
    }
}
