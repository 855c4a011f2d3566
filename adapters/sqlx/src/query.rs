//! Statements with their values, and the connections that they are sent on.
//!
//! The bounds that sqlx asks for in generic code are all here: the rest of the common half is
//! written for a [`Dialect`](crate::dialect::Dialect) and says nothing of them.

use std::borrow::Cow;

use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Database, Encode, Executor, IntoArguments, SqlStr, Type};

/// A value of a statement. A driver copies it when it is bound.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    Number(i64),
    MaybeNumber(Option<i64>),
    Text(Cow<'v, str>),
    MaybeText(Option<&'v str>),
    Flag(bool),
    Bytes(Vec<u8>),
}

/// A database whose statements take every [`Value`].
pub trait Binds: Database {
    /// A statement with its values: `$1` is the first of them.
    fn bound(statement: SqlStr, values: &[Value<'_>]) -> Bound<Self> {
        Self::bind(sqlx::query(statement), values)
    }

    /// Binds these values behind those that a statement has.
    fn bind(statement: Bound<Self>, values: &[Value<'_>]) -> Bound<Self>;
}

/// A statement with values, as the driver sends it.
pub(crate) type Bound<D> = Query<'static, D, <D as Database>::Arguments>;

impl<D> Binds for D
where
    D: Database,
    i64: for<'v> Encode<'v, D> + Type<D>,
    bool: for<'v> Encode<'v, D> + Type<D>,
    Option<i64>: for<'v> Encode<'v, D> + Type<D>,
    for<'v> &'v str: Encode<'v, D> + Type<D>,
    for<'v> Option<&'v str>: Encode<'v, D> + Type<D>,
    for<'v> &'v [u8]: Encode<'v, D> + Type<D>,
{
    fn bind(statement: Bound<Self>, values: &[Value<'_>]) -> Bound<Self> {
        values.iter().fold(statement, |query, value| match value {
            Value::Number(number) => query.bind(*number),
            Value::MaybeNumber(number) => query.bind(*number),
            Value::Text(text) => query.bind(&**text),
            Value::MaybeText(text) => query.bind(*text),
            Value::Flag(flag) => query.bind(*flag),
            Value::Bytes(bytes) => query.bind(&bytes[..]),
        })
    }
}

/// A connection that answers statements.
pub trait Ask<D: Database>: Send {
    /// All rows of an answer.
    fn rows(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Vec<D::Row>, sqlx::Error>> + Send;

    /// The first row of an answer.
    fn row(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Option<D::Row>, sqlx::Error>> + Send;

    /// Runs several statements at once. The names in them were checked by
    /// [`Tables`](crate::Tables).
    fn batch(&mut self, statements: String)
    -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl<C, D> Ask<D> for C
where
    C: Connection<Database = D>,
    D: Binds<Connection = C, Arguments: IntoArguments<D>>,
    for<'c> &'c mut C: Executor<'c, Database = D>,
{
    async fn rows(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
    ) -> Result<Vec<D::Row>, sqlx::Error> {
        D::bound(statement, values).fetch_all(self).await
    }

    async fn row(
        &mut self,
        statement: SqlStr,
        values: &[Value<'_>],
    ) -> Result<Option<D::Row>, sqlx::Error> {
        D::bound(statement, values).fetch_optional(self).await
    }

    async fn batch(&mut self, statements: String) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(self).await.map(drop)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::MaybeNumber(number)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::MaybeText(text)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}
