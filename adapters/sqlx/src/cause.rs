//! Why the database did not do it: what a `StoreError` of these stores holds.

use mfakit::store::StoreError;
use thiserror::Error;

/// What lies behind a [`StoreError`] of these stores; its
/// [`source`](std::error::Error::source) downcasts to it.
///
/// It holds what the database says of itself, never a value of a row: a driver's own error can carry
/// the row that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// No connection of the pool became free in time.
    #[error("no connection of the pool became free in time")]
    PoolExhausted,
    /// The pool was closed.
    #[error("the pool is closed")]
    PoolClosed,
    /// The connection broke or could not be made. A commit may have happened.
    #[error("the connection to the database failed")]
    Disconnected,
    /// Others were in the way for as long as it was worth trying. Nothing was changed.
    #[error("the database asked to try again, too often")]
    Busy,
    /// The pool gave a connection on which a transaction was open that nobody had ended. What was
    /// written there was rolled back, and the connection closed.
    #[error("the connection was still in a transaction that nobody had ended")]
    LeftOpen,
    /// The database, or this connection, is read-only.
    #[error("the database is read-only")]
    ReadOnly,
    /// There is no room left.
    #[error("the disk of the database is full")]
    Full,
    /// A table or a column is not there: the migrations did not run, or not here.
    #[error("the tables are not there: run the migrations (code {code})")]
    NoTables {
        /// The database's code.
        code: String,
    },
    /// Something else that the database refused.
    #[error("the database refused (code {code})")]
    Refused {
        /// The database's code: an SQLSTATE, or SQLite's extended result code.
        code: String,
    },
    /// A row holds what this crate has never written.
    #[error("a row cannot be read: column `{column}`: {why}")]
    Corrupt {
        /// The column.
        column: String,
        /// What is wrong with it. No value is repeated.
        why: String,
    },
    /// The cursor is none of this store's.
    #[error("the event cursor is none of this store's")]
    ForeignCursor,
    /// The relay was never registered.
    #[error("there is no relay of this name")]
    UnknownRelay,
    /// Memberships are read from a view of the host's, and only the host changes them.
    #[error("memberships are the host's: they are changed there")]
    HostsMemberships,
    /// Not every commit that was staged is there at the end of the transaction: a statement failed,
    /// or was rolled back to a savepoint. Nothing was committed.
    #[error("a staged commit is not there any more: the transaction was rolled back")]
    Undone,
    /// The driver failed in another way.
    #[error("the database driver failed: {0}")]
    Driver(&'static str),
}

impl Cause {
    pub(crate) fn corrupt(column: &str, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { column: column.to_owned(), why: why.to_string() }
    }
}

impl From<Cause> for StoreError {
    fn from(cause: Cause) -> Self {
        let unreadable = matches!(cause, Cause::Corrupt { .. });
        if unreadable { Self::unreadable(cause) } else { Self::unavailable(cause) }
    }
}

impl From<sqlx::Error> for Cause {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::PoolExhausted,
            sqlx::Error::PoolClosed => Self::PoolClosed,
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => {
                Self::Disconnected
            }
            sqlx::Error::ColumnDecode { index, .. } => {
                Self::corrupt(index.trim_matches('"'), "of another type")
            }
            sqlx::Error::ColumnNotFound(_) | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
                Self::Driver("a column is missing")
            }
            sqlx::Error::Protocol(_) => Self::Driver("unexpected data"),
            sqlx::Error::Database(refused) => {
                let code = refused.code().unwrap_or_default().into_owned();
                of_code(code, refused.message())
            }
            _ => Self::Driver("an error of its own"),
        }
    }
}

fn of_code(code: String, message: &str) -> Cause {
    match code.as_str() {
        "25006" => Cause::ReadOnly,
        "53100" => Cause::Full,
        "42P01" | "42703" | "3F000" => Cause::NoTables { code },
        "40001" | "40P01" => Cause::Busy,
        // Ended by an administrator, crashed, starting: nothing is known of what was sent.
        "57P01" | "57P02" | "57P03" => Cause::Disconnected,
        // An SQLSTATE has five characters, and may be all digits.
        state if state.len() == 5 => Cause::Refused { code },
        // SQLite says what kind it is in the low byte.
        number => match number.parse::<u32>().map(|number| number & 0xff) {
            Ok(1) if message.contains("no such") => Cause::NoTables { code },
            Ok(5 | 6) => Cause::Busy,
            Ok(8) => Cause::ReadOnly,
            Ok(13) => Cause::Full,
            _ => Cause::Refused { code },
        },
    }
}

/// Whether an error says that nothing was done and that the same can be asked for again.
pub(crate) fn nothing_was_done(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(refused) = error else { return false };
    let code = refused.code().unwrap_or_default().into_owned();
    of_code(code, refused.message()) == Cause::Busy
}

pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    Cause::from(error).into()
}

/// The cause of a store's error, when it is one of these stores'.
///
/// ```
/// use mfakit_sqlx::{Cause, cause_of};
///
/// let error = mfakit::store::StoreError::unavailable(Cause::PoolExhausted);
/// assert_eq!(cause_of(&error), Some(&Cause::PoolExhausted));
/// ```
pub fn cause_of(error: &StoreError) -> Option<&Cause> {
    std::error::Error::source(error)?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 22021, a NUL in a text, ends in the same byte as SQLITE_BUSY.
    #[test]
    fn no_sqlstate_is_taken_for_a_code_of_sqlite() {
        let kinds = ["40001", "40P01", "53100", "42P01", "42703", "3F000", "25006"];
        let kinds = kinds.into_iter().chain(["57P01", "57P02", "57P03"]);
        let kinds: Vec<&str> = kinds.collect();
        for number in 0..100_000 {
            let code = format!("{number:05}");
            if !kinds.contains(&code.as_str()) {
                assert_eq!(of_code(code.clone(), "no such"), Cause::Refused { code });
            }
        }
        assert_eq!(of_code("5".to_owned(), ""), Cause::Busy);
        assert_eq!(of_code("517".to_owned(), ""), Cause::Busy, "SQLITE_BUSY_SNAPSHOT");
        assert_eq!(of_code("13".to_owned(), ""), Cause::Full);
        assert_eq!(of_code("8".to_owned(), ""), Cause::ReadOnly);
    }
}
