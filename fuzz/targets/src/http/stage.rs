//! The application, built once: a router takes longer to build than a request to answer. Its store,
//! its host and its clock begin anew with every input.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use axum::Router;
use chrono::TimeDelta;
use mfakit::domain::Account;
use mfakit::store::{AccountStore, Commit, CommitOutcome, StoreError};
use mfakit::testing::{ManualClock, SeededEntropy};
use mfakit::{Mfa, Settings, Subject};
use mfakit_axum::MfaWeb;

use super::host::FuzzHost;
use crate::scene;

pub(crate) struct Stage {
    pub(crate) app: Router,
    pub(crate) host: FuzzHost,
    pub(crate) store: OneRow,
    pub(crate) clock: ManualClock,
    pub(crate) runtime: tokio::runtime::Runtime,
}

/// One input at a time is on the stage.
pub(crate) fn stage() -> MutexGuard<'static, Stage> {
    static STAGE: OnceLock<Mutex<Stage>> = OnceLock::new();
    let stage = STAGE.get_or_init(|| Mutex::new(Stage::build()));
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    fn build() -> Self {
        let clock = ManualClock::at(0);
        let store = OneRow::default();
        // Nothing of one input may be remembered in the next one. Ids are never the same twice, so
        // that a form of one input is no repetition of another's.
        let settings = Settings::builder().recheck(TimeDelta::zero()).build().expect("settings");
        let mfa = Mfa::builder_without_policies(store.clone())
            .issuer("Scrivio")
            .keyring(scene::keyring())
            .hasher(scene::hasher().with_threads(1))
            .settings(settings)
            .clock(clock.clone())
            .entropy(SeededEntropy::new(3))
            .build()
            .expect("a complete builder");
        let host = FuzzHost::new();
        let web = MfaWeb::builder(mfa, host.clone()).product("Scrivio").build().expect("a site");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { app: web.router(), host, store, clock, runtime }
    }

    pub(crate) fn begin(&self, account: Option<Arc<Account>>) {
        self.host.forget_everybody();
        self.clock.set(scene::at(scene::NOW + 30));
        *self.store.row() = account;
    }
}

/// A store of one row, which begins where an account stands.
#[derive(Clone, Default)]
pub(crate) struct OneRow(Arc<Mutex<Option<Arc<Account>>>>);

impl OneRow {
    fn row(&self) -> MutexGuard<'_, Option<Arc<Account>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn account(&self) -> Option<Arc<Account>> {
        self.row().clone()
    }
}

#[async_trait]
impl AccountStore for OneRow {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(self.account().filter(|account| account.subject() == subject))
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut row = self.row();
        if row.as_ref().map(|account| account.version()) != commit.expected() {
            return Ok(CommitOutcome::Conflict);
        }
        *row = commit.next().cloned();
        Ok(CommitOutcome::Committed)
    }
}
