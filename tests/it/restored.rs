//! After a backup was restored: which sessions and challenges are current again, and what raising
//! the epoch does about it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use mfakit::domain::Account;
use mfakit::step_up::Needed;
use mfakit::store::{AccountStore, Commit, CommitOutcome, StoreError};
use mfakit::{Answer, Assurance, Challenge, Mfa, Refusal, Settings, StepUpRule, Subject};

use crate::world::{User, World, any_code, block_on, full, hasher, keyring, passed, refused};

type Table = BTreeMap<Subject, Arc<Account>>;

/// A database that can be copied and put back.
#[derive(Clone, Default)]
struct Database(Arc<Mutex<Table>>);

impl Database {
    fn backup(&self) -> Table {
        self.0.lock().expect("the table").clone()
    }

    fn restore(&self, backup: Table) {
        *self.0.lock().expect("the table") = backup;
    }
}

#[async_trait]
impl AccountStore for Database {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(self.0.lock().expect("the table").get(subject).cloned())
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut table = self.0.lock().expect("the table");
        if table.get(commit.subject()).map(|account| account.version()) != commit.expected() {
            return Ok(CommitOutcome::Conflict);
        }
        match commit.next() {
            Some(next) => drop(table.insert(commit.subject().clone(), Arc::clone(next))),
            None => drop(table.remove(commit.subject())),
        }
        Ok(CommitOutcome::Committed)
    }
}

/// An application on such a database. Its `mfa` is replaced when it is started again.
struct Site {
    database: Database,
    world: World,
}

impl Site {
    fn new() -> Self {
        let database = Database::default();
        let mut world = World::new();
        world.mfa = start(&database, &world, 0);
        Self { database, world }
    }

    /// The database is put back, and the application starts again in an epoch.
    fn restored(&mut self, backup: Table, epoch: u64) {
        self.database.restore(backup);
        self.world.mfa = start(&self.database, &self.world, epoch);
    }

    /// Whether a session passes a guard, from memory and without it.
    async fn is_current(&self, session: &Assurance) -> bool {
        let rule = StepUpRule::fresh(Needed::FirstFactor, TimeDelta::hours(1));
        let guarded = self.world.mfa.guard(session, &rule).await;
        let checked = self.world.mfa.guard_now(session, &rule).await;
        assert_eq!(guarded.is_ok(), checked.is_ok());
        match guarded {
            Ok(_) => true,
            other => {
                assert_eq!(refused(other), Refusal::SignInAgain);
                assert_eq!(refused(checked), Refusal::SignInAgain);
                false
            }
        }
    }

    async fn answers(&self, ada: &User, challenge: &Challenge) -> Option<Refusal> {
        self.world.next_code();
        let code = Answer::code(&ada.phone.code_at(self.world.now()));
        match self.world.mfa.answer(challenge, code).await {
            Ok(verdict) => {
                let _ = passed(Ok(verdict));
                None
            }
            refusal => Some(refused(refusal)),
        }
    }
}

fn start(database: &Database, world: &World, epoch: u64) -> Mfa {
    Mfa::builder_without_policies(database.clone())
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .hasher(hasher())
        .clock(world.clock.clone())
        .settings(Settings::builder().epoch(epoch).build().expect("settings"))
        .build()
        .expect("a complete builder")
}

/// A stamp that followed from the row's version would come again with it.
#[test]
fn a_session_that_a_restore_has_voided_stays_void_whatever_is_changed_afterwards() {
    block_on(async {
        let mut site = Site::new();
        let ada = site.world.protect("ada").await;
        let backup = site.database.backup();
        let session = site.world.mfa.password_changed(&ada.subject, Some(&ada.session)).await;
        let lost = full(session.unwrap().unwrap());
        assert!(site.is_current(&lost).await);

        site.restored(backup, 0);
        assert!(!site.is_current(&lost).await);
        for _ in 0..3 {
            site.world.mfa.password_changed(&ada.subject, None).await.unwrap();
            assert!(!site.is_current(&lost).await, "of credentials that were never restored");
        }
    });
}

#[test]
fn a_session_that_was_ended_since_the_backup_is_current_again_unless_the_epoch_is_raised() {
    block_on(async {
        for (epoch, current) in [(0, true), (1, false)] {
            let mut site = Site::new();
            let ada = site.world.protect("ada").await;
            let stolen = site.world.sign_in(&ada).await;
            let backup = site.database.backup();
            site.world.mfa.password_changed(&ada.subject, None).await.unwrap();
            assert!(!site.is_current(&stolen).await);

            site.restored(backup, epoch);
            assert_eq!(site.is_current(&stolen).await, current, "in epoch {epoch}");
            let mfa = &site.world.mfa;
            if !current {
                for refusal in [
                    refused(mfa.readmit(&stolen).await),
                    refused(mfa.step_up(&stolen, "payout", &any_code()).await),
                    refused(mfa.disable(&stolen).await),
                    refused(mfa.reauthenticate(&stolen, site.world.password(&ada.subject)).await),
                ] {
                    assert_eq!(refusal, Refusal::SignInAgain);
                }
                site.world.next_code();
                let signed_in = site.world.sign_in(&ada).await;
                assert!(site.is_current(&signed_in).await, "a new sign-in is of the new epoch");
            }
        }
    });
}

#[test]
fn a_challenge_that_was_passed_since_the_backup_opens_again_unless_the_epoch_is_raised() {
    block_on(async {
        for (epoch, refusal) in [(0, None), (1, Some(Refusal::ChallengeExpired))] {
            let mut site = Site::new();
            let ada = site.world.protect("ada").await;
            let challenge = site.world.challenge(&ada.subject).await;
            let backup = site.database.backup();
            assert_eq!(site.answers(&ada, &challenge).await, None);
            assert_eq!(site.answers(&ada, &challenge).await, Some(Refusal::ChallengeSpent));

            site.restored(backup, epoch);
            assert_eq!(site.answers(&ada, &challenge).await, refusal, "in epoch {epoch}");
        }
    });
}
