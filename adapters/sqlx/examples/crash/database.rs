//! The database that all the processes work on.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mfakit::store::{AccountIndex, AccountStore, EventLog, OrgStore, Stamps};
use mfakit::{Argon2Hasher, Keyring, Mfa, SealingKey};
use mfakit_sqlx::{PostgresStore, SqliteStore, Tables};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;

use crate::Failure;
use crate::world::FastClock;

/// How long a killed server may take until it serves again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that a store of this crate is.
pub(crate) trait Store:
    AccountStore + AccountIndex + EventLog + OrgStore + Stamps + 'static
{
}

impl<S: AccountStore + AccountIndex + EventLog + OrgStore + Stamps + 'static> Store for S {}

/// A store, and the library on it.
pub(crate) struct Database {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) mfa: Mfa,
}

impl Database {
    /// Connects to `sqlite`, which is a file in the directory, or to a PostgreSQL URL.
    pub(crate) async fn open(store: &str, directory: &Path) -> Result<Self, Failure> {
        let tables = Tables::default();
        if store == "sqlite" {
            let options = SqliteStore::options(directory.join("crash.db"));
            let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
            SqliteStore::migrate(&pool, &tables).await?;
            return Self::on(SqliteStore::open(pool, tables).await?);
        }
        let pool = PgPoolOptions::new().max_connections(4).connect(store).await?;
        PostgresStore::migrate(&pool, &tables).await?;
        Self::on(PostgresStore::open(pool, tables).await?)
    }

    /// The same, of a database whose server may have been killed and is on its way back.
    pub(crate) async fn reopen(store: &str, directory: &Path) -> Result<Self, Failure> {
        let begun = Instant::now();
        loop {
            match Self::open(store, directory).await {
                Ok(db) => return Ok(db),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn on<S: Store + Clone>(store: S) -> Result<Self, Failure> {
        Ok(Self { mfa: mfa(&store)?, store: Arc::new(store) })
    }
}

/// The library on a store, with cheap hashes: what is tested is what is stored.
fn mfa<S: Store + Clone>(store: &S) -> Result<Mfa, Failure> {
    let keyring = Keyring::new(SealingKey::from_bytes("crash", &[7; 32])?);
    let builder = Mfa::builder(store.clone()).index(store.clone()).event_log(store.clone());
    let builder = builder.stamps(store.clone());
    let builder = builder.hasher(Argon2Hasher::cheap_and_insecure()).clock(FastClock);
    Ok(builder.issuer("Scrivio").keyring(keyring).build()?)
}
