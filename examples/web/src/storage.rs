//! Where everything is kept, and the key that seals the secrets there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use mfakit::ports::{Entropy, OsEntropy};
use mfakit::store::{AccountIndex, AccountStore, EventLog, OrgStore, Stamps, SubjectEvents};
use mfakit::{Keyring, MemoryStore, Mfa, MfaBuilder, SealingKey};
use mfakit_sqlx::{PostgresStore, SqliteStore, Tables};

use crate::error::StartError;
use crate::records::{InMemory, InPostgres, InSqlite, Records};

/// Where accounts, users and sessions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Store {
    /// In memory: everything is gone when the process ends.
    #[default]
    Memory,
    /// In an SQLite file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database, by its URL.
    Postgres(String),
}

/// What is kept, opened.
pub(crate) struct Opened {
    pub(crate) mfa: MfaBuilder,
    pub(crate) orgs: Arc<dyn OrgStore>,
    pub(crate) log: Arc<dyn EventLog>,
    pub(crate) records: Arc<dyn Records>,
    /// What the one who started it ought to know.
    pub(crate) notes: Vec<String>,
}

/// Opens a store, and makes the tables that are missing. `keys` is what `MFAKIT_KEYS` holds.
pub(crate) async fn open(store: &Store, keys: Option<&str>) -> Result<Opened, StartError> {
    let given = keys.map(Keyring::from_list).transpose()?;
    match store {
        Store::Memory => memory(given),
        Store::Sqlite(file) => sqlite(file, given).await,
        Store::Postgres(url) => postgres(url, given.ok_or(StartError::KeysNotSet)?).await,
    }
}

fn memory(given: Option<Keyring>) -> Result<Opened, StartError> {
    let keyring = match given {
        Some(keyring) => keyring,
        None => Keyring::new(SealingKey::from_bytes("memory", &random_key()?)?),
    };
    let store = MemoryStore::new();
    let records = Arc::new(InMemory::beside(store.clone()));
    let notes = vec!["Everything is kept in memory, and gone when it stops.".to_owned()];
    Ok(opened(store, keyring, records, notes))
}

async fn sqlite(file: &Path, given: Option<Keyring>) -> Result<Opened, StartError> {
    let mut notes = vec![format!("Everything is kept in {}.", file.display())];
    let keyring = match given {
        Some(keyring) => keyring,
        // Before the database is made, so that no secret is ever sealed under a lost key.
        None => key_beside(file, &mut notes)?,
    };
    let pool = sqlx::SqlitePool::connect_with(SqliteStore::options(file)).await?;
    SqliteStore::migrate(&pool, &Tables::default()).await?;
    let store = SqliteStore::open(pool.clone(), Tables::default()).await?;
    let records = Arc::new(InSqlite::beside(store.clone(), pool).await?);
    Ok(opened(store, keyring, records, notes))
}

async fn postgres(url: &str, keyring: Keyring) -> Result<Opened, StartError> {
    let pool = sqlx::PgPool::connect(url).await?;
    PostgresStore::migrate(&pool, &Tables::default()).await?;
    let store = PostgresStore::open(pool.clone(), Tables::default()).await?;
    let records = Arc::new(InPostgres::beside(store.clone(), pool).await?);
    let notes =
        vec!["Everything is kept in the database, under the key of MFAKIT_KEYS.".to_owned()];
    Ok(opened(store, keyring, records, notes))
}

fn opened<S>(store: S, keyring: Keyring, records: Arc<dyn Records>, notes: Vec<String>) -> Opened
where
    S: AccountStore + AccountIndex + EventLog + SubjectEvents + OrgStore + Stamps + Clone + 'static,
{
    let mfa = Mfa::builder(store.clone())
        .index(store.clone())
        .event_log(store.clone())
        .subject_events(store.clone())
        .stamps(store.clone())
        .keyring(keyring);
    Opened { mfa, orgs: Arc::new(store.clone()), log: Arc::new(store), records, notes }
}

/// Reads the key file beside a database, or makes it with the database. A real application keeps its
/// key where the thief of the disk does not find it.
fn key_beside(database: &Path, notes: &mut Vec<String>) -> Result<Keyring, StartError> {
    let file = PathBuf::from(format!("{}.key", database.display()));
    let failed = |error| StartError::KeyFile(file.clone(), error);
    if file.try_exists().map_err(failed)? {
        notes.push(format!("The key that seals its secrets is read from {}.", file.display()));
        return Ok(Keyring::from_list(std::fs::read_to_string(&file).map_err(failed)?.trim())?);
    }
    if std::fs::metadata(database).is_ok_and(|database| database.len() > 0) {
        return Err(StartError::KeyMissing { database: database.to_owned(), key: file });
    }
    let key = format!("file:{}", Base64::encode_string(&random_key()?));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&file).map_err(failed)?;
    writeln!(new, "{key}").and_then(|()| new.sync_all()).map_err(failed)?;
    notes.push(format!(
        "A key to seal its secrets with was made in {}, readable by you alone: keep the two together.",
        file.display()
    ));
    Ok(Keyring::from_list(&key)?)
}

fn random_key() -> Result<[u8; 32], StartError> {
    let mut key = [0; 32];
    OsEntropy.fill(&mut key).map_err(StartError::new)?;
    Ok(key)
}
