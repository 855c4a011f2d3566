//! Reading a row, column by column.

use sqlx::{ColumnIndex, Decode, Row, Type};

use crate::cause::Cause;

/// A row whose columns are read by their names.
pub trait Columns {
    fn text(&self, column: &'static str) -> Result<String, Cause>;
    fn maybe_text(&self, column: &'static str) -> Result<Option<String>, Cause>;
    fn number(&self, column: &'static str) -> Result<i64, Cause>;
    fn maybe_number(&self, column: &'static str) -> Result<Option<i64>, Cause>;
    fn flag(&self, column: &'static str) -> Result<bool, Cause>;
    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, Cause>;
    fn maybe_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, Cause>;
}

impl<R> Columns for R
where
    R: Row,
    &'static str: ColumnIndex<R>,
    String: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    i64: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    bool: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Option<i64>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
    Option<Vec<u8>>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    fn text(&self, column: &'static str) -> Result<String, Cause> {
        Ok(self.try_get(column)?)
    }

    fn maybe_text(&self, column: &'static str) -> Result<Option<String>, Cause> {
        Ok(self.try_get(column)?)
    }

    fn number(&self, column: &'static str) -> Result<i64, Cause> {
        Ok(self.try_get(column)?)
    }

    fn maybe_number(&self, column: &'static str) -> Result<Option<i64>, Cause> {
        Ok(self.try_get(column)?)
    }

    fn flag(&self, column: &'static str) -> Result<bool, Cause> {
        Ok(self.try_get(column)?)
    }

    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, Cause> {
        Ok(self.try_get(column)?)
    }

    fn maybe_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, Cause> {
        Ok(self.try_get(column)?)
    }
}
