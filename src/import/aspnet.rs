//! From ASP.NET Core Identity (NuGet; after its published format).
//!
//! Both values are rows of `AspNetUserTokens` whose `LoginProvider` is `[AspNetUserStore]`. If the
//! project protects personal data, read them through its `UserManager`.
//!
//! ```sql
//! SELECT t.UserId, t.Name, t.Value FROM AspNetUserTokens t JOIN AspNetUsers u ON u.Id = t.UserId
//! WHERE u.TwoFactorEnabled = 1 AND t.LoginProvider = '[AspNetUserStore]'
//!   AND t.Name IN ('AuthenticatorKey', 'RecoveryCodes')
//! ```
//!
//! | `Name` | becomes |
//! |---|---|
//! | `AuthenticatorKey` | the seed, from base32: 160 bits; SHA-1, 6 digits, 30 s |
//! | last used code | nothing: Identity keeps none, so the current window is burned |
//! | `RecoveryCodes` | recovery codes, joined by semicolons: ten of ten letters and digits (an alphabet of 26: 47 bits). They have to be accepted by name |
//!
//! ```
//! let import = mfakit::import::aspnet::import(
//!     "Authenticator app",
//!     "YAYC66P5ENMGK5UE3HIHLSUJVXRLPMYB",
//!     "KK557-DW5CM;M8RVG-TM388",
//! )?
//! .accept_codes_under_64_bits();
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use super::with_plain_codes;
use crate::domain::{Import, ImportedFactor, Invalid, Seed};

/// Puts a user's key and the value that holds the recovery codes together; an empty one is none.
///
/// # Errors
/// [`Invalid`] when a value cannot be taken.
pub fn import(
    label: &str,
    authenticator_key: &str,
    recovery_codes: &str,
) -> Result<Import, Invalid> {
    let factor = ImportedFactor::totp(label, Seed::from_base32(authenticator_key)?)?;
    let codes: Vec<&str> = recovery_codes.split(';').filter(|code| !code.is_empty()).collect();
    with_plain_codes(Import::new().factor(factor), &codes)
}
