//! Identifiers of 128 random bits: which factor, which setup, which challenge, which commit.

use std::fmt;

use crate::domain::invalid::Invalid;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// 128 random bits, written as 32 lower-case hexadecimal digits. Whoever makes one passes
        /// the randomness in: the domain draws none of its own.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes an identifier from 16 bytes of a cryptographic generator.
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                parse_hex(text).map(Self).ok_or(Invalid::Form {
                    what: $what,
                    form: "32 lower-case hexadecimal digits",
                })
            }
        }
    };
}

random_id!(
    /// One registered factor of an account.
    FactorId, "factor id");
random_id!(
    /// One setup, from its beginning to its end.
    SetupId, "setup id");
random_id!(
    /// One challenge.
    ChallengeId, "challenge id");
random_id!(
    /// One session of one user. Re-authentication, raising and token renewal keep it.
    SessionId, "session id");
random_id!(
    /// One attempt to commit. The stored account remembers its last 32, so that a commit whose
    /// reply was lost is recognized instead of repeated.
    CommitId, "commit id");

/// Written as one text: an account is stored with some forty of these.
fn write_hex(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    let mut text = [0; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 0x0f)]);
    }
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    let digits = text.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4) | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_what_they_write_and_nothing_else() {
        let id = FactorId::from_random(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse::<FactorId>().unwrap(), id);
        for garbled in
            ["", "00", &"0".repeat(31), &"0".repeat(33), &"G".repeat(32), &"é".repeat(16)]
        {
            assert!(garbled.parse::<FactorId>().is_err(), "{garbled:?}");
        }
    }
}
