//! The site that credentials belong to.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use super::super::super::invalid::Invalid;

/// The RP ID that credentials are bound to, and the exact origins that may use them.
///
/// Changing the RP ID locks out every credential that was registered under the old one: choose the
/// registrable domain (`scrivio.example`) rather than a host below it. Related origins (§5.11) are
/// further origins of the one RP ID.
///
/// ```
/// use mfakit::domain::webauthn::RelyingParty;
///
/// RelyingParty::new("scrivio.example", [
///     "https://scrivio.example",
///     "https://app.scrivio.example:8443",
///     "android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
/// ])?;
/// RelyingParty::new("localhost", ["http://localhost:3000"])?;
///
/// assert!(RelyingParty::new("scrivio.example", ["https://scrivio.example/"]).is_err());
/// assert!(RelyingParty::new("scrivio.example", ["https://*.scrivio.example"]).is_err());
/// # Ok::<(), mfakit::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    id_hash: [u8; 32],
    origins: Vec<String>,
}

impl RelyingParty {
    /// The most origins that one relying party has.
    pub const MAX_ORIGINS: usize = 32;

    /// Takes an RP ID and 1 to 32 origins, compared byte for byte.
    ///
    /// The RP ID is a domain in lower-case ASCII (`xn--` for anything else), without scheme or port.
    /// An origin is written as browsers write it: `https://` and a domain with a port if it is not
    /// 443, `http://localhost` with a port if it is not 80, or the `android:apk-key-hash:` of a
    /// native app.
    ///
    /// # Errors
    /// [`Invalid`] if the RP ID or an origin has another form, or if there are none or more than 32
    /// origins.
    pub fn new(
        id: impl Into<String>,
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, Invalid> {
        let id = id.into();
        check_rp_id(&id)?;
        let most = Self::MAX_ORIGINS;
        let origins: Vec<String> = origins.into_iter().take(most + 1).map(Into::into).collect();
        if !(1..=most).contains(&origins.len()) {
            let (what, found, unit) = ("origins", origins.len(), "entries");
            return Err(Invalid::Length { what, min: 1, max: most, found, unit });
        }
        if !origins.iter().all(|origin| is_origin(origin)) {
            return Err(Invalid::Form {
                what: "origin",
                form: "https://domain[:port], http://localhost[:port] or \
                       android:apk-key-hash:base64url, as browsers write it: lower case, no path, \
                       no wildcard, no default port",
            });
        }
        let id_hash = Sha256::digest(id.as_bytes()).into();
        Ok(Self { id, id_hash, origins })
    }

    /// The RP ID.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The origins, as they were given.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    pub(super) fn expects(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }

    /// The SHA-256 of the RP ID, by which authenticators name it.
    pub(super) fn id_hash(&self) -> &[u8; 32] {
        &self.id_hash
    }
}

/// Refuses an RP ID that no relying party has.
pub(super) fn check_rp_id(id: &str) -> Result<(), Invalid> {
    if is_domain(id) {
        return Ok(());
    }
    let form = "a domain in lower-case ASCII, without scheme, port or path";
    Err(Invalid::Form { what: "RP ID", form })
}

/// Whether this is a host name in lower-case ASCII (RFC 1123 §2.1), and no IPv4 address.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 253 && text.split('.').all(label) && !text.rsplit('.').take(1).all(numeric)
}

fn is_origin(text: &str) -> bool {
    if let Some(authority) = text.strip_prefix("https://") {
        return is_authority(authority, "443", is_domain);
    }
    if let Some(authority) = text.strip_prefix("http://") {
        return is_authority(authority, "80", |host| host == "localhost");
    }
    text.strip_prefix("android:apk-key-hash:").is_some_and(|hash| {
        Base64UrlUnpadded::decode(hash, &mut [0; 32]).is_ok_and(|bytes| bytes.len() == 32)
    })
}

fn is_authority(text: &str, default: &str, is_host: impl Fn(&str) -> bool) -> bool {
    let Some((host, port)) = text.split_once(':') else { return is_host(text) };
    // As a serialized origin has it: no zeros in front, and never the scheme's own port.
    let written = port.parse::<u16>().is_ok_and(|number| number.to_string() == port);
    is_host(host) && written && port != default && port != "0"
}

#[cfg(test)]
#[path = "relying_party_tests.rs"]
mod tests;
