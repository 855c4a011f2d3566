//! Byte strings with bounds: credential IDs, user handles, nonces.

use std::fmt;

use serde::{Serialize, Serializer};

use super::super::super::id::{ChallengeId, SetupId};
use super::super::super::invalid::Invalid;
use super::base64::encoded;

macro_rules! byte_string {
    ($(#[$doc:meta])* $name:ident, $what:literal, $min:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<[u8]>);

        impl $name {
            #[doc = concat!("Takes ", stringify!($min), " to ", stringify!($max), " bytes.")]
            ///
            /// # Errors
            /// [`Invalid`] if there are fewer or more.
            pub fn new(bytes: impl Into<Box<[u8]>>) -> Result<Self, Invalid> {
                let bytes = bytes.into();
                let found = bytes.len();
                if ($min..=$max).contains(&found) {
                    return Ok(Self(bytes));
                }
                Err(Invalid::Length { what: $what, min: $min, max: $max, found, unit: "bytes" })
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            /// Writes base64url without padding, as WebAuthn's JSON does.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encoded(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

byte_string!(
    /// The name that an authenticator gave a credential: 1 to 1,023 bytes of its choice.
    CredentialId, "credential id", 1, 1023);
byte_string!(
    /// The name of a user towards authenticators: 1 to 64 random bytes.
    ///
    /// Authenticators keep it and show it to anybody who holds them (§14.6.1). So it is random and
    /// lies with the credential, and never the subject or an e-mail address.
    UserHandle, "user handle", 1, 64);
byte_string!(
    /// What a response must answer: 16 to 128 bytes that no other ceremony has.
    ///
    /// The standard calls it the *challenge* and wants at least 16 random bytes (§13, Cryptographic Challenges). Here it
    /// is the ID of the challenge, or of the setup.
    Nonce, "nonce", 16, 128);

impl UserHandle {
    /// Makes a handle from 64 bytes of a cryptographic generator.
    pub fn from_random(bytes: [u8; 64]) -> Self {
        Self(bytes.into())
    }
}

impl From<ChallengeId> for Nonce {
    fn from(id: ChallengeId) -> Self {
        Self((*id.as_bytes()).into())
    }
}

impl From<SetupId> for Nonce {
    fn from(id: SetupId) -> Self {
        Self((*id.as_bytes()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_strings_outside_their_bounds_are_refused() {
        for (length, taken) in [(0, false), (1, true), (1023, true), (1024, false)] {
            assert_eq!(CredentialId::new(vec![0; length]).is_ok(), taken, "{length}");
        }
        for (length, taken) in [(0, false), (1, true), (64, true), (65, false)] {
            assert_eq!(UserHandle::new(vec![0; length]).is_ok(), taken, "{length}");
        }
        for (length, taken) in [(0, false), (15, false), (16, true), (128, true), (129, false)] {
            assert_eq!(Nonce::new(vec![0; length]).is_ok(), taken, "{length}");
        }
    }

    #[test]
    fn byte_strings_are_written_as_base64url() {
        let id = CredentialId::new([0xff, 0xef]).unwrap();
        assert_eq!(format!("{id} {id:?}"), "_-8 CredentialId(_-8)");
        assert_eq!(serde_json::json!(id), "_-8");
    }
}
