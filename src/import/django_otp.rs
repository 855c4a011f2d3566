//! From django-otp (PyPI; read at 1.7.5): its plugins `otp_totp` and `otp_static`.
//!
//! ```python
//! dict(
//!     devices=list(TOTPDevice.objects.filter(user=user, confirmed=True).values(
//!         "name", "key", "step", "t0", "digits", "drift", "last_t")),
//!     tokens=list(StaticToken.objects.filter(device__user=user, device__confirmed=True)
//!         .values_list("token", flat=True)),
//! )
//! ```
//!
//! | `TOTPDevice` | becomes |
//! |---|---|
//! | `name` | the label, which must be unique in the account |
//! | `key` | the seed, from hexadecimal: 160 bits by default |
//! | `step`, `digits` | period and digits; the algorithm is SHA-1 |
//! | `t0` | must be 0: steps count from 1970 |
//! | `drift` | the learned drift, −4 to 4 |
//! | `last_t` | the last used step, which already counts the drift; −1 is none |
//! | `tolerance`, throttling | nothing: the settings decide |
//!
//! | `StaticToken` | becomes |
//! |---|---|
//! | `token` | a recovery code. `random_token` makes 40 bits in eight characters: they have to be accepted by name |
//!
//! django-otp allows any number of tokens; ten can come along.
//!
//! ```
//! use mfakit::import::django_otp::{Device, import};
//!
//! let phone = Device {
//!     name: "Phone",
//!     key: "3132333435363738393031323334353637383930",
//!     step: 30,
//!     t0: 0,
//!     digits: 6,
//!     drift: 0,
//!     last_t: 58_999_999,
//! };
//! let import = import(&[phone], &["mfrggzdf", "onswg4tf"])?.accept_codes_under_64_bits();
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use super::with_plain_codes;
use crate::domain::{
    Algorithm, Digits, Import, ImportedFactor, ImportedTotp, Invalid, Seed, TotpParams,
};

/// A row of `otp_totp_totpdevice`.
#[derive(Clone, Copy)]
pub struct Device<'a> {
    /// Its name.
    pub name: &'a str,
    /// The seed in hexadecimal.
    pub key: &'a str,
    /// The period in seconds.
    pub step: u16,
    /// The Unix time at which its steps begin to count.
    pub t0: i64,
    /// The digits of a code.
    pub digits: u8,
    /// The number of steps by which its clock is ahead.
    pub drift: i16,
    /// The last used step, or −1.
    pub last_t: i64,
}

impl std::fmt::Debug for Device<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Device({}, redacted)", self.name)
    }
}

/// Puts a user's confirmed devices and unused tokens together.
///
/// # Errors
/// [`Invalid`] when a value cannot be taken: see the tables above.
pub fn import(devices: &[Device<'_>], tokens: &[impl AsRef<str>]) -> Result<Import, Invalid> {
    let mut import = Import::new();
    for device in devices {
        import = import.factor(factor(device)?);
    }
    with_plain_codes(import, tokens)
}

fn factor(device: &Device<'_>) -> Result<ImportedTotp, Invalid> {
    if device.t0 != 0 {
        return Err(Invalid::Form { what: "t0", form: "0, so that steps count from 1970" });
    }
    let digits = match device.digits {
        6 => Digits::Six,
        8 => Digits::Eight,
        _ => return Err(Invalid::Form { what: "digits", form: "6 or 8" }),
    };
    let params = TotpParams::new(Algorithm::Sha1, digits, device.step)?;
    // Out of its bounds in either type; the import names them.
    let drift = i8::try_from(device.drift).unwrap_or(i8::MAX);
    let seed = Seed::from_hex(device.key)?;
    let factor = ImportedFactor::totp(device.name, seed)?.params(params).drift(drift);
    Ok(match u64::try_from(device.last_t) {
        Ok(step) => factor.last_step(step),
        Err(_) => factor,
    })
}
