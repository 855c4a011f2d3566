//! From `totp-rs` (crates.io; versions 5 and 6) or any other library, used by hand.
//!
//! What such an application stores is its own choice; usually it is one of these:
//!
//! | stored | becomes |
//! |---|---|
//! | an `otpauth://` URL (`get_url`) | a factor, by [`factor`] |
//! | a base32 secret (`to_base32`, `Secret::Encoded`) | [`Seed::from_base32`](crate::import::Seed::from_base32) |
//! | raw bytes (`Secret::Raw`) | [`Seed::from_bytes`](crate::import::Seed::from_bytes) |
//! | the last accepted step, if there is one | [`ImportedTotp::last_step`](crate::import::ImportedTotp::last_step). A *time* divided by the period is not that step if a code ahead of the clock was accepted: leave it out, and the current window is burned |
//! | plain or decrypted backup codes | [`ImportedCodes::plain`](crate::import::ImportedCodes::plain) |
//! | backup codes under Argon2id, bcrypt, SHA-256 | [`hashed`](crate::import::ImportedCodes::hashed), [`sha256`](crate::import::ImportedCodes::sha256), with the bits of a code and how the application read it |
//! | under another hash (PBKDF2, scrypt) | nothing: import without codes, and their owners are prompted to have some issued |
//!
//! ```
//! use mfakit::import::{self, CodeReading, Import, ImportedCodes};
//!
//! let url = "otpauth://totp/Scrivio:ada%40example.org\
//!     ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Scrivio&algorithm=SHA256&digits=8";
//! let sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
//! let import = Import::new()
//!     .factor(import::totp_rs::factor("Phone", url)?)
//!     .codes(ImportedCodes::sha256([sha256], CodeReading::AsWritten, 80)?);
//! # let _ = import;
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use crate::domain::{Algorithm, Digits, ImportedFactor, ImportedTotp, Invalid, Seed, TotpParams};

/// Reads an `otpauth://totp/…` URL. What it does not say is SHA-1, 6 digits, 30 seconds.
///
/// # Errors
/// Returns [`Invalid`] if it is no such URL, or what it says cannot be taken.
pub fn factor(label: &str, url: &str) -> Result<ImportedTotp, Invalid> {
    let form = |form| Invalid::Form { what: "otpauth URL", form };
    let query = url.strip_prefix("otpauth://totp/").and_then(|rest| rest.split_once('?'));
    let (_, query) = query.ok_or(form("otpauth://totp/LABEL?secret=SECRET"))?;
    let pairs = || query.split('&').filter_map(|pair| pair.split_once('='));
    let value = |name: &str| {
        let named = |(key, _): &(&str, &str)| key.eq_ignore_ascii_case(name);
        pairs().find(named).map(|(_, value)| value)
    };
    let secret = value("secret").ok_or(form("with a secret"))?;
    let algorithm = match value("algorithm").map(str::to_ascii_uppercase).as_deref() {
        None | Some("SHA1") => Algorithm::Sha1,
        Some("SHA256") => Algorithm::Sha256,
        Some("SHA512") => Algorithm::Sha512,
        Some(_) => return Err(form("of SHA1, SHA256 or SHA512")),
    };
    let digits = match value("digits") {
        None | Some("6") => Digits::Six,
        Some("8") => Digits::Eight,
        Some(_) => return Err(form("of 6 or 8 digits")),
    };
    let period = value("period").unwrap_or("30");
    // A plus sign is a space in a URL.
    let period = period.parse().ok().filter(|_| !period.starts_with('+'));
    let period = period.ok_or(form("of a period in seconds"))?;
    let params = TotpParams::new(algorithm, digits, period)?;
    // Padding may be written as it is in a URL.
    let mut secret = secret;
    while let Some(rest) = secret.strip_suffix("%3D").or_else(|| secret.strip_suffix("%3d")) {
        secret = rest;
    }
    Ok(ImportedFactor::totp(label, Seed::from_base32(secret)?)?.params(params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rest: &str) -> Result<ImportedTotp, Invalid> {
        factor("Phone", &format!("otpauth://totp/ada?secret=GEZDGNBVGY3TQOJQ{rest}"))
    }

    #[test]
    fn padding_is_read_in_whichever_way_it_is_written() {
        for padding in ["", "====", "%3D%3D", "%3d%3d", "%3D%3d%3D"] {
            assert!(read(padding).is_ok(), "{padding}");
        }
        assert!(read("%3").is_err() && read("%20").is_err());
    }

    #[test]
    fn a_period_is_a_number_without_a_sign() {
        assert!(read("&period=60").is_ok());
        for period in ["+60", "-60", "6", "", "60.0"] {
            assert!(read(&format!("&period={period}")).is_err(), "{period}");
        }
    }
}
