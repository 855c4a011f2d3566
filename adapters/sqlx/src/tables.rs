//! What the tables are called.

use std::sync::Arc;

use thiserror::Error;

/// The schema and the names of the tables: `mfakit_accounts` and so on by default.
///
/// Several applications can share a database, each with a prefix, or in PostgreSQL a schema, of its
/// own.
///
/// ```
/// use mfakit_sqlx::Tables;
///
/// let tables = Tables::default().prefixed("scrivio_mfa_")?.in_schema("auth")?;
/// # let _ = tables;
/// # Ok::<(), mfakit_sqlx::NameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    schema: Option<Arc<str>>,
    prefix: Arc<str>,
    members: Option<Arc<str>>,
}

/// A name that no table can have here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a {what} has 1 to {most} lower-case ASCII letters, digits and underscores, and does not begin with a digit: {found:?}"
)]
pub struct NameError {
    what: &'static str,
    most: usize,
    found: String,
}

/// What the migrations call the tables by.
const WRITTEN: &str = "mfakit_";

impl Default for Tables {
    fn default() -> Self {
        Self { schema: None, prefix: WRITTEN.into(), members: None }
    }
}

impl Tables {
    /// Begins every table's name with this: 1 to 24 bytes.
    ///
    /// # Errors
    /// [`NameError`] says what a name may look like.
    pub fn prefixed(mut self, prefix: &str) -> Result<Self, NameError> {
        self.prefix = name("prefix", 24, prefix)?;
        Ok(self)
    }

    /// Puts the tables into this schema of a PostgreSQL database. SQLite has no schemas, and its
    /// store refuses one.
    ///
    /// # Errors
    /// [`NameError`] says what a name may look like.
    pub fn in_schema(mut self, schema: &str) -> Result<Self, NameError> {
        self.schema = Some(name("schema's name", 63, schema)?);
        Ok(self)
    }

    /// Reads memberships from a view of the host's, in the same schema, instead of a table of ours:
    /// for a host that has its own table of members. See the crate's documentation for its columns.
    ///
    /// # Errors
    /// [`NameError`] says what a name may look like.
    pub fn members_from(mut self, view: &str) -> Result<Self, NameError> {
        self.members = Some(name("view's name", 63, view)?);
        Ok(self)
    }

    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The view that memberships are read from, when they are the host's.
    pub(crate) fn members(&self) -> Option<&str> {
        self.members.as_deref()
    }

    /// A migration with this prefix. Its names carry no schema.
    pub(crate) fn migration(&self, written: &str) -> String {
        written.replace(WRITTEN, &self.prefix)
    }

    /// A table's name without the schema.
    pub(crate) fn bare(&self, table: &str) -> String {
        format!("{}{table}", self.prefix)
    }

    /// A statement with every `{table}` in its place.
    pub(crate) fn sql(&self, written: &str) -> Arc<str> {
        let members = match &self.members {
            Some(view) => self.qualified(view),
            None => self.qualified(&self.bare("memberships")),
        };
        let mut sql = written.replace("{members}", &members);
        for table in TABLES {
            let place = format!("{{{table}}}");
            sql = sql.replace(&place, &self.qualified(&self.bare(table)));
        }
        sql.into()
    }

    fn qualified(&self, name: &str) -> String {
        match &self.schema {
            Some(schema) => format!("\"{schema}\".\"{name}\""),
            None => format!("\"{name}\""),
        }
    }
}

const TABLES: [&str; 8] = [
    "schema",
    "accounts",
    "events",
    "relays",
    "organizations",
    "memberships",
    "people",
    "policies",
];

fn name(what: &'static str, most: usize, found: &str) -> Result<Arc<str>, NameError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = found.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if begins && found.len() <= most && found.bytes().all(plain) {
        return Ok(found.into());
    }
    let found = found.chars().take(most + 1).collect();
    Err(NameError { what, most, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_put_in_every_place() {
        let tables = Tables::default().prefixed("a_").unwrap().in_schema("s").unwrap();
        let sql = tables.sql("SELECT 1 FROM {accounts}, {members}, {people}");
        assert_eq!(&*sql, r#"SELECT 1 FROM "s"."a_accounts", "s"."a_memberships", "s"."a_people""#);
        let view = tables.members_from("team").unwrap();
        assert_eq!(&*view.sql("{members} {memberships}"), r#""s"."team" "s"."a_memberships""#);
    }

    #[test]
    fn names_that_would_end_a_statement_are_refused() {
        for name in ["", "1a", "A", "a-b", "a\"", "a;b", "a b", "é", "a\0", &"a".repeat(64)] {
            assert!(Tables::default().prefixed(name).is_err(), "{name:?}");
            assert!(Tables::default().in_schema(name).is_err(), "{name:?}");
            assert!(Tables::default().members_from(name).is_err(), "{name:?}");
        }
        assert!(Tables::default().prefixed(&"a".repeat(24)).is_ok());
        assert!(Tables::default().prefixed(&"a".repeat(25)).is_err());
    }
}
