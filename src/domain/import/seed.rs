//! A seed as another system wrote it.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::domain::factor::totp::TotpSecret;
use crate::domain::invalid::Invalid;

/// The most bytes that an HMAC takes as they are, with any of the three hashes.
const BLOCK: usize = TotpSecret::MAX_LEN;

/// The secret of a factor of another system: 10 to 64 bytes, wiped when dropped, never printed.
///
/// ```
/// use mfakit::import::Seed;
///
/// let seed = Seed::from_base32("gezd gnbv gy3t qojq")?; // as people copy it
/// assert!(seed.is_weak(), "80 bits");
/// assert_eq!(format!("{seed:?}"), "Seed(redacted)");
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Clone)]
pub struct Seed {
    /// The seed; one under 16 bytes is filled up with zeros. HMAC fills up its key itself (RFC 2104
    /// §2), so that no code changes, and no short secret exists anywhere else.
    secret: TotpSecret,
    len: usize,
}

impl Seed {
    /// The least bytes: 80 bits, the shortest that authenticator apps were ever given in numbers.
    pub const MIN_LEN: usize = 10;

    /// Takes the bytes themselves.
    ///
    /// # Errors
    /// [`Invalid`] when there are not 10 to 64 of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Invalid> {
        let (min, max, found) = (Self::MIN_LEN, BLOCK, bytes.len());
        if !(min..=max).contains(&found) {
            return Err(Invalid::Length { what: "seed", min, max, found, unit: "bytes" });
        }
        let mut padded = Zeroizing::new(bytes.to_vec());
        padded.resize(found.max(TotpSecret::MIN_LEN), 0);
        Ok(Self { secret: TotpSecret::from_bytes(&padded)?, len: found })
    }

    /// Reads base32 (RFC 4648 §6) as apps do: in any case, with or without spaces, hyphens and
    /// padding; bits beyond the last whole byte are dropped.
    ///
    /// # Errors
    /// [`Invalid`] for other characters, and as [`from_bytes`](Self::from_bytes).
    pub fn from_base32(text: &str) -> Result<Self, Invalid> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
        let (mut held, mut bits) = (0_u32, 0);
        for c in text.trim_end_matches('=').bytes() {
            let value = match c.to_ascii_uppercase() {
                c @ b'A'..=b'Z' => c - b'A',
                c @ b'2'..=b'7' => c - b'2' + 26,
                b' ' | b'-' => continue,
                _ => return Err(Invalid::Form { what: "seed", form: "base32" }),
            };
            held = (held << 5 | u32::from(value)) & 0xfff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                let [.., byte] = (held >> bits).to_be_bytes();
                bytes.push(byte);
            }
        }
        Self::from_bytes(&bytes)
    }

    /// Reads hexadecimal, in any case.
    ///
    /// # Errors
    /// [`Invalid`] for other characters or half a byte, and as [`from_bytes`](Self::from_bytes).
    pub fn from_hex(text: &str) -> Result<Self, Invalid> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        for [high, low] in pairs {
            let Some((high, low)) = digit(*high).zip(digit(*low)) else {
                return Err(Invalid::Form { what: "seed", form: "hexadecimal" });
            };
            bytes.push(high << 4 | low);
        }
        if !rest.is_empty() {
            return Err(Invalid::Form { what: "seed", form: "hexadecimal" });
        }
        Self::from_bytes(&bytes)
    }

    /// Whether it has less than 128 bits (RFC 4226 §4 R6).
    pub fn is_weak(&self) -> bool {
        self.len < TotpSecret::MIN_LEN
    }

    /// The secret that is sealed.
    pub(crate) fn secret(&self) -> &TotpSecret {
        &self.secret
    }
}

/// Whether two secrets compute the same codes: zeros at the end of an HMAC's key change nothing.
/// Compared in constant time.
pub(super) fn same_key(one: &TotpSecret, other: &TotpSecret) -> bool {
    let whole = |secret: &TotpSecret| {
        let mut block = Zeroizing::new([0; BLOCK]);
        block.iter_mut().zip(secret.expose_bytes()).for_each(|(to, from)| *to = *from);
        block
    };
    whole(one).as_slice().ct_eq(whole(other).as_slice()).into()
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::factor::totp::{Algorithm, Code, Digits, TotpParams, Window, match_code};

    fn bytes(seed: &Seed) -> Vec<u8> {
        seed.secret.expose_bytes()[..seed.len].to_vec()
    }

    #[test]
    fn base32_is_read_as_people_copy_it() {
        for text in [
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
            "GEZD GNBV GY3T QOJQ GEZD-GNBV-GY3T-QOJQ",
        ] {
            assert_eq!(bytes(&Seed::from_base32(text).unwrap()), b"12345678901234567890", "{text}");
        }
        // Fifteen and sixteen bytes: no padding, and padding; bits left over.
        assert_eq!(bytes(&Seed::from_base32(&"A".repeat(24)).unwrap()).len(), 15);
        assert_eq!(
            bytes(&Seed::from_base32("MZXW6YTBOJTG633CMFZGM33PMI======").unwrap()).len(),
            16
        );
        assert_eq!(bytes(&Seed::from_base32(&"7".repeat(26)).unwrap()), [0xff; 16]);
        for text in
            ["", "GEZDGNBV", "GEZDGNBVGY3TQOJ1", "GEZDGNBV=GY3TQOJQ", "GEZDGNBVGY3TQOJ\u{130}"]
        {
            assert!(Seed::from_base32(text).is_err(), "{text}");
        }
        assert!(Seed::from_base32(&"A".repeat(104)).is_err(), "65 bytes");
    }

    #[test]
    fn hexadecimal_is_read() {
        let seed = Seed::from_hex("3132333435363738393031323334353637383930").unwrap();
        assert_eq!(bytes(&seed), b"12345678901234567890");
        for text in ["313", "31323334353637383930zz", "+1323334353637383930", "3132"] {
            assert!(Seed::from_hex(text).is_err(), "{text}");
        }
    }

    /// The codes of the ten bytes themselves, by an independent program: `oathtool --totp -b
    /// GEZDGNBVGY3TQOJQ --now '1970-01-01 00:00:59 UTC'`.
    #[test]
    fn a_short_seed_gives_the_codes_that_its_app_shows() {
        let seed = Seed::from_base32("GEZDGNBVGY3TQOJQ").unwrap();
        let params = TotpParams::new(Algorithm::Sha1, Digits::Six, 30).unwrap();
        let code = Code::parse(OF_TEN_BYTES, Digits::Six).unwrap();
        let window = Window::around(59, params, 0, 0);
        assert_eq!(match_code(seed.secret(), params, &code, window), Some(1));
    }
    const OF_TEN_BYTES: &str = "263420";

    #[test]
    fn seeds_that_differ_by_zeros_at_the_end_are_the_same_key() {
        let seed = |bytes: &[u8]| Seed::from_bytes(bytes).unwrap();
        let same = |a: &Seed, b: &Seed| same_key(a.secret(), b.secret());
        assert!(same(&seed(b"0123456789"), &seed(b"0123456789\0\0\0\0\0\0\0\0\0")));
        assert!(!same(&seed(b"0123456789"), &seed(b"01234567890")));
        assert!(!same(&seed(b"0123456789"), &seed(b"\x000123456789")));
    }

    #[test]
    fn a_seed_of_less_than_128_bits_is_weak() {
        let weak = |length| Seed::from_bytes(&vec![7; length]).unwrap().is_weak();
        assert!(weak(15) && !weak(16));
    }
}
