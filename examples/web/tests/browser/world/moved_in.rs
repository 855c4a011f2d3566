//! People who came from another system, with the authenticators that they had there.

use mfakit::domain::{Algorithm, Digits, TotpParams};
use mfakit::import::{Import, ImportedFactor, Seed};
use mfakit::{HostAuthority, Keyring, Mfa, Subject};
use mfakit_sqlx::{SqliteStore, Tables};
use tempfile::TempDir;
use web::{Config, Store};

use super::{Phone, World, tools};

/// The application and the job share it, as processes of one deployment do.
const KEYS: &str = "2026-11:yFZSjk0qWmq1nlOcLnGBvCFCu+/l5bTDoN0+c2/yKXk=";
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

impl World {
    /// Starts the application on a database, so that a job beside it can move people in.
    pub(crate) fn start_on_a_database() -> Option<Self> {
        if !tools::all_there() {
            return None;
        }
        let folder = TempDir::new().expect("a temporary folder");
        let store = Store::Sqlite(folder.path().join("scrivio.db"));
        let config = Config { store, keys: Some(KEYS.to_owned()), ..Config::default() };
        Some(Self::start_as(config, Some(folder)))
    }

    /// A job moves somebody in whose token shows eight digits.
    #[track_caller]
    pub(crate) fn moves_in_with_eight_digits(&self, subject: &str) -> Phone {
        let file = self.folder.as_ref().expect("a database").path().join("scrivio.db");
        let moving = async {
            let options = SqliteStore::options(file);
            let pool = sqlx::SqlitePool::connect_with(options).await.expect("a pool");
            let store = SqliteStore::open(pool.clone(), Tables::default()).await.expect("tables");
            let keyring = Keyring::from_list(KEYS).expect("a key");
            let job = Mfa::builder(store).issuer("Scrivio").keyring(keyring);
            let job = job.clock(self.clock.clone()).build().expect("an application");
            let eight = TotpParams::new(Algorithm::Sha1, Digits::Eight, 30).expect("parameters");
            let seed = Seed::from_base32(SEED).expect("a seed");
            let token = ImportedFactor::totp("Old token", seed).expect("a label").params(eight);
            let (whose, who) = (Subject::new(subject), Subject::new("moving job"));
            let host = HostAuthority::grant(whose.expect("whose"), who.expect("who"), "moved in");
            let import = Import::new().factor(token);
            let _ = job.import(&host.expect("a reason"), import).await.expect("moved in");
            pool.close().await;
        };
        self.runtime().block_on(moving);
        // The codes of the moment in which it came are burned.
        self.minutes_pass(2);
        Phone::of_eight_digits(SEED)
    }
}
