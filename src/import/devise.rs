//! From devise-two-factor (RubyGems, Debian; read at 4.0.2): `two_factor_authenticatable` and
//! `two_factor_backupable`.
//!
//! The model decrypts the seed, whichever way its release stores it:
//!
//! ```ruby
//! User.where(otp_required_for_login: true).find_each do |user|
//!   puts({ otp_secret: user.otp_secret, consumed_timestep: user.consumed_timestep,
//!          otp_backup_codes: user.otp_backup_codes }.to_json)
//! end
//! ```
//!
//! | devise-two-factor | becomes |
//! |---|---|
//! | `otp_secret` | the seed, from base32; SHA-1, 6 digits, 30 s. 24 characters by default, 120 bits: they have to be accepted by name |
//! | `consumed_timestep` | the last used step, and the one after it: it is the server's step, and the code may have been of the next |
//! | `otp_backup_codes` | recovery codes under bcrypt (feature `bcrypt`), five of 64 bits |
//!
//! bcrypt is computed at the cost it was stored with, up to 12. A hash at Devise's default of 2¹¹ or 2¹²
//! rounds takes a tenth to a fifth of a second, and an answer is judged against all of them.
//!
//! Codes that were hashed with `config.pepper` cannot be judged here: pass none, and their owners are
//! prompted to have new ones issued.
//!
//! ```
//! let import = mfakit::import::devise::import(
//!     "Authenticator app",
//!     "ZQXZRQAB4VKM7TKRGNZAPLXU",
//!     Some(58_999_999),
//!     &["$2a$11$y6kZMdazYiN7WN.YlGUYV.h4OZ85WE7Y4s6Kfg0Cn/SpFJOZWNlDW"],
//! )?
//! .accept_seeds_under_128_bits();
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use crate::domain::{CodeReading, Import, ImportedCodes, ImportedFactor, Invalid, Seed};

/// What `SecureRandom.hex(otp_backup_code_length / 2)` draws, at the default of 16 characters.
const CODE_BITS: u16 = 64;

/// Puts a user's secret, last used step and hashed backup codes together.
///
/// # Errors
/// [`Invalid`] when a value cannot be taken.
pub fn import(
    label: &str,
    otp_secret: &str,
    consumed_timestep: Option<u64>,
    otp_backup_codes: &[impl AsRef<str>],
) -> Result<Import, Invalid> {
    let mut factor = ImportedFactor::totp(label, Seed::from_base32(otp_secret)?)?;
    if let Some(step) = consumed_timestep {
        factor = factor.last_step(step.saturating_add(1));
    }
    let import = Import::new().factor(factor);
    if otp_backup_codes.is_empty() {
        return Ok(import);
    }
    let codes = ImportedCodes::hashed(otp_backup_codes, CodeReading::Folded, CODE_BITS)?;
    Ok(import.codes(codes))
}
