//! What an authenticator app is given: the `otpauth` URI and the manual code.

use zeroize::Zeroizing;

use super::params::TotpParams;
use super::secret::TotpSecret;
use crate::domain::label::{AccountName, Issuer};

/// Writes the `otpauth://totp/…` URI of a secret, as the apps in use really read it.
///
/// The label is `issuer:account` and the issuer is given again as a parameter; spaces are `%20`,
/// never `+`; the secret is upper-case base32 without padding. `algorithm`, `digits` and `period`
/// are always written: apps that know only the defaults ignore them, and a setup is never active
/// before a code has confirmed that the app computes what the server does.
pub(crate) fn uri(
    issuer: &Issuer,
    account: &AccountName,
    secret: &TotpSecret,
    params: TotpParams,
) -> Zeroizing<String> {
    let issuer = percent_encoded(issuer.as_str());
    let account = percent_encoded(account.as_str());
    let secret = secret.base32();
    Zeroizing::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm={}&digits={}&period={}",
        *secret,
        params.algorithm(),
        params.digits().count(),
        params.period(),
    ))
}

/// The secret for typing: base32 in groups of four, `JBSW Y3DP …`.
pub(crate) fn manual_key(secret: &TotpSecret) -> Zeroizing<String> {
    let base32 = secret.base32();
    let mut grouped = Zeroizing::new(String::with_capacity(base32.len() + base32.len() / 4));
    for (position, c) in base32.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}

/// Encodes everything but the unreserved characters of RFC 3986 §2.3.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 0x0f] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::factor::totp::params::Algorithm;

    fn secret() -> TotpSecret {
        TotpSecret::from_random(Algorithm::Sha1, b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_uri_is_what_apps_read() {
        let uri = uri(
            &Issuer::new("Scrivio & Söhne").unwrap(),
            &AccountName::new("ada+mfa@example.org").unwrap(),
            &secret(),
            TotpParams::default(),
        );
        assert_eq!(
            *uri,
            "otpauth://totp/Scrivio%20%26%20S%C3%B6hne:ada%2Bmfa%40example.org\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Scrivio%20%26%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn the_manual_key_stands_in_groups_of_four() {
        assert_eq!(*manual_key(&secret()), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    /// RFC 4648 §10, padding dropped. Only lengths a secret can have go through `TotpSecret`, so
    /// the vectors are repeated up to one.
    #[test]
    fn base32_meets_the_vectors_of_rfc_4648() {
        for (bytes, expected) in [
            ("foobarfoobarfoobar", "MZXW6YTBOJTG633CMFZGM33PMJQXE"),
            ("fooba".repeat(4).as_str(), "MZXW6YTBMZXW6YTBMZXW6YTBMZXW6YTB"),
        ] {
            assert_eq!(*TotpSecret::from_bytes(bytes.as_bytes()).unwrap().base32(), expected);
        }
    }
}
