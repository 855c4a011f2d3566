//! Users and sessions in memory: gone when the process ends, as the accounts are.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::{MemoryStore, Subject};

use super::{Records, RecordsError, Session, TokenHash, User};

pub(crate) struct InMemory {
    store: MemoryStore,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    users: Vec<User>,
    sessions: HashMap<TokenHash, Session>,
}

impl InMemory {
    pub(crate) fn beside(store: MemoryStore) -> Self {
        Self { store, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing here panics half-way through a change.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn change_user(&mut self, id: &Subject, change: impl FnOnce(&mut User)) {
        if let Some(user) = self.users.iter_mut().find(|user| user.id == *id) {
            change(user);
        }
    }

    /// Changes a session and moves it to another token.
    fn change_session(
        &mut self,
        old: &TokenHash,
        new: &TokenHash,
        change: impl FnOnce(&mut Session),
    ) -> bool {
        let Some(mut session) = self.sessions.remove(old) else { return false };
        change(&mut session);
        self.sessions.insert(new.clone(), session);
        true
    }
}

#[async_trait]
impl Records for InMemory {
    async fn user(&self, id: &Subject) -> Result<Option<User>, RecordsError> {
        Ok(self.kept().users.iter().find(|user| user.id == *id).cloned())
    }

    async fn user_by_email(&self, email: &str) -> Result<Option<User>, RecordsError> {
        Ok(self.kept().users.iter().find(|user| user.email == email).cloned())
    }

    async fn add_user(&self, user: &User) -> Result<(), RecordsError> {
        self.kept().users.push(user.clone());
        Ok(())
    }

    async fn change_password(&self, id: &Subject, hash: &str) -> Result<(), RecordsError> {
        self.kept().change_user(id, |user| user.password = hash.to_owned());
        Ok(())
    }

    async fn verify_email(&self, id: &Subject) -> Result<(), RecordsError> {
        self.kept().change_user(id, |user| user.verified = true);
        Ok(())
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, RecordsError> {
        Ok(self.kept().sessions.get(token).cloned())
    }

    async fn add_session(&self, token: &TokenHash, session: &Session) -> Result<(), RecordsError> {
        self.kept().sessions.insert(token.clone(), session.clone());
        Ok(())
    }

    async fn sign_in_again(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        password_at: DateTime<Utc>,
    ) -> Result<bool, RecordsError> {
        Ok(self.kept().change_session(old, new, |session| session.password_at = password_at))
    }

    async fn write_mfa(
        &self,
        old: &TokenHash,
        new: &TokenHash,
        mfa: &str,
    ) -> Result<bool, RecordsError> {
        Ok(self.kept().change_session(old, new, |session| session.mfa = Some(mfa.to_owned())))
    }

    async fn end_session(&self, token: &TokenHash) -> Result<(), RecordsError> {
        self.kept().sessions.remove(token);
        Ok(())
    }

    async fn end_sessions_before(&self, password_at: DateTime<Utc>) -> Result<(), RecordsError> {
        self.kept().sessions.retain(|_, session| session.password_at >= password_at);
        Ok(())
    }

    async fn note_sign_in(&self, id: &Subject, at: DateTime<Utc>) -> Result<(), RecordsError> {
        self.store.signed_in(id, at);
        Ok(())
    }
}
