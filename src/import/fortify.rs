//! From Laravel Fortify (Packagist; after its published format).
//!
//! Seed and codes are encrypted under `APP_KEY`; let Laravel decrypt them:
//!
//! ```php
//! User::whereNotNull('two_factor_confirmed_at')->each(function ($user) {
//!     echo json_encode([
//!         'secret' => decrypt($user->two_factor_secret),
//!         'recovery_codes' => json_decode(decrypt($user->two_factor_recovery_codes)),
//!     ]), "\n";
//! });
//! ```
//!
//! | Fortify | becomes |
//! |---|---|
//! | `two_factor_secret` | the seed, from base32; SHA-1, 6 digits, 30 s. 16 characters by default (`secret-length`), 80 bits: they have to be accepted by name |
//! | last used code | nothing: it is in a cache, so the current window is burned |
//! | `two_factor_recovery_codes` | recovery codes: eight of twenty letters and digits. Capitals count as small letters here, which leaves 103 bits |
//!
//! ```
//! let import = mfakit::import::fortify::import(
//!     "Authenticator app",
//!     "BSSOS23DUZYASCXX",
//!     &["w26IWDqtkq-rS6NhFzMrg", "fVCK8mkuXO-Ushkxjp0PA"],
//! )?
//! .accept_seeds_under_128_bits();
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use super::with_plain_codes;
use crate::domain::{Import, ImportedFactor, Invalid, Seed};

/// Puts a user's decrypted secret and recovery codes together.
///
/// # Errors
/// [`Invalid`] when a value cannot be taken.
pub fn import(
    label: &str,
    secret: &str,
    recovery_codes: &[impl AsRef<str>],
) -> Result<Import, Invalid> {
    let factor = ImportedFactor::totp(label, Seed::from_base32(secret)?)?;
    with_plain_codes(Import::new().factor(factor), recovery_codes)
}
