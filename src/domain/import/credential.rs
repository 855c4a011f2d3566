//! A passkey or security key as another system holds it.

use chrono::{DateTime, Utc};

use super::described::Described;
use crate::domain::factor::webauthn::Credential;
use crate::domain::label::Label;

/// A passkey or a security key that another system knows.
///
/// [`ImportedFactor::credential`](super::ImportedFactor::credential) makes one.
#[derive(Debug, Clone)]
#[must_use]
pub struct ImportedCredential {
    pub(super) described: Described,
    pub(super) credential: Credential,
}

impl ImportedCredential {
    pub(super) fn new(described: Described, credential: Credential) -> Self {
        Self { described, credential }
    }

    /// Sets when it was registered; without it, when it was imported.
    pub fn added_at(mut self, at: DateTime<Utc>) -> Self {
        self.described.added_at = Some(at);
        self
    }

    /// Sets when it was last used; without it, when it was registered.
    pub fn last_used_at(mut self, at: DateTime<Utc>) -> Self {
        self.described.last_used_at = Some(at);
        self
    }

    /// The name that it will have.
    pub fn label(&self) -> &Label {
        &self.described.label
    }

    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }
}
