//! A factor as another system holds it.

#[cfg(feature = "webauthn")]
use super::credential::ImportedCredential;
use super::described::Described;
use super::seed::Seed;
use super::totp::ImportedTotp;
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::Credential;
use crate::domain::invalid::Invalid;
use crate::domain::label::Label;

/// A second factor that another system knows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImportedFactor {
    /// An authenticator app.
    Totp(ImportedTotp),
    /// A passkey or a security key.
    #[cfg(feature = "webauthn")]
    Credential(Box<ImportedCredential>),
}

impl ImportedFactor {
    /// An authenticator app of SHA-1, six digits and 30 seconds, whose last used step is unknown.
    ///
    /// # Errors
    /// [`Invalid`] if the label is not one: see [`Label`].
    pub fn totp(label: &str, seed: Seed) -> Result<ImportedTotp, Invalid> {
        Ok(ImportedTotp::new(Described::new(label)?, seed))
    }

    /// A passkey or a security key, with the RP ID and the user handle that it was registered under.
    ///
    /// # Errors
    /// [`Invalid`] if the label is not one: see [`Label`].
    #[cfg(feature = "webauthn")]
    pub fn credential(label: &str, credential: Credential) -> Result<ImportedCredential, Invalid> {
        Ok(ImportedCredential::new(Described::new(label)?, credential))
    }

    /// The name that the factor will have.
    pub fn label(&self) -> &Label {
        match self {
            Self::Totp(totp) => totp.label(),
            #[cfg(feature = "webauthn")]
            Self::Credential(credential) => credential.label(),
        }
    }
}

impl From<ImportedTotp> for ImportedFactor {
    fn from(totp: ImportedTotp) -> Self {
        Self::Totp(totp)
    }
}

#[cfg(feature = "webauthn")]
impl From<ImportedCredential> for ImportedFactor {
    fn from(credential: ImportedCredential) -> Self {
        Self::Credential(Box::new(credential))
    }
}
