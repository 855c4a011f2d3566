//! Opening sealed secrets, and sealing anew what lies under a retired key.

use super::Mfa;
use crate::domain::{SealContext, SealedSecret, TotpSecret};
use crate::error::Error;

/// A secret that was opened for one operation, kept while that decides again.
pub(super) struct Opened {
    from: SealedSecret,
    pub(super) secret: TotpSecret,
    /// The same secret under the primary key, when the stored one is not.
    pub(super) resealed: Option<SealedSecret>,
}

impl Mfa {
    /// Opens a secret, unless it is the one that was opened before.
    pub(super) async fn open(
        &self,
        before: Option<Opened>,
        sealed: &SealedSecret,
        context: SealContext<'_>,
    ) -> Result<Opened, Error> {
        if let Some(opened) = before.filter(|opened| opened.from == *sealed) {
            return Ok(opened);
        }
        let cipher = &self.inner.cipher;
        let secret = cipher.open(sealed, context).await?;
        let resealed = if *sealed.key() == cipher.primary_key() {
            None
        } else {
            // Best effort: a code is not refused because its secret could not be sealed anew.
            cipher.seal(&secret, context).await.ok()
        };
        Ok(Opened { from: sealed.clone(), secret, resealed })
    }
}
