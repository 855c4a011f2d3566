//! The command line.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use thiserror::Error;

use crate::storage::Store;

/// How it is called.
pub const USAGE: &str = "\
The product page of two-factor authentication, running.

Usage: cargo run --example web -- [OPTIONS]

  --store memory          keep everything in memory (the default)
  --store sqlite:FILE     keep it in an SQLite file, which is made when it is not there
  --store postgres:URL    keep it in a PostgreSQL database: postgres:postgres://user@host/name
  --listen ADDRESS        where to listen: 127.0.0.1:3000 by default
  --https                 browsers reach it over https, through a proxy that ends TLS
  --help                  print this

MFAKIT_KEYS holds the keys that seal secrets, as name:base64. Without it, memory has a key of its
own, SQLite a key file beside the database; PostgreSQL wants it.";

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where to keep everything.
    pub store: Store,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether browsers come over https.
    pub https: bool,
    /// To be told how it is called, and nothing else.
    pub help: bool,
}

/// An option that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OptionsError {
    /// Nobody knows it.
    #[error("unknown option `{0}`")]
    Unknown(String),
    /// What belongs to it is missing.
    #[error("`{option}` needs {what} behind it")]
    Bare {
        /// Which.
        option: &'static str,
        /// What it needs.
        what: &'static str,
    },
    /// The store is none of the three.
    #[error("`{0}` is no store: say memory, sqlite:FILE or postgres:URL")]
    Store(String),
    /// The address is none.
    #[error("`{0}` is no address to listen at: say 127.0.0.1:3000 or [::1]:3000")]
    Listen(String),
}

impl Options {
    /// Reads arguments, without the program's own name.
    ///
    /// # Errors
    /// [`OptionsError`] names the first one that cannot be.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, OptionsError> {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 3000));
        let mut options = Self { store: Store::Memory, listen, https: false, help: false };
        let mut arguments = arguments.into_iter().map(|text| text.to_string_lossy().into_owned());
        while let Some(argument) = arguments.next() {
            let (name, given) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let mut value = |option, what| {
                given
                    .clone()
                    .or_else(|| arguments.next())
                    .ok_or(OptionsError::Bare { option, what })
            };
            match name {
                "--store" => options.store = store(value("--store", "a store")?)?,
                "--listen" => options.listen = address(value("--listen", "an address")?)?,
                "--https" if given.is_none() => options.https = true,
                "--help" | "-h" if given.is_none() => options.help = true,
                _ => return Err(OptionsError::Unknown(argument)),
            }
        }
        Ok(options)
    }
}

fn store(text: String) -> Result<Store, OptionsError> {
    match text.split_once(':') {
        None if text == "memory" => Ok(Store::Memory),
        Some(("sqlite", file)) if !file.is_empty() => Ok(Store::Sqlite(PathBuf::from(file))),
        // `postgres://…` is such a URL already.
        Some(("postgres", rest)) if rest.starts_with("//") => Ok(Store::Postgres(text)),
        Some(("postgres", url)) if url.contains("://") => Ok(Store::Postgres(url.to_owned())),
        _ => Err(OptionsError::Store(text)),
    }
}

fn address(text: String) -> Result<SocketAddr, OptionsError> {
    text.parse().map_err(|_| OptionsError::Listen(text))
}
