//! From an export of Google Authenticator: the QR code of its "Transfer accounts".
//!
//! Decode the QR code with any reader; it holds `otpauth-migration://offline?data=…`, a protocol buffer
//! in base64. It is what an *app* holds: for an administrator who moves a handful of accounts, or a user
//! of a system whose server side is lost. Read no export that somebody else hands in: anyone who knows a
//! seed would choose another's second factor.
//!
//! | `OtpParameters` | becomes |
//! |---|---|
//! | `secret` | the seed |
//! | `name`, `issuer` | [`Entry::account`], [`Entry::issuer`], for choosing the right ones |
//! | `algorithm` | SHA-1 (also when unspecified), SHA-256, SHA-512; MD5 is left out |
//! | `digits` | six (also when unspecified) or eight |
//! | `type` | TOTP; counter-based ones are left out |
//! | last used step | nothing: the current window is burned |
//!
//! ```
//! use mfakit::import::{Import, google};
//!
//! let export = google::read("otpauth-migration://offline?data=\
//!     Ci0KFFX2cVBPGYAKMfF%2F%2B6n%2F%2BZNNC6vlEg9hZGFAZXhhbXBsZS5vcmcgASgBMAIQARgBIAA%3D")?;
//! let mut import = Import::new();
//! for entry in export.entries.iter().filter(|entry| entry.account == "ada@example.org") {
//!     import = import.factor(entry.factor("Google Authenticator")?);
//! }
//! assert_eq!((import.factors().len(), export.left_out), (1, 0));
//! # Ok::<(), mfakit::Invalid>(())
//! ```

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::domain::{Algorithm, Digits, ImportedFactor, ImportedTotp, Invalid, Seed, TotpParams};

/// One QR code of an export.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Migration {
    /// The accounts that can be imported.
    pub entries: Vec<Entry>,
    /// The number of accounts that cannot: counter-based, of MD5, with a seed that is too short or too long.
    pub left_out: usize,
    /// The place of this QR code among the export's, from zero.
    pub part: u32,
    /// The number of QR codes that the export has.
    pub parts: u32,
}

/// One account of an export.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Entry {
    /// The issuer, as far as the app knows.
    pub issuer: String,
    /// The account's name.
    pub account: String,
    seed: Seed,
    params: TotpParams,
}

impl Entry {
    /// The factor, under a label.
    ///
    /// # Errors
    /// Returns [`Invalid`] if the label is invalid.
    pub fn factor(&self, label: &str) -> Result<ImportedTotp, Invalid> {
        Ok(ImportedFactor::totp(label, self.seed.clone())?.params(self.params))
    }
}

/// Reads one QR code's text.
///
/// # Errors
/// [`Invalid`] when it is not the export of this app.
pub fn read(uri: &str) -> Result<Migration, Invalid> {
    let data = uri.strip_prefix("otpauth-migration://offline?data=").ok_or(BROKEN)?;
    let data = percent_decoded(data).ok_or(BROKEN)?;
    let payload = Zeroizing::new(Base64::decode_vec(&data).map_err(|_| BROKEN)?);
    let mut export = Migration { entries: Vec::new(), left_out: 0, part: 0, parts: 1 };
    for field in Fields(&payload) {
        match field? {
            (1, Value::Bytes(parameters)) => match entry(parameters)? {
                Some(entry) => export.entries.push(entry),
                None => export.left_out += 1,
            },
            (3, Value::Number(parts)) => export.parts = u32::try_from(parts).map_err(|_| BROKEN)?,
            (4, Value::Number(part)) => export.part = u32::try_from(part).map_err(|_| BROKEN)?,
            _ => {}
        }
    }
    Ok(export)
}

/// Decodes what base64 has to escape in a URI.
fn percent_decoded(text: &str) -> Option<Zeroizing<String>> {
    let mut decoded = Zeroizing::new(String::with_capacity(text.len()));
    let mut parts = text.split('%');
    decoded.push_str(parts.next()?);
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        decoded.push(char::from(u8::from_str_radix(code, 16).ok()?));
        decoded.push_str(rest);
    }
    Some(decoded)
}

const BROKEN: Invalid =
    Invalid::Form { what: "export", form: "otpauth-migration://offline?data= and its data" };

/// The account, unless it cannot be imported.
fn entry(parameters: &[u8]) -> Result<Option<Entry>, Invalid> {
    let (mut secret, mut account, mut issuer) = (&[][..], "", "");
    let (mut algorithm, mut digits, mut kind) = (0, 0, 0);
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| BROKEN);
    for field in Fields(parameters) {
        match field? {
            (1, Value::Bytes(bytes)) => secret = bytes,
            (2, Value::Bytes(bytes)) => account = text(bytes)?,
            (3, Value::Bytes(bytes)) => issuer = text(bytes)?,
            (4, Value::Number(number)) => algorithm = number,
            (5, Value::Number(number)) => digits = number,
            (6, Value::Number(number)) => kind = number,
            _ => {}
        }
    }
    // The name may repeat the issuer, as an otpauth label does.
    if let Some((prefix, name)) = account.split_once(':') {
        issuer = if issuer.is_empty() { prefix } else { issuer };
        account = name.trim_start();
    }
    let algorithm = match algorithm {
        0 | 1 => Algorithm::Sha1,
        2 => Algorithm::Sha256,
        3 => Algorithm::Sha512,
        _ => return Ok(None),
    };
    let digits = match digits {
        0 | 1 => Digits::Six,
        2 => Digits::Eight,
        _ => return Ok(None),
    };
    let Some(seed) = Seed::from_bytes(secret).ok().filter(|_| kind == 2) else { return Ok(None) };
    let params = TotpParams::new(algorithm, digits, 30)?;
    Ok(Some(Entry { issuer: issuer.to_owned(), account: account.to_owned(), seed, params }))
}

/// The fields of a message in the wire format of protocol buffers, number by number.
struct Fields<'a>(&'a [u8]);

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Of four or eight bytes, as no field of an export is: whatever its number, it is another one.
    Fixed,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Invalid>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(BROKEN))
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let key = self.number()?;
        let value = match key & 7 {
            0 => Value::Number(self.number()?),
            1 => self.bytes(8).map(|_| Value::Fixed)?,
            2 => {
                let length = self.number()?;
                Value::Bytes(self.bytes(usize::try_from(length).ok()?)?)
            }
            5 => self.bytes(4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        Some((key >> 3, value))
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(payload: &[u8]) -> String {
        format!("otpauth-migration://offline?data={}", Base64::encode_string(payload))
    }

    fn message(parameters: &[u8]) -> Vec<u8> {
        let mut payload = vec![0x0a, u8::try_from(parameters.len()).unwrap()];
        payload.extend_from_slice(parameters);
        payload
    }

    #[test]
    fn what_cannot_be_imported_is_left_out_and_counted() {
        let seed = b"\x0a\x1412345678901234567890";
        let with = |rest: &[u8]| message(&[seed, rest].concat());
        for (payload, count) in [
            (with(b"\x30\x02"), 1),
            (with(b"\x20\x03\x28\x02\x30\x02"), 1),
            (with(b"\x30\x01"), 0),
            (with(b""), 0),
            (with(b"\x20\x04\x30\x02"), 0),
            (with(b"\x28\x03\x30\x02"), 0),
            (message(b"\x0a\x03123\x30\x02"), 0),
        ] {
            let export = read(&uri(&payload)).unwrap();
            assert_eq!((export.entries.len(), export.left_out), (count, 1 - count), "{payload:x?}");
        }
    }

    #[test]
    fn a_field_of_another_type_is_another_field() {
        let entry = message(b"\x0a\x1412345678901234567890\x12\x03ada\x11OfEight!\x30\x02");
        let beside = [b"\x09OfEight!\x0dFour".as_slice(), &entry].concat();
        let export = read(&uri(&beside)).unwrap();
        assert_eq!((export.entries.len(), export.left_out), (1, 0));
        assert_eq!(export.entries[0].account, "ada");
    }

    #[test]
    fn every_beginning_of_an_export_and_every_odd_byte_is_read_or_refused() {
        let parameters =
            b"\x0a\x1412345678901234567890\x12\x03ada\x1a\x01S\x20\x01\x28\x01\x30\x02";
        let whole = [message(parameters), vec![0x10, 1, 0x18, 1, 0x20, 0]].concat();
        for end in 0..whole.len() {
            let _ = read(&uri(&whole[..end]));
            for byte in [0, 0x7f, 0x80, 0xff] {
                let mut odd = whole.clone();
                odd[end] = byte;
                let _ = read(&uri(&odd));
            }
        }
        for uri in ["", "otpauth://totp/x?secret=A", "otpauth-migration://offline?data=*"] {
            assert!(read(uri).is_err(), "{uri}");
        }
        assert!(read(&uri(&[0xff; 11])).is_err(), "a number without an end");
        assert!(read(&uri(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")).is_err());
    }
}
