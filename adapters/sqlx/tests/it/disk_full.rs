//! SQLite on a file system that has run full.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use mfakit::Error;
use mfakit::domain::Account;
use mfakit::store::{AccountStore, OrgStore, StoreError, Version};
use mfakit_sqlx::{Cause, SqliteStore, StageError, Tables, cause_of};
use sqlx::sqlite::SqlitePoolOptions;

use crate::databases::block_on;
use crate::world::{World, commit_id, org, stamp, subject};

/// A file system of one mebibyte, in memory.
struct Small(PathBuf);

impl Small {
    /// `None` after having said why: mounting is for root.
    fn mounted(test: &str) -> Option<Self> {
        let place = tempfile::tempdir().unwrap().keep();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&place);
        let mounted = mount.output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(place));
        }
        let required = std::env::var_os("MFAKIT_REQUIRE_TOOLS").is_some_and(|set| set == "1");
        assert!(!required, "{test} needs to mount a file system: {mounted:?}");
        let _ = std::fs::remove_dir(&place);
        let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: cannot mount: {mounted:?}");
        None
    }

    /// Leaves no room.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        filler
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

async fn store(file: &Path) -> SqliteStore {
    let pool = SqlitePoolOptions::new().connect_with(SqliteStore::options(file)).await.unwrap();
    SqliteStore::migrate(&pool, &Tables::default()).await.unwrap();
    SqliteStore::open(pool, Tables::default()).await.unwrap()
}

#[test]
fn a_full_disk_is_told_by_type_and_loses_nothing() {
    let Some(small) = Small::mounted("a_full_disk_is_told_by_type_and_loses_nothing") else {
        return;
    };
    let file = small.0.join("accounts.db");
    block_on(async {
        let world = World::on(store(&file).await);
        let (ada, _) = world.protect("ada").await;
        let before = world.store.load(&ada.subject).await.unwrap();
        let filler = small.fill();

        // Pages of the log may still have room: what is answered is done, until it is full.
        let mut done = 0;
        let error = loop {
            match world.mfa.password_changed(&subject("bob"), None).await {
                Ok(_) => done += 1,
                Err(Error::Store(error)) => break error,
                Err(other) => panic!("{other:?}"),
            }
        };
        assert_eq!(cause_of(&error), Some(&Cause::Full));
        assert_eq!(world.store.load(&ada.subject).await.unwrap(), before, "others are read");

        std::fs::remove_file(filler).unwrap();
        let page = mfakit::store::EventLog::read(&world.store, None, 10_000).await.unwrap();
        let bobs = page.events.iter().filter(|event| *event.subject() == subject("bob")).count();
        assert_eq!(bobs, done, "as many as were answered");
        world.sign_in(&ada).await;
    });
    // Opened anew, as after a restart.
    block_on(async {
        let again = store(&file).await;
        assert!(again.load(&subject("ada")).await.unwrap().is_some_and(|ada| ada.enabled()));
    });
}

/// SQLite may end a transaction by itself when there is no room. Whatever wrote then, the connection
/// it wrote on must be good for the next one.
#[test]
fn every_kind_of_write_goes_on_after_the_disk_was_full() {
    let Some(small) = Small::mounted("every_kind_of_write_goes_on_after_the_disk_was_full") else {
        return;
    };
    let file = small.0.join("accounts.db");
    block_on(async {
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect_with(SqliteStore::options(&file)).await.unwrap();
        SqliteStore::migrate(&pool, &Tables::default()).await.unwrap();
        let world = World::on(SqliteStore::open(pool, Tables::default()).await.unwrap());
        let (store, ada) = (&world.store, subject("ada"));
        world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap();
        let lasting = subject("lasting");
        store.members_changed(&lasting).await.unwrap();
        for what in ["sign-in", "member", "relay", "forgotten", "transaction"] {
            let filler = small.fill();
            let mut written = 0;
            let error = loop {
                let name = format!("{what}-{written}-{}", "x".repeat(200));
                let tried = match what {
                    "sign-in" => {
                        let at = world.now() + chrono::TimeDelta::seconds(written);
                        store.signed_in(&ada, at).await
                    }
                    "member" => store.members_changed(&subject(&name)).await,
                    "relay" => store.register_relay(&name).await,
                    "forgotten" => match store.members_changed(&subject(&name)).await {
                        Ok(()) => store.forget(&subject(&name)).await.map(drop),
                        // A user who is not there is forgotten without a write, however full it is.
                        Err(full) => match store.forget(&lasting).await {
                            Ok(0) => Err(full),
                            forgotten => forgotten.map(drop),
                        },
                    },
                    _ => in_a_transaction(&world, &name).await,
                };
                match tried {
                    Ok(()) => written += 1,
                    Err(error) => break error,
                }
            };
            assert_eq!(cause_of(&error), Some(&Cause::Full), "{what}");
            std::fs::remove_file(filler).unwrap();
            world.mfa.password_changed(&subject(what), None).await.unwrap();
        }
    });
}

async fn in_a_transaction(world: &World<SqliteStore>, name: &str) -> Result<(), StoreError> {
    let mut tx = world.store.begin().await?;
    let absent = Account::absent(subject(name), Version::first([9; 8]));
    let changed = absent.password_changed(None, stamp(), world.context()).unwrap();
    match tx.stage(commit_id(), changed).await {
        Ok(_) => tx.commit().await.map(drop),
        Err(StageError::Store(error)) => Err(error),
        Err(other) => panic!("{other:?}"),
    }
}
