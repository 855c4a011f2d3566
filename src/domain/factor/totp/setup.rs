//! An authenticator app that is being set up.

use std::fmt;

use zeroize::Zeroizing;

use super::otpauth;
use super::params::TotpParams;
use super::secret::TotpSecret;
use crate::domain::label::{AccountName, Issuer};
use crate::domain::sealed::SealedSecret;
use crate::domain::unknown_fields::Extra;

/// An authenticator app that no code has confirmed yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingTotp {
    pub(crate) account: AccountName,
    /// The issuer that the host has chosen for this setup, if any.
    pub(crate) issuer: Option<Issuer>,
    pub(crate) params: TotpParams,
    pub(crate) sealed: SealedSecret,
    pub(crate) extra: Extra,
}

impl PendingTotp {
    /// The parameters of its codes.
    pub fn params(&self) -> TotpParams {
        self.params
    }

    /// Its secret, sealed.
    pub fn sealed(&self) -> &SealedSecret {
        &self.sealed
    }

    /// Returns the content of the setup screen. `usual` is the issuer of setups that have none of their own.
    pub(crate) fn prompt(&self, usual: &Issuer, secret: &TotpSecret) -> TotpSetup {
        let issuer = self.issuer.as_ref().unwrap_or(usual);
        TotpSetup {
            issuer: issuer.clone(),
            uri: otpauth::uri(issuer, &self.account, secret, self.params),
            manual_key: otpauth::manual_key(secret),
        }
    }
}

/// The input of an authenticator app: the QR code's content, and the same secret for typing.
///
/// Its secret is wiped when dropped and never printed by `Debug`.
pub struct TotpSetup {
    issuer: Issuer,
    uri: Zeroizing<String>,
    manual_key: Zeroizing<String>,
}

impl TotpSetup {
    /// The issuer that the app will show above its codes.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The `otpauth://` URI that the QR code holds. It contains the secret: never log it.
    pub fn otpauth_uri(&self) -> &str {
        &self.uri
    }

    /// The secret for typing, in groups of four.
    pub fn manual_key(&self) -> &str {
        &self.manual_key
    }
}

impl fmt::Debug for TotpSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TotpSetup({}, secret redacted)", self.issuer.as_str())
    }
}
