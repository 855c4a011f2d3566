//! A passkey or security key that is being set up.

use super::credential::Credential;
use super::identifiers::{Nonce, UserHandle};
use super::options::CreationOptions;
use super::relying_party::RelyingParty;
use crate::domain::label::{AccountName, Issuer};
use crate::domain::unknown_fields::Extra;

/// A credential that is not registered yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingCredential {
    pub(crate) account: AccountName,
    /// The issuer that the host has chosen for this setup, if any.
    pub(crate) issuer: Option<Issuer>,
    pub(crate) user_handle: UserHandle,
    pub(crate) extra: Extra,
}

impl PendingCredential {
    /// The user that the credential will be registered for.
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// Returns the options for the browser. `usual` is the issuer of setups that have none of their own;
    /// `known` are the credentials that the account has.
    pub(crate) fn options<'a>(
        &self,
        relying_party: &RelyingParty,
        usual: &Issuer,
        nonce: Nonce,
        known: impl Iterator<Item = &'a Credential>,
    ) -> CreationOptions {
        let issuer = self.issuer.as_ref().unwrap_or(usual);
        let user = self.user_handle.clone();
        CreationOptions::new(relying_party, issuer, &self.account, user, nonce)
            .excluding(known.map(Credential::descriptor))
    }
}
