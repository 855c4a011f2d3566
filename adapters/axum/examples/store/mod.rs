//! Where the examples on tower-sessions keep their sessions.
//!
//! It differs from the ready-made stores in what `Host::write` promises: a session that has ended, or
//! has got another token, does not come back because a request that began before is still writing.
//! In SQL it is `UPDATE … WHERE id = ?` in place of an upsert, and a `DELETE` that says whether it
//! found the row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

#[derive(Debug, Clone, Default)]
pub(crate) struct Sessions(Arc<Mutex<HashMap<Id, Record>>>);

impl Sessions {
    /// Takes a session away from its token: `true` for one request, however many try.
    pub(crate) fn claim(&self, id: Option<Id>) -> bool {
        id.is_some_and(|id| self.records().remove(&id).is_some())
    }

    fn records(&self) -> MutexGuard<'_, HashMap<Id, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut records = self.records();
        while records.contains_key(&record.id) {
            record.id = Id::default();
        }
        records.insert(record.id, record.clone());
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        match self.records().entry(record.id) {
            Entry::Occupied(mut kept) => {
                kept.insert(record.clone());
                Ok(())
            }
            Entry::Vacant(_) => Err(Error::Backend("the session has ended".to_owned())),
        }
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let kept = self.records().get(id).cloned();
        Ok(kept.filter(|record| record.expiry_date > OffsetDateTime::now_utc()))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.records().remove(id);
        Ok(())
    }
}
