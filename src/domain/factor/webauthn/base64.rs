//! Base64url without padding (RFC 4648 §5), as WebAuthn's JSON writes bytes.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::unverified::Unverified;

pub(super) fn encoded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The bytes that a member of the response stands for, at most `max` of them.
pub(super) fn decoded(what: &'static str, text: &str, max: usize) -> Result<Vec<u8>, Unverified> {
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| Unverified::Base64 { what })?;
    at_most(what, max, bytes.len())?;
    Ok(bytes)
}

pub(super) fn at_most(what: &'static str, max: usize, found: usize) -> Result<(), Unverified> {
    if found <= max {
        return Ok(());
    }
    Err(Unverified::TooLarge { what, max, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text_and_every_other_is_refused() {
        assert_eq!(decoded("id", "_-8", 2), Ok(vec![0xff, 0xef]));
        assert_eq!(encoded(&[0xff, 0xef]), "_-8");
        // Padding, the other alphabet, white space, spare bits, an impossible length.
        for foreign in ["_-8=", "/+8", "_-8\n", " _-8", "_-9", "_-", "_", "_-8\0", "ä"] {
            let refused = Err(Unverified::Base64 { what: "id" });
            assert_eq!(decoded("id", foreign, 8), refused, "{foreign:?}");
        }
        assert_eq!(
            decoded("id", "AAAA", 2),
            Err(Unverified::TooLarge { what: "id", max: 2, found: 3 })
        );
    }
}
