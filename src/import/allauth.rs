//! From django-allauth (PyPI; read at 65.22.1): `allauth.mfa`, TOTP and recovery codes.
//!
//! allauth derives recovery codes from a seed and the project's settings, and its adapter may encrypt
//! both seeds, so let it read them itself:
//!
//! ```python
//! from allauth.mfa.models import Authenticator
//! from allauth.mfa.utils import decrypt
//!
//! for a in Authenticator.objects.filter(user=user):
//!     if a.type == Authenticator.Type.TOTP:
//!         secret = decrypt(a.data["secret"])
//!     elif a.type == Authenticator.Type.RECOVERY_CODES:
//!         unused_codes = a.wrap().get_unused_codes()
//! ```
//!
//! | allauth | becomes |
//! |---|---|
//! | `secret` | the seed, from base32: 160 bits, SHA-1 |
//! | `MFA_TOTP_DIGITS`, `MFA_TOTP_PERIOD` | 6 and 30 here; otherwise put the import together by hand |
//! | last used codes | nothing: they are in a cache, so the current window is burned |
//! | unused recovery codes | recovery codes. Eight digits by default, 26 bits: they have to be accepted by name |
//! | security keys | nothing, yet |
//!
//! ```
//! let import = mfakit::import::allauth::import(
//!     "Authenticator app",
//!     "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
//!     &["28480242", "38352190"],
//! )?
//! .accept_codes_under_64_bits();
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use super::with_plain_codes;
use crate::domain::{Import, ImportedFactor, Invalid, Seed};

/// Puts a user's secret and unused codes together.
///
/// # Errors
/// [`Invalid`] when a value cannot be taken.
pub fn import(
    label: &str,
    secret: &str,
    unused_codes: &[impl AsRef<str>],
) -> Result<Import, Invalid> {
    let factor = ImportedFactor::totp(label, Seed::from_base32(secret)?)?;
    with_plain_codes(Import::new().factor(factor), unused_codes)
}
