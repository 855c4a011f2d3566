//! A throw-away PostgreSQL server for tests and benches, from the installed binaries.
//!
//! One server per process, in a temporary directory, on a Unix socket only, with the settings a
//! server has by default, those about the disk included. It stops when the process ends, however it
//! ends: a shell that holds the other end of a pipe sees to that.
//!
//! `MFAKIT_TEST_POSTGRES` names a server to use instead, as a URL.

mod binaries;
mod cluster;

use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;

pub use cluster::Cluster;

/// Where tests connect to.
#[derive(Debug)]
pub enum Server {
    /// One of our own.
    Own(Cluster),
    /// One that the environment names.
    Named(String),
}

impl Server {
    /// The URL of a database that everything may be done in.
    pub fn url(&self) -> String {
        match self {
            Self::Own(cluster) => cluster.url(),
            Self::Named(url) => url.clone(),
        }
    }
}

/// The server of this process, started when it is first asked for.
///
/// # Errors
/// Why there is none.
pub fn server() -> Result<&'static Server, &'static str> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match std::env::var("MFAKIT_TEST_POSTGRES") {
        Ok(url) => Ok(Server::Named(url)),
        Err(_) => Cluster::start().map(Server::Own),
    });
    server.as_ref().map_err(String::as_str)
}

/// An installed program of the newest server, such as `pgbench`.
///
/// # Errors
/// Why there is none.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let program = binaries::directory()?.join(name);
    if program.is_file() { Ok(program) } else { Err(format!("{name} is not installed")) }
}

/// The server of this process, or `None` after having said on standard error that `what` was
/// skipped and why.
///
/// # Panics
/// When there is none and `MFAKIT_REQUIRE_TOOLS` is 1: a skip is a failure there.
#[allow(clippy::panic, reason = "a test that may not be skipped fails")]
pub fn server_or_skip(what: &str) -> Option<&'static Server> {
    match server() {
        Ok(server) => Some(server),
        Err(why) => {
            let required = std::env::var_os("MFAKIT_REQUIRE_TOOLS").is_some_and(|set| set == "1");
            assert!(!required, "{what} needs PostgreSQL: {why}");
            // A passing test's output would be hidden.
            let mut stderr = std::io::stderr();
            let _ = writeln!(stderr, "SKIPPED: {what}: no PostgreSQL: {why}");
            None
        }
    }
}
